package iampolicy

import (
	"encoding/json"
	"errors"
	"sync"
)

// Document is a policy's text as it was written, parsed and compiled when first needed. It is safe for concurrent use.
type Document struct {
	text   string
	once   sync.Once
	policy *Policy
	err    error
}

// NewDocument wraps a text. Nothing is checked: see Validate.
func NewDocument(text string) *Document { return &Document{text: text} }

// Text gives the document as it was written, to the byte.
func (d *Document) Text() string { return d.text }

// Policy gives the compiled policy, or the error of Parse.
func (d *Document) Policy() (*Policy, error) {
	d.once.Do(func() { d.policy, d.err = Parse(d.text) })
	return d.policy, d.err
}

// MarshalJSON stores the text as a JSON string.
func (d *Document) MarshalJSON() ([]byte, error) { return json.Marshal(d.text) }

// UnmarshalJSON reads the text back.
func (d *Document) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &d.text) }

// policy gives the compiled policy of a source; without a document an error.
func (s *Source) policy() (*Policy, error) {
	if s.Document == nil {
		return nil, errors.New("iampolicy: a source without a document")
	}
	return s.Document.Policy()
}
