package orgfile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

type ctx = context.Context

// fake is an organization in memory that answers as the Organizations API does, as far as this package asks it. Pages
// hold two items, so that every list of some length is paged.
type fake struct {
	live     *Live
	text     map[string]string // policy texts by ID
	next     int
	pending  map[string]*pendingAccount // by request ID
	requests []string                   // in order
	calls    []string                   // the calls that change something
	fail     func(call string) error    // an error instead of an answer
	mu       sync.Mutex                 // of the two below
	iam      map[string]*fakeIAM        // by account ID
	assumed  []string                   // "account role" of each IAM that was asked for
}

// pendingAccount is an account that comes after so many questions about its status.
type pendingAccount struct {
	account LiveAccount
	polls   int
	failure types.CreateAccountFailureReason
}

func newFake() *fake {
	return &fake{live: &Live{Tags: map[string]map[string]string{}, Roles: map[string]map[string]*LiveRole{}}, text: map[string]string{},
		pending: map[string]*pendingAccount{}, iam: map[string]*fakeIAM{}}
}

// clients gives the doors to the fake.
func (f *fake) clients() Clients {
	return Clients{Organizations: f, IAM: func(account, role string) IAM {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.assumed = append(f.assumed, account+" "+role)
		if f.iam[account] == nil {
			f.iam[account] = &fakeIAM{fake: f, roles: map[string]*LiveRole{}}
		}
		return f.iam[account]
	}}
}

// call notes a call that changes something, or gives the error to answer with.
func (f *fake) call(format string, args ...any) error {
	call := fmt.Sprintf(format, args...)
	if f.fail != nil {
		if err := f.fail(call); err != nil {
			return err
		}
	}
	f.calls = append(f.calls, call)
	return nil
}

func (f *fake) id(prefix string) string {
	f.next++
	return fmt.Sprintf("%s%d", prefix, f.next)
}

func page[T any](all []T, token *string) ([]T, *string) {
	from := 0
	if token != nil {
		fmt.Sscan(*token, &from)
	}
	if to := from + 2; to < len(all) {
		return all[from:to], aws.String(fmt.Sprint(to))
	}
	return all[from:], nil
}

func (f *fake) DescribeOrganization(ctx, *organizations.DescribeOrganizationInput, ...func(*organizations.Options)) (*organizations.DescribeOrganizationOutput, error) {
	if !f.live.Exists {
		return nil, &types.AWSOrganizationsNotInUseException{}
	}
	return &organizations.DescribeOrganizationOutput{Organization: &types.Organization{Id: &f.live.ID, FeatureSet: types.OrganizationFeatureSet(f.live.Features),
		MasterAccountId: &f.live.Management, MasterAccountEmail: &f.live.ManagementEmail}}, nil
}

func (f *fake) CreateOrganization(_ ctx, in *organizations.CreateOrganizationInput, _ ...func(*organizations.Options)) (*organizations.CreateOrganizationOutput, error) {
	if err := f.call("CreateOrganization"); err != nil {
		return nil, err
	}
	if f.live.Exists {
		return nil, &types.AlreadyInOrganizationException{}
	}
	l := f.live
	l.Exists, l.ID, l.Features, l.Root, l.Management, l.ManagementEmail = true, "o-1", string(in.FeatureSet), "r-1", "111111111111", "boss@example.com"
	l.Accounts = []LiveAccount{{ID: l.Management, Name: "boss", Email: l.ManagementEmail, State: "ACTIVE", Parent: l.Root}}
	l.Policies = []LivePolicy{{ID: "p-FullAWSAccess", Name: FullAccess, Type: ServiceControl, AWS: true}, {ID: "p-RCPFullAWSAccess", Name: RCPFullAccess, Type: ResourceControl, AWS: true}}
	return &organizations.CreateOrganizationOutput{}, nil
}

func (f *fake) ListRoots(ctx, *organizations.ListRootsInput, ...func(*organizations.Options)) (*organizations.ListRootsOutput, error) {
	root := types.Root{Id: &f.live.Root}
	for _, t := range f.live.PolicyTypes {
		root.PolicyTypes = append(root.PolicyTypes, types.PolicyTypeSummary{Type: types.PolicyType(t), Status: types.PolicyTypeStatusEnabled})
	}
	return &organizations.ListRootsOutput{Roots: []types.Root{root}}, nil
}

