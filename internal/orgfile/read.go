package orgfile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"golang.org/x/sync/errgroup"
)

// ReadOptions say what to read besides the tree and the policies.
type ReadOptions struct {
	// Tags tells for which root, unit or account (by ID) to read the tags; nil for none.
	Tags func(id string) bool
	// Roles gives the names of the roles to read in an account, and the access role to read them through; nil for none.
	// A nil list of names means all roles but service-linked ones.
	Roles func(l *Live, a *LiveAccount) (want bool, names []string, accessRole string)
}

// readers bounds the calls under way at a time: quick enough for a large organization, and within the throttles of AWS.
const readers = 6

// reader gathers a Live from many calls at a time.
type reader struct {
	api  OrganizationsReader
	live *Live
	mu   sync.Mutex
	work *errgroup.Group
}

// Read reads an organization. An account in no organization is no error: Live.Exists is false.
func Read(ctx context.Context, c Clients, o ReadOptions) (*Live, error) {
	l := &Live{Tags: map[string]map[string]string{}, Roles: map[string]map[string]*LiveRole{}}
	r := &reader{api: c.Organizations, live: l}
	if err := r.organization(ctx); err != nil || !l.Exists {
		return l, err
	}
	stages := []func(context.Context) error{r.tree, r.policies}
	for _, stage := range stages {
		if err := stage(ctx); err != nil {
			return nil, fmt.Errorf("reading the organization: %w", err)
		}
	}
	if err := r.tags(ctx, o.Tags); err != nil {
		return nil, fmt.Errorf("reading tags: %w", err)
	}
	if o.Roles == nil {
		return l, nil
	}
	return l, r.roles(ctx, c, o)
}

// group begins a set of calls of which a few run at a time.
func (r *reader) group(ctx context.Context) context.Context {
	r.work, ctx = errgroup.WithContext(ctx)
	r.work.SetLimit(readers)
	return ctx
}

// organization reads the organization, its root and the accounts that are being created.
func (r *reader) organization(ctx context.Context) error {
	out, err := r.api.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	var none *types.AWSOrganizationsNotInUseException
	if errors.As(err, &none) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the organization: %w", err)
	}
	o := out.Organization
	l := r.live
	l.Exists, l.ID, l.Features = true, aws.ToString(o.Id), string(o.FeatureSet)
	l.Management, l.ManagementEmail = aws.ToString(o.MasterAccountId), aws.ToString(o.MasterAccountEmail)
	if l.Root, l.PolicyTypes, err = readRoot(ctx, r.api); err != nil {
		return fmt.Errorf("reading the root (only the management account may; it is %s): %w", l.Management, err)
	}
	l.Creating, err = readCreations(ctx, r.api)
	return err
}

// readRoot gives the root's ID and the policy types enabled in it.
func readRoot(ctx context.Context, api OrganizationsReader) (id string, enabled []string, err error) {
	roots, err := api.ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		return "", nil, err
	}
	if len(roots.Roots) != 1 {
		return "", nil, fmt.Errorf("ListRoots gives %d roots instead of one", len(roots.Roots))
	}
	for _, t := range roots.Roots[0].PolicyTypes {
		if t.Status == types.PolicyTypeStatusEnabled {
			enabled = append(enabled, string(t.Type))
		}
	}
	return aws.ToString(roots.Roots[0].Id), enabled, nil
}

// readCreations gives the accounts that are being created.
func readCreations(ctx context.Context, api OrganizationsReader) ([]Creation, error) {
	var out []Creation
	pages := organizations.NewListCreateAccountStatusPaginator(api, &organizations.ListCreateAccountStatusInput{
		States: []types.CreateAccountState{types.CreateAccountStateInProgress},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the accounts that are being created: %w", err)
		}
		for _, s := range page.CreateAccountStatuses {
			out = append(out, Creation{aws.ToString(s.Id), aws.ToString(s.AccountName), aws.ToTime(s.RequestedTimestamp)})
		}
	}
	return out, nil
}

// node is a place in the tree that is being read.
type node struct {
	id, path string
	units    []LiveUnit
	accounts []LiveAccount
}

