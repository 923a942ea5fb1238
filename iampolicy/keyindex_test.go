package iampolicy

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestKeyIndex: many conditions on one key come to the same together as each on its own, for texts and for ARNs with
// wildcards anywhere, of any number of segments.
func TestKeyIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	one := func(words ...string) string { return words[r.IntN(len(words))] }
	arn := func(wild ...string) string {
		segments := []string{one("arn", "arn", "arn", "*", "a")}
		for range []int{5, 5, 5, 6, 3}[r.IntN(5)] {
			segments = append(segments, one(append(wild, "", "aws", "iam", "1", "role/a", "role/ab")...)+one("", "", "", "b"))
		}
		return strings.Join(segments, ":")
	}
	seen := map[Outcome]int{}
	for range 3000 {
		var statements []string
		for range 2 + r.IntN(12) {
			var values []string
			for range 1 + r.IntN(3) {
				value := arn("*", "?", "r*", "*a", "${*}", "role/*")
				if r.IntN(4) == 0 {
					value = one("", "*", "a", "a*", "*b", "${*}", "${none}")
				}
				values = append(values, fmt.Sprintf("%q", value))
			}
			operator := one("ArnLike", "ArnNotLike", "ArnEquals", "StringLike", "StringNotLike", "StringEquals", "StringNotEquals") + one("", "", "IfExists")
			statements = append(statements, statementOf("Deny", "s3:*", fmt.Sprintf(`,"Condition":{%q:{%q:[%s]},"Bool":{"rare":"true"}}`,
				operator, one("k", "K"), strings.Join(values, ","))))
		}
		ps := &Policies{Identity: []Source{{ID: "p", Document: policy2012(append(statements, statementOf("Allow", "*", ""))...)}}}
		compiled := new(Compiler).Compile(ps)
		for range 6 {
			ctx := keys("rare", "true")
			switch r.IntN(8) {
			case 0:
			case 1:
				ctx.Set("k")
			case 2:
				ctx.Set("k", "a", "b")
			default:
				ctx.Set("k", one(arn(), arn(), arn("*"), "", "a", "*", "ab"))
			}
			req := &Request{Principal: user, Action: "s3:GetObject", Resource: "*", Context: ctx}
			want := Decide(req, ps)
			seen[want.Outcome]++
			if got := compiled.Decide(req); got != want {
				t.Fatalf("%+v together, %+v each\n%v\n%s", got, want, ctx.entries, asJSON(ps))
			}
		}
	}
	if seen[Allowed] < 1000 || seen[ExplicitDeny] < 1000 {
		t.Errorf("the outcomes are too uneven to tell: %v", seen)
	}
}
