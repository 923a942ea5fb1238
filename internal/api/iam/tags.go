package iam

import (
	"maps"
	"slices"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func tagUser() *op.Operation {
	return writing("TagUser",
		func(a *authorize, in *model.TagUserInput) []op.Target {
			return one(a.user(in.UserName, requestTags(in.Tags)...))
		},
		func(sc *scene, in *model.TagUserInput) (*model.TagUserOutput, error) {
			return done[model.TagUserOutput](sc.s.Tag(sc.env, iam.UserKind, *in.UserName, givenTags(in.Tags)))
		})
}

func untagUser() *op.Operation {
	return writing("UntagUser",
		func(a *authorize, in *model.UntagUserInput) []op.Target {
			return one(a.user(in.UserName, op.TagKeys(in.TagKeys)))
		},
		func(sc *scene, in *model.UntagUserInput) (*model.UntagUserOutput, error) {
			return done[model.UntagUserOutput](sc.s.Untag(iam.UserKind, *in.UserName, in.TagKeys))
		})
}

func listUserTags() *op.Operation {
	return reading("ListUserTags",
		func(a *authorize, in *model.ListUserTagsInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.ListUserTagsInput) (*model.ListUserTagsOutput, error) {
			row, err := sc.s.FindUser(*in.UserName)
			if err != nil {
				return nil, err
			}
			p, err := sc.tags(*in.UserName, row.Tags, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListUserTagsOutput{Tags: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func tagRole() *op.Operation {
	return writing("TagRole",
		func(a *authorize, in *model.TagRoleInput) []op.Target {
			return one(a.role(in.RoleName, requestTags(in.Tags)...))
		},
		func(sc *scene, in *model.TagRoleInput) (*model.TagRoleOutput, error) {
			return done[model.TagRoleOutput](sc.s.Tag(sc.env, iam.RoleKind, *in.RoleName, givenTags(in.Tags)))
		})
}

func untagRole() *op.Operation {
	return writing("UntagRole",
		func(a *authorize, in *model.UntagRoleInput) []op.Target {
			return one(a.role(in.RoleName, op.TagKeys(in.TagKeys)))
		},
		func(sc *scene, in *model.UntagRoleInput) (*model.UntagRoleOutput, error) {
			return done[model.UntagRoleOutput](sc.s.Untag(iam.RoleKind, *in.RoleName, in.TagKeys))
		})
}

func listRoleTags() *op.Operation {
	return reading("ListRoleTags",
		func(a *authorize, in *model.ListRoleTagsInput) []op.Target { return one(a.role(in.RoleName)) },
		func(sc *scene, in *model.ListRoleTagsInput) (*model.ListRoleTagsOutput, error) {
			row, err := sc.s.FindRole(*in.RoleName)
			if err != nil {
				return nil, err
			}
			p, err := sc.tags(*in.RoleName, row.Tags, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListRoleTagsOutput{Tags: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func tagInstanceProfile() *op.Operation {
	return writing("TagInstanceProfile",
		func(a *authorize, in *model.TagInstanceProfileInput) []op.Target {
			return one(a.profile(in.InstanceProfileName, requestTags(in.Tags)...))
		},
		func(sc *scene, in *model.TagInstanceProfileInput) (*model.TagInstanceProfileOutput, error) {
			return done[model.TagInstanceProfileOutput](sc.s.TagProfile(sc.env, *in.InstanceProfileName, givenTags(in.Tags)))
		})
}

func untagInstanceProfile() *op.Operation {
	return writing("UntagInstanceProfile",
		func(a *authorize, in *model.UntagInstanceProfileInput) []op.Target {
			return one(a.profile(in.InstanceProfileName, op.TagKeys(in.TagKeys)))
		},
		func(sc *scene, in *model.UntagInstanceProfileInput) (*model.UntagInstanceProfileOutput, error) {
			return done[model.UntagInstanceProfileOutput](sc.s.UntagProfile(*in.InstanceProfileName, in.TagKeys))
		})
}

func listInstanceProfileTags() *op.Operation {
	return reading("ListInstanceProfileTags",
		func(a *authorize, in *model.ListInstanceProfileTagsInput) []op.Target {
			return one(a.profile(in.InstanceProfileName))
		},
		func(sc *scene, in *model.ListInstanceProfileTagsInput) (*model.ListInstanceProfileTagsOutput, error) {
			row, err := sc.s.FindProfile(*in.InstanceProfileName)
			if err != nil {
				return nil, err
			}
			p, err := sc.tags(*in.InstanceProfileName, row.Tags, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListInstanceProfileTagsOutput{Tags: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func tagPolicy() *op.Operation {
	return writing("TagPolicy",
		func(a *authorize, in *model.TagPolicyInput) []op.Target {
			return one(a.policy(in.PolicyArn, requestTags(in.Tags)...))
		},
		func(sc *scene, in *model.TagPolicyInput) (*model.TagPolicyOutput, error) {
			if err := sc.own(in.PolicyArn); err != nil {
				return nil, err
			}
			return done[model.TagPolicyOutput](sc.s.TagPolicy(sc.env, *in.PolicyArn, givenTags(in.Tags)))
		})
}

func untagPolicy() *op.Operation {
	return writing("UntagPolicy",
		func(a *authorize, in *model.UntagPolicyInput) []op.Target {
			return one(a.policy(in.PolicyArn, op.TagKeys(in.TagKeys)))
		},
		func(sc *scene, in *model.UntagPolicyInput) (*model.UntagPolicyOutput, error) {
			if err := sc.own(in.PolicyArn); err != nil {
				return nil, err
			}
			return done[model.UntagPolicyOutput](sc.s.UntagPolicy(*in.PolicyArn, in.TagKeys))
		})
}

func listPolicyTags() *op.Operation {
	return reading("ListPolicyTags",
		func(a *authorize, in *model.ListPolicyTagsInput) []op.Target { return one(a.policy(in.PolicyArn)) },
		func(sc *scene, in *model.ListPolicyTagsInput) (*model.ListPolicyTagsOutput, error) {
			row, err := sc.policy(in.PolicyArn)
			if err != nil {
				return nil, err
			}
			p, err := sc.tags(*in.PolicyArn, row.Tags, asked{in.Marker, in.MaxItems})
			if err != nil {
				return nil, err
			}
			return &model.ListPolicyTagsOutput{Tags: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

// tags gives a page of the tags of something, in order of key.
func (sc *scene) tags(of string, tags map[string]string, q asked) (page[model.Tag], error) {
	same := func(key string) string { return key }
	return paged(sc, of, q, few(slices.Collect(maps.Keys(tags)), same), nil, func(key string) model.Tag {
		return model.Tag{Key: &key, Value: new(tags[key])}
	})
}
