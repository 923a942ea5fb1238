package orgfile

import (
	"flag"
	"os"
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
