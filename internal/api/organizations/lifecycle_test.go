package organizations_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"umbel/internal/testenv"
)

func matches(t testing.TB, what string, got *string, pattern string) {
	t.Helper()
	if !regexp.MustCompile("^" + pattern + "$").MatchString(aws.ToString(got)) {
		t.Errorf("%s is %q, want %s", what, aws.ToString(got), pattern)
	}
}

func TestOrganization(t *testing.T) {
	s := testenv.Start(t, testenv.FirstAccount("111122223333"))
	c := sdk.NewFromConfig(s.Administrator(""))
	made := must[*sdk.CreateOrganizationOutput](t)(c.CreateOrganization(ctx, &sdk.CreateOrganizationInput{})).Organization
	matches(t, "ID", made.Id, `o-[a-z0-9]{10}`)
	matches(t, "ARN", made.Arn, `arn:aws:organizations::111122223333:organization/`+*made.Id)
	matches(t, "management ARN", made.MasterAccountArn, `arn:aws:organizations::111122223333:account/`+*made.Id+`/111122223333`)
	if made.FeatureSet != types.OrganizationFeatureSetAll || len(made.AvailablePolicyTypes) != 1 {
		t.Errorf("the organization is %+v", made)
	}
	seen := must[*sdk.DescribeOrganizationOutput](t)(c.DescribeOrganization(ctx, &sdk.DescribeOrganizationInput{})).Organization
	if *seen.Id != *made.Id || *seen.MasterAccountEmail != *made.MasterAccountEmail || *seen.MasterAccountId != "111122223333" {
		t.Errorf("described %+v, created %+v", seen, made)
	}
	roots := must[*sdk.ListRootsOutput](t)(c.ListRoots(ctx, &sdk.ListRootsInput{})).Roots
	if len(roots) != 1 || *roots[0].Name != "Root" || len(roots[0].PolicyTypes) != 0 {
		t.Errorf("the roots are %+v", roots)
	}
	matches(t, "root", roots[0].Arn, `arn:aws:organizations::111122223333:root/`+*made.Id+`/r-[0-9a-z]{4}`)
	must[*iam.GetRoleOutput](t)(iam.NewFromConfig(s.Administrator("")).GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("AWSServiceRoleForOrganizations")}))

	refused(t, call(c.CreateOrganization, sdk.CreateOrganizationInput{}), "AlreadyInOrganizationException", "")
	refused(t, call(c.CreateOrganization, sdk.CreateOrganizationInput{FeatureSet: "SOME"}), "InvalidInputException", "INVALID_ENUM")
	refused(t, call(c.ListRoots, sdk.ListRootsInput{NextToken: aws.String("nonsense")}), "InvalidInputException", "INVALID_NEXT_TOKEN")
	if err := call(c.DeleteOrganization, sdk.DeleteOrganizationInput{}); err != nil {
		t.Fatal(err)
	}
	refused(t, call(c.DescribeOrganization, sdk.DescribeOrganizationInput{}), "AWSOrganizationsNotInUseException", "")
	again := must[*sdk.CreateOrganizationOutput](t)(c.CreateOrganization(ctx, &sdk.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetConsolidatedBilling})).Organization
	if *again.Id == *made.Id || len(again.AvailablePolicyTypes) != 0 {
		t.Errorf("the second organization is %+v", again)
	}
}

