package invoicing_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/invoicing"
	"github.com/aws/aws-sdk-go-v2/service/invoicing/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/testenv"
)

// refused checks the code of an error, and its reason where the error has one.
func refused(t *testing.T, err error, code string, reason types.ValidationExceptionReason) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	var invalid *types.ValidationException
	if reason != "" && (!errors.As(err, &invalid) || invalid.Reason != reason) {
		t.Errorf("got %v, want the reason %s", err, reason)
	}
}

// fixture is an organization of three accounts.
type fixture struct {
	*testing.T
	server   *testenv.Server
	client   *sdk.Client
	one, two string
}

func newFixture(t *testing.T, options ...testenv.Option) *fixture {
	t.Helper()
	s := testenv.Start(t, options...)
	o := s.CreateOrganization("")
	return &fixture{T: t, server: s, client: sdk.NewFromConfig(s.Administrator("")), one: o.Account("", "one"), two: o.Account("", "two")}
}

func (f *fixture) create(client *sdk.Client, name string, accounts ...string) (string, error) {
	out, err := client.CreateInvoiceUnit(f.Context(), &sdk.CreateInvoiceUnitInput{
		Name: &name, InvoiceReceiver: &f.one, Rule: &types.InvoiceUnitRule{LinkedAccounts: accounts}, Description: aws.String("the " + name),
		ResourceTags: []types.ResourceTag{{Key: aws.String("team"), Value: aws.String("a")}},
	})
	if err != nil {
		return "", err
	}
	return *out.InvoiceUnitArn, nil
}

// names lists the units, one to a page.
func (f *fixture) names(in sdk.ListInvoiceUnitsInput) (names []string) {
	f.Helper()
	in.MaxResults = aws.Int32(1)
	pages := sdk.NewListInvoiceUnitsPaginator(f.client, &in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(f.Context())
		if err != nil {
			f.Fatal(err)
		}
		for _, u := range out.InvoiceUnits {
			names = append(names, *u.Name)
		}
	}
	slices.Sort(names)
	return names
}

