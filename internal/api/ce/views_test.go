package ce_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/billing"
	views "github.com/aws/aws-sdk-go-v2/service/billing/types"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"umbel/internal/domain/billing"
)

// TestBillingViews asks through billing views, and adds up by hand the lines that they see.
func TestBillingViews(t *testing.T) {
	w := newWorld(t)
	w.fill(600)
	w.write(t)
	w.EnableCostExplorer("")
	client := sdk.NewFromConfig(w.Administrator(""))
	primary := "arn:aws:billing::" + w.payer + ":billingview/primary"
	first := month(w.today).AddDate(0, -2, 0)
	begin, until := first.AddDate(0, 0, 12), first.AddDate(0, 1, 9) // inclusive, within months
	view := func(e *views.Expression, sources ...string) string {
		t.Helper()
		out, err := client.CreateBillingView(ctx, &sdk.CreateBillingViewInput{Name: aws.String("view"), DataFilterExpression: e, SourceViews: sources})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Arn
	}
	accounts := view(&views.Expression{Dimensions: &views.DimensionValues{Key: views.DimensionLinkedAccount, Values: []string{w.member}}}, primary)
	red := view(&views.Expression{Tags: &views.TagValues{Key: aws.String("team"), Values: []string{"red", "Red"}}}, primary)
	while := view(&views.Expression{TimeRange: &views.TimeRange{BeginDateInclusive: &begin, EndDateInclusive: &until}}, primary)
	ofMember := func(l *billing.Line) bool { return l.Account == w.member }
	ofRed := func(l *billing.Line) bool { return slices.Contains([]string{"red", "Red"}, l.Tags["user:team"]) }
	meanwhile := func(l *billing.Line) bool { return !l.Start.Before(begin) && l.Start.Before(until.AddDate(0, 0, 1)) }
	ofSales := func(l *billing.Line) bool { return l.Categories["Unit"] == "Sales" }
	for name, tt := range map[string]struct {
		arn  string
		sees func(*billing.Line) bool
	}{
		"primary":         {primary, func(*billing.Line) bool { return true }},
		"of an account":   {accounts, ofMember},
		"of tags":         {red, ofRed},
		"of a time":       {while, meanwhile},
		"of a view":       {view(&views.Expression{Tags: &views.TagValues{Key: aws.String("team"), Values: []string{"blue"}}}, accounts), func(l *billing.Line) bool { return ofMember(l) && l.Tags["user:team"] == "blue" }},
		"without filter":  {view(nil, accounts), ofMember},
		"of two":          {view(nil, accounts, red), func(l *billing.Line) bool { return ofMember(l) || ofRed(l) }},
		"of two times":    {view(nil, red, while), func(l *billing.Line) bool { return ofRed(l) || meanwhile(l) }},
		"of a category":   {view(&views.Expression{CostCategories: &views.CostCategoryValues{Key: aws.String("Unit"), Values: []string{"Sales"}}}, primary), ofSales},
		"filter of union": {view(&views.Expression{CostCategories: &views.CostCategoryValues{Key: aws.String("Unit"), Values: []string{"Sales"}}}, red, while), func(l *billing.Line) bool { return ofSales(l) && (ofRed(l) || meanwhile(l)) }},
	} {
		t.Run(name, func(t *testing.T) { sumsThrough(t, w, tt.arn, tt.sees) })
	}
	t.Run("values", func(t *testing.T) { valuesThrough(t, w, accounts, red) })
	t.Run("refusals", func(t *testing.T) { viewsRefused(t, w, client, accounts, red, view(nil, red)) })
}

