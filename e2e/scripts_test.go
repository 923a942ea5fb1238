package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"umbel/internal/testenv"
)

// TestScriptsCoverOperations wants the scripts to show of every operation served its result, its denial, bad input and, of a list with
// pages, a token that is refused.
func TestScriptsCoverOperations(t *testing.T) {
	lines := scriptLines(t)
	for _, service := range testenv.Registry().Services() {
		for _, o := range service.Operations {
			words := service.ID + " " + commandName(o.Name)
			_, paged := o.In.FieldByName("NextToken")
			_, marked := o.In.FieldByName("Marker")
			for _, want := range []struct {
				line string
				skip bool
			}{
				{"aws " + words, false},
				{"! aws " + words, words == "iam get-account-summary"}, // which has no input
				{"denied " + words, o.Open},
			} {
				if !want.skip && !hasLine(lines, want.line, "") {
					t.Errorf("no script has `%s`", want.line)
				}
			}
			if (paged || marked) && !hasLine(lines, "! aws "+words, "forged") {
				t.Errorf("no script has `! aws %s … forged`", words)
			}
		}
	}
}

func hasLine(lines []string, start, part string) bool {
	for _, line := range lines {
		rest, ok := strings.CutPrefix(line, start)
		if ok && (rest == "" || rest[0] == ' ') && strings.Contains(rest, part) {
			return true
		}
	}
	return false
}

func scriptLines(t *testing.T) (lines []string) {
	t.Helper()
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range scripts {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(string(raw), "\n")...)
	}
	return lines
}

// commandName gives the CLI's name of an operation: ListMFADevices is list-mfa-devices.
func commandName(operation string) string {
	var b strings.Builder
	for i, r := range operation {
		upper := r >= 'A' && r <= 'Z'
		if upper && i > 0 {
			before := operation[i-1] >= 'a' && operation[i-1] <= 'z'
			after := i+1 < len(operation) && operation[i+1] >= 'a' && operation[i+1] <= 'z'
			if before || after {
				b.WriteByte('-')
			}
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}