func TestCreatedAccount(t *testing.T) {
	f := newFixture(t)
	out := must[*sdk.CreateAccountOutput](t)(f.CreateAccount(ctx, &sdk.CreateAccountInput{
		AccountName: aws.String("Log archive"), Email: aws.String("Logs@example.org"), RoleName: aws.String("Admin"), Tags: tagged("team", "a"),
	}))
	asked := out.CreateAccountStatus
	if asked.State != types.CreateAccountStateInProgress || asked.AccountId != nil || asked.CompletedTimestamp != nil {
		t.Errorf("the request is %+v", asked)
	}
	f.server.Settle()
	done := f.status(*asked.Id)
	if done.State != types.CreateAccountStateSucceeded || *done.AccountName != "Log archive" || done.CompletedTimestamp == nil {
		t.Fatalf("the request ended as %+v", done)
	}
	a := must[*sdk.DescribeAccountOutput](t)(f.DescribeAccount(ctx, &sdk.DescribeAccountInput{AccountId: done.AccountId})).Account
	if *a.Email != "Logs@example.org" || a.State != types.AccountStateActive || a.Status != types.AccountStatusActive || a.JoinedMethod != types.AccountJoinedMethodCreated {
		t.Errorf("the account is %+v", a)
	}
	if want := f.ID + "/" + f.root + "/" + *a.Id + "/"; !slices.Equal(a.Paths, []string{want}) {
		t.Errorf("its paths are %v, want %s", a.Paths, want)
	}
	matches(t, "its ARN", a.Arn, `arn:aws:organizations::`+string(f.server.First)+`:account/`+f.ID+`/`+*a.Id)
	tags := must[*sdk.ListTagsForResourceOutput](t)(f.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceId: a.Id})).Tags
	if len(tags) != 1 || *tags[0].Key != "team" {
		t.Errorf("its tags are %v", tags)
	}
	inside := iam.NewFromConfig(f.server.Role(*a.Id, "Admin"))
	linked := must[*iam.GetRoleOutput](t)(inside.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("AWSServiceRoleForOrganizations")})).Role
	if *linked.Path != "/aws-service-role/organizations.amazonaws.com/" {
		t.Errorf("the service-linked role has the path %s", *linked.Path)
	}
	attached := must[*iam.ListAttachedRolePoliciesOutput](t)(inside.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: aws.String("Admin")})).AttachedPolicies
	if len(attached) != 1 || *attached[0].PolicyName != "AdministratorAccess" {
		t.Errorf("the access role has %v", attached)
	}
}

func (f *fixture) status(request string) *types.CreateAccountStatus {
	f.Helper()
	return must[*sdk.DescribeCreateAccountStatusOutput](f)(f.DescribeCreateAccountStatus(ctx,
		&sdk.DescribeCreateAccountStatusInput{CreateAccountRequestId: &request})).CreateAccountStatus
}

func TestCreateAccountFails(t *testing.T) {
	f := newFixture(t, testenv.Quota("accounts=4"))
	ask := func(email string) string {
		t.Helper()
		out := must[*sdk.CreateAccountOutput](t)(f.CreateAccount(ctx, &sdk.CreateAccountInput{AccountName: aws.String("x"), Email: &email}))
		f.server.Settle()
		return *out.CreateAccountStatus.Id
	}
	first := ask("same@example.org")
	if got := f.status(first); got.State != types.CreateAccountStateSucceeded {
		t.Fatalf("the first account: %s", got.FailureReason)
	}
	bad := func(reason types.InvalidInputExceptionReason, in sdk.CreateAccountInput) {
		t.Helper()
		refused(t, call(f.CreateAccount, in), "InvalidInputException", string(reason))
	}
	bad("INVALID_PATTERN", sdk.CreateAccountInput{AccountName: aws.String("x"), Email: aws.String("no address")})
	bad("MAX_LENGTH_EXCEEDED", sdk.CreateAccountInput{AccountName: aws.String(strings.Repeat("x", 51)), Email: aws.String("x@example.org")})
	bad("INVALID_ROLE_NAME", sdk.CreateAccountInput{
		AccountName: aws.String("x"), Email: aws.String("x@example.org"), RoleName: aws.String("AWSServiceRoleForX"),
	})
	refused(t, call(f.CreateAccount, sdk.CreateAccountInput{AccountName: aws.String("x"), Email: aws.String("x@example.org")}),
		"ConstraintViolationException", "ACCOUNT_NUMBER_LIMIT_EXCEEDED")
	refused(t, call(f.DescribeCreateAccountStatus, sdk.DescribeCreateAccountStatusInput{CreateAccountRequestId: aws.String("car-00000000")}),
		"CreateAccountStatusNotFoundException", "")
}

