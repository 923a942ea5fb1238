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
