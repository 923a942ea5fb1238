package ce_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/domain/billing"
)

// asker asks after a change of the question.
type asker = func(*testing.T, func(*costexplorer.GetCostAndUsageInput)) *costexplorer.GetCostAndUsageOutput

func TestGetCostAndUsage(t *testing.T) {
	w := newWorld(t)
	w.fill(600)
	w.write(t)
	first, end := month(w.today).AddDate(0, -2, 0), month(w.today).AddDate(0, 1, 0)
	all := &costexplorer.GetCostAndUsageInput{
		TimePeriod: between(first, end), Granularity: types.GranularityMonthly, Metrics: []string{"UnblendedCost"},
	}
	ask := func(t *testing.T, change func(*costexplorer.GetCostAndUsageInput)) *costexplorer.GetCostAndUsageOutput {
		t.Helper()
		in := *all
		change(&in)
		out, err := w.ce.GetCostAndUsage(ctx, &in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	_, err := w.ce.GetCostAndUsage(ctx, all)
	wantError(t, err, "AccessDeniedException", "User not enabled for cost explorer access")
	w.EnableCostExplorer("")

	t.Run("months", func(t *testing.T) {
		out := ask(t, func(*costexplorer.GetCostAndUsageInput) {})
		if len(out.ResultsByTime) != 3 {
			t.Fatalf("got %d months", len(out.ResultsByTime))
		}
		for i, r := range out.ResultsByTime {
			start := first.AddDate(0, i, 0)
			want := w.sum(func(l *billing.Line) bool { return month(l.Start).Equal(start) })
			if got := aws.ToString(r.Total["UnblendedCost"].Amount); got != want || aws.ToString(r.Total["UnblendedCost"].Unit) != "USD" {
				t.Errorf("%s: got %s, want %s", *r.TimePeriod.Start, got, want)
			}
			if r.Estimated != (i == 2) || *r.TimePeriod.End != start.AddDate(0, 1, 0).Format("2006-01-02") {
				t.Errorf("got %v until %s", r.Estimated, *r.TimePeriod.End)
			}
		}
	})
	t.Run("days, with those without lines", func(t *testing.T) {
		quiet := month(w.today).AddDate(0, -4, 0)
		out := ask(t, func(in *costexplorer.GetCostAndUsageInput) {
			in.Granularity, in.TimePeriod = types.GranularityDaily, between(quiet, w.today)
		})
		if want := int(w.today.Sub(quiet).Hours() / 24); len(out.ResultsByTime) != want {
			t.Fatalf("got %d days, want %d", len(out.ResultsByTime), want)
		}
		for i, r := range out.ResultsByTime {
			start := quiet.AddDate(0, 0, i)
			want := w.sum(func(l *billing.Line) bool { return l.Start.Truncate(24 * time.Hour).Equal(start) })
			if got := *r.Total["UnblendedCost"].Amount; got != want {
				t.Errorf("%s: got %s, want %s", *r.TimePeriod.Start, got, want)
			}
		}
	})
	t.Run("groups", func(t *testing.T) { testGroups(t, w, first, ask) })
	t.Run("filters", func(t *testing.T) { testFilters(t, w, ask) })
	t.Run("units", func(t *testing.T) { testUnits(t, ask) })
	t.Run("a member", func(t *testing.T) { testMember(t, w, first, all) })
	t.Run("denied", func(t *testing.T) {
		user := costexplorer.NewFromConfig(w.User(w.Administrator(""), "nobody", ""))
		if _, err := user.GetCostAndUsage(ctx, all); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("refused", func(t *testing.T) { testRefusals(t, w, all) })
}

func dimension(key string) types.GroupDefinition {
	return types.GroupDefinition{Type: types.GroupDefinitionTypeDimension, Key: &key}
}

func amounts(groups []types.Group) map[string]string {
	out := map[string]string{}
	for _, g := range groups {
		out[strings.Join(g.Keys, "|")] = *g.Metrics["UnblendedCost"].Amount
	}
	return out
}

func by(key types.Dimension, values ...string) types.Expression {
	return types.Expression{Dimensions: &types.DimensionValues{Key: key, Values: values}}
}

func testFilters(t *testing.T, w *world, ask asker) {
	compute := func(l *billing.Line) bool { return strings.HasPrefix(l.UsageType, "BoxUsage") && l.Type != billing.Tax }
	not := by("RECORD_TYPE", "Credit", "Tax")
	team := func(options []types.MatchOption, values ...string) types.Expression {
		return types.Expression{Tags: &types.TagValues{Key: aws.String("team"), Values: values, MatchOptions: options}}
	}
	for name, c := range map[string]struct {
		e    types.Expression
		want func(*billing.Line) bool
	}{
		"a service":          {by("SERVICE", "Amazon Elastic Compute Cloud - Compute"), compute},
		"two Regions":        {by("REGION", "us-east-1", "NoRegion"), func(l *billing.Line) bool { return l.Detail.Region != "eu-west-1" }},
		"neither":            {types.Expression{Not: &not}, func(l *billing.Line) bool { return l.Type == billing.Usage }},
		"a tag":              {team(nil, "red"), func(l *billing.Line) bool { return l.Tags["user:team"] == "red" }},
		"no tag":             {team([]types.MatchOption{types.MatchOptionAbsent}), func(l *billing.Line) bool { return l.Tags["user:team"] == "" }},
		"a tag without word": {team(nil), func(l *billing.Line) bool { return l.Tags["user:team"] == "" }},
		"a category": {types.Expression{CostCategories: &types.CostCategoryValues{Key: aws.String("Unit"), Values: []string{"R&D"}}},
			func(l *billing.Line) bool { return l.Categories["Unit"] == "R&D" }},
		"and of or": {types.Expression{And: []types.Expression{{Or: []types.Expression{by("SERVICE", "AWS Lambda"), team(nil, "blue")}}, by("LINKED_ACCOUNT", w.member)}},
			func(l *billing.Line) bool {
				lambda := l.Product == "AWSLambda" && l.Type != billing.Tax
				return (lambda || l.Tags["user:team"] == "blue") && l.Account == w.member
			}},
		"a group of usage types": {by("USAGE_TYPE_GROUP", "EC2: EBS - SSD(gp3)"), func(l *billing.Line) bool { return strings.HasPrefix(l.UsageType, "EBS") }},
		"a purchase option":      {by("PURCHASE_TYPE", "On Demand Instances"), func(*billing.Line) bool { return true }},
		"nothing":                {by("AZ", "mars-1a"), func(*billing.Line) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			out := ask(t, func(in *costexplorer.GetCostAndUsageInput) { in.Filter = &c.e })
			for _, r := range out.ResultsByTime {
				want := w.sum(func(l *billing.Line) bool { return *day(month(l.Start)) == *r.TimePeriod.Start && c.want(l) })
				if got := *r.Total["UnblendedCost"].Amount; got != want {
					t.Errorf("%s: got %s, want %s", *r.TimePeriod.Start, got, want)
				}
			}
		})
	}
}

func testRefusals(t *testing.T, w *world, all *costexplorer.GetCostAndUsageInput) {
	type input = costexplorer.GetCostAndUsageInput
	old := month(w.today).AddDate(0, -20, 3)
	for name, c := range map[string]struct {
		change        func(*input)
		code, message string
	}{
		"end before start":  {func(in *input) { in.TimePeriod = between(w.today, w.today) }, "ValidationException", "Start date (and hour) should be before end date (and hour)"},
		"end in the future": {func(in *input) { in.TimePeriod = between(w.today, w.today.AddDate(0, 2, 0)) }, "ValidationException", "end date past the beginning of next month"},
		"days long ago":     {func(in *input) { in.TimePeriod, in.Granularity = between(old, w.today), "DAILY" }, "ValidationException", "You haven't enabled historical data beyond 14 months"},
		"months long ago":   {func(in *input) { in.TimePeriod = between(old, w.today) }, "ValidationException", "To retrieve data beyond the past 14 months, your start date needs to be the first day of the month."},
		"longer ago":        {func(in *input) { in.TimePeriod = between(month(w.today).AddDate(-4, 0, 0), w.today) }, "BillExpirationException", "The requested report expired. Update the date interval and try again."},
		"hours long ago": {func(in *input) {
			in.TimePeriod, in.Granularity = between(w.today.AddDate(0, 0, -15), w.today), "HOURLY"
		}, "ValidationException", "Start date is more than 14 days ago for hourly granularity. Please adjust start date as we support only 14 days of data at hourly granularity."},
		"no such metric":     {func(in *input) { in.Metrics = []string{"Costs"} }, "ValidationException", "Metric Costs is not valid. Valid values are AmortizedCost, BlendedCost, NetAmortizedCost, NetUnblendedCost, NormalizedUsageAmount, UnblendedCost, UsageQuantity"},
		"a resource":         {func(in *input) { in.Filter = new(by("RESOURCE_ID", "i-1")) }, "ValidationException", "Dimension RESOURCE_ID is not allowed."},
		"and of one":         {func(in *input) { in.Filter = &types.Expression{And: []types.Expression{by("AZ", "x")}} }, "ValidationException", "And expression must have at least 2 operands"},
		"two roots":          {func(in *input) { e := by("AZ", "x"); e.Not = new(by("AZ", "y")); in.Filter = &e }, "ValidationException", "Expression has more than one roots. Only one root operator is allowed for each expression: And, Or, Not, Dimensions, Tags, CostCategories"},
		"group of resources": {func(in *input) { in.GroupBy = []types.GroupDefinition{dimension("RESOURCE_ID")} }, "ValidationException", "Group Definition dimension is invalid. Valid values are AZ, INSTANCE_TYPE, LINKED_ACCOUNT, OPERATION, PURCHASE_TYPE, SERVICE, USAGE_TYPE, PLATFORM, TENANCY, RECORD_TYPE, LEGAL_ENTITY_NAME, INVOICING_ENTITY, DEPLOYMENT_OPTION, DATABASE_ENGINE, CACHE_ENGINE, INSTANCE_TYPE_FAMILY, REGION, BILLING_ENTITY, RESERVATION_ID, SAVINGS_PLANS_TYPE, SAVINGS_PLAN_ARN, OPERATING_SYSTEM"},
		"another's view":     {func(in *input) { in.BillingViewArn = aws.String("arn:aws:billing::999999999999:billingview/primary") }, "ResourceNotFoundException", "The specified ARN in the request doesn't exist."},
		"no token":           {func(in *input) { in.NextPageToken = aws.String("x") }, "InvalidNextTokenException", "The pagination token is invalid. Try again without a pagination token."},
	} {
		t.Run(name, func(t *testing.T) {
			in := *all
			c.change(&in)
			_, err := w.ce.GetCostAndUsage(ctx, &in)
			wantError(t, err, c.code, c.message)
		})
	}
}

// TestPages goes over more groups than an answer has, with days in between that have none.
func TestPages(t *testing.T) {
	w := newWorld(t)
	w.EnableCostExplorer("")
	start := w.today.AddDate(0, 0, -9)
	for d := 0; d < 9; d += 4 {
		for n := range 2600 {
			l := w.line(w.payer, start.AddDate(0, 0, d), "AmazonS3", "Amazon Simple Storage Service", "Requests-Tier1", "0.01")
			l.Resource = "bucket-" + string(rune('a'+n%26)) + string(rune('a'+n/26%26)) + string(rune('a'+n/676))
		}
	}
	w.write(t)
	in := &costexplorer.GetCostAndUsageWithResourcesInput{
		TimePeriod: between(start, start.AddDate(0, 0, 9)), Granularity: types.GranularityDaily, Metrics: []string{"UnblendedCost"},
		GroupBy: []types.GroupDefinition{dimension("RESOURCE_ID")}, Filter: new(by("SERVICE", "Amazon Simple Storage Service")),
	}
	groups, days, pages := map[string]int{}, map[string]bool{}, 0
	for {
		out, err := w.ce.GetCostAndUsageWithResources(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, r := range out.ResultsByTime {
			days[*r.TimePeriod.Start] = true
			for _, g := range r.Groups {
				groups[*r.TimePeriod.Start+g.Keys[0]]++
			}
		}
		if out.NextPageToken == nil {
			break
		}
		changed := *in
		changed.NextPageToken, changed.Metrics = out.NextPageToken, []string{"AmortizedCost"}
		_, err = w.ce.GetCostAndUsageWithResources(ctx, &changed)
		wantError(t, err, "RequestChangedException", "Your request parameters changed between pages. Try again with the old parameters or without a pagination token.")
		in.NextPageToken = out.NextPageToken
	}
	if pages != 2 || len(groups) != 3*2600 || len(days) != 9 {
		t.Errorf("got %d pages, %d groups, %d days", pages, len(groups), len(days))
	}
	if n := slices.Max(slices.Collect(maps.Values(groups))); n != 1 {
		t.Errorf("a group is there %d times", n)
	}
}

// testGroups compares each group of each month with the sum of its lines.
func testGroups(t *testing.T, w *world, first time.Time, ask asker) {
	for _, c := range []struct {
		name string
		by   types.GroupDefinition
		key  func(*billing.Line) string
	}{
		{"service", dimension("SERVICE"), func(l *billing.Line) string {
			switch {
			case l.Type == billing.Tax:
				return "Tax"
			case strings.HasPrefix(l.UsageType, "EBS"):
				return "EC2 - Other"
			case l.Product == "AmazonEC2":
				return "Amazon Elastic Compute Cloud - Compute"
			}
			return l.Detail.Name
		}},
		{"region", dimension("REGION"), func(l *billing.Line) string {
			if l.Detail.Region == "" {
				return "NoRegion"
			}
			return l.Detail.Region
		}},
		{"family", dimension("INSTANCE_TYPE_FAMILY"), func(l *billing.Line) string {
			if l.Detail.InstanceType == "" {
				return "NoInstanceTypeFamily"
			}
			return "m5"
		}},
		{"record type", dimension("RECORD_TYPE"), func(l *billing.Line) string { return string(l.Type) }},
		{"account", dimension("LINKED_ACCOUNT"), func(l *billing.Line) string { return l.Account }},
		{"tag", types.GroupDefinition{Type: types.GroupDefinitionTypeTag, Key: aws.String("team")}, func(l *billing.Line) string { return "team$" + l.Tags["user:team"] }},
		{"tag of AWS", types.GroupDefinition{Type: types.GroupDefinitionTypeTag, Key: aws.String("aws:createdBy")}, func(l *billing.Line) string { return "aws:createdBy$" + l.Tags["aws:createdBy"] }},
		{"category", types.GroupDefinition{Type: types.GroupDefinitionTypeCostCategory, Key: aws.String("Unit")}, func(l *billing.Line) string { return "Unit$" + l.Categories["Unit"] }},
	} {
		t.Run("by "+c.name, func(t *testing.T) {
			out := ask(t, func(in *costexplorer.GetCostAndUsageInput) { in.GroupBy = []types.GroupDefinition{c.by} })
			for i, r := range out.ResultsByTime {
				start, want := first.AddDate(0, i, 0), map[string]string{}
				for _, l := range w.lines {
					if key := c.key(l); month(l.Start).Equal(start) && want[key] == "" {
						want[key] = w.sum(func(l *billing.Line) bool { return month(l.Start).Equal(start) && c.key(l) == key })
					}
				}
				if d := cmp.Diff(want, amounts(r.Groups)); d != "" || len(r.Total) > 0 {
					t.Errorf("%s (-want +got):\n%s%v", *r.TimePeriod.Start, d, r.Total)
				}
			}
			if c.name == "account" {
				named := map[string]string{}
				for _, v := range out.DimensionValueAttributes {
					named[*v.Value] = v.Attributes["description"]
				}
				if len(named) != 2 || named[w.member] != "Workloads" {
					t.Errorf("got the names %v", named)
				}
			}
		})
	}
}

func testUnits(t *testing.T, ask asker) {
	out := ask(t, func(in *costexplorer.GetCostAndUsageInput) {
		in.Metrics, in.GroupBy = []string{"UsageQuantity", "BLENDED_COST"}, []types.GroupDefinition{dimension("USAGE_TYPE")}
	})
	for _, g := range out.ResultsByTime[0].Groups {
		want := map[string]string{"BoxUsage:m5.large": "Hrs", "EBS:VolumeUsage.gp3": "GB-Mo", "TimedStorage-ByteHrs": "GB-Mo", "Lambda-GB-Second": "Lambda-GB-Second"}[g.Keys[0]]
		if got := *g.Metrics["UsageQuantity"].Unit; got != want || g.Metrics["BlendedCost"].Amount == nil {
			t.Errorf("%s: got the unit %s, want %s", g.Keys[0], got, want)
		}
	}
	out = ask(t, func(in *costexplorer.GetCostAndUsageInput) { in.Metrics = []string{"UsageQuantity"} })
	if got := *out.ResultsByTime[0].Total["UsageQuantity"].Unit; got != "N/A" {
		t.Errorf("got the unit %s of all", got)
	}
}

func testMember(t *testing.T, w *world, first time.Time, all *costexplorer.GetCostAndUsageInput) {
	member := costexplorer.NewFromConfig(w.Role("Workloads", ""))
	in := *all
	in.Metrics = []string{"UnblendedCost", "BlendedCost"}
	out, err := member.GetCostAndUsage(ctx, &in)
	if err != nil {
		t.Fatal(err)
	}
	want := w.sum(func(l *billing.Line) bool { return l.Account == w.member && month(l.Start).Equal(first) })
	if total := out.ResultsByTime[0].Total; *total["UnblendedCost"].Amount != want || *total["BlendedCost"].Amount != want {
		t.Errorf("got %v, want %s", total, want)
	}
	w.LinkCostExplorer("", false)
	defer w.LinkCostExplorer("", true)
	_, err = member.GetCostAndUsage(ctx, &in)
	wantError(t, err, "AccessDeniedException", "Linked account doesn't have access to cost explorer.")
}
