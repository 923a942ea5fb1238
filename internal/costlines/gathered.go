package costlines

import (
	"hash/maphash"
	"slices"

	"umbel/internal/lineblock"
)

// gathered is a column of values, each with one code, whatever dictionaries they came with.
type gathered[T any] struct {
	values []T // the first is none
	index  index[T]
	codes  []uint32           // by row; nil while all rows have one
	room   [][]uint32         // for codes
	one    uint32             // their code
	from   *lineblock.Dict[T] // the dictionary met last
	to     []uint32           // a code here and one, by a code there; 0 for what was not met
}

func gather[T any](hash func(T) uint64, same func(a, b T) bool) gathered[T] {
	g := gathered[T]{values: make([]T, 1), index: index[T]{hash: hash, same: same}}
	g.index.reset(g.values)
	return g
}

func (g *gathered[T]) code(dict *lineblock.Dict[T], code uint32) uint32 {
	if n := len(dict.Values); len(g.to) < n {
		g.to = append(g.to, make([]uint32, n-len(g.to))...)
	}
	if known := g.to[code]; known != 0 {
		return known - 1
	}
	var here uint32
	g.values, here = g.index.place(g.values, dict.Values[code])
	g.to[code] = here + 1
	return here
}

// add appends the codes of rows of a block, nil for all; before is how many rows the table had, n how many come.
func (g *gathered[T]) add(c *lineblock.Coded[T], rows []int32, before, n int) {
	if c.Dict != nil && c.Dict != g.from {
		g.from, g.to = c.Dict, g.to[:0]
	}
	if c.Blank() || c.Codes == nil {
		one := uint32(0)
		if !c.Blank() {
			one = g.code(c.Dict, c.One)
		}
		if before == 0 && g.codes == nil {
			g.one = one
		}
		if g.codes == nil && g.one == one {
			return
		}
		g.spread(before, n)
		for range n {
			g.codes = append(g.codes, one)
		}
		return
	}
	g.spread(before, n)
	if size := len(c.Dict.Values); len(g.to) < size {
		g.to = append(g.to, make([]uint32, size-len(g.to))...)
	}
	if rows == nil {
		to := len(g.codes)
		g.codes = slices.Grow(g.codes, n)[:to+n]
		for i, code := range c.Codes[:n] {
			here := g.to[code]
			if here == 0 {
				here = g.code(c.Dict, code) + 1
			}
			g.codes[to+i] = here - 1
		}
		return
	}
	for _, row := range rows {
		g.codes = append(g.codes, g.code(c.Dict, c.Codes[row]))
	}
}

// spread gives each row a code of its own.
func (g *gathered[T]) spread(rows, more int) {
	if g.codes != nil {
		return
	}
	g.codes = begin(&g.room, rows, more, g.one)
}

func (g *gathered[T]) reset() {
	clear(g.values)
	g.room = spare(g.room, g.codes)
	g.values, g.codes, g.one, g.from, g.to = g.values[:1], nil, 0, nil, g.to[:0]
	g.index.reset(g.values)
}

// at gives the code of a row.
func (g *gathered[T]) at(row int32) uint32 {
	if g.codes == nil {
		return g.one
	}
	return g.codes[row]
}

// index finds the code of a value among those that have one. A run has a hundred thousand different values and more, each of which is
// looked up once for every dictionary it comes with: a slot of 8 bytes for each is what stays in the processor's caches, and a map
// of texts does not.
type index[T any] struct {
	hash  func(T) uint64
	same  func(a, b T) bool
	slots []uint64 // half of a value's hash, and its code and one; 0 for none. A power of two, at most half of them taken
}

// fewSlots is how many slots an index begins with.
const fewSlots = 16

// reset leaves an index of some values, which are different from each other.
func (x *index[T]) reset(values []T) {
	if x.slots == nil {
		x.slots = make([]uint64, fewSlots)
	}
	clear(x.slots)
	for code := range values {
		x.put(x.hash(values[code]), code)
	}
}

const hashHalf = 0xffffffff_00000000

// put takes the first free slot from where a value belongs.
func (x *index[T]) put(hash uint64, code int) {
	mask := uint64(len(x.slots) - 1)
	at := hash & mask
	for x.slots[at] != 0 {
		at = (at + 1) & mask
	}
	x.slots[at] = hash&hashHalf | uint64(code+1)
}

// place gives the code of a value, which is added to the others if it is none of them.
func (x *index[T]) place(values []T, value T) ([]T, uint32) {
	hash := x.hash(value)
	mask := uint64(len(x.slots) - 1)
	for at := hash & mask; x.slots[at] != 0; at = (at + 1) & mask {
		if slot := x.slots[at]; slot&hashHalf == hash&hashHalf {
			if code := uint32(slot) - 1; x.same(values[code], value) {
				return values, code
			}
		}
	}
	values = append(values, value)
	if 2*len(values) > len(x.slots) {
		x.slots = make([]uint64, 2*len(x.slots))
		x.reset(values)
	} else {
		x.put(hash, len(values)-1)
	}
	return values, uint32(len(values) - 1)
}

// hashSeed is of this process: hashes are kept nowhere.
var hashSeed = maphash.MakeSeed()

func hashOfText(s string) uint64 { return maphash.String(hashSeed, s) }

func sameText(a, b string) bool { return a == b }

// hashOfMap is the same for equal maps, in whatever order their keys are met.
func hashOfMap(m map[string]string) (hash uint64) {
	for key, value := range m {
		hash += (hashOfText(key) ^ hashOfText(value)<<1) * 0x9e3779b97f4a7c15
	}
	return hash
}
