package iampolicy

// Validate checks a document against the grammar of its kind.
func Validate(kind Kind, text string) error {
	_, err := Parse(text)
	return err
}