// sumsThrough compares what is answered through a view with the sums of the lines that it sees.
func sumsThrough(t *testing.T, w *world, arn string, sees func(*billing.Line) bool) {
	first, end := month(w.today).AddDate(0, -2, 0), month(w.today).AddDate(0, 1, 0)
	in := costexplorer.GetCostAndUsageInput{TimePeriod: between(first, end), Metrics: []string{"UnblendedCost"}, BillingViewArn: &arn}
	for _, in.Granularity = range []types.Granularity{types.GranularityMonthly, types.GranularityDaily} {
		out, err := w.ce.GetCostAndUsage(ctx, &in)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.ResultsByTime {
			from, to := parsed(t, *r.TimePeriod.Start), parsed(t, *r.TimePeriod.End)
			want := w.sum(func(l *billing.Line) bool { return sees(l) && !l.Start.Before(from) && l.Start.Before(to) })
			if got := *r.Total["UnblendedCost"].Amount; got != want {
				t.Errorf("%s %s: got %s, want %s", in.Granularity, *r.TimePeriod.Start, got, want)
			}
		}
	}
	in.Granularity = types.GranularityMonthly
	in.GroupBy = []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("LINKED_ACCOUNT")}}
	grouped, err := w.ce.GetCostAndUsage(ctx, &in)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range grouped.ResultsByTime {
		from, to := parsed(t, *r.TimePeriod.Start), parsed(t, *r.TimePeriod.End)
		for _, g := range r.Groups {
			want := w.sum(func(l *billing.Line) bool {
				return sees(l) && l.Account == g.Keys[0] && !l.Start.Before(from) && l.Start.Before(to)
			})
			if got := *g.Metrics["UnblendedCost"].Amount; got != want {
				t.Errorf("%s of %s: got %s, want %s", *r.TimePeriod.Start, g.Keys[0], got, want)
			}
		}
	}
}

func valuesThrough(t *testing.T, w *world, accounts, red string) {
	all := between(month(w.today).AddDate(0, -2, 0), month(w.today).AddDate(0, 1, 0))
	out, err := w.ce.GetDimensionValues(ctx, &costexplorer.GetDimensionValuesInput{TimePeriod: all, Dimension: types.DimensionLinkedAccount, BillingViewArn: &accounts})
	if err != nil || len(out.DimensionValues) != 1 || *out.DimensionValues[0].Value != w.member {
		t.Errorf("got %+v: %v", out, err)
	}
	tags, err := w.ce.GetTags(ctx, &costexplorer.GetTagsInput{TimePeriod: all, TagKey: aws.String("team"), BillingViewArn: &red})
	if err != nil || !slices.Equal(tags.Tags, []string{"Red", "red"}) {
		t.Errorf("got %+v: %v", tags, err)
	}
}

// viewsRefused asks through views that are not there, not healthy, or not the caller's to see. above is a view of red, which it deletes.
func viewsRefused(t *testing.T, w *world, client *sdk.Client, accounts, red, above string) {
	ask := func(client *costexplorer.Client, arn string) error {
		_, err := client.GetCostAndUsage(ctx, &costexplorer.GetCostAndUsageInput{
			TimePeriod: between(month(w.today).AddDate(0, -2, 0), w.today), Granularity: types.GranularityMonthly, Metrics: []string{"UnblendedCost"}, BillingViewArn: &arn,
		})
		return err
	}
	wantError(t, ask(w.ce, "arn:aws:billing::"+w.payer+":billingview/custom-none"), "ResourceNotFoundException", "The specified ARN in the request doesn't exist.")
	if _, err := client.DeleteBillingView(ctx, &sdk.DeleteBillingViewInput{Arn: &red, Force: true}); err != nil {
		t.Fatal(err)
	}
	wantError(t, ask(w.ce, above), "BillingViewHealthStatusException", "The billing view "+above+" is unhealthy: SOURCE_VIEW_NOT_FOUND.")
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ce:*","Resource":"*"}]}`
	user := w.User(w.Administrator(""), "analyst", policy)
	wantError(t, ask(costexplorer.NewFromConfig(user), accounts), "AccessDeniedException", "User: arn:aws:iam::"+w.payer+
		":user/analyst is not authorized to perform: billing:GetBillingViewData on resource: "+accounts+" because no identity-based policy allows the billing:GetBillingViewData action")
}

func parsed(t *testing.T, date string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
