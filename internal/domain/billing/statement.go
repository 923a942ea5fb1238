package billing

import (
	"cmp"
	"maps"
	"slices"

	"umbel/internal/decimal"
)

// kind is what rows of different accounts have in common.
type kind struct {
	Row      // of no account, with no amounts
	rank int // in the order of rows, once they are sorted
}

// entry is a row in the making. An organization of tens of thousands of accounts has millions of them.
type entry struct {
	counted   counted   // first, for it is what most pieces touch
	hourly    bool      // it blends by the hour: what is counted then is blended already
	pool      *pool     // that it blends with over the month; nil for none
	blendable decimal.D // usage that blends over the month
	rate      decimal.D // blended
	leftUsage decimal.D // not blended yet
	leftCost  decimal.D
	invoice   string // of its lines, once it is known
	entryKey
	Totals
	usage decimal.D
}

// entryKey tells entries apart.
type entryKey struct {
	account string
	kind    *kind
}

// counted sums up, by writer.count, lines whose amounts are all the same.
type counted struct {
	lines                int64
	usage, cost, blended decimal.D
}

// settle adds what was counted to the row.
func (e *entry) settle() {
	c := &e.counted
	e.usage = e.usage.Add(c.usage)
	e.Totals.Add(&Totals{c.cost, c.blended, c.cost, c.cost, c.cost, c.lines})
	if !e.hourly {
		e.blendable, e.leftCost = e.blendable.Add(c.usage), e.leftCost.Add(c.cost)
	}
	*c = counted{}
}

// statement collects lines into rows.
type statement struct {
	kinds map[RowKey]*kind
	rows  map[entryKey]*entry
}

// settle makes every row whole.
func (s *statement) settle() {
	for _, e := range s.rows {
		e.settle()
	}
}

func newStatement() *statement { return &statement{map[RowKey]*kind{}, map[entryKey]*entry{}} }

// entry gives the row of a line; a new one has nothing of its amounts yet.
func (s *statement) entry(l *Line) *entry {
	r := l.row()
	r.Account = ""
	k := s.kinds[r.Key()]
	if k == nil {
		k = &kind{Row: r}
		s.kinds[r.Key()] = k
	}
	key := entryKey{l.Account, k}
	e := s.rows[key]
	if e == nil {
		e = &entry{entryKey: key}
		s.rows[key] = e
	}
	return e
}

// add adds a line's amounts.
func (e *entry) add(l *Line) {
	e.usage = e.usage.Add(l.Usage)
	e.Totals.Add(new(l.totals()))
}

// subtotals sums the rows up.
func (s *statement) subtotals() subtotals {
	all := subtotals{}
	for _, e := range s.rows {
		part := e.kind.Subtotal
		part.Account, part.Totals = e.account, e.Totals
		all.add(&part)
	}
	return all
}

// sorted gives the entries in the order of rows.
func (s *statement) sorted() []*entry {
	kinds := slices.SortedFunc(maps.Values(s.kinds), func(a, b *kind) int { return a.Compare(&b.Row) })
	for i, k := range kinds {
		k.rank = i
	}
	return slices.SortedFunc(maps.Values(s.rows), func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.kind.rank, b.kind.rank))
	})
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
