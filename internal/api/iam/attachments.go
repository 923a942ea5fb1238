package iam

import (
	"strings"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func attachUserPolicy() *op.Operation {
	return writing("AttachUserPolicy",
		func(a *authorize, in *model.AttachUserPolicyInput) []op.Target {
			return a.attachment(iam.UserKind, in.UserName, in.PolicyArn)
		},
		func(sc *scene, in *model.AttachUserPolicyInput) (*model.AttachUserPolicyOutput, error) {
			return done[model.AttachUserPolicyOutput](sc.s.AttachPolicy(sc.env, iam.UserKind, *in.UserName, *in.PolicyArn))
		})
}

func attachGroupPolicy() *op.Operation {
	return writing("AttachGroupPolicy",
		func(a *authorize, in *model.AttachGroupPolicyInput) []op.Target {
			return a.attachment(iam.GroupKind, in.GroupName, in.PolicyArn)
		},
		func(sc *scene, in *model.AttachGroupPolicyInput) (*model.AttachGroupPolicyOutput, error) {
			return done[model.AttachGroupPolicyOutput](sc.s.AttachPolicy(sc.env, iam.GroupKind, *in.GroupName, *in.PolicyArn))
		})
}

func attachRolePolicy() *op.Operation {
	return writing("AttachRolePolicy",
		func(a *authorize, in *model.AttachRolePolicyInput) []op.Target {
			return a.attachment(iam.RoleKind, in.RoleName, in.PolicyArn)
		},
		func(sc *scene, in *model.AttachRolePolicyInput) (*model.AttachRolePolicyOutput, error) {
			return done[model.AttachRolePolicyOutput](sc.s.AttachPolicy(sc.env, iam.RoleKind, *in.RoleName, *in.PolicyArn))
		})
}

func detachUserPolicy() *op.Operation {
	return writing("DetachUserPolicy",
		func(a *authorize, in *model.DetachUserPolicyInput) []op.Target {
			return a.attachment(iam.UserKind, in.UserName, in.PolicyArn)
		},
		func(sc *scene, in *model.DetachUserPolicyInput) (*model.DetachUserPolicyOutput, error) {
			return done[model.DetachUserPolicyOutput](sc.s.DetachPolicy(iam.UserKind, *in.UserName, *in.PolicyArn))
		})
}

func detachGroupPolicy() *op.Operation {
	return writing("DetachGroupPolicy",
		func(a *authorize, in *model.DetachGroupPolicyInput) []op.Target {
			return a.attachment(iam.GroupKind, in.GroupName, in.PolicyArn)
		},
		func(sc *scene, in *model.DetachGroupPolicyInput) (*model.DetachGroupPolicyOutput, error) {
			return done[model.DetachGroupPolicyOutput](sc.s.DetachPolicy(iam.GroupKind, *in.GroupName, *in.PolicyArn))
		})
}

func detachRolePolicy() *op.Operation {
	return writing("DetachRolePolicy",
		func(a *authorize, in *model.DetachRolePolicyInput) []op.Target {
			return a.attachment(iam.RoleKind, in.RoleName, in.PolicyArn)
		},
		func(sc *scene, in *model.DetachRolePolicyInput) (*model.DetachRolePolicyOutput, error) {
			return done[model.DetachRolePolicyOutput](sc.s.DetachPolicy(iam.RoleKind, *in.RoleName, *in.PolicyArn))
		})
}

func listAttachedUserPolicies() *op.Operation {
	return reading("ListAttachedUserPolicies",
		func(a *authorize, in *model.ListAttachedUserPoliciesInput) []op.Target {
			return one(a.user(in.UserName))
		},
		func(sc *scene, in *model.ListAttachedUserPoliciesInput) (*model.ListAttachedUserPoliciesOutput, error) {
			p, err := sc.attached(iam.UserKind, *in.UserName, in.PathPrefix, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListAttachedUserPoliciesOutput{AttachedPolicies: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func listAttachedGroupPolicies() *op.Operation {
	return reading("ListAttachedGroupPolicies",
		func(a *authorize, in *model.ListAttachedGroupPoliciesInput) []op.Target {
			return one(a.group(in.GroupName))
		},
		func(sc *scene, in *model.ListAttachedGroupPoliciesInput) (*model.ListAttachedGroupPoliciesOutput, error) {
			p, err := sc.attached(iam.GroupKind, *in.GroupName, in.PathPrefix, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListAttachedGroupPoliciesOutput{AttachedPolicies: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func listAttachedRolePolicies() *op.Operation {
	return reading("ListAttachedRolePolicies",
		func(a *authorize, in *model.ListAttachedRolePoliciesInput) []op.Target {
			return one(a.role(in.RoleName))
		},
		func(sc *scene, in *model.ListAttachedRolePoliciesInput) (*model.ListAttachedRolePoliciesOutput, error) {
			p, err := sc.attached(iam.RoleKind, *in.RoleName, in.PathPrefix, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListAttachedRolePoliciesOutput{AttachedPolicies: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

// attached gives a page of the managed policies attached to a user, group or role, in order of name.
func (sc *scene) attached(k iam.Kind, name string, prefix *string, q asked) (page[model.AttachedPolicy], error) {
	e, err := sc.s.Entity(k, name)
	if err != nil {
		return page[model.AttachedPolicy]{}, err
	}
	return paged(sc, e.Name+"|"+op.Value(prefix), q, few(e.Attached, policyName), under(prefix, policyPath), showAttached)
}

func showAttached(arn string) model.AttachedPolicy {
	return model.AttachedPolicy{PolicyName: new(policyName(arn)), PolicyArn: &arn}
}

// policyName gives the name in a policy's ARN.
func policyName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// policyPath gives the path in a policy's ARN.
func policyPath(arn string) string {
	_, rest, _ := strings.Cut(arn, ":policy")
	return rest[:strings.LastIndexByte(rest, '/')+1]
}
