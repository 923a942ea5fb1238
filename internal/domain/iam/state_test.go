package iam

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestChangesLeaveTheOldStateAlone makes random changes on forks, as the store does, and checks after each that the state
// it was forked from is as it was, and that every index agrees with its table.
func TestChangesLeaveTheOldStateAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := DefaultQuotas()
		env := Env{Now: noon, Rand: rand.NewChaCha8([32]byte{2}), Quotas: &q}
		s := NewState()
		NewAccount(s, env, account, "one", "one@example.org")
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			before := records(s)
			next := fork(s)
			err := change(t, next, env)
			if diff := cmp.Diff(before, records(s)); diff != "" {
				t.Fatalf("the old state changed: %s", diff)
			}
			if err == nil {
				s = next
				checkIndexes(t, s)
			}
		}
		if diff := cmp.Diff(records(s), records(reload(t, s))); diff != "" {
			t.Fatalf("records do not load again: %s", diff)
		}
	})
}

// change makes one random change. Names are few, so that changes meet.
func change(t *rapid.T, s *State, env Env) error {
	name := rapid.SampledFrom([]string{"a", "b", "C"})
	kind := rapid.SampledFrom([]Kind{UserKind, GroupKind, RoleKind}).Draw(t, "kind")
	n, m := name.Draw(t, "name"), name.Draw(t, "other")
	arn := rapid.SampledFrom([]string{"arn:aws:iam::111122223333:policy/a", "arn:aws:iam::111122223333:policy/b", "arn:aws:iam::aws:policy/AWSDenyAll"}).Draw(t, "policy")
	changes := []func() error{
		func() error { _, err := s.CreateUser(env, UserSpec{Name: n}); return err },
		func() error { _, err := s.CreateGroup(env, n, ""); return err },
		func() error { _, err := s.CreateRole(env, RoleSpec{Name: n, Trust: ec2}, Alone); return err },
		func() error { _, err := s.CreatePolicy(env, PolicySpec{Name: n, Document: allow}); return err },
		func() error { _, err := s.CreateInstanceProfile(env, n, "", nil); return err },
		func() error { _, err := s.CreateAccessKey(env, n); return err },
		func() error { return s.UpdateUser(n, m, "") },
		func() error { return s.UpdateGroup(n, m, "") },
		func() error { return s.AddUserToGroup(env, n, m) },
		func() error { return s.RemoveUserFromGroup(n, m) },
		func() error { return s.AttachPolicy(env, kind, n, arn) },
		func() error { return s.DetachPolicy(kind, n, arn) },
		func() error { return s.PutBoundary(UserKind, n, arn) },
		func() error { return s.DeleteBoundary(UserKind, n) },
		func() error { return s.PutInlinePolicy(env, kind, n, m, allow) },
		func() error { return s.DeleteInlinePolicy(kind, n, m) },
		func() error { return s.Tag(env, UserKind, n, []Tag{{m, "x"}}) },
		func() error { return s.Untag(UserKind, n, []string{m}) },
		func() error { return s.AddRoleToInstanceProfile(n, m) },
		func() error { return s.RemoveRoleFromInstanceProfile(n, m) },
		func() error { _, err := s.CreatePolicyVersion(env, arn, allow, true); return err },
		func() error { return s.DeletePolicyVersion(env, arn, "v1") },
		func() error { return s.DeleteUser(n) },
		func() error { return s.DeleteGroup(n) },
		func() error { return s.DeleteRole(n) },
		func() error { return s.DeletePolicy(arn) },
	}
	return changes[rapid.IntRange(0, len(changes)-1).Draw(t, "change")]()
}

func fork(s *State) *State {
	next := NewState()
	for i, t := range next.Tables() {
		t.Fork(s.Tables()[i])
	}
	return next
}

// records gives every record of a state, encoded.
func records(s *State) map[string]string {
	all := map[string]string{}
	for _, t := range s.Tables() {
		t.Each(func(id string, row any) bool {
			body, err := json.Marshal(row)
			if err != nil {
				panic(err)
			}
			all[t.Kind()+"/"+id] = string(body)
			return true
		})
	}
	return all
}

func reload(t *rapid.T, s *State) *State {
	fresh := NewState()
	for i, from := range s.Tables() {
		to := fresh.Tables()[i]
		from.Each(func(id string, row any) bool {
			body, err := json.Marshal(row)
			if err == nil {
				err = to.Load(id, body)
			}
			if err != nil {
				t.Fatal(err)
			}
			return true
		})
	}
	return fresh
}

// checkIndexes compares what indexes find with what a look at every row finds.
func checkIndexes(t *rapid.T, s *State) {
	for _, arn := range []string{"arn:aws:iam::111122223333:policy/a", "arn:aws:iam::aws:policy/AWSDenyAll"} {
		want := Usage{}
		for _, u := range s.Users.All() {
			want.add(&u.Entity, arn)
		}
		for _, g := range s.Groups.All() {
			want.add(&g.Entity, arn)
		}
		for _, r := range s.Roles.All() {
			want.add(&r.Entity, arn)
		}
		if got := s.Usage(arn); got != want {
			t.Fatalf("usage of %s: %v, want %v", arn, got, want)
		}
	}
	for name := range s.Groups.All() {
		var want []string
		for id, u := range s.Users.All() {
			if slices.Contains(u.Groups, name) {
				want = append(want, id)
			}
		}
		if got := names(s.Members(name, "")); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("members of %s: %v, want %v", name, got, want)
		}
	}
	for _, u := range s.Users.All() {
		for _, g := range u.Groups {
			if _, ok := s.Group(g); !ok {
				t.Fatalf("%s is in a group %s that does not exist", u.Name, g)
			}
		}
		if found, ok := s.UserByID(u.UniqueID); !ok || found != u {
			t.Fatalf("%s is not found by its unique ID", u.Name)
		}
	}
	for _, k := range s.Keys.All() {
		if _, ok := s.User(k.User); !ok {
			t.Fatalf("a key of %s is left behind", k.User)
		}
	}
}

func (u *Usage) add(e *Entity, arn string) {
	if slices.Contains(e.Attached, arn) {
		u.Attached++
	}
	if e.Boundary == arn {
		u.Boundaries++
	}
}

func names[V any](rows iter.Seq2[string, V]) (ids []string) {
	for id := range rows {
		ids = append(ids, id)
	}
	return ids
}

func BenchmarkRolePolicies(b *testing.B) {
	q := DefaultQuotas()
	env := Env{Now: noon, Rand: rand.NewChaCha8([32]byte{3}), Quotas: &q}
	s := NewState()
	NewAccount(s, env, account, "one", "one@example.org")
	r, err := s.CreateRole(env, RoleSpec{Name: "r", Trust: ec2}, Alone)
	if err != nil {
		b.Fatal(err)
	}
	p, err := s.CreatePolicy(env, PolicySpec{Name: "p", Document: allow})
	if err != nil {
		b.Fatal(err)
	}
	for _, arn := range []string{s.PolicyARN(p), "arn:aws:iam::aws:policy/ReadOnlyAccess"} {
		if err := s.AttachRolePolicy(env, r.Name, arn); err != nil {
			b.Fatal(err)
		}
	}
	r, _ = s.Role("r")
	b.ReportAllocs()
	for b.Loop() {
		s.RolePolicies(r)
	}
}
