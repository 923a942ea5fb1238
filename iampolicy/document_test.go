package iampolicy

import (
	"encoding/json"
	"testing"
)

func TestDocument(t *testing.T) {
	var d Document
	if _, err := d.Policy(); d.Text() != "" || err == nil {
		t.Errorf("the zero value: %q %v", d.Text(), err)
	}
	text := allow("s3:*").Document.Text()
	for _, change := range []string{text, "{", text} {
		stored, err := json.Marshal(NewDocument(change))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(stored, &d); err != nil || d.Text() != change {
			t.Errorf("%q came back as %q: %v", change, d.Text(), err)
		}
		if p, err := d.Policy(); (err == nil) != (change == text) || (p == nil) != (err != nil) {
			t.Errorf("%q: %v %v", change, p, err)
		}
	}
	if err := json.Unmarshal([]byte("1"), &d); err == nil || d.Text() != text {
		t.Errorf("a number was read: %v, %q", err, d.Text())
	}
}
