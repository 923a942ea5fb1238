package iampolicy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestVectors decides conditions as the AWS documentation does in its tables and rules.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("vectors: %v %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var set struct {
				Vectors []struct {
					Source    string
					Condition json.RawMessage
					Context   map[string]json.RawMessage
					Match     bool
				}
			}
			if err := json.Unmarshal(text, &set); err != nil {
				t.Fatal(err)
			}
			for _, v := range set.Vectors {
				ctx := new(Context)
				for key, raw := range v.Context {
					values, err := contextValues(raw)
					if err != nil {
						t.Fatalf("%s: %v", v.Source, err)
					}
					ctx.Set(key, values...)
				}
				if got := conditionHolds(t, string(v.Condition), ctx); got != v.Match {
					t.Errorf("%s\n%s\n%s\nmatch = %v, want %v", v.Source, v.Condition, asJSON(v.Context), got, v.Match)
				}
			}
		})
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

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
