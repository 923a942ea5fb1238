package iampolicy

// Decide decides a request by all policies that have a say in it.
//
// An explicit deny anywhere wins. Of several, the one reported is the first in this order: service control policies (root
// first), resource control policies, the resource's policy, identity policies, boundary, session policies. When nothing
// denies explicitly, the layer reported is the first that does not allow, in this order: SCP, RCP, then within one account
// identity (or the resource's policy, where that must allow), boundary, session; across accounts identity, resource,
// boundary, session.
//
// A document that is no policy denies explicitly, with statement -1: what it would have denied is not known.
//
// Rules: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic"; Organizations User Guide,
// "SCP evaluation" and "Resource control policies (RCPs)".
func Decide(req *Request, ps *Policies) Decision {
	if needsNoPermission(req.Action) {
		return Decision{Outcome: Allowed, Layer: LayerNone, Statement: -1}
	}
	d := decider{req: req, mustAllow: ps.ResourceMustAllow, limited: len(ps.Session) > 0}
	d.action = splitAction(req.Action)
	d.resource, d.ctx, d.who, d.bounded = req.Resource, req.Context, &req.Principal, ps.Boundary != nil
	if d.explicitDeny(ps) {
		return d.denial
	}
	return d.conclude()
}

// needsNoPermission knows the one action that not even an explicit deny stops (STS API Reference, GetCallerIdentity: "No
// permissions are required").
func needsNoPermission(action string) bool { return equalFold(action, "sts:GetCallerIdentity") }

// conclude comes to the decision once nothing denies and all that allows is known.
func (d *decider) conclude() Decision {
	if layer, target := d.missing(); layer != LayerNone {
		return Decision{Outcome: ImplicitDeny, Layer: layer, Target: target, Statement: -1}
	}
	return d.allowed()
}

// decider is one decision under way.
type decider struct {
	evaluator
	req       *Request
	mustAllow bool // the resource's policy has to allow even within one account
	limited   bool // there are session policies
	denial    Decision

	scpGap, rcpGap *Level // the first level at which nothing allows

	resourceGrant, identity, boundary, session allowance

	tried, matched marks // of the patterns of resources of the plan at hand
}

// allowance is what of a layer allows, if anything does.
type allowance struct {
	grant     grant
	policy    string
	statement int
	sid       string
}

func (a *allowance) given() bool { return a.grant != grantNone }

// explicitDeny evaluates all layers in order, up to the first deny; it collects what allows on the way.
func (d *decider) explicitDeny(ps *Policies) bool {
	if d.subjectToSCP() && d.chain(LayerServiceControl, ps.ServiceControl, &d.scpGap) {
		return true
	}
	if d.subjectToRCP() && d.chain(LayerResourceControl, ps.ResourceControl, &d.rcpGap) {
		return true
	}
	if ps.Resource != nil && d.source(LayerResource, ps.Resource, &d.resourceGrant) {
		return true
	}
	if d.sources(LayerIdentity, ps.Identity, &d.identity) {
		return true
	}
	if ps.Boundary != nil && d.source(LayerBoundary, ps.Boundary, &d.boundary) {
		return true
	}
	return d.sources(LayerSession, ps.Session, &d.session)
}

// subjectToSCP tells whether SCPs bind the request: one of IAM users and roles and the root user of members, but not of
// service-linked roles, of nobody who is not of an account, and not for the few tasks SCPs never restrict.
func (d *decider) subjectToSCP() bool {
	switch d.who.Kind {
	case RootUser, User, AssumedRole, FederatedUser:
		return !d.who.ServiceLinked && !d.action.escapesServiceControl(d.who.Kind == RootUser)
	}
	return false
}

// subjectToRCP tells whether RCPs bind the request: whoever calls, except service-linked roles.
func (d *decider) subjectToRCP() bool {
	return !d.who.ServiceLinked && d.action.underResourceControl(d.resource, d.ctx)
}

// chain evaluates the levels of a chain and notes the first at which no policy allows.
func (d *decider) chain(layer Layer, levels []Level, gap **Level) (denied bool) {
	for i := range levels {
		level := &levels[i]
		var a allowance
		if d.sources(layer, level.Policies, &a) {
			d.denial.Target = level.Target
			return true
		}
		if !a.given() && *gap == nil {
			*gap = level
		}
	}
	return false
}

func (d *decider) sources(layer Layer, sources []Source, a *allowance) (denied bool) {
	for i := range sources {
		if d.source(layer, &sources[i], a) {
			return true
		}
	}
	return false
}

// source evaluates one policy; a keeps the closest allowance of its layer.
func (d *decider) source(layer Layer, s *Source, a *allowance) (denied bool) {
	p, err := s.policy()
	if err != nil {
		d.denial = Decision{Outcome: ExplicitDeny, Layer: layer, Policy: s.ID, Statement: -1}
		return true
	}
	d.naming = layer == LayerResource
	v := d.evaluate(p)
	if v.deny >= 0 {
		d.denial = Decision{Outcome: ExplicitDeny, Layer: layer, Policy: s.ID, Statement: v.deny, Sid: p.statements[v.deny].sid}
		return true
	}
	if v.grant > a.grant {
		*a = allowance{grant: v.grant, policy: s.ID, statement: v.allow, sid: p.statements[v.allow].sid}
	}
	return false
}
