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

	"umbel/internal/bills/workedexamples"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/testenv"
)

// The worked examples that AWS publishes, from a file of usage to Cost Explorer's answers, through a running server: to the cent, and
// blended rates to the published digits. What the bill says of the same files is tested in internal/bills (examples_test.go).

const m1, m2, m3 = workedexamples.Member1, workedexamples.Member2, workedexamples.Member3

// A few of the names that answers have.
const (
	compute = billing.ExplorerCompute
	storage = "Amazon Simple Storage Service"
)

// exampleMonth gives a month of 31 days that is over, as is the one after it, and of which Cost Explorer still has days.
func exampleMonth() billing.Month {
	m := billing.MonthOf(monthsBefore(2))
	for m.End().Sub(m.Start()) != 31*24*time.Hour {
		m = billing.MonthOf(m.Start().Add(-time.Hour))
	}
	return m
}

func monthsBefore(n int) time.Time { return month(time.Now().UTC()).AddDate(0, -n, 0) }

// worked is an example on a server of its own, whose bill is made.
type worked struct {
	*testenv.Server
	*workedexamples.Example
	t    *testing.T
	ce   *costexplorer.Client
	bill *billing.Bill
}

func work(t *testing.T, of *workedexamples.Example) *worked {
	t.Helper()
	book, err := of.Book()
	if err != nil {
		t.Fatal(err)
	}
	w := &worked{Server: testenv.Start(t, testenv.Book(book)), Example: of, t: t}
	w.EnableCostExplorer("")
	w.SetTerms("", of.Terms)
	done, err := w.Upload("", "usage.csv", of.Usage())
	if err != nil || done.SetAside > 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	w.ce, w.bill = costexplorer.NewFromConfig(w.Administrator("")), w.Bill("", of.Month.String())
	w.agrees()
	return w
}

func (w *worked) period() *types.DateInterval { return between(w.Month.Start(), w.Month.End()) }

// costs asks for metrics of the month's groups: by "LINKED_ACCOUNT SERVICE", only of "RECORD_TYPE=Usage,Credit LINKED_ACCOUNT=…"; "" for neither.
func (w *worked) costs(by, only string, metrics []string) map[string]map[string]decimal.D {
	w.t.Helper()
	in := &costexplorer.GetCostAndUsageInput{TimePeriod: w.period(), Granularity: types.GranularityMonthly, Metrics: metrics, Filter: filterOf(only)}
	for key := range strings.FieldsSeq(by) {
		in.GroupBy = append(in.GroupBy, dimension(key))
	}
	out, err := w.ce.GetCostAndUsage(ctx, in)
	if err != nil || len(out.ResultsByTime) != 1 || out.NextPageToken != nil {
		w.t.Fatalf("by %q: %+v, %v", by, out, err)
	}
	found := map[string]map[string]decimal.D{}
	if by == "" {
		found[""] = w.amounts(out.ResultsByTime[0].Total)
	}
	for _, g := range out.ResultsByTime[0].Groups {
		found[strings.Join(g.Keys, " ")] = w.amounts(g.Metrics)
	}
	return found
}

func filterOf(only string) *types.Expression {
	var all []types.Expression
	for part := range strings.FieldsSeq(only) {
		key, values, _ := strings.Cut(part, "=")
		all = append(all, by(types.Dimension(key), strings.Split(values, ",")...))
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return &all[0]
	}
	return &types.Expression{And: all}
}

func (w *worked) amounts(of map[string]types.MetricValue) map[string]decimal.D {
	w.t.Helper()
	out := map[string]decimal.D{}
	for name, v := range of {
		out[name] = w.number(v.Amount)
	}
	return out
}

func (w *worked) number(text *string) decimal.D {
	w.t.Helper()
	d, err := decimal.Parse(aws.ToString(text))
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// blendedRate stands among metrics for BlendedCost divided by UsageQuantity.
const blendedRate = "BlendedRate"

// want compares the metrics of all groups with what is published, at as many places as that has.
func (w *worked) want(by, only, metrics string, want map[string]string) {
	w.t.Helper()
	names := strings.Fields(metrics)
	asked := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == blendedRate })
	found := w.costs(by, only, asked)
	if got, keys := slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, keys) {
		w.t.Errorf("by %q, only %q: got %q, want %q", by, only, got, keys)
		return
	}
	for key, row := range want {
		for i, text := range strings.Fields(row) {
			got := found[key][names[i]]
			if names[i] == blendedRate {
				var err error
				if got, err = found[key]["BlendedCost"].Quo(found[key]["UsageQuantity"]); err != nil {
					w.t.Errorf("%s: %v", key, err)
				}
			}
			w.is(key+" "+names[i], got, text)
		}
	}
}

