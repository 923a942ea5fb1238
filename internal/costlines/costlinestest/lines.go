package costlinestest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Payer is the payer of the lines made here.
const Payer = "999999999999"

// First is the start of the first month of the lines made here; there are three.
var First = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)

// Generator makes lines of every kind, from a seed: many alike, and some with what is rare.
type Generator struct {
	r    *rand.Rand
	made int
}

// NewGenerator begins with a seed.
func NewGenerator(seed uint64) *Generator { return &Generator{r: rand.New(rand.NewPCG(seed, 7))} }

func (g *Generator) pick(values ...string) string { return values[g.r.IntN(len(values))] }

// Amount makes a number: mostly small, now and then none, negative, or of a billion.
func (g *Generator) Amount() decimal.D {
	switch g.r.IntN(40) {
	case 0, 1, 2:
		return decimal.D{}
	case 3:
		return decimal.New(g.r.Int64N(2_000_000_000)-1_000_000_000, g.r.IntN(3))
	case 4:
		return decimal.New(-g.r.Int64N(1_000_000), 4)
	case 5:
		return decimal.New(g.r.Int64N(1_000_000_000_000_000_000), decimal.Places)
	}
	return decimal.New(g.r.Int64N(100), 2)
}

// huge makes a number that 64 bits cannot hold with the places it has.
func (g *Generator) huge() decimal.D {
	d, err := decimal.Parse(fmt.Sprintf("%d%09d.%012d", g.r.IntN(1_000_000), g.r.IntN(1_000_000_000), g.r.Int64N(1_000_000_000_000)))
	if err != nil {
		panic(err)
	}
	return d
}

// Line makes a line.
func (g *Generator) Line() *billing.Line {
	g.made++
	start := First.Add(time.Duration(g.r.IntN(92*24)) * time.Hour)
	l := &billing.Line{
		ID: fmt.Sprintf("line-%08d", g.made), Type: billing.Usage, Account: g.pick("111111111111", "222222222222", "333333333333", "444444444444"),
		Start: start, End: start.Add(time.Hour), Product: g.pick("AmazonEC2", "AmazonS3", "AWSLambda"),
		UsageType: g.pick("BoxUsage:m5.large", "boxusage:M5.LARGE", "EUW1-TimedStorage", "Requests", ""), Operation: g.pick("RunInstances", "Get", ""),
		Zone: g.pick("", "eu-west-1a"), Resource: g.pick("", fmt.Sprintf("i-%04d", g.r.IntN(50))), Description: "per hour", Currency: "USD",
		Usage: g.Amount(), Normalized: g.Amount(), UnblendedRate: g.Amount(), Unblended: g.Amount(), Blended: g.Amount(), NetUnblended: g.Amount(),
		Bill: billing.BillPart{Payer: Payer, Type: billing.Anniversary, Entity: g.pick("AWS", "AWS", "AWS Marketplace")},
		Detail: billing.ProductPart{Service: g.pick("AmazonEC2", "AWSDataTransfer"), Region: g.pick("eu-west-1", "us-east-1", ""),
			InstanceType: g.pick("m5.large", "12", "7.5", ""), Family: "Größe ✓"},
	}
	l.Pricing.Term, l.Pricing.PublicCost = g.pick("OnDemand", ""), g.Amount()
	g.rare(l)
	return l
}

// rare adds what only some lines have.
func (g *Generator) rare(l *billing.Line) {
	if g.r.IntN(3) > 0 {
		l.Bill.PeriodStart = time.Date(l.Start.Year(), l.Start.Month(), 1, 0, 0, 0, 0, time.UTC)
		l.Bill.PeriodEnd = l.Bill.PeriodStart.AddDate(0, 1, 0)
	}
	switch g.r.IntN(12) {
	case 0:
		l.Type, l.Reservation = billing.DiscountedUsage, &billing.ReservationPart{ARN: g.pick("arn:ri/1", "arn:ri/2"), EffectiveCost: g.Amount(), NetEffectiveCost: g.Amount(), Start: First}
	case 1:
		l.Type, l.Reservation = billing.ReservationFee, &billing.ReservationPart{UnusedRecurringFee: g.Amount()}
	case 2:
		l.Type, l.SavingsPlan = billing.SavingsPlanCovered, &billing.SavingsPlanPart{ARN: "arn:sp", EffectiveCost: g.Amount(), Offering: "ComputeSavingsPlans", EndTime: First}
	case 3:
		l.Type, l.SavingsPlan = billing.SavingsPlanRecurring, &billing.SavingsPlanPart{Commitment: g.Amount(), Used: g.Amount()}
	case 4:
		l.Type, l.Discounts = billing.Credit, map[string]decimal.D{"total_discount": g.Amount()}
	case 6:
		l.Type, l.Product = billing.Fee, g.pick("AWSSupportBusiness", "AmazonEC2")
	case 5:
		l.Start = l.Start.Add(time.Duration(g.r.Int64N(int64(time.Hour)))).Truncate(time.Microsecond)
	}
	if g.r.IntN(2) == 0 {
		l.Tags = map[string]string{"user:team": g.pick("red", "Red", "blue", "")}
		if g.r.IntN(5) == 0 {
			l.Tags["user:env"] = g.pick("prod", "dev")
		}
	}
	if g.r.IntN(3) == 0 {
		l.Categories = map[string]string{"Unit": g.pick("Sales", "R&D")}
	}
	if g.r.IntN(50) == 0 {
		l.Currency = "EUR"
	}
	if g.r.IntN(400) == 0 {
		l.Unblended, l.Usage = g.huge(), g.huge()
	}
}

// Lines makes so many lines.
func (g *Generator) Lines(n int) []*billing.Line {
	out := make([]*billing.Line, n)
	for i := range out {
		out[i] = g.Line()
	}
	return out
}

// normal gives a line as engines give it back: times in UTC, empty maps as none.
func normal(l *billing.Line) *billing.Line {
	c := *l
	c.Tags, c.Categories, c.Discounts = some(c.Tags), some(c.Categories), some(c.Discounts)
	return &c
}

func some[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}
