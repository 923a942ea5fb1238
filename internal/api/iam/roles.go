package iam

import (
	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func createRole() *op.Operation {
	d := declaration("CreateRole", op.Write,
		func(a *authorize, in *model.CreateRoleInput) []op.Target {
			return a.create("role", in.Path, in.RoleName, "TagRole", in.Tags, boundary(op.Value(in.PermissionsBoundary))...)
		},
		func(sc *scene, in *model.CreateRoleInput) (*model.CreateRoleOutput, error) {
			r, err := sc.s.CreateRole(sc.env, iam.RoleSpec{
				Name: *in.RoleName, Path: op.Value(in.Path), Description: op.Value(in.Description), Trust: *in.AssumeRolePolicyDocument,
				MaxSession: int(op.Value(in.MaxSessionDuration)), Boundary: op.Value(in.PermissionsBoundary), Tags: givenTags(in.Tags),
			}, sc.trusted)
			if err != nil {
				return nil, err
			}
			return &model.CreateRoleOutput{Role: sc.showRole(r)}, nil
		})
	d.Scope = trusting(func(in *model.CreateRoleInput) string { return *in.AssumeRolePolicyDocument })
	return op.Define(d)
}

func getRole() *op.Operation {
	return reading("GetRole",
		func(a *authorize, in *model.GetRoleInput) []op.Target { return one(a.role(in.RoleName)) },
		func(sc *scene, in *model.GetRoleInput) (*model.GetRoleOutput, error) {
			r, err := sc.s.FindRole(*in.RoleName)
			if err != nil {
				return nil, err
			}
			return &model.GetRoleOutput{Role: sc.showRole(r)}, nil
		})
}

func updateRole() *op.Operation {
	return writing("UpdateRole",
		func(a *authorize, in *model.UpdateRoleInput) []op.Target { return one(a.role(in.RoleName)) },
		func(sc *scene, in *model.UpdateRoleInput) (*model.UpdateRoleOutput, error) {
			var longest *int
			if in.MaxSessionDuration != nil {
				longest = new(int(*in.MaxSessionDuration))
			}
			_, err := sc.s.UpdateRole(*in.RoleName, in.Description, longest)
			return done[model.UpdateRoleOutput](err)
		})
}

func updateRoleDescription() *op.Operation {
	return writing("UpdateRoleDescription",
		func(a *authorize, in *model.UpdateRoleDescriptionInput) []op.Target { return one(a.role(in.RoleName)) },
		func(sc *scene, in *model.UpdateRoleDescriptionInput) (*model.UpdateRoleDescriptionOutput, error) {
			r, err := sc.s.UpdateRole(*in.RoleName, in.Description, nil)
			if err != nil {
				return nil, err
			}
			return &model.UpdateRoleDescriptionOutput{Role: sc.showRole(r)}, nil
		})
}

func updateAssumeRolePolicy() *op.Operation {
	d := declaration("UpdateAssumeRolePolicy", op.Write,
		func(a *authorize, in *model.UpdateAssumeRolePolicyInput) []op.Target { return one(a.role(in.RoleName)) },
		func(sc *scene, in *model.UpdateAssumeRolePolicyInput) (*model.UpdateAssumeRolePolicyOutput, error) {
			return done[model.UpdateAssumeRolePolicyOutput](
				sc.s.UpdateTrust(sc.env, *in.RoleName, *in.PolicyDocument, sc.trusted))
		})
	d.Scope = trusting(func(in *model.UpdateAssumeRolePolicyInput) string { return *in.PolicyDocument })
	return op.Define(d)
}

func deleteRole() *op.Operation {
	return writing("DeleteRole",
		func(a *authorize, in *model.DeleteRoleInput) []op.Target { return one(a.role(in.RoleName)) },
		func(sc *scene, in *model.DeleteRoleInput) (*model.DeleteRoleOutput, error) {
			return done[model.DeleteRoleOutput](sc.s.DeleteRole(*in.RoleName))
		})
}

func listRoles() *op.Operation {
	return reading("ListRoles",
		func(a *authorize, in *model.ListRolesInput) []op.Target { return a.listing("role", in.PathPrefix) },
		func(sc *scene, in *model.ListRolesInput) (*model.ListRolesOutput, error) {
			p, err := paged(sc, op.Value(in.PathPrefix), asked{in.Marker, in.MaxItems}, sc.s.Roles.After,
				under(in.PathPrefix, func(r *iam.Role) string { return r.Path }), sc.listedRole)
			if err != nil {
				return nil, err
			}
			return &model.ListRolesOutput{Roles: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}
