package iam

import (
	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func putUserPermissionsBoundary() *op.Operation {
	return writing("PutUserPermissionsBoundary",
		func(a *authorize, in *model.PutUserPermissionsBoundaryInput) []op.Target {
			return one(a.user(in.UserName, boundary(*in.PermissionsBoundary)...))
		},
		func(sc *scene, in *model.PutUserPermissionsBoundaryInput) (*model.PutUserPermissionsBoundaryOutput, error) {
			return done[model.PutUserPermissionsBoundaryOutput](sc.s.PutBoundary(iam.UserKind, *in.UserName, *in.PermissionsBoundary))
		})
}

func putRolePermissionsBoundary() *op.Operation {
	return writing("PutRolePermissionsBoundary",
		func(a *authorize, in *model.PutRolePermissionsBoundaryInput) []op.Target {
			return one(a.role(in.RoleName, boundary(*in.PermissionsBoundary)...))
		},
		func(sc *scene, in *model.PutRolePermissionsBoundaryInput) (*model.PutRolePermissionsBoundaryOutput, error) {
			return done[model.PutRolePermissionsBoundaryOutput](sc.s.PutBoundary(iam.RoleKind, *in.RoleName, *in.PermissionsBoundary))
		})
}

func deleteUserPermissionsBoundary() *op.Operation {
	return writing("DeleteUserPermissionsBoundary",
		func(a *authorize, in *model.DeleteUserPermissionsBoundaryInput) []op.Target {
			return a.holder(iam.UserKind, in.UserName)
		},
		func(sc *scene, in *model.DeleteUserPermissionsBoundaryInput) (*model.DeleteUserPermissionsBoundaryOutput, error) {
			return done[model.DeleteUserPermissionsBoundaryOutput](sc.s.DeleteBoundary(iam.UserKind, *in.UserName))
		})
}

func deleteRolePermissionsBoundary() *op.Operation {
	return writing("DeleteRolePermissionsBoundary",
		func(a *authorize, in *model.DeleteRolePermissionsBoundaryInput) []op.Target {
			return a.holder(iam.RoleKind, in.RoleName)
		},
		func(sc *scene, in *model.DeleteRolePermissionsBoundaryInput) (*model.DeleteRolePermissionsBoundaryOutput, error) {
			return done[model.DeleteRolePermissionsBoundaryOutput](sc.s.DeleteBoundary(iam.RoleKind, *in.RoleName))
		})
}
