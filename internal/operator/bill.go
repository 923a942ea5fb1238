package operator

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"umbel/internal/bills"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// BillRowsRequest asks for what the subtotals of a bill are made of.
type BillRowsRequest struct {
	BillRequest
	Currency string `json:"currency"` // of the bill
}

// rowLine is a line of the answer, which has as many as the bill has rows and one that ends it.
type rowLine struct {
	Row   *billing.Row `json:"row,omitempty"`
	Error string       `json:"error,omitempty"` // why there are no more
	Done  bool         `json:"done,omitempty"`  // there are no more
	Moved bool         `json:"moved,omitempty"` // and they are of other lines than the bill
}

func (d *Door) bill(ctx context.Context, rq BillRequest) (BillAnswer, error) {
	account, payer, month, unknown := d.month(ctx, rq)
	if unknown != nil {
		// A report tells of accounts that are not of this Umbel: they are on the bill of the first account, into which it came.
		if !fault.Is(unknown, fault.AccountNotFound) || !ident.AccountID(rq.Account).Valid() {
			return BillAnswer{}, unknown
		}
		var err error
		if _, payer, month, err = d.month(ctx, BillRequest{Month: rq.Month}); err != nil {
			return BillAnswer{}, err
		}
		account = ident.AccountID(rq.Account)
	}
	all, row, err := d.Bills.Bills(ctx, payer, month)
	if err != nil {
		return BillAnswer{}, err
	}
	names, err := d.Bills.Names(ctx, payer)
	if err != nil {
		return BillAnswer{}, err
	}
	if account != payer {
		lines := int64(0)
		for i, b := range all {
			all[i] = bills.ForMember(b, account)
			lines += all[i].Total.Lines
		}
		if unknown != nil && lines == 0 {
			return BillAnswer{}, unknown
		}
		names = map[string]string{string(account): names[string(account)]}
	}
	return BillAnswer{BillHead{Account: string(account), Payer: string(payer), Status: statusOf(&row), Names: names}, all}, nil
}

// billRows answers line by line: a bill may have more rows than memory holds.
func (d *Door) billRows(w http.ResponseWriter, r *http.Request) {
	if !d.admitted(w, r) {
		return
	}
	unhurried(w)
	var rq BillRowsRequest
	if !asked(w, r, maxBody, &rq) {
		return
	}
	bill, err := d.bill(r.Context(), rq.BillRequest)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	out := bufio.NewWriterSize(w, 64<<10)
	lines := json.NewEncoder(out)
	err = d.rows(r.Context(), &bill, rq.Currency, func(row *billing.Row) error { return lines.Encode(rowLine{Row: row}) })
	end := rowLine{Done: true, Moved: errors.Is(err, bills.ErrMoved)}
	if err != nil && !end.Moved {
		_, text := d.told(r, err)
		end = rowLine{Error: text.Error}
	}
	// A client that has gone away cannot be told so.
	_ = errors.Join(lines.Encode(end), out.Flush())
}

// rows gives the rows of the bill in a currency. A member sees them at unblended cost.
func (d *Door) rows(ctx context.Context, a *BillAnswer, currency string, yield func(*billing.Row) error) error {
	for _, b := range a.Bills {
		if b.Currency != currency {
			continue
		}
		// A member's part tells of its account alone.
		return d.Bills.Rows(ctx, b, func(r *billing.Row) error {
			if a.Account != a.Payer {
				r.Blended = r.Unblended
			}
			return yield(r)
		})
	}
	return fault.New(fault.NoSuchEntity, "there is no bill of %s in %q", a.Status.Month, currency)
}

// Bill gives a month's bill.
func (c *Client) Bill(ctx context.Context, rq BillRequest) (BillAnswer, error) {
	var out BillAnswer
	err := c.wait(ctx, "/_umbel/bill", rq, &out)
	return out, err
}

// ErrMoved tells that lines have come in, or gone, since the bill was made: its rows do not sum up to it.
var ErrMoved = errors.New("operator: lines have come in, or gone, since the bill was made")

// BillRows gives what the subtotals of a bill are made of, in their order, each as the JSON of a billing.Row. It ends with yield's first
// error, and after all rows with ErrMoved if that is so.
func (c *Client) BillRows(ctx context.Context, rq BillRowsRequest, yield func(json.RawMessage) error) error {
	return c.waitFor(ctx, "/_umbel/bill/rows", rq, func(body io.Reader) error {
		in := json.NewDecoder(bufio.NewReaderSize(body, 64<<10))
		for {
			var line struct {
				Row   json.RawMessage
				Error string
				Done  bool
				Moved bool
			}
			if err := in.Decode(&line); err != nil {
				return fmt.Errorf("operator: read the rows of the bill: %w", err)
			}
			switch {
			case line.Error != "":
				return errors.New(line.Error)
			case line.Moved:
				return ErrMoved
			case line.Done:
				return nil
			}
			if err := yield(line.Row); err != nil {
				return err
			}
		}
	})
}
