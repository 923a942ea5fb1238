package iampolicy

import (
	"fmt"
	"strings"
	"testing"
)

// TestPlanOfManyConditions: a plan tells more conditions and resources apart than one policy can have, in several policies.
func TestPlanOfManyConditions(t *testing.T) {
	var ps Policies
	for p := range 3 {
		var b strings.Builder
		for i := range 24_000 {
			n := p*24_000 + i
			fmt.Fprintf(&b, `,{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/%d","Condition":{"StringEquals":{"aws:PrincipalTag/n":"%d"}}}`, n, n)
		}
		ps.Identity = append(ps.Identity, Source{ID: fmt.Sprint(p), Document: NewDocument(`{"Version":"2012-10-17","Statement":[` + b.String()[1:] + `]}`)})
	}
	ps.Identity = append(ps.Identity, fullAccess)
	compiled := new(Compiler).Compile(&ps)
	for _, c := range []struct {
		resource, tag string
		want          Outcome
	}{{"70000", "70000", ExplicitDeny}, {"70000", "4464", Allowed}, {"4464", "70000", Allowed}, {"0", "0", ExplicitDeny}, {"0", "65536", Allowed}, {"65536", "0", Allowed}} {
		req := Request{Principal: user, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/" + c.resource, Context: keys("aws:PrincipalTag/n", c.tag)}
		if got := compiled.Decide(&req); got.Outcome != c.want || got != Decide(&req, &ps) {
			t.Errorf("resource %s, tag %s: %+v", c.resource, c.tag, got)
		}
	}
}
