package yamlfile

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const source = `package p
// Box is a box.
type Box struct {
	// What is in it.
	Things []Thing
	// Its sizes.
	Sizes []int
}
// Thing is a thing.
type Thing struct {
	// Its name.
	Name string
	// Its colours.
	Colors []string
}`

type Thing struct {
	Name   string   `yaml:"name" scalar:"true" pattern:"^[a-z]+$" say:"a word"`
	Colors []string `yaml:"colors" one:"true"`
}

type Box struct {
	Things []Thing `yaml:"things" one:"true"`
	Sizes  []int   `yaml:"sizes" max:"9"`
}

func TestShortForms(t *testing.T) {
	for _, tt := range []struct {
		text     string
		want     []Thing
		problems []string
	}{
		{"things: ball", []Thing{{Name: "ball"}}, nil},
		{"things: [ball, {name: top, colors: red}]", []Thing{{Name: "ball"}, {Name: "top", Colors: []string{"red"}}}, nil},
		{"things: {name: top, colors: [red, blue]}", []Thing{{Name: "top", Colors: []string{"red", "blue"}}}, nil},
		{"things: [BALL]\nsizes: 3", nil, []string{`f.yaml:1:10: things[0]: "BALL" is not a word`, `f.yaml:2:8: sizes must be a list, not "3"`}},
		{"things: {colour: red}", nil, []string{`f.yaml:1:10: unknown key "colour" (did you mean "colors"?); things[0] has the keys name, colors`}},
	} {
		var got Box
		s, err := Decode("f.yaml", []byte(tt.text), &got, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Problems.Err(); err != nil || tt.problems != nil {
			if diff := cmp.Diff(strings.Join(tt.problems, "\n"), s.Problems.Error()); diff != "" {
				t.Errorf("%s: problems (-want +got):\n%s", tt.text, diff)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got.Things); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestSchemaOfShortForms(t *testing.T) {
	text, err := Schema("A box", reflect.TypeFor[Box](), source)
	if err != nil {
		t.Fatal(err)
	}
	var s struct{ Properties map[string]json.RawMessage }
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(s.Properties["things"], &got); err != nil {
		t.Fatal(err)
	}
	name := map[string]any{"type": "string", "pattern": "^[a-z]+$"}
	thing := map[string]any{"anyOf": []any{name, map[string]any{"$ref": "#/$defs/Thing"}}}
	want := map[string]any{"description": "What is in it.", "anyOf": []any{thing, map[string]any{"type": "array", "items": thing}}}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Errorf("things (-want +got):\n%s", diff)
	}
}

// TestSchemaWantsWords refuses types that their readers could not fill in.
func TestSchemaWantsWords(t *testing.T) {
	type Silent struct {
		Name string `yaml:"name"`
	}
	type Riddle struct {
		Name string `yaml:"name" pattern:"^a$"`
	}
	type Broken struct {
		Name string `yaml:"name" pattern:"(" say:"x"`
	}
	for _, tt := range []struct {
		of          reflect.Type
		declaration string
		want        string
	}{
		{reflect.TypeFor[Silent](), "package p", "Silent.Name: has no comment"},
		{reflect.TypeFor[Riddle](), "package p\ntype Riddle struct {\n// A name.\nName string\n}", "Riddle.Name: pattern and say go together"},
		{reflect.TypeFor[Broken](), "package p", "Broken.Name: error parsing regexp"},
		{reflect.TypeFor[Silent](), "no Go", "expected 'package'"},
	} {
		if _, err := Schema("x", tt.of, tt.declaration); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.of, err, tt.want)
		}
	}
}
