package policytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"umbel/internal/orgfile"
	"umbel/internal/yamlfile"
)

const exampleSuite = "../../examples/guardrails.test.yaml"

// TestExampleSuite runs the suite that the README shows.
func TestExampleSuite(t *testing.T) {
	s, err := Load(exampleSuite)
	if err != nil {
		t.Fatal(err)
	}
	r := s.Run(nil)
	if r.Failed > 0 || r.Passed < 40 {
		var b bytes.Buffer
		if err := Report(&b, []*Result{r}, orgfile.Style{}, false); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%d cases, want at least 40:\n%s", r.Passed, b.String())
	}
}

// TestExampleSuiteGuards weakens the starter organization in every way that matters, one at a time: a guardrail detached from
// where it is attached, a statement dropped, turned around or narrowed to nothing, an action or a condition taken out of it.
// The suite must notice each.
func TestExampleSuiteGuards(t *testing.T) {
	text, err := os.ReadFile(exampleSuite)
	if err != nil {
		t.Fatal(err)
	}
	suite := strings.Replace(string(text), Starter, "organization.yaml", 1)
	mutants := mutants(t)
	if len(mutants) < 50 {
		t.Fatalf("only %d ways to weaken the organization", len(mutants))
	}
	for _, name := range slices.Sorted(maps.Keys(mutants)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Parse("guardrails.test.yaml", []byte(suite), func(string) ([]byte, error) { return mutants[name], nil })
			if err != nil {
				t.Fatal(err)
			}
			if r := s.Run(nil); (r.Failed == 0) != (name == "nothing") {
				t.Errorf("%d cases fail", r.Failed)
			}
		})
	}
}

// mutants gives organization files by what was done to the starter's.
func mutants(t *testing.T) map[string][]byte {
	out := map[string][]byte{}
	mutate := func(name string, change func(f *orgfile.File)) {
		f := written(t)
		change(f)
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		out[name] = b.Bytes()
	}
	mutate("nothing", func(*orgfile.File) {})
	f := written(t)
	for i := range f.Root.Policies {
		mutate("detach "+f.Root.Policies[i]+" from the root", func(f *orgfile.File) { f.Root.Policies = slices.Delete(f.Root.Policies, i, i+1) })
	}
	for i := range f.Units {
		for j, policy := range f.Units[i].Policies {
			mutate("detach "+policy+" from "+f.Units[i].Path, func(f *orgfile.File) {
				f.Units[i].Policies = slices.Delete(f.Units[i].Policies, j, j+1)
			})
		}
	}
	for i := range f.Policies {
		for what, document := range weakened(t, string(f.Policies[i].Document)) {
			mutate(f.Policies[i].Name+": "+what, func(f *orgfile.File) { f.Policies[i].Document = document })
		}
	}
	return out
}

// written gives the starter file with its policies written out.
func written(t *testing.T) *orgfile.File {
	f, err := orgfile.Starter()
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.Policies {
		p := &f.Policies[i]
		p.Document, p.Template, p.With = yamlfile.Document(p.Text()), "", nil
	}
	return f
}

// weakened gives a policy's text with one thing changed, by what was done.
func weakened(t *testing.T, text string) map[string]yamlfile.Document {
	type policy struct {
		Version   string
		Statement []map[string]any
	}
	out := map[string]yamlfile.Document{}
	change := func(what string, i int, change func(s map[string]any)) {
		var p policy
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		change(p.Statement[i])
		changed, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprintf("%s in statement %d", what, i)] = yamlfile.Document(changed)
	}
	var p policy
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	for i, s := range p.Statement {
		change("allow instead of deny", i, func(s map[string]any) { delete(s, "Condition"); s["Effect"] = "Allow" })
		change("another resource", i, func(s map[string]any) { s["Resource"] = "arn:aws:nothing:::at/all" })
		if conditions, ok := s["Condition"].(map[string]any); ok {
			change("no condition", i, func(s map[string]any) { delete(s, "Condition") })
			for operator := range conditions {
				change("no "+operator, i, func(s map[string]any) { delete(s["Condition"].(map[string]any), operator) })
			}
		}
		if list, ok := s["Action"].([]any); ok {
			for j, action := range list {
				change("without "+action.(string), i, func(s map[string]any) { s["Action"] = slices.Delete(s["Action"].([]any), j, j+1) })
			}
		}
		for _, region := range []string{"eu-west-1", "eu-central-1", "us-east-1", "us-west-2"} {
			if strings.Contains(text, "aws:RequestedRegion") {
				change("turn "+region, i, func(s map[string]any) { turn(s, region) })
			}
		}
	}
	return out
}

// turn makes an approved Region one that is not, or the reverse.
func turn(s map[string]any, region string) {
	in := s["Condition"].(map[string]any)["StringNotEquals"].(map[string]any)
	list := in["aws:RequestedRegion"].([]any)
	if i := slices.Index(list, any(region)); i >= 0 {
		in["aws:RequestedRegion"] = slices.Delete(list, i, i+1)
		return
	}
	in["aws:RequestedRegion"] = append(list, region)
}
