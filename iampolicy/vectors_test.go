package iampolicy

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectorFile is a file of testdata/vectors: what the documentation says, transcribed. Its vectors are of one format.
type vectorFile struct {
	name      string
	Format    string                     `json:"format"`
	About     string                     `json:"about"`
	Documents map[string]json.RawMessage `json:"documents"`
	Vectors   []vector                   `json:"vectors"`
}

// vector is one case and where the documentation states it. Which members it has goes by the format of its file.
type vector struct {
	Source string `json:"source"`

	// "conditions": whether a Condition element matches a request with these keys.
	Condition json.RawMessage            `json:"condition,omitempty"`
	Context   map[string]json.RawMessage `json:"context,omitempty"`
	Match     *bool                      `json:"match,omitempty"`

	// "statements": what an identity policy of one statement decides.
	Version   *string         `json:"version,omitempty"`
	Statement json.RawMessage `json:"statement,omitempty"`
	Action    string          `json:"action,omitempty"`
	Resource  string          `json:"resource,omitempty"`

	// "decisions": what a request as `umbel decide` reads it comes to. A policy without a document stands in the file's list.
	Request  map[string]json.RawMessage `json:"request,omitempty"`
	Decision string                     `json:"decision,omitempty"`
	Layer    *string                    `json:"layer,omitempty"`
	Target   string                     `json:"target,omitempty"`
	Policy   string                     `json:"policy,omitempty"`

	// "validation": with which message a document of a kind is refused, "" if it is not.
	Kind     string          `json:"kind,omitempty"`
	Document json.RawMessage `json:"document,omitempty"`
	Message  *string         `json:"message,omitempty"`
}

// wantVectors is the number of vectors in each file, so that none gets lost unseen.
var wantVectors = map[string]int{
	"abac.json":             59,
	"accounts.json":         62,
	"boundaries.json":       31,
	"condition-tables.json": 73,
	"data-perimeter.json":   15,
	"divergences.json":      14,
	"elements.json":         119,
	"global-keys.json":      67,
	"logic.json":            15,
	"notprincipal.json":     18,
	"operators.json":        55,
	"principals.json":       98,
	"rcp.json":              47,
	"scp-evaluation.json":   71,
	"scp-examples.json":     32,
	"sets.json":             32,
	"validation.json":       116,
	"values.json":           143,
	"variables.json":        20,
}

func readVectors(t *testing.T) []*vectorFile {
	t.Helper()
	names, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var files []*vectorFile
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := &vectorFile{name: filepath.Base(name)}
		if err := decodeStrict(text, f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		files = append(files, f)
	}
	return files
}

// TestVectors decides what the documentation decides: its tables, worked examples and stated rules.
func TestVectors(t *testing.T) {
	total := 0
	for _, f := range readVectors(t) {
		run := map[string]func(*testing.T, *vectorFile, *vector){
			"conditions": runCondition, "statements": runStatement, "decisions": runDecision, "validation": runValidation,
		}[f.Format]
		if run == nil || f.About == "" {
			t.Errorf("%s: format %q, about %q", f.name, f.Format, f.About)
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			seen := map[string]string{}
			for i := range f.Vectors {
				v := &f.Vectors[i]
				if v.Source == "" {
					t.Errorf("vector %d has no source", i)
				}
				if at, twice := seen[v.question()]; twice {
					t.Errorf("%s asks what %s asks", v.Source, at)
				}
				seen[v.question()] = v.Source
				run(t, f, v)
			}
		})
		if want := wantVectors[f.name]; len(f.Vectors) != want {
			t.Errorf("%s has %d vectors, want %d", f.name, len(f.Vectors), want)
		}
		t.Logf("%s: %d vectors", f.name, len(f.Vectors))
		total += len(f.Vectors)
	}
	if t.Logf("%d vectors", total); total < 400 {
		t.Errorf("%d vectors, want at least 400", total)
	}
}

// question is what a vector asks, without its source and answer.
func (v *vector) question() string {
	q := *v
	q.Source, q.Match, q.Decision, q.Layer, q.Target, q.Policy, q.Message = "", nil, "", nil, "", "", nil
	return asJSON(q)
}

func (v *vector) context(t *testing.T) *Context {
	t.Helper()
	ctx := new(Context)
	for key, raw := range v.Context {
		values, err := contextValues(raw)
		if err != nil {
			t.Fatalf("%s: %v", v.Source, err)
		}
		ctx.Set(key, values...)
	}
	return ctx
}

