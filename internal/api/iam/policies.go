package iam

import (
	"iter"
	"strings"

	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

// awsOwned begins the ARN of an AWS managed policy.
const awsOwned = "arn:" + ident.Partition + ":iam::aws:policy/"

// own refuses to change a policy that is another account's or AWS's. Their owners grant no one else anything.
func (sc *scene) own(arn *string) error {
	if strings.HasPrefix(*arn, ident.IAM(sc.Caller.Account, "policy/")) {
		return nil
	}
	if parsed, err := ident.ParseARN(*arn); err != nil || parsed.Service != "iam" {
		return fault.New(fault.InvalidInput, "ARN %s is not valid.", *arn)
	}
	return fault.New(fault.AccessDenied, "User: %s is not authorized to perform: %s:%s on resource: policy %s", sc.Caller.ARN, service, sc.name, *arn)
}

// policy gives a policy that the account may look at: its own or AWS's.
func (sc *scene) policy(arn *string) (*iam.ManagedPolicy, error) {
	if !strings.HasPrefix(*arn, awsOwned) {
		if err := sc.own(arn); err != nil {
			return nil, err
		}
	}
	return sc.s.FindPolicy(*arn)
}

func createPolicy() *op.Operation {
	return writing("CreatePolicy",
		func(a *authorize, in *model.CreatePolicyInput) []op.Target {
			return a.create("policy", in.Path, in.PolicyName, "TagPolicy", in.Tags)
		},
		func(sc *scene, in *model.CreatePolicyInput) (*model.CreatePolicyOutput, error) {
			p, err := sc.s.CreatePolicy(sc.env, iam.PolicySpec{
				Name: *in.PolicyName, Path: op.Value(in.Path), Description: op.Value(in.Description),
				Document: *in.PolicyDocument, Tags: givenTags(in.Tags),
			})
			if err != nil {
				return nil, err
			}
			out := sc.listedPolicy(p)
			out.Tags = showTags(p.Tags)
			return &model.CreatePolicyOutput{Policy: &out}, nil
		})
}

func getPolicy() *op.Operation {
	return reading("GetPolicy",
		func(a *authorize, in *model.GetPolicyInput) []op.Target { return one(a.policy(in.PolicyArn)) },
		func(sc *scene, in *model.GetPolicyInput) (*model.GetPolicyOutput, error) {
			p, err := sc.policy(in.PolicyArn)
			if err != nil {
				return nil, err
			}
			return &model.GetPolicyOutput{Policy: sc.showPolicy(p)}, nil
		})
}

func deletePolicy() *op.Operation {
	return writing("DeletePolicy",
		func(a *authorize, in *model.DeletePolicyInput) []op.Target { return one(a.policy(in.PolicyArn)) },
		func(sc *scene, in *model.DeletePolicyInput) (*model.DeletePolicyOutput, error) {
			if err := sc.own(in.PolicyArn); err != nil {
				return nil, err
			}
			return done[model.DeletePolicyOutput](sc.s.DeletePolicy(*in.PolicyArn))
		})
}

func listPolicies() *op.Operation {
	return reading("ListPolicies",
		func(a *authorize, in *model.ListPoliciesInput) []op.Target {
			return one(op.Target{Resource: "policy path " + pathOr(in.PathPrefix)})
		},
		func(sc *scene, in *model.ListPoliciesInput) (*model.ListPoliciesOutput, error) {
			what := strings.Join([]string{pathOr(in.PathPrefix), op.Value(in.Scope), op.Value(in.PolicyUsageFilter)}, "|")
			p, err := paged(sc, what, asked{in.Marker, in.MaxItems}, sc.policiesIn(op.Value(in.Scope)), sc.listable(in), sc.listedPolicy)
			if err != nil {
				return nil, err
			}
			return &model.ListPoliciesOutput{Policies: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func pathOr(prefix *string) string {
	if prefix == nil {
		return "/"
	}
	return *prefix
}

// policiesIn walks the account's own policies, AWS's, or both, by the names of policyScopeType.
func (sc *scene) policiesIn(scope string) func(string) iter.Seq2[string, *iam.ManagedPolicy] {
	local := part[*iam.ManagedPolicy]{"1/", sc.s.Policies.After}
	aws := part[*iam.ManagedPolicy]{"2/", iam.AWSPolicies}
	switch scope {
	case "Local":
		return chain(local)
	case "AWS":
		return chain(aws)
	}
	return chain(local, aws)
}

// listable keeps the policies that ListPolicies is asked for.
func (sc *scene) listable(in *model.ListPoliciesInput) func(*iam.ManagedPolicy) bool {
	return func(p *iam.ManagedPolicy) bool {
		if !strings.HasPrefix(p.Path, pathOr(in.PathPrefix)) {
			return false
		}
		if !op.Value(in.OnlyAttached) && in.PolicyUsageFilter == nil {
			return true
		}
		use := sc.s.Usage(sc.s.PolicyARN(p))
		switch op.Value(in.PolicyUsageFilter) {
		case "PermissionsPolicy":
			return use.Attached > 0
		case "PermissionsBoundary":
			return use.Boundaries > 0
		}
		return use.Attached+use.Boundaries > 0
	}
}
