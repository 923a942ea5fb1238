package costlines

import (
	"testing"
)

// OpenSmall opens a store whose segments hold few lines, so that a test has many.
func OpenSmall(t *testing.T, dir string, lines int) *Store {
	t.Helper()
	s, err := open(dir, disk{}, lines)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
