package costlines

import (
	"maps"
	"slices"

	"umbel/internal/decimal"
	"umbel/internal/lineblock"
)

// table is the lines of a month on their way into segments, by column. Each of its values is there once.
type table struct {
	rows       int
	ids        lineblock.Bytes
	texts      []gathered[string]
	amounts    []lineblock.Numbers
	times      [][]int64
	reserved   []bool
	planned    []bool
	tags       gathered[map[string]string]
	categories gathered[map[string]string]
	discounts  map[int]map[string]decimal.D
	longs      [][]int64 // room of columns that were written
	marks      [][]bool
	sorting    [2][]ordered
	inOrder    []int32
}

// reset empties a table, and keeps its room: what is gathered anew costs no more memory.
func (t *table) reset() {
	t.rows, t.discounts = 0, nil
	t.ids = lineblock.Bytes{Data: t.ids.Data[:0], Ends: t.ids.Ends[:0]}
	for i := range t.texts {
		t.texts[i].reset()
	}
	t.tags.reset()
	t.categories.reset()
	for i := range t.amounts {
		t.longs = spare(t.longs, t.amounts[i].Units)
		t.amounts[i] = lineblock.Numbers{}
	}
	for i := range t.times {
		t.longs = spare(t.longs, t.times[i])
		t.times[i] = nil
	}
	t.marks = spare(spare(t.marks, t.reserved), t.planned)
	t.reserved, t.planned = nil, nil
}

func spare[T any](room [][]T, column []T) [][]T {
	if column != nil {
		room = append(room, column[:0])
	}
	return room
}

// begin gives room for a column that begins after some rows.
func begin[T any](room *[][]T, rows, more int, blank T) (column []T) {
	if last := len(*room) - 1; last >= 0 {
		column, *room = (*room)[last], (*room)[:last]
	}
	column = slices.Grow(column, max(4096, 2*(rows+more)))[:rows]
	for i := range column {
		column[i] = blank
	}
	return column
}

// mostText is how much of identities a table gathers: their places are numbers of 32 bits.
const mostText = 1 << 29

func newTable() *table {
	t := &table{
		texts:   make([]gathered[string], len(lineblock.Texts())),
		amounts: make([]lineblock.Numbers, len(lineblock.Amounts())),
		times:   make([][]int64, len(lineblock.Times())),
	}
	for i := range t.texts {
		t.texts[i] = gather(hashOfText, sameText)
	}
	t.tags, t.categories = gather(hashOfMap, maps.Equal[map[string]string]), gather(hashOfMap, maps.Equal[map[string]string])
	return t
}

// add appends rows of a block, nil for all.
func (t *table) add(b *lineblock.Block, rows []int32) {
	n := b.Rows
	if rows != nil {
		n = len(rows)
	}
	before := t.rows
	t.rows += n
	t.addIDs(&b.IDs, rows, before, n)
	for i := range t.texts {
		t.texts[i].add(&b.Texts[i], rows, before, n)
	}
	for i := range t.amounts {
		t.addNumbers(&t.amounts[i], &b.Amounts[i], rows, before, n)
	}
	for i := range t.times {
		appendRows(&t.longs, &t.times[i], b.Times[i], rows, before, n, lineblock.NoTime)
	}
	appendRows(&t.marks, &t.reserved, b.Reserved, rows, before, n, false)
	appendRows(&t.marks, &t.planned, b.Planned, rows, before, n, false)
	t.tags.add(&b.Tags, rows, before, n)
	t.categories.add(&b.Categories, rows, before, n)
	if len(b.Discounts) == 0 {
		return
	}
	if t.discounts == nil {
		t.discounts = map[int]map[string]decimal.D{}
	}
	for i := range n {
		if d := b.Discounts[rowOf(rows, i)]; len(d) > 0 {
			t.discounts[before+i] = d
		}
	}
}

func rowOf(rows []int32, i int) int {
	if rows == nil {
		return i
	}
	return int(rows[i])
}

// addIDs appends identities.
func (t *table) addIDs(ids *lineblock.Bytes, rows []int32, before, n int) {
	if ids.Ends == nil && len(t.ids.Ends) == 0 {
		return
	}
	for len(t.ids.Ends) < before {
		t.ids.Ends = append(t.ids.Ends, 0)
	}
	if rows == nil && ids.Ends != nil {
		base := uint32(len(t.ids.Data))
		t.ids.Data = append(t.ids.Data, ids.Data[:ids.Ends[n-1]]...)
		for _, end := range ids.Ends[:n] {
			t.ids.Ends = append(t.ids.Ends, base+end)
		}
		return
	}
	for i := range n {
		t.ids.Data = append(t.ids.Data, ids.At(rowOf(rows, i))...)
		t.ids.Ends = append(t.ids.Ends, uint32(len(t.ids.Data)))
	}
}

func (t *table) addNumbers(to, from *lineblock.Numbers, rows []int32, before, n int) {
	appendRows(&t.longs, &to.Units, from.Units, rows, before, n, 0)
	if len(from.Wide) == 0 {
		return
	}
	if to.Wide == nil {
		to.Wide = map[int]decimal.D{}
	}
	for i := range n {
		if d, ok := from.Wide[rowOf(rows, i)]; ok {
			to.Wide[before+i] = d
		}
	}
}

// appendRows appends rows of a column, which may be there late or not at all.
func appendRows[T any](room *[][]T, to *[]T, from []T, rows []int32, before, n int, blank T) {
	if from == nil && *to == nil {
		return
	}
	if *to == nil {
		*to = begin(room, before, n, blank)
	}
	switch {
	case from == nil:
		for range n {
			*to = append(*to, blank)
		}
	case rows == nil:
		*to = append(*to, from[:n]...)
	default:
		for _, row := range rows {
			*to = append(*to, from[row])
		}
	}
}
