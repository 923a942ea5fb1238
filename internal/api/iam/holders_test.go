package iam_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// holder is a user, group or role with the operations on its policies.
type holder struct {
	kind, name                string
	attach, detach, put, drop func(arnOrName string) error
	attached, inline          func() []string
	get                       func(name string) (string, error)
}

func holders(f *fixture) []holder { return []holder{userHolder(f), groupHolder(f), roleHolder(f)} }

func arns(ps []types.AttachedPolicy) (all []string) {
	for _, p := range ps {
		all = append(all, *p.PolicyArn)
	}
	return all
}

func userHolder(f *fixture) holder {
	u := &f.user
	return holder{"user", *u,
		func(a string) error {
			return call(f.AttachUserPolicy, sdk.AttachUserPolicyInput{UserName: u, PolicyArn: &a})
		},
		func(a string) error {
			return call(f.DetachUserPolicy, sdk.DetachUserPolicyInput{UserName: u, PolicyArn: &a})
		},
		func(d string) error {
			return call(f.PutUserPolicy, sdk.PutUserPolicyInput{UserName: u, PolicyName: ptr("in"), PolicyDocument: &d})
		},
		func(n string) error {
			return call(f.DeleteUserPolicy, sdk.DeleteUserPolicyInput{UserName: u, PolicyName: &n})
		},
		func() []string {
			return arns(must[*sdk.ListAttachedUserPoliciesOutput](f)(f.ListAttachedUserPolicies(ctx, &sdk.ListAttachedUserPoliciesInput{UserName: u})).AttachedPolicies)
		},
		func() []string {
			return must[*sdk.ListUserPoliciesOutput](f)(f.ListUserPolicies(ctx, &sdk.ListUserPoliciesInput{UserName: u})).PolicyNames
		},
		func(n string) (string, error) {
			out, err := f.GetUserPolicy(ctx, &sdk.GetUserPolicyInput{UserName: u, PolicyName: &n})
			if err != nil {
				return "", err
			}
			return *out.PolicyDocument, nil
		},
	}
}

func groupHolder(f *fixture) holder {
	g := &f.group
	return holder{"group", *g,
		func(a string) error {
			return call(f.AttachGroupPolicy, sdk.AttachGroupPolicyInput{GroupName: g, PolicyArn: &a})
		},
		func(a string) error {
			return call(f.DetachGroupPolicy, sdk.DetachGroupPolicyInput{GroupName: g, PolicyArn: &a})
		},
		func(d string) error {
			return call(f.PutGroupPolicy, sdk.PutGroupPolicyInput{GroupName: g, PolicyName: ptr("in"), PolicyDocument: &d})
		},
		func(n string) error {
			return call(f.DeleteGroupPolicy, sdk.DeleteGroupPolicyInput{GroupName: g, PolicyName: &n})
		},
		func() []string {
			return arns(must[*sdk.ListAttachedGroupPoliciesOutput](f)(f.ListAttachedGroupPolicies(ctx, &sdk.ListAttachedGroupPoliciesInput{GroupName: g})).AttachedPolicies)
		},
		func() []string {
			return must[*sdk.ListGroupPoliciesOutput](f)(f.ListGroupPolicies(ctx, &sdk.ListGroupPoliciesInput{GroupName: g})).PolicyNames
		},
		func(n string) (string, error) {
			out, err := f.GetGroupPolicy(ctx, &sdk.GetGroupPolicyInput{GroupName: g, PolicyName: &n})
			if err != nil {
				return "", err
			}
			return *out.PolicyDocument, nil
		},
	}
}

func roleHolder(f *fixture) holder {
	r := &f.role
	return holder{"role", *r,
		func(a string) error {
			return call(f.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: r, PolicyArn: &a})
		},
		func(a string) error {
			return call(f.DetachRolePolicy, sdk.DetachRolePolicyInput{RoleName: r, PolicyArn: &a})
		},
		func(d string) error {
			return call(f.PutRolePolicy, sdk.PutRolePolicyInput{RoleName: r, PolicyName: ptr("in"), PolicyDocument: &d})
		},
		func(n string) error {
			return call(f.DeleteRolePolicy, sdk.DeleteRolePolicyInput{RoleName: r, PolicyName: &n})
		},
		func() []string {
			return arns(must[*sdk.ListAttachedRolePoliciesOutput](f)(f.ListAttachedRolePolicies(ctx, &sdk.ListAttachedRolePoliciesInput{RoleName: r})).AttachedPolicies)
		},
		func() []string {
			return must[*sdk.ListRolePoliciesOutput](f)(f.ListRolePolicies(ctx, &sdk.ListRolePoliciesInput{RoleName: r})).PolicyNames
		},
		func(n string) (string, error) {
			out, err := f.GetRolePolicy(ctx, &sdk.GetRolePolicyInput{RoleName: r, PolicyName: &n})
			if err != nil {
				return "", err
			}
			return *out.PolicyDocument, nil
		},
	}
}

func TestPoliciesOfUsersGroupsAndRoles(t *testing.T) {
	f := newFixture(t)
	for _, h := range holders(f) {
		t.Run(h.kind, func(t *testing.T) {
			for _, arn := range []string{f.policy, denyAll, denyAll} {
				f.ok(h.attach(arn))
			}
			if got := h.attached(); !slices.Equal(got, []string{denyAll, f.policy}) {
				t.Errorf("attached: %v", got)
			}
			f.ok(h.detach(denyAll))
			refused(t, h.detach(denyAll), "NoSuchEntity", "Policy arn:aws:iam::aws:policy/AWSDenyAll was not found.")
			f.ok(h.put(allow))
			if got := h.inline(); !slices.Equal(got, []string{"in"}) {
				t.Errorf("inline: %v", got)
			}
			shown, err := h.get("in")
			f.ok(err)
			if text, err := url.PathUnescape(shown); err != nil || text != allow {
				t.Errorf("shown as %s", shown)
			}
			_, err = h.get("none")
			refused(t, err, "NoSuchEntity", "The "+h.kind+" policy with name none cannot be found.")
			refused(t, h.put(`{"Version":"2012-10-17"}`), "MalformedPolicyDocument", "")
			refused(t, h.put(strings.Replace(allow, `"*"`, `"arn:aws:s3:::`+strings.Repeat("x", 10240)+`"`, 1)), "LimitExceeded",
				fmt.Sprintf("Maximum policy size of %d bytes exceeded for %s %s", map[string]int{"user": 2048, "group": 5120, "role": 10240}[h.kind], h.kind, h.name))
			f.ok(h.drop("in"))
			if got := h.inline(); len(got) != 0 {
				t.Errorf("inline: %v", got)
			}
		})
	}
}
