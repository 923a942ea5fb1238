package billing

import "fmt"

// Collector makes a bill of lines that have their prices already: imported reports, or what Compute emitted.
type Collector struct {
	org       *Organization
	month     Month
	final     bool
	currency  string
	subtotals subtotals
}

// NewCollector begins a month's bill. Of the organization the payer, the issuer and the invoice units count.
func NewCollector(o *Organization, m Month, final bool) *Collector {
	return &Collector{org: o, month: m, final: final, subtotals: subtotals{}}
}

// Add adds a line. It fails for one of another month or in another currency than the lines before, which belong on another bill,
// and with decimal.ErrRange; the line is then not on this one.
func (c *Collector) Add(l *Line) (err error) {
	defer beyond(c.month, &err)
	if period := MonthOf(l.Bill.PeriodStart); period != c.month {
		return fmt.Errorf("billing: the line %s is of %s, on the bill of %s", l.ID, period, c.month)
	}
	if !c.takes(l.Currency) {
		return fmt.Errorf("billing: the line %s is in %s, on a bill in %s", l.ID, l.Currency, c.currency)
	}
	r := RowOf(l) // May panic.
	c.add(l.Currency, &r.Subtotal)
	return nil
}

// AddSubtotal adds what lines of the bill's month are together. It fails as Add does for one in another currency, and with
// decimal.ErrRange; it is then not on this bill.
func (c *Collector) AddSubtotal(currency string, t *Subtotal) (err error) {
	defer beyond(c.month, &err)
	if !c.takes(currency) {
		return fmt.Errorf("billing: lines of %s for %s are in %s, on a bill in %s", t.Account, t.Product, currency, c.currency)
	}
	c.add(currency, t)
	return nil
}

// takes tells whether what is in a currency can be on the bill.
func (c *Collector) takes(currency string) bool { return c.currency == "" || c.currency == currency }

// add adds a part of a subtotal, or panics with decimal.ErrRange.
func (c *Collector) add(currency string, t *Subtotal) {
	c.subtotals.add(t)
	c.currency = currency
}

// Bill gives the bill of the lines so far.
func (c *Collector) Bill() (b *Bill, err error) {
	defer beyond(c.month, &err)
	return makeBill(c.org, c.month, c.currency, c.final, c.subtotals), nil
}
