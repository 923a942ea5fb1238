package e2e_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sumCommand is a get-cost-and-usage, and the SQL of its answer: key and sum.
type sumCommand struct {
	name   string
	args   []string
	metric string
	sql    string
	zeros  bool
}

// What a line is called in Cost Explorer, in SQL.
const (
	sqlService = `CASE WHEN type = 'Tax' THEN 'Tax'
		WHEN product = 'AmazonEC2' AND (usage_type = '' OR usage_type LIKE '%BoxUsage%' OR usage_type LIKE '%HeavyUsage%') THEN 'Amazon Elastic Compute Cloud - Compute'
		WHEN product = 'AmazonEC2' THEN 'EC2 - Other'
		WHEN product LIKE '%SavingsPlans' THEN 'Savings Plans for AWS Compute usage'
		WHEN product = 'AmazonS3' THEN 'Amazon Simple Storage Service'
		WHEN product = 'AWSELB' THEN 'Amazon Elastic Load Balancing'
		WHEN name <> '' THEN name WHEN product = '' AND type = 'Refund' THEN 'Refund' ELSE product END`
	sqlRecord = `CASE WHEN type = 'Fee' AND product LIKE '%Support%' THEN 'Support' WHEN type = 'Fee' AND reservation = 1 THEN 'Upfront'
		WHEN type = 'Fee' THEN 'Other out-of-cycle charges' WHEN type = 'RIFee' THEN 'Recurring' WHEN type = 'EdpDiscount' THEN 'Enterprise Discount Program Discount'
		WHEN type = 'PrivateRateDiscount' THEN 'Private Rate Card Discount' WHEN type = 'BundledDiscount' THEN 'Bundled Discount' ELSE type END`
	sqlMonth = `month || '-01'`
)

