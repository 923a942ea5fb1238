package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"umbel/internal/operator"
	"umbel/internal/store/storetest/pgtest"
)

// replicas are servers beside each other on one PostgreSQL, with an organization.
type replicas struct {
	t     *testing.T
	where []string
	bin   string
	procs []*process
	root  string // ID of the organization's root
	admin aws.Config
}

// startReplicas starts n servers at once on an empty database and makes an organization with policies.
func startReplicas(t *testing.T, n int) *replicas {
	t.Helper()
	r := &replicas{t: t, where: []string{"--database", pgtest.Start(t)}, bin: buildUmbel(t)}
	var starting []func() error
	for range n {
		p, serves := launchProcess(t, r.bin, r.where)
		r.procs, starting = append(r.procs, p), append(starting, serves)
	}
	for _, serves := range starting {
		if err := serves(); err != nil {
			t.Fatal(err)
		}
	}
	r.admin = r.procs[0].rootConfig(t)
	c := r.organizations(0)
	if _, err := c.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{}); err != nil {
		t.Fatal(err)
	}
	roots, err := r.organizations(n-1).ListRoots(t.Context(), &organizations.ListRootsInput{})
	if err != nil {
		t.Fatal(err)
	}
	r.root = *roots.Roots[0].Id
	if _, err := c.EnablePolicyType(t.Context(), &organizations.EnablePolicyTypeInput{RootId: &r.root, PolicyType: types.PolicyTypeServiceControlPolicy}); err != nil {
		t.Fatal(err)
	}
	return r
}

// organizations speaks to one of the servers as the root user of the management account.
func (r *replicas) organizations(i int) *organizations.Client {
	return organizations.NewFromConfig(at(r.procs[i], r.admin))
}

// unit makes an OU through one of the servers.
func (r *replicas) unit(i int, name string) string {
	r.t.Helper()
	out, err := r.organizations(i).CreateOrganizationalUnit(r.t.Context(), &organizations.CreateOrganizationalUnitInput{ParentId: &r.root, Name: &name})
	if err != nil {
		r.t.Fatal(err)
	}
	return *out.OrganizationalUnit.Id
}

// account makes a member account through one of the servers, whichever does the work.
func (r *replicas) account(i int, name string) string {
	r.t.Helper()
	out, err := r.organizations(i).CreateAccount(r.t.Context(), &organizations.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@example.com")})
	if err != nil {
		r.t.Fatal(err)
	}
	return *r.made(i, *out.CreateAccountStatus.Id).AccountId
}

// made waits until an account is made.
func (r *replicas) made(i int, request string) *types.CreateAccountStatus {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		out, err := r.organizations(i).DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: &request})
		switch {
		case err != nil:
			r.t.Fatal(err)
		case out.CreateAccountStatus.State == types.CreateAccountStateSucceeded:
			return out.CreateAccountStatus
		case out.CreateAccountStatus.State == types.CreateAccountStateFailed:
			r.t.Fatalf("account not made: %s", out.CreateAccountStatus.FailureReason)
		}
		<-tick.C
	}
}

// TestReplicasStartAtOnce starts several servers on an empty database. One of them makes the first account and prints its
// key; all of them know it.
func TestReplicasStartAtOnce(t *testing.T) {
	r := startReplicas(t, 4)
	printed := 0
	for i, p := range r.procs {
		text, err := os.ReadFile(p.stdout)
		if err != nil {
			t.Fatal(err)
		}
		printed += len(keyID.FindAll(text, -1))
		if accounts, err := p.door().Accounts(t.Context()); err != nil || len(accounts) != 1 {
			t.Errorf("server %d: accounts %v, %v", i, accounts, err)
		}
		if _, err := sts.NewFromConfig(at(p, r.admin)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil {
			t.Errorf("server %d: %v", i, err)
		}
	}
	if printed != 1 {
		t.Errorf("%d root keys were printed", printed)
	}
	// A server that comes later prints none.
	late := startProcess(t, r.bin, r.where)
	if text, err := os.ReadFile(late.stdout); err != nil || len(text) > 0 {
		t.Errorf("a late server printed %q, %v", text, err)
	}
}

// TestReplicasSeeEachOther holds that what one server has acknowledged is in the next answer of the other.
func TestReplicasSeeEachOther(t *testing.T) {
	r := startReplicas(t, 2)
	t.Run("units", r.seeUnits)
	t.Run("access keys", r.seeKeys)
	t.Run("guardrails", r.seeGuardrails)
	t.Run("sessions and pages", r.seeSessions)
}

func (r *replicas) seeUnits(t *testing.T) {
	ctx := t.Context()
	for round := range 60 {
		writer, reader := r.organizations(round%2), r.organizations(1-round%2)
		id := r.unit(round%2, fmt.Sprint("unit-", round))
		out, err := reader.DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: &id})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		renamed := *out.OrganizationalUnit.Name + "-renamed"
		if _, err := writer.UpdateOrganizationalUnit(ctx, &organizations.UpdateOrganizationalUnitInput{OrganizationalUnitId: &id, Name: &renamed}); err != nil {
			t.Fatal(err)
		}
		out, err = reader.DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: &id})
		if err != nil || *out.OrganizationalUnit.Name != renamed {
			t.Fatalf("round %d: %v, %v; want %s", round, out.OrganizationalUnit, err, renamed)
		}
		if _, err := reader.DeleteOrganizationalUnit(ctx, &organizations.DeleteOrganizationalUnitInput{OrganizationalUnitId: &id}); err != nil {
			t.Fatal(err)
		}
		_, err = writer.DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: &id})
		wantCode(t, err, "OrganizationalUnitNotFoundException")
	}
}

