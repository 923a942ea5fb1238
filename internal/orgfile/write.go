package orgfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Write writes a file as YAML, in the order of the types of this package.
func (f *File) Write(w io.Writer) error {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(f); err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

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

// fileName is what may stand in the name of a policy file.
var fileName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// SplitPolicies moves the documents of the policies into files of their own: write gets each file's name and indented text,
// and the file names it below dir.
func (f *File) SplitPolicies(dir string, write func(name string, text []byte) error) error {
	used := map[string]bool{}
	for i := range f.Policies {
		p := &f.Policies[i]
		base := strings.Trim(fileName.ReplaceAllString(p.Name, "-"), "-.")
		if base == "" {
			base = "policy"
		}
		name := base + ".json"
		for n := 2; used[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s-%d.json", base, n)
		}
		used[strings.ToLower(name)] = true
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(p.Document), "", "  "); err != nil {
			return fmt.Errorf("policy %s: %w", p.Name, err)
		}
		b.WriteByte('\n')
		if err := write(name, b.Bytes()); err != nil {
			return err
		}
		p.File, p.Document = strings.TrimSuffix(dir, "/")+"/"+name, ""
	}
	return nil
}
