package billing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// The worked examples that AWS publishes, each named by its page.

var october = billing.Month{Year: 2026, Month: time.October}

func d(s string) decimal.D {
	n, err := decimal.Parse(s)
	if err != nil {
		panic(err)
	}
	return n
}

// at gives the hour of October 2026.
func at(hour int) time.Time { return october.Start().Add(time.Duration(hour) * time.Hour) }

// tiers reads "0:.10 1000:.08".
func tiers(text string) (all []billing.Tier) {
	for field := range strings.FieldsSeq(text) {
		from, rate, _ := strings.Cut(field, ":")
		all = append(all, billing.Tier{From: d(from), Rate: d(rate)})
	}
	return all
}

func book(t testing.TB, prices ...billing.Price) *billing.Book {
	t.Helper()
	b := billing.NewBook("USD")
	for _, p := range prices {
		if err := b.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func price(product, usageType, unit, rates string) billing.Price {
	return billing.Price{Key: billing.PriceKey{Product: product, UsageType: usageType}, Unit: unit, Tiers: tiers(rates)}
}

func organization(payer string, members ...string) *billing.Organization {
	o := &billing.Organization{Payer: payer, Created: time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, m := range members {
		o.Members = append(o.Members, billing.Membership{Account: m})
	}
	return o
}

func used(account, product, usageType string, hour int, quantity string) billing.UsageRecord {
	return billing.UsageRecord{
		Account: account, Product: product, UsageType: usageType, Region: "us-east-1", Quantity: d(quantity), Start: at(hour), End: at(hour + 1),
	}
}

// ran is usage of an instance for an hour.
func ran(account, instanceType, zone, resource string, hour int) billing.UsageRecord {
	u := used(account, "AmazonEC2", "BoxUsage:"+instanceType, hour, "1")
	u.Zone, u.Resource, u.Operation, u.Instance = zone, resource, "RunInstances", &billing.Instance{Type: instanceType}
	return u
}

// compute rates October and collects its lines.
func compute(t testing.TB, b *billing.Book, o *billing.Organization, usage []billing.UsageRecord) (*billing.Bill, []billing.Line) {
	t.Helper()
	var lines []billing.Line
	bill, err := billing.Compute(billing.Request{
		Month: october, Book: b, Organization: o, Usage: billing.ByHour(usage), Compare: true, Final: true,
		Emit: func(l, _ *billing.Line) error { lines = append(lines, *l.Clone()); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return bill, lines
}

func byAccount(b *billing.Bill) map[string]billing.Totals {
	return b.By(func(t *billing.Subtotal) string { return t.Account })
}

func want(t *testing.T, what string, got decimal.D, places int, text string) {
	t.Helper()
	if got.Fixed(places) != text {
		t.Errorf("%s: %s, want %s", what, got, text)
	}
}

// TestPooledTiers: Billing User Guide, "Consolidated billing for AWS Organizations", pricing tiers. Usage comes in two batches, as
// the guide's division of the tiers among the members has it: 1 + 14, 20, 15 TB, and then 15 TB each.
func TestPooledTiers(t *testing.T) {
	b := book(t, price("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:.10 1000:.08 50000:.06"))
	var usage []billing.UsageRecord
	for i, quantity := range []string{"15000", "20000", "15000", "15000", "15000", "15000"} {
		usage = append(usage, used(fmt.Sprintf("00000000000%d", 1+i%3), "AmazonS3", "TimedStorage-ByteHrs", i/3, quantity))
	}
	bill, lines := compute(t, b, organization("000000000000", "000000000001", "000000000002", "000000000003"), usage)
	want(t, "total", bill.Total.Unblended, 2, "6720.00")
	want(t, "apart", bill.Apart, 2, "7660.00")
	want(t, "saved", bill.Saved(), 2, "940.00")
	for account, c := range map[string]struct{ unblended, blended string }{
		"000000000001": {"2120.00", "2122.105"}, "000000000002": {"2500.00", "2475.789"}, "000000000003": {"2100.00", "2122.105"},
	} {
		want(t, account, byAccount(bill)[account].Unblended, 2, c.unblended)
		want(t, account+" blended", byAccount(bill)[account].Blended, 3, c.blended)
	}
	for _, l := range lines {
		want(t, "blended rate", l.BlendedRate, 10, "0.0707368421")
	}
	if len(lines) != 7 {
		t.Errorf("%d lines, want 7: one for each batch, and one more where the first crosses into the second tier", len(lines))
	}
}

// TestVolumeDiscount: Billing User Guide, "Volume discounts": Bob 8 TB, Susan 4 TB.
func TestVolumeDiscount(t *testing.T) {
	b := book(t, price("AmazonEC2", "DataTransfer-Out-Bytes", "GB", "0:.17 10240:.13"))
	bill, lines := compute(t, b, organization("000000000001", "000000000002"), []billing.UsageRecord{
		used("000000000001", "AmazonEC2", "DataTransfer-Out-Bytes", 5, "8192"), used("000000000002", "AmazonEC2", "DataTransfer-Out-Bytes", 6, "4096"),
	})
	want(t, "total", bill.Total.Unblended, 2, "2007.04")
	want(t, "apart", bill.Apart, 2, "2088.96")
	want(t, "average of a TB", must(lines[0].BlendedRate.Mul(decimal.Int(1024))), 3, "167.253")
}

func must(n decimal.D, err error) decimal.D {
	if err != nil {
		panic(err)
	}
	return n
}

func reserved(arn, owner, instanceType, zone string, count int64) billing.Reservation {
	return billing.Reservation{
		ARN: arn, Owner: owner, Product: "AmazonEC2", Region: "us-east-1", Zone: zone, Instance: billing.Instance{Type: instanceType}, Count: count,
		Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Lease: "1yr", Option: "All Upfront",
	}
}

// TestBlendedReservations: the same guide, blended rates with reservations: 720 hours of three reserved t2.small and one on demand.
func TestBlendedReservations(t *testing.T) {
	b := book(t, price("AmazonEC2", "BoxUsage:t2.small", "Hrs", "0:.023"))
	o := organization("000000000000", "000000000001", "000000000002")
	upfront := reserved("ri-1", "000000000001", "t2.small", "", 2)
	upfront.Upfront = d("274")
	partial := reserved("ri-2", "000000000001", "t2.small", "", 1)
	partial.Upfront, partial.Hourly, partial.Option = d("70"), d("0.008"), "Partial Upfront"
	o.Reservations = []billing.Reservation{upfront, partial}
	var usage []billing.UsageRecord
	for hour := range 720 {
		for _, id := range []string{"i-1", "i-2", "i-3"} {
			usage = append(usage, ran("000000000001", "t2.small", "us-east-1a", id, hour))
		}
		usage = append(usage, ran("000000000002", "t2.small", "us-east-1a", "i-4", hour))
	}
	bill, lines := compute(t, b, o, usage)
	use := map[string]decimal.D{}
	blended := map[string]decimal.D{}
	for _, l := range lines {
		if l.Type == billing.Usage || l.Type == billing.DiscountedUsage {
			key := l.Account
			if l.Reservation != nil {
				key += " " + l.Reservation.ARN
			}
			use[key], blended[key] = use[key].Add(l.Unblended), blended[key].Add(l.Blended)
			want(t, "blended rate", l.BlendedRate, 5, "0.00575")
			want(t, "on demand", l.Pricing.PublicCost, 3, "0.023")
		}
	}
	for key, c := range map[string]struct{ unblended, blended string }{
		"000000000001 ri-1": {"0.00", "8.28"}, "000000000001 ri-2": {"0.00", "4.14"}, "000000000002": {"16.56", "4.14"},
	} {
		want(t, key, use[key], 2, c.unblended)
		want(t, key+" blended", blended[key], 2, c.blended)
	}
	if bill.Total.Blended != bill.Total.Unblended {
		t.Errorf("blended %s, unblended %s", bill.Total.Blended, bill.Total.Unblended)
	}
}

// covered tells which resources a reservation or plan covers, and how much of them.
func covered(lines []billing.Line) map[string]string {
	found := map[string]decimal.D{}
	for _, l := range lines {
		if l.Type == billing.DiscountedUsage {
			found[l.Account+" "+l.Resource+" by "+l.Reservation.ARN] = found[l.Account+" "+l.Resource+" by "+l.Reservation.ARN].Add(l.Usage)
		}
	}
	text := map[string]string{}
	for k, v := range found {
		text[k] = v.String()
	}
	return text
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("covered: %v, want %v", got, want)
	}
}

func instances(t testing.TB) *billing.Book {
	var all []billing.Price
	for instanceType, rate := range map[string]string{
		"m4.large": ".10", "m4.xlarge": ".20", "m4.2xlarge": ".40", "c4.xlarge": ".199", "c4.2xlarge": ".398", "m3.large": ".133",
	} {
		all = append(all, price("AmazonEC2", "BoxUsage:"+instanceType, "Hrs", "0:"+rate))
	}
	return book(t, all...)
}

// TestRegionalReservations: EC2 User Guide, "How Reserved Instance discounts are applied", example 2: the owner's smaller
// instances first; of the other account's none is left to be covered.
func TestRegionalReservations(t *testing.T) {
	o := organization("000000000001", "000000000002")
	o.Reservations = []billing.Reservation{reserved("m4", "000000000001", "m4.xlarge", "", 4), reserved("c4", "000000000001", "c4.xlarge", "", 2)}
	_, lines := compute(t, instances(t), o, []billing.UsageRecord{
		ran("000000000001", "m4.xlarge", "us-east-1a", "i-a1", 0), ran("000000000001", "m4.xlarge", "us-east-1a", "i-a2", 0),
		ran("000000000001", "m4.2xlarge", "us-east-1b", "i-a3", 0), ran("000000000001", "c4.2xlarge", "us-east-1b", "i-a6", 0),
		ran("000000000001", "c4.xlarge", "us-east-1b", "i-a4", 0), ran("000000000001", "c4.xlarge", "us-east-1b", "i-a5", 0),
		ran("000000000002", "m4.xlarge", "us-east-1a", "i-b1", 0), ran("000000000002", "m4.xlarge", "us-east-1a", "i-b2", 0),
	})
	same(t, covered(lines), map[string]string{
		"000000000001 i-a1 by m4": "1", "000000000001 i-a2 by m4": "1", "000000000001 i-a3 by m4": "1", "000000000001 i-a4 by c4": "1", "000000000001 i-a5 by c4": "1",
	})
}

// TestZonalBeforeRegional: the same page, example 3: the zonal reservation of another account covers an instance before the
// regional one of its own account, which then covers another's.
func TestZonalBeforeRegional(t *testing.T) {
	o := organization("000000000001", "000000000002", "000000000003")
	o.Reservations = []billing.Reservation{reserved("regional", "000000000001", "m4.xlarge", "", 1), reserved("zonal", "000000000003", "m4.xlarge", "us-east-1a", 1)}
	_, lines := compute(t, instances(t), o, []billing.UsageRecord{
		ran("000000000001", "m4.xlarge", "us-east-1a", "i-a", 0), ran("000000000002", "m4.xlarge", "us-east-1b", "i-b", 0),
	})
	same(t, covered(lines), map[string]string{"000000000001 i-a by zonal": "1", "000000000002 i-b by regional": "1"})
}

// TestSizeFlexibility: the same page, "Instance size flexibility": a reservation covers half of an instance twice its size.
func TestSizeFlexibility(t *testing.T) {
	o := organization("000000000001")
	o.Reservations = []billing.Reservation{reserved("m4", "000000000001", "m4.large", "", 4), reserved("c4", "000000000001", "c4.xlarge", "", 1), reserved("m3", "000000000001", "m3.large", "us-east-1a", 1)}
	_, lines := compute(t, instances(t), o, []billing.UsageRecord{
		ran("000000000001", "m4.xlarge", "us-east-1b", "i-1", 0), ran("000000000001", "m4.xlarge", "us-east-1b", "i-2", 0), ran("000000000001", "m4.xlarge", "us-east-1b", "i-3", 0),
		ran("000000000001", "c4.2xlarge", "us-east-1c", "i-4", 0), ran("000000000001", "m3.large", "us-east-1a", "i-5", 0), ran("000000000001", "m3.large", "us-east-1b", "i-6", 0),
	})
	same(t, covered(lines), map[string]string{
		"000000000001 i-1 by m4": "1", "000000000001 i-2 by m4": "1", "000000000001 i-4 by c4": "0.5", "000000000001 i-5 by m3": "1",
	})
}

// scenarioUsage is an hour of the Savings Plans User Guide's scenarios ("Understanding how Savings Plans apply to your usage").
func scenario(t testing.TB) (*billing.Book, []billing.UsageRecord) {
	plans := func(p billing.Price, compute, instance string) billing.Price {
		p.Plans = append(p.Plans, billing.PlanRate{Kind: billing.ComputePlan, Rate: d(compute)})
		if instance != "" {
			p.Plans = append(p.Plans, billing.PlanRate{Kind: billing.InstancePlan, Rate: d(instance)})
		}
		return p
	}
	b := book(t,
		plans(price("AmazonEC2", "BoxUsage:r5.4xlarge", "Hrs", "0:1.00"), ".70", ".60"),
		plans(price("AmazonEC2", "BoxUsage:m5.24xlarge", "Hrs", "0:10.00"), "8.20", "7.80"),
		plans(price("AmazonECS", "Fargate-vCPU-Hours:perCPU", "hours", "0:.04"), ".03", ""),
		plans(price("AmazonECS", "Fargate-GB-Hours", "hours", "0:.004"), ".003", ""),
		plans(price("AWSLambda", "Lambda-GB-Second", "GB-s", "0:.000015"), ".00001275", ""),
		plans(price("AWSLambda", "Request", "Requests", "0:.0000002"), ".0000002", ""))
	usage := []billing.UsageRecord{
		ran("000000000001", "m5.24xlarge", "", "i-5", 0), used("000000000001", "AmazonECS", "Fargate-vCPU-Hours:perCPU", 0, "400"),
		used("000000000001", "AmazonECS", "Fargate-GB-Hours", 0, "1600"), used("000000000001", "AWSLambda", "Lambda-GB-Second", 0, "1500000"),
		used("000000000001", "AWSLambda", "Request", 0, "1000000"),
	}
	for _, id := range []string{"i-1", "i-2", "i-3", "i-4"} {
		usage = append(usage, ran("000000000001", "r5.4xlarge", "", id, 0))
	}
	return b, usage
}

func committed(kind billing.PlanKind, perHour string) billing.SavingsPlan {
	return billing.SavingsPlan{
		ARN: "plan-" + string(kind), Owner: "000000000001", Kind: kind, Commitment: d(perHour), Term: "1yr", Payment: "No Upfront", Region: "us-east-1", Family: "r5",
		Start: at(0), End: at(1),
	}
}

// TestSavingsPlanScenarios: 59.10 on demand; 47.125 at the plan's rates, which 50 pay and leave nothing on demand; 2 cover 2.857
// of the instances that save most and leave 56.243.
func TestSavingsPlanScenarios(t *testing.T) {
	b, usage := scenario(t)
	for _, c := range []struct{ commitment, onDemand, used, units string }{
		{"0", "59.100", "0.000", "0.000"}, {"50", "0.000", "47.125", "4.000"}, {"2", "56.243", "2.000", "2.857"},
	} {
		o := organization("000000000001")
		o.Plans = []billing.SavingsPlan{committed(billing.ComputePlan, c.commitment)}
		bill, lines := compute(t, b, o, usage)
		want(t, "on demand with "+c.commitment, bill.Usage, 3, c.onDemand)
		want(t, "used of "+c.commitment, bill.Plans[0].Used, 3, c.used)
		want(t, "total with "+c.commitment, bill.Total.Unblended, 3, bill.Usage.Add(d(c.commitment)).Fixed(3))
		units := decimal.D{}
		for _, l := range lines {
			if l.Type == billing.SavingsPlanCovered && l.UsageType == "BoxUsage:r5.4xlarge" {
				units = units.Add(l.Usage)
			}
		}
		want(t, "r5.4xlarge covered by "+c.commitment, units, 3, c.units)
		if !billEquals(bill.Total.Amortized, bill.Usage.Add(d(c.commitment))) {
			t.Errorf("amortized %s, on demand %s and the commitment %s", bill.Total.Amortized, bill.Usage, c.commitment)
		}
	}
}

func billEquals(a, b decimal.D) bool { return a.Round(9) == b.Round(9) }

// TestInstancePlansFirst: EC2 Instance Savings Plans are applied before Compute Savings Plans.
func TestInstancePlansFirst(t *testing.T) {
	b, usage := scenario(t)
	o := organization("000000000001")
	o.Plans = []billing.SavingsPlan{committed(billing.ComputePlan, "8.20"), committed(billing.InstancePlan, "2.40")}
	bill, lines := compute(t, b, o, usage)
	for _, l := range lines {
		if l.Type == billing.SavingsPlanCovered && l.UsageType == "BoxUsage:r5.4xlarge" && l.SavingsPlan.Offering != string(billing.InstancePlan) {
			t.Errorf("%s is covered by %s", l.Resource, l.SavingsPlan.Offering)
		}
	}
	// The instance plan pays the four r5 (4 × 0.60); the compute plan 12 of 16.80 for Fargate at 25 %, of which 8.20 are had.
	want(t, "on demand", bill.Usage, 4, d("59.10").Sub(d("4")).Sub(must(d("8.20").Quo(d("0.75")))).Fixed(4))
}

// TestCreditOrder: Billing User Guide, "AWS credits", "Choosing the credits to apply": the $10 that expire in January and then the
// $5 that only EC2 may use both lower EC2.
func TestCreditOrder(t *testing.T) {
	b := book(t, price("AmazonEC2", "BoxUsage:m4.large", "Hrs", "0:1"), price("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1"))
	o := organization("000000000001")
	o.Credits = []billing.CreditBalance{
		{ID: "five", Account: "000000000001", Amount: d("5"), Products: []string{"AmazonEC2"}, Issued: at(0), Expires: time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC)},
		{ID: "ten", Account: "000000000001", Amount: d("10"), Products: []string{"AmazonS3", "AmazonEC2"}, Issued: at(0), Expires: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)},
	}
	bill, _ := compute(t, b, o, []billing.UsageRecord{
		used("000000000001", "AmazonEC2", "BoxUsage:m4.large", 0, "100"), used("000000000001", "AmazonS3", "TimedStorage-ByteHrs", 0, "50"),
	})
	by := bill.By(func(t *billing.Subtotal) string { return t.Product })
	want(t, "EC2", by["AmazonEC2"].Unblended, 2, "85.00")
	want(t, "S3", by["AmazonS3"].Unblended, 2, "50.00")
	for _, c := range bill.Credits {
		if !c.Left.IsZero() {
			t.Errorf("%s is left of the credit %s", c.Left, c.ID)
		}
	}
}

// TestCreditSharing: the same guide, "Credit sharing": Susan joins on 11 January and redeems a credit on the 18th: it is her own
// in January and the organization's from February; she leaves on 16 April: the organization's in April and her own in May.
func TestCreditSharing(t *testing.T) {
	b := book(t, price("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1"))
	day := func(month time.Month, n int) time.Time { return time.Date(2026, month, n, 0, 0, 0, 0, time.UTC) }
	for month, shared := range map[time.Month]bool{time.January: false, time.February: true, time.April: true, time.May: false} {
		o := &billing.Organization{Payer: "000000000001", Members: []billing.Membership{{Account: "000000000002", Joined: day(1, 11), Left: day(4, 16)}}}
		o.Credits = []billing.CreditBalance{{ID: "susan", Account: "000000000002", Amount: d("100"), Issued: day(1, 18), Expires: day(12, 31)}}
		usage := used("000000000001", "AmazonS3", "TimedStorage-ByteHrs", 0, "70")
		usage.Start, usage.End = day(month, 20), day(month, 21)
		bill, err := billing.Compute(billing.Request{
			Month: billing.MonthOf(usage.Start), Book: b, Organization: o, Usage: billing.ByHour([]billing.UsageRecord{usage}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if total := bill.Total.Unblended.String(); shared && total != "0" || !shared && total != "70" {
			t.Errorf("%s: %s to pay, shared %t", month, total, shared)
		}
	}
}

// TestSupportFees: AWS Support Plan Pricing, examples.
func TestSupportFees(t *testing.T) {
	for _, c := range []struct {
		plan         billing.SupportPlan
		charges, fee string
	}{
		{billing.DeveloperSupport, "2000", "60"}, {billing.DeveloperSupport, "100", "29"}, {billing.BusinessSupport, "85000", "6150"},
		{billing.EnterpriseSupport, "1200000", "70500"}, {billing.EnterpriseSupport, "0", "15000"},
	} {
		if fee, err := billing.SupportFee(c.plan, d(c.charges)); err != nil || fee != d(c.fee) {
			t.Errorf("%s of %s: %s, %v; want %s", c.plan, c.charges, fee, err, c.fee)
		}
	}
	if _, err := billing.SupportFee("Gold", d("1")); err == nil {
		t.Error("there is no Gold support")
	}
}

// TestAmortization: Data Exports User Guide, amortized reservation data: $365 paid upfront for a year are $1 a day; unblended they
// are $365 on the day of the purchase.
func TestAmortization(t *testing.T) {
	o := organization("000000000001")
	r := reserved("ri", "000000000001", "m4.large", "", 1)
	r.Upfront, r.Start, r.End = d("365"), at(0), at(365*24)
	o.Reservations = []billing.Reservation{r}
	var usage []billing.UsageRecord
	for hour := range 15 * 24 { // used for half of the days
		usage = append(usage, ran("000000000001", "m4.large", "us-east-1a", "i-1", hour))
	}
	bill, lines := compute(t, instances(t), o, usage)
	days := map[int]decimal.D{}
	for _, l := range lines {
		if l.Type == billing.DiscountedUsage {
			days[l.Start.Day()] = days[l.Start.Day()].Add(l.Amortized())
		}
		if l.Type == billing.Fee {
			want(t, "upfront", l.Unblended, 2, "365.00")
			if l.Bill.Type != billing.Purchase || !l.Start.Equal(at(0)) || !l.Amortized().IsZero() {
				t.Errorf("the upfront payment: %+v", l)
			}
		}
		if l.Type == billing.ReservationFee {
			want(t, "unused", l.Reservation.UnusedAmortizedUpfront, 2, "16.00")
		}
	}
	for day := 1; day <= 15; day++ {
		want(t, fmt.Sprint("day ", day), days[day], 2, "1.00")
	}
	want(t, "unblended", bill.Total.Unblended, 2, "365.00")
	want(t, "amortized", bill.Total.Amortized, 2, "31.00")
}
