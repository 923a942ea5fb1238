package bills

import (
	"context"
	"maps"
	"slices"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
)

// collectors make bills of rated and imported lines together, one for each currency.
type collectors struct {
	job        *job
	byCurrency map[string]*billing.Collector
}

func (c *collectors) add(currency string, t *billing.Subtotal) error {
	one := c.byCurrency[currency]
	if one == nil {
		one = billing.NewCollector(c.job.org, c.job.month, !c.job.row.Closed.IsZero())
		c.byCurrency[currency] = one
	}
	return one.AddSubtotal(currency, t)
}

// collect gives the bills of the rated lines, whose own bill is rated, and those of reports together.
func (j *job) collect(ctx context.Context, rated *billing.Bill) ([]*billing.Bill, error) {
	c := collectors{job: j, byCurrency: map[string]*billing.Collector{}}
	for i := range rated.Subtotals {
		if err := c.add(rated.Currency, &rated.Subtotals[i]); err != nil {
			return nil, err
		}
	}
	q := costlines.BillQuery{Payer: string(j.payer), Kept: costlines.Kept{Month: costlines.Month(j.month.String()), Origin: originReport}}
	err := j.desk.cfg.Engine.Bill(ctx, q, costlines.Subtotals, func(currency string, r *billing.Row) error { return c.add(currency, &r.Subtotal) })
	if err != nil {
		return nil, err
	}
	return c.bills(rated)
}

// bills gives the bills. rated is that of the rated lines alone: it knows more than subtotals tell.
func (c *collectors) bills(rated *billing.Bill) ([]*billing.Bill, error) {
	var all []*billing.Bill
	for _, currency := range slices.Sorted(maps.Keys(c.byCurrency)) {
		b, err := c.byCurrency[currency].Bill()
		if err != nil {
			return nil, err
		}
		b.Until = rated.Until
		if currency != rated.Currency {
			all = append(all, b)
			continue
		}
		b.Credits, b.Reservations, b.Plans, b.Unpriced, b.Outside, b.Strangers = rated.Credits, rated.Reservations, rated.Plans, rated.Unpriced, rated.Outside, rated.Strangers
		// What reports say of usage was saved already, where they are from: only rated usage is compared.
		b.Compared, b.Apart = rated.Compared, rated.Apart.Add(b.Usage.Sub(rated.Usage))
		all = slices.Insert(all, 0, b)
	}
	if len(all) == 0 {
		all = append(all, rated)
	}
	return all, nil
}
