package iampolicy

import "slices"

// Position is a place in a policy's text: line and column from 1, the column in characters.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Explanation tells how a decision came about. It is a value: nothing in it points into the policies.
//
// As JSON (MarshalJSON) it begins with the members of the Decision, as `umbel decide` writes them; Text words it for a person.
type Explanation struct {
	Decision Decision
	// The request, as it was decided. Caller is the principal's ARN or service name, "anonymous" for nobody.
	Caller, Action, Resource string
	// CallerAccount is empty for services and anonymous callers; ResourceAccount is never empty unless both are.
	CallerAccount, ResourceAccount string
	CrossAccount                   bool // the accounts differ: both sides have to allow
	// Grant tells how the resource's policy, as far as it allows, names the caller: GrantNone if it does not allow.
	Grant Grant
	// Layers tells what each layer says, one entry for each level of the tree, in the order of Decide. Layers without
	// policies that bind nobody are left out.
	Layers []LayerReport
	// Matched are all statements that apply to the request, those that allow too, in the order they are looked at: the first
	// that denies is the one that Decision names.
	Matched []StatementReport
	// Nearest are, for an implicit deny, the statements of the layer that did not allow which come nearest to doing so: at
	// most three, each failing in as few parts as any.
	Nearest []StatementReport
	// Absent are the condition keys, spelled as in the policies and sorted, that statements about this action ask for, as
	// condition or variable, and the request does not have.
	Absent []string
	// Remedies are ways to turn the decision, the shortest first, at most four. Each was tried: with all its steps taken,
	// Decide gives another answer.
	Remedies []Remedy
}

// Grant is how closely a statement names the caller.
type Grant uint8

// The grants: what a resource's policy that allows leaves to the others (IAM User Guide, "Policy evaluation logic").
const (
	GrantNone    Grant = iota
	GrantAccount       // names the caller's account: in the same account its identity policies decide
	GrantRole          // names the role behind the session, or the user behind the federated user: no identity policy is needed
	GrantCaller        // names the caller itself, or everyone: neither boundary nor session policy limits it
)

// LayerReport is what one layer, or one level of a chain, says about a request.
type LayerReport struct {
	Layer  Layer
	Target string // the node of the tree, for SCPs and RCPs
	// Outcome is Allowed if a statement allows, ExplicitDeny if one denies, else ImplicitDeny.
	Outcome Outcome
	// Exempt tells that the layer does not bind this request, and why; its policies are not looked at.
	Exempt string
	// Waived tells that the layer does not allow and need not: the resource's policy names the caller closely enough, or the
	// caller is the root user.
	Waived   bool
	Policies int // how many policies the layer has
}

// StatementReport is a statement as it meets the request.
type StatementReport struct {
	Layer     Layer
	Target    string // the node of the tree, for SCPs and RCPs
	Policy    string // the Source's ID
	Statement int    // its index, from 0; -1: the document cannot be read, and denies
	Sid       string
	Deny      bool
	// Start and End are where the statement's braces stand; End is the place of the closing one.
	Start, End Position
	Applies    bool // every part holds
	Grant      Grant
	Parts      []Part
	Error      string // why the document cannot be read

	source, level int // where it stands in Policies
}

// Part is one element of a statement, or one condition, against the request.
type Part struct {
	Element  string   `json:"element"`            // "Action", "NotAction", "Principal", "NotPrincipal", "Resource", "NotResource" or "Condition"
	Operator string   `json:"operator,omitempty"` // the condition's, as written
	Key      string   `json:"key,omitempty"`
	Policy   []string `json:"policy"`             // the policy's values, as written
	Matching []string `json:"matching,omitempty"` // those of them that match the request, whatever the operator makes of that
	Request  []string `json:"request,omitempty"`  // the request's; nil with Absent
	Absent   bool     `json:"absent,omitempty"`   // the request does not have the key
	Holds    bool     `json:"holds"`
	Note     string   `json:"note,omitempty"` // what is easily overlooked: it differs in case only, a variable has no value, …
	At       Position `json:"position"`

	condition int // its number in the statement
}

// Explain decides a request as Decide does, and tells why. It is a second pass over the same compiled policies; use it on
// demand, not in front of every call.
func Explain(req *Request, ps *Policies) *Explanation {
	x := explain(req, ps)
	x.e.Remedies = remedies(x)
	return x.e
}

// explainer is one explanation under way.
type explainer struct {
	decider
	policies *Policies
	e        *Explanation
	near     []StatementReport // statements that might have allowed
}

// explain explains without looking for remedies.
func explain(req *Request, ps *Policies) *explainer {
	x := &explainer{decider: decider{req: req}, policies: ps, e: &Explanation{
		Decision: Decide(req, ps), Caller: req.Principal.ARN, Action: req.Action, Resource: req.Resource,
		CallerAccount: req.Principal.Account, ResourceAccount: req.ResourceAccount,
	}}
	x.action = splitAction(req.Action)
	x.resource, x.ctx, x.who, x.bounded = req.Resource, req.Context, &req.Principal, ps.Boundary != nil
	x.e.CrossAccount = x.hasAccount() && x.crossAccount()
	if x.e.ResourceAccount == "" {
		x.e.ResourceAccount = x.e.CallerAccount
	}
	if req.Principal.Kind == Anonymous {
		x.e.Caller = "anonymous"
	}
	if x.action.is("sts", "getcalleridentity") { // no policy has a say
		return x
	}
	x.layers()
	x.waive()
	x.nearest()
	slices.Sort(x.e.Absent)
	x.e.Absent = slices.CompactFunc(x.e.Absent, equalFold)
	return x
}