func (f *fake) EnablePolicyType(_ ctx, in *organizations.EnablePolicyTypeInput, _ ...func(*organizations.Options)) (*organizations.EnablePolicyTypeOutput, error) {
	if err := f.call("EnablePolicyType %s", in.PolicyType); err != nil {
		return nil, err
	}
	if slices.Contains(f.live.PolicyTypes, string(in.PolicyType)) {
		return nil, &types.PolicyTypeAlreadyEnabledException{}
	}
	f.live.PolicyTypes = append(f.live.PolicyTypes, string(in.PolicyType))
	if in.PolicyType == types.PolicyTypeServiceControlPolicy {
		f.live.Policies[0].Targets = []string{f.live.Root}
		for _, u := range f.live.Units {
			f.live.Policies[0].Targets = append(f.live.Policies[0].Targets, u.ID)
		}
		for _, a := range f.live.Accounts {
			f.live.Policies[0].Targets = append(f.live.Policies[0].Targets, a.ID)
		}
	}
	return &organizations.EnablePolicyTypeOutput{}, nil
}

// full attaches FullAWSAccess to what is new.
func (f *fake) full(id string) {
	if slices.Contains(f.live.PolicyTypes, ServiceControl) {
		f.live.Policies[0].Targets = append(f.live.Policies[0].Targets, id)
	}
}

func (f *fake) ListOrganizationalUnitsForParent(_ ctx, in *organizations.ListOrganizationalUnitsForParentInput, _ ...func(*organizations.Options)) (*organizations.ListOrganizationalUnitsForParentOutput, error) {
	var all []types.OrganizationalUnit
	for _, u := range f.live.Units {
		if u.Parent == *in.ParentId {
			all = append(all, types.OrganizationalUnit{Id: aws.String(u.ID), Name: aws.String(u.Name)})
		}
	}
	items, next := page(all, in.NextToken)
	return &organizations.ListOrganizationalUnitsForParentOutput{OrganizationalUnits: items, NextToken: next}, nil
}

func (f *fake) CreateOrganizationalUnit(_ ctx, in *organizations.CreateOrganizationalUnitInput, _ ...func(*organizations.Options)) (*organizations.CreateOrganizationalUnitOutput, error) {
	if err := f.call("CreateOrganizationalUnit %s", *in.Name); err != nil {
		return nil, err
	}
	for _, u := range f.live.Units {
		if u.Parent == *in.ParentId && u.Name == *in.Name {
			return nil, &types.DuplicateOrganizationalUnitException{}
		}
	}
	u := LiveUnit{ID: f.id("ou-"), Name: *in.Name, Parent: *in.ParentId}
	f.live.Units = append(f.live.Units, u)
	f.full(u.ID)
	return &organizations.CreateOrganizationalUnitOutput{OrganizationalUnit: &types.OrganizationalUnit{Id: &u.ID}}, nil
}

func (f *fake) UpdateOrganizationalUnit(_ ctx, in *organizations.UpdateOrganizationalUnitInput, _ ...func(*organizations.Options)) (*organizations.UpdateOrganizationalUnitOutput, error) {
	for i := range f.live.Units {
		if f.live.Units[i].ID == *in.OrganizationalUnitId {
			f.live.Units[i].Name = *in.Name
		}
	}
	return &organizations.UpdateOrganizationalUnitOutput{}, f.call("UpdateOrganizationalUnit %s", *in.Name)
}

func (f *fake) DeleteOrganizationalUnit(_ ctx, in *organizations.DeleteOrganizationalUnitInput, _ ...func(*organizations.Options)) (*organizations.DeleteOrganizationalUnitOutput, error) {
	name := ""
	f.live.Units = slices.DeleteFunc(f.live.Units, func(u LiveUnit) bool {
		if u.ID == *in.OrganizationalUnitId {
			name = u.Name
		}
		return u.ID == *in.OrganizationalUnitId
	})
	return &organizations.DeleteOrganizationalUnitOutput{}, f.call("DeleteOrganizationalUnit %s", name)
}

// accounts gives the accounts that are wanted.
func (f *fake) accounts(want func(LiveAccount) bool) []types.Account {
	var all []types.Account
	for _, a := range f.live.Accounts {
		if want(a) {
			all = append(all, types.Account{Id: aws.String(a.ID), Name: aws.String(a.Name), Email: aws.String(a.Email), State: types.AccountState(a.State)})
		}
	}
	return all
}

func (f *fake) ListAccountsForParent(_ ctx, in *organizations.ListAccountsForParentInput, _ ...func(*organizations.Options)) (*organizations.ListAccountsForParentOutput, error) {
	items, next := page(f.accounts(func(a LiveAccount) bool { return a.Parent == *in.ParentId }), in.NextToken)
	return &organizations.ListAccountsForParentOutput{Accounts: items, NextToken: next}, nil
}

func (f *fake) ListAccounts(_ ctx, in *organizations.ListAccountsInput, _ ...func(*organizations.Options)) (*organizations.ListAccountsOutput, error) {
	items, next := page(f.accounts(func(LiveAccount) bool { return true }), in.NextToken)
	return &organizations.ListAccountsOutput{Accounts: items, NextToken: next}, nil
}