func TestCreateAccountFailureReasons(t *testing.T) {
	f := newFixture(t)
	for email, want := range map[string]types.CreateAccountFailureReason{
		".dot@example.org":  types.CreateAccountFailureReasonInvalidEmail,
		*f.account1().Email: types.CreateAccountFailureReasonEmailAlreadyExists,
		*must[*sdk.DescribeOrganizationOutput](t)(f.DescribeOrganization(ctx, &sdk.DescribeOrganizationInput{})).Organization.MasterAccountEmail: types.CreateAccountFailureReasonEmailAlreadyExists,
	} {
		out := must[*sdk.CreateAccountOutput](t)(f.CreateAccount(ctx, &sdk.CreateAccountInput{AccountName: aws.String("x"), Email: &email}))
		f.server.Settle()
		got := f.status(*out.CreateAccountStatus.Id)
		if got.State != types.CreateAccountStateFailed || got.FailureReason != want || got.AccountId != nil {
			t.Errorf("%s: %s %s, want %s", email, got.State, got.FailureReason, want)
		}
	}
	failed := must[*sdk.ListCreateAccountStatusOutput](t)(f.ListCreateAccountStatus(ctx,
		&sdk.ListCreateAccountStatusInput{States: []types.CreateAccountState{types.CreateAccountStateFailed}})).CreateAccountStatuses
	if len(failed) != 3 {
		t.Errorf("%d requests are listed as failed, want 3", len(failed))
	}
}

func (f *fixture) account1() *types.Account {
	f.Helper()
	return must[*sdk.DescribeAccountOutput](f)(f.DescribeAccount(ctx, &sdk.DescribeAccountInput{AccountId: &f.account})).Account
}

func TestMoveAccount(t *testing.T) {
	f := newFixture(t)
	move := func(account, source, destination string) error {
		return call(f.MoveAccount, sdk.MoveAccountInput{AccountId: &account, SourceParentId: &source, DestinationParentId: &destination})
	}
	if err := move(f.other, f.root, f.ou); err != nil {
		t.Fatal(err)
	}
	parents := must[*sdk.ListParentsOutput](t)(f.ListParents(ctx, &sdk.ListParentsInput{ChildId: &f.other})).Parents
	if len(parents) != 1 || *parents[0].Id != f.ou || parents[0].Type != types.ParentTypeOrganizationalUnit {
		t.Errorf("after the move the parents are %v", parents)
	}
	refused(t, move(f.other, f.ou, f.ou), "DuplicateAccountException", "")
	refused(t, move(f.other, f.root, f.ou), "AccountNotFoundException", "")
	refused(t, move(f.other, f.ou, "ou-none-00000000"), "DestinationParentNotFoundException", "")
	refused(t, move(f.other, "ou-none-00000000", f.ou), "SourceParentNotFoundException", "")
	refused(t, move("12345", f.root, f.ou), "InvalidInputException", "INVALID_PATTERN")
}