func (x *explainer) layers() {
	ps := x.policies
	x.levels(LayerServiceControl, ps.ServiceControl, x.exemptFromSCP())
	x.levels(LayerResourceControl, ps.ResourceControl, x.exemptFromRCP())
	switch {
	case ps.Resource != nil:
		x.layer(LayerReport{Layer: LayerResource}, []Source{*ps.Resource}, 0)
	case ps.ResourceMustAllow || !x.hasAccount() || x.e.CrossAccount:
		x.layer(LayerReport{Layer: LayerResource}, nil, 0)
	}
	if x.hasAccount() || len(ps.Identity) > 0 {
		x.layer(LayerReport{Layer: LayerIdentity}, ps.Identity, 0)
	}
	if ps.Boundary != nil {
		x.layer(LayerReport{Layer: LayerBoundary}, []Source{*ps.Boundary}, 0)
	}
	if len(ps.Session) > 0 || x.who.Kind == FederatedUser {
		x.layer(LayerReport{Layer: LayerSession}, ps.Session, 0)
	}
}

// levels looks at a chain; exempt tells why it does not bind the request.
func (x *explainer) levels(layer Layer, levels []Level, exempt string) {
	for i := range levels {
		r := LayerReport{Layer: layer, Target: levels[i].Target, Exempt: exempt}
		if exempt == "" {
			x.layer(r, levels[i].Policies, i)
			continue
		}
		r.Policies = len(levels[i].Policies)
		x.e.Layers = append(x.e.Layers, r)
	}
}

func (x *explainer) exemptFromSCP() string {
	switch {
	case x.subjectToSCP():
		return ""
	case x.who.ServiceLinked:
		return "service control policies do not bind service-linked roles"
	}
	return "service control policies bind only users, roles and root users of accounts"
}

func (x *explainer) exemptFromRCP() string {
	switch {
	case x.subjectToRCP():
		return ""
	case x.who.ServiceLinked:
		return "resource control policies do not bind service-linked roles"
	case !SupportsResourceControl(x.action.service):
		return "resource control policies do not cover the service " + x.action.service
	case x.resource == "*":
		return "resource control policies bind actions on resources, and this one is on none"
	case x.action.service == "sts":
		return "resource control policies do not bind the trust policies of service-linked roles"
	case x.action.is("kms", "retiregrant"):
		return "resource control policies do not bind kms:RetireGrant"
	}
	return "resource control policies do not bind AWS managed keys"
}

// layer looks at every statement of a layer or level.
func (x *explainer) layer(r LayerReport, sources []Source, level int) {
	r.Policies = len(sources)
	for i := range sources {
		for _, s := range x.source(&r, &sources[i]) {
			s.source, s.level = i, level
			switch {
			case s.Applies:
				x.e.Matched = append(x.e.Matched, s)
				r.Outcome = r.Outcome.with(s.Deny)
			case !s.Deny && r.Layer == x.e.Decision.Layer && r.Target == x.e.Decision.Target:
				x.near = append(x.near, s)
			}
			if s.Applies && !s.Deny && r.Layer == LayerResource {
				x.e.Grant = max(x.e.Grant, s.Grant)
			}
		}
	}
	x.e.Layers = append(x.e.Layers, r)
}

// with is a layer's outcome after one more statement that applies.
func (o Outcome) with(deny bool) Outcome {
	if deny || o == ExplicitDeny {
		return ExplicitDeny
	}
	return Allowed
}

// source reports on every statement of a policy.
func (x *explainer) source(r *LayerReport, src *Source) []StatementReport {
	s := StatementReport{Layer: r.Layer, Target: r.Target, Policy: src.ID}
	p, err := src.policy()
	if err != nil {
		s.Statement, s.Deny, s.Applies, s.Error = -1, true, true, err.Error()
		return []StatementReport{s}
	}
	v := statementView{explainer: x, policy: p, text: src.Document.Text()}
	tree, _ := parseTree(v.text) // it was parsed before
	v.variables = tree.version.text == version2012
	out := make([]StatementReport, 0, len(tree.statements))
	for i := range tree.statements {
		s.Statement = i
		out = append(out, v.report(s, &tree.statements[i]))
	}
	return out
}

// waive marks the layers whose allow is not needed.
func (x *explainer) waive() {
	within := x.hasAccount() && !x.e.CrossAccount
	for i := range x.e.Layers {
		r := &x.e.Layers[i]
		if r.Outcome != ImplicitDeny {
			continue
		}
		switch r.Layer {
		case LayerIdentity:
			r.Waived = x.who.Kind == RootUser || !x.hasAccount() || within && x.e.Grant >= GrantRole
		case LayerBoundary, LayerSession:
			r.Waived = !x.hasAccount() || within && x.e.Grant == GrantCaller
		case LayerResource:
			r.Waived = within && !x.policies.ResourceMustAllow
		}
	}
}
