package orgfile

import (
	"fmt"
	"io/fs"
	"testing"
)

func TestStarter(t *testing.T) {
	f, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.Policies {
		fmt.Println(f.Policies[i].Name, len(f.Policies[i].Text()))
	}
	_ = fs.ErrNotExist
	p, err := Compare(f, &Live{}, PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	RenderPlan(testWriter{t}, p, Style{})
	b, err := Schema()
	fmt.Println(len(b), err)
}

type testWriter struct{ *testing.T }

func (w testWriter) Write(b []byte) (int, error) { w.Log(string(b)); return len(b), nil }
