package orgfile

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

func (f *fake) ListPolicies(_ ctx, in *organizations.ListPoliciesInput, _ ...func(*organizations.Options)) (*organizations.ListPoliciesOutput, error) {
	var all []types.PolicySummary
	for _, p := range f.live.Policies {
		if p.Type == string(in.Filter) {
			all = append(all, types.PolicySummary{Id: aws.String(p.ID), Name: aws.String(p.Name), Description: aws.String(p.Description), AwsManaged: p.AWS})
		}
	}
	items, next := page(all, in.NextToken)
	return &organizations.ListPoliciesOutput{Policies: items, NextToken: next}, nil
}

// policyByID finds a policy.
func (f *fake) policyByID(id string) *LivePolicy {
	for i := range f.live.Policies {
		if f.live.Policies[i].ID == id {
			return &f.live.Policies[i]
		}
	}
	return nil
}

func (f *fake) DescribePolicy(_ ctx, in *organizations.DescribePolicyInput, _ ...func(*organizations.Options)) (*organizations.DescribePolicyOutput, error) {
	return &organizations.DescribePolicyOutput{Policy: &types.Policy{Content: aws.String(f.text[*in.PolicyId])}}, nil
}

func (f *fake) ListTargetsForPolicy(_ ctx, in *organizations.ListTargetsForPolicyInput, _ ...func(*organizations.Options)) (*organizations.ListTargetsForPolicyOutput, error) {
	var all []types.PolicyTargetSummary
	for _, id := range f.policyByID(*in.PolicyId).Targets {
		all = append(all, types.PolicyTargetSummary{TargetId: aws.String(id)})
	}
	items, next := page(all, in.NextToken)
	return &organizations.ListTargetsForPolicyOutput{Targets: items, NextToken: next}, nil
}

func (f *fake) CreatePolicy(_ ctx, in *organizations.CreatePolicyInput, _ ...func(*organizations.Options)) (*organizations.CreatePolicyOutput, error) {
	if err := f.call("CreatePolicy %s", *in.Name); err != nil {
		return nil, err
	}
	if f.live.index().policy(string(in.Type), *in.Name) != nil {
		return nil, &types.DuplicatePolicyException{}
	}
	p := LivePolicy{ID: f.id("p-"), Name: *in.Name, Type: string(in.Type), Description: *in.Description}
	f.live.Policies = append(f.live.Policies, p)
	f.text[p.ID] = *in.Content
	return &organizations.CreatePolicyOutput{Policy: &types.Policy{PolicySummary: &types.PolicySummary{Id: &p.ID}}}, nil
}

func (f *fake) UpdatePolicy(_ ctx, in *organizations.UpdatePolicyInput, _ ...func(*organizations.Options)) (*organizations.UpdatePolicyOutput, error) {
	p := f.policyByID(*in.PolicyId)
	if in.Content != nil {
		f.text[p.ID] = *in.Content
	}
	if in.Description != nil {
		p.Description = *in.Description
	}
	return &organizations.UpdatePolicyOutput{}, f.call("UpdatePolicy %s", p.Name)
}

func (f *fake) DeletePolicy(_ ctx, in *organizations.DeletePolicyInput, _ ...func(*organizations.Options)) (*organizations.DeletePolicyOutput, error) {
	p := f.policyByID(*in.PolicyId)
	if len(p.Targets) > 0 {
		return nil, &types.PolicyInUseException{}
	}
	err := f.call("DeletePolicy %s", p.Name)
	f.live.Policies = slices.DeleteFunc(f.live.Policies, func(p LivePolicy) bool { return p.ID == *in.PolicyId })
	return &organizations.DeletePolicyOutput{}, err
}

// attachedOf counts the policies of a type at a target, RCPFullAWSAccess included.
func (f *fake) attachedOf(kind, target string) int {
	n := 0
	for _, p := range f.live.Policies {
		if p.Type == kind && (slices.Contains(p.Targets, target) || p.Name == RCPFullAccess) {
			n++
		}
	}
	return n
}

func (f *fake) AttachPolicy(_ ctx, in *organizations.AttachPolicyInput, _ ...func(*organizations.Options)) (*organizations.AttachPolicyOutput, error) {
	p := f.policyByID(*in.PolicyId)
	if err := f.call("AttachPolicy %s %s", p.Name, f.name(*in.TargetId)); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(f.live.PolicyTypes, p.Type):
		return nil, &types.PolicyTypeNotEnabledException{}
	case slices.Contains(p.Targets, *in.TargetId):
		return nil, &types.DuplicatePolicyAttachmentException{}
	case f.attachedOf(p.Type, *in.TargetId) >= maxAttached(p.Type):
		return nil, &types.ConstraintViolationException{Reason: types.ConstraintViolationExceptionReasonMaxPolicyTypeAttachmentLimitExceeded}
	}
	p.Targets = append(p.Targets, *in.TargetId)
	return &organizations.AttachPolicyOutput{}, nil
}

func (f *fake) DetachPolicy(_ ctx, in *organizations.DetachPolicyInput, _ ...func(*organizations.Options)) (*organizations.DetachPolicyOutput, error) {
	p := f.policyByID(*in.PolicyId)
	if err := f.call("DetachPolicy %s %s", p.Name, f.name(*in.TargetId)); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(p.Targets, *in.TargetId):
		return nil, &types.PolicyNotAttachedException{}
	case p.Type == ServiceControl && f.attachedOf(p.Type, *in.TargetId) == 1:
		return nil, &types.ConstraintViolationException{Reason: types.ConstraintViolationExceptionReasonMinPolicyTypeAttachmentLimitExceeded}
	}
	p.Targets = slices.DeleteFunc(p.Targets, func(id string) bool { return id == *in.TargetId })
	return &organizations.DetachPolicyOutput{}, nil
}

func (f *fake) ListTagsForResource(_ ctx, in *organizations.ListTagsForResourceInput, _ ...func(*organizations.Options)) (*organizations.ListTagsForResourceOutput, error) {
	return &organizations.ListTagsForResourceOutput{Tags: tagList(f.live.Tags[*in.ResourceId])}, nil
}

func (f *fake) TagResource(_ ctx, in *organizations.TagResourceInput, _ ...func(*organizations.Options)) (*organizations.TagResourceOutput, error) {
	if f.live.Tags[*in.ResourceId] == nil {
		f.live.Tags[*in.ResourceId] = map[string]string{}
	}
	for _, t := range in.Tags {
		f.live.Tags[*in.ResourceId][*t.Key] = *t.Value
	}
	return &organizations.TagResourceOutput{}, f.call("TagResource %s", f.name(*in.ResourceId))
}

func (f *fake) UntagResource(_ ctx, in *organizations.UntagResourceInput, _ ...func(*organizations.Options)) (*organizations.UntagResourceOutput, error) {
	for _, k := range in.TagKeys {
		delete(f.live.Tags[*in.ResourceId], k)
	}
	return &organizations.UntagResourceOutput{}, f.call("UntagResource %s", f.name(*in.ResourceId))
}