// is compares a number with one that is published, at as many places as that has.
func (w *worked) is(what string, got decimal.D, text string) {
	w.t.Helper()
	_, places, _ := strings.Cut(text, ".")
	if got.Fixed(len(places)) != text {
		w.t.Errorf("%s: got %s, want %s", what, got, text)
	}
}

// agrees holds for every example: whatever costs are grouped by, they add up to the bill, in every metric.
func (w *worked) agrees() {
	w.t.Helper()
	total := w.bill.Total
	want := map[string]decimal.D{
		"UnblendedCost": total.Unblended, "BlendedCost": total.Blended, "AmortizedCost": total.Amortized, "NetUnblendedCost": total.NetUnblended,
		"NetAmortizedCost": total.NetAmortized,
	}
	for _, by := range []string{"", "LINKED_ACCOUNT", "SERVICE", "USAGE_TYPE", "RECORD_TYPE", "LINKED_ACCOUNT RECORD_TYPE", "SERVICE USAGE_TYPE"} {
		sums := map[string]decimal.D{}
		for _, amounts := range w.costs(by, "", slices.Sorted(maps.Keys(want))) {
			for name, d := range amounts {
				sums[name] = sums[name].Add(d)
			}
		}
		for name, d := range want {
			// Answers have ten places, and at most a few dozen groups.
			if off := sums[name].Sub(d).Abs(); decimal.New(1, 8).Less(off) {
				w.t.Errorf("%s by %q sums to %s, and the bill to %s", name, by, sums[name], d)
			}
		}
	}
}

// TestWorkedPooledTiers (E1): 30, 35 and 30 TB in one organization.
func TestWorkedPooledTiers(t *testing.T) {
	w := work(t, workedexamples.PooledTiers(exampleMonth()))
	w.want("LINKED_ACCOUNT", "", "UnblendedCost BlendedCost UsageQuantity BlendedRate", map[string]string{
		m1: "2120.00 2122.105 30000 0.0707368421", m2: "2500.00 2475.789 35000 0.0707368421", m3: "2100.00 2122.105 30000 0.0707368421",
	})
	all := "6720.00 6720.00 6720.00 6720.00 6720.00 95000"
	every := "UnblendedCost BlendedCost AmortizedCost NetUnblendedCost NetAmortizedCost UsageQuantity"
	for by, key := range map[string]string{"": "", "SERVICE": storage, "USAGE_TYPE": "TimedStorage-ByteHrs", "RECORD_TYPE": "Usage"} {
		w.want(by, "", every, map[string]string{key: all})
	}
	w.is("apart", w.bill.Apart, "7660.00")
}

// TestWorkedVolumeDiscount (E2): Bob transfers 8 TB, and Susan 4.
func TestWorkedVolumeDiscount(t *testing.T) {
	w := work(t, workedexamples.VolumeDiscount(exampleMonth()))
	// 8192 and 2048 at the first rate, the rest at the second.
	w.want("LINKED_ACCOUNT", "", "UnblendedCost BlendedCost UsageQuantity BlendedRate", map[string]string{
		m1: "1392.64 1338.03 8192 0.163333", m2: "614.40 669.01 4096 0.163333",
	})
	w.want("SERVICE", "", "UnblendedCost BlendedCost UsageQuantity", map[string]string{billing.ExplorerOther: "2007.04 2007.04 12288"})
	all := w.costs("", "", []string{"BlendedCost", "UsageQuantity"})[""]
	terabytes, err := all["UsageQuantity"].Quo(decimal.Int(1024))
	if err != nil {
		t.Fatal(err)
	}
	average, err := all["BlendedCost"].Quo(terabytes)
	if err != nil {
		t.Fatal(err)
	}
	w.is("average of a TB", average, "167.253")
	w.is("apart", w.bill.Apart, "2088.96")
}

const used = "RECORD_TYPE=Usage,DiscountedUsage" // and not fees, which say how many hours were bought

