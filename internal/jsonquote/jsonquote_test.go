package jsonquote

import (
	"encoding/json"
	"testing"
)

func FuzzAppend(f *testing.F) {
	for _, s := range []string{"", "plain", `"\`, "\x00\n\r\t\x1f\x7f", "ü€𝄞\u2028", "\xff broken \xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := Append([]byte("x"), s)
		var back string
		if err := json.Unmarshal(quoted[1:], &back); err != nil {
			t.Fatalf("%q: %v", quoted, err)
		}
		var std string
		raw, _ := json.Marshal(s)
		if err := json.Unmarshal(raw, &std); err != nil || std != back {
			t.Fatalf("%q: encoding/json reads %q, this %q (%v)", s, std, back, err)
		}
	})
}
