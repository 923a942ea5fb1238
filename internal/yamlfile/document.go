package yamlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Values is one text or several, written as a text or as a list of texts.
type Values []string

// Document is a policy document as JSON without white space, keys in the order in which they were written. In a file it is
// a mapping, or the path of a file.
type Document string

// MarshalYAML writes a document as a mapping in its own order.
func (d Document) MarshalYAML() (any, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(d), &doc); err != nil || len(doc.Content) == 0 {
		return string(d), err
	}
	block(doc.Content[0])
	return doc.Content[0], nil
}

// block makes block style of JSON's flow style; short lists of texts stay on their line, and texts lose quotes they can do without.
func block(n *yaml.Node) {
	n.Style &^= yaml.FlowStyle | yaml.DoubleQuotedStyle
	if n.Kind == yaml.SequenceNode && flat(n) {
		n.Style |= yaml.FlowStyle
	}
	for _, c := range n.Content {
		block(c)
	}
}

// flat tells whether a list is short and of texts only.
func flat(n *yaml.Node) bool {
	length := 0
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode {
			return false
		}
		length += len(c.Value) + 2
	}
	return length <= 80
}

// readDocument reads a policy file, JSON or (by its name) YAML. Problems without a file are about the path itself.
func readDocument(path string, read func(string) ([]byte, error)) (Document, origin, Problems) {
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", origin{}, Problems{{Message: fmt.Sprintf("there is no file %q: paths are relative to the file that names them", path)}}
	}
	if err != nil {
		return "", origin{}, Problems{{Message: fmt.Sprintf("the file %q cannot be read: %v", path, err)}}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml") {
		root, problems := parseYAML(path, text)
		if problems != nil {
			return "", origin{}, problems
		}
		s := &Source{Name: path, at: map[string]Position{}, origins: map[string]origin{}}
		doc := s.document(root, "", true)
		return doc, s.origins[""], s.Problems
	}
	var valid json.RawMessage
	if err := json.Unmarshal(text, &valid); err != nil { // unlike Compact, it tells where the error is
		return "", origin{}, Problems{{syntaxPosition(path, text, err), fmt.Sprintf("not JSON: %v", err)}}
	}
	var b bytes.Buffer
	if err := json.Compact(&b, valid); err != nil {
		return "", origin{}, Problems{{Position{path, 1, 1}, fmt.Sprintf("not JSON: %v", err)}}
	}
	return Document(b.String()), origin{Document(b.String()), string(text), func(line, column int) Position { return Position{path, line, column} }}, nil
}

// syntaxPosition gives the place of a JSON syntax error.
func syntaxPosition(path string, text []byte, err error) Position {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return Position{path, 1, 1}
	}
	before := text[:min(max(int(syntax.Offset)-1, 0), len(text))]
	return Position{path, 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])}
}
