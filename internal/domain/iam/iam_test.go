package iam

import (
	"math/rand/v2"
	"testing"
	"time"

	"umbel/internal/fault"
)

const (
	account = "111122223333"
	other   = "444455556666"
	allow   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	ec2     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// fixture is an account to work on.
type fixture struct {
	*State
	*testing.T
	env Env
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	q := DefaultQuotas()
	f := &fixture{State: NewState(), T: t, env: Env{Now: noon, Rand: rand.NewChaCha8([32]byte{1}), Quotas: &q}}
	NewAccount(f.State, f.env, account, "one", "one@example.org")
	return f
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// refused checks an error's code and text.
func (f *fixture) refused(err error, code fault.Code, text string) {
	f.Helper()
	want := string(code) + ": " + text
	if fault.CodeOf(err) != code || err.Error() != want {
		f.Errorf("got  %v\nwant %s", err, want)
	}
}

func (f *fixture) user(name string) *User {
	f.Helper()
	u, err := f.CreateUser(f.env, UserSpec{Name: name})
	f.ok(err)
	return u
}

func (f *fixture) group(name string) {
	f.Helper()
	_, err := f.CreateGroup(f.env, name, "")
	f.ok(err)
}

func (f *fixture) role(name string) *Role {
	f.Helper()
	r, err := f.CreateRole(f.env, RoleSpec{Name: name, Trust: ec2}, Alone)
	f.ok(err)
	return r
}

func (f *fixture) policy(name string) string {
	f.Helper()
	p, err := f.CreatePolicy(f.env, PolicySpec{Name: name, Document: allow})
	f.ok(err)
	return f.PolicyARN(p)
}
