package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"umbel/internal/model"
)

// note remembers an enumeration that is in use.
func (g *generator) note(s *model.Shape) {
	if len(s.Enum) > 0 {
		g.enums[s.Name] = s
	}
}

// constants declares the values of every enumeration in use.
func (g *generator) constants() ([]byte, error) {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(g.enums)) {
		s := g.enums[name]
		fmt.Fprintf(&b, "// The values of %s.\nconst (\n", name)
		for _, v := range s.Enum {
			constant := exported(name) + camel(v)
			if err := g.declare(constant, "a value of "+name); err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "%s = %q\n", constant, v)
		}
		b.WriteString(")\n\n")
	}
	return b.Bytes(), nil
}

// camel turns a value into the rest of a Go name: "ACCOUNT_NOT_FOUND" becomes AccountNotFound.
func camel(v string) string {
	words := strings.FieldsFunc(v, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if w == strings.ToUpper(w) {
			w = strings.ToLower(w)
		}
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}
