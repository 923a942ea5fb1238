package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"umbel/internal/op"
	"umbel/internal/operator"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
	"umbel/internal/testenv"
)

// reset asks a server to bring back the empty store.
func reset(tb testing.TB, s *testenv.Server) {
	resp, err := http.Post(s.URL+"/_umbel/reset", "", nil)
	if err != nil {
		tb.Error(err)
		return
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		tb.Errorf("reset: %s", resp.Status)
	}
}

// code gives the error code of a refused call, "" of one that succeeded.
func code(tb testing.TB, err error) string {
	tb.Helper()
	var refusal smithy.APIError
	if err != nil && !errors.As(err, &refusal) {
		tb.Fatal(err)
	}
	if refusal == nil {
		return ""
	}
	return refusal.ErrorCode()
}

// trusted speaks with an access key ID that stands for an account, and a secret that nobody checks.
func trusted(s *testenv.Server, id string) aws.Config { return s.Keys(id, "unchecked", "") }

func whoami(ctx context.Context, cfg aws.Config) (string, error) {
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Arn), nil
}

// TestResetLeavesNothing looks for whatever might outlive a reset: in memory, in credentials, in tokens, in jobs, in trails.
func TestResetLeavesNothing(t *testing.T) {
	s := testenv.Start(t, testenv.TrustAccountKeys())
	ctx := t.Context()
	o := s.CreateOrganization("")
	member := o.Account("", "member")
	stale := map[string]aws.Config{
		"a user's key":                s.User(s.Administrator(""), "ana", ""),
		"a member's role session":     s.Role(member, ""),
		"a member's root session":     s.Root(member),
		"the administrator's session": s.Administrator(""),
	}
	for name, cfg := range stale {
		if _, err := whoami(ctx, cfg); err != nil {
			t.Fatalf("%s, before: %v", name, err)
		}
	}
	page, err := o.ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: aws.Int32(1)})
	if err != nil || page.NextToken == nil {
		t.Fatalf("no second page of accounts: %v", err)
	}
	// Accounts asked for, and perhaps not yet made.
	for i := range 4 {
		_, err := o.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: aws.String("late"), Email: aws.String(fmt.Sprintf("late%d@example.com", i))})
		if err != nil {
			t.Fatal(err)
		}
	}
	reset(t, s)
	s.Settle()

	for name, cfg := range stale {
		if _, err := whoami(ctx, cfg); code(t, err) != "InvalidClientTokenId" {
			t.Errorf("%s, after: %v", name, err)
		}
	}
	first := trusted(s, "test")
	if arn, err := whoami(ctx, first); err != nil || arn != "arn:aws:iam::"+string(s.First)+":root" {
		t.Errorf("the first account: %s, %v", arn, err)
	}
	client := organizations.NewFromConfig(first)
	if _, err := client.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{}); code(t, err) != "AWSOrganizationsNotInUseException" {
		t.Errorf("the organization: %v", err)
	}
	trail, err := cloudtrail.NewFromConfig(first).LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range trail.Events {
		if name := aws.ToString(e.EventName); name != "DescribeOrganization" && name != "GetCallerIdentity" {
			t.Errorf("the trail still has %s", name)
		}
	}
	again := s.CreateOrganization("")
	if again.ID == o.ID {
		t.Error("the new organization has the old one's ID")
	}
	if _, err := again.ListAccounts(ctx, &organizations.ListAccountsInput{NextToken: page.NextToken}); code(t, err) != "InvalidInputException" {
		t.Errorf("an old page token: %v", err)
	}
	again.Account("", "member") // whose e-mail address is free again
	again.Account("", "late0")
	accounts, err := again.ListAccounts(ctx, &organizations.ListAccountsInput{})
	if err != nil || len(accounts.Accounts) != 3 {
		t.Errorf("accounts: %v, %v", accounts, err)
	}
}

// TestResetUnderLoad resets from two clients at once while others call. Whatever the calls met, the store is whole after
// it, and its first account is the one the server was started with.
func TestResetUnderLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "umbel.db")
	s := testenv.Start(t, testenv.TrustAccountKeys(), testenv.Database(file))
	ctx, cancel := context.WithCancel(t.Context())
	var callers, resetters sync.WaitGroup
	for i := range 4 {
		callers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				work(ctx, t, s, []string{"test", string(s.First), "444455556666", fmt.Sprintf("%012d", n*4+i+1)}[i], n)
			}
		})
	}
	for range 2 {
		resetters.Go(func() {
			for range 25 {
				reset(t, s)
			}
		})
	}
	resetters.Wait()
	cancel()
	callers.Wait()
	s.Settle()

	first, err := s.Door.First(t.Context())
	if err != nil || first != s.First {
		t.Errorf("first account %s, %v; want %s", first, err, s.First)
	}
	if err := s.SignUp("", "probe", "root@example.com"); err == nil || !strings.Contains(err.Error(), "is another account's") {
		t.Errorf("the first account's e-mail address: %v", err)
	}
	creds, err := s.Credentials(operator.CredentialsRequest{Account: "management", Root: true})
	if err != nil || creds.Account != string(s.First) {
		t.Errorf("the account named management: %+v, %v", creds.Account, err)
	}
	engine, err := sqlstore.OpenReadOnly(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	report, err := store.Check(t.Context(), engine, op.Schema, store.CheckOptions{})
	if err != nil || !report.Clean() {
		t.Errorf("check: %+v, %v", report, err)
	}
}

// work makes calls of an account. They may be refused, when a reset takes the account or the organization away under them,
// but the server must not fail.
func work(ctx context.Context, t *testing.T, s *testenv.Server, account string, n int) {
	cfg := trusted(s, account)
	org, users := organizations.NewFromConfig(cfg), iam.NewFromConfig(cfg)
	email := fmt.Sprintf("%s-%d@example.com", account, n)
	for _, call := range []func() error{
		func() error { _, err := whoami(ctx, cfg); return err },
		func() error { _, err := users.CreateUser(ctx, &iam.CreateUserInput{UserName: &email}); return err },
		func() error {
			_, err := org.CreateOrganization(ctx, &organizations.CreateOrganizationInput{})
			return err
		},
		func() error {
			_, err := org.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: &account, Email: &email})
			return err
		},
		func() error { _, err := org.ListAccounts(ctx, &organizations.ListAccountsInput{}); return err },
	} {
		err := call()
		var refusal smithy.APIError
		switch {
		case err == nil || ctx.Err() != nil:
		case !errors.As(err, &refusal) || refusal.ErrorFault() == smithy.FaultServer || strings.Contains(refusal.ErrorCode(), "Service"):
			t.Errorf("%s: %v", account, err)
		}
	}
}

// BenchmarkReset resets a server with an organization in it, as a test suite does between its tests. A reset has to take
// less than 20 ms.
func BenchmarkReset(b *testing.B) {
	s := testenv.Start(b, testenv.TrustAccountKeys())
	for b.Loop() {
		b.StopTimer()
		o := s.CreateOrganization("")
		for i := range 5 {
			o.Account(o.Unit(o.Root, fmt.Sprint("unit-", i)), fmt.Sprint("account-", i))
		}
		b.StartTimer()
		reset(b, s)
	}
}
