package orgfile

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// iam gives the IAM of the account that a step's role is in.
func (r *runner) iam(s *Step) (IAM, error) {
	id, err := r.id(*s.Target)
	if err != nil {
		return nil, err
	}
	if s.account == nil {
		return r.c.IAM(id, ""), nil
	}
	return r.c.IAM(id, s.account.accessRole()), nil
}

// accountID gives the ID of an account by the name that the file has for it.
func (r *runner) accountID(name string) string {
	if name == ManagementName {
		return r.manager
	}
	for i := range r.plan.file.Accounts {
		if a := &r.plan.file.Accounts[i]; a.Name == name {
			return r.accounts[strings.ToLower(a.Email)]
		}
	}
	return ""
}

// createRole creates a role with all that belongs to it. A role that is there already is brought to what the file says.
func (r *runner) createRole(ctx context.Context, s *Step) error {
	api, err := r.iam(s)
	if err != nil {
		return err
	}
	want := s.role
	trust, known := want.TrustText(r.accountID)
	if !known {
		return errors.New("its trust names an account that has no ID yet")
	}
	in := &iam.CreateRoleInput{RoleName: &want.Name, AssumeRolePolicyDocument: &trust, Path: optional(want.Path),
		Description: optional(want.Description), PermissionsBoundary: optional(want.Boundary), Tags: roleTags(want.Tags)}
	if want.MaxSession != 0 {
		in.MaxSessionDuration = aws.Int32(int32(want.MaxSession))
	}
	var exists *types.EntityAlreadyExistsException
	_, err = api.CreateRole(ctx, in)
	switch {
	case errors.As(err, &exists):
		if _, err := api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &want.Name, PolicyDocument: &trust}); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	for _, arn := range want.ManagedPolicies {
		if _, err := api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &want.Name, PolicyArn: &arn}); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want.Policies)) {
		text := string(want.Policies[name])
		if _, err := api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &want.Name, PolicyName: &name, PolicyDocument: &text}); err != nil {
			return err
		}
	}
	return nil
}

// updateRole makes the changes of a step; each can be made again without harm.
func (r *runner) updateRole(ctx context.Context, s *Step) error {
	api, err := r.iam(s)
	if err != nil {
		return err
	}
	for _, c := range s.Changes {
		if err := r.changeRole(ctx, api, s, c); err != nil {
			return err
		}
	}
	return nil
}

// changeRole makes one change to a role.
func (r *runner) changeRole(ctx context.Context, api IAM, s *Step, c Change) error {
	name := &s.role.Name
	kind, key, _ := strings.Cut(c.Field, ".")
	switch kind {
	case "trust":
		trust, known := s.role.TrustText(r.accountID)
		if !known {
			return errors.New("its trust names an account that has no ID yet")
		}
		_, err := api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: &trust})
		return err
	case "boundary":
		_, err := api.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: name, PermissionsBoundary: &c.To})
		return err
	case "managedPolicies":
		return changeManaged(ctx, api, name, c)
	case "policies":
		return changeInline(ctx, api, name, key, c)
	case "tags":
		_, err := api.TagRole(ctx, &iam.TagRoleInput{RoleName: name, Tags: roleTags(map[string]string{key: c.To})})
		return err
	}
	_, err := api.UpdateRole(ctx, r.roleUpdate(s))
	return err
}

// roleUpdate gives description and session length together: UpdateRole sets both, and resets what it is not given.
func (r *runner) roleUpdate(s *Step) *iam.UpdateRoleInput {
	description, session := s.was.Description, s.was.MaxSession
	if s.role.Description != "" {
		description = s.role.Description
	}
	if s.role.MaxSession != 0 {
		session = s.role.MaxSession
	}
	return &iam.UpdateRoleInput{RoleName: &s.role.Name, Description: &description, MaxSessionDuration: aws.Int32(int32(session))}
}

// changeManaged attaches or detaches a managed policy.
func changeManaged(ctx context.Context, api IAM, role *string, c Change) error {
	if c.To != "" {
		_, err := api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: &c.To})
		return err
	}
	_, err := api.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: &c.From})
	return gone(err)
}

// changeInline puts or deletes an inline policy.
func changeInline(ctx context.Context, api IAM, role *string, name string, c Change) error {
	if c.To != "" {
		_, err := api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: &name, PolicyDocument: &c.To})
		return err
	}
	_, err := api.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: &name})
	return gone(err)
}

// gone takes "there is no such thing" for success: what was to be taken away is away.
func gone(err error) error {
	var none *types.NoSuchEntityException
	if errors.As(err, &none) {
		return nil
	}
	return err
}

// optional gives nil for an empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// roleTags gives tags in the order of their keys.
func roleTags(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}
