package iam

import (
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func createLoginProfile() *op.Operation {
	return writing("CreateLoginProfile",
		func(a *authorize, in *model.CreateLoginProfileInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.CreateLoginProfileInput) (*model.CreateLoginProfileOutput, error) {
			user, err := sc.iamUser(in.UserName)
			if err != nil {
				return nil, err
			}
			if in.Password == nil {
				return nil, fault.New(fault.ValidationFailed, "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null")
			}
			u, err := sc.s.CreateLogin(sc.env, user, *in.Password, op.Value(in.PasswordResetRequired))
			if err != nil {
				return nil, err
			}
			return &model.CreateLoginProfileOutput{LoginProfile: showLogin(u)}, nil
		})
}

func showLogin(u *iam.User) *model.LoginProfile {
	return &model.LoginProfile{UserName: &u.Name, CreateDate: &u.Login.Created, PasswordResetRequired: &u.Login.ResetRequired}
}

func getLoginProfile() *op.Operation {
	return reading("GetLoginProfile",
		func(a *authorize, in *model.GetLoginProfileInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.GetLoginProfileInput) (*model.GetLoginProfileOutput, error) {
			user, err := sc.iamUser(in.UserName)
			if err != nil {
				return nil, err
			}
			u, err := sc.s.FindLogin(user)
			if err != nil {
				return nil, err
			}
			return &model.GetLoginProfileOutput{LoginProfile: showLogin(u)}, nil
		})
}

func updateLoginProfile() *op.Operation {
	return writing("UpdateLoginProfile",
		func(a *authorize, in *model.UpdateLoginProfileInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.UpdateLoginProfileInput) (*model.UpdateLoginProfileOutput, error) {
			return done[model.UpdateLoginProfileOutput](
				sc.s.UpdateLogin(*in.UserName, op.Value(in.Password), in.PasswordResetRequired))
		})
}

func deleteLoginProfile() *op.Operation {
	return writing("DeleteLoginProfile",
		func(a *authorize, in *model.DeleteLoginProfileInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.DeleteLoginProfileInput) (*model.DeleteLoginProfileOutput, error) {
			user, err := sc.iamUser(in.UserName)
			if err != nil {
				return nil, err
			}
			return done[model.DeleteLoginProfileOutput](sc.s.DeleteLogin(user))
		})
}
