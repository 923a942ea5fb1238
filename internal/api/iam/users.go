package iam

import (
	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func createUser() *op.Operation {
	return writing("CreateUser",
		func(a *authorize, in *model.CreateUserInput) []op.Target {
			return a.create("user", in.Path, in.UserName, "TagUser", in.Tags, boundary(op.Value(in.PermissionsBoundary))...)
		},
		func(sc *scene, in *model.CreateUserInput) (*model.CreateUserOutput, error) {
			u, err := sc.s.CreateUser(sc.env, iam.UserSpec{
				Name: *in.UserName, Path: op.Value(in.Path), Boundary: op.Value(in.PermissionsBoundary), Tags: givenTags(in.Tags),
			})
			if err != nil {
				return nil, err
			}
			return &model.CreateUserOutput{User: sc.showUser(u)}, nil
		})
}

func getUser() *op.Operation {
	return reading("GetUser",
		func(a *authorize, in *model.GetUserInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.GetUserInput) (*model.GetUserOutput, error) {
			name, err := sc.user(in.UserName)
			if err != nil {
				return nil, err
			}
			if name == "" {
				return &model.GetUserOutput{User: sc.rootUser()}, nil
			}
			u, err := sc.s.FindUser(name)
			if err != nil {
				return nil, err
			}
			return &model.GetUserOutput{User: sc.showUser(u)}, nil
		})
}

// rootUser shows the account's root user, which has neither name nor path.
func (sc *scene) rootUser() *model.User {
	out := &model.User{UserId: new(sc.account()), Arn: &sc.Caller.ARN}
	if a, ok := sc.s.Account(); ok {
		out.CreateDate = &a.Created
	}
	return out
}

func updateUser() *op.Operation {
	return writing("UpdateUser",
		func(a *authorize, in *model.UpdateUserInput) []op.Target {
			was := a.user(in.UserName)
			if in.NewUserName == nil && in.NewPath == nil {
				return one(was)
			}
			return []op.Target{was, {Resource: a.moved(was.Resource, in.NewPath, in.NewUserName)}}
		},
		func(sc *scene, in *model.UpdateUserInput) (*model.UpdateUserOutput, error) {
			return done[model.UpdateUserOutput](sc.s.UpdateUser(*in.UserName, op.Value(in.NewUserName), op.Value(in.NewPath)))
		})
}

func deleteUser() *op.Operation {
	return writing("DeleteUser",
		func(a *authorize, in *model.DeleteUserInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.DeleteUserInput) (*model.DeleteUserOutput, error) {
			return done[model.DeleteUserOutput](sc.s.DeleteUser(*in.UserName))
		})
}

func listUsers() *op.Operation {
	return reading("ListUsers",
		func(a *authorize, in *model.ListUsersInput) []op.Target { return a.listing("user", in.PathPrefix) },
		func(sc *scene, in *model.ListUsersInput) (*model.ListUsersOutput, error) {
			p, err := paged(sc, op.Value(in.PathPrefix), asked{in.Marker, in.MaxItems}, sc.s.Users.After,
				under(in.PathPrefix, func(u *iam.User) string { return u.Path }), sc.listedUser)
			if err != nil {
				return nil, err
			}
			return &model.ListUsersOutput{Users: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}
