package authz_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// commit makes the next revision of every partition, as the store does: a copy that is changed, while the views that hold
// the old one keep it.
func (w *world) commit() *world {
	next := &world{t: w.t, states: map[store.Partition]store.State{}, members: maps.Clone(w.members), ou: w.ou, quotas: w.quotas}
	for p, old := range w.states {
		fork := must(op.Schema(p))(w.t)
		from := old.Tables()
		for i, t := range fork.Tables() {
			t.Fork(from[i])
		}
		next.states[p] = fork
	}
	return next
}

// asAlice and asDeployer are calls by the member's user and by a session of its role, in the view that the world is.
func (w *world) asAlice() *op.Call {
	u, _ := w.iam(member).User("alice")
	return w.call(op.Caller{Kind: op.User, Account: member, ARN: alice, UserID: u.UniqueID, Name: "alice", User: u})
}

func (w *world) asDeployer(s *iam.Session) *op.Call {
	r, ok := w.iam(member).Role("deployer")
	if !ok {
		return nil
	}
	return w.call(op.Caller{
		Kind: op.AssumedRole, Account: member, ARN: session, UserID: r.UniqueID + ":s1", Name: "deployer",
		Role: r, Session: s, Inline: authz.SessionPolicies(s.Policies),
	})
}

func changeRole(w *world, change func(*iam.Role)) {
	old, _ := w.iam(member).Role("deployer")
	r := *old
	change(&r)
	w.iam(member).Roles.Put(&r)
}

func changeUser(w *world, change func(*iam.User)) {
	old, _ := w.iam(member).User("alice")
	u := *old
	change(&u)
	w.iam(member).Users.Put(&u)
}

func inline(text string) []iam.InlinePolicy {
	return []iam.InlinePolicy{{Name: "a", Document: iampolicy.NewDocument(text)}}
}

// settled is a world in which alice, of the group staff, and deployer, whose sessions are limited by the managed policy
// "limit", may create users.
func settled(t *testing.T) *world {
	w := newWorld(t)
	limit := w.managed(member, "limit", allow)
	w.iam(member).Groups.Put(&iam.Group{Entity: entity("staff", "AGPA1", allow)})
	w.iam(member).Users.Put(&iam.User{Entity: entity("alice", "AIDA1"), Groups: []string{"staff"}})
	e := entity("deployer", "AROA1", allow)
	e.Attached = []string{limit}
	w.iam(member).Roles.Put(&iam.Role{Entity: e})
	return w
}

