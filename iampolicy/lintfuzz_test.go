package iampolicy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// scpExamples are the documents of the corpus.
func scpExamples(t testing.TB) (texts map[string]string) {
	texts = map[string]string{}
	files, err := filepath.Glob("testdata/scp-examples/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := filepath.Glob("testdata/scp-examples/*/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, deeper...) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(raw)
	}
	if len(texts) != 57 {
		t.Fatalf("the corpus has %d documents, not 57", len(texts))
	}
	return texts
}

// checkFindings holds what is true of the findings of every text.
func checkFindings(t *testing.T, text string, kind Kind) {
	t.Helper()
	findings := Lint(text, kind)
	failed := false
	last := 0
	for _, f := range findings {
		failed = failed || f.Type == FindingError
		if f.Message == "" || len(f.Locations) == 0 || !slices.ContainsFunc(FindingCodes(), func(c FindingCode) bool { return c.Code == f.Code && c.Type == f.Type }) {
			t.Fatalf("%q: %+v", text, f)
		}
		if f.Locations[0].Start.Offset < last {
			t.Fatalf("%q: %s is out of order", text, f.Code)
		}
		last = f.Locations[0].Start.Offset
		for _, at := range f.Locations {
			if at.Start.Offset < 0 || at.End.Offset < at.Start.Offset || at.End.Offset > len(text) || at.Start.Line < 1 || at.Start.Column < 1 {
				t.Fatalf("%q: %s is outside: %+v", text, f.Code, at)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[at.Start.Offset:at.End.Offset]) {
				t.Fatalf("%q: %s cuts a character: %+v", text, f.Code, at)
			}
		}
	}
	if err := Validate(kind, text); err != nil && !failed {
		t.Fatalf("%q is refused (%v), and Lint finds no ERROR", text, err)
	}
	if again := Lint(text, kind); len(again) != len(findings) || len(again) > 0 && again[len(again)-1].Code != findings[len(again)-1].Code {
		t.Fatalf("%q: other findings the second time", text)
	}
}

func FuzzLint(f *testing.F) {
	for _, c := range lintCases() {
		f.Add(strings.NewReplacer("«", "", "»", "").Replace(c.bad), uint8(c.kind))
		f.Add(c.clean, uint8(c.kind))
	}
	for _, text := range scpExamples(f) {
		f.Add(text, uint8(KindServiceControl))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		checkFindings(t, text, Kind(kind%uint8(KindDelegation+1)))
	})
}
