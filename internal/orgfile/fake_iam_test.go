package orgfile

import (
	"maps"
	"net/url"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// fakeIAM is the IAM of one account.
type fakeIAM struct {
	*fake
	roles map[string]*LiveRole
}

type iamOpts = func(*iam.Options)

func (f *fakeIAM) role(name *string) (*LiveRole, error) {
	if r := f.roles[*name]; r != nil {
		return r, nil
	}
	return nil, &types.NoSuchEntityException{}
}

func (f *fakeIAM) ListRoles(ctx, *iam.ListRolesInput, ...iamOpts) (*iam.ListRolesOutput, error) {
	out := &iam.ListRolesOutput{Roles: []types.Role{{RoleName: aws.String("AWSServiceRoleForOrganizations"), Path: aws.String("/aws-service-role/organizations.amazonaws.com/")}}}
	for _, name := range slices.Sorted(maps.Keys(f.roles)) {
		out.Roles = append(out.Roles, types.Role{RoleName: aws.String(name), Path: aws.String(f.roles[name].Path)})
	}
	return out, nil
}

func (f *fakeIAM) GetRole(_ ctx, in *iam.GetRoleInput, _ ...iamOpts) (*iam.GetRoleOutput, error) {
	r, err := f.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	out := &types.Role{RoleName: &r.Name, Path: &r.Path, Description: &r.Description, MaxSessionDuration: aws.Int32(int32(r.MaxSession)),
		AssumeRolePolicyDocument: aws.String(url.PathEscape(r.Trust)), Tags: roleTags(r.Tags)}
	if r.Boundary != "" {
		out.PermissionsBoundary = &types.AttachedPermissionsBoundary{PermissionsBoundaryArn: &r.Boundary}
	}
	return &iam.GetRoleOutput{Role: out}, nil
}

func (f *fakeIAM) ListAttachedRolePolicies(_ ctx, in *iam.ListAttachedRolePoliciesInput, _ ...iamOpts) (*iam.ListAttachedRolePoliciesOutput, error) {
	out := &iam.ListAttachedRolePoliciesOutput{}
	for _, arn := range f.roles[*in.RoleName].Attached {
		out.AttachedPolicies = append(out.AttachedPolicies, types.AttachedPolicy{PolicyArn: aws.String(arn)})
	}
	return out, nil
}

func (f *fakeIAM) ListRolePolicies(_ ctx, in *iam.ListRolePoliciesInput, _ ...iamOpts) (*iam.ListRolePoliciesOutput, error) {
	return &iam.ListRolePoliciesOutput{PolicyNames: slices.Sorted(maps.Keys(f.roles[*in.RoleName].Inline))}, nil
}

func (f *fakeIAM) GetRolePolicy(_ ctx, in *iam.GetRolePolicyInput, _ ...iamOpts) (*iam.GetRolePolicyOutput, error) {
	return &iam.GetRolePolicyOutput{PolicyDocument: aws.String(url.PathEscape(f.roles[*in.RoleName].Inline[*in.PolicyName]))}, nil
}

func (f *fakeIAM) CreateRole(_ ctx, in *iam.CreateRoleInput, _ ...iamOpts) (*iam.CreateRoleOutput, error) {
	if err := f.call("CreateRole %s", *in.RoleName); err != nil {
		return nil, err
	}
	if f.roles[*in.RoleName] != nil {
		return nil, &types.EntityAlreadyExistsException{}
	}
	r := &LiveRole{Name: *in.RoleName, Path: "/", Description: aws.ToString(in.Description), Trust: *in.AssumeRolePolicyDocument, MaxSession: 3600,
		Boundary: aws.ToString(in.PermissionsBoundary), Inline: map[string]string{}, Tags: map[string]string{}}
	if in.Path != nil {
		r.Path = *in.Path
	}
	if in.MaxSessionDuration != nil {
		r.MaxSession = int(*in.MaxSessionDuration)
	}
	for _, t := range in.Tags {
		r.Tags[*t.Key] = *t.Value
	}
	f.roles[r.Name] = r
	return &iam.CreateRoleOutput{}, nil
}

func (f *fakeIAM) UpdateRole(_ ctx, in *iam.UpdateRoleInput, _ ...iamOpts) (*iam.UpdateRoleOutput, error) {
	r := f.roles[*in.RoleName]
	r.Description, r.MaxSession = aws.ToString(in.Description), int(aws.ToInt32(in.MaxSessionDuration))
	return &iam.UpdateRoleOutput{}, f.call("UpdateRole %s", r.Name)
}

func (f *fakeIAM) UpdateAssumeRolePolicy(_ ctx, in *iam.UpdateAssumeRolePolicyInput, _ ...iamOpts) (*iam.UpdateAssumeRolePolicyOutput, error) {
	f.roles[*in.RoleName].Trust = *in.PolicyDocument
	return &iam.UpdateAssumeRolePolicyOutput{}, f.call("UpdateAssumeRolePolicy %s", *in.RoleName)
}

func (f *fakeIAM) AttachRolePolicy(_ ctx, in *iam.AttachRolePolicyInput, _ ...iamOpts) (*iam.AttachRolePolicyOutput, error) {
	if err := f.call("AttachRolePolicy %s %s", *in.RoleName, *in.PolicyArn); err != nil {
		return nil, err
	}
	r := f.roles[*in.RoleName]
	if !slices.Contains(r.Attached, *in.PolicyArn) {
		r.Attached = append(r.Attached, *in.PolicyArn)
	}
	return &iam.AttachRolePolicyOutput{}, nil
}

func (f *fakeIAM) DetachRolePolicy(_ ctx, in *iam.DetachRolePolicyInput, _ ...iamOpts) (*iam.DetachRolePolicyOutput, error) {
	r := f.roles[*in.RoleName]
	r.Attached = slices.DeleteFunc(r.Attached, func(arn string) bool { return arn == *in.PolicyArn })
	return &iam.DetachRolePolicyOutput{}, f.call("DetachRolePolicy %s %s", *in.RoleName, *in.PolicyArn)
}

func (f *fakeIAM) PutRolePolicy(_ ctx, in *iam.PutRolePolicyInput, _ ...iamOpts) (*iam.PutRolePolicyOutput, error) {
	f.roles[*in.RoleName].Inline[*in.PolicyName] = *in.PolicyDocument
	return &iam.PutRolePolicyOutput{}, f.call("PutRolePolicy %s %s", *in.RoleName, *in.PolicyName)
}

func (f *fakeIAM) DeleteRolePolicy(_ ctx, in *iam.DeleteRolePolicyInput, _ ...iamOpts) (*iam.DeleteRolePolicyOutput, error) {
	delete(f.roles[*in.RoleName].Inline, *in.PolicyName)
	return &iam.DeleteRolePolicyOutput{}, f.call("DeleteRolePolicy %s %s", *in.RoleName, *in.PolicyName)
}

func (f *fakeIAM) PutRolePermissionsBoundary(_ ctx, in *iam.PutRolePermissionsBoundaryInput, _ ...iamOpts) (*iam.PutRolePermissionsBoundaryOutput, error) {
	f.roles[*in.RoleName].Boundary = *in.PermissionsBoundary
	return &iam.PutRolePermissionsBoundaryOutput{}, f.call("PutRolePermissionsBoundary %s", *in.RoleName)
}

func (f *fakeIAM) TagRole(_ ctx, in *iam.TagRoleInput, _ ...iamOpts) (*iam.TagRoleOutput, error) {
	for _, t := range in.Tags {
		f.roles[*in.RoleName].Tags[*t.Key] = *t.Value
	}
	return &iam.TagRoleOutput{}, f.call("TagRole %s", *in.RoleName)
}
