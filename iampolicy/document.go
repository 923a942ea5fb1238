package iampolicy

import (
	"encoding/json"
	"errors"
	"sync/atomic"
	"unique"
)

// Document is a policy's text as it was written, parsed and compiled when first needed. It is safe for concurrent use. The
// zero value is an empty text. Equal texts are in memory once: a pipeline gives thousands of roles the same policies.
type Document struct {
	text     unique.Handle[string]
	compiled atomic.Pointer[compiledDocument] // nil until needed
}

type compiledDocument struct {
	policy *Policy
	err    error
}

// NewDocument wraps a text. Nothing is checked: see Validate.
func NewDocument(text string) *Document { return &Document{text: unique.Make(text)} }

// Text gives the document as it was written, to the byte.
func (d *Document) Text() string {
	if d.text == (unique.Handle[string]{}) {
		return ""
	}
	return d.text.Value()
}

// Policy gives the compiled policy, or the error of Parse.
func (d *Document) Policy() (*Policy, error) {
	c := d.compiled.Load()
	if c == nil {
		c = new(compiledDocument)
		c.policy, c.err = Parse(d.Text())
		d.compiled.Store(c)
	}
	return c.policy, c.err
}

// MarshalJSON stores the text as a JSON string.
func (d *Document) MarshalJSON() ([]byte, error) { return json.Marshal(d.Text()) }

// UnmarshalJSON reads the text back.
func (d *Document) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	d.text = unique.Make(text)
	d.compiled.Store(nil)
	return nil
}

// policy gives the compiled policy of a source; without a document an error.
func (s *Source) policy() (*Policy, error) {
	if s.Document == nil {
		return nil, errors.New("iampolicy: a source without a document")
	}
	return s.Document.Policy()
}
