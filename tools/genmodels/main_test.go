package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"umbel/internal/model"
)

// TestCommittedTypes regenerates the types and compares them with the committed ones.
func TestCommittedTypes(t *testing.T) {
	dir := filepath.Join("..", "..", "internal", "model")
	if err := run(dir, true); err != nil {
		t.Fatal(err)
	}
	for _, id := range served {
		svc, err := model.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		want, err := generate(svc)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Join(dir, pkg(id)))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if want[e.Name()] == nil {
				t.Errorf("%s/%s is not generated any more: remove it", id, e.Name())
			}
		}
	}
}

func TestRunWritesAndCompares(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir, true); err == nil {
		t.Error("an empty directory is as generated")
	}
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Error(err)
	}
	name := filepath.Join(dir, "sts", "shapes.go")
	raw, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, append(raw, '\n'), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err == nil || !strings.Contains(err.Error(), "shapes.go differs") {
		t.Errorf("a changed file: %v", err)
	}
}

func TestCollisionsAreRefused(t *testing.T) {
	for name, shapes := range map[string]string{
		"two fields":        `"In":{"type":"structure","members":{"name":{"shape":"S"},"Name":{"shape":"S"}}},"S":{"type":"string"}`,
		"type and input":    `"In":{"type":"structure","members":{"A":{"shape":"DoInput"}}},"DoInput":{"type":"structure","members":{}}`,
		"constant and type": `"In":{"type":"structure","members":{"A":{"shape":"Kind"},"B":{"shape":"KindX"}}},"Kind":{"type":"string","enum":["X"]},"KindX":{"type":"structure","members":{}}`,
	} {
		svc, err := model.Parse("x", []byte(`{"operations":{"Do":{"input":{"shape":"In"}}},"shapes":{`+shapes+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := generate(svc); err == nil {
			t.Errorf("%s of one name were accepted", name)
		}
	}
}

func TestCamel(t *testing.T) {
	for in, want := range map[string]string{"ACCOUNT_NOT_FOUND": "AccountNotFound", "Active": "Active", "us-east-1": "UsEast1", "2010-05-08": "20100508", "IamUser": "IamUser"} {
		if got := camel(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
