package iam

import (
	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func getAccountPasswordPolicy() *op.Operation {
	return reading("GetAccountPasswordPolicy",
		func(a *authorize, _ *model.GetAccountPasswordPolicyInput) []op.Target { return a.anything() },
		func(sc *scene, _ *model.GetAccountPasswordPolicyInput) (*model.GetAccountPasswordPolicyOutput, error) {
			p, err := sc.s.FindPasswordPolicy()
			if err != nil {
				return nil, err
			}
			return &model.GetAccountPasswordPolicyOutput{PasswordPolicy: &model.PasswordPolicy{
				MinimumPasswordLength: new(int32(p.MinimumLength)), RequireSymbols: &p.Symbols, RequireNumbers: &p.Numbers,
				RequireUppercaseCharacters: &p.Uppercase, RequireLowercaseCharacters: &p.Lowercase,
				AllowUsersToChangePassword: &p.AllowChange, ExpirePasswords: new(p.MaxAge > 0), MaxPasswordAge: op.Optional(int32(p.MaxAge)),
				PasswordReusePrevention: op.Optional(int32(p.ReusePrevention)), HardExpiry: op.Optional(p.HardExpiry),
			}}, nil
		})
}

// defaultPasswordLength is the least length when the request names none (IAM API, UpdateAccountPasswordPolicy).
const defaultPasswordLength = 6

// updateAccountPasswordPolicy replaces the whole policy: what the request does not name goes back to its default.
func updateAccountPasswordPolicy() *op.Operation {
	return writing("UpdateAccountPasswordPolicy",
		func(a *authorize, _ *model.UpdateAccountPasswordPolicyInput) []op.Target { return a.anything() },
		func(sc *scene, in *model.UpdateAccountPasswordPolicyInput) (*model.UpdateAccountPasswordPolicyOutput, error) {
			p := iam.PasswordPolicy{
				MinimumLength: defaultPasswordLength, Symbols: op.Value(in.RequireSymbols), Numbers: op.Value(in.RequireNumbers),
				Uppercase: op.Value(in.RequireUppercaseCharacters), Lowercase: op.Value(in.RequireLowercaseCharacters),
				AllowChange: op.Value(in.AllowUsersToChangePassword), MaxAge: int(op.Value(in.MaxPasswordAge)),
				ReusePrevention: int(op.Value(in.PasswordReusePrevention)), HardExpiry: op.Value(in.HardExpiry),
			}
			if in.MinimumPasswordLength != nil {
				p.MinimumLength = int(*in.MinimumPasswordLength)
			}
			sc.s.SetPasswordPolicy(p)
			return new(model.UpdateAccountPasswordPolicyOutput), nil
		})
}

func deleteAccountPasswordPolicy() *op.Operation {
	return writing("DeleteAccountPasswordPolicy",
		func(a *authorize, _ *model.DeleteAccountPasswordPolicyInput) []op.Target { return a.anything() },
		func(sc *scene, _ *model.DeleteAccountPasswordPolicyInput) (*model.DeleteAccountPasswordPolicyOutput, error) {
			return done[model.DeleteAccountPasswordPolicyOutput](sc.s.DeletePasswordPolicy())
		})
}