// sums are the commands whose answers are sums over time.
func (w *everyday) sums() []sumCommand {
	first, today := monthsAgo(w.today, everydayMonths-1), w.today.Format(time.DateOnly)
	year := "Start=" + first.Format(time.DateOnly) + ",End=" + monthsAgo(w.today, -1).Format(time.DateOnly)
	lastFrom, lastTo := monthsAgo(w.today, 1).Format(time.DateOnly), monthsAgo(w.today, 0).Format(time.DateOnly)
	last := "Start=" + lastFrom + ",End=" + lastTo
	ofLast := " WHERE day >= '" + lastFrom + "' AND day < '" + lastTo + "'"
	week := w.today.AddDate(0, 0, -7).Format(time.DateOnly)
	monthly := func(more ...string) []string {
		return append([]string{"--time-period", year, "--granularity", "MONTHLY", "--metrics", "UnblendedCost"}, more...)
	}
	ofMonth := func(more ...string) []string {
		return append([]string{"--time-period", last, "--granularity", "MONTHLY", "--metrics", "UnblendedCost"}, more...)
	}
	by := func(column string) string {
		return "SELECT " + sqlMonth + " || '|' || " + column + ", SUM(cost) FROM line GROUP BY 1"
	}
	ofLastBy := func(column, where string) string {
		return "SELECT " + sqlMonth + " || '|' || " + column + ", SUM(cost) FROM line" + ofLast + where + " GROUP BY 1"
	}
	dimension := func(key string) []string { return []string{"--group-by", "Type=DIMENSION,Key=" + key} }
	none := func(column, word string) string {
		return "CASE WHEN " + column + " = '' THEN '" + word + "' ELSE " + column + " END"
	}
	metric := func(name, column string) sumCommand {
		return sumCommand{name: name + " by month", metric: name, sql: "SELECT " + sqlMonth + ", SUM(" + column + ") FROM line GROUP BY 1",
			args: []string{"--time-period", year, "--granularity", "MONTHLY", "--metrics", name}}
	}
	list := []sumCommand{
		{name: "by month", args: monthly(), sql: "SELECT " + sqlMonth + ", SUM(cost) FROM line GROUP BY 1"},
		{name: "by service", args: monthly(dimension("SERVICE")...), sql: by(sqlService)},
		{name: "by account and month", args: monthly(dimension("LINKED_ACCOUNT")...), sql: by("account")},
		{name: "by account and service", args: ofMonth("--group-by", "Type=DIMENSION,Key=LINKED_ACCOUNT", "Type=DIMENSION,Key=SERVICE"),
			sql: ofLastBy("account || '|' || "+sqlService, "")},
		{name: "by Region", args: monthly(dimension("REGION")...), sql: by(none("region", "NoRegion"))},
		{name: "by usage type", args: ofMonth(dimension("USAGE_TYPE")...), sql: ofLastBy(none("usage_type", "NoUsageType"), "")},
		{name: "by record type", args: monthly(dimension("RECORD_TYPE")...), sql: by(sqlRecord)},
		{name: "by instance type", args: ofMonth(dimension("INSTANCE_TYPE")...), sql: ofLastBy(none("instance", "NoInstanceType"), "")},
		{name: "by tag", args: monthly("--group-by", "Type=TAG,Key=team"), sql: by("'team$' || team")},
		{name: "by cost category", args: monthly("--group-by", "Type=COST_CATEGORY,Key=Unit"), sql: by("'Unit$' || unit")},
		{name: "by tag and service", args: ofMonth("--group-by", "Type=TAG,Key=team", "Type=DIMENSION,Key=SERVICE"), sql: ofLastBy("'team$' || team || '|' || "+sqlService, "")},
		{name: "daily", args: []string{"--time-period", last, "--granularity", "DAILY", "--metrics", "UnblendedCost"}, zeros: true,
			sql: "SELECT day, SUM(cost) FROM line" + ofLast + " GROUP BY 1"},
		{name: "hourly", args: []string{"--time-period", "Start=" + week + "T00:00:00Z,End=" + today + "T00:00:00Z", "--granularity", "HOURLY", "--metrics", "UnblendedCost"},
			zeros: true, sql: "SELECT hour, SUM(cost) FROM line WHERE day >= '" + week + "' AND day < '" + today + "' GROUP BY 1"},
		{name: "of one service, by usage type", sql: ofLastBy("usage_type", " AND product = 'AmazonEC2' AND type <> 'Tax' AND usage_type <> '' AND usage_type NOT LIKE '%BoxUsage%' AND usage_type NOT LIKE '%HeavyUsage%'"),
			args: ofMonth("--filter", `{"Dimensions":{"Key":"SERVICE","Values":["EC2 - Other"]}}`, "--group-by", "Type=DIMENSION,Key=USAGE_TYPE")},
		{name: "of a team in a Region", zeros: true, sql: "SELECT " + sqlMonth + ", SUM(cost) FROM line WHERE region = 'us-east-1' AND team <> '' GROUP BY 1",
			args: monthly("--filter", `{"And":[{"Dimensions":{"Key":"REGION","Values":["us-east-1"]}},{"Not":{"Tags":{"Key":"team","MatchOptions":["ABSENT"]}}}]}`)},
		{name: "of two accounts", sql: "SELECT " + sqlMonth + ", SUM(cost) FROM line WHERE account = '" + string(w.First) + "' OR unit = 'even' GROUP BY 1",
			args: monthly("--filter", `{"Or":[{"Dimensions":{"Key":"LINKED_ACCOUNT","Values":["`+string(w.First)+`"]}},{"CostCategories":{"Key":"Unit","Values":["even"]}}]}`)},
		{name: "without credits, refunds and taxes", sql: "SELECT " + sqlMonth + ", SUM(cost) FROM line WHERE type NOT IN ('Credit', 'Refund', 'Tax') GROUP BY 1",
			args: monthly("--filter", `{"Not":{"Dimensions":{"Key":"RECORD_TYPE","Values":["Credit","Refund","Tax"]}}}`)},
		{name: "of the Marketplace", zeros: true, sql: "SELECT " + sqlMonth + ", SUM(cost) FROM line WHERE entity = 'AWS Marketplace' GROUP BY 1",
			args: monthly("--filter", `{"Dimensions":{"Key":"BILLING_ENTITY","Values":["AWS Marketplace"]}}`)},
		{name: "hours of instances", metric: "UsageQuantity", sql: "SELECT " + sqlMonth + " || '|' || " + none("instance", "NoInstanceType") + ", SUM(quantity) FROM line" + ofLast + " AND product = 'AmazonEC2' AND usage_type LIKE '%BoxUsage%' GROUP BY 1",
			args: []string{"--time-period", last, "--granularity", "MONTHLY", "--metrics", "UsageQuantity", "--group-by", "Type=DIMENSION,Key=INSTANCE_TYPE", "--filter", `{"Dimensions":{"Key":"USAGE_TYPE_GROUP","Values":["EC2: Running Hours"]}}`}},
		metric("AmortizedCost", "amortized"), metric("BlendedCost", "blended"), metric("NetUnblendedCost", "net"), metric("NormalizedUsageAmount", "units"),
	}
	for i := range list {
		if list[i].metric == "" {
			list[i].metric = "UnblendedCost"
		}
	}
	return list
}

