package orgfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Load reads, parses and checks an organization file. What is wrong in it comes as Problems, all of it at once.
func Load(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("organization file: %w", err)
	}
	dir := filepath.Dir(path)
	return Parse(path, text, func(name string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return os.ReadFile(name)
	})
}

// Parse parses and checks the text of an organization file, YAML or JSON; name stands for it in messages, and read gives
// the policy files it names. What is wrong comes as Problems, all of it at once.
func Parse(name string, text []byte, read func(path string) ([]byte, error)) (*File, error) {
	root, problems := parseYAML(name, text)
	if problems != nil {
		return nil, problems
	}
	d := &decoder{file: name, at: map[string]Position{}, origins: map[string]origin{}, read: read}
	f := &File{name: name, at: d.at}
	d.into(root, reflect.ValueOf(f).Elem(), "", limits{})
	c := &checker{File: f, problems: d.problems, origins: d.origins, read: read}
	c.check()
	return f, c.problems.err()
}

// parseYAML gives the one document of a text. An empty text is an empty mapping.
func parseYAML(name string, text []byte) (*yaml.Node, Problems) {
	at := func(line, column int, format string, args ...any) Problems {
		return Problems{{Position{name, max(line, 1), max(column, 1)}, fmt.Sprintf(format, args...)}}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 && trimmed[0] == '{' {
		text = bytes.ReplaceAll(text, []byte("\t"), []byte(" ")) // JSON may be indented with tabs, YAML may not
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return &yaml.Node{Kind: yaml.MappingNode, Line: 1, Column: 1}, nil
	case err != nil:
		line, message := syntaxError(err)
		return nil, at(line, 1, "not YAML: %s", message)
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		return nil, at(second.Line, second.Column, "a second document begins here: one file describes one organization")
	} else if !errors.Is(err, io.EOF) {
		line, message := syntaxError(err)
		return nil, at(line, 1, "not YAML: %s", message)
	}
	root, count := doc.Content[0], 0
	if bad := measure(root, &count, map[*yaml.Node]bool{}); bad != nil {
		return nil, at(bad.Line, bad.Column, "the alias here refers to itself, or aliases make the file too large: write it out")
	}
	if root.Tag == "!!null" {
		root = &yaml.Node{Kind: yaml.MappingNode, Line: 1, Column: 1}
	}
	return root, nil
}

// syntaxLine is where the YAML library says a syntax error is.
var syntaxLine = regexp.MustCompile(`^(?:yaml: )?(?:line ([0-9]+): )?(.*)$`)

// syntaxError takes a YAML error apart.
func syntaxError(err error) (line int, message string) {
	m := syntaxLine.FindStringSubmatch(strings.SplitN(err.Error(), "\n", 2)[0])
	line, _ = strconv.Atoi(m[1]) // no line given: the first
	return line, m[2]
}
