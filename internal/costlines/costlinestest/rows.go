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

// rowKind is what tells rows of a bill apart.
type rowKind struct {
	currency, account, product, service, region, usageType, operation, description, unit, seller string
	kind                                                                                         billing.LineType
	bill                                                                                         billing.BillType
	rate                                                                                         decimal.D
}

// naiveRows sums up the lines that an engine scans, one after another. A row's name is "": names has all that its lines give.
func naiveRows(t *testing.T, e costlines.Engine, kept costlines.Kept) (rows map[rowKind]billing.Row, names map[rowKind][]string) {
	t.Helper()
	rows, names = map[rowKind]billing.Row{}, map[rowKind][]string{}
	must(t, e.Scan(context.Background(), kept.Lines(Payer), func(l *billing.Line) error {
		k := rowKind{
			currency: l.Currency, account: l.Account, product: l.Product, service: l.Detail.Service, region: l.Detail.Region, usageType: l.UsageType,
			operation: l.Operation, description: l.Description, unit: l.Pricing.Unit, kind: l.Type, bill: l.Bill.Type, rate: l.UnblendedRate,
		}
		if l.Bill.Entity == "AWS Marketplace" {
			k.seller = l.LegalEntity
		}
		r := rows[k]
		r.Lines++
		r.Usage, r.Normalized, r.Unblended, r.Blended = r.Usage.Add(l.Usage), r.Normalized.Add(l.Normalized), r.Unblended.Add(l.Unblended), r.Blended.Add(l.Blended)
		r.NetUnblended, r.Amortized, r.NetAmortized = r.NetUnblended.Add(l.NetUnblended), r.Amortized.Add(l.Amortized()), r.NetAmortized.Add(l.NetAmortized())
		rows[k], names[k] = r, append(names[k], l.Detail.Name)
		return nil
	}))
	return rows, names
}

// asked puts the parts of rows together that an engine gives.
func askedRows(t *testing.T, e costlines.Engine, kept costlines.Kept, names map[rowKind][]string) map[rowKind]billing.Row {
	t.Helper()
	rows := map[rowKind]billing.Row{}
	err := e.Rows(context.Background(), costlines.RowsQuery{Payer: Payer, Kept: kept}, func(currency string, p *billing.Row) error {
		k := rowKind{
			currency: currency, account: p.Account, product: p.Product, service: p.Service, region: p.Region, usageType: p.UsageType,
			operation: p.Operation, description: p.Description, unit: p.Unit, seller: p.Seller, kind: p.Type, bill: p.Bill, rate: p.Rate,
		}
		if !slices.Contains(names[k], p.Name) {
			t.Errorf("no line of %+v gives the name %q", k, p.Name)
		}
		r := rows[k]
		r.Lines += p.Lines
		r.Usage, r.Normalized, r.Unblended, r.Blended = r.Usage.Add(p.Usage), r.Normalized.Add(p.Normalized), r.Unblended.Add(p.Unblended), r.Blended.Add(p.Blended)
		r.NetUnblended, r.Amortized, r.NetAmortized = r.NetUnblended.Add(p.NetUnblended), r.Amortized.Add(p.Amortized), r.NetAmortized.Add(p.NetAmortized)
		rows[k] = r
		return nil
	})
	must(t, err)
	return rows
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

// rows: a bill's rows are the sums of what is kept under its month and an origin, and of nothing else.
func rows(t *testing.T, e costlines.Engine) {
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
				kept := costlines.Kept{Month: m, Origin: origin}
				want, names := naiveRows(t, e, kept)
				if d := cmp.Diff(want, askedRows(t, e, kept, names), exactly, cmp.AllowUnexported(rowKind{})); d != "" {
					t.Fatalf("%+v (-want +got):\n%.3000s", kept, d)
				}
				all += len(want)
			}
		}
		if all == 0 {
			t.Error("there is no row")
		}
	}
}

// noRows: lines that are on no bill, sums beyond the range and what yield fails with are errors; nothing of them is passed over.
func noRows(t *testing.T, e costlines.Engine) {
	ctx, g := context.Background(), NewGenerator(42)
	q := costlines.RowsQuery{Payer: Payer, Kept: costlines.Kept{Month: costlines.MonthOf(First), Origin: "report"}}
	count := 0
	each := func(_ string, r *billing.Row) error { count++; return nil }
	for name, wrong := range map[string]costlines.RowsQuery{"month": {Payer: Payer}, "payer": {Payer: "a/b", Kept: q.Kept}} {
		if err := e.Rows(ctx, wrong, each); err == nil || name == "month" && !errors.Is(err, costlines.ErrQuery) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	must(t, e.Rows(ctx, q, each))
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "report"}, g.billed(200, First)...))
	enough := errors.New("enough")
	err := e.Rows(ctx, q, func(string, *billing.Row) error {
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
	if err := e.Rows(ctx, beyond, each); !errors.Is(err, decimal.ErrRange) {
		t.Errorf("got %v", err)
	}
	unbilled := g.Line()
	unbilled.Start, unbilled.Bill.PeriodStart = First, time.Time{}
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "report"}, append(g.billed(20, First), unbilled)...))
	if err := e.Rows(ctx, q, each); !errors.Is(err, costlines.ErrUnbilled) {
		t.Errorf("got %v", err)
	}
}
