package organizations_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"

	"umbel/internal/testenv"
)

var ctx = context.Background()

// must unwraps a result that must be there.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused checks the code of an error, and its reason where the error has one.
func refused(t testing.TB, err error, code, reason string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	if got := reasonOf(err); got != reason {
		t.Errorf("got the reason %q, want %q: %v", got, reason, err)
	}
}

func reasonOf(err error) string {
	var constraint *types.ConstraintViolationException
	var input *types.InvalidInputException
	switch {
	case errors.As(err, &constraint):
		return string(constraint.Reason)
	case errors.As(err, &input):
		return string(input.Reason)
	}
	return ""
}

// ids are the resources that calls are made on.
type ids struct{ root, ou, account, other, policy, request string }

const scp = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`

// fixture is a small organization.
type fixture struct {
	*testenv.Organization
	*testing.T
	server *testenv.Server
	ids
}

func newFixture(t *testing.T, options ...testenv.Option) *fixture {
	t.Helper()
	s := testenv.Start(t, options...)
	f := &fixture{Organization: s.CreateOrganization(""), T: t, server: s}
	f.root = f.Root
	f.ou = f.Unit(f.root, "Workloads")
	f.account, f.other = f.Account(f.ou, "one"), f.Account("", "two")
	f.policy = f.Policy(types.PolicyTypeServiceControlPolicy, "deny-s3", scp)
	made := must[*sdk.ListCreateAccountStatusOutput](t)(f.ListCreateAccountStatus(ctx, &sdk.ListCreateAccountStatusInput{}))
	f.request = *made.CreateAccountStatuses[0].Id
	return f
}

func (f *fixture) as(cfg aws.Config) *sdk.Client { return sdk.NewFromConfig(cfg) }

// call makes a call whose result does not matter.
func call[In, Out any](fn func(context.Context, *In, ...func(*sdk.Options)) (*Out, error), in In) error {
	_, err := fn(ctx, &in)
	return err
}

// everyCall gives a call of every operation that is served, on resources that exist.
func everyCall(c *sdk.Client, x ids) map[string]func() error {
	tags := []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}}
	kind := types.PolicyTypeServiceControlPolicy
	return map[string]func() error{
		"CreateOrganization":   func() error { return call(c.CreateOrganization, sdk.CreateOrganizationInput{}) },
		"DescribeOrganization": func() error { return call(c.DescribeOrganization, sdk.DescribeOrganizationInput{}) },
		"DeleteOrganization":   func() error { return call(c.DeleteOrganization, sdk.DeleteOrganizationInput{}) },
		"ListRoots":            func() error { return call(c.ListRoots, sdk.ListRootsInput{}) },
		"CreateAccount": func() error {
			return call(c.CreateAccount, sdk.CreateAccountInput{AccountName: aws.String("x"), Email: aws.String("x@example.org")})
		},
		"DescribeCreateAccountStatus": func() error {
			return call(c.DescribeCreateAccountStatus, sdk.DescribeCreateAccountStatusInput{CreateAccountRequestId: &x.request})
		},
		"ListCreateAccountStatus": func() error { return call(c.ListCreateAccountStatus, sdk.ListCreateAccountStatusInput{}) },
		"DescribeAccount":         func() error { return call(c.DescribeAccount, sdk.DescribeAccountInput{AccountId: &x.account}) },
		"ListAccounts":            func() error { return call(c.ListAccounts, sdk.ListAccountsInput{}) },
		"ListAccountsForParent": func() error {
			return call(c.ListAccountsForParent, sdk.ListAccountsForParentInput{ParentId: &x.ou})
		},
		"MoveAccount": func() error {
			return call(c.MoveAccount, sdk.MoveAccountInput{AccountId: &x.account, SourceParentId: &x.ou, DestinationParentId: &x.root})
		},
		"CloseAccount": func() error { return call(c.CloseAccount, sdk.CloseAccountInput{AccountId: &x.account}) },
		"RemoveAccountFromOrganization": func() error {
			return call(c.RemoveAccountFromOrganization, sdk.RemoveAccountFromOrganizationInput{AccountId: &x.account})
		},
		"LeaveOrganization": func() error { return call(c.LeaveOrganization, sdk.LeaveOrganizationInput{}) },
		"CreateOrganizationalUnit": func() error {
			return call(c.CreateOrganizationalUnit, sdk.CreateOrganizationalUnitInput{ParentId: &x.root, Name: aws.String("x")})
		},
		"UpdateOrganizationalUnit": func() error {
			return call(c.UpdateOrganizationalUnit, sdk.UpdateOrganizationalUnitInput{OrganizationalUnitId: &x.ou, Name: aws.String("x")})
		},
		"DeleteOrganizationalUnit": func() error {
			return call(c.DeleteOrganizationalUnit, sdk.DeleteOrganizationalUnitInput{OrganizationalUnitId: &x.ou})
		},
		"DescribeOrganizationalUnit": func() error {
			return call(c.DescribeOrganizationalUnit, sdk.DescribeOrganizationalUnitInput{OrganizationalUnitId: &x.ou})
		},
		"ListOrganizationalUnitsForParent": func() error {
			return call(c.ListOrganizationalUnitsForParent, sdk.ListOrganizationalUnitsForParentInput{ParentId: &x.root})
		},
		"ListChildren": func() error {
			return call(c.ListChildren, sdk.ListChildrenInput{ParentId: &x.root, ChildType: types.ChildTypeAccount})
		},
		"ListParents": func() error { return call(c.ListParents, sdk.ListParentsInput{ChildId: &x.account}) },
		"CreatePolicy": func() error {
			return call(c.CreatePolicy, sdk.CreatePolicyInput{
				Type: kind, Name: aws.String("x"), Description: aws.String(""), Content: aws.String(scp),
			})
		},
		"UpdatePolicy":   func() error { return call(c.UpdatePolicy, sdk.UpdatePolicyInput{PolicyId: &x.policy}) },
		"DeletePolicy":   func() error { return call(c.DeletePolicy, sdk.DeletePolicyInput{PolicyId: &x.policy}) },
		"DescribePolicy": func() error { return call(c.DescribePolicy, sdk.DescribePolicyInput{PolicyId: &x.policy}) },
		"ListPolicies":   func() error { return call(c.ListPolicies, sdk.ListPoliciesInput{Filter: kind}) },
		"ListPoliciesForTarget": func() error {
			return call(c.ListPoliciesForTarget, sdk.ListPoliciesForTargetInput{TargetId: &x.root, Filter: kind})
		},
		"ListTargetsForPolicy": func() error {
			return call(c.ListTargetsForPolicy, sdk.ListTargetsForPolicyInput{PolicyId: &x.policy})
		},
		"AttachPolicy": func() error {
			return call(c.AttachPolicy, sdk.AttachPolicyInput{PolicyId: &x.policy, TargetId: &x.root})
		},
		"DetachPolicy": func() error {
			return call(c.DetachPolicy, sdk.DetachPolicyInput{PolicyId: &x.policy, TargetId: &x.root})
		},
		"EnablePolicyType": func() error {
			return call(c.EnablePolicyType, sdk.EnablePolicyTypeInput{RootId: &x.root, PolicyType: kind})
		},
		"DisablePolicyType": func() error {
			return call(c.DisablePolicyType, sdk.DisablePolicyTypeInput{RootId: &x.root, PolicyType: kind})
		},
		"TagResource": func() error { return call(c.TagResource, sdk.TagResourceInput{ResourceId: &x.root, Tags: tags}) },
		"UntagResource": func() error {
			return call(c.UntagResource, sdk.UntagResourceInput{ResourceId: &x.root, TagKeys: []string{"team"}})
		},
		"ListTagsForResource": func() error {
			return call(c.ListTagsForResource, sdk.ListTagsForResourceInput{ResourceId: &x.root})
		},
	}
}

// pages collects the pages of a list: page gives one page's rows and the token of the next.
func pages[T any](t testing.TB, page func(token *string) ([]T, *string, error)) (all []T) {
	t.Helper()
	var token *string
	for n := 0; ; n++ {
		rows, next, err := page(token)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) > 20 || n > 1000 {
			t.Fatalf("page %d has %d rows", n, len(rows))
		}
		all = append(all, rows...)
		if next == nil {
			return all
		}
		token = next
	}
}

func numbered(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%03d", prefix, i)
	}
	return out
}
