package iampolicy

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// plan is what of a set can bear on one action.
type plan struct {
	action     action
	hash       uint32 // of the action
	controlled bool   // the service supports resource control policies
	denies     []rule // in the order in which they are reported
	gates      []gate // of the groups that do not allow whatever comes
	conditions []planCondition
	resources  []*template // patterns of Resource and NotResource
}

// gate is a group whose policies must be asked whether they allow.
type gate struct {
	group int
	rules []rule
}

// rule is a statement that matches the action.
type rule struct {
	conditions           []uint32   // by their number in the plan
	resources            []uint32   // likewise; of no account if whatever
	statement            *statement // nil for a malformed policy: what it would have denied is not known
	group, policy, index int32      // where it stands; index is that of the statement, -1 for a malformed policy
	whoever              bool       // whoever calls
	whatever             bool       // on any resource
}

// planCondition is a condition, and the index that decides it together with others, nil for none.
type planCondition struct {
	*condition
	index *keyIndex
}

// always tells that the statement applies to every request for the action.
func (r *rule) always() bool { return r.whoever && r.whatever && len(r.conditions) == 0 }

// makePlan looks for the statements that match an action. A condition that stands in several policies becomes one.
func (s *set) makePlan(name string, hash uint32) *plan {
	a := splitAction(strings.Clone(name)) // the caller's may be part of a long text
	b := planner{plan: &plan{action: a, hash: hash, controlled: SupportsResourceControl(a.service)}, known: map[string]uint32{}, seen: map[string]uint32{}, denied: map[string]bool{}}
	for i := range s.groups {
		b.group(int32(i), &s.groups[i])
	}
	b.index()
	b.gather()
	return b.plan
}

// gather puts the numbers of all rules next to each other in memory, in the order in which they are looked at.
func (b *planner) gather() {
	each := func(move func(*[]uint32)) {
		for i := range b.plan.denies {
			move(&b.plan.denies[i].conditions)
			move(&b.plan.denies[i].resources)
		}
		for i := range b.plan.gates {
			for j := range b.plan.gates[i].rules {
				move(&b.plan.gates[i].rules[j].conditions)
				move(&b.plan.gates[i].rules[j].resources)
			}
		}
	}
	n := 0
	each(func(ids *[]uint32) { n += len(*ids) })
	together := make([]uint32, 0, n)
	each(func(ids *[]uint32) {
		from := len(together)
		together = append(together, *ids...)
		*ids = together[from:len(together):len(together)]
	})
}

type planner struct {
	plan   *plan
	known  map[string]uint32 // conditions by their source
	seen   map[string]uint32 // patterns of resources, likewise
	denied map[string]bool   // what denies whoever calls on any resource, by its conditions
	closed bool              // something denies whatever comes: no further denial is ever reached
}

// group plans a group. After a statement that allows whatever comes, no other is asked; if nobody wants to know which it
// was, the group needs no gate.
func (b *planner) group(at int32, g *group) {
	gate, open := gate{group: int(at)}, false
	for i, t := range g.policies {
		if t.policy == nil {
			b.deny(rule{group: at, policy: int32(i), index: -1, whoever: true, whatever: true})
			continue
		}
		list := t.policy.candidates(b.plan.action.service)
		for _, n := range list.deny {
			if !b.closed && b.matches(t.policy, n) {
				b.deny(b.rule(at, int32(i), t.policy, n))
			}
		}
		for _, n := range list.allow {
			if !open && b.matches(t.policy, n) && !(g.naming && t.policy.statements[n].who == nil) {
				gate.rules = append(gate.rules, b.rule(at, int32(i), t.policy, n))
				open = gate.rules[len(gate.rules)-1].always()
			}
		}
	}
	if g.named || !open {
		b.plan.gates = append(b.plan.gates, gate)
	}
}

func (b *planner) matches(p *Policy, n uint16) bool {
	s := &p.statements[n]
	return matchesAction(s.actions, &b.plan.action) != s.notAction
}

// deny adds a denial, unless one before it denies all that it does.
func (b *planner) deny(r rule) {
	if b.closed {
		return
	}
	if r.whoever && r.whatever {
		key := make([]byte, 0, 64)
		for _, id := range r.conditions {
			key = binary.AppendUvarint(key, uint64(id))
		}
		if b.denied[string(key)] {
			return
		}
		b.denied[string(key)] = true
	}
	b.plan.denies = append(b.plan.denies, r)
	b.closed = r.always()
}

func (b *planner) rule(group, policy int32, p *Policy, n uint16) rule {
	s := &p.statements[n]
	r := rule{
		group: group, policy: policy, index: int32(n), statement: s, whatever: s.everything,
		whoever: s.who == nil || s.who.any && !s.notPrincipal,
	}
	for _, id := range s.conditions {
		r.conditions = append(r.conditions, b.number(&p.conditions[id]))
	}
	for i := range s.resources {
		if !r.whatever {
			r.resources = append(r.resources, b.pattern(&s.resources[i]))
		}
	}
	// What is most likely not met comes first: operators that are not negated, and what others have asked for already.
	slices.SortFunc(r.conditions, func(x, y uint32) int {
		if x, y := b.plan.conditions[x].negated, b.plan.conditions[y].negated; x != y {
			if y {
				return -1
			}
			return 1
		}
		return cmp.Compare(x, y)
	})
	return r
}

// number gives a condition its number in the plan.
func (b *planner) number(c *condition) uint32 {
	id, ok := b.known[c.source]
	if !ok {
		id = uint32(len(b.plan.conditions))
		b.known[c.source] = id
		b.plan.conditions = append(b.plan.conditions, planCondition{condition: c})
	}
	return id
}

// pattern gives a pattern of resources its number in the plan.
func (b *planner) pattern(t *template) uint32 {
	source := t.source()
	id, ok := b.seen[source]
	if !ok {
		id = uint32(len(b.plan.resources))
		b.seen[source] = id
		b.plan.resources = append(b.plan.resources, t)
	}
	return id
}

// index makes an index for each key that several conditions ask for.
func (b *planner) index() {
	indexes := map[string]*keyIndex{}
	asking := map[string]int{}
	conditions := b.plan.conditions[:min(len(b.plan.conditions), remembered)]
	for i := range conditions {
		if c := conditions[i].condition; c.indexable() {
			asking[c.key]++
		}
	}
	for i := range conditions {
		c := &conditions[i]
		if asking[c.key] < 2 || !c.indexable() {
			continue
		}
		if indexes[c.key] == nil {
			indexes[c.key] = &keyIndex{hash: c.hash, key: c.name}
		}
		c.index = indexes[c.key]
		c.index.add(c.condition, uint32(i))
	}
}
