package iampolicy

import "strings"

// plan is what of a set can bear on one action.
type plan struct {
	action     action
	hash       uint32 // of the action
	controlled bool   // the service supports resource control policies
	denies     []rule // in the order in which they are reported
	gates      []gate // of the groups that do not allow whatever comes
	conditions []*condition
}

// gate is a group whose policies must be asked whether they allow.
type gate struct {
	group int
	rules []rule
}

// rule is a statement that matches the action.
type rule struct {
	group, policy, index int        // where it stands; index is that of the statement, -1 for a malformed policy
	statement            *statement // nil for a malformed policy: what it would have denied is not known
	conditions           []uint16   // by their number in the plan
}

// always tells that the statement applies to every request for the action.
func (r *rule) always() bool {
	s := r.statement
	return s == nil || s.everything && len(s.conditions) == 0 && (s.who == nil || s.who.any && !s.notPrincipal)
}

// makePlan looks for the statements that match an action. A condition that stands in several policies becomes one.
func (s *set) makePlan(name string, hash uint32) *plan {
	a := splitAction(strings.Clone(name)) // the caller's may be part of a long text
	b := planner{plan: &plan{action: a, hash: hash, controlled: SupportsResourceControl(a.service)}, known: map[string]uint16{}}
	for i := range s.groups {
		b.group(i, &s.groups[i])
	}
	return b.plan
}

type planner struct {
	plan   *plan
	known  map[string]uint16 // conditions by their source
	closed bool              // something denies whatever comes: no further denial is ever reached
}

// group plans a group. After a statement that allows whatever comes, no other is asked; if nobody wants to know which it
// was, the group needs no gate.
func (b *planner) group(at int, g *group) {
	gate, open := gate{group: at}, false
	for i, t := range g.policies {
		if t.policy == nil {
			b.deny(rule{group: at, policy: i, index: -1})
			continue
		}
		list := t.policy.candidates(b.plan.action.service)
		for _, n := range list.deny {
			if b.matches(t.policy, n) && !b.closed {
				b.deny(b.rule(at, i, t.policy, n))
			}
		}
		for _, n := range list.allow {
			if !open && b.matches(t.policy, n) && !(g.naming && t.policy.statements[n].who == nil) {
				gate.rules = append(gate.rules, b.rule(at, i, t.policy, n))
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

func (b *planner) deny(r rule) {
	b.plan.denies = append(b.plan.denies, r)
	b.closed = b.closed || r.always()
}

func (b *planner) rule(group, policy int, p *Policy, n uint16) rule {
	r := rule{group: group, policy: policy, index: int(n), statement: &p.statements[n]}
	for _, id := range r.statement.conditions {
		r.conditions = append(r.conditions, b.number(&p.conditions[id]))
	}
	return r
}

// number gives a condition its number in the plan.
func (b *planner) number(c *condition) uint16 {
	id, ok := b.known[c.source]
	if !ok {
		id = uint16(len(b.plan.conditions))
		b.known[c.source] = id
		b.plan.conditions = append(b.plan.conditions, c)
	}
	return id
}