// TestWorkedBlendedReservations (E3): three reserved instances of one member, and one on demand of another.
func TestWorkedBlendedReservations(t *testing.T) {
	w := work(t, workedexamples.BlendedReservations(exampleMonth()))
	w.want("LINKED_ACCOUNT RESERVATION_ID", used, "UnblendedCost BlendedCost UsageQuantity BlendedRate", map[string]string{
		m1 + " ri-1": "0.00 8.28 1440 0.00575", m1 + " ri-2": "0.00 4.14 720 0.00575", m2 + " NoReservationID": "16.56 4.14 720 0.00575",
	})
	w.want("", used, "UnblendedCost BlendedCost UsageQuantity", map[string]string{"": "16.56 16.56 2880"})
	// The guide's $5.84 are a month of 730 hours at $0.008; this one has 744. Fees are not in blended rates. Of the upfront $274 and $70,
	// 744 of 8760 hours are this month's, of which 720 were used.
	w.want("RECORD_TYPE", "", "UnblendedCost BlendedCost AmortizedCost", map[string]string{
		"DiscountedUsage": "0.00 12.42 34.03", "Usage": "16.56 4.14 16.56", "Recurring": "5.952 5.952 1.13",
	})
	w.want("PURCHASE_TYPE", used, "UsageQuantity", map[string]string{"Standard Reserved Instances": "2160", "On Demand Instances": "720"})
	use := w.utilization()
	w.is("purchased hours", w.number(use.PurchasedHours), "2232")
	w.is("used hours", w.number(use.TotalActualHours), "2160")
	w.is("utilization", w.number(use.UtilizationPercentage), "96.7741935484")
	w.is("on demand", w.number(use.OnDemandCostOfRIHoursUsed), "49.68")
	w.is("fees", w.number(use.TotalAmortizedFee), "35.17")
	hours := w.coverage().CoverageHours
	w.is("reserved", w.number(hours.ReservedHours), "2160")
	w.is("on demand", w.number(hours.OnDemandHours), "720")
	w.is("coverage", w.number(hours.CoverageHoursPercentage), "75")
}

func (w *worked) utilization() *types.ReservationAggregates {
	w.t.Helper()
	out, err := w.ce.GetReservationUtilization(ctx, &costexplorer.GetReservationUtilizationInput{TimePeriod: w.period(), Granularity: types.GranularityMonthly})
	if err != nil || len(out.UtilizationsByTime) != 1 {
		w.t.Fatalf("%+v, %v", out, err)
	}
	return out.Total
}

func (w *worked) coverage() *types.Coverage {
	w.t.Helper()
	out, err := w.ce.GetReservationCoverage(ctx, &costexplorer.GetReservationCoverageInput{TimePeriod: w.period(), Granularity: types.GranularityMonthly})
	if err != nil || len(out.CoveragesByTime) != 1 {
		w.t.Fatalf("%+v, %v", out, err)
	}
	return out.Total
}

// TestWorkedLinkedReservations (E5): what A has reserved covers its own instances, smallest first, and none is left for B.
func TestWorkedLinkedReservations(t *testing.T) {
	w := work(t, workedexamples.LinkedReservations(exampleMonth()))
	w.want("INSTANCE_TYPE RESERVATION_ID", "LINKED_ACCOUNT="+m1+" "+used, "UsageQuantity UnblendedCost NormalizedUsageAmount", map[string]string{
		"m4.xlarge m4": "2 0.00 16", "m4.2xlarge m4": "1 0.00 16", "c4.xlarge c4": "2 0.00 16", "c4.2xlarge NoReservationID": "1 0.398 16",
	})
	w.want("INSTANCE_TYPE RECORD_TYPE", "LINKED_ACCOUNT="+m2, "UsageQuantity UnblendedCost", map[string]string{"m4.xlarge Usage": "2 0.40"})
	use, covered := w.utilization(), w.coverage()
	w.is("used hours", w.number(use.TotalActualHours), "6") // an m4.2xlarge is two of the m4.xlarge reserved
	w.is("used units", w.number(use.TotalActualUnits), "48")
	w.is("on demand", w.number(use.OnDemandCostOfRIHoursUsed), "1.198")
	w.is("covered hours", w.number(covered.CoverageHours.CoverageHoursPercentage), "62.5")
	w.is("covered units", w.number(covered.CoverageNormalizedUnits.CoverageNormalizedUnitsPercentage), "60")
	w.is("on demand besides", w.number(covered.CoverageCost.OnDemandCost), "0.798")
}

