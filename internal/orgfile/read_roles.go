package orgfile

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// roles reads the IAM roles that are wanted, account by account, a few at a time.
func (r *reader) roles(ctx context.Context, c Clients, o ReadOptions) error {
	inner := r.group(ctx)
	for i := range r.live.Accounts {
		a := &r.live.Accounts[i]
		want, names, accessRole := o.Roles(r.live, a)
		if !want || a.closed() {
			continue
		}
		r.work.Go(func() error {
			found, err := readRoles(inner, c.IAM(a.ID, accessRole), names)
			if err != nil {
				return fmt.Errorf("reading the roles of account %s (%s): %w", a.Name, a.ID, err)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.live.Roles[a.ID] = found
			return nil
		})
	}
	return r.work.Wait()
}

// readRoles reads the named roles of an account, or all but the service-linked ones. A role that is not there is left out.
func readRoles(ctx context.Context, api IAM, names []string) (map[string]*LiveRole, error) {
	if names == nil {
		pages := iam.NewListRolesPaginator(api, &iam.ListRolesInput{})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, role := range page.Roles {
				if !strings.HasPrefix(aws.ToString(role.Path), "/aws-service-role/") {
					names = append(names, aws.ToString(role.RoleName))
				}
			}
		}
	}
	out := map[string]*LiveRole{}
	for _, name := range names {
		role, err := readRole(ctx, api, name)
		if err != nil {
			return nil, err
		}
		if role != nil {
			out[name] = role
		}
	}
	return out, nil
}

// readRole reads one role with its policies; nil when there is none of that name.
func readRole(ctx context.Context, api IAM, name string) (*LiveRole, error) {
	out, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	var none *types.NoSuchEntityException
	if errors.As(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := &LiveRole{Name: name, Path: aws.ToString(out.Role.Path), Description: aws.ToString(out.Role.Description),
		MaxSession: int(aws.ToInt32(out.Role.MaxSessionDuration)), Inline: map[string]string{}, Tags: map[string]string{}}
	if b := out.Role.PermissionsBoundary; b != nil {
		r.Boundary = aws.ToString(b.PermissionsBoundaryArn)
	}
	for _, t := range out.Role.Tags {
		r.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	if r.Trust, err = url.PathUnescape(aws.ToString(out.Role.AssumeRolePolicyDocument)); err != nil {
		return nil, err
	}
	return r, readRolePolicies(ctx, api, r)
}

// readRolePolicies reads the managed and inline policies of a role.
func readRolePolicies(ctx context.Context, api IAM, r *LiveRole) error {
	managed := iam.NewListAttachedRolePoliciesPaginator(api, &iam.ListAttachedRolePoliciesInput{RoleName: &r.Name})
	for managed.HasMorePages() {
		page, err := managed.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, p := range page.AttachedPolicies {
			r.Attached = append(r.Attached, aws.ToString(p.PolicyArn))
		}
	}
	inline := iam.NewListRolePoliciesPaginator(api, &iam.ListRolePoliciesInput{RoleName: &r.Name})
	for inline.HasMorePages() {
		page, err := inline.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, name := range page.PolicyNames {
			out, err := api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &r.Name, PolicyName: &name})
			if err != nil {
				return err
			}
			if r.Inline[name], err = url.PathUnescape(aws.ToString(out.PolicyDocument)); err != nil {
				return err
			}
		}
	}
	return nil
}
