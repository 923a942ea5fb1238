package billing

import (
	"errors"
	"fmt"
	"time"

	"umbel/internal/decimal"
)

// Request asks for a month's bill.
type Request struct {
	Month        Month
	Book         *Book
	Organization *Organization
	Usage        Hours
	// Until is how far the month has gone: fees of later hours are not on an estimated bill yet. Zero is the month's end.
	Until time.Time
	// Final numbers the invoices; without it the bill is an estimate.
	Final bool
	// Compare computes too what usage would cost if every account were alone.
	Compare bool
	// Emit, if not nil, gets every line of the bill, hour by hour and at last those of the month as a whole. A line and its parts
	// are lent until it returns, to be changed even; their maps stay. With it the usage is gone over twice: blended rates are known
	// only when the month has been summed up. like is what a line of usage has in common with many: a line that nobody changes, and
	// that says what l says in all texts but the account, the zone, the resource, the invoice, the terms of a reservation and those
	// of the parts; nil for other lines.
	Emit func(l, like *Line) error
}

func (q *Request) until() time.Time {
	if end := q.Month.End(); q.Until.IsZero() || q.Until.After(end) {
		return end
	}
	return q.Until
}

// Compute rates a month. The same request always gives the same bill and the same lines, whatever the order of records within an
// hour. Usage that cannot be rated is named on the bill and costs nothing. Errors tell of input that cannot be: hours out of
// order, quantities below zero, commitments without owner; decimal.ErrRange of amounts beyond all measure; and what Usage and
// Emit fail with.
func Compute(q Request) (bill *Bill, err error) {
	defer func() {
		if err != nil {
			bill = nil
		}
	}()
	defer beyond(q.Month, &err)
	if q.Book == nil || q.Organization == nil || q.Organization.Payer == "" || q.Usage == nil {
		return nil, errors.New("billing: a bill needs a price book, an organization with a payer, and usage")
	}
	s := newStatement()
	first := newWriter(&q, s, nil)
	r, apart, err := q.pass(first)
	if err != nil {
		return nil, err
	}
	s.settle()
	credits, err := first.monthly(r)
	if err != nil {
		return nil, err
	}
	s.blend()
	bill = makeBill(q.Organization, q.Month, q.Book.Currency, q.Final, s.subtotals())
	bill.Until, bill.Credits = q.until(), credits
	bill.tell(r, apart)
	if q.Emit == nil {
		return bill, nil
	}
	return bill, q.lines(s, first.closing)
}

// lines makes the lines of a month that was summed up, and emits them.
func (q *Request) lines(s *statement, closing []Line) error {
	out := newEmission(q.Emit)
	return beside(func() error {
		defer close(out.full)
		w := newWriter(q, s, out)
		if _, _, err := q.pass(w); err != nil {
			return err
		}
		w.end(closing)
		return nil
	}, out.run)
}

// beyond makes the panic of an amount that is out of range an error of a month's bill.
func beyond(m Month, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("billing: the bill of %s: %w", m, decimal.Recovered(r))
	}
}
