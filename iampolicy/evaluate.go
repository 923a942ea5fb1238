package iampolicy

// verdict is what one policy says: the first statement that denies and that allows, -1 for none. The allowing one is that
// which names the caller most closely.
type verdict struct {
	deny, allow int
	grant       grant
}

// evaluator decides single policies for one request. It lives on the stack.
type evaluator struct {
	action   action
	resource string
	ctx      *Context
	who      *Principal
	bounded  bool // the caller has a permissions boundary
	naming   bool // the policy at hand is a resource's: it allows only whom it names

	// What is known of the conditions of the policy or plan at hand, by their number. Conditions beyond are decided each time;
	// only documents over the quotas can hold as many.
	known, held marks
}

// evaluate decides one policy. A deny ends it.
func (e *evaluator) evaluate(p *Policy) verdict {
	v := verdict{deny: -1, allow: -1}
	list := p.candidates(e.action.service)
	if len(p.conditions) > 0 {
		e.known, e.held = marks{}, marks{}
	}
	for _, i := range list.deny {
		if e.applies(p, &p.statements[i]) != grantNone {
			v.deny = int(i)
			return v
		}
	}
	for _, i := range list.allow {
		if g := e.applies(p, &p.statements[i]); g > v.grant {
			v.allow, v.grant = int(i), g
			if g == grantDirect {
				break
			}
		}
	}
	return v
}

// applies tells whether a statement applies to the request, and how closely it names the caller. A statement without
// Principal, as in all but resource-based policies, is about whoever the policy is attached to.
func (e *evaluator) applies(p *Policy, s *statement) grant {
	if matchesAction(s.actions, &e.action) == s.notAction {
		return grantNone
	}
	g := grantDirect
	if s.who != nil {
		if g = e.names(s); g == grantNone {
			return grantNone
		}
	} else if e.naming && !s.deny {
		return grantNone
	}
	if !s.everything && e.matchesResource(s.resources) == s.notResource {
		return grantNone
	}
	for _, id := range s.conditions {
		if !e.holds(&p.conditions[id], uint32(id)) {
			return grantNone
		}
	}
	return g
}

// names tells how closely a statement's Principal or NotPrincipal names the caller. NotPrincipal denies whoever has a
// boundary (IAM User Guide, "AWS JSON policy elements: NotPrincipal").
func (e *evaluator) names(s *statement) grant {
	switch {
	case !s.notPrincipal:
		return s.who.match(e.who)
	case s.deny && e.bounded:
		return grantDirect
	case s.who.exempts(e.who):
		return grantNone
	}
	return grantDirect
}

func (e *evaluator) matchesResource(patterns []template) bool {
	for i := range patterns {
		if patterns[i].matches(e.resource, e.ctx) {
			return true
		}
	}
	return false
}

// holds decides a condition, given with its number in the policy or plan at hand.
func (e *evaluator) holds(c *condition, id uint32) bool {
	if id >= remembered {
		return c.holds(e.ctx)
	}
	if !e.known.has(id) {
		e.known.set(id)
		if c.holds(e.ctx) {
			e.held.set(id)
		}
	}
	return e.held.has(id)
}
