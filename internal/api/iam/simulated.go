package iam

import (
	"slices"

	"umbel/iampolicy"
	"umbel/internal/ident"
	model "umbel/internal/model/iam"
)

// decisions as simulations call them, by outcome.
func evalDecision(o iampolicy.Outcome) string {
	switch o {
	case iampolicy.Allowed:
		return "allowed"
	case iampolicy.ExplicitDeny:
		return "explicitDeny"
	}
	return "implicitDeny"
}

// try simulates one action: on every resource asked for or, without any, on "*". The result of several is the worst of them.
func (sim *simulation) try(action string) model.EvaluationResult {
	if len(sim.resources) == 0 || slices.Equal(sim.resources, []string{"*"}) {
		x := sim.explain(action, "*")
		return model.EvaluationResult{
			EvalActionName: &action, EvalResourceName: new("*"), EvalDecision: new(evalDecision(x.Decision.Outcome)),
			MatchedStatements: sim.matched(x), MissingContextValues: missing(x),
			OrganizationsDecisionDetail: sim.organizations(x), PermissionsBoundaryDecisionDetail: sim.boundary(x),
		}
	}
	var r model.EvaluationResult
	worst := iampolicy.Allowed
	for i, resource := range sim.resources {
		x := sim.explain(action, resource)
		one := model.ResourceSpecificResult{
			EvalResourceName: &resource, EvalResourceDecision: new(evalDecision(x.Decision.Outcome)),
			MatchedStatements: sim.matched(x), MissingContextValues: missing(x), EvalDecisionDetails: sim.details(x),
			PermissionsBoundaryDecisionDetail: sim.boundary(x),
		}
		if i == 0 || severity(x.Decision.Outcome) > severity(worst) {
			worst = x.Decision.Outcome
			r = model.EvaluationResult{
				EvalActionName: &action, EvalResourceName: &resource, EvalDecision: one.EvalResourceDecision,
				MatchedStatements: one.MatchedStatements, MissingContextValues: []string{}, EvalDecisionDetails: one.EvalDecisionDetails,
				OrganizationsDecisionDetail: sim.organizations(x), PermissionsBoundaryDecisionDetail: one.PermissionsBoundaryDecisionDetail,
				ResourceSpecificResults: r.ResourceSpecificResults,
			}
		}
		r.ResourceSpecificResults = append(r.ResourceSpecificResults, one)
	}
	return r
}

// severity orders outcomes by how much they stand in the way.
func severity(o iampolicy.Outcome) int {
	switch o {
	case iampolicy.ExplicitDeny:
		return 2
	case iampolicy.ImplicitDeny:
		return 1
	}
	return 0
}

// explain decides one action on one resource. Without a resource policy there is one account's policies to look at, whoever
// owns the resource: the other side of a cross-account call is unknown to a simulation.
func (sim *simulation) explain(action, resource string) *iampolicy.Explanation {
	ctx := new(iampolicy.Context)
	for _, list := range [][]contextEntry{sim.own, sim.given} {
		for _, e := range list {
			ctx.Set(e.key, e.values...)
		}
	}
	req := iampolicy.Request{
		Principal: sim.principal, Action: action, Resource: resource, ResourceAccount: sim.principal.Account, Context: ctx,
	}
	if sim.policies.Resource != nil {
		req.ResourceAccount = sim.ownerOf(resource)
	}
	return iampolicy.Explain(&req, &sim.policies)
}

// ownerOf gives the account in the resource's ARN, else the ResourceOwner's, else the caller's.
func (sim *simulation) ownerOf(resource string) string {
	if arn, err := ident.ParseARN(resource); err == nil && len(arn.Account) == 12 {
		return arn.Account
	}
	if sim.owner != "" {
		return sim.owner
	}
	return sim.principal.Account
}

// matched gives the statements that determine the result: the one that denies, or all that allow. Organizations' are not
// among the input policies.
func (sim *simulation) matched(x *iampolicy.Explanation) []model.Statement {
	out := []model.Statement{}
	if x.Decision.Outcome == iampolicy.ImplicitDeny {
		return out
	}
	for i := range x.Matched {
		s := &x.Matched[i]
		kind, ok := sim.kinds[s.Policy]
		if !ok || s.Layer == iampolicy.LayerServiceControl || s.Deny != (x.Decision.Outcome == iampolicy.ExplicitDeny) {
			continue
		}
		if !s.Deny && s.Layer == iampolicy.LayerBoundary {
			continue // it limits, and grants nothing
		}
		out = append(out, model.Statement{
			SourcePolicyId: &s.Policy, SourcePolicyType: &kind,
			StartPosition: place(s.Start, 0), EndPosition: place(s.End, 1),
		})
		if s.Deny {
			break
		}
	}
	return out
}

// place gives a position; after moves it behind that many characters: a statement ends behind its closing brace.
func place(p iampolicy.Position, after int) *model.Position {
	return &model.Position{Line: new(int32(p.Line)), Column: new(int32(p.Column + after))}
}

func missing(x *iampolicy.Explanation) []string { return append([]string{}, x.Absent...) }

// organizations tells whether the SCPs of the account allow the action; nil outside organizations.
func (sim *simulation) organizations(x *iampolicy.Explanation) *model.OrganizationsDecisionDetail {
	if !sim.member {
		return nil
	}
	return &model.OrganizationsDecisionDetail{AllowedByOrganizations: new(allows(x, iampolicy.LayerServiceControl))}
}

func (sim *simulation) boundary(x *iampolicy.Explanation) *model.PermissionsBoundaryDecisionDetail {
	if sim.policies.Boundary == nil {
		return nil
	}
	return &model.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: new(allows(x, iampolicy.LayerBoundary))}
}

// allows tells whether every level of a layer allows the request or does not bind it.
func allows(x *iampolicy.Explanation, layer iampolicy.Layer) bool {
	return !slices.ContainsFunc(x.Layers, func(r iampolicy.LayerReport) bool {
		return r.Layer == layer && r.Exempt == "" && r.Outcome != iampolicy.Allowed
	})
}

// details sums up either side of a cross-account call. Within one account it is there, but empty; it is left out where an
// SCP has ended the evaluation.
func (sim *simulation) details(x *iampolicy.Explanation) map[string]string {
	if x.Decision.Layer == iampolicy.LayerServiceControl && x.Decision.Outcome != iampolicy.Allowed {
		return nil
	}
	sides := map[string]string{}
	if !x.CrossAccount {
		return sides
	}
	for _, r := range x.Layers {
		switch r.Layer {
		case iampolicy.LayerIdentity:
			sides[identityPolicy] = evalDecision(r.Outcome)
		case iampolicy.LayerResource:
			sides[resourcePolicy] = evalDecision(r.Outcome)
		}
	}
	return sides
}
