package iampolicy

// Compiled is all policies that have a say in a request, compiled by a Compiler, each part on its own: a chain is the same for
// all principals of an account, permissions for all resources. What does not apply is nil, as in Policies. It may be made
// anew for every request, and is safe for concurrent use.
//
// The first decision for an action makes plans of the statements that can match it, one in each part; from then on a
// decision for that action looks at nothing else and allocates nothing. A part keeps at most 256 plans.
type Compiled struct {
	ServiceControl    *Chain // of the principal's account
	ResourceControl   *Chain // of the resource's account
	Permissions       *Permissions
	Resource          *ResourcePolicy
	ResourceMustAllow bool // as in Policies
}

// Chain is the service control policies or resource control policies that bear on an account, compiled.
type Chain struct{ compiledPart }

// Permissions is what a principal holds, compiled: identity-based policies, permissions boundary, session policies.
type Permissions struct {
	compiledPart
	bounded, limited bool
}

// ResourcePolicy is the policy of a resource, compiled.
type ResourcePolicy struct{ compiledPart }

// compiledPart is compiled policies with their names: a level for each group of the set.
type compiledPart struct {
	levels []Level
	set    *set
}

// Decide decides a request as the function Decide does by the same policies.
func (c *Compiled) Decide(req *Request) Decision {
	if needsNoPermission(req.Action) {
		return Decision{Outcome: Allowed, Layer: LayerNone, Statement: -1}
	}
	d := decider{req: req, mustAllow: c.ResourceMustAllow}
	d.resource, d.ctx, d.who = req.Resource, req.Context, &req.Principal
	if p := c.Permissions; p != nil {
		d.bounded, d.limited = p.bounded, p.limited
	}
	if d.denies(c, hashKey(req.Action)) {
		return d.denial
	}
	return d.conclude()
}

// denies evaluates all parts in order, up to the first denial; it collects what allows on the way.
func (d *decider) denies(c *Compiled, hash uint32) bool {
	if c.ServiceControl != nil {
		p := d.plan(c.ServiceControl.set, hash)
		if d.subjectToSCP() {
			if d.planDenies(p, &c.ServiceControl.compiledPart, LayerServiceControl) {
				return true
			}
			d.scpGap = d.gap(p, c.ServiceControl.levels)
		}
	}
	if c.ResourceControl != nil && !d.who.ServiceLinked {
		p := d.plan(c.ResourceControl.set, hash)
		if p.controlled && !p.action.escapesResourceControl(d.resource, d.ctx) {
			if d.planDenies(p, &c.ResourceControl.compiledPart, LayerResourceControl) {
				return true
			}
			d.rcpGap = d.gap(p, c.ResourceControl.levels)
		}
	}
	if c.Resource != nil {
		p := d.plan(c.Resource.set, hash)
		if d.planDenies(p, &c.Resource.compiledPart, LayerResource) {
			return true
		}
		d.gate(p, &p.gates[0], c.Resource.levels, &d.resourceGrant)
	}
	return c.Permissions != nil && d.permissionsDeny(c.Permissions, hash)
}

// plan finds what of a set can bear on the action, which the plan knows taken apart.
func (d *decider) plan(s *set, hash uint32) *plan {
	p := s.plan(d.req.Action, hash)
	d.action = p.action
	return p
}

func (d *decider) permissionsDeny(held *Permissions, hash uint32) bool {
	p := d.plan(held.set, hash)
	if d.planDenies(p, &held.compiledPart, LayerIdentity) {
		return true
	}
	d.boundary.grant, d.session.grant = grantDirect, grantDirect
	for i := range p.gates {
		g := &p.gates[i]
		to := [...]*allowance{&d.identity, &d.boundary, &d.session}[g.group]
		*to = allowance{}
		d.gate(p, g, held.levels, to)
	}
	return false
}

// planDenies evaluates the denials of a plan. The groups of permissions are layers, from that of the first on.
func (d *decider) planDenies(p *plan, of *compiledPart, layer Layer) bool {
	d.known, d.held, d.tried, d.matched = marks{}, marks{}, marks{}, marks{}
	for i := range p.denies {
		r := &p.denies[i]
		if d.meets(p, r) == grantNone {
			continue
		}
		level := &of.levels[r.group]
		d.denial = Decision{Outcome: ExplicitDeny, Layer: layer, Target: level.Target, Policy: level.Policies[r.policy].ID, Statement: int(r.index)}
		if layer == LayerIdentity {
			d.denial.Layer += Layer(r.group)
		}
		if r.statement != nil {
			d.denial.Sid = r.statement.sid
		}
		return true
	}
	return false
}

// gap gives the first level at which nothing allows, nil for none.
func (d *decider) gap(p *plan, levels []Level) *Level {
	for i := range p.gates {
		var a allowance
		if d.gate(p, &p.gates[i], levels, &a); !a.given() {
			return &levels[p.gates[i].group]
		}
	}
	return nil
}

// gate finds the closest allowance of a group.
func (d *decider) gate(p *plan, g *gate, levels []Level, a *allowance) {
	for i := range g.rules {
		r := &g.rules[i]
		if grant := d.meets(p, r); grant > a.grant {
			*a = allowance{grant: grant, policy: levels[r.group].Policies[r.policy].ID, statement: int(r.index), sid: r.statement.sid}
			if grant == grantDirect {
				return
			}
		}
	}
}

// meets tells whether a statement that matches the action applies to the request, and how closely it names the caller.
func (d *decider) meets(p *plan, r *rule) grant {
	for _, id := range r.conditions {
		if !d.planHolds(p, id) {
			return grantNone
		}
	}
	g := grantDirect
	if !r.whoever {
		if g = d.names(r.statement); g == grantNone {
			return grantNone
		}
	}
	if !r.whatever && d.planMatches(p, r) == r.statement.notResource {
		return grantNone
	}
	return g
}

// planMatches tells whether the resource matches one of a rule's patterns. Each pattern is matched once for the request.
func (d *decider) planMatches(p *plan, r *rule) bool {
	for _, id := range r.resources {
		if id >= remembered {
			if p.resources[id].matches(d.resource, d.ctx) {
				return true
			}
			continue
		}
		if !d.tried.has(id) {
			d.tried.set(id)
			if p.resources[id].matches(d.resource, d.ctx) {
				d.matched.set(id)
			}
		}
		if d.matched.has(id) {
			return true
		}
	}
	return false
}

// planHolds decides a condition of a plan, once for the request.
func (d *decider) planHolds(p *plan, id uint32) bool {
	if id >= remembered {
		return p.conditions[id].holds(d.ctx)
	}
	if !d.known.has(id) {
		if c := &p.conditions[id]; c.index != nil {
			c.index.decide(d.ctx, &d.known, &d.held)
		} else {
			d.known.set(id)
			if c.holds(d.ctx) {
				d.held.set(id)
			}
		}
	}
	return d.held.has(id)
}
