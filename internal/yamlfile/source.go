// Package yamlfile owns the reading of the files that people write for Umbel, YAML or JSON: it decodes a text into types
// whose tags say what each key may hold, keeps where every value stands, reads the policy documents that a file holds or
// names, gathers everything that is wrong with file, line and column, and makes the JSON schema of the types.
//
// It never touches the disk (its callers give it the text and a function that reads further files), and knows nothing of
// what the files mean.
//
// The tags of a field are `yaml` (its key), `required`, `min`, `max`, `enum`, `pattern` with `say` (the pattern in words),
// `written` (a document that must stand in the file), `one` (a list that may be written as its only item) and `scalar` (the
// field of a struct that a single value stands for).
package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"umbel/iampolicy"
)

// Source is a file that was read: where each value stands, and what is wrong with it so far.
type Source struct {
	Name     string // the file's name in messages
	Problems Problems

	at      map[string]Position // where each value stands, by its path such as "accounts[2].email"
	origins map[string]origin   // of documents, by path
	read    func(path string) ([]byte, error)
}

// origin is where a policy document comes from: the text as it was written, and what stands at a line and column of it.
type origin struct {
	document Document
	text     string
	place    func(line, column int) Position
}

// Decode fills the struct that into points to from the one document of a text; read gives the policy files it names, and may
// be nil for a file that names none. Problems of single values are in the source; the error, Problems too, is for a text
// that cannot be read at all.
func Decode(name string, text []byte, into any, read func(path string) ([]byte, error)) (*Source, error) {
	root, problems := parseYAML(name, text)
	if problems != nil {
		return nil, problems
	}
	s := &Source{Name: name, at: map[string]Position{}, origins: map[string]origin{}, read: read}
	s.into(root, reflect.ValueOf(into).Elem(), "", limits{})
	return s, nil
}

// Problem notes what is wrong with the value of a path, or of the nearest value around it that the file has. The path of a
// key in a free mapping ends with a dot.
func (s *Source) Problem(path, format string, args ...any) {
	s.Problems = append(s.Problems, Problem{s.At(path), fmt.Sprintf(format, args...)})
}

// At gives the place of the value of a path, or of the nearest value around it that the file has.
func (s *Source) At(path string) Position {
	at, ok := s.at[path]
	for !ok && path != "" {
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		at, ok = s.at[path]
	}
	return at
}

// Has tells whether the file has a value of the path.
func (s *Source) Has(path string) bool {
	_, ok := s.at[path]
	return ok
}

// Document reads the policy file that the value of a path names; what is wrong is noted.
func (s *Source) Document(path, file string) Document {
	text, from, problems := readDocument(file, s.read)
	s.origins[path] = from
	for _, p := range problems {
		if p.File == "" {
			s.Problem(path, "%s", p.Message)
			continue
		}
		s.Problems = append(s.Problems, p)
	}
	return text
}

// Validate checks the grammar of a policy, and notes a problem at the very place in the document if the text is still that of
// the path's document. What begins the message.
func (s *Source) Validate(path string, kind iampolicy.Kind, text, what string) {
	from, known := s.origins[path]
	if known = known && text == string(from.document); known {
		text = from.text
	}
	err := iampolicy.Validate(kind, text)
	if err == nil {
		return
	}
	var invalid *iampolicy.ValidationError
	if !errors.As(err, &invalid) {
		s.Problem(path, "%s: %v", what, err)
		return
	}
	message := what + ": " + invalid.Detail
	if !known {
		s.Problem(path, "%s", message)
		return
	}
	s.Problems = append(s.Problems, Problem{from.place(invalid.Line, invalid.Column), message})
}

// Written is a policy as it stands in a file: its text, and what stands at a line and column of it.
type Written struct {
	Text  string
	Place func(line, column int) Position
}

// Written gives the policy of a path as it was written, if it still is the document; else the document, all of it at the
// place of the path.
func (s *Source) Written(path string, document string) Written {
	if from, ok := s.origins[path]; ok && string(from.document) == document {
		return Written{from.text, from.place}
	}
	at := s.At(path)
	return Written{document, func(int, int) Position { return at }}
}

// DecodePolicy reads one policy, JSON or YAML. Only what is no JSON or YAML is an error, as Problems: whether it is a policy is
// for others to say.
func DecodePolicy(name string, text []byte) (Written, error) {
	_, from, problems := readDocument(name, func(string) ([]byte, error) { return text, nil })
	if len(problems) > 0 {
		return Written{}, problems.Err()
	}
	return Written{from.text, from.place}, nil
}

// IsPolicy tells whether a YAML or JSON text has an element that policies have, and no other kind of file, or nothing at all.
func IsPolicy(text []byte) bool {
	root, problems := parseYAML("", text)
	if problems != nil {
		return true // a broken policy is told of as one
	}
	for _, p := range pairs(root) {
		if k := p.key.Value; k == "Statement" || k == "Version" || k == "Id" {
			return true
		}
	}
	return len(root.Content) == 0
}