// seeKeys uses access keys on the one server that were made, deactivated, activated and deleted on the other.
func (r *replicas) seeKeys(t *testing.T) {
	ctx := t.Context()
	if _, err := iam.NewFromConfig(r.admin).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ana")}); err != nil {
		t.Fatal(err)
	}
	for round := range 30 {
		writer, other := iam.NewFromConfig(at(r.procs[round%2], r.admin)), r.procs[1-round%2]
		made, err := writer.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ana")})
		if err != nil {
			t.Fatal(err)
		}
		id := made.AccessKey.AccessKeyId
		user := sts.NewFromConfig(other.keys(*id, *made.AccessKey.SecretAccessKey, ""))
		use := func(want string) {
			t.Helper()
			_, err := user.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			wantCode(t, err, want)
		}
		use("")
		for _, s := range []struct {
			status iamtypes.StatusType
			want   string
		}{{iamtypes.StatusTypeInactive, "InvalidClientTokenId"}, {iamtypes.StatusTypeActive, ""}} {
			if _, err := writer.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("ana"), AccessKeyId: id, Status: s.status}); err != nil {
				t.Fatal(err)
			}
			use(s.want)
		}
		if _, err := writer.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("ana"), AccessKeyId: id}); err != nil {
			t.Fatal(err)
		}
		use("InvalidClientTokenId")
	}
}

