package orgfile

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/organization.schema.json")

// TestSchemaIsPublished holds the published schema against the types; `go test ./internal/orgfile -update` writes it anew.
func TestSchemaIsPublished(t *testing.T) {
	const published = "../../docs/organization.schema.json"
	got, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(published, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(published)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/organization.schema.json (-published +types):\n%s", diff)
	}
}

// TestSchemaKnowsEveryKey walks the types: each key has a description and, where a pattern stands, words for it.
func TestSchemaKnowsEveryKey(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	types := map[string]reflect.Type{}
	for _, v := range []any{Organization{}, Root{}, Management{}, Unit{}, Account{}, Role{}, Policy{}} {
		types[reflect.TypeOf(v).Name()] = reflect.TypeOf(v)
	}
	s.Defs["File"], types["File"] = &s, reflect.TypeFor[File]()
	for name, def := range s.Defs {
		for _, f := range fields(types[name]) {
			if p := def.Properties[keyOf(f)]; p == nil || p.Description == "" {
				t.Errorf("%s.%s is not in the schema, or has no description", name, keyOf(f))
			}
			l := limitsOf(f)
			if (l.pattern == "") != (l.say == "") {
				t.Errorf("%s.%s: pattern and say go together", name, keyOf(f))
			}
			if _, err := regexp.Compile(l.pattern); err != nil {
				t.Errorf("%s.%s: %v", name, keyOf(f), err)
			}
		}
	}
	if want := []string{"name", "email"}; !slices.Equal(s.Defs["Account"].Required, want) {
		t.Errorf("an account needs %v, not %v", s.Defs["Account"].Required, want)
	}
}
