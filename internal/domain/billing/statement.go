package billing

import (
	"cmp"
	"maps"
	"slices"

	"umbel/internal/decimal"
)

// Row is what a subtotal of a bill is made of: all lines of one account that differ in time and resource only. Embedded is what they
// are together.
type Row struct {
	Subtotal
	Service, Region, UsageType, Operation, Description, Unit string
	Rate                                                     decimal.D // unblended
	Usage, Normalized                                        decimal.D
}

// Compare orders rows as they are shown: by account, seller, product and what is bought of it, the higher rate first.
func (r *Row) Compare(o *Row) int {
	return cmp.Or(cmp.Compare(r.Account, o.Account), cmp.Compare(r.Seller, o.Seller), cmp.Compare(r.Product, o.Product), cmp.Compare(r.Service, o.Service),
		cmp.Compare(r.Region, o.Region), cmp.Compare(r.UsageType, o.UsageType), cmp.Compare(r.Operation, o.Operation), cmp.Compare(r.Type, o.Type),
		cmp.Compare(r.Bill, o.Bill), o.Rate.Cmp(r.Rate), cmp.Compare(r.Description, o.Description), cmp.Compare(r.Unit, o.Unit), cmp.Compare(r.Name, o.Name))
}

// entry is a row in the making.
type entry struct {
	counted   counted   // first, for it is what most pieces touch
	hourly    bool      // it blends by the hour: what is counted then is blended already
	pool      *pool     // that it blends with over the month; nil for none
	blendable decimal.D // usage that blends over the month
	rate      decimal.D // blended
	leftUsage decimal.D // not blended yet
	leftCost  decimal.D
	invoice   string // of its lines, once it is known
	Row
}

// counted sums up, by writer.count, lines whose amounts are all the same.
type counted struct {
	lines                            int64
	usage, cost, normalized, blended decimal.D
}

// settle adds what was counted to the row.
func (e *entry) settle() {
	c := &e.counted
	e.Usage, e.Normalized = e.Usage.Add(c.usage), e.Normalized.Add(c.normalized)
	e.Totals.Add(&Totals{c.cost, c.blended, c.cost, c.cost, c.cost, c.lines})
	if !e.hourly {
		e.blendable, e.leftCost = e.blendable.Add(c.usage), e.leftCost.Add(c.cost)
	}
	*c = counted{}
}

// statement collects lines into rows.
type statement struct {
	rows map[RowKey]*entry
}

// RowKey tells rows apart.
type RowKey struct {
	subtotalKey
	service, region, usageType, operation, description, unit string
	rate                                                     decimal.D
}

// settle makes every row whole.
func (s *statement) settle() {
	for _, e := range s.rows {
		e.settle()
	}
}

func newStatement() *statement { return &statement{map[RowKey]*entry{}} }

// Key gives what tells the row apart.
func (r *Row) Key() RowKey {
	return RowKey{r.key(), r.Service, r.Region, r.UsageType, r.Operation, r.Description, r.Unit, r.Rate}
}

// RowOf gives the row that a line alone makes. It panics with decimal.ErrRange as Line.Amortized does.
func RowOf(l *Line) Row {
	r := l.row()
	r.add(l)
	return r
}

// row gives the row of a line, without its amounts.
func (l *Line) row() Row {
	return Row{
		Subtotal: Subtotal{Account: l.Account, Seller: l.seller(), Product: l.Product, Name: l.Detail.Name, Type: l.Type, Bill: l.Bill.Type},
		Service:  l.Detail.Service, Region: l.Detail.Region, UsageType: l.UsageType, Operation: l.Operation, Description: l.Description,
		Unit: l.Pricing.Unit, Rate: l.UnblendedRate,
	}
}

// seller is who sells a Marketplace product; "" is AWS.
func (l *Line) seller() string {
	if l.Bill.Entity == EntityMarketplace {
		return l.LegalEntity
	}
	return ""
}

// entry gives the row of a line; a new one has nothing of its amounts yet.
func (s *statement) entry(l *Line) *entry {
	r := l.row()
	key := r.Key()
	e := s.rows[key]
	if e == nil {
		e = &entry{Row: r}
		s.rows[key] = e
	}
	return e
}

// add adds a line's amounts.
func (r *Row) add(l *Line) {
	r.Usage, r.Normalized = r.Usage.Add(l.Usage), r.Normalized.Add(l.Normalized)
	r.Totals.Add(&Totals{l.Unblended, l.Blended, l.Amortized(), l.NetUnblended, l.NetAmortized(), 1})
}

// Add adds another part of the same row. It fails with decimal.ErrRange.
func (r *Row) Add(o *Row) (err error) {
	defer outOfRange(&err)
	r.Usage, r.Normalized = r.Usage.Add(o.Usage), r.Normalized.Add(o.Normalized)
	r.Totals.Add(&o.Totals)
	return nil
}

// subtotals sums the rows up.
func (s *statement) subtotals() subtotals {
	all := subtotals{}
	for _, e := range s.rows {
		all.add(&e.Subtotal)
	}
	return all
}

// sorted gives the entries in the order of the bill.
func (s *statement) sorted() []*entry {
	all := slices.Collect(maps.Values(s.rows))
	slices.SortFunc(all, func(a, b *entry) int { return a.Compare(&b.Row) })
	return all
}

// blend gives the rows that blend over the month their share: what the organization paid for usage of that kind over how much it
// used. The last row of a kind takes what rounding leaves.
func (s *statement) blend() {
	type sum struct{ usage, cost, rate, leftUsage, leftCost decimal.D }
	sums := map[*pool]*sum{}
	all := s.sorted()
	for _, e := range all {
		if e.pool == nil || e.blendable.IsZero() {
			continue
		}
		t := sums[e.pool]
		if t == nil {
			t = &sum{}
			sums[e.pool] = t
		}
		t.usage, t.cost = t.usage.Add(e.blendable), t.cost.Add(e.leftCost)
	}
	for _, t := range sums {
		t.rate, t.leftUsage, t.leftCost = over(t.cost, t.usage), t.usage, t.cost
	}
	for _, e := range all {
		if e.pool == nil || e.blendable.IsZero() {
			continue
		}
		t := sums[e.pool]
		share := times(t.rate, e.blendable)
		if e.blendable == t.leftUsage {
			share = t.leftCost
		}
		t.leftUsage, t.leftCost = t.leftUsage.Sub(e.blendable), t.leftCost.Sub(share)
		e.Blended = e.Blended.Add(share)
		e.rate, e.leftUsage, e.leftCost = t.rate, e.blendable, share
	}
}
