package costlines

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"umbel/internal/lineblock"
)

// placesOf are where the columns are in a table that decide the order of lines.
var (
	accountText, productText     = textPlace(Account), textPlace(Product)
	usageTypeText, operationText = textPlace(UsageType), textPlace(Operation)
	resourceText, lineTypeText   = textPlace(Resource), textPlace(LineType)
	payerText                    = textPlace("bill_payer_account_id")
	startTime, periodTime        = timePlace(startColumn), timePlace(periodColumn)
)

func timePlace(name string) int { return lineblock.Place(lineblock.Times(), name) }

func textPlace(name string) int { return lineblock.Place(lineblock.Texts(), name) }

// ordered is a row and as much of what it is ordered by as fits a number.
type ordered struct {
	key uint64
	row int32
}

// order gives the rows in the order of compareLines: account, product, time; then whatever keeps like beside like.
func (t *table) order() []int32 {
	rows, whole := t.keys()
	t.sortByKey(rows)
	if !whole {
		slices.SortFunc(rows, func(a, b ordered) int { return t.compare(a.row, b.row) })
	} else {
		for from := 0; from < len(rows); {
			to := from + 1
			for to < len(rows) && rows[to].key == rows[from].key {
				to++
			}
			if to-from > 1 {
				slices.SortFunc(rows[from:to], func(a, b ordered) int { return t.compareRest(a.row, b.row) })
			}
			from = to
		}
	}
	t.inOrder = slices.Grow(t.inOrder[:0], len(rows))[:len(rows)]
	for i, r := range rows {
		t.inOrder[i] = r.row
	}
	return t.inOrder
}

// keys gives each row the ranks of its account, product, start, usage type and operation as one number; whole tells that they fit.
func (t *table) keys() (rows []ordered, whole bool) {
	t.sorting[0] = slices.Grow(t.sorting[0][:0], t.rows)[:t.rows]
	rows = t.sorting[0]
	for i := range rows {
		rows[i] = ordered{row: int32(i)}
	}
	left := 64
	for _, place := range []int{accountText, productText, -1, usageTypeText, operationText} {
		if place < 0 {
			key, width := timeKeys(t.times[startTime])
			if left -= width; left < 0 {
				return rows, false
			}
			for i, at := range t.times[startTime] {
				rows[i].key = rows[i].key<<width | key(at)
			}
			continue
		}
		g := &t.texts[place]
		if g.codes == nil {
			continue
		}
		width := bits.Len(uint(len(g.values)))
		if left -= width; left < 0 {
			return rows, false
		}
		ranks := textRanks(g.values)
		for i := range rows {
			rows[i].key = rows[i].key<<width | ranks[g.codes[i]]
		}
	}
	return rows, true
}

// textRanks gives the place of each value among all, sorted.
func textRanks(values []string) []uint64 {
	sorted := make([]uint32, len(values))
	for i := range sorted {
		sorted[i] = uint32(i)
	}
	slices.SortFunc(sorted, func(a, b uint32) int { return strings.Compare(values[a], values[b]) })
	ranks := make([]uint64, len(values))
	for rank, i := range sorted {
		ranks[i] = uint64(rank)
	}
	return ranks
}

// timeKeys gives numbers that order times, and how many bits they have: the hours since the first where all are whole ones, else the
// seconds or microseconds.
func timeKeys(times []int64) (key func(at int64) uint64, width int) {
	first, last := slices.Min(times), slices.Max(times)
	by := int64(1)
	for _, unit := range []int64{3_600_000_000, 1_000_000} {
		if !slices.ContainsFunc(times, func(at int64) bool { return (at-first)%unit != 0 }) {
			by = unit
			break
		}
	}
	return func(at int64) uint64 { return uint64((at - first) / by) }, bits.Len64(uint64((last - first) / by))
}

// sortByKey sorts rows by their keys and keeps the order of equal ones: by one digit of eleven bits after the other.
func (t *table) sortByKey(rows []ordered) {
	const digit = 11
	most := uint64(0)
	for _, r := range rows {
		most |= r.key
	}
	t.sorting[1] = slices.Grow(t.sorting[1][:0], len(rows))
	other := t.sorting[1][:len(rows)]
	from, to := rows, other
	for shift := 0; shift < bits.Len64(most); shift += digit {
		var starts [1<<digit + 1]int32
		for _, r := range from {
			starts[r.key>>shift&(1<<digit-1)+1]++
		}
		for i := 1; i < len(starts); i++ {
			starts[i] += starts[i-1]
		}
		for _, r := range from {
			at := &starts[r.key>>shift&(1<<digit-1)]
			to[*at] = r
			*at++
		}
		from, to = to, from
	}
	if len(rows) > 0 && &from[0] != &rows[0] {
		copy(rows, from)
	}
}

// compare compares two rows by all that decides their order.
func (t *table) compare(a, b int32) int {
	starts := t.times[startTime]
	return cmp.Or(t.compareText(accountText, a, b), t.compareText(productText, a, b), cmp.Compare(starts[a], starts[b]),
		t.compareText(usageTypeText, a, b), t.compareText(operationText, a, b), t.compareRest(a, b))
}

// compareRest compares by what is no part of the keys.
func (t *table) compareRest(a, b int32) int {
	if by := t.compareText(resourceText, a, b); by != 0 {
		return by
	}
	if by := t.compareText(lineTypeText, a, b); by != 0 {
		return by
	}
	return bytes.Compare(t.ids.At(int(a)), t.ids.At(int(b)))
}

func (t *table) compareText(place int, a, b int32) int {
	g := &t.texts[place]
	if x, y := g.at(a), g.at(b); x != y {
		return strings.Compare(g.values[x], g.values[y])
	}
	return 0
}
