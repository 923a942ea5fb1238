package bills_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"umbel/internal/bills/workedexamples"
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

// example is an example on a server of its own.
type example struct {
	*testenv.Server
	t *testing.T
	*workedexamples.Example
}

const m1, m2, m3 = workedexamples.Member1, workedexamples.Member2, workedexamples.Member3

func start(t *testing.T, of *workedexamples.Example) *example {
	t.Helper()
	book, err := of.Book()
	if err != nil {
		t.Fatal(err)
	}
	return &example{t: t, Server: testenv.Start(t, testenv.Book(book)), Example: of}
}

// bill sends the file and gives the bill and its lines.
func (e *example) bill() (*billing.Bill, []billing.Line) {
	e.t.Helper()
	e.SetTerms("", e.Terms)
	done, err := e.Upload("", "usage.csv", e.Usage())
	if err != nil || done.SetAside > 0 {
		e.t.Fatalf("%+v, %v", done, err)
	}
	month := e.Month.String()
	bill, lines := e.Bill("", month), e.Lines("", month, month)
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

func perAccount(b *billing.Bill) map[string]billing.Totals {
	return b.By(func(t *billing.Subtotal) string { return t.Account })
}

// TestExamplePooledTiers: Billing User Guide, "Consolidated billing for AWS Organizations", pricing tiers.
func TestExamplePooledTiers(t *testing.T) {
	e := start(t, workedexamples.PooledTiers(october))
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
	e := start(t, workedexamples.VolumeDiscount(october))
	bill, lines := e.bill()
	e.want("total", bill.Total.Unblended, "2007.04")
	e.want("apart", bill.Apart, "2088.96")
	average, err := lines[0].BlendedRate.Mul(decimal.Int(1024))
	if err != nil {
		t.Fatal(err)
	}
	e.want("average of a TB", average, "167.253")
}

// TestExampleBlendedReservations: the same guide, blended rates with reservations.
func TestExampleBlendedReservations(t *testing.T) {
	e := start(t, workedexamples.BlendedReservations(october))
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
	_, lines := start(t, workedexamples.LinkedReservations(october)).bill()
	if got, want := covered(lines), "map[i-a1:m4 i-a2:m4 i-a3:m4 i-a4:c4 i-a5:c4]"; got != want {
		t.Errorf("covered: %s, want %s", got, want)
	}

	_, lines = start(t, workedexamples.ZonalReservations(october)).bill()
	if got, want := covered(lines), "map[i-a:zonal i-b:regional]"; got != want {
		t.Errorf("covered: %s, want %s", got, want)
	}
}

// TestExampleSavingsPlans: Savings Plans User Guide, "Understanding how Savings Plans apply to your usage".
func TestExampleSavingsPlans(t *testing.T) {
	for commitment, want := range map[string][2]string{"50": {"0.000", "47.125"}, "2": {"56.243", "2.000"}} {
		e := start(t, workedexamples.SavingsPlans(october).Commit(billing.ComputePlan, commitment))
		bill, _ := e.bill()
		e.want("on demand with "+commitment, bill.Usage, want[0])
		e.want("used of "+commitment, bill.Plans[0].Used, want[1])
		e.want("total", bill.Total.Unblended, bill.Usage.Add(number(commitment)).Fixed(6))
	}
}

// TestExampleCredits: Billing User Guide, "AWS credits", "Choosing the credits to apply". What October takes, November has not.
func TestExampleCredits(t *testing.T) {
	e := start(t, workedexamples.Credits(october))
	bill, _ := e.bill()
	by := bill.By(func(t *billing.Subtotal) string { return t.Product })
	e.want("EC2", by["AmazonEC2"].Unblended, "85.00")
	e.want("S3", by["AmazonS3"].Unblended, "50.00")
	e.want("November", e.Bill("", "2026-11").Total.Unblended, "100.00")
}

// TestExampleCreditSharing: the same page: who joins on 11 January and redeems a credit on the 18th keeps it in January; it is the
// organization's from February on, and in April, in which she leaves; in May it is her own.
func TestExampleCreditSharing(t *testing.T) {
	for month, due := range map[time.Month]string{time.January: "70.00", time.February: "0.00", time.April: "0.00", time.May: "70.00"} {
		e := start(t, workedexamples.CreditSharing(2026, month))
		bill, _ := e.bill()
		e.want(month.String(), bill.Total.Unblended, due)
	}
}

// TestExampleSupport: AWS Support Plan Pricing, the published examples.
func TestExampleSupport(t *testing.T) {
	for _, c := range []struct {
		plan         billing.SupportPlan
		charges, fee string
	}{{billing.DeveloperSupport, "2000", "60.00"}, {billing.BusinessSupport, "85000", "6150.00"}, {billing.EnterpriseSupport, "1200000", "70500.00"}} {
		e := start(t, workedexamples.Support(october, c.plan, c.charges))
		bill, _ := e.bill()
		e.want(string(c.plan), bill.Total.Unblended.Sub(number(c.charges)), c.fee)
	}
}

// TestExampleAmortization: Data Exports User Guide: $365 upfront for a year are $1 a day; unblended they are $365 on the day of the
// purchase.
func TestExampleAmortization(t *testing.T) {
	e := start(t, workedexamples.Amortization(october, 15))
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