// year is the time that commands about commitments and values speak of.
func (w *everyday) year() string {
	return "Start=" + monthsAgo(w.today, everydayMonths-1).Format(time.DateOnly) + ",End=" + w.today.Format(time.DateOnly)
}

func (w *everyday) values(t *testing.T) {
	texts := func(query string) (out []string) {
		for key := range w.query(t, query) {
			out = append(out, key)
		}
		slices.Sort(out)
		return out
	}
	var dimensions struct {
		DimensionValues []struct {
			Value      string
			Attributes map[string]string
		}
	}
	for dimension, column := range map[string]string{"SERVICE": sqlService, "LINKED_ACCOUNT": "account"} {
		w.run(t, []string{"get-dimension-values", "--time-period", w.year(), "--dimension", dimension}, &dimensions)
		var got []string
		for _, v := range dimensions.DimensionValues {
			got = append(got, v.Value)
		}
		slices.Sort(got)
		if d := cmp.Diff(texts("SELECT DISTINCT "+column+", 0 FROM line"), got); d != "" {
			t.Errorf("%s (-SQL +Cost Explorer):\n%s", dimension, d)
		}
	}
	var tags struct{ Tags []string }
	w.run(t, []string{"get-tags", "--time-period", w.year(), "--tag-key", "team"}, &tags)
	if d := cmp.Diff(texts("SELECT DISTINCT team, 0 FROM line"), tags.Tags); d != "" {
		t.Errorf("tags (-SQL +Cost Explorer):\n%s", d)
	}
	var categories struct{ CostCategoryNames []string }
	w.run(t, []string{"get-cost-categories", "--time-period", w.year()}, &categories)
	if d := cmp.Diff([]string{"Unit"}, categories.CostCategoryNames); d != "" {
		t.Errorf("categories (-want +got):\n%s", d)
	}
}

