package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// The synthetic organization: 500 accounts use 60 services in 4 regions for 92 days of hours, with 25,200 usage types and
// 200,000 resources of three tags each. A resource has one usage type, and a line for some of the hours.
const (
	payer     = "999999999999"
	accounts  = 500
	services  = 60
	resources = 400 // of an account
	usages    = 105 // usage types of a service in a region
)

var (
	months  = []costlines.Month{"2026-08", "2026-09", "2026-10"}
	regions = []string{"us-east-1", "eu-west-1", "eu-central-1", "ap-south-1"}
	first   = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
)

func accountID(n int) string { return fmt.Sprint(100000000000 + n*7919) }

func service(n int) string { return fmt.Sprintf("AmazonService%02d", n) }

// resource is what an account uses: all but time and amounts of its lines.
type resource struct {
	line billing.Line
	rate int64 // millionths of a dollar
}

// resourcesOf makes the resources of an account, by service. They are the same in every month.
func resourcesOf(account int) [][]resource {
	r := rand.New(rand.NewPCG(1, uint64(account)))
	out := make([][]resource, services)
	for i := range resources {
		at := i % services
		usage, region := r.IntN(usages), r.IntN(len(regions))
		l := billing.Line{
			Account: accountID(account), Product: service(at), Currency: "USD", LegalEntity: "Amazon Web Services, Inc.",
			UsageType: fmt.Sprintf("%s-Usage:%02d.%03d", regions[region], at, usage), Operation: fmt.Sprint("Run", usage%7),
			Resource:    fmt.Sprintf("arn:aws:service%02d:%s:%s:thing/%06d", at, regions[region], accountID(account), account*resources+i),
			Description: fmt.Sprintf("per hour of usage %03d in %s", usage, regions[region]),
			Tags: map[string]string{
				"user:env":  []string{"prod", "prod", "prod", "test", "dev"}[r.IntN(5)],
				"user:team": fmt.Sprint("team-", r.IntN(40)), "user:app": fmt.Sprint("app-", r.IntN(300)),
			},
		}
		l.Bill.Payer, l.Bill.Type, l.Bill.Entity = payer, "Anniversary", "AWS"
		l.Pricing.Unit, l.Pricing.Term = "Hrs", "OnDemand"
		l.Detail.Service, l.Detail.Region, l.Detail.Family = service(at), regions[region], "Compute"
		rate := 1 + r.Int64N(500_000)
		l.UnblendedRate = decimal.New(rate, 6)
		l.BlendedRate, l.Pricing.PublicRate = l.UnblendedRate, l.UnblendedRate
		out[at] = append(out[at], resource{l, rate})
	}
	return out
}

// generator makes lines in the order of segments. They depend on nothing but their number.
type generator struct {
	random *rand.Rand
	number int
}

// month gives the n lines of a month to yield; each is good until the next.
func (g *generator) month(month costlines.Month, n int, yield func(*billing.Line) error) error {
	start, err := month.Start()
	if err != nil {
		return err
	}
	end := start.AddDate(0, 1, 0)
	hours := int(end.Sub(start) / time.Hour)
	cells, cell := accounts*services, 0
	for account := range accounts {
		for _, of := range resourcesOf(account) {
			count := n*(cell+1)/cells - n*cell/cells
			cell++
			for i := range count {
				l := g.line(&of[g.random.IntN(len(of))], start.Add(time.Duration((i*hours+g.random.IntN(hours))/count)*time.Hour))
				l.Bill.PeriodStart, l.Bill.PeriodEnd = start, end
				if err := yield(l); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// line makes a line of an hour: of every type, most of them usage, with an amount like no other.
func (g *generator) line(of *resource, start time.Time) *billing.Line {
	l := of.line
	g.number++
	l.ID, l.Start, l.End = fmt.Sprintf("line%010d", g.number), start, start.Add(time.Hour)
	usage := 1 + g.random.Int64N(1_000_000)
	l.Usage = decimal.New(usage, 4)
	cost := decimal.New(of.rate*usage, 10)
	covered := decimal.New(of.rate*usage*(60+g.random.Int64N(20))/100, 10) // what a commitment has it cost
	l.Type = billing.Usage
	switch g.random.IntN(50) {
	case 0:
		l.Type, cost = billing.Credit, cost.Neg()
	case 1:
		l.Type = billing.Tax
	case 2:
		l.Type = billing.Fee
	case 3:
		l.Type, cost = billing.EnterpriseDiscount, cost.Neg()
	case 4, 5:
		l.Type = billing.DiscountedUsage
		l.Reservation = &billing.ReservationPart{ARN: "arn:aws:ec2:us-east-1:999999999999:reserved-instances/1", EffectiveCost: covered}
		cost = decimal.D{}
	case 6, 7, 8:
		l.Type = billing.SavingsPlanCovered
		l.SavingsPlan = &billing.SavingsPlanPart{ARN: "arn:aws:savingsplans::999999999999:savingsplan/1", EffectiveCost: covered}
	}
	l.Unblended, l.Blended, l.NetUnblended, l.Pricing.PublicCost = cost, cost, cost, cost
	return &l
}

// fill writes n lines into the store of a directory, unless it has them.
func fill(dir string, n int) error {
	s, err := costlines.Open(dir)
	if err != nil {
		return err
	}
	ctx := context.Background()
	for i, month := range months {
		w, err := s.Begin(ctx, costlines.Change{Payer: payer, Import: fmt.Sprint(month, " of ", n)})
		if errors.Is(err, costlines.ErrImported) {
			continue
		}
		if err != nil {
			return err
		}
		g := &generator{random: rand.New(rand.NewPCG(2, uint64(i))), number: i * 1_000_000_000}
		count := n*(i+1)/len(months) - n*i/len(months)
		if err := g.month(month, count, w.Add); err != nil {
			w.Abort()
			return err
		}
		if err := w.Commit(ctx); err != nil {
			return err
		}
	}
	return s.Close()
}
