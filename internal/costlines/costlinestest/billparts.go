package costlinestest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// partKind is what tells parts of a bill apart: rows by all of it, subtotals by the first of its lines.
type partKind struct {
	currency, account, seller, product, name                           string
	kind                                                               billing.LineType
	bill                                                               billing.BillType
	service, region, usageType, operation, description, unit, unitRate string
}

// asPart gives what tells a line's part apart.
func asPart(l *billing.Line, part *costlines.BillPart) partKind {
	k := partKind{currency: l.Currency, account: l.Account, product: l.Product, name: l.Detail.Name, kind: l.Type, bill: l.Bill.Type}
	if l.Bill.Entity == "AWS Marketplace" {
		k.seller = l.LegalEntity
	}
	if part == costlines.BillRows {
		k.service, k.region, k.usageType, k.operation, k.description = l.Detail.Service, l.Detail.Region, l.UsageType, l.Operation, l.Description
		k.unit, k.unitRate = l.Pricing.Unit, l.UnblendedRate.String()
	}
	return k
}

// sums are what a part sums up.
type sums struct {
	billing.Totals
	Usage, Normalized decimal.D
}

func (s *sums) add(o sums) {
	s.Totals.Add(&o.Totals)
	s.Usage, s.Normalized = s.Usage.Add(o.Usage), s.Normalized.Add(o.Normalized)
}

// naiveParts sums up the lines that an engine scans, one after another.
func naiveParts(t *testing.T, e costlines.Engine, q costlines.BillQuery, part *costlines.BillPart) map[partKind]sums {
	t.Helper()
	all := map[partKind]sums{}
	must(t, e.Scan(context.Background(), q.Kept.Lines(q.Payer), func(l *billing.Line) error {
		if q.Accounts != nil && !slices.Contains(q.Accounts, l.Account) {
			return nil
		}
		k := asPart(l, part)
		s := all[k]
		one := sums{Totals: billing.Totals{
			Unblended: l.Unblended, Blended: l.Blended, Amortized: l.Amortized(), NetUnblended: l.NetUnblended, NetAmortized: l.NetAmortized(), Lines: 1,
		}}
		if part == costlines.BillRows {
			one.Usage, one.Normalized = l.Usage, l.Normalized
		}
		s.add(one)
		all[k] = s
		return nil
	}))
	return all
}

// askedParts puts the pieces together that an engine gives.
func askedParts(t *testing.T, e costlines.Engine, q costlines.BillQuery, part *costlines.BillPart) map[partKind]sums {
	t.Helper()
	all := map[partKind]sums{}
	must(t, e.Bill(context.Background(), q, part, func(currency string, r *billing.Row) error {
		k := partKind{
			currency: currency, account: r.Account, seller: r.Seller, product: r.Product, name: r.Name, kind: r.Type, bill: r.Bill,
			service: r.Service, region: r.Region, usageType: r.UsageType, operation: r.Operation, description: r.Description, unit: r.Unit,
		}
		if part == costlines.BillRows {
			k.unitRate = r.Rate.String()
		} else if !r.Rate.IsZero() {
			t.Errorf("a subtotal has the rate %s", r.Rate)
		}
		s := all[k]
		s.add(sums{r.Totals, r.Usage, r.Normalized})
		all[k] = s
		return nil
	}))
	return all
}

// billed makes lines that are on a bill, few enough of a kind that many make a row together.
func (g *Generator) billed(n int, month time.Time) []*billing.Line {
	lines := g.Lines(n)
	for _, l := range lines {
		l.Bill.PeriodStart, l.Bill.PeriodEnd = month, month.AddDate(0, 1, 0)
		l.UnblendedRate = decimal.New(g.r.Int64N(3), g.r.IntN(2))
		l.Bill.Type = billing.BillType(g.pick("Anniversary", "Anniversary", "Purchase", ""))
		l.LegalEntity, l.Detail.Name = g.pick("Amazon Web Services, Inc.", "Seller Ltd", ""), g.pick("Product", "product", "")
		l.Description, l.Pricing.Unit = g.pick("", "per hour"), g.pick("Hrs", "GB")
		l.Currency = g.pick("USD", "USD", "EUR")
		if g.r.IntN(60) == 0 {
			l.UnblendedRate, l.Blended, l.NetUnblended = g.huge(), g.huge().Neg(), g.huge()
		}
	}
	return lines
}

