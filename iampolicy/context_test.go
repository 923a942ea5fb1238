package iampolicy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// plainFold is what equalFold stands for.
func plainFold(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}

// TestFold compares strings of every length and with every byte that lies next to a letter.
func TestFold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	word := "@AZ[`az{\x00\x20\x80\xc1\xe1\xfa:"
	equal := 0
	for range 200_000 {
		a := make([]byte, r.IntN(20))
		for i := range a {
			a[i] = word[r.IntN(len(word))]
		}
		b := slices.Clone(a)
		for range r.IntN(3) {
			if len(b) > 0 {
				b[r.IntN(len(b))] ^= []byte{0x20, 0, 0x80, 1}[r.IntN(4)]
			}
		}
		if r.IntN(10) == 0 {
			b = append(b, 'a')
		}
		want := plainFold(string(a)) == plainFold(string(b))
		if got := equalFold(string(a), string(b)); got != want {
			t.Fatalf("%q and %q: %v", a, b, got)
		}
		if want && hashKey(string(a)) != hashKey(string(b)) {
			t.Fatalf("%q and %q are equal and hash differently", a, b)
		}
		if want {
			equal++
		}
	}
	if equal < 10_000 {
		t.Errorf("only %d were equal", equal)
	}
}

// TestContextAgainstMap drives a context and a map through the same changes.
func TestContextAgainstMap(t *testing.T) {
	var c Context
	if _, ok := c.Get("a"); ok {
		t.Error("an empty context has a key")
	}
	if _, ok := (*Context)(nil).Get("a"); ok {
		t.Error("no context has a key")
	}
	(*Context)(nil).Keys(func(string, []string) bool { t.Error("no context has keys"); return true })
	r := rand.New(rand.NewPCG(2, 1))
	for range 200 {
		want := map[string][]string{}
		c.Reset()
		if r.IntN(2) == 0 {
			c.Grow(r.IntN(40))
		}
		for range r.IntN(120) {
			key := fmt.Sprintf("aws:PrincipalTag/%d", r.IntN(80))
			values := []string{"a", "b", "c"}[:r.IntN(4)]
			if r.IntN(2) == 0 {
				key = strings.ToUpper(key)
			}
			c.Set(key, values...)
			want[strings.ToLower(key)] = values
		}
		n := 0
		c.Keys(func(key string, values []string) bool {
			n++
			if !slices.Equal(want[strings.ToLower(key)], values) {
				t.Fatalf("%s: %q", key, values)
			}
			return true
		})
		if n != len(want) {
			t.Fatalf("%d keys, want %d", n, len(want))
		}
		c.Keys(func(string, []string) bool { n++; return false })
		if n > len(want)+1 {
			t.Fatal("Keys does not stop")
		}
		for i := range 90 {
			key := fmt.Sprintf("AWS:principaltag/%d", i)
			values, ok := c.Get(key)
			wanted, there := want[strings.ToLower(key)]
			if ok != there || !slices.Equal(values, wanted) {
				t.Fatalf("%s: %q %v, want %q %v", key, values, ok, wanted, there)
			}
		}
	}
}

func BenchmarkContext(b *testing.B) {
	names := []string{"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalTag/env", "aws:PrincipalIsAWSService", "aws:userid", "aws:PrincipalTag/team",
		"aws:RequestedRegion", "aws:SourceIp", "aws:SecureTransport", "aws:UserAgent", "aws:CurrentTime", "aws:ViaAWSService", "aws:ResourceAccount", "aws:PrincipalTag/project"}
	var c Context
	b.ReportAllocs()
	for b.Loop() {
		c.Reset()
		for _, name := range names {
			c.Set(name, "value")
		}
	}
}
