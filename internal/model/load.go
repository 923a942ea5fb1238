package model

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"
)

//go:embed data/*.json overlay/*.json
var files embed.FS

// loaders holds one memoized loader per embedded model. The map never changes; each value parses its model on first use.
var loaders = func() map[string]func() (*Service, error) {
	entries, err := files.ReadDir("data")
	if err != nil {
		panic(err) // the directory is part of the binary
	}
	m := make(map[string]func() (*Service, error), len(entries))
	for _, e := range entries {
		id := strings.TrimSuffix(e.Name(), ".json")
		m[id] = sync.OnceValues(func() (*Service, error) { return parse(id) })
	}
	return m
}()

// Load gives the model of a service by its ID ("organizations"). It parses the model on the first call, may be called
// from many goroutines, and always gives the same value, which nobody may change.
func Load(id string) (*Service, error) {
	load := loaders[id]
	if load == nil {
		return nil, fmt.Errorf("model: no model of %q", id)
	}
	return load()
}

// Services lists the IDs of all models, sorted.
func Services() []string {
	entries, err := files.ReadDir("data")
	if err != nil {
		panic(err) // the directory is part of the binary
	}
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = strings.TrimSuffix(e.Name(), ".json")
	}
	return ids
}

// parse reads an embedded model and, if there is one, its overlay.
func parse(id string) (*Service, error) {
	raw, err := files.ReadFile("data/" + id + ".json")
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	overlay, err := files.ReadFile("overlay/" + id + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return Parse(id, raw) // most models need no correction
	}
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return Parse(id, raw, overlay)
}

// Parse reads a model in botocore's form, and overlays over it.
func Parse(id string, raw []byte, overlays ...[]byte) (*Service, error) {
	src := newSource()
	for _, file := range append([][]byte{raw}, overlays...) {
		if err := src.merge(file); err != nil {
			return nil, fmt.Errorf("model: %s: %w", id, err)
		}
	}
	svc, err := src.build(id)
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w", id, err)
	}
	return svc, nil
}

// unicodeEscape is how the models write a character by its number.
var unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// translate turns a pattern of the model into a Go expression for whole strings.
func translate(pattern string) string {
	return `^(?:` + unicodeEscape.ReplaceAllString(pattern, `\x{$1}`) + `)$`
}
