package organizations

import (
	"iter"

	"umbel/internal/domain/org"
	"umbel/internal/ident"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
)

func createPolicy() *op.Operation {
	return writing("CreatePolicy",
		func(a *authorize, in *model.CreatePolicyInput) []op.Target {
			return a.creation(a.anything(policyType(*in.Type)), "policy", in.Tags)
		},
		func(sc *scene, in *model.CreatePolicyInput) (*model.CreatePolicyOutput, error) {
			tags, err := tagMap(in.Tags)
			if err != nil {
				return nil, err
			}
			p, err := sc.s.CreatePolicy(sc.Rand, sc.Now, sc.q, org.NewPolicy{
				Type: org.PolicyType(*in.Type), Name: *in.Name, Description: *in.Description, Content: *in.Content, Tags: tags,
			})
			if err != nil {
				return nil, err
			}
			return &model.CreatePolicyOutput{Policy: sc.policy(p)}, nil
		})
}

func updatePolicy() *op.Operation {
	return writing("UpdatePolicy",
		func(a *authorize, in *model.UpdatePolicyInput) []op.Target { return []op.Target{a.policy(in.PolicyId)} },
		func(sc *scene, in *model.UpdatePolicyInput) (*model.UpdatePolicyOutput, error) {
			p, err := sc.s.UpdatePolicy(sc.q, ident.PolicyID(*in.PolicyId), org.PolicyChange{
				Name: in.Name, Description: in.Description, Content: in.Content,
			})
			if err != nil {
				return nil, err
			}
			return &model.UpdatePolicyOutput{Policy: sc.policy(p)}, nil
		})
}

func deletePolicy() *op.Operation {
	return writing("DeletePolicy",
		func(a *authorize, in *model.DeletePolicyInput) []op.Target { return []op.Target{a.policy(in.PolicyId)} },
		func(sc *scene, in *model.DeletePolicyInput) (*model.DeletePolicyOutput, error) {
			return done[model.DeletePolicyOutput](sc.s.DeletePolicy(ident.PolicyID(*in.PolicyId)))
		})
}

func describePolicy() *op.Operation {
	return reading("DescribePolicy",
		func(a *authorize, in *model.DescribePolicyInput) []op.Target {
			return []op.Target{a.policy(in.PolicyId)}
		},
		func(sc *scene, in *model.DescribePolicyInput) (*model.DescribePolicyOutput, error) {
			p, err := sc.s.ExistingPolicy(ident.PolicyID(*in.PolicyId))
			if err != nil {
				return nil, err
			}
			return &model.DescribePolicyOutput{Policy: sc.policy(p)}, nil
		})
}

func listPolicies() *op.Operation {
	return reading("ListPolicies",
		func(a *authorize, in *model.ListPoliciesInput) []op.Target {
			return []op.Target{a.anything(policyType(*in.Filter))}
		},
		func(sc *scene, in *model.ListPoliciesInput) (*model.ListPoliciesOutput, error) {
			kind := org.PolicyType(*in.Filter)
			rows, next, err := paged(sc, "ListPolicies/"+*in.Filter, in.NextToken, in.MaxResults,
				func(after string) iter.Seq2[string, *org.Policy] { return sc.s.PoliciesOf(kind, after) }, sc.summary)
			if err != nil {
				return nil, err
			}
			return &model.ListPoliciesOutput{Policies: rows, NextToken: next}, nil
		})
}