// TestWorkedZonalReservations (E6): C's zonal reservation covers A's instance, and A's regional one B's.
func TestWorkedZonalReservations(t *testing.T) {
	w := work(t, workedexamples.ZonalReservations(exampleMonth()))
	w.want("LINKED_ACCOUNT RESERVATION_ID", used, "UsageQuantity UnblendedCost", map[string]string{m1 + " zonal": "1 0.00", m2 + " regional": "1 0.00"})
	w.want("AZ RESERVATION_ID", used, "UsageQuantity", map[string]string{"us-east-1a zonal": "1", "us-east-1b regional": "1"})
	w.is("coverage", w.number(w.coverage().CoverageHours.CoverageHoursPercentage), "100")
}

// scenario is a way to commit in the hour of the savings plans' example, and what comes of it.
type scenario struct {
	name      string
	of        *workedexamples.Example
	committed string // dollars
	usedUp    string // of them
	onDemand  string // what is paid besides
	atPlans   string // what the covered usage would cost on demand
}

// TestWorkedSavingsPlans (E9): an hour that is $59.10 on demand.
func TestWorkedSavingsPlans(t *testing.T) {
	m := exampleMonth()
	hour := func() *workedexamples.Example { return workedexamples.SavingsPlans(m) }
	w := work(t, hour())
	w.want("SERVICE", "", "UnblendedCost", map[string]string{compute: "14.00", "Amazon Elastic Container Service": "22.40", "AWS Lambda": "22.70"})
	w.want("RECORD_TYPE", "", "UnblendedCost AmortizedCost", map[string]string{"Usage": "59.10 59.10"})
	for _, c := range []scenario{
		{"1: all usage", hour().Commit(billing.ComputePlan, "50"), "50.00", "47.125", "0.00", "59.10"},
		{"2: some usage", hour().Commit(billing.ComputePlan, "2"), "2.00", "2.000", "56.243", "2.857"},
		{"3: and reservations", hour().Commit(billing.ComputePlan, "18.20").Reserve("r5.4xlarge", 2), "18.20", "18.200", "32.70", "24.40"},
		{"4: several plans", hour().Commit(billing.InstancePlan, "3").Commit(billing.ComputePlan, "16.80"), "19.80", "19.200", "32.70", "26.40"},
	} {
		t.Run(c.name, func(t *testing.T) { work(t, c.of).scenario(&c) })
	}
}

func (w *worked) scenario(c *scenario) {
	fee := w.number(&c.committed)
	records := w.costs("RECORD_TYPE", "", []string{"UnblendedCost", "AmortizedCost", "NetAmortizedCost"})
	w.is("on demand", records["Usage"]["UnblendedCost"], c.onDemand)
	w.is("covered", records["SavingsPlanCoveredUsage"]["UnblendedCost"], c.atPlans)
	w.is("taken back", records["SavingsPlanNegation"]["UnblendedCost"], "-"+c.atPlans)
	w.is("the fee", records["SavingsPlanRecurringFee"]["UnblendedCost"], c.committed)
	w.is("the use, amortized", records["SavingsPlanCoveredUsage"]["AmortizedCost"], c.usedUp)
	w.is("what nothing used, amortized", records["SavingsPlanRecurringFee"]["AmortizedCost"], fee.Sub(w.number(&c.usedUp)).Fixed(3))
	w.is("to pay", w.costs("", "", []string{"UnblendedCost"})[""]["UnblendedCost"], fee.Add(w.number(&c.onDemand)).Fixed(2))
	plans, err := w.ce.GetSavingsPlansUtilization(ctx, &costexplorer.GetSavingsPlansUtilizationInput{TimePeriod: w.period(), Granularity: types.GranularityMonthly})
	if err != nil {
		w.t.Fatal(err)
	}
	u := plans.Total.Utilization
	w.is("commitment", w.number(u.TotalCommitment), c.committed)
	w.is("used commitment", w.number(u.UsedCommitment), c.usedUp)
	w.is("on demand equivalent", w.number(plans.Total.Savings.OnDemandCostEquivalent), c.atPlans)
	coverage, err := w.ce.GetSavingsPlansCoverage(ctx, &costexplorer.GetSavingsPlansCoverageInput{TimePeriod: w.period(), Granularity: types.GranularityMonthly})
	if err != nil || len(coverage.SavingsPlansCoverages) != 1 {
		w.t.Fatalf("%+v, %v", coverage, err)
	}
	of := coverage.SavingsPlansCoverages[0].Coverage
	w.is("spend covered", w.number(of.SpendCoveredBySavingsPlans), c.atPlans)
	w.is("spend on demand", w.number(of.OnDemandCost), c.onDemand)
}

