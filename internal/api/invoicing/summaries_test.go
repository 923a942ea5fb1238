package invoicing_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/invoicing"
	"github.com/aws/aws-sdk-go-v2/service/invoicing/types"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/ident"
)

// book puts lines into the last two months and closes them; the current one is open. Account two has an invoice unit of its own.
func (f *fixture) book() (before, last billing.Month) {
	f.Helper()
	current := billing.MonthOf(time.Now().UTC())
	last = billing.MonthOf(current.Start().AddDate(0, -1, 0))
	before = billing.MonthOf(last.Start().AddDate(0, -1, 0))
	f.server.SetTerms("", billing.Organization{InvoiceUnits: []billing.InvoiceUnit{{Name: "two", Receiver: f.two, Accounts: []string{f.two}}}})
	line := func(account string, m billing.Month, kind billing.LineType, amount string, edit ...func(*billing.Line)) billing.Line {
		d, err := decimal.Parse(amount)
		if err != nil {
			f.Fatal(err)
		}
		l := billing.Line{
			ID: account + m.String() + string(kind) + amount, Type: kind, Account: account, Start: m.Start(), End: m.Start().Add(time.Hour), Product: "AmazonEC2",
			UsageType: "BoxUsage:m5.large", Operation: "RunInstances", Usage: decimal.Int(1), Unblended: d, NetUnblended: d, Blended: d,
			Bill: billing.BillPart{Type: billing.Anniversary, Entity: "AWS"},
		}
		for _, e := range edit {
			e(&l)
		}
		return l
	}
	f.server.PutLines("",
		line(f.one, before, billing.Usage, "100.005"), line(f.one, before, billing.Tax, "19"), line(f.one, before, billing.Credit, "-10"),
		line(f.two, before, billing.Usage, "7"), line(f.two, last, billing.Refund, "-3"), line(f.one, current, billing.Usage, "1"))
	for _, m := range []billing.Month{before, last} {
		if err := f.server.Desk().CloseMonth(f.Context(), f.server.First, m); err != nil {
			f.Fatal(err)
		}
	}
	f.server.Settle()
	return before, last
}

func ofAccount(id string) *types.InvoiceSummariesSelector {
	return &types.InvoiceSummariesSelector{ResourceType: types.ListInvoiceSummariesResourceTypeAccountId, Value: &id}
}

// summaries lists invoices, one to a page.
func (f *fixture) summaries(client *sdk.Client, of *types.InvoiceSummariesSelector, filter *types.InvoiceSummariesFilter) (all []types.InvoiceSummary) {
	f.Helper()
	pages := sdk.NewListInvoiceSummariesPaginator(client, &sdk.ListInvoiceSummariesInput{Selector: of, Filter: filter, MaxResults: aws.Int32(1)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(f.Context())
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, out.InvoiceSummaries...)
	}
	return all
}

// dues gives what is due of invoices, sorted.
func dues(all []types.InvoiceSummary) (out []string) {
	for _, s := range all {
		out = append(out, *s.BaseCurrencyAmount.TotalAmount)
	}
	slices.Sort(out)
	return out
}

