package billing_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/billing"
	"github.com/aws/aws-sdk-go-v2/service/billing/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/testenv"
)

// refused checks the code of an error.
func refused(t *testing.T, what string, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

// fixture is an organization of two accounts.
type fixture struct {
	*testing.T
	server          *testenv.Server
	client          *sdk.Client
	member, primary string
}

func newFixture(t *testing.T, options ...testenv.Option) *fixture {
	t.Helper()
	s := testenv.Start(t, options...)
	o := s.CreateOrganization("")
	return &fixture{
		T: t, server: s, client: sdk.NewFromConfig(s.Administrator("")), member: o.Account("", "one"),
		primary: "arn:aws:billing::" + string(s.First) + ":billingview/primary",
	}
}

// make makes a view of sources.
func (f *fixture) make(name string, sources ...string) (string, error) {
	out, err := f.client.CreateBillingView(f.Context(), &sdk.CreateBillingViewInput{Name: &name, SourceViews: sources})
	if err != nil {
		return "", err
	}
	return *out.Arn, nil
}

func (f *fixture) made(name string, sources ...string) string {
	f.Helper()
	arn, err := f.make(name, sources...)
	if err != nil {
		f.Fatal(err)
	}
	return arn
}

// names lists the views, one to a page.
func (f *fixture) names(in sdk.ListBillingViewsInput) (names []string) {
	f.Helper()
	in.MaxResults = aws.Int32(1)
	pages := sdk.NewListBillingViewsPaginator(f.client, &in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(f.Context())
		if err != nil {
			f.Fatal(err)
		}
		for _, v := range out.BillingViews {
			names = append(names, *v.Name)
		}
	}
	return names
}

// health tells how a view is, and why.
func (f *fixture) health(arn string) []string {
	f.Helper()
	out, err := f.client.GetBillingView(f.Context(), &sdk.GetBillingViewInput{Arn: &arn})
	if err != nil {
		f.Fatal(err)
	}
	all := []string{string(out.BillingView.HealthStatus.StatusCode)}
	for _, r := range out.BillingView.HealthStatus.StatusReasons {
		all = append(all, string(r))
	}
	return all
}

func TestLifeOfAView(t *testing.T) {
	clock := &testenv.ManualClock{}
	f := newFixture(t, testenv.Clock(clock))
	begin, end := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)
	in := &sdk.CreateBillingViewInput{
		Name: aws.String("sales"), Description: aws.String("what sales spends"), SourceViews: []string{f.primary}, ClientToken: aws.String("once"),
		DataFilterExpression: &types.Expression{
			Dimensions: &types.DimensionValues{Key: types.DimensionLinkedAccount, Values: []string{f.member}},
			Tags:       &types.TagValues{Key: aws.String("team"), Values: []string{"sales", "presales"}},
			TimeRange:  &types.TimeRange{BeginDateInclusive: &begin, EndDateInclusive: &end},
		},
		ResourceTags: []types.ResourceTag{{Key: aws.String("team"), Value: aws.String("sales")}},
	}
	made, err := f.client.CreateBillingView(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.client.CreateBillingView(t.Context(), in); err != nil || *again.Arn != *made.Arn {
		t.Errorf("the same again: %+v: %v", again, err)
	}
	other := *in
	other.Name = aws.String("other")
	_, err = f.client.CreateBillingView(t.Context(), &other)
	refused(t, "another one with the same token", err, "ConflictException")

	clock.Advance(time.Minute)
	if _, err := f.client.UpdateBillingView(t.Context(), &sdk.UpdateBillingViewInput{Arn: made.Arn, Name: aws.String("all sales")}); err != nil {
		t.Fatal(err)
	}
	got, err := f.client.GetBillingView(t.Context(), &sdk.GetBillingViewInput{Arn: made.Arn})
	if err != nil {
		t.Fatal(err)
	}
	v := got.BillingView
	if *v.Name != "all sales" || *v.Description != "what sales spends" || v.BillingViewType != types.BillingViewTypeCustom || *v.OwnerAccountId != string(f.server.First) ||
		*v.SourceViewCount != 1 || *v.DerivedViewCount != 0 || v.HealthStatus.StatusCode != types.BillingViewStatusHealthy {
		t.Errorf("got %+v", v)
	}
	if v.UpdatedAt.Sub(*v.CreatedAt).Round(time.Minute) != time.Minute || !v.ViewDefinitionLastUpdatedAt.Equal(*v.CreatedAt) {
		t.Errorf("made %s, updated %s, defined %s", v.CreatedAt, v.UpdatedAt, v.ViewDefinitionLastUpdatedAt)
	}
	e := v.DataFilterExpression
	if !slices.Equal(e.Dimensions.Values, []string{f.member}) || *e.Tags.Key != "team" || !e.TimeRange.EndDateInclusive.Equal(end) {
		t.Errorf("got %+v", e)
	}
	if d := cmp.Diff([]string{"HEALTHY"}, f.health(f.primary)); d != "" {
		t.Error(d)
	}

	if _, err := f.client.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: made.Arn, ResourceTags: []types.ResourceTag{{Key: aws.String("env"), Value: aws.String("x")}}}); err != nil {
		t.Error(err)
	}
	if _, err := f.client.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceArn: made.Arn, ResourceTagKeys: []string{"team"}}); err != nil {
		t.Error(err)
	}
	tags, err := f.client.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: made.Arn})
	if err != nil || len(tags.ResourceTags) != 1 || *tags.ResourceTags[0].Key != "env" {
		t.Errorf("%+v: %v", tags, err)
	}
	for range 2 { // deleting is idempotent
		if _, err := f.client.DeleteBillingView(t.Context(), &sdk.DeleteBillingViewInput{Arn: made.Arn}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = f.client.GetBillingView(t.Context(), &sdk.GetBillingViewInput{Arn: made.Arn})
	refused(t, "deleted", err, "ResourceNotFoundException")
}

func TestListOfViews(t *testing.T) {
	f := newFixture(t)
	if d := cmp.Diff([]string{"Primary View"}, f.names(sdk.ListBillingViewsInput{})); d != "" {
		t.Error(d)
	}
	arn := f.made("sales", f.primary)
	f.made("research", f.primary)
	all := f.names(sdk.ListBillingViewsInput{})
	if all[0] != "Primary View" || len(all) != 3 {
		t.Errorf("got %v", all)
	}
	search := []types.StringSearch{{SearchOption: types.SearchOptionStartsWith, SearchValue: aws.String("res")}}
	for what, tt := range map[string]struct {
		in   sdk.ListBillingViewsInput
		want []string
	}{
		"by type":           {sdk.ListBillingViewsInput{BillingViewTypes: []types.BillingViewType{types.BillingViewTypePrimary}}, []string{"Primary View"}},
		"by ARN":            {sdk.ListBillingViewsInput{Arns: []string{arn}}, []string{"sales"}},
		"by name":           {sdk.ListBillingViewsInput{Names: search}, []string{"research"}},
		"by another owner":  {sdk.ListBillingViewsInput{OwnerAccountId: &f.member}, nil},
		"by another source": {sdk.ListBillingViewsInput{SourceAccountId: &f.member}, nil},
	} {
		if d := cmp.Diff(tt.want, f.names(tt.in)); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for what, to := range map[string]time.Time{"two months": from.AddDate(0, 1, 0), "an end before the start": from.AddDate(0, 0, -1)} {
		_, err := f.client.ListBillingViews(t.Context(), &sdk.ListBillingViewsInput{ActiveTimeRange: &types.ActiveTimeRange{ActiveAfterInclusive: &from, ActiveBeforeInclusive: &to}})
		refused(t, what, err, "ValidationException")
	}
	_, err := f.client.ListBillingViews(t.Context(), &sdk.ListBillingViewsInput{NextToken: aws.String("forged")})
	refused(t, "a forged token", err, "ValidationException")
}

func TestSources(t *testing.T) {
	f := newFixture(t)
	one, two := f.made("one", f.primary), f.made("two", f.primary)
	both := f.made("both", one, two)
	associate := func(arn string, sources ...string) error {
		_, err := f.client.AssociateSourceViews(t.Context(), &sdk.AssociateSourceViewsInput{Arn: &arn, SourceViews: sources})
		return err
	}
	disassociate := func(arn string, sources ...string) error {
		_, err := f.client.DisassociateSourceViews(t.Context(), &sdk.DisassociateSourceViewsInput{Arn: &arn, SourceViews: sources})
		return err
	}
	sources := func(arn string) (all []string) {
		pages := sdk.NewListSourceViewsForBillingViewPaginator(f.client, &sdk.ListSourceViewsForBillingViewInput{Arn: &arn, MaxResults: aws.Int32(1)})
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, out.SourceViews...)
		}
		return all
	}
	want := []string{one, two}
	slices.Sort(want)
	if d := cmp.Diff(want, sources(both)); d != "" {
		t.Error(d)
	}
	_, err := f.make("more", both)
	refused(t, "a view of several sources as a source", err, "ValidationException")
	refused(t, "a second source of a source", associate(one, two), "ValidationException")
	refused(t, "a circle", associate(two, both), "ValidationException")
	refused(t, "itself", associate(both, both), "ValidationException")
	refused(t, "no source left", disassociate(one, f.primary), "ValidationException")
	refused(t, "no source of it", disassociate(one, two), "ValidationException")
	_, err = f.make("more", one+"0")
	refused(t, "a source that is not there", err, "ResourceNotFoundException")
	_, err = f.make("more", "arn:aws:billing::"+f.member+":billingview/primary")
	refused(t, "another account's view", err, "AccessDeniedException")
	_, err = f.client.DeleteBillingView(t.Context(), &sdk.DeleteBillingViewInput{Arn: &f.primary})
	refused(t, "delete the primary view", err, "ValidationException")

	_, err = f.client.DeleteBillingView(t.Context(), &sdk.DeleteBillingViewInput{Arn: &two})
	refused(t, "delete a source", err, "ConflictException")
	if _, err = f.client.DeleteBillingView(t.Context(), &sdk.DeleteBillingViewInput{Arn: &two, Force: true}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"UNHEALTHY", "SOURCE_VIEW_NOT_FOUND"}, f.health(both)); d != "" {
		t.Error(d)
	}
	_, err = f.client.UpdateBillingView(t.Context(), &sdk.UpdateBillingViewInput{Arn: &both, Name: aws.String("x")})
	refused(t, "update an unhealthy view", err, "BillingViewHealthStatusException")
	if err := disassociate(both, two); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"HEALTHY"}, f.health(both)); d != "" {
		t.Error(d)
	}
	if err := associate(both, f.primary); err != nil {
		t.Fatal(err)
	}
	top := one
	for range 4 {
		top = f.made("higher", top)
	}
	_, err = f.make("too high", top)
	refused(t, "too many views one on another", err, "ValidationException")
}

