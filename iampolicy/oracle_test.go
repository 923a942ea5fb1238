package iampolicy

import "strings"

// The oracle is a plain interpreter of the policy language: slow, short, and written from the documented rules. It reads
// documents with encoding/json (oracle_document_test.go), matches patterns and principals (oracle_match_test.go) and values
// (oracle_condition_test.go) in its own way, and shares no code with the engine but the types of a request and an answer.
//
// Rules: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic" and the policy elements
// reference; Organizations User Guide, "SCP evaluation" and "Resource control policies (RCPs)"; docs/policy-decisions.md
// where those leave something open.

// oracle is one request as the plain interpreter sees it.
type oracle struct {
	req     *Request
	action  string              // in lower case
	keys    map[string][]string // the context; keys in lower case
	bounded bool
}

func newOracle(req *Request) *oracle {
	o := &oracle{req: req, action: strings.ToLower(req.Action), keys: map[string][]string{}}
	req.Context.Keys(func(key string, values []string) bool {
		o.keys[asciiLower(key)] = values
		return true
	})
	return o
}

// asciiLower is strings.ToLower for the letters that condition keys are compared without regard to.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// reach is how closely a statement names the caller, in rising order.
type reach int

const (
	nobody  reach = iota
	account       // the caller's account is named
	behind        // the role of the session, or the user of the federated user, is named
	itself        // the caller is named, or everyone; or the policy has no principals
)

// opinion is what a layer, or a level of a chain, says.
type opinion struct {
	denied  bool
	denial  Decision
	allowed reach
	by      Decision // what allows most closely
	silent  string   // of a chain: the target of the first level that does not allow
	gap     bool
}

// oracleSource and oracleLevel are policies as the oracle has read them.
type oracleSource struct {
	id       string
	document *oracleDocument
}

type oracleLevel struct {
	target   string
	policies []oracleSource
}

type oraclePolicies struct {
	serviceControl, resourceControl []oracleLevel
	identity, session               []oracleSource
	boundary, resource              *oracleSource
	resourceMustAllow               bool
}

// ask evaluates every statement of some policies, which count as one set: the first deny and the closest allow are kept.
func (o *oracle) ask(layer Layer, policies ...oracleSource) (out opinion) {
	for _, p := range policies {
		if p.document.malformed && !out.denied {
			out.denied, out.denial = true, Decision{Outcome: ExplicitDeny, Layer: layer, Policy: p.id, Statement: -1}
		}
		for i, s := range p.document.statements {
			named := o.applies(layer, s)
			cause := Decision{Layer: layer, Policy: p.id, Statement: i, Sid: s.sid}
			switch {
			case named == nobody:
			case s.deny && !out.denied:
				cause.Outcome = ExplicitDeny
				out.denied, out.denial = true, cause
			case !s.deny && named > out.allowed:
				cause.Outcome = Allowed
				out.allowed, out.by = named, cause
			}
		}
	}
	return out
}

func (o *oracle) askOne(layer Layer, p *oracleSource) opinion {
	if p == nil {
		return opinion{}
	}
	return o.ask(layer, *p)
}

// chain asks each level: a deny at any of them denies, and each has to allow.
func (o *oracle) chain(layer Layer, levels []oracleLevel) (out opinion) {
	for _, l := range levels {
		here := o.ask(layer, l.policies...)
		if here.denied && !out.denied {
			out.denied, out.denial = true, here.denial
			out.denial.Target = l.target
		}
		if here.allowed == nobody && !out.gap {
			out.gap, out.silent = true, l.target
		}
	}
	return out
}

// ofAccount: services, identities that a provider vouches for, and anonymous callers are of no account.
func (o *oracle) ofAccount() bool {
	k := o.req.Principal.Kind
	return k != ServicePrincipal && k != FederatedIdentity && k != Anonymous
}

// underServiceControl: IAM users, roles and root users of members; not service-linked roles, services and outsiders. A few
// tasks are exempt: Mechanical Turk's, and the root user's on the reverse DNS of an address.
func (o *oracle) underServiceControl() bool {
	who := o.req.Principal
	reverseDNS := o.action == "ec2:modifyaddressattribute" || o.action == "ec2:resetaddressattribute"
	return o.ofAccount() && !who.ServiceLinked && !strings.HasPrefix(o.action, "mechanicalturk:") && !(reverseDNS && who.Kind == RootUser)
}