// tree reads units and accounts, level by level.
func (r *reader) tree(ctx context.Context) error {
	level := []*node{{id: r.live.Root}}
	for len(level) > 0 {
		inner := r.group(ctx)
		for _, n := range level {
			r.work.Go(func() error { return r.node(inner, n) })
		}
		if err := r.work.Wait(); err != nil {
			return err
		}
		var next []*node
		for _, n := range level {
			r.live.Accounts = append(r.live.Accounts, n.accounts...)
			r.live.Units = append(r.live.Units, n.units...)
			for _, u := range n.units {
				next = append(next, &node{id: u.ID, path: u.Path})
			}
		}
		level = next
	}
	return nil
}

// node reads the units and accounts of one place.
func (r *reader) node(ctx context.Context, n *node) error {
	units := organizations.NewListOrganizationalUnitsForParentPaginator(r.api, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &n.id})
	for units.HasMorePages() {
		page, err := units.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, u := range page.OrganizationalUnits {
			name := aws.ToString(u.Name)
			n.units = append(n.units, LiveUnit{ID: aws.ToString(u.Id), Name: name, Path: JoinPath(n.path, name), Parent: n.id})
		}
	}
	accounts := organizations.NewListAccountsForParentPaginator(r.api, &organizations.ListAccountsForParentInput{ParentId: &n.id})
	for accounts.HasMorePages() {
		page, err := accounts.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, a := range page.Accounts {
			n.accounts = append(n.accounts, LiveAccount{ID: aws.ToString(a.Id), Name: aws.ToString(a.Name), Email: aws.ToString(a.Email),
				State: accountState(a), Parent: n.id, Unit: n.path})
		}
	}
	slices.SortFunc(n.units, func(a, b LiveUnit) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(n.accounts, func(a, b LiveAccount) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return nil
}

// accountState gives the state of an account; servers older than 2025-09 have only its status.
func accountState(a types.Account) string {
	if a.State != "" {
		return string(a.State)
	}
	return string(a.Status)
}

// policies reads the policies of both types with their texts and targets.
func (r *reader) policies(ctx context.Context) error {
	if r.live.Features != string(types.OrganizationFeatureSetAll) {
		return nil
	}
	for _, kind := range []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy} {
		pages := organizations.NewListPoliciesPaginator(r.api, &organizations.ListPoliciesInput{Filter: kind})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, p := range page.Policies {
				r.live.Policies = append(r.live.Policies, LivePolicy{ID: aws.ToString(p.Id), Name: aws.ToString(p.Name), Type: string(kind),
					Description: aws.ToString(p.Description), AWS: p.AwsManaged})
			}
		}
	}
	slices.SortFunc(r.live.Policies, func(a, b LivePolicy) int {
		if a.AWS != b.AWS {
			if a.AWS {
				return -1
			}
			return 1
		}
		return cmp.Or(-strings.Compare(a.Type, b.Type), strings.Compare(a.Name, b.Name))
	})
	inner := r.group(ctx)
	for i := range r.live.Policies {
		r.work.Go(func() error { return r.policy(inner, &r.live.Policies[i]) })
	}
	return r.work.Wait()
}

// policy reads the text and the targets of one policy.
func (r *reader) policy(ctx context.Context, p *LivePolicy) error {
	if !p.AWS {
		out, err := r.api.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &p.ID})
		if err != nil {
			return err
		}
		p.Text = aws.ToString(out.Policy.Content)
	}
	if p.Name == RCPFullAccess {
		return nil
	}
	pages := organizations.NewListTargetsForPolicyPaginator(r.api, &organizations.ListTargetsForPolicyInput{PolicyId: &p.ID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, t := range page.Targets {
			p.Targets = append(p.Targets, aws.ToString(t.TargetId))
		}
	}
	return nil
}

// tags reads the tags that are wanted.
func (r *reader) tags(ctx context.Context, want func(id string) bool) error {
	if want == nil {
		return nil
	}
	ids := []string{r.live.Root}
	for _, u := range r.live.Units {
		ids = append(ids, u.ID)
	}
	for _, a := range r.live.Accounts {
		ids = append(ids, a.ID)
	}
	inner := r.group(ctx)
	for _, id := range ids {
		if want(id) {
			r.work.Go(func() error { return r.tagsOf(inner, id) })
		}
	}
	return r.work.Wait()
}

// tagsOf reads the tags of one root, unit or account.
func (r *reader) tagsOf(ctx context.Context, id string) error {
	tags := map[string]string{}
	pages := organizations.NewListTagsForResourcePaginator(r.api, &organizations.ListTagsForResourceInput{ResourceId: &id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, t := range page.Tags {
			tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live.Tags[id] = tags
	return nil
}
