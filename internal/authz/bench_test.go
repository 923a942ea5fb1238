package authz_test

import (
	"testing"

	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/op"
)

// BenchmarkDecide is one decision for a session of a member's role under an SCP chain of three levels.
func BenchmarkDecide(b *testing.B) {
	t := &testing.T{}
	w := newWorld(t)
	c := w.role(member, entity("deployer", "AROA1", allow), iam.Session{})
	target := op.Target{Resource: newUser, Action: "iam:CreateUser"}
	a := authz.NewAuthorizer()
	b.ReportAllocs()
	for b.Loop() {
		if d, err := a.Decide(c, &target); err != nil || d.Outcome.String() != "Allowed" {
			b.Fatal(d, err)
		}
	}
}
