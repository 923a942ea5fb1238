package costlines

import (
	"testing"

	"umbel/internal/decimal"
)

// OpenSmall opens a store whose segments hold few lines, so that a test has many, and that gives a bill in parts.
func OpenSmall(t *testing.T, dir string, lines int) *Store {
	t.Helper()
	s, err := open(dir, disk{}, lines)
	if err != nil {
		t.Fatal(err)
	}
	s.tallied = lines / 2
	return s
}

func parse(t *testing.T, text string) decimal.D {
	t.Helper()
	d, err := decimal.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
