package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommittedModels imports again, where a Python with the pinned botocore is, and compares.
func TestCommittedModels(t *testing.T) {
	var out strings.Builder
	if err := run(&out, filepath.Join("..", "..", "internal", "model", "data"), "python3", true); err != nil {
		t.Fatal(err)
	}
	if text, skipped := strings.CutPrefix(out.String(), "importmodels: "); skipped {
		t.Skip(strings.TrimSpace(text))
	}
}

func TestRender(t *testing.T) {
	got, err := render(strings.NewReader(`{
		"version": "2.0", "documentation": "<p>x</p>",
		"metadata": {"serviceId": "X", "apiVersion": "1"},
		"operations": {"B": {"name": "B", "documentation": "y", "documentationUrl": "z"}, "A": {"name": "A"}},
		"shapes": {
			"S": {"type": "structure", "members": {"z": {"shape": "T", "documentation": "<b>"}, "documentation": {"shape": "T"}}, "documentation": "w"},
			"T": {"type": "string", "pattern": "<&\\u0020>", "max": 10000000000000000000000}
		}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `{
"version":"2.0",

"metadata":{
"apiVersion":"1",
"serviceId":"X"
},

"operations":{
"A":{"name":"A"},
"B":{"name":"B"}
},

"shapes":{
"S":{"type":"structure","members":{"z":{"shape":"T"},"documentation":{"shape":"T"}}},
"T":{"type":"string","pattern":"<&\\u0020>","max":10000000000000000000000}
}
}
`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{``, `{"metadata":{}}`, `[]`, `{"metadata":`} {
		if _, err := render(strings.NewReader(bad)); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