func TestCloseAccount(t *testing.T) {
	clock := new(testenv.ManualClock)
	f := newFixture(t, testenv.Clock(clock))
	inside := f.server.Role(f.account, "")
	shut := func(id string) error { return call(f.CloseAccount, sdk.CloseAccountInput{AccountId: &id}) }
	refused(t, shut(string(f.server.First)), "ConstraintViolationException", "CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
	refused(t, shut("999999999999"), "AccountNotFoundException", "")
	if err := shut(f.account); err != nil {
		t.Fatal(err)
	}
	f.server.Settle()
	if a := f.account1(); a.State != types.AccountStateClosed || a.Status != types.AccountStatusSuspended {
		t.Errorf("the account is %s, %s", a.State, a.Status)
	}
	refused(t, shut(f.account), "AccountAlreadyClosedException", "")
	if err := call(f.as(inside).DescribeOrganization, sdk.DescribeOrganizationInput{}); err == nil {
		t.Error("a role of a closed account still acts")
	}
	refused(t, call(f.RemoveAccountFromOrganization, sdk.RemoveAccountFromOrganizationInput{AccountId: &f.account}),
		"ConstraintViolationException", "ACCOUNT_CANNOT_LEAVE_ORGANIZATION")
}

func TestRemoveAndLeave(t *testing.T) {
	f := newFixture(t, testenv.Quota("days-before-removal=0"))
	remove := func(id string) error {
		return call(f.RemoveAccountFromOrganization, sdk.RemoveAccountFromOrganizationInput{AccountId: &id})
	}
	refused(t, remove(string(f.server.First)), "MasterCannotLeaveOrganizationException", "")
	refused(t, remove("999999999999"), "AccountNotFoundException", "")
	refused(t, call(f.LeaveOrganization, sdk.LeaveOrganizationInput{}), "MasterCannotLeaveOrganizationException", "")
	refused(t, call(f.DeleteOrganization, sdk.DeleteOrganizationInput{}), "OrganizationNotEmptyException", "")
	member := f.as(f.server.Root(f.account))
	if err := call(member.LeaveOrganization, sdk.LeaveOrganizationInput{}); err != nil {
		t.Fatal(err)
	}
	refused(t, call(member.DescribeOrganization, sdk.DescribeOrganizationInput{}), "AWSOrganizationsNotInUseException", "")
	refused(t, remove(f.account), "AccountNotFoundException", "")
	if err := remove(f.other); err != nil {
		t.Fatal(err)
	}
	if err := call(member.CreateOrganization, sdk.CreateOrganizationInput{}); err != nil {
		t.Errorf("an account that left cannot found its own organization: %v", err)
	}
	if err := call(f.DeleteOrganization, sdk.DeleteOrganizationInput{}); err != nil {
		t.Errorf("an organization with OUs and policies but without members: %v", err)
	}
}

// skewed signs with the server's clock instead of the wall's.
type skewed struct {
	*v4.Signer
	clock *testenv.ManualClock
}

func (s skewed) SignHTTP(
	ctx context.Context, creds aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, opts ...func(*v4.SignerOptions),
) error {
	return s.Signer.SignHTTP(ctx, creds, r, hash, service, region, s.clock.Now(), opts...)
}

// TestTime moves the clock: to the end of the waiting period, and to the end of a closed account.
func TestTime(t *testing.T) {
	const day = 24 * time.Hour
	clock := new(testenv.ManualClock)
	f := newFixture(t, testenv.Clock(clock))
	again := func() *sdk.Client { // sessions end while the clock moves
		return sdk.NewFromConfig(f.server.Administrator(""), func(o *sdk.Options) { o.HTTPSignerV4 = skewed{v4.NewSigner(), clock} })
	}
	remove := func(c *sdk.Client) error {
		return call(c.RemoveAccountFromOrganization, sdk.RemoveAccountFromOrganizationInput{AccountId: &f.other})
	}
	refused(t, remove(again()), "ConstraintViolationException", "WAIT_PERIOD_ACTIVE")
	if err := call(f.CloseAccount, sdk.CloseAccountInput{AccountId: &f.account}); err != nil {
		t.Fatal(err)
	}
	f.server.Settle()
	clock.Advance(4 * day)
	if err := remove(again()); err != nil {
		t.Errorf("after four days: %v", err)
	}
	if n := len(must[*sdk.ListAccountsOutput](t)(again().ListAccounts(ctx, &sdk.ListAccountsInput{})).Accounts); n != 2 {
		t.Errorf("%d accounts are left, want the management account and the closed one", n)
	}
	clock.Advance(87 * day)
	f.server.Settle()
	c := again()
	refused(t, call(c.DescribeAccount, sdk.DescribeAccountInput{AccountId: &f.account}), "AccountNotFoundException", "")
	if err := call(c.DeleteOrganization, sdk.DeleteOrganizationInput{}); err != nil {
		t.Errorf("with no member left: %v", err)
	}
}
