package org

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"umbel/internal/ident"
	"umbel/internal/table"
)

// machine makes random changes to an organization; after each one every rule of the tree must hold, and the state must
// be the same whether it was forked before or not.
type machine struct {
	*world
	t *rapid.T
	n int
}

// TestTreeMachine looks for a sequence of changes that breaks the tree.
func TestTreeMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{t: t, world: &world{State: NewState(), q: DefaultQuotas(), r: rand.NewChaCha8([32]byte{2})}}
		m.q.OUDepth, m.q.OUs, m.q.Accounts = 3, 12, 8
		o, err := m.Create(m.r, start, "o-exampleorg1", Founder{ID: management, Email: "root@example.com"}, AllFeatures)
		if err != nil {
			t.Fatal(err)
		}
		m.root = string(o.Root)
		m.toggle(ServiceControlPolicy)
		t.Repeat(map[string]func(*rapid.T){
			"":       func(*rapid.T) { m.check() },
			"fork":   func(*rapid.T) { m.fork() },
			"ou":     func(*rapid.T) { m.note(m.CreateOU(m.r, start, &m.q, m.pick(m.containers()), m.name(), nil)) },
			"delete": func(*rapid.T) { m.note(nil, m.DeleteOU(ident.OUID(m.pick(m.containers())))) },
			"rename": func(*rapid.T) { m.note(m.RenameOU(ident.OUID(m.pick(m.containers())), m.name())) },
			"join":   func(*rapid.T) { m.admit() },
			"move": func(*rapid.T) {
				m.note(nil, m.Move(ident.AccountID(m.pick(m.members())), m.pick(m.containers()), m.pick(m.containers())))
			},
			"remove": func(*rapid.T) { m.note(nil, m.Remove(start.Add(10*day), &m.q, ident.AccountID(m.pick(m.members())))) },
			"policy": func(*rapid.T) {
				m.note(m.CreatePolicy(m.r, start, &m.q, NewPolicy{Type: ServiceControlPolicy, Name: m.name(), Content: denyS3}))
			},
			"attach": func(*rapid.T) { m.note(nil, m.Attach(&m.q, m.policy(), m.pick(m.nodes()))) },
			"detach": func(*rapid.T) { m.note(nil, m.Detach(&m.q, m.policy(), m.pick(m.nodes()))) },
			"unmake": func(*rapid.T) { m.note(nil, m.DeletePolicy(m.policy())) },
			"toggle": func(*rapid.T) { m.toggle(ServiceControlPolicy) },
		})
	})
}

// note takes a result that may be a refusal: refusals must leave the state alone, which check sees.
func (m *machine) note(_ any, _ error) {}

func (m *machine) pick(ids []string) string { return rapid.SampledFrom(ids).Draw(m.t, "id") }

func (m *machine) name() string {
	return rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(m.t, "name")
}

func (m *machine) policy() ident.PolicyID {
	var ids []string
	for id := range m.PoliciesOf(ServiceControlPolicy, "") {
		ids = append(ids, id)
	}
	return ident.PolicyID(m.pick(ids))
}

func (m *machine) containers() []string {
	ids := []string{m.root}
	for id := range m.ous.All() {
		ids = append(ids, id)
	}
	return ids
}

func (m *machine) members() []string {
	var ids []string
	for id := range m.Accounts("") {
		ids = append(ids, id)
	}
	return ids
}

func (m *machine) nodes() []string { return append(m.containers(), m.members()...) }

