package iampolicy

// missing gives the first layer that does not allow, and for a chain the node; LayerNone if nothing is missing.
func (d *decider) missing() (layer Layer, target string) {
	switch {
	case d.scpGap != nil:
		return LayerServiceControl, d.scpGap.Target
	case d.rcpGap != nil:
		return LayerResourceControl, d.rcpGap.Target
	case !d.hasAccount():
		return d.missingFor(d.resourceGrant.given(), LayerResource), ""
	case d.crossAccount():
		return d.missingAcross(), ""
	}
	return d.missingWithin(), ""
}

func (d *decider) missingFor(ok bool, layer Layer) Layer {
	if ok {
		return LayerNone
	}
	return layer
}

// hasAccount tells whether the caller is of an account, and has policies of its own: a service, an identity that a provider
// vouches for and an anonymous caller are not.
func (d *decider) hasAccount() bool {
	switch d.who.Kind {
	case ServicePrincipal, FederatedIdentity, Anonymous:
		return false
	}
	return true
}

func (d *decider) crossAccount() bool {
	return d.req.ResourceAccount != "" && d.req.ResourceAccount != d.who.Account
}

// missingAcross decides across accounts: the caller's account and the resource's both have to allow, in any form.
func (d *decider) missingAcross() Layer {
	switch {
	case !d.identityAllows():
		return LayerIdentity
	case !d.resourceGrant.given():
		return LayerResource
	}
	return d.missingLimit()
}

// missingWithin decides within one account: the resource's policy or the identity's allows. A grant to the caller itself,
// or to everyone, is not limited by boundary and session policies; one to the role behind the session is.
func (d *decider) missingWithin() Layer {
	g := d.resourceGrant.grant
	switch {
	case d.mustAllow && g == grantNone:
		return LayerResource
	case g == grantDirect:
		return LayerNone
	case g != grantRole && !d.identityAllows():
		return LayerIdentity
	}
	return d.missingLimit()
}

// identityAllows tells whether the caller's own policies allow. The root user needs none.
func (d *decider) identityAllows() bool { return d.who.Kind == RootUser || d.identity.given() }

// missingLimit gives the limit on the caller's permissions that does not allow. A federated user without session policies
// has no permissions but those that a resource's policy gives it by name (STS API Reference, GetFederationToken).
func (d *decider) missingLimit() Layer {
	limited := d.limited || d.who.Kind == FederatedUser
	switch {
	case d.bounded && !d.boundary.given():
		return LayerBoundary
	case limited && !d.session.given():
		return LayerSession
	}
	return LayerNone
}

// allowed names what granted a request that nothing denies: across accounts, and where the resource's policy has to allow,
// that policy; within one account the resource's policy if it names the caller, else the identity's.
func (d *decider) allowed() Decision {
	layer, a := LayerIdentity, &d.identity
	r := &d.resourceGrant
	if r.given() && (r.grant != grantDelegated || d.mustAllow || d.crossAccount()) {
		layer, a = LayerResource, r
	} else if !a.given() {
		layer = LayerNone
	}
	if !a.given() {
		return Decision{Outcome: Allowed, Layer: layer, Statement: -1}
	}
	return Decision{Outcome: Allowed, Layer: layer, Policy: a.policy, Statement: a.statement, Sid: a.sid}
}
