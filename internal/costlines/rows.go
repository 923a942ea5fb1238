package costlines

import (
	"context"
	"errors"
	"fmt"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// ErrUnbilled tells of lines that are not on the bill of the month they are kept under: they tell of no billing period.
var ErrUnbilled = errors.New("costlines: lines of no bill")

// RowsQuery asks for all lines of a payer that are kept under a month and an origin, as rows of the month's bill.
type RowsQuery struct {
	Payer string
	Kept  Kept
}

// Validate tells what is wrong with a query; its errors wrap ErrQuery.
func (q *RowsQuery) Validate() error {
	if _, err := q.Kept.Month.Start(); err != nil {
		return invalid("%s", err)
	}
	return nil
}

// Lines asks for all lines of a payer that are kept so.
func (k Kept) Lines(payer string) ScanQuery {
	return ScanQuery{View: View{Payer: payer}, Start: instant(firstStart), End: instant(endOfStarts), Kept: &k}
}

// Unbilled is the error of a line that tells of another billing period than that it is kept under, or of none.
func (q *RowsQuery) Unbilled(line string) error {
	return fmt.Errorf("%w: %s, kept under %s", ErrUnbilled, line, q.Kept.Month)
}

// rowTexts are the columns of text that decide which row of a bill a line is on, those first that divide lines into few groups. The
// name of the product is only shown: lines of one row hardly ever differ in it.
var rowTexts = [...]string{
	Currency, "bill_bill_type", BillingEntity, LegalEntity, Unit, Region, Product, Service, ServiceName, Operation, UsageType,
	"line_item_line_item_description", LineType, Account,
}

// RowTexts gives the columns of text by which lines are grouped into rows of a bill, beside the unblended rate.
func RowTexts() []string { return rowTexts[:] }

// rowMetrics are the metrics that a row has.
var rowMetrics = []Metric{UsageQuantity, NormalizedUsageAmount, UnblendedCost, BlendedCost, NetUnblendedCost, AmortizedCost, NetAmortizedCost}

// RowMetrics gives the metrics that are summed in a row.
func RowMetrics() []Metric { return rowMetrics }

// NewRow makes a row of lines with the same RowTexts and rate, with the sums of RowMetrics.
func NewRow(texts []string, rate decimal.D, lines int64, sums []decimal.D) (currency string, r billing.Row) {
	var l line
	for i, name := range rowTexts {
		*dimensions[name](&l) = texts[i]
	}
	l.UnblendedRate = rate
	r = billing.RowOf(&l)
	r.Lines = lines
	r.Usage, r.Normalized, r.Unblended, r.Blended = sums[0], sums[1], sums[2], sums[3]
	r.NetUnblended, r.Amortized, r.NetAmortized = sums[4], sums[5], sums[6]
	return l.Currency, r
}

// Rows gives the rows of a bill, those of some segments after the other; decimal.ErrRange if a sum is beyond what a number can hold.
func (s *Store) Rows(ctx context.Context, q RowsQuery, yield func(currency string, r *billing.Row) error) error {
	if err := q.Validate(); err != nil {
		return err
	}
	state, err := s.hold(q.Payer)
	if err != nil {
		return err
	}
	defer state.release()
	all := q.Kept.Lines(q.Payer)
	month, err := monthOf(q.Kept.Month)
	if err != nil {
		return err
	}
	give := &giver{yield: yield}
	return inParallel(ctx, state, state.kept(all.Kept, all.Start, all.End, nil), newTally, func(r *reading, t *tally) error {
		if !r.allWithin(periodColumn, month) {
			return q.Unbilled("a line of segment " + r.name)
		}
		if err := t.take(r); err != nil || len(t.lines) < s.tallied {
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