// TestWorkedCredits (E10): $10 that expire first and $5 that only EC2 may use both lower EC2.
func TestWorkedCredits(t *testing.T) {
	w := work(t, workedexamples.Credits(exampleMonth()))
	w.want("SERVICE", "", "UnblendedCost", map[string]string{compute: "85.00", storage: "50.00"})
	w.want("SERVICE RECORD_TYPE", "", "UnblendedCost", map[string]string{compute + " Usage": "100.00", compute + " Credit": "-15.00", storage + " Usage": "50.00"})
	w.want("", "RECORD_TYPE=Usage", "UnblendedCost AmortizedCost", map[string]string{"": "150.00 150.00"})
	next := w.Month.Next()
	out, err := w.ce.GetCostAndUsage(ctx, &costexplorer.GetCostAndUsageInput{
		TimePeriod: between(next.Start(), next.End()), Granularity: types.GranularityMonthly, Metrics: []string{"UnblendedCost"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.is("the month after", w.number(out.ResultsByTime[0].Total["UnblendedCost"].Amount), "100.00")
}

// TestWorkedCreditSharing (E10): Susan's credit is her own in the month she joins and after she left, and else the organization's.
func TestWorkedCreditSharing(t *testing.T) {
	year := time.Now().UTC().Year() - 1
	for month, want := range map[time.Month]map[string]string{
		time.January: {m1: "70.00", m2: "0.00"}, time.February: {m1: "0.00", m2: "0.00"}, time.April: {m1: "0.00", m2: "0.00"}, time.May: {m1: "70.00"},
	} {
		t.Run(month.String(), func(t *testing.T) {
			work(t, workedexamples.CreditSharing(year, month)).want("LINKED_ACCOUNT", "", "UnblendedCost", want)
		})
	}
}

// TestWorkedSupport (E11): the fees of support plans.
func TestWorkedSupport(t *testing.T) {
	for _, c := range []struct {
		plan         billing.SupportPlan
		charges, fee string
	}{{billing.DeveloperSupport, "2000", "60.00"}, {billing.BusinessSupport, "85000", "6150.00"}, {billing.EnterpriseSupport, "1200000", "70500.00"}} {
		t.Run(string(c.plan), func(t *testing.T) {
			w := work(t, workedexamples.Support(exampleMonth(), c.plan, c.charges))
			w.want("RECORD_TYPE", "", "UnblendedCost AmortizedCost", map[string]string{"Usage": c.charges + " " + c.charges, "Support": c.fee + " " + c.fee})
		})
	}
}

// TestWorkedAmortization (E12): $365 for a year are $1 a day; unblended they are $365 on the day of the purchase.
func TestWorkedAmortization(t *testing.T) {
	w := work(t, workedexamples.Amortization(exampleMonth(), 31))
	out, err := w.ce.GetCostAndUsage(ctx, &costexplorer.GetCostAndUsageInput{
		TimePeriod: w.period(), Granularity: types.GranularityDaily, Metrics: []string{"UnblendedCost", "AmortizedCost", "NetAmortizedCost"},
	})
	if err != nil || len(out.ResultsByTime) != 31 {
		t.Fatalf("%+v, %v", out, err)
	}
	for i, day := range out.ResultsByTime {
		unblended := "0.00"
		if i == 0 {
			unblended = "365.00"
		}
		w.is("unblended of "+*day.TimePeriod.Start, w.number(day.Total["UnblendedCost"].Amount), unblended)
		w.is("amortized of "+*day.TimePeriod.Start, w.number(day.Total["AmortizedCost"].Amount), "1.00")
		w.is("net amortized of "+*day.TimePeriod.Start, w.number(day.Total["NetAmortizedCost"].Amount), "1.00")
	}
	w.want("RECORD_TYPE", "", "UnblendedCost AmortizedCost", map[string]string{"Upfront": "365.00 0.00", "DiscountedUsage": "0.00 31.00", "Recurring": "0.00 0.00"})
	use := w.utilization()
	w.is("utilization", w.number(use.UtilizationPercentage), "100")
	w.is("amortized upfront fee", w.number(use.AmortizedUpfrontFee), "31.00")
	w.is("on demand", w.number(use.OnDemandCostOfRIHoursUsed), "74.40")
}
