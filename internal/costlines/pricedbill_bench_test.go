package costlines_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/gauge"
)

// pricedKinds is how many kinds of usage there are.
const pricedKinds = 25_000

var benchKinds = flag.Int("kinds", 300, "how many kinds of usage each account has in PricedBill, of 25,000")

// pricedLine makes a line of a month that came in with its price: of all accounts, hours and kinds in no order. An eighth of the kinds
// are covered by commitments, and a fifth get credits.
func pricedLine(r *rand.Rand, l *billing.Line) {
	account, hour := r.IntN(benchAccounts), r.IntN(31*24)
	kind := (account*97 + r.IntN(*benchKinds)*83) % pricedKinds
	product := kind % benchProducts
	*l = billing.Line{
		Type: billing.Usage, Account: fmt.Sprint(100000000000 + account), Start: benchFirst.Add(time.Duration(hour) * time.Hour), Product: fmt.Sprint("AmazonService", product),
		UsageType: fmt.Sprintf("EUW1-Usage:type%05d.large", kind), Operation: fmt.Sprint("Operation", kind%40), Currency: "USD", LegalEntity: "Amazon Web Services, Inc.",
		Description: fmt.Sprintf("$%.4f per unit of kind %d used", float64(kind%900+1)/1e4, kind), Resource: fmt.Sprint("arn:aws:service:eu-west-1::", account*400+r.IntN(400)),
		Usage: decimal.New(r.Int64N(10_000), 4), UnblendedRate: decimal.New(int64(kind%900+1), 4),
	}
	l.End = l.Start.Add(time.Hour)
	l.Bill = billing.BillPart{Type: billing.Anniversary, Entity: billing.EntityAWS, Payer: benchPayer, PeriodStart: benchFirst, PeriodEnd: benchFirst.AddDate(0, 1, 0)}
	l.Pricing.Unit, l.Pricing.Term = []string{"Hrs", "GB-Mo", "Requests"}[kind%3], "OnDemand"
	l.Detail = billing.ProductPart{Service: l.Product, Name: fmt.Sprint("Amazon Service of the Kind ", product), Region: []string{"eu-west-1", "us-east-1", "eu-central-1", "ap-south-1"}[kind/7%4]}
	l.Unblended = decimal.New(r.Int64N(1_000_000_000), 10)
	switch covered := decimal.New(r.Int64N(1_000_000_000), 10); {
	case kind%8 == 0 && hour%4 == 0:
		l.Type, l.SavingsPlan = billing.SavingsPlanCovered, &billing.SavingsPlanPart{ARN: "arn:plan", EffectiveCost: covered}
	case kind%8 == 0 && hour%4 == 1:
		l.Type, l.Unblended = billing.SavingsPlanNegation, l.Unblended.Neg()
	case kind%8 == 0 && hour%4 == 2:
		l.Type, l.Unblended, l.Reservation = billing.DiscountedUsage, decimal.D{}, &billing.ReservationPart{ARN: "arn:reservation", EffectiveCost: covered}
	case kind%5 == 0 && hour%8 == 3:
		l.Type, l.Unblended = billing.Credit, l.Unblended.Neg()
	}
	l.Blended, l.NetUnblended = l.Unblended, l.Unblended
}

// pricedStore gives a store with the lines of the month.
func pricedStore(b *testing.B) *costlines.Store {
	b.Helper()
	s, _ := storeOf(b, costlines.Change{Payer: benchPayer, Import: fmt.Sprint("priced ", *benchLines, *benchKinds), Origin: pricedOrigin()}, pricedLine)
	return s
}

// pricedOrigin keeps months of different lengths in one store apart.
func pricedOrigin() string {
	return fmt.Sprintf("report of %d lines, %d kinds", *benchLines, *benchKinds)
}

// BenchmarkPricedBill measures the bill of a month of lines that came in with their prices: by subtotals, as it is made, and of one line
// after another; and the rows that it is made of. The most memory is that of the whole process: the lines should be there from a run
// before (-store).
func BenchmarkPricedBill(b *testing.B) {
	s := pricedStore(b)
	q := costlines.BillQuery{Payer: benchPayer, Kept: costlines.Kept{Month: costlines.MonthOf(benchFirst), Origin: pricedOrigin()}}
	parts := func(part *costlines.BillPart) func(*billing.Collector) (int, error) {
		return func(c *billing.Collector) (n int, err error) {
			err = s.Bill(context.Background(), q, part, func(currency string, r *billing.Row) error {
				n++
				return c.AddSubtotal(currency, &r.Subtotal)
			})
			return n, err
		}
	}
	for _, c := range []struct {
		name    string
		collect func(*billing.Collector) (int, error)
	}{
		{"subtotals", parts(costlines.Subtotals)}, {"rows", parts(costlines.BillRows)},
		{"lines", func(c *billing.Collector) (int, error) {
			return *benchLines, s.Scan(context.Background(), q.Kept.Lines(q.Payer), c.Add)
		}},
	} {
		b.Run("by="+c.name, func(b *testing.B) {
			for b.Loop() {
				begun, before := time.Now(), gauge.CPU(b)
				of := billing.NewCollector(&billing.Organization{Payer: benchPayer}, billing.MonthOf(benchFirst), true)
				parts, err := c.collect(of)
				if err != nil {
					b.Fatal(err)
				}
				bill, err := of.Bill()
				if err != nil {
					b.Fatal(err)
				}
				if bill.Total.Lines != int64(*benchLines) {
					b.Fatalf("the bill is of %d lines", bill.Total.Lines)
				}
				b.ReportMetric(float64(parts), "parts")
				b.ReportMetric(float64(len(bill.Subtotals)), "subtotals")
				b.ReportMetric((gauge.CPU(b) - before).Seconds(), "cpu-s")
				b.ReportMetric(time.Since(begun).Seconds(), "s")
				b.ReportMetric(float64(*benchLines)/time.Since(begun).Seconds(), "lines/s")
				gauge.Peak(b)
			}
		})
	}
}
