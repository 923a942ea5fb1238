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
	if !c.takes(l.Currency) {
		return fmt.Errorf("billing: the line %s is in %s, on a bill in %s", l.ID, l.Currency, c.currency)
	}
	r := RowOf(l) // May panic.
	c.add(l.Currency, &r)
	return nil
}

// AddRow adds what all lines of a row are together, which are of the bill's month. It fails as Add does for a row in another
// currency, and with decimal.ErrRange; the row is then not on this bill.
func (c *Collector) AddRow(currency string, r *Row) (err error) {
	defer beyond(c.month, &err)
	if !c.takes(currency) {
		return fmt.Errorf("billing: lines of %s for %s are in %s, on a bill in %s", r.Account, r.UsageType, currency, c.currency)
	}
	c.add(currency, r)
	return nil
}

// takes tells whether what is in a currency can be on the bill.
func (c *Collector) takes(currency string) bool { return c.currency == "" || c.currency == currency }

// add adds a row, or panics with decimal.ErrRange. Where lines of a kind give several names, the first of them in order is the
// row's, in whatever order they come.
func (c *Collector) add(currency string, r *Row) {
	e := c.statement.like(r)
	sum := *e
	sum.plus(r)
	if e.Lines == 0 || r.Name != "" && (sum.Name == "" || r.Name < sum.Name) {
		sum.Name = r.Name
	}
	*e, c.currency = sum, currency
}

// Bill gives the bill of the lines so far.
func (c *Collector) Bill() (b *Bill, err error) {
	defer beyond(c.month, &err)
	return makeBill(c.org, c.month, c.currency, c.final, c.statement), nil
}