func TestSummaries(t *testing.T) {
	f := newFixture(t)
	before, last := f.book()
	payer := string(f.server.First)
	all := f.summaries(f.client, ofAccount(payer), nil)
	if d := cmp.Diff([]string{"-3.00", "109.01", "7.00"}, dues(all)); d != "" {
		t.Fatal(d)
	}
	for _, s := range all {
		switch *s.BaseCurrencyAmount.TotalAmount {
		case "109.01":
			a := s.BaseCurrencyAmount
			got := []string{*a.TotalAmountBeforeTax, *a.AmountBreakdown.SubTotalAmount, *a.AmountBreakdown.Discounts.TotalAmount, *a.AmountBreakdown.Taxes.TotalAmount, *a.CurrencyCode}
			if d := cmp.Diff([]string{"90.01", "100.01", "-10.00", "19.00", "USD"}, got); d != "" {
				t.Error(d)
			}
			if *s.AccountId != payer || s.InvoiceType != types.InvoiceTypeInvoice || s.BillType != types.BillTypeAnniversary || *s.BillingPeriod.Month != int32(before.Month) ||
				s.IssuedDate.Before(before.End()) || !slices.Equal(s.BillSourceAccounts, []string{payer}) {
				t.Errorf("got %+v", s)
			}
			one := f.summaries(f.client, &types.InvoiceSummariesSelector{ResourceType: types.ListInvoiceSummariesResourceTypeInvoiceId, Value: s.InvoiceId}, nil)
			if d := cmp.Diff([]string{"109.01"}, dues(one)); d != "" {
				t.Error(d)
			}
		case "-3.00":
			if *s.AccountId != f.two || s.InvoiceType != types.InvoiceTypeCreditMemo {
				t.Errorf("got %+v", s)
			}
		}
	}
	soon := time.Now().Add(time.Hour)
	for what, tt := range map[string]struct {
		account string
		filter  types.InvoiceSummariesFilter
		want    []string
	}{
		"of who receives them": {f.two, types.InvoiceSummariesFilter{}, []string{"-3.00", "7.00"}},
		"of nobody":            {f.one, types.InvoiceSummariesFilter{}, nil},
		"of a month":           {payer, types.InvoiceSummariesFilter{BillingPeriod: &types.BillingPeriod{Month: aws.Int32(int32(last.Month)), Year: aws.Int32(int32(last.Year))}}, []string{"-3.00"}},
		"of today":             {f.two, types.InvoiceSummariesFilter{TimeInterval: &types.DateInterval{StartDate: aws.Time(soon.AddDate(0, 0, -1)), EndDate: &soon}}, []string{"-3.00", "7.00"}},
		"of later":             {payer, types.InvoiceSummariesFilter{TimeInterval: &types.DateInterval{StartDate: &soon, EndDate: aws.Time(soon.AddDate(0, 0, 1))}}, nil},
		"of another issuer":    {payer, types.InvoiceSummariesFilter{InvoicingEntity: aws.String("Nobody")}, nil},
		"of sellers":           {payer, types.InvoiceSummariesFilter{ReceiverRole: types.ReceiverRoleSeller}, nil},
	} {
		if d := cmp.Diff(tt.want, dues(f.summaries(f.client, ofAccount(tt.account), &tt.filter))); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
}

func TestSummariesOfMembers(t *testing.T) {
	f := newFixture(t)
	f.book()
	list := func(client *sdk.Client, in sdk.ListInvoiceSummariesInput) error {
		_, err := client.ListInvoiceSummaries(t.Context(), &in)
		return err
	}
	member := sdk.NewFromConfig(f.server.Role(f.two, ""))
	if d := cmp.Diff([]string{"-3.00", "7.00"}, dues(f.summaries(member, ofAccount(f.two), nil))); d != "" {
		t.Error(d)
	}
	refused(t, list(member, sdk.ListInvoiceSummariesInput{Selector: ofAccount(f.one)}), "AccessDeniedException", "")
	refused(t, list(f.client, sdk.ListInvoiceSummariesInput{Selector: ofAccount("123456789012")}), "AccessDeniedException", "")
	for _, s := range f.summaries(f.client, ofAccount(string(f.server.First)), nil) {
		of := &types.InvoiceSummariesSelector{ResourceType: types.ListInvoiceSummariesResourceTypeInvoiceId, Value: s.InvoiceId}
		if *s.AccountId != f.two {
			refused(t, list(member, sdk.ListInvoiceSummariesInput{Selector: of}), "ResourceNotFoundException", "")
		}
	}
	now := time.Now()
	refused(t, list(f.client, sdk.ListInvoiceSummariesInput{
		Selector: ofAccount(f.one), Filter: &types.InvoiceSummariesFilter{TimeInterval: &types.DateInterval{StartDate: &now, EndDate: &now}},
	}), "ValidationException", types.ValidationExceptionReasonFieldValidationFailed)
	refused(t, list(f.client, sdk.ListInvoiceSummariesInput{Selector: ofAccount(f.one), NextToken: aws.String("x")}), "ValidationException", types.ValidationExceptionReasonInvalidNextToken)
	nobody := sdk.NewFromConfig(f.server.User(f.server.Administrator(""), "nobody", ""))
	refused(t, list(nobody, sdk.ListInvoiceSummariesInput{Selector: ofAccount(string(f.server.First))}), "AccessDeniedException", "")
	if _, err := f.server.Desk().Kept(ident.AccountID(f.one), billing.MonthOf(now)); err == nil {
		t.Error("a bill that was never made was read")
	}
}
