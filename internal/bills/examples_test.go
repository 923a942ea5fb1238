package bills_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/testenv"
)

// The worked examples that AWS publishes, from files of usage to the bill, through a running server. What rating makes of each is
// tested beside it; here it is tested that nothing is lost or added on the way.

func number(s string) decimal.D {
	n, err := decimal.Parse(s)
	if err != nil {
		panic(err)
	}
	return n
}

// example is an organization of accounts that are made up, whose usage comes in as a file.
type example struct {
	*testenv.Server
	t     *testing.T
	rows  strings.Builder
	terms billing.Organization
}

const (
	m1, m2, m3 = "000000000001", "000000000002", "000000000003"
)

func newExample(t *testing.T, prices ...billing.Price) *example {
	t.Helper()
	book := billing.NewBook("USD")
	for _, p := range prices {
		if err := book.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	e := &example{t: t, Server: testenv.Start(t, testenv.Book(book))}
	e.rows.WriteString("account,product,usageType,operation,region,zone,resource,instanceType,quantity,start,end\n")
	e.terms.Created = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, m := range []string{m1, m2, m3} {
		e.terms.Members = append(e.terms.Members, billing.Membership{Account: m})
	}
	return e
}

func hourOf(n int) time.Time { return october.Start().Add(time.Duration(n) * time.Hour) }

// used adds a row of usage.
func (e *example) used(account, product, usageType string, hour int, quantity string) {
	fmt.Fprintf(&e.rows, "%s,%s,%s,,us-east-1,,,,%s,%s,%s\n", account, product, usageType, quantity, hourOf(hour).Format(time.RFC3339), hourOf(hour+1).Format(time.RFC3339))
}

// ran adds a row of an instance that ran for hours.
func (e *example) ran(account, instanceType, zone, resource string, hour, hours int) {
	fmt.Fprintf(&e.rows, "%s,AmazonEC2,BoxUsage:%s,RunInstances,us-east-1,%s,%s,%s,%d,%s,%s\n", account, instanceType, zone, resource, instanceType, hours,
		hourOf(hour).Format(time.RFC3339), hourOf(hour+hours).Format(time.RFC3339))
}

// bill sends the file and gives the bill and its lines.
func (e *example) bill() (*billing.Bill, []billing.Line) {
	e.t.Helper()
	e.SetTerms("", e.terms)
	done, err := e.Upload("", "usage.csv", strings.NewReader(e.rows.String()))
	if err != nil || done.SetAside > 0 {
		e.t.Fatalf("%+v, %v", done, err)
	}
	bill, lines := e.Bill("", "2026-10"), e.Lines("", "2026-10", "2026-10")
	sum := decimal.D{}
	for i := range lines {
		sum = sum.Add(lines[i].Unblended)
	}
	if sum != bill.Total.Unblended || int64(len(lines)) != bill.Total.Lines || bill.Total.Blended != bill.Total.Unblended {
		e.t.Errorf("%d lines of %s; the bill has %d of %s, blended %s", len(lines), sum, bill.Total.Lines, bill.Total.Unblended, bill.Total.Blended)
	}
	return bill, lines
}

func (e *example) want(what string, got decimal.D, text string) {
	e.t.Helper()
	places := 0
	if _, part, ok := strings.Cut(text, "."); ok {
		places = len(part)
	}
	if got.Fixed(places) != text {
		e.t.Errorf("%s: %s, want %s", what, got, text)
	}
}

func priced(product, usageType, unit, rates string) billing.Price {
	p := billing.Price{Key: billing.PriceKey{Product: product, UsageType: usageType}, Unit: unit}
	for field := range strings.FieldsSeq(rates) {
		from, rate, _ := strings.Cut(field, ":")
		p.Tiers = append(p.Tiers, billing.Tier{From: number(from), Rate: number(rate)})
	}
	return p
}

func perAccount(b *billing.Bill) map[string]billing.Totals {
	return b.By(func(r *billing.Row) string { return r.Account })
}

// TestExamplePooledTiers: Billing User Guide, "Consolidated billing for AWS Organizations", pricing tiers.
func TestExamplePooledTiers(t *testing.T) {
	e := newExample(t, priced("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:.10 1000:.08 50000:.06"))
	for i, quantity := range []string{"15000", "20000", "15000", "15000", "15000", "15000"} {
		e.used(fmt.Sprintf("00000000000%d", 1+i%3), "AmazonS3", "TimedStorage-ByteHrs", i/3, quantity)
	}
	bill, lines := e.bill()
	e.want("total", bill.Total.Unblended, "6720.00")
	e.want("apart", bill.Apart, "7660.00")
	for account, c := range map[string][2]string{m1: {"2120.00", "2122.105"}, m2: {"2500.00", "2475.789"}, m3: {"2100.00", "2122.105"}} {
		e.want(account, perAccount(bill)[account].Unblended, c[0])
		e.want(account+" blended", perAccount(bill)[account].Blended, c[1])
	}
	for i := range lines {
		e.want("blended rate", lines[i].BlendedRate, "0.0707368421")
	}
}

// TestExampleVolumeDiscount: the same guide, "Volume discounts": 8 and 4 TB.
func TestExampleVolumeDiscount(t *testing.T) {
	e := newExample(t, priced("AmazonEC2", "DataTransfer-Out-Bytes", "GB", "0:.17 10240:.13"))
	e.used(m1, "AmazonEC2", "DataTransfer-Out-Bytes", 5, "8192")
	e.used(m2, "AmazonEC2", "DataTransfer-Out-Bytes", 6, "4096")
	bill, lines := e.bill()
	e.want("total", bill.Total.Unblended, "2007.04")
	e.want("apart", bill.Apart, "2088.96")
	average, err := lines[0].BlendedRate.Mul(decimal.Int(1024))
	if err != nil {
		t.Fatal(err)
	}
	e.want("average of a TB", average, "167.253")
}

func reservation(arn, owner, instanceType, zone string, count int64) billing.Reservation {
	return billing.Reservation{
		ARN: arn, Owner: owner, Product: "AmazonEC2", Region: "us-east-1", Zone: zone, Count: count,
		Instance: billing.Instance{Type: instanceType, Platform: "Linux/UNIX", Tenancy: "default"},
		Start:    time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Lease: "1yr", Option: "All Upfront",
	}
}

// TestExampleBlendedReservations: the same guide, blended rates with reservations.
func TestExampleBlendedReservations(t *testing.T) {
	e := newExample(t, priced("AmazonEC2", "BoxUsage:t2.small", "Hrs", "0:.023"))
	upfront, partial := reservation("ri-1", m1, "t2.small", "", 2), reservation("ri-2", m1, "t2.small", "", 1)
	upfront.Upfront = number("274")
	partial.Upfront, partial.Hourly, partial.Option = number("70"), number("0.008"), "Partial Upfront"
	e.terms.Reservations = []billing.Reservation{upfront, partial}
	for _, id := range []string{"i-1", "i-2", "i-3"} {
		e.ran(m1, "t2.small", "us-east-1a", id, 0, 720)
	}
	e.ran(m2, "t2.small", "us-east-1a", "i-4", 0, 720)
	_, lines := e.bill()
	use, blended := map[string]decimal.D{}, map[string]decimal.D{}
	for _, l := range lines {
		if l.Type == billing.Usage || l.Type == billing.DiscountedUsage {
			key := l.Account
			if l.Reservation != nil {
				key += " " + l.Reservation.ARN
			}
			use[key], blended[key] = use[key].Add(l.Unblended), blended[key].Add(l.Blended)
			e.want("blended rate", l.BlendedRate, "0.00575")
		}
	}
	for key, c := range map[string][2]string{m1 + " ri-1": {"0.00", "8.28"}, m1 + " ri-2": {"0.00", "4.14"}, m2: {"16.56", "4.14"}} {
		e.want(key, use[key], c[0])
		e.want(key+" blended", blended[key], c[1])
	}
}

func instancePrices() (all []billing.Price) {
	for instanceType, rate := range map[string]string{"m4.large": ".10", "m4.xlarge": ".20", "m4.2xlarge": ".40", "c4.xlarge": ".199", "c4.2xlarge": ".398"} {
		all = append(all, priced("AmazonEC2", "BoxUsage:"+instanceType, "Hrs", "0:"+rate))
	}
	return all
}

// covered tells by which reservation each resource is covered.
func covered(lines []billing.Line) string {
	by := map[string]string{}
	for _, l := range lines {
		if l.Type == billing.DiscountedUsage {
			by[l.Resource] = l.Reservation.ARN
		}
	}
	return fmt.Sprint(by)
}

// TestExampleReservations: EC2 User Guide, "How Reserved Instance discounts are applied", examples 2 and 3.
func TestExampleReservations(t *testing.T) {
	e := newExample(t, instancePrices()...)
	e.terms.Reservations = []billing.Reservation{reservation("m4", m1, "m4.xlarge", "", 4), reservation("c4", m1, "c4.xlarge", "", 2)}
	for id, of := range map[string][2]string{
		"i-a1": {m1, "m4.xlarge"}, "i-a2": {m1, "m4.xlarge"}, "i-a3": {m1, "m4.2xlarge"}, "i-a4": {m1, "c4.xlarge"}, "i-a5": {m1, "c4.xlarge"},
		"i-a6": {m1, "c4.2xlarge"}, "i-b1": {m2, "m4.xlarge"}, "i-b2": {m2, "m4.xlarge"},
	} {
		e.ran(of[0], of[1], "us-east-1a", id, 0, 1)
	}
	_, lines := e.bill()
	if got, want := covered(lines), "map[i-a1:m4 i-a2:m4 i-a3:m4 i-a4:c4 i-a5:c4]"; got != want {
		t.Errorf("covered: %s, want %s", got, want)
	}

	e = newExample(t, instancePrices()...)
	e.terms.Reservations = []billing.Reservation{reservation("regional", m1, "m4.xlarge", "", 1), reservation("zonal", m3, "m4.xlarge", "us-east-1a", 1)}
	e.ran(m1, "m4.xlarge", "us-east-1a", "i-a", 0, 1)
	e.ran(m2, "m4.xlarge", "us-east-1b", "i-b", 0, 1)
	_, lines = e.bill()
	if got, want := covered(lines), "map[i-a:zonal i-b:regional]"; got != want {
		t.Errorf("covered: %s, want %s", got, want)
	}
}

// TestExampleSavingsPlans: Savings Plans User Guide, "Understanding how Savings Plans apply to your usage".
func TestExampleSavingsPlans(t *testing.T) {
	planned := func(p billing.Price, compute string) billing.Price {
		p.Plans = []billing.PlanRate{{Kind: billing.ComputePlan, Rate: number(compute)}}
		return p
	}
	for commitment, want := range map[string][2]string{"50": {"0.000", "47.125"}, "2": {"56.243", "2.000"}} {
		e := newExample(t,
			planned(priced("AmazonEC2", "BoxUsage:r5.4xlarge", "Hrs", "0:1.00"), ".70"), planned(priced("AmazonEC2", "BoxUsage:m5.24xlarge", "Hrs", "0:10.00"), "8.20"),
			planned(priced("AmazonECS", "Fargate-vCPU-Hours:perCPU", "hours", "0:.04"), ".03"), planned(priced("AmazonECS", "Fargate-GB-Hours", "hours", "0:.004"), ".003"),
			planned(priced("AWSLambda", "Lambda-GB-Second", "GB-s", "0:.000015"), ".00001275"), planned(priced("AWSLambda", "Request", "Requests", "0:.0000002"), ".0000002"))
		e.terms.Plans = []billing.SavingsPlan{{
			ARN: "plan", Owner: m1, Kind: billing.ComputePlan, Commitment: number(commitment), Term: "1yr", Payment: "No Upfront", Start: hourOf(0), End: hourOf(1),
		}}
		e.ran(m1, "m5.24xlarge", "", "i-5", 0, 1)
		for _, id := range []string{"i-1", "i-2", "i-3", "i-4"} {
			e.ran(m1, "r5.4xlarge", "", id, 0, 1)
		}
		e.used(m1, "AmazonECS", "Fargate-vCPU-Hours:perCPU", 0, "400")
		e.used(m1, "AmazonECS", "Fargate-GB-Hours", 0, "1600")
		e.used(m1, "AWSLambda", "Lambda-GB-Second", 0, "1500000")
		e.used(m1, "AWSLambda", "Request", 0, "1000000")
		bill, _ := e.bill()
		e.want("on demand with "+commitment, bill.Usage, want[0])
		e.want("used of "+commitment, bill.Plans[0].Used, want[1])
		e.want("total", bill.Total.Unblended, bill.Usage.Add(number(commitment)).Fixed(6))
	}
}

// TestExampleCredits: Billing User Guide, "AWS credits", "Choosing the credits to apply". What October takes, November has not.
func TestExampleCredits(t *testing.T) {
	e := newExample(t, priced("AmazonEC2", "BoxUsage:m4.large", "Hrs", "0:1"), priced("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1"))
	e.terms.Credits = []billing.CreditBalance{
		{ID: "five", Account: m1, Amount: number("5"), Products: []string{"AmazonEC2"}, Issued: hourOf(0), Expires: time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC)},
		{ID: "ten", Account: m1, Amount: number("10"), Products: []string{"AmazonS3", "AmazonEC2"}, Issued: hourOf(0), Expires: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)},
	}
	e.used(m1, "AmazonEC2", "BoxUsage:m4.large", 0, "100")
	e.used(m1, "AmazonS3", "TimedStorage-ByteHrs", 0, "50")
	e.used(m1, "AmazonEC2", "BoxUsage:m4.large", 31*24+5, "100")
	bill, _ := e.bill()
	by := bill.By(func(r *billing.Row) string { return r.Product })
	e.want("EC2", by["AmazonEC2"].Unblended, "85.00")
	e.want("S3", by["AmazonS3"].Unblended, "50.00")
	e.want("November", e.Bill("", "2026-11").Total.Unblended, "100.00")
}