func (m *machine) admit() {
	m.n++
	req, err := m.RequestAccount(m.r, start, &m.q, NewAccount{Name: "x", Email: fmt.Sprintf("a%d@example.com", m.n)})
	if err == nil {
		_, err = m.Admit(start, req)
		if err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *machine) toggle(k PolicyType) {
	o, _ := m.Organization()
	if o.Enabled(k) {
		m.note(m.DisablePolicyType(o.Root, k))
		return
	}
	m.note(m.EnablePolicyType(o.Root, k))
}

// fork goes on with a copy, as an Update does, and loads the changes of the old one into another, as a replica does.
func (m *machine) fork() {
	replica, next := NewState(), NewState()
	for i, tab := range m.Tables() {
		for _, c := range changesFromEmpty(tab) {
			if err := replica.Tables()[i].Load(c.ID, encode(fatal{m.t}, c.Row)); err != nil {
				m.t.Fatal(err)
			}
		}
		next.Tables()[i].Fork(tab)
	}
	if string(dump(fatal{m.t}, replica)) != string(dump(fatal{m.t}, m.State)) {
		m.t.Fatal("a replica that loaded the records differs")
	}
	m.State = next
}

func changesFromEmpty(tab table.Any) (cs []table.Change) {
	tab.Each(func(id string, row any) bool {
		cs = append(cs, table.Change{Kind: tab.Kind(), ID: id, Row: row})
		return true
	})
	return cs
}

// fatal lets rapid's T stand in where only Helper and Fatal are used.
type fatal struct{ t *rapid.T }

func (f fatal) Helper()           {}
func (f fatal) Fatal(args ...any) { f.t.Fatal(args...) }

// check holds the rules of the tree.
func (m *machine) check() {
	o, ok := m.Organization()
	if !ok {
		m.t.Fatal("the organization is gone")
	}
	if m.ous.Len() > m.q.OUs || m.accounts.Len() > m.q.Accounts {
		m.t.Fatalf("%d OUs and %d accounts: more than the quotas", m.ous.Len(), m.accounts.Len())
	}
	seen := m.walk(m.root, 0)
	if want := 1 + m.ous.Len() + m.accounts.Len(); seen != want {
		m.t.Fatalf("the walk from the root met %d nodes, there are %d", seen, want)
	}
	for id, a := range m.attachments.All() {
		if _, ok := m.Node(a.Target); !ok {
			m.t.Fatalf("attachment %s hangs on nothing", id)
		}
		if _, ok := m.Policy(a.Policy); !ok || !o.Enabled(a.Type) {
			m.t.Fatalf("attachment %s is of no enabled policy", id)
		}
	}
	for id, d := range m.detachments.All() {
		if _, ok := m.Node(d.Target); !ok {
			m.t.Fatalf("detachment %s hangs on nothing", id)
		}
	}
	m.checkPolicies(o)
}

// walk goes down the tree by its indexes and counts the nodes.
func (m *machine) walk(node string, depth int) int {
	if depth > m.q.OUDepth {
		m.t.Fatalf("%s is %d levels deep", node, depth)
	}
	n, names := 1, map[string]bool{}
	for id, ou := range m.OUsIn(node, "") {
		if ou.Parent != node || names[ou.Name] {
			m.t.Fatalf("OU %s is in the wrong place or has a sibling's name", id)
		}
		names[ou.Name] = true
		n += m.walk(id, depth+1)
	}
	for id, a := range m.AccountsIn(node, "") {
		if a.Parent != node || m.Path(a.ID) != m.PathOf(node) {
			m.t.Fatalf("account %s is in the wrong place", id)
		}
		n++
	}
	return n
}

// checkPolicies compares what is attached, seen from the targets, from the policies and in the chains.
func (m *machine) checkPolicies(o *Organization) {
	byPolicy := map[string]bool{}
	for _, p := range m.PoliciesOf(ServiceControlPolicy, "") {
		for id := range m.TargetsOf(p, "") {
			byPolicy[id+" "+string(p.ID)] = true
		}
	}
	for _, node := range m.nodes() {
		attached := m.AttachedTo(node, ServiceControlPolicy)
		if n := len(attached); o.Enabled(ServiceControlPolicy) && (n < 1 || n > 10) {
			m.t.Fatalf("%s has %d SCPs", node, n)
		}
		for _, p := range attached {
			if !byPolicy[node+" "+string(p.ID)] {
				m.t.Fatalf("%s has %s, which does not know it", node, p.ID)
			}
			delete(byPolicy, node+" "+string(p.ID))
		}
	}
	if len(byPolicy) > 0 {
		m.t.Fatalf("policies believe to be attached where they are not: %v", byPolicy)
	}
	for _, a := range m.members() {
		m.checkChain(o, ident.AccountID(a))
	}
}

func (m *machine) checkChain(o *Organization, a ident.AccountID) {
	row, _ := m.Account(a)
	var want, got []string
	if o.Enabled(ServiceControlPolicy) && a != o.Management {
		for _, node := range append(m.lineage(row.Parent), string(a)) {
			want = append(want, node)
			for _, p := range m.AttachedTo(node, ServiceControlPolicy) {
				want = append(want, o.PolicyARN(p))
			}
		}
	}
	for _, l := range m.Chain(a, ServiceControlPolicy) {
		got = append(got, l.Target)
		for _, p := range l.Policies {
			got = append(got, p.ID)
		}
	}
	if !slices.Equal(got, want) {
		m.t.Fatalf("the chain of %s is %v, want %v", a, got, want)
	}
}