func TestLifeOfAUnit(t *testing.T) {
	clock := &testenv.ManualClock{}
	f := newFixture(t, testenv.Clock(clock))
	arn, err := f.create(f.client, "sales", f.one)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.create(f.client, "research", f.two); err != nil {
		t.Fatal(err)
	}
	got, err := f.client.GetInvoiceUnit(t.Context(), &sdk.GetInvoiceUnitInput{InvoiceUnitArn: &arn})
	if err != nil || *got.Name != "sales" || *got.InvoiceReceiver != f.one || *got.Description != "the sales" || !slices.Equal(got.Rule.LinkedAccounts, []string{f.one}) {
		t.Errorf("%+v: %v", got, err)
	}
	before := clock.Now()
	clock.Advance(time.Minute)
	if _, err := f.client.UpdateInvoiceUnit(t.Context(), &sdk.UpdateInvoiceUnitInput{
		InvoiceUnitArn: &arn, Description: aws.String("new"), Rule: &types.InvoiceUnitRule{LinkedAccounts: []string{f.one, string(f.server.First)}},
	}); err != nil {
		t.Fatal(err)
	}
	if got, err = f.client.GetInvoiceUnit(t.Context(), &sdk.GetInvoiceUnitInput{InvoiceUnitArn: &arn}); err != nil || *got.Description != "new" || len(got.Rule.LinkedAccounts) != 2 {
		t.Errorf("%+v: %v", got, err)
	}
	if got, err = f.client.GetInvoiceUnit(t.Context(), &sdk.GetInvoiceUnitInput{InvoiceUnitArn: &arn, AsOf: &before}); err != nil || *got.Description != "the sales" {
		t.Errorf("as it was: %+v: %v", got, err)
	}
	for want, filter := range map[string]*types.Filters{
		"sales": {Names: []string{"sales"}}, "research": {Accounts: []string{f.two}},
	} {
		if d := cmp.Diff([]string{want}, f.names(sdk.ListInvoiceUnitsInput{Filters: filter})); d != "" {
			t.Error(d)
		}
	}
	if _, err := f.client.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: &arn, ResourceTags: []types.ResourceTag{{Key: aws.String("env"), Value: aws.String("x")}}}); err != nil {
		t.Error(err)
	}
	if _, err := f.client.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceArn: &arn, ResourceTagKeys: []string{"team"}}); err != nil {
		t.Error(err)
	}
	tags, err := f.client.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: &arn})
	if err != nil || len(tags.ResourceTags) != 1 || *tags.ResourceTags[0].Key != "env" {
		t.Errorf("%+v: %v", tags, err)
	}
	if _, err := f.client.DeleteInvoiceUnit(t.Context(), &sdk.DeleteInvoiceUnitInput{InvoiceUnitArn: &arn}); err != nil {
		t.Fatal(err)
	}
	_, err = f.client.GetInvoiceUnit(t.Context(), &sdk.GetInvoiceUnitInput{InvoiceUnitArn: &arn})
	refused(t, err, "ResourceNotFoundException", "")
	if d := cmp.Diff([]string{"research"}, f.names(sdk.ListInvoiceUnitsInput{})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"research", "sales"}, f.names(sdk.ListInvoiceUnitsInput{AsOf: &before})); d != "" {
		t.Errorf("as it was: %s", d)
	}
	if _, err := f.create(f.client, "sales", f.one); err != nil {
		t.Errorf("the name and the account are free again: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	f := newFixture(t)
	arn, err := f.create(f.client, "sales", f.one)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.create(f.client, "sales", f.two)
	refused(t, err, "ValidationException", types.ValidationExceptionReasonDuplicateInvoiceUnit)
	_, err = f.create(f.client, "more", f.one)
	refused(t, err, "ValidationException", types.ValidationExceptionReasonMutualExclusionError)
	_, err = f.create(f.client, "more", "123456789012")
	refused(t, err, "ValidationException", types.ValidationExceptionReasonNonMembersPresent)
	_, err = f.create(f.client, " more", f.two)
	refused(t, err, "ValidationException", types.ValidationExceptionReasonFieldValidationFailed)
	_, err = f.create(f.client, "more")
	refused(t, err, "ValidationException", types.ValidationExceptionReasonFieldValidationFailed)
	none := aws.String(arn + "0")
	_, err = f.client.UpdateInvoiceUnit(t.Context(), &sdk.UpdateInvoiceUnitInput{InvoiceUnitArn: none})
	refused(t, err, "ResourceNotFoundException", "")
	_, err = f.client.DeleteInvoiceUnit(t.Context(), &sdk.DeleteInvoiceUnitInput{InvoiceUnitArn: none})
	refused(t, err, "ResourceNotFoundException", "")
	_, err = f.client.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: none})
	refused(t, err, "ResourceNotFoundException", "")
	_, err = f.client.ListInvoiceUnits(t.Context(), &sdk.ListInvoiceUnitsInput{NextToken: aws.String("x")})
	refused(t, err, "ValidationException", types.ValidationExceptionReasonInvalidNextToken)

	member := sdk.NewFromConfig(f.server.Role(f.two, ""))
	_, err = f.create(member, "more", f.two)
	refused(t, err, "AccessDeniedException", "")
	nobody := sdk.NewFromConfig(f.server.User(f.server.Administrator(""), "nobody", ""))
	for name, call := range map[string]func() error{
		"create": func() error { _, err := f.create(nobody, "more", f.two); return err },
		"update": func() error {
			_, err := nobody.UpdateInvoiceUnit(t.Context(), &sdk.UpdateInvoiceUnitInput{InvoiceUnitArn: &arn})
			return err
		},
		"delete": func() error {
			_, err := nobody.DeleteInvoiceUnit(t.Context(), &sdk.DeleteInvoiceUnitInput{InvoiceUnitArn: &arn})
			return err
		},
		"get": func() error {
			_, err := nobody.GetInvoiceUnit(t.Context(), &sdk.GetInvoiceUnitInput{InvoiceUnitArn: &arn})
			return err
		},
		"list": func() error { _, err := nobody.ListInvoiceUnits(t.Context(), &sdk.ListInvoiceUnitsInput{}); return err },
		"tags": func() error {
			_, err := nobody.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: &arn})
			return err
		},
		"tag": func() error {
			_, err := nobody.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: &arn, ResourceTags: []types.ResourceTag{{Key: aws.String("a"), Value: aws.String("b")}}})
			return err
		},
		"untag": func() error {
			_, err := nobody.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceArn: &arn, ResourceTagKeys: []string{"a"}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { refused(t, call(), "AccessDeniedException", "") })
	}
}