// TestNothingStale: an Authorizer that has seen every call before decides as the state now is, whatever changed.
func TestNothingStale(t *testing.T) {
	guard := func(w *world, kind org.PolicyType, text string) {
		w.guard(ownOrg, kind, string(member), text)
	}
	const trustAccount = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole"}]}`
	const denyTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}]}`
	for name, c := range map[string]struct {
		change               func(*world)
		alice, deployer, sts bool // who may, afterwards
	}{
		"nothing":              {func(*world) {}, true, true, true},
		"inline policy edited": {func(w *world) { changeRole(w, func(r *iam.Role) { r.Inline = inline(deny) }) }, true, false, true},
		"boundary set":         {func(w *world) { changeRole(w, func(r *iam.Role) { r.Boundary = w.managed(member, "box", none) }) }, true, false, false},
		"user's boundary set":  {func(w *world) { changeUser(w, func(u *iam.User) { u.Boundary = w.managed(member, "box", none) }) }, false, true, true},
		"managed policy attached": {func(w *world) {
			changeUser(w, func(u *iam.User) { u.Attached = []string{w.managed(member, "no", deny)} })
		}, false, true, true},
		"managed policy edited": {func(w *world) { w.managed(member, "limit", deny) }, true, false, false},
		"group's policy edited": {func(w *world) { w.iam(member).Groups.Put(&iam.Group{Entity: entity("staff", "AGPA1", none)}) },
			false, true, true},
		"left the group": {func(w *world) { changeUser(w, func(u *iam.User) { u.Groups = nil }) }, false, true, true},
		"role deleted and made again": {func(w *world) {
			w.iam(member).Roles.Delete("deployer")
			w.iam(member).Roles.Put(&iam.Role{Entity: entity("deployer", "AROA2")})
		}, true, false, false},
		"SCP attached": {func(w *world) { guard(w, org.ServiceControlPolicy, deny) }, false, false, true},
		"RCP attached": {func(w *world) { guard(w, org.ResourceControlPolicy, denyTrust) }, true, true, false},
		"SCP detached": {func(w *world) {
			w.guard(ownOrg, org.ServiceControlPolicy, string(member), none) // the last one cannot be detached
			if err := w.org(ownOrg).Detach(&w.quotas, "p-FullAWSAccess", string(member)); err != nil {
				t.Fatal(err)
			}
		}, false, false, false},
		"account moved": {func(w *world) {
			ou := must(w.org(ownOrg).CreateOU(randomness{}, now, &w.quotas, string(w.ou.ID), "Locked", nil))(t)
			w.guard(ownOrg, org.ServiceControlPolicy, string(ou.ID), deny)
			if err := w.org(ownOrg).Move(member, string(w.ou.ID), string(ou.ID)); err != nil {
				t.Fatal(err)
			}
		}, false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, a := settled(t), authz.NewAuthorizer()
			trust := iampolicy.Source{ID: "trust", Document: iampolicy.NewDocument(trustAccount)}
			s := &iam.Session{Account: member, Kind: iam.RoleSession, RoleName: "deployer", PolicyARNs: []string{ident.IAM(member, "policy/limit")}}
			check := func(w *world, when string, alice, deployer, sts bool) {
				t.Helper()
				create := op.Target{Resource: newUser, Action: "iam:CreateUser"}
				assume := op.Target{Resource: "arn:aws:iam::222222222222:role/other", Action: "sts:AssumeRole", Policy: &trust}
				for range 2 {
					for _, q := range []struct {
						who  string
						call *op.Call
						of   op.Target
						want bool
					}{{"alice", w.asAlice(), create, alice}, {"deployer", w.asDeployer(s), create, deployer}, {"sts", w.asDeployer(s), assume, sts}} {
						d, err := a.Decide(q.call, &q.of)
						if err != nil || (d.Outcome == iampolicy.Allowed) != q.want {
							t.Errorf("%s: %s: %+v %v", when, q.who, d, err)
						}
					}
				}
			}
			check(w, "before", true, true, true)
			next := w.commit()
			c.change(next)
			check(next, "after", c.alice, c.deployer, c.sts)
			check(w, "in the view from before", true, true, true)
		})
	}
}

// randomness reads as bytes that differ from call to call.
type randomness struct{}

func (randomness) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return len(b), nil
}

// TestNothingStaleInLongRuns changes a world in random ways and wants, after each change and in old views too, the decisions
// of one Authorizer that has seen everything to be those that the policies gathered afresh give.
func TestNothingStaleInLongRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	texts := []string{none, allow, deny, `{"Version":"2012-10-17","Statement":[]}`, allow, allow, allow, allow}
	text := func() string { return texts[r.IntN(len(texts))] }
	limit := ident.IAM(member, "policy/limit")
	sessions := []*iam.Session{{}, {PolicyARNs: []string{limit}}, {Policies: []string{allow}}, {Policies: []string{none}}}
	changes := []func(*world){
		func(w *world) { w.managed(member, "limit", text()) },
		func(w *world) { w.iam(member).Policies.Delete("limit") },
		func(w *world) { w.iam(member).Groups.Put(&iam.Group{Entity: entity("staff", "AGPA1", text())}) },
		func(w *world) { changeUser(w, func(u *iam.User) { u.Groups = []string{"staff"}[:r.IntN(2)] }) },
		func(w *world) { changeUser(w, func(u *iam.User) { u.Inline = inline(text()) }) },
		func(w *world) { changeUser(w, func(u *iam.User) { u.Boundary = []string{"", limit}[r.IntN(2)] }) },
		func(w *world) { changeRole(w, func(e *iam.Role) { e.Inline = inline(text()) }) },
		func(w *world) { changeRole(w, func(e *iam.Role) { e.Attached = []string{limit}[:r.IntN(2)] }) },
		func(w *world) { changeRole(w, func(e *iam.Role) { e.Boundary = []string{"", limit}[r.IntN(2)] }) },
		func(w *world) {
			s := w.org(ownOrg)
			p := must(s.CreatePolicy(randomness{}, now, &w.quotas, org.NewPolicy{Type: org.ServiceControlPolicy, Name: fmt.Sprint(r.Uint64()), Content: texts[r.IntN(3)]}))(t)
			_ = s.Attach(&w.quotas, p.ID, []string{string(member), string(w.ou.ID)}[r.IntN(2)]) // at the quota it stays out
		},
		func(w *world) {
			for _, p := range w.org(ownOrg).AttachedTo(string(member), org.ServiceControlPolicy) {
				if p.ID != "p-FullAWSAccess" {
					must(w.org(ownOrg).UpdatePolicy(&w.quotas, p.ID, org.PolicyChange{Content: &texts[r.IntN(3)]}))(t)
				}
			}
		},
		func(w *world) {
			for _, target := range []string{string(member), string(w.ou.ID)} {
				for _, p := range w.org(ownOrg).AttachedTo(target, org.ServiceControlPolicy) {
					if p.ID != "p-FullAWSAccess" {
						if err := w.org(ownOrg).Detach(&w.quotas, p.ID, target); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		},
	}
	w, a := settled(t), authz.NewAuthorizer()
	views, outcomes := []*world{w}, map[iampolicy.Outcome]int{}
	for range 1500 {
		w = w.commit()
		changes[r.IntN(len(changes))](w)
		views = append(views, w)
		view := views[max(0, len(views)-1-r.IntN(3))]
		for _, c := range []*op.Call{view.asAlice(), view.asDeployer(sessions[r.IntN(len(sessions))])} {
			target := op.Target{Resource: newUser, Action: "iam:CreateUser"}
			if r.IntN(3) == 0 {
				target.Policy = source(text())
			}
			rq, ps, err := authz.Gather(c, &target)
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Decide(c, &target)
			if want := iampolicy.Decide(&rq, &ps); err != nil || got != want {
				t.Fatalf("%+v %v, want %+v by %+v", got, err, want, ps)
			}
			outcomes[got.Outcome]++
		}
	}
	if len(outcomes) != 3 || slices.Min(slices.Collect(maps.Values(outcomes))) < 200 {
		t.Errorf("the outcomes are too uneven to tell: %v", outcomes)
	}
}
