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