func TestDenials(t *testing.T) {
	f := newFixture(t)
	arn := f.made("sales", f.primary)
	member := sdk.NewFromConfig(f.server.Role(f.member, ""))
	_, err := member.CreateBillingView(t.Context(), &sdk.CreateBillingViewInput{Name: aws.String("mine"), SourceViews: []string{"arn:aws:billing::" + f.member + ":billingview/primary"}})
	refused(t, "a member makes a view", err, "AccessDeniedException")
	if out, err := member.ListBillingViews(t.Context(), &sdk.ListBillingViewsInput{}); err != nil || len(out.BillingViews) != 1 {
		t.Errorf("a member has its primary view: %+v: %v", out, err)
	}
	_, err = member.GetBillingView(t.Context(), &sdk.GetBillingViewInput{Arn: &arn})
	refused(t, "a member looks at the payer's view", err, "AccessDeniedException")

	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["billing:CreateBillingView","billing:AssociateSourceViews"],"Resource":"*"}]}`
	maker := sdk.NewFromConfig(f.server.User(f.server.Administrator(""), "maker", policy))
	_, err = maker.CreateBillingView(t.Context(), &sdk.CreateBillingViewInput{Name: aws.String("mine"), SourceViews: []string{f.primary}})
	refused(t, "without billing:UseSourceView", err, "AccessDeniedException")
	_, err = maker.AssociateSourceViews(t.Context(), &sdk.AssociateSourceViewsInput{Arn: &arn, SourceViews: []string{f.primary}})
	refused(t, "without billing:UseSourceView", err, "AccessDeniedException")

	nobody := sdk.NewFromConfig(f.server.User(f.server.Administrator(""), "nobody", ""))
	for what, call := range map[string]func() error{
		"get": func() error {
			_, err := nobody.GetBillingView(t.Context(), &sdk.GetBillingViewInput{Arn: &arn})
			return err
		},
		"list": func() error { _, err := nobody.ListBillingViews(t.Context(), &sdk.ListBillingViewsInput{}); return err },
		"sources": func() error {
			_, err := nobody.ListSourceViewsForBillingView(t.Context(), &sdk.ListSourceViewsForBillingViewInput{Arn: &arn})
			return err
		},
		"update": func() error {
			_, err := nobody.UpdateBillingView(t.Context(), &sdk.UpdateBillingViewInput{Arn: &arn})
			return err
		},
		"delete": func() error {
			_, err := nobody.DeleteBillingView(t.Context(), &sdk.DeleteBillingViewInput{Arn: &arn})
			return err
		},
		"disassociate": func() error {
			_, err := nobody.DisassociateSourceViews(t.Context(), &sdk.DisassociateSourceViewsInput{Arn: &arn, SourceViews: []string{f.primary}})
			return err
		},
		"tag": func() error {
			_, err := nobody.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: &arn, ResourceTags: []types.ResourceTag{{Key: aws.String("a")}}})
			return err
		},
		"untag": func() error {
			_, err := nobody.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceArn: &arn, ResourceTagKeys: []string{"a"}})
			return err
		},
		"tags": func() error {
			_, err := nobody.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: &arn})
			return err
		},
	} {
		refused(t, what, call(), "AccessDeniedException")
	}
	for what, err := range map[string]error{
		"tag the primary view": func() error {
			_, err := f.client.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: &f.primary, ResourceTags: []types.ResourceTag{{Key: aws.String("a")}}})
			return err
		}(),
		"a reserved tag": func() error {
			_, err := f.client.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: &arn, ResourceTags: []types.ResourceTag{{Key: aws.String("aws:a")}}})
			return err
		}(),
	} {
		refused(t, what, err, "ValidationException")
	}
}