// underResourceControl: whoever calls, for actions on a resource of the services that support RCPs; not service-linked roles
// and their trust policies, not kms:RetireGrant and keys of AWS.
func (o *oracle) underResourceControl() bool {
	service, _, _ := strings.Cut(o.action, ":")
	for _, alias := range o.keys["kms:resourcealiases"] {
		if service == "kms" && strings.HasPrefix(alias, "alias/aws/") {
			return false
		}
	}
	linked := o.req.Principal.ServiceLinked || service == "sts" && strings.Contains(o.req.Resource, ":role/aws-service-role/")
	return !linked && o.req.Resource != "*" && o.action != "kms:retiregrant" && SupportsResourceControl(service)
}

// decide is the decision function as the documentation puts it.
func (o *oracle) decide(ps *oraclePolicies) Decision {
	if o.action == "sts:getcalleridentity" {
		return Decision{Outcome: Allowed, Statement: -1}
	}
	o.bounded = ps.boundary != nil
	var scp, rcp opinion
	if o.underServiceControl() {
		scp = o.chain(LayerServiceControl, ps.serviceControl)
	}
	if o.underResourceControl() {
		rcp = o.chain(LayerResourceControl, ps.resourceControl)
	}
	resource, identity := o.askOne(LayerResource, ps.resource), o.ask(LayerIdentity, ps.identity...)
	boundary, session := o.askOne(LayerBoundary, ps.boundary), o.ask(LayerSession, ps.session...)
	for _, l := range []opinion{scp, rcp, resource, identity, boundary, session} {
		if l.denied {
			return l.denial
		}
	}
	implicit := Decision{Outcome: ImplicitDeny, Statement: -1}
	switch {
	case scp.gap:
		implicit.Layer, implicit.Target = LayerServiceControl, scp.silent
	case rcp.gap:
		implicit.Layer, implicit.Target = LayerResourceControl, rcp.silent
	default:
		limits := o.limits(ps, boundary.allowed != nobody, session.allowed != nobody)
		implicit.Layer = o.lacking(ps, resource.allowed, identity.allowed != nobody, limits)
	}
	if implicit.Layer != LayerNone {
		return implicit
	}
	return o.grantor(ps, resource, identity)
}

// limits gives the limit on the caller's permissions that is silent. A federated user without session policies has none.
func (o *oracle) limits(ps *oraclePolicies, boundary, session bool) Layer {
	if ps.boundary != nil && !boundary {
		return LayerBoundary
	}
	if (len(ps.session) > 0 || o.req.Principal.Kind == FederatedUser) && !session {
		return LayerSession
	}
	return LayerNone
}

func (o *oracle) acrossAccounts() bool {
	return o.req.ResourceAccount != "" && o.req.ResourceAccount != o.req.Principal.Account
}

// lacking gives the first layer, of those behind the chains, that has to allow and does not.
func (o *oracle) lacking(ps *oraclePolicies, resource reach, identity bool, limits Layer) Layer {
	if !o.ofAccount() { // nobody's policies but the resource's
		if resource == nobody {
			return LayerResource
		}
		return LayerNone
	}
	identity = identity || o.req.Principal.Kind == RootUser
	if o.acrossAccounts() { // both accounts have to allow
		if !identity {
			return LayerIdentity
		}
		if resource == nobody {
			return LayerResource
		}
		return limits
	}
	if ps.resourceMustAllow && resource == nobody {
		return LayerResource
	}
	switch resource {
	case itself:
		return LayerNone
	case behind:
		return limits
	}
	if !identity {
		return LayerIdentity
	}
	return limits
}

// grantor names what allowed: the resource's policy where it named the caller, had to allow, or is another account's.
func (o *oracle) grantor(ps *oraclePolicies, resource, identity opinion) Decision {
	outside := o.acrossAccounts() || !o.ofAccount()
	switch {
	case resource.allowed >= behind, resource.allowed == account && (ps.resourceMustAllow || outside):
		return resource.by
	case identity.allowed != nobody:
		return identity.by
	}
	return Decision{Outcome: Allowed, Statement: -1}
}
