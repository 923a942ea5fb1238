package costlines

import (
	"math/bits"
	"slices"
)

// selection is the rows of a segment that a question is about.
type selection struct {
	rows  []int32 // nil for all
	count int
}

func (s *selection) row(i int) int {
	if s.rows == nil {
		return i
	}
	return int(s.rows[i])
}

// ofRows gives the values of the selected rows, of those of all.
func ofRows[T any](s *selection, all, into []T) []T {
	for i, row := range s.rows {
		into[i] = all[row]
	}
	return into
}

// codes gives the codes of the selected rows. They are not to be changed.
func (s *selection) codes(of *scratch, all []int32) []int32 {
	if s.rows == nil {
		return all
	}
	return ofRows(s, all, of.int32s(s.count))
}

// numbers gives the numbers of the selected rows. They are not to be changed.
func (s *selection) numbers(of *scratch, data *numberData) []int64 {
	switch {
	case data.codes != nil:
		out := of.int64s(s.count)
		for i, code := range s.codes(of, data.codes) {
			out[i] = data.values[code]
		}
		return out
	case s.rows == nil:
		return data.values
	}
	return ofRows(s, data.values, of.int64s(s.count))
}

// groups numbers the groups that the selected rows of a segment are in.
type groups struct {
	firsts []int32 // of each group, the first of the selected rows that are in it
	ids    []int32 // by selected row; nil if all are in the first
}

// newGroups begins with all rows in one group.
func newGroups() *groups { return &groups{firsts: make([]int32, 1)} }

func (g *groups) id(i int) int32 {
	if g.ids == nil {
		return 0
	}
	return g.ids[i]
}

// maxCells is how large a table of groups may be: of old groups by codes.
const maxCells = 1 << 20

// split divides the groups by a column: codes has the selected rows' codes, parts the number of the part of a code and, before
// the first, of none; there are n parts.
func (g *groups) split(of *scratch, codes, parts []int32, n int) {
	var firsts []int32
	enter := func(i int) int32 {
		firsts = append(firsts, int32(i))
		return int32(len(firsts))
	}
	switch cells := len(g.firsts) * n; {
	case cells > maxCells:
		g.splitSparsely(of, codes, parts, n, enter)
	case g.ids == nil:
		table := of.int32s(n) // a group's number and one; 0 for none yet
		clear(table)
		g.ids = of.int32s(len(codes))
		for i, code := range codes {
			part := parts[code+1]
			id := table[part]
			if id == 0 {
				id = enter(i)
				table[part] = id
			}
			g.ids[i] = id - 1
		}
	default:
		table := of.int32s(cells)
		clear(table)
		ids := g.ids[:len(codes)]
		for i, code := range codes {
			part := parts[code+1]
			cell := ids[i]*int32(n) + part
			id := table[cell]
			if id == 0 {
				id = enter(i)
				table[cell] = id
			}
			ids[i] = id - 1
		}
	}
	g.firsts = firsts
}

// splitSparsely is split for more groups than a table should have: of those that there are, each has a slot of a table that is at
// most half full.
func (g *groups) splitSparsely(of *scratch, codes, parts []int32, n int, enter func(i int) int32) {
	width := bits.Len(uint(2 * len(codes)))
	mask := uint64(1<<width - 1)
	cells, numbers := of.int64s(1<<width), of.int32s(1<<width) // a group's number and one; 0 for none yet
	clear(numbers)
	ids := of.int32s(len(codes))
	for i, code := range codes {
		cell := int64(g.id(i))*int64(n) + int64(parts[code+1])
		at := uint64(cell) * 0x9e3779b97f4a7c15 >> (64 - width)
		for numbers[at] != 0 && cells[at] != cell {
			at = (at + 1) & mask
		}
		if numbers[at] == 0 {
			cells[at], numbers[at] = cell, enter(i)
		}
		ids[i] = numbers[at] - 1
	}
	g.ids = ids
}

// splitByText divides by the values of a column; what has no value is like what has an empty one.
func (g *groups) splitByText(r *reading, sel *selection, column string) error {
	data, err := r.text(column)
	if err != nil || data.codes == nil {
		return err
	}
	parts := r.scratch.parts(len(data.values))
	if parts[0] = int32(slices.Index(data.values, "")); parts[0] < 0 {
		parts[0] = int32(len(data.values))
	}
	g.split(r.scratch, sel.codes(r.scratch, data.codes), parts, len(data.values)+1)
	return nil
}

// splitByAmount divides by the values of a column of amounts; no value is one of 0.
func (g *groups) splitByAmount(r *reading, sel *selection, data *amountData) {
	if data.codes != nil {
		g.split(r.scratch, sel.codes(r.scratch, data.codes), r.scratch.parts(len(data.values)), len(data.values))
	}
}

// parts gives each of n codes a part of its own.
func (s *scratch) parts(n int) []int32 {
	parts := s.int32s(n + 1)
	parts[0] = 0
	for i := range n {
		parts[i+1] = int32(i)
	}
	return parts
}
