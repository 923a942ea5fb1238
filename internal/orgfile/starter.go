package orgfile

import (
	_ "embed"
	"fmt"
	"io/fs"
)

// starter is the organization file of a small company.
//
//go:embed starter.yaml
var starter []byte

// StarterText gives the text of the built-in starter file.
func StarterText() string { return string(starter) }

// Starter gives the built-in starter file, parsed and checked.
func Starter() (*File, error) {
	return Parse("starter.yaml", starter, func(path string) ([]byte, error) {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist) // the starter names no files
	})
}
