package main

import (
	"slices"
	"testing"
)

// TestAgree: both engines give every question the same answer.
func TestAgree(t *testing.T) {
	dir := t.TempDir()
	if err := fill(dir, 30_000); err != nil {
		t.Fatal(err)
	}
	for _, q := range questions() {
		var answers [len(engines)][]string
		for i, name := range engines {
			e, err := openEngine(name, dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := e.ask(&q); err != nil {
				t.Fatalf("%s, %s: %v", name, q.name, err)
			}
			if answers[i], err = texts(e, &q); err != nil {
				t.Fatalf("%s, %s: %v", name, q.name, err)
			}
			if err := e.close(); err != nil {
				t.Error(err)
			}
		}
		if len(answers[0]) == 0 || !slices.Equal(answers[0], answers[1]) {
			t.Error(differ(q.name, answers[0], answers[1]))
		}
	}
}