// seeGuardrails attaches and detaches a guardrail on one server and feels it on the other.
func (r *replicas) seeGuardrails(t *testing.T) {
	ctx := t.Context()
	member := r.account(0, "guarded")
	deny := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}}`
	policy, err := r.organizations(0).CreatePolicy(ctx, &organizations.CreatePolicyInput{
		Name: aws.String("no-users"), Description: aws.String(""), Type: types.PolicyTypeServiceControlPolicy, Content: &deny,
	})
	if err != nil {
		t.Fatal(err)
	}
	id := policy.Policy.PolicySummary.Id
	session := r.procs[0].as(t, operator.CredentialsRequest{Account: member})
	for round := range 30 {
		writer, bound := r.organizations(round%2), iam.NewFromConfig(at(r.procs[1-round%2], session))
		if _, err := bound.ListUsers(ctx, &iam.ListUsersInput{}); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if _, err := writer.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: id, TargetId: &member}); err != nil {
			t.Fatal(err)
		}
		_, err := bound.ListUsers(ctx, &iam.ListUsersInput{})
		wantCode(t, err, "AccessDenied")
		if _, err := writer.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: id, TargetId: &member}); err != nil {
			t.Fatal(err)
		}
	}
}

// seeSessions takes sessions and page tokens of one server to the other.
func (r *replicas) seeSessions(t *testing.T) {
	ctx := t.Context()
	member := r.account(1, "visited")
	for i := range 5 {
		r.unit(i%2, fmt.Sprint("page-", i))
	}
	arn := "arn:aws:iam::" + member + ":role/OrganizationAccountAccessRole"
	administrator := r.procs[0].as(t, operator.CredentialsRequest{})
	out, err := sts.NewFromConfig(administrator).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("visit")})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Credentials
	who, err := sts.NewFromConfig(r.procs[1].keys(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || !strings.HasSuffix(*who.Arn, ":assumed-role/OrganizationAccountAccessRole/visit") {
		t.Errorf("the session on the other server: %v, %v", who, err)
	}
	seen := map[string]bool{}
	in := &organizations.ListOrganizationalUnitsForParentInput{ParentId: &r.root, MaxResults: aws.Int32(1)}
	for turn := 0; turn == 0 || in.NextToken != nil; turn++ {
		page, err := r.organizations(turn%2).ListOrganizationalUnitsForParent(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.OrganizationalUnits {
			if seen[*u.Id] {
				t.Errorf("%s is on two pages", *u.Name)
			}
			seen[*u.Id] = true
		}
		in.NextToken = page.NextToken
	}
	if len(seen) != 5 {
		t.Errorf("%d units on the pages, want 5", len(seen))
	}
}

// TestReplicaKilled kills one of two servers with accounts of its own under way. The other goes on without an error for its
// clients, and makes those accounts.
func TestReplicaKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("waits until the killed server's work is free")
	}
	r := startReplicas(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	calls := make([]int, 3)
	for i := range calls {
		clients.Go(func() { calls[i] = r.goOn(ctx, i) })
	}
	var requests []string
	under := 0 // way when the server was killed
	for round := 0; under == 0 && round < 10; round++ {
		if round > 0 {
			r.procs[0] = startProcess(t, r.bin, r.where)
		}
		requests = append(requests, r.killDuringCreation(round)...)
		left, err := r.organizations(1).ListCreateAccountStatus(ctx, &organizations.ListCreateAccountStatusInput{States: []types.CreateAccountState{types.CreateAccountStateInProgress}})
		if err != nil {
			t.Fatal(err)
		}
		under = len(left.CreateAccountStatuses)
	}
	for _, id := range requests {
		r.made(1, id)
	}
	cancel()
	clients.Wait()
	t.Logf("%d accounts asked for, %d of them under way at the kill; calls of the other server's clients: %v", len(requests), under, calls)
	if under == 0 {
		t.Error("no account was under way when the server was killed")
	}
}

// killDuringCreation asks a server for accounts from many sides and kills it once some are acknowledged.
func (r *replicas) killDuringCreation(round int) (acknowledged []string) {
	var mu sync.Mutex
	var clients sync.WaitGroup
	enough := make(chan struct{}, 64)
	c := r.organizations(0)
	for i := range 64 {
		clients.Go(func() {
			name := fmt.Sprintf("account-%d-%d", round, i)
			out, err := c.CreateAccount(r.t.Context(), &organizations.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@example.com")})
			if err != nil {
				return // it was killed under this call
			}
			mu.Lock()
			defer mu.Unlock()
			acknowledged = append(acknowledged, *out.CreateAccountStatus.Id)
			enough <- struct{}{}
		})
	}
	for range 12 {
		<-enough
	}
	r.procs[0].kill()
	clients.Wait()
	return acknowledged
}

// goOn writes and reads through the second server until the context ends, and gives the number of calls.
func (r *replicas) goOn(ctx context.Context, client int) (calls int) {
	c := r.organizations(1)
	key := fmt.Sprint("client-", client)
	for ; ctx.Err() == nil; calls++ {
		want := strconv.Itoa(calls)
		_, err := c.TagResource(ctx, &organizations.TagResourceInput{ResourceId: &r.root, Tags: []types.Tag{{Key: &key, Value: &want}}})
		if err != nil && ctx.Err() == nil {
			r.t.Errorf("call %d: %v", calls, err)
			return calls
		}
		out, err := c.ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: &r.root})
		if ctx.Err() != nil {
			return calls
		}
		if err != nil {
			r.t.Errorf("call %d: %v", calls, err)
			return calls
		}
		for _, tag := range out.Tags {
			if *tag.Key == key && *tag.Value != want {
				r.t.Errorf("call %d reads %s", calls, *tag.Value)
			}
		}
	}
	return calls
}

// wantCode wants a call to be refused with the error code; "" wants it to succeed.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var refusal smithy.APIError
	switch {
	case err == nil && code == "":
	case err == nil:
		t.Fatalf("the call succeeded; want %s", code)
	case !errors.As(err, &refusal) || refusal.ErrorCode() != code:
		t.Fatalf("%v; want %q", err, code)
	}
}
