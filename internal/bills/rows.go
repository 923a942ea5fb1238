package bills

import (
	"context"
	"errors"
	"maps"
	"slices"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// mostRows is how many rows of a bill are held at a time: they are shown in order, and those of hundreds of accounts that use thousands
// of usage types are more than memory holds.
const mostRows = 1 << 18

// ErrMoved tells that lines have come in, or gone, since a bill was made of them.
var ErrMoved = errors.New("bills: other lines than the bill is of")

// errMany tells that there are more rows than are held.
var errMany = errors.New("bills: too many rows at a time")

// Rows gives what the subtotals of a bill are made of: by account, seller, product, and what is bought of it. They are summed up of the
// lines as they are now, and if they do not sum up to the bill, ErrMoved says so at the end. It ends with yield's first error.
func (d *Desk) Rows(ctx context.Context, b *billing.Bill, yield func(*billing.Row) error) (err error) {
	if !d.keeps() {
		return errNone()
	}
	defer decimal.Recover(&err)
	var sum billing.Totals
	err = d.rowsOf(ctx, b, b.Accounts(), mostRows, func(r *billing.Row) error {
		sum.Add(&r.Totals)
		return yield(r)
	})
	if err == nil && (sum.Lines != b.Total.Lines || sum.Unblended != b.Total.Unblended || sum.Amortized != b.Total.Amortized) { // a member sees other blended costs
		return ErrMoved
	}
	return err
}

// rowsOf gives the rows of some accounts: of all together, or of one half after the other.
func (d *Desk) rowsOf(ctx context.Context, b *billing.Bill, accounts []string, most int, yield func(*billing.Row) error) error {
	if len(accounts) == 0 {
		return nil
	}
	all, err := d.gather(ctx, b, accounts, most)
	if errors.Is(err, errMany) {
		half := len(accounts) / 2
		if err := d.rowsOf(ctx, b, accounts[:half], most, yield); err != nil {
			return err
		}
		return d.rowsOf(ctx, b, accounts[half:], most, yield)
	}
	if err != nil {
		return err
	}
	rows := slices.SortedFunc(maps.Values(all), (*billing.Row).Compare)
	for _, r := range rows {
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

// gather sums up the rows of some accounts; errMany if they are more than so many, and of several accounts.
func (d *Desk) gather(ctx context.Context, b *billing.Bill, accounts []string, most int) (map[billing.RowKey]*billing.Row, error) {
	all := map[billing.RowKey]*billing.Row{}
	for _, origin := range []string{originRated, originReport} {
		q := costlines.BillQuery{Payer: b.Payer, Kept: costlines.Kept{Month: costlines.Month(b.Month.String()), Origin: origin}, Accounts: accounts}
		err := d.cfg.Engine.Bill(ctx, q, costlines.BillRows, func(currency string, r *billing.Row) error {
			if currency != b.Currency {
				return nil
			}
			key := r.Key()
			if have := all[key]; have != nil {
				return have.Add(r)
			}
			if all[key] = r; len(all) > most && len(accounts) > 1 {
				return errMany
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
