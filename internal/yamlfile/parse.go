package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

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
		return nil, at(second.Line, second.Column, "a second document begins here: one file holds one")
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
