package billing

import (
	"cmp"
	"maps"
	"slices"

	"umbel/internal/decimal"
)

// Row is one row of a bill: all lines of one account that differ in time and resource only.
type Row struct {
	Account, Product, Name, Service, Region string
	UsageType, Operation, Description, Unit string
	Seller                                  string // of a Marketplace product; "" is AWS
	Type                                    LineType
	Bill                                    BillType
	Rate                                    decimal.D // unblended
	Lines                                   int64
	Usage, Normalized                       decimal.D
	Unblended, Blended, Amortized           decimal.D
	NetUnblended, NetAmortized              decimal.D
}

func (r *Row) compare(o *Row) int {
	return cmp.Or(cmp.Compare(r.Account, o.Account), cmp.Compare(r.Seller, o.Seller), cmp.Compare(r.Product, o.Product), cmp.Compare(r.Service, o.Service),
		cmp.Compare(r.Region, o.Region), cmp.Compare(r.UsageType, o.UsageType), cmp.Compare(r.Operation, o.Operation), cmp.Compare(r.Type, o.Type),
		cmp.Compare(r.Bill, o.Bill), o.Rate.Cmp(r.Rate), cmp.Compare(r.Description, o.Description), cmp.Compare(r.Unit, o.Unit))
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
	e.Lines, e.Usage, e.Normalized, e.Blended = e.Lines+c.lines, e.Usage.Add(c.usage), e.Normalized.Add(c.normalized), e.Blended.Add(c.blended)
	for _, amount := range [...]*decimal.D{&e.Unblended, &e.NetUnblended, &e.Amortized, &e.NetAmortized} {
		*amount = amount.Add(c.cost)
	}
	if !e.hourly {
		e.blendable, e.leftCost = e.blendable.Add(c.usage), e.leftCost.Add(c.cost)
	}
	*c = counted{}
}

// statement collects lines into rows.
type statement struct {
	rows map[rowKey]*entry
}

// rowKey tells rows apart.
type rowKey struct {
	account, product, service, region       string
	usageType, operation, description, unit string
	seller                                  string
	kind                                    LineType
	bill                                    BillType
	rate                                    decimal.D
}

// settle makes every row whole.
func (s *statement) settle() {
	for _, e := range s.rows {
		e.settle()
	}
}

func newStatement() *statement { return &statement{map[rowKey]*entry{}} }

// key gives what tells the row apart.
func (r *Row) key() rowKey {
	return rowKey{
		account: r.Account, product: r.Product, service: r.Service, region: r.Region, usageType: r.UsageType, operation: r.Operation,
		description: r.Description, unit: r.Unit, seller: r.Seller, kind: r.Type, bill: r.Bill, rate: r.Rate,
	}
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
		Account: l.Account, Product: l.Product, Name: l.Detail.Name, Service: l.Detail.Service, Region: l.Detail.Region, UsageType: l.UsageType,
		Operation: l.Operation, Description: l.Description, Unit: l.Pricing.Unit, Seller: l.seller(), Type: l.Type, Bill: l.Bill.Type, Rate: l.UnblendedRate,
	}
}

// seller is who sells a Marketplace product; "" is AWS.
func (l *Line) seller() string {
	if l.Bill.Entity == EntityMarketplace {
		return l.LegalEntity
	}
	return ""
}

// entry gives the row of a line.
func (s *statement) entry(l *Line) *entry {
	r := l.row()
	return s.like(&r)
}

// like gives the row of a row's kind; a new one has nothing of its amounts yet.
func (s *statement) like(r *Row) *entry {
	key := r.key()
	e := s.rows[key]
	if e == nil {
		e = &entry{Row: Row{
			Account: r.Account, Product: r.Product, Name: r.Name, Service: r.Service, Region: r.Region, UsageType: r.UsageType, Operation: r.Operation,
			Description: r.Description, Unit: r.Unit, Seller: r.Seller, Type: r.Type, Bill: r.Bill, Rate: r.Rate,
		}}
		s.rows[key] = e
	}
	return e
}

// add adds a line's amounts.
func (r *Row) add(l *Line) {
	r.sum(1, l.Usage, l.Normalized, l.Unblended, l.Blended, l.NetUnblended, l.Amortized(), l.NetAmortized())
}

// plus adds another row's amounts.
func (r *Row) plus(o *Row) {
	r.sum(o.Lines, o.Usage, o.Normalized, o.Unblended, o.Blended, o.NetUnblended, o.Amortized, o.NetAmortized)
}

func (r *Row) sum(lines int64, usage, normalized, unblended, blended, netUnblended, amortized, netAmortized decimal.D) {
	r.Lines += lines
	r.Usage, r.Normalized = r.Usage.Add(usage), r.Normalized.Add(normalized)
	r.Unblended, r.Blended = r.Unblended.Add(unblended), r.Blended.Add(blended)
	r.NetUnblended = r.NetUnblended.Add(netUnblended)
	r.Amortized, r.NetAmortized = r.Amortized.Add(amortized), r.NetAmortized.Add(netAmortized)
}

// sorted gives the entries in the order of the bill.
func (s *statement) sorted() []*entry {
	all := slices.Collect(maps.Values(s.rows))
	slices.SortFunc(all, func(a, b *entry) int { return a.compare(&b.Row) })
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
