package unserved

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForm(t *testing.T) {
	p := parameters{}
	p.form("A=1&A=2&L.1=x&L.10=z&L.2=y&M.member.1.Key=k&M.member.1.Value=v&S.Name.1=n&N.a.b=c&Empty=&x%zz")
	if len(p) != 0 {
		t.Errorf("a malformed form has members: %v", p)
	}
	p.form("A=1&A=2&L.1=x&L.10=z&L.2=y&M.member.1.Key=k&M.member.1.Value=v&S.Name.1=n&N.a.b=c&Empty=&A.b=clash" +
		"&" + strings.Repeat("d.", 100) + "x=too+deep")
	for path, want := range map[string][]string{
		"A": {"1"}, "L": {"x", "y", "z"}, "M.Key": {"k"}, "M.value": {"v"}, "S": {"n"}, "N.a.b": {"c"}, "Empty": {""}, "Nothing": nil, "A.b.c": nil,
	} {
		if got := p.get(path); !slices.Equal(got, want) {
			t.Errorf("%s: %q", path, got)
		}
	}
	if p.has("d") {
		t.Error("read deeper than it may")
	}
}

func TestReadJSON(t *testing.T) {
	c, err := new(Finder).Find(sent("POST /2015-03-31/functions/f/invocations?Qualifier=a&Qualifier=b\n\n"+
		` {"FunctionName":"other","N":1.50,"B":true,"L":[[1],{"x":"y"},null],"O":{"in":{"deep":"v"}}}`), "", "lambda")
	if err != nil {
		t.Fatal(err)
	}
	p := read(c.Service.Protocol, c.Operation, c.request)
	for path, want := range map[string][]string{
		"FunctionName": {"f"}, "qualifier": {"a", "b"}, "N": {"1.50"}, "B": {"true"}, "L": {"1"}, "L.x": {"y"}, "O.in.deep": {"v"}, "O": nil,
	} {
		if got := p.get(path); !slices.Equal(got, want) {
			t.Errorf("%s: %q", path, got)
		}
	}
	if got := p.names(); !slices.IsSorted(got) || len(got) != 6 {
		t.Errorf("names %v", got)
	}
}

func TestCBOR(t *testing.T) {
	long := strings.Repeat("x", 300)
	for name, c := range map[string]struct {
		bytes string
		want  any
	}{
		"map":           {"\xa2aa\x01ab\x21", map[string]any{"a": json.Number("1"), "b": json.Number("-2")}},
		"endless":       {"\xbfaa\x9f\x18\x64\xf5\xff\xff", map[string]any{"a": []any{json.Number("100"), true}}},
		"text in parts": {"\x7faaabac\xff", "abc"},
		"long text":     {"\x79\x01\x2c" + long, long},
		"floats":        {"\x82\xfa\x3f\xc0\x00\x00\xfb\x40\x09\x21\xfb\x54\x44\x2d\x18", []any{json.Number("1.5"), json.Number("3.141592653589793")}},
		"tag":           {"\xc1\x1a\x00\x00\x00\x02", json.Number("2")},
		"bytes":         {"\x42ab", "ab"},
		"null":          {"\xf6", nil},
	} {
		if d := cmp.Diff(c.want, decodeCBOR([]byte(c.bytes))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	for _, bad := range []string{"", "\xa1", "\xa1aa", "\xa1\x01\x01", "\x9f", "\x9f\x01", "\x62a", "\x7f\x01\xff", "\x19\x01", "\x1c", "\x1f", "\x3f", "\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
		"\x3b\xff\xff\xff\xff\xff\xff\xff\xff", strings.Repeat("\x81", 100) + "\x01"} {
		if got := decodeCBOR([]byte(bad)); got != nil {
			t.Errorf("%x: %v", bad, got)
		}
	}
}

func TestShown(t *testing.T) {
	c := &Call{members: parameters{
		"SecretId": "db", "SecretString": "hunter2", "TableName": "T", "MasterUserPassword": "x", "ClientToken": "y", "SessionTokenId": "z",
		"Item": map[string]any{"a": "b"}, "InstanceIds": []any{"i-1", "i-2"}, "": "nothing",
	}}
	want := map[string]any{"secretId": "db", "tableName": "T", "instanceIds": []any{"i-1", "i-2"}}
	if d := cmp.Diff(any(want), c.Shown()); d != "" {
		t.Error(d)
	}
	if got := new(Call).Shown(); got != nil {
		t.Errorf("nothing to show: %v", got)
	}
}
