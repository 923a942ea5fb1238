package op

// RequestTags gives the condition keys of the tags that a call passes: aws:RequestTag/… and aws:TagKeys. Without tags there
// are none (IAM User Guide, "AWS global condition context keys", aws:TagKeys).
func RequestTags[Tag any](tags []Tag, pair func(*Tag) (key, value string)) []Key {
	if len(tags) == 0 {
		return nil
	}
	keys := make([]Key, 0, len(tags)+1)
	names := make([]string, 0, len(tags))
	for i := range tags {
		key, value := pair(&tags[i])
		keys = append(keys, Key{Name: "aws:RequestTag/" + key, Values: []string{value}})
		names = append(names, key)
	}
	return append(keys, TagKeys(names))
}

// TagKeys gives the condition key of the tag keys that a call names.
func TagKeys(names []string) Key { return Key{Name: "aws:TagKeys", Values: names} }
