package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommittedModels makes sure that the committed models are as the importer lays them out and, where a Python with
// the pinned botocore is, that they are what it has.
func TestCommittedModels(t *testing.T) {
	dir := filepath.Join("..", "..", "internal", "model", "data")
	for _, s := range services {
		raw, err := os.ReadFile(filepath.Join(dir, s+".json"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := render(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(raw, again) {
			t.Errorf("%s.json was edited: corrections belong in the overlay", s)
		}
	}
	var out strings.Builder
	if err := run(&out, dir, "python3", true); err != nil {
		t.Fatal(err)
	}
	t.Log(out.String())
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