// TestExampleCreditSharing: the same page: who joins on 11 January and redeems a credit on the 18th keeps it in January; it is the
// organization's from February on, and in April, in which she leaves; in May it is her own.
func TestExampleCreditSharing(t *testing.T) {
	day := func(month time.Month, n int) time.Time { return time.Date(2026, month, n, 0, 0, 0, 0, time.UTC) }
	for month, due := range map[time.Month]string{time.January: "70.00", time.February: "0.00", time.April: "0.00", time.May: "70.00"} {
		e := newExample(t, priced("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1"))
		e.terms.Members[1] = billing.Membership{Account: m2, Joined: day(1, 11), Left: day(4, 16)}
		e.terms.Credits = []billing.CreditBalance{{ID: "susan", Account: m2, Amount: number("100"), Issued: day(1, 18), Expires: day(12, 31)}}
		e.SetTerms("", e.terms)
		e.PutUsage("", billing.UsageRecord{Account: m1, Product: "AmazonS3", UsageType: "TimedStorage-ByteHrs", Region: "us-east-1", Quantity: number("70"), Start: day(month, 20), End: day(month, 21)})
		e.want(month.String(), e.Bill("", billing.MonthOf(day(month, 1)).String()).Total.Unblended, due)
	}
}

// TestExampleSupport: AWS Support Plan Pricing, the published examples.
func TestExampleSupport(t *testing.T) {
	for _, c := range []struct {
		plan         billing.SupportPlan
		charges, fee string
	}{{billing.DeveloperSupport, "2000", "60.00"}, {billing.BusinessSupport, "85000", "6150.00"}, {billing.EnterpriseSupport, "1200000", "70500.00"}} {
		e := newExample(t, priced("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1"))
		e.terms.Support = []billing.Support{{Plan: c.plan, Accounts: []string{m1}}}
		e.used(m1, "AmazonS3", "TimedStorage-ByteHrs", 0, c.charges)
		bill, _ := e.bill()
		e.want(string(c.plan), bill.Total.Unblended.Sub(number(c.charges)), c.fee)
	}
}

// TestExampleAmortization: Data Exports User Guide: $365 upfront for a year are $1 a day; unblended they are $365 on the day of the
// purchase.
func TestExampleAmortization(t *testing.T) {
	e := newExample(t, instancePrices()...)
	r := reservation("ri", m1, "m4.large", "", 1)
	r.Upfront, r.Start, r.End = number("365"), hourOf(0), hourOf(365*24)
	e.terms.Reservations = []billing.Reservation{r}
	e.ran(m1, "m4.large", "us-east-1a", "i-1", 0, 15*24)
	bill, lines := e.bill()
	days, upfront := map[int]decimal.D{}, map[int]decimal.D{}
	for i := range lines {
		l := &lines[i]
		if l.Type == billing.DiscountedUsage {
			days[l.Start.Day()] = days[l.Start.Day()].Add(l.Amortized())
		}
		upfront[l.Start.Day()] = upfront[l.Start.Day()].Add(l.Unblended)
	}
	for day := 1; day <= 15; day++ {
		e.want(fmt.Sprint("day ", day), days[day], "1.00")
	}
	e.want("unblended on the first day", upfront[1], "365.00")
	e.want("unblended", bill.Total.Unblended, "365.00")
	e.want("amortized", bill.Total.Amortized, "31.00")
}
