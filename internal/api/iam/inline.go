package iam

import (
	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func putUserPolicy() *op.Operation {
	return writing("PutUserPolicy",
		func(a *authorize, in *model.PutUserPolicyInput) []op.Target {
			return a.holder(iam.UserKind, in.UserName)
		},
		func(sc *scene, in *model.PutUserPolicyInput) (*model.PutUserPolicyOutput, error) {
			return done[model.PutUserPolicyOutput](
				sc.s.PutInlinePolicy(sc.env, iam.UserKind, *in.UserName, *in.PolicyName, *in.PolicyDocument))
		})
}

func putGroupPolicy() *op.Operation {
	return writing("PutGroupPolicy",
		func(a *authorize, in *model.PutGroupPolicyInput) []op.Target {
			return a.holder(iam.GroupKind, in.GroupName)
		},
		func(sc *scene, in *model.PutGroupPolicyInput) (*model.PutGroupPolicyOutput, error) {
			return done[model.PutGroupPolicyOutput](
				sc.s.PutInlinePolicy(sc.env, iam.GroupKind, *in.GroupName, *in.PolicyName, *in.PolicyDocument))
		})
}

func putRolePolicy() *op.Operation {
	return writing("PutRolePolicy",
		func(a *authorize, in *model.PutRolePolicyInput) []op.Target {
			return a.holder(iam.RoleKind, in.RoleName)
		},
		func(sc *scene, in *model.PutRolePolicyInput) (*model.PutRolePolicyOutput, error) {
			return done[model.PutRolePolicyOutput](
				sc.s.PutInlinePolicy(sc.env, iam.RoleKind, *in.RoleName, *in.PolicyName, *in.PolicyDocument))
		})
}

func getUserPolicy() *op.Operation {
	return reading("GetUserPolicy",
		func(a *authorize, in *model.GetUserPolicyInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.GetUserPolicyInput) (*model.GetUserPolicyOutput, error) {
			holder, p, err := sc.s.InlinePolicy(iam.UserKind, *in.UserName, *in.PolicyName)
			if err != nil {
				return nil, err
			}
			return &model.GetUserPolicyOutput{UserName: &holder.Name, PolicyName: &p.Name, PolicyDocument: new(document(p.Document))}, nil
		})
}

func getGroupPolicy() *op.Operation {
	return reading("GetGroupPolicy",
		func(a *authorize, in *model.GetGroupPolicyInput) []op.Target { return one(a.group(in.GroupName)) },
		func(sc *scene, in *model.GetGroupPolicyInput) (*model.GetGroupPolicyOutput, error) {
			holder, p, err := sc.s.InlinePolicy(iam.GroupKind, *in.GroupName, *in.PolicyName)
			if err != nil {
				return nil, err
			}
			return &model.GetGroupPolicyOutput{GroupName: &holder.Name, PolicyName: &p.Name, PolicyDocument: new(document(p.Document))}, nil
		})
}

func getRolePolicy() *op.Operation {
	return reading("GetRolePolicy",
		func(a *authorize, in *model.GetRolePolicyInput) []op.Target { return one(a.role(in.RoleName)) },
		func(sc *scene, in *model.GetRolePolicyInput) (*model.GetRolePolicyOutput, error) {
			holder, p, err := sc.s.InlinePolicy(iam.RoleKind, *in.RoleName, *in.PolicyName)
			if err != nil {
				return nil, err
			}
			return &model.GetRolePolicyOutput{RoleName: &holder.Name, PolicyName: &p.Name, PolicyDocument: new(document(p.Document))}, nil
		})
}

func deleteUserPolicy() *op.Operation {
	return writing("DeleteUserPolicy",
		func(a *authorize, in *model.DeleteUserPolicyInput) []op.Target {
			return a.holder(iam.UserKind, in.UserName)
		},
		func(sc *scene, in *model.DeleteUserPolicyInput) (*model.DeleteUserPolicyOutput, error) {
			return done[model.DeleteUserPolicyOutput](sc.s.DeleteInlinePolicy(iam.UserKind, *in.UserName, *in.PolicyName))
		})
}

func deleteGroupPolicy() *op.Operation {
	return writing("DeleteGroupPolicy",
		func(a *authorize, in *model.DeleteGroupPolicyInput) []op.Target {
			return a.holder(iam.GroupKind, in.GroupName)
		},
		func(sc *scene, in *model.DeleteGroupPolicyInput) (*model.DeleteGroupPolicyOutput, error) {
			return done[model.DeleteGroupPolicyOutput](sc.s.DeleteInlinePolicy(iam.GroupKind, *in.GroupName, *in.PolicyName))
		})
}

func deleteRolePolicy() *op.Operation {
	return writing("DeleteRolePolicy",
		func(a *authorize, in *model.DeleteRolePolicyInput) []op.Target {
			return a.holder(iam.RoleKind, in.RoleName)
		},
		func(sc *scene, in *model.DeleteRolePolicyInput) (*model.DeleteRolePolicyOutput, error) {
			return done[model.DeleteRolePolicyOutput](sc.s.DeleteInlinePolicy(iam.RoleKind, *in.RoleName, *in.PolicyName))
		})
}

func listUserPolicies() *op.Operation {
	return reading("ListUserPolicies",
		func(a *authorize, in *model.ListUserPoliciesInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.ListUserPoliciesInput) (*model.ListUserPoliciesOutput, error) {
			p, err := sc.inline(iam.UserKind, *in.UserName, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListUserPoliciesOutput{PolicyNames: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func listGroupPolicies() *op.Operation {
	return reading("ListGroupPolicies",
		func(a *authorize, in *model.ListGroupPoliciesInput) []op.Target { return one(a.group(in.GroupName)) },
		func(sc *scene, in *model.ListGroupPoliciesInput) (*model.ListGroupPoliciesOutput, error) {
			p, err := sc.inline(iam.GroupKind, *in.GroupName, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListGroupPoliciesOutput{PolicyNames: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func listRolePolicies() *op.Operation {
	return reading("ListRolePolicies",
		func(a *authorize, in *model.ListRolePoliciesInput) []op.Target { return one(a.role(in.RoleName)) },
		func(sc *scene, in *model.ListRolePoliciesInput) (*model.ListRolePoliciesOutput, error) {
			p, err := sc.inline(iam.RoleKind, *in.RoleName, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListRolePoliciesOutput{PolicyNames: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

// inline gives a page of the names of the inline policies in a user, group or role.
func (sc *scene) inline(k iam.Kind, name string, q asked) (page[string], error) {
	e, err := sc.s.Entity(k, name)
	if err != nil {
		return page[string]{}, err
	}
	named := func(p iam.InlinePolicy) string { return p.Name }
	return paged(sc, e.Name, q, few(e.Inline, named), nil, named)
}
