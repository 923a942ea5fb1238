package orgfile

import (
	"fmt"
	"os"
	"path/filepath"

	"umbel/internal/yamlfile"
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
	f := &File{}
	source, err := yamlfile.Decode(name, text, f, read)
	if err != nil {
		return nil, err
	}
	f.source = source
	c := &checker{f}
	c.check()
	return f, source.Problems.Err()
}