// billParts: a bill's parts are the sums of what is kept under its month and an origin, of the accounts that are asked for, and of
// nothing else.
func billParts(t *testing.T, e costlines.Engine) {
	ctx, g := context.Background(), NewGenerator(41)
	months := []costlines.Month{costlines.MonthOf(First), costlines.MonthOf(First.AddDate(0, 1, 0))}
	for step := range 6 {
		origin := g.pick("report", "report", "rated", "")
		lines := g.billed(1+g.r.IntN(400), First.AddDate(0, step%2, 0))
		if step == 3 {
			for _, l := range lines { // every one at a rate of its own, or at one that all have
				l.UnblendedRate = decimal.New(g.r.Int64N(1_000_000), 4)
			}
		}
		must(t, Put(e, costlines.Change{Payer: Payer, Origin: origin}, lines...))
		other := g.billed(1, First)
		other[0].Bill.Payer = "888888888888"
		must(t, Put(e, costlines.Change{Payer: "888888888888", Origin: origin}, other...))
		if step == 4 {
			for _, m := range months {
				must(t, e.Compact(ctx, Payer, m))
			}
		}
		all := 0
		for _, m := range months {
			for _, origin := range []string{"report", "rated", "", "none"} {
				for _, accounts := range [][]string{nil, {}, {lines[0].Account}, {lines[0].Account, "none", g.Line().Account}} {
					q := costlines.BillQuery{Payer: Payer, Kept: costlines.Kept{Month: m, Origin: origin}, Accounts: accounts}
					for _, part := range []*costlines.BillPart{costlines.Subtotals, costlines.BillRows} {
						want := naiveParts(t, e, q, part)
						if d := cmp.Diff(want, askedParts(t, e, q, part), exactly, cmp.AllowUnexported(partKind{}, sums{})); d != "" {
							t.Fatalf("%+v (-want +got):\n%.3000s", q, d)
						}
						all += len(want)
					}
				}
			}
		}
		if all == 0 {
			t.Error("there is no part")
		}
	}
}

// noBill: lines that are on no bill, sums beyond the range and what yield fails with are errors; nothing of them is passed over.
func noBill(t *testing.T, e costlines.Engine) {
	ctx, g := context.Background(), NewGenerator(42)
	q := costlines.BillQuery{Payer: Payer, Kept: costlines.Kept{Month: costlines.MonthOf(First), Origin: "report"}}
	count := 0
	each := func(_ string, r *billing.Row) error { count++; return nil }
	for name, wrong := range map[string]costlines.BillQuery{"month": {Payer: Payer}, "payer": {Payer: "a/b", Kept: q.Kept}} {
		if err := e.Bill(ctx, wrong, costlines.Subtotals, each); err == nil || name == "month" && !errors.Is(err, costlines.ErrQuery) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	must(t, e.Bill(ctx, q, costlines.BillRows, each))
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "report"}, g.billed(200, First)...))
	enough := errors.New("enough")
	err := e.Bill(ctx, q, costlines.BillRows, func(string, *billing.Row) error {
		if count++; count == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || count != 3 {
		t.Errorf("got %v after %d", err, count)
	}
	most, err := decimal.Parse("99999999999999999999999999.999999999999")
	must(t, err)
	large := g.billed(1, First)[0]
	large.Blended = most
	more := *large
	more.ID = "more"
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "large"}, large, &more))
	beyond := q
	beyond.Kept.Origin = "large"
	if err := e.Bill(ctx, beyond, costlines.Subtotals, each); !errors.Is(err, decimal.ErrRange) {
		t.Errorf("got %v", err)
	}
	unbilled := g.Line()
	unbilled.Start, unbilled.Bill.PeriodStart = First, time.Time{}
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "report"}, append(g.billed(20, First), unbilled)...))
	if err := e.Bill(ctx, q, costlines.BillRows, each); !errors.Is(err, costlines.ErrUnbilled) {
		t.Errorf("got %v", err)
	}
}
