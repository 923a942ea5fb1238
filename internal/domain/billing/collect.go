package billing

import "fmt"

// Collector makes a bill of lines that have their prices already: imported reports, or what Compute emitted.
type Collector struct {
	org       *Organization
	month     Month
	final     bool
	currency  string
	statement *statement
}

// NewCollector begins a month's bill. Of the organization the payer, the issuer and the invoice units count.
func NewCollector(o *Organization, m Month, final bool) *Collector {
	return &Collector{org: o, month: m, final: final, statement: newStatement()}
}

// Add adds a line. It fails for one of another month or in another currency than the lines before, which belong on another bill,
// and with decimal.ErrRange; the line is then not on this one.
func (c *Collector) Add(l *Line) (err error) {
	defer beyond(c.month, &err)
	if period := MonthOf(l.Bill.PeriodStart); period != c.month {
		return fmt.Errorf("billing: the line %s is of %s, on the bill of %s", l.ID, period, c.month)
	}
	if c.currency != "" && l.Currency != c.currency {
		return fmt.Errorf("billing: the line %s is in %s, on a bill in %s", l.ID, l.Currency, c.currency)
	}
	e := c.statement.entry(l)
	sum := *e
	sum.add(l) // May panic.
	*e, c.currency = sum, l.Currency
	return nil
}

// Bill gives the bill of the lines so far.
func (c *Collector) Bill() (b *Bill, err error) {
	defer beyond(c.month, &err)
	return makeBill(c.org, c.month, c.currency, c.final, c.statement), nil
}
