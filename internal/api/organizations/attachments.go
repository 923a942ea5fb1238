package organizations

import (
	"iter"

	"umbel/internal/domain/org"
	"umbel/internal/ident"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
)

func attachPolicy() *op.Operation {
	return writing("AttachPolicy",
		func(a *authorize, in *model.AttachPolicyInput) []op.Target {
			return a.attachment(in.PolicyId, in.TargetId)
		},
		func(sc *scene, in *model.AttachPolicyInput) (*model.AttachPolicyOutput, error) {
			return done[model.AttachPolicyOutput](sc.s.Attach(sc.q, ident.PolicyID(*in.PolicyId), *in.TargetId))
		})
}

func detachPolicy() *op.Operation {
	return writing("DetachPolicy",
		func(a *authorize, in *model.DetachPolicyInput) []op.Target {
			return a.attachment(in.PolicyId, in.TargetId)
		},
		func(sc *scene, in *model.DetachPolicyInput) (*model.DetachPolicyOutput, error) {
			return done[model.DetachPolicyOutput](sc.s.Detach(sc.q, ident.PolicyID(*in.PolicyId), *in.TargetId))
		})
}

// attachment is a policy and what it is attached to: both must be allowed.
func (a *authorize) attachment(policy, target *string) []op.Target {
	p := a.policy(policy)
	return []op.Target{p, a.node(target, p.Keys...)}
}

func listPoliciesForTarget() *op.Operation {
	return reading("ListPoliciesForTarget",
		func(a *authorize, in *model.ListPoliciesForTargetInput) []op.Target {
			return []op.Target{a.node(in.TargetId, policyType(*in.Filter))}
		},
		func(sc *scene, in *model.ListPoliciesForTargetInput) (*model.ListPoliciesForTargetOutput, error) {
			if _, err := sc.s.Target(*in.TargetId); err != nil {
				return nil, err
			}
			attached := sc.s.AttachedTo(*in.TargetId, org.PolicyType(*in.Filter))
			rows, next, err := paged(sc, "ListPoliciesForTarget/"+*in.Filter+"/"+*in.TargetId, in.NextToken, in.MaxResults,
				few(attached, func(p *org.Policy) string { return string(p.ID) }), sc.summary)
			if err != nil {
				return nil, err
			}
			return &model.ListPoliciesForTargetOutput{Policies: rows, NextToken: next}, nil
		})
}

func listTargetsForPolicy() *op.Operation {
	return reading("ListTargetsForPolicy",
		func(a *authorize, in *model.ListTargetsForPolicyInput) []op.Target {
			return []op.Target{a.policy(in.PolicyId)}
		},
		func(sc *scene, in *model.ListTargetsForPolicyInput) (*model.ListTargetsForPolicyOutput, error) {
			p, err := sc.s.ExistingPolicy(ident.PolicyID(*in.PolicyId))
			if err != nil {
				return nil, err
			}
			rows, next, err := paged(sc, "ListTargetsForPolicy/"+*in.PolicyId, in.NextToken, in.MaxResults,
				func(after string) iter.Seq2[string, org.Node] { return sc.s.TargetsOf(p, after) }, sc.target)
			if err != nil {
				return nil, err
			}
			return &model.ListTargetsForPolicyOutput{Targets: rows, NextToken: next}, nil
		})
}

func enablePolicyType() *op.Operation {
	return writing("EnablePolicyType",
		func(a *authorize, in *model.EnablePolicyTypeInput) []op.Target {
			return []op.Target{a.node(in.RootId, policyType(*in.PolicyType))}
		},
		func(sc *scene, in *model.EnablePolicyTypeInput) (*model.EnablePolicyTypeOutput, error) {
			o, err := sc.s.EnablePolicyType(ident.RootID(*in.RootId), org.PolicyType(*in.PolicyType))
			if err != nil {
				return nil, err
			}
			return &model.EnablePolicyTypeOutput{Root: root(o)}, nil
		})
}

func disablePolicyType() *op.Operation {
	return writing("DisablePolicyType",
		func(a *authorize, in *model.DisablePolicyTypeInput) []op.Target {
			return []op.Target{a.node(in.RootId, policyType(*in.PolicyType))}
		},
		func(sc *scene, in *model.DisablePolicyTypeInput) (*model.DisablePolicyTypeOutput, error) {
			o, err := sc.s.DisablePolicyType(ident.RootID(*in.RootId), org.PolicyType(*in.PolicyType))
			if err != nil {
				return nil, err
			}
			return &model.DisablePolicyTypeOutput{Root: root(o)}, nil
		})
}
