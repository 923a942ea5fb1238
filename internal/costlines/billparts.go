package costlines

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// ErrUnbilled tells of lines that are not on the bill of the month they are kept under: they tell of no billing period.
var ErrUnbilled = errors.New("costlines: lines of no bill")

// BillQuery asks for all lines of a payer that are kept under a month and an origin, as they are on the month's bill.
type BillQuery struct {
	Payer    string
	Kept     Kept
	Accounts []string // the usage accounts whose lines are asked for; nil for all
}

// Validate tells what is wrong with a query; its errors wrap ErrQuery.
func (q *BillQuery) Validate() error {
	if _, err := q.Kept.Month.Start(); err != nil {
		return invalid("%s", err)
	}
	return nil
}

// Lines asks for the query's lines.
func (q *BillQuery) Lines() ScanQuery {
	lines := q.Kept.Lines(q.Payer)
	lines.View.Accounts = q.Accounts
	return lines
}

// Lines asks for all lines of a payer that are kept so.
func (k Kept) Lines(payer string) ScanQuery {
	return ScanQuery{View: View{Payer: payer}, Start: instant(firstStart), End: instant(endOfStarts), Kept: &k}
}

// Unbilled is the error of a line that tells of another billing period than that it is kept under, or of none.
func (q *BillQuery) Unbilled(line string) error {
	return fmt.Errorf("%w: %s, kept under %s", ErrUnbilled, line, q.Kept.Month)
}

// BillPart is what lines are together on a bill.
type BillPart struct {
	texts []string // the columns by which lines are told apart, those first that divide them into few groups
	rated bool     // they are told apart by the unblended rate too
	// metrics are summed. The first are those of billing.Totals.
	metrics []Metric
}

var (
	totals = []Metric{UnblendedCost, BlendedCost, AmortizedCost, NetUnblendedCost, NetAmortizedCost}
	// Subtotals are parts of a bill as billing.Subtotal has them.
	Subtotals = &BillPart{
		texts: []string{Currency, billTypeColumn, BillingEntity, LegalEntity, Product, ServiceName, LineType, Account}, metrics: totals,
	}
	// BillRows are parts of a bill as billing.Row has them.
	BillRows = &BillPart{
		texts: []string{
			Currency, billTypeColumn, BillingEntity, LegalEntity, Unit, Region, Product, Service, ServiceName, Operation, UsageType,
			"line_item_line_item_description", LineType, Account,
		},
		rated: true, metrics: slices.Concat(totals, []Metric{UsageQuantity, NormalizedUsageAmount}),
	}
)

const billTypeColumn = "bill_bill_type"

// Columns gives the columns of text by which lines are told apart.
func (p *BillPart) Columns() []string { return p.texts }

// Rated tells whether lines are told apart by the unblended rate too.
func (p *BillPart) Rated() bool { return p.rated }

// Metrics gives what is summed.
func (p *BillPart) Metrics() []Metric { return p.metrics }

// Of makes a row of lines with the same texts and rate, with the sums of the metrics. Of a subtotal nothing else is there.
func (p *BillPart) Of(texts []string, rate decimal.D, lines int64, sums []decimal.D) (currency string, r billing.Row) {
	var l line
	for i, name := range p.texts {
		*dimensions[name](&l) = texts[i]
	}
	l.UnblendedRate = rate
	r = billing.RowOf(&l)
	r.Totals = billing.Totals{Unblended: sums[0], Blended: sums[1], Amortized: sums[2], NetUnblended: sums[3], NetAmortized: sums[4], Lines: lines}
	if len(sums) > len(totals) {
		r.Usage, r.Normalized = sums[5], sums[6]
	}
	return l.Currency, r
}

// Bill gives the parts of a bill, those of some segments after the other; decimal.ErrRange if a sum is beyond what a number can hold.
func (s *Store) Bill(ctx context.Context, q BillQuery, part *BillPart, yield func(currency string, r *billing.Row) error) error {
	if err := q.Validate(); err != nil {
		return err
	}
	state, err := s.hold(q.Payer)
	if err != nil {
		return err
	}
	defer state.release()
	all := q.Lines()
	month, err := monthOf(q.Kept.Month)
	if err != nil {
		return err
	}
	give := &giver{yield: yield}
	filter := all.View.within(all.Filter)
	condition := compile(&filter)
	begin := func() *tally { return newTally(part) }
	return inParallel(ctx, state, state.kept(all.Kept, all.Start, all.End, q.Accounts), begin, func(r *reading, t *tally) error {
		if !r.allWithin(periodColumn, month) {
			return q.Unbilled("a line of segment " + r.name)
		}
		sel, err := r.selected(spanOf(all.Start, all.End), &condition)
		if err != nil || sel == nil {
			return err
		}
		if err := t.take(r, sel); err != nil || len(t.lines) < s.tallied {
			return err
		}
		defer t.reset()
		return give.rows(t)
	}, give.rows)
}

// monthOf gives the time of a month.
func monthOf(m Month) (span, error) {
	start, err := m.Start()
	return monthSpan(start.UnixMicro()), err
}

// allWithin tells whether all lines have a time within a span.
func (s *segment) allWithin(column string, within span) bool {
	if !s.has(column) {
		return false
	}
	low, high, nulls, ok := s.bounds(column)
	return ok && !nulls && low.Int64() >= within.from && high.Int64() < within.to
}
