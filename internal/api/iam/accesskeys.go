package iam

import (
	"fmt"
	"iter"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func createAccessKey() *op.Operation {
	return writing("CreateAccessKey",
		func(a *authorize, in *model.CreateAccessKeyInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.CreateAccessKeyInput) (*model.CreateAccessKeyOutput, error) {
			user, err := sc.user(in.UserName)
			if err != nil {
				return nil, err
			}
			k, err := sc.s.CreateAccessKey(sc.env, user)
			if err != nil {
				return nil, err
			}
			if err := sc.Tx.Claim(op.KeyLocator(k.ID), op.IAMPartition(sc.Caller.Account)); err != nil {
				return nil, fmt.Errorf("iam: access key: %w", err)
			}
			return &model.CreateAccessKeyOutput{AccessKey: &model.AccessKey{
				UserName: op.Optional(sc.userName(user)), AccessKeyId: &k.ID, Status: status(k), SecretAccessKey: &k.Secret, CreateDate: &k.Created,
			}}, nil
		})
}

// userName gives a user's name as it was made; the root user has none.
func (sc *scene) userName(name string) string {
	if u, ok := sc.s.User(name); ok {
		return u.Name
	}
	return ""
}

func status(k *iam.AccessKey) *string {
	if k.Active {
		return new("Active")
	}
	return new("Inactive")
}

func updateAccessKey() *op.Operation {
	return writing("UpdateAccessKey",
		func(a *authorize, in *model.UpdateAccessKeyInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.UpdateAccessKeyInput) (*model.UpdateAccessKeyOutput, error) {
			user, err := sc.user(in.UserName)
			if err != nil {
				return nil, err
			}
			return done[model.UpdateAccessKeyOutput](sc.s.SetKeyActive(user, *in.AccessKeyId, *in.Status == "Active"))
		})
}

func deleteAccessKey() *op.Operation {
	return writing("DeleteAccessKey",
		func(a *authorize, in *model.DeleteAccessKeyInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.DeleteAccessKeyInput) (*model.DeleteAccessKeyOutput, error) {
			user, err := sc.user(in.UserName)
			if err != nil {
				return nil, err
			}
			if err := sc.s.DeleteAccessKey(user, *in.AccessKeyId); err != nil {
				return nil, err
			}
			return done[model.DeleteAccessKeyOutput](sc.Tx.Release(op.KeyLocator(*in.AccessKeyId)))
		})
}

func listAccessKeys() *op.Operation {
	return reading("ListAccessKeys",
		func(a *authorize, in *model.ListAccessKeysInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.ListAccessKeysInput) (*model.ListAccessKeysOutput, error) {
			user, err := sc.user(in.UserName)
			if err != nil {
				return nil, err
			}
			if user != "" {
				if _, err := sc.s.FindUser(user); err != nil {
					return nil, err
				}
			}
			keys := func(after string) iter.Seq2[string, *iam.AccessKey] { return sc.s.KeysOf(user, after) }
			p, err := paged(sc, user, asked{in.Marker, in.MaxItems}, keys, nil, func(k *iam.AccessKey) model.AccessKeyMetadata {
				return model.AccessKeyMetadata{
					UserName: op.Optional(sc.userName(user)), AccessKeyId: &k.ID, Status: status(k), CreateDate: &k.Created,
				}
			})
			if err != nil {
				return nil, err
			}
			return &model.ListAccessKeysOutput{AccessKeyMetadata: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}
