package iampolicy

import "slices"

// Remedy is one way to turn a decision: all its steps together.
type Remedy struct {
	Steps []Step `json:"steps"`
}

// StepKind is what a step does.
type StepKind uint8

// The kinds of step.
const (
	// SetKey: let the request have Key with Values; Instead are the values it has, nil if the key is absent.
	SetKey StepKind = iota + 1
	// DropKey: let the request not have Key.
	DropKey
	// RemovePolicy: detach Policy from Target, or take it from where it stands.
	RemovePolicy
	// RemoveStatement: take the statement out of Policy.
	RemoveStatement
	// Extend: add Values to Element (Action, NotAction, Resource, NotResource, Principal) of the statement.
	Extend
	// AddStatement: add a statement that allows Action on Resource, in a resource's policy to the principal in Values, to
	// Policy, or to any policy of the layer if that is empty.
	AddStatement
)

// Step is one change to a request or to its policies.
type Step struct {
	Kind             StepKind
	Layer            Layer // of the policy; LayerNone for changes to the request
	Target           string
	Policy           string
	Statement        int // -1 if none
	Sid              string
	Element, Key     string
	Values, Instead  []string
	Like             string // SetKey: the policy's value or pattern that Values is an example of
	Action, Resource string

	source, level int
}

const (
	mostSteps    = 6
	mostRemedies = 4
)

// remedies finds ways to turn the decision: one for each first step, completed by the first steps that lead on. All of them
// are tried; what does not turn the decision is no remedy.
func remedies(x *explainer) (out []Remedy) {
	outcome := x.e.Decision.Outcome
	for _, first := range x.steps() {
		if r, ok := x.follow(first, outcome); ok && !slices.ContainsFunc(out, r.same) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Remedy) int { return len(a.Steps) - len(b.Steps) })
	return out[:min(len(out), mostRemedies)]
}

func (r Remedy) same(o Remedy) bool {
	return slices.EqualFunc(r.Steps, o.Steps, func(a, b Step) bool { return a.Text() == b.Text() })
}

// follow takes a step, and further ones until the decision has turned.
func (x *explainer) follow(step Step, outcome Outcome) (r Remedy, ok bool) {
	for at := x; len(r.Steps) < mostSteps; {
		req, ps := step.Apply(at.req, at.policies)
		r.Steps = append(r.Steps, step)
		next := explain(req, ps)
		if (next.e.Decision.Outcome == Allowed) != (outcome == Allowed) {
			return r, true
		}
		steps := next.steps()
		if len(steps) == 0 || next.e.Decision == at.e.Decision && next.e.lacking() >= at.e.lacking() {
			return r, false // it leads nowhere
		}
		at, step = next, steps[0]
	}
	return r, false
}

// lacking counts the parts that fail in the nearest statement.
func (e *Explanation) lacking() int {
	if len(e.Nearest) == 0 {
		return 0
	}
	return e.Nearest[0].failing()
}

// steps gives the changes that would do away with the cause of the decision.
func (x *explainer) steps() []Step {
	d := &x.e.Decision
	i := slices.IndexFunc(x.e.Matched, func(s StatementReport) bool {
		if d.Outcome == Allowed {
			return d.Layer != LayerNone && !s.Deny && s.Layer == d.Layer && s.Policy == d.Policy && s.Statement == d.Statement
		}
		return s.Deny
	})
	switch {
	case i >= 0 && d.Outcome == Allowed:
		return []Step{x.e.Matched[i].remove(x)}
	case i >= 0:
		return x.liftDeny(&x.e.Matched[i])
	case d.Outcome == ImplicitDeny:
		return x.gainAllow()
	}
	return nil
}

// step begins a step on a statement's policy.
func (s *StatementReport) step(kind StepKind) Step {
	return Step{
		Kind: kind, Layer: s.Layer, Target: s.Target, Policy: s.Policy, Statement: s.Statement, Sid: s.Sid, source: s.source, level: s.level,
	}
}

// remove takes a statement away: a policy of the tree, or one that cannot be read, is detached whole, another loses the statement.
func (s *StatementReport) remove(x *explainer) Step {
	if s.Statement < 0 || s.Layer == LayerServiceControl || s.Layer == LayerResourceControl {
		return s.step(RemovePolicy)
	}
	return s.step(RemoveStatement)
}

// liftDeny gives the steps that keep a statement from denying: by the request's keys, by an exception, by taking it away.
func (x *explainer) liftDeny(s *StatementReport) (out []Step) {
	var late []Step
	for i := range s.Parts {
		p := &s.Parts[i]
		switch p.Element {
		case "Condition":
			step, ok := x.changeKey(s, p, false)
			if ok && aboutCaller(p.Key) {
				late = append(late, step)
			} else if ok {
				out = append(out, step)
			}
		case "NotAction", "NotResource":
			step := s.step(Extend)
			step.Element, step.Values = p.Element, p.Request
			late = append(late, step)
		}
	}
	return slices.Concat(out, []Step{s.remove(x)}, late)
}

// gainAllow gives the steps that let the layer that did not allow do so: by what failed in the nearest statements, or by a
// statement of its own.
func (x *explainer) gainAllow() (out []Step) {
	for i := range x.e.Nearest {
		if step, ok := x.complete(&x.e.Nearest[i]); ok {
			out = append(out, step)
		}
	}
	if x.e.Decision.Layer == LayerIdentity && !x.e.CrossAccount && x.e.Grant == GrantAccount {
		out = append(out, x.nameCaller())
	}
	return append(out, x.addStatement())
}

// nameCaller gives the step that makes a resource's policy name the caller where it names the account only, which leaves the
// decision to the caller's own policies.
func (x *explainer) nameCaller() Step {
	i := slices.IndexFunc(x.e.Matched, func(s StatementReport) bool { return s.Layer == LayerResource && s.Grant == GrantAccount })
	step := x.e.Matched[i].step(Extend)
	step.Element, step.Values = "Principal", []string{x.grantee()}
	return step
}

// complete gives the step that makes up for the first part of a statement that fails; conditions come last.
func (x *explainer) complete(s *StatementReport) (Step, bool) {
	p := &s.Parts[slices.IndexFunc(s.Parts, func(p Part) bool { return !p.Holds })]
	step := s.step(Extend)
	step.Element, step.Values = p.Element, p.Request
	switch {
	case p.Element == "Condition":
		return x.changeKey(s, p, true)
	case p.Element == "Principal":
		step.Values = []string{x.grantee()}
		return step, true
	}
	return step, p.Element == "Action" || p.Element == "Resource" && len(p.Policy) > 0
}

// grantee is the name by which a resource's policy best names the caller: a role rather than its session.
func (x *explainer) grantee() string {
	switch x.who.Kind {
	case AssumedRole:
		return x.who.RoleARN
	case Anonymous:
		return "*"
	}
	return x.who.ARN
}

// addStatement gives the layer that did not allow a statement that does.
func (x *explainer) addStatement() Step {
	d := &x.e.Decision
	step := Step{Kind: AddStatement, Layer: d.Layer, Target: d.Target, Statement: -1, Action: x.req.Action, Resource: x.resource}
	switch d.Layer {
	case LayerServiceControl:
		step.level = slices.IndexFunc(x.policies.ServiceControl, func(l Level) bool { return l.Target == d.Target })
	case LayerResourceControl:
		step.level = slices.IndexFunc(x.policies.ResourceControl, func(l Level) bool { return l.Target == d.Target })
	case LayerBoundary:
		step.Policy = x.policies.Boundary.ID
	case LayerResource:
		step.Values = []string{x.grantee()}
	}
	return step
}
