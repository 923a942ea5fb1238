package costlines

import "slices"

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
	keys []key
	ids  []int32 // by selected row; nil if all are in the first
}

func (g *groups) id(i int) int32 {
	if g.ids == nil {
		return 0
	}
	return g.ids[i]
}

// maxCells is how large a table of groups may be: of old groups by codes.
const maxCells = 1 << 20

// split divides the groups by a column: codes has the selected rows' codes, parts the number of the part of a code and, before
// the first, of none; there are n parts. set names a key's part.
func (g *groups) split(of *scratch, codes, parts []int32, n int, set func(k *key, part int32)) {
	var keys []key
	enter := func(old, part int32) int32 {
		k := g.keys[old]
		set(&k, part)
		keys = append(keys, k)
		return int32(len(keys))
	}
	switch cells := len(g.keys) * n; {
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
				id = enter(0, part)
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
				id = enter(ids[i], part)
				table[cell] = id
			}
			ids[i] = id - 1
		}
	}
	g.keys = keys
}

// splitSparsely is split for more groups than a table should have.
func (g *groups) splitSparsely(of *scratch, codes, parts []int32, n int, enter func(old, part int32) int32) {
	table := map[int64]int32{}
	ids := of.int32s(len(codes))
	for i, code := range codes {
		old, part := g.id(i), parts[code+1]
		cell := int64(old)*int64(n) + int64(part)
		id, ok := table[cell]
		if !ok {
			id = enter(old, part)
			table[cell] = id
		}
		ids[i] = id - 1
	}
	g.ids = ids
}

// splitByText divides by the values of a column; what has no value is like what has an empty one.
func (g *groups) splitByText(r *reading, sel *selection, column string, at func(*key) *string) error {
	data, err := r.text(column)
	if err != nil {
		return err
	}
	if data.codes == nil {
		for i := range g.keys {
			*at(&g.keys[i]) = data.values[0]
		}
		return nil
	}
	n := int32(len(data.values))
	parts := r.scratch.int32s(len(data.values) + 1)
	for i := range data.values {
		parts[i+1] = int32(i)
	}
	if parts[0] = int32(slices.Index(data.values, "")); parts[0] < 0 {
		parts[0] = n
	}
	g.split(r.scratch, sel.codes(r.scratch, data.codes), parts, len(data.values)+1, func(k *key, part int32) {
		if part < n {
			*at(k) = data.values[part]
		}
	})
	return nil
}