// begin begins the creation of an account that takes so many polls.
func (f *fake) begin(name, email string, polls int) string {
	id := f.id("car-")
	f.pending[id] = &pendingAccount{account: LiveAccount{ID: fmt.Sprintf("%012d", 222222222000+f.next), Name: name, Email: email, State: "ACTIVE", Parent: f.live.Root}, polls: polls}
	for _, a := range f.live.Accounts {
		if strings.EqualFold(a.Email, email) {
			f.pending[id].failure = types.CreateAccountFailureReasonEmailAlreadyExists
		}
	}
	f.requests = append(f.requests, id)
	return id
}

func (f *fake) CreateAccount(_ ctx, in *organizations.CreateAccountInput, _ ...func(*organizations.Options)) (*organizations.CreateAccountOutput, error) {
	if err := f.call("CreateAccount %s", *in.AccountName); err != nil {
		return nil, err
	}
	id := f.begin(*in.AccountName, *in.Email, 2)
	return &organizations.CreateAccountOutput{CreateAccountStatus: &types.CreateAccountStatus{Id: &id, State: types.CreateAccountStateInProgress}}, nil
}

func (f *fake) DescribeCreateAccountStatus(_ ctx, in *organizations.DescribeCreateAccountStatusInput, _ ...func(*organizations.Options)) (*organizations.DescribeCreateAccountStatusOutput, error) {
	p := f.pending[*in.CreateAccountRequestId]
	status := &types.CreateAccountStatus{Id: in.CreateAccountRequestId, AccountName: &p.account.Name, State: types.CreateAccountStateInProgress}
	p.polls--
	switch {
	case p.polls > 0:
	case p.failure != "":
		status.State, status.FailureReason = types.CreateAccountStateFailed, p.failure
	default:
		status.State, status.AccountId = types.CreateAccountStateSucceeded, &p.account.ID
		if p.polls == 0 {
			f.live.Accounts = append(f.live.Accounts, p.account)
			f.full(p.account.ID)
		}
	}
	return &organizations.DescribeCreateAccountStatusOutput{CreateAccountStatus: status}, nil
}

func (f *fake) ListCreateAccountStatus(_ ctx, in *organizations.ListCreateAccountStatusInput, _ ...func(*organizations.Options)) (*organizations.ListCreateAccountStatusOutput, error) {
	var all []types.CreateAccountStatus
	for _, id := range f.requests {
		if f.pending[id].polls > 0 {
			all = append(all, types.CreateAccountStatus{Id: aws.String(id), AccountName: &f.pending[id].account.Name, RequestedTimestamp: aws.Time(time.Unix(0, 0))})
		}
	}
	items, next := page(all, in.NextToken)
	return &organizations.ListCreateAccountStatusOutput{CreateAccountStatuses: items, NextToken: next}, nil
}

func (f *fake) MoveAccount(_ ctx, in *organizations.MoveAccountInput, _ ...func(*organizations.Options)) (*organizations.MoveAccountOutput, error) {
	if err := f.call("MoveAccount %s", f.name(*in.AccountId)); err != nil {
		return nil, err
	}
	a := f.live.index().ids[*in.AccountId]
	if a.Parent != *in.SourceParentId {
		return nil, &types.SourceParentNotFoundException{}
	}
	a.Parent = *in.DestinationParentId
	return &organizations.MoveAccountOutput{}, nil
}

func (f *fake) ListParents(_ ctx, in *organizations.ListParentsInput, _ ...func(*organizations.Options)) (*organizations.ListParentsOutput, error) {
	return &organizations.ListParentsOutput{Parents: []types.Parent{{Id: &f.live.index().ids[*in.ChildId].Parent}}}, nil
}

func (f *fake) CloseAccount(_ ctx, in *organizations.CloseAccountInput, _ ...func(*organizations.Options)) (*organizations.CloseAccountOutput, error) {
	f.live.index().ids[*in.AccountId].State = "PENDING_CLOSURE"
	return &organizations.CloseAccountOutput{}, f.call("CloseAccount %s", f.name(*in.AccountId))
}

// name names a root, unit or account.
func (f *fake) name(id string) string {
	for _, u := range f.live.Units {
		if u.ID == id {
			return u.Name
		}
	}
	if a := f.live.index().ids[id]; a != nil {
		return a.Name
	}
	return id
}

// apply0 applies a text without real pauses and gives the calls that it made.
func (f *fake) apply0(t *testing.T, c ctx, text string, o PlanOptions) (*Plan, []string, error) {
	t.Helper()
	p, err := NewPlan(c, f.clients(), mustParse(t, text), o)
	if err != nil {
		return nil, nil, err
	}
	f.calls = nil
	err = apply(c, f.clients(), p, nil, func(c ctx, _ time.Duration) error { return c.Err() })
	return p, f.calls, err
}