func runCondition(t *testing.T, _ *vectorFile, v *vector) {
	if v.Match == nil {
		t.Fatalf("%s: no answer", v.Source)
	}
	if got := conditionHolds(t, string(v.Condition), v.context(t)); got != *v.Match {
		t.Errorf("%s\n%s\n%s\nmatch = %v, want %v", v.Source, v.Condition, asJSON(v.Context), got, *v.Match)
	}
}

func conditionHolds(t *testing.T, condition string, ctx *Context) bool {
	t.Helper()
	doc := NewDocument(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":` + condition + `}}`)
	if _, err := doc.Policy(); err != nil {
		t.Fatal(err)
	}
	req := &Request{Principal: user, Action: "s3:GetObject", Resource: "*", Context: ctx}
	return Decide(req, &Policies{Identity: []Source{{ID: "p", Document: doc}}}).Outcome == Allowed
}

func runStatement(t *testing.T, _ *vectorFile, v *vector) {
	version := `"Version":"2012-10-17",`
	if v.Version != nil {
		version = ""
		if *v.Version != "" {
			version = `"Version":"` + *v.Version + `",`
		}
	}
	sources := []Source{{ID: "p", Document: NewDocument("{" + version + `"Statement":` + string(v.Statement) + "}")}}
	if strings.Contains(string(v.Statement), `"Effect": "Deny"`) {
		sources = append(sources, fullAccess)
	}
	d := Decide(&Request{Principal: user, Action: v.Action, Resource: v.Resource, Context: v.context(t)}, &Policies{Identity: sources})
	if d.Outcome.String() != v.Decision {
		t.Errorf("%s\n%s\n%s on %s %s\n%v, want %s", v.Source, v.Statement, v.Action, v.Resource, asJSON(v.Context), d.Outcome, v.Decision)
	}
}

func runDecision(t *testing.T, f *vectorFile, v *vector) {
	var policies any
	if err := json.Unmarshal(v.Request["policies"], &policies); err != nil {
		t.Fatalf("%s: %v", v.Source, err)
	}
	if name := f.fill(policies); name != "" {
		t.Fatalf("%s: no document is named %q", v.Source, name)
	}
	request := map[string]any{"policies": policies}
	for key, value := range v.Request {
		if key != "policies" {
			request[key] = value
		}
	}
	req, ps, err := DecodeRequest([]byte(asJSON(request)), nil)
	if err != nil {
		t.Fatalf("%s: %v", v.Source, err)
	}
	d := Decide(req, ps)
	var c Compiler
	if compiled, explained := c.Compile(ps).Decide(req), Explain(req, ps).Decision; compiled != d || explained != d {
		t.Errorf("%s\nDecide %s, compiled %s, explained %s", v.Source, asJSON(d), asJSON(compiled), asJSON(explained))
	}
	if d.Outcome.String() != v.Decision || v.Layer != nil && d.Layer.String() != *v.Layer || d.Target != v.Target || v.Policy != "" && d.Policy != v.Policy {
		t.Errorf("%s\n%s\n%s, want %s by %v at %q", v.Source, asJSON(v.Request), asJSON(d), v.Decision, asJSON(v.Layer), v.Target)
	}
}

// fill gives every policy {"name": …} without a document the document of that name, and tells one that is missing.
func (f *vectorFile) fill(node any) (missing string) {
	switch node := node.(type) {
	case []any:
		for _, n := range node {
			if name := f.fill(n); name != "" {
				return name
			}
		}
	case map[string]any:
		name, named := node["name"].(string)
		_, complete := node["document"]
		if named && !complete {
			text, known := f.Documents[name]
			if node["document"] = text; !known {
				return name
			}
			return ""
		}
		for key, n := range node {
			if name := f.fill(n); key != "document" && name != "" {
				return name
			}
		}
	}
	return ""
}

func runValidation(t *testing.T, _ *vectorFile, v *vector) {
	kind, known := map[string]Kind{"identity": KindIdentity, "trust": KindTrust, "resource": KindResource,
		"boundary": KindBoundary, "session": KindSession, "delegation": KindDelegation,
		"serviceControl": KindServiceControl, "resourceControl": KindResourceControl}[v.Kind]
	if !known || v.Message == nil {
		t.Fatalf("%s: kind %q, or no message", v.Source, v.Kind)
	}
	text := string(v.Document)
	if strings.HasPrefix(text, `"`) { // a text that is no JSON, or has what encoding/json would lose
		if err := json.Unmarshal(v.Document, &text); err != nil {
			t.Fatalf("%s: %v", v.Source, err)
		}
	}
	got, err := "", Validate(kind, text)
	var bad *ValidationError
	if errors.As(err, &bad) {
		got = bad.Message
	}
	if got != *v.Message {
		t.Errorf("%s\n%s\n got %q\nwant %q", v.Source, text, got, *v.Message)
	}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
