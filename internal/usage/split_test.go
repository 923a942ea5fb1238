package usage

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestBlankColumns: rows with any number of blank columns in a row are taken apart as package csv does it.
func TestBlankColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for range 2000 {
		var text strings.Builder
		for range 1 + r.IntN(3) {
			for range 1 + r.IntN(4) {
				text.WriteString([]string{"a", `"b,"`, `"c""\n"`, "long enough for two words", ""}[r.IntN(5)] + strings.Repeat(",", 1+r.IntN(20)))
			}
			text.WriteString([]string{"z\n", "z\r\n", `""` + "\n"}[r.IntN(3)])
		}
		in := csv.NewReader(strings.NewReader(text.String()))
		in.FieldsPerRecord = -1
		want, err := in.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		s := splitter{data: []byte(text.String())}
		for i := range want {
			if _, wrong := s.next(); wrong != "" {
				t.Fatalf("%q: row %d: %s", text.String(), i, wrong)
			}
			got := s.texts(nil)
			if !slices.EqualFunc(got, want[i], func(a []byte, b string) bool { return bytes.Equal(a, []byte(b)) }) {
				t.Fatalf("%q: row %d is %q, want %q", text.String(), i, got, want[i])
			}
		}
		if rest, _ := s.next(); rest != nil {
			t.Fatalf("%q: %q is left", text.String(), rest)
		}
	}
}