func (w *everyday) commitments(t *testing.T) {
	one := func(query string) string { return w.query(t, query)[""] }
	args := []string{"--time-period", w.year(), "--granularity", "MONTHLY"}
	var plans struct {
		Total struct {
			Utilization struct{ TotalCommitment, UsedCommitment string }
		}
	}
	w.run(t, append([]string{"get-savings-plans-utilization"}, args...), &plans)
	same(t, "commitment", one("SELECT '', SUM(committed) FROM line WHERE type = 'SavingsPlanRecurringFee'"), plans.Total.Utilization.TotalCommitment)
	same(t, "used commitment", one("SELECT '', SUM(used) FROM line WHERE type = 'SavingsPlanRecurringFee'"), plans.Total.Utilization.UsedCommitment)
	var coverage struct {
		SavingsPlansCoverages []struct {
			TimePeriod struct{ Start string }
			Coverage   struct{ SpendCoveredBySavingsPlans string }
		}
	}
	w.run(t, append([]string{"get-savings-plans-coverage"}, args...), &coverage)
	got := map[string]string{}
	for _, c := range coverage.SavingsPlansCoverages {
		if amount := c.Coverage.SpendCoveredBySavingsPlans; amount != "0" {
			got[c.TimePeriod.Start] = amount
		}
	}
	if d := cmp.Diff(w.query(t, "SELECT "+sqlMonth+", SUM(cost) FROM line WHERE type = 'SavingsPlanCoveredUsage' GROUP BY 1"), got); d != "" {
		t.Errorf("covered by savings plans (-SQL +Cost Explorer):\n%s", d)
	}
	var reserved struct {
		Total struct {
			CoverageHours struct{ OnDemandHours, ReservedHours string }
		}
	}
	w.run(t, append([]string{"get-reservation-coverage"}, args...), &reserved)
	same(t, "reserved hours", one("SELECT '', SUM(quantity) FROM line WHERE type = 'DiscountedUsage' AND product = 'AmazonEC2'"), reserved.Total.CoverageHours.ReservedHours)
	same(t, "other hours", one("SELECT '', SUM(quantity) FROM line WHERE type IN ('Usage', 'SavingsPlanCoveredUsage') AND product = 'AmazonEC2' AND usage_type LIKE '%BoxUsage%'"),
		reserved.Total.CoverageHours.OnDemandHours)
	var use struct {
		Total struct{ PurchasedHours, TotalActualUnits string }
	}
	w.run(t, append([]string{"get-reservation-utilization"}, args...), &use)
	same(t, "purchased hours", one("SELECT '', SUM(quantity) FROM line WHERE type = 'RIFee' AND product = 'AmazonEC2'"), use.Total.PurchasedHours)
	same(t, "used units", one("SELECT '', SUM(units) FROM line WHERE type = 'DiscountedUsage' AND product = 'AmazonEC2'"), use.Total.TotalActualUnits)
}

func same(t *testing.T, what, want, got string) {
	t.Helper()
	if want != got || want == "" {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

// forecast compares the forecast of the next four weeks with the mean of the last four: costs grow by a few percent a month.
func (w *everyday) forecast(t *testing.T) {
	var out struct {
		Total                 amountOf
		ForecastResultsByTime []struct{ MeanValue, PredictionIntervalLowerBound, PredictionIntervalUpperBound string }
	}
	usage := `{"Dimensions":{"Key":"RECORD_TYPE","Values":["Usage"]}}`
	w.run(t, []string{"get-cost-forecast", "--time-period", "Start=" + w.today.Format(time.DateOnly) + ",End=" + w.today.AddDate(0, 0, 28).Format(time.DateOnly),
		"--metric", "UNBLENDED_COST", "--granularity", "DAILY", "--prediction-interval-level", "95", "--filter", usage}, &out)
	past, err := strconv.ParseFloat(w.query(t, "SELECT '', SUM(cost) FROM line WHERE type = 'Usage' AND day >= '"+w.today.AddDate(0, 0, -28).Format(time.DateOnly)+"'")[""], 64)
	if err != nil {
		t.Fatal(err)
	}
	total, err := strconv.ParseFloat(out.Total.Amount, 64)
	if err != nil || math.Abs(total-past) > 0.25*past || len(out.ForecastResultsByTime) != 28 {
		t.Errorf("got %f for the next weeks, after %f (%d days, %v)", total, past, len(out.ForecastResultsByTime), err)
	}
	for _, day := range out.ForecastResultsByTime {
		if strings.HasPrefix(day.PredictionIntervalUpperBound, "-") || day.PredictionIntervalLowerBound == day.PredictionIntervalUpperBound {
			t.Errorf("got the interval %+v", day)
		}
	}
}
