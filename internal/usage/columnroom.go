package usage

import (
	"slices"

	"umbel/internal/lineblock"
)

// room is memory for the columns of one block at a time, which the next block made in it uses again.
type room struct {
	codes spares[uint32]
	longs spares[int64]
	bytes []*lineblock.Bytes
	lent  int // of bytes
}

// spares are columns, the first of which are in use.
type spares[T any] struct {
	columns [][]T
	lent    int
}

// empty takes back all that was lent.
func (r *room) empty() { r.codes.lent, r.longs.lent, r.lent = 0, 0, 0 }

// ofCodes lends a column of zeros.
func (r *room) ofCodes(rows int) []uint32 {
	codes := r.codes.lend(rows)
	clear(codes)
	return codes
}

// ofLongs lends a column, with whatever is in it.
func (r *room) ofLongs(rows int) []int64 { return r.longs.lend(rows) }

// ofBytes lends a column without rows.
func (r *room) ofBytes(rows int) *lineblock.Bytes {
	if r.lent == len(r.bytes) {
		r.bytes = append(r.bytes, new(lineblock.Bytes))
	}
	b := r.bytes[r.lent]
	r.lent++
	b.Data, b.Ends = b.Data[:0], slices.Grow(b.Ends[:0], rows)
	return b
}

func (s *spares[T]) lend(rows int) []T {
	if s.lent == len(s.columns) {
		s.columns = append(s.columns, nil)
	}
	of := &s.columns[s.lent]
	s.lent++
	if cap(*of) < rows {
		*of = make([]T, rows)
	}
	return (*of)[:rows]
}

// Dictionaries grow while blocks that have codes of theirs are read by another goroutine. So a block that is handed on has twins
// instead, which only its receiver touches: they are given what the dictionaries had when the block was made. The twin of a dictionary
// stays the same one from block to block, because receivers remember what they know of a dictionary's codes.

// twins are those of texts and of maps.
type twins struct {
	texts twinsOf[string]
	maps  twinsOf[map[string]string]
}

// twinsOf are twins by the dictionaries they are of.
type twinsOf[T any] struct {
	of   map[*lineblock.Dict[T]]*twin[T]
	turn int
}

type twin[T any] struct {
	dict *lineblock.Dict[T]
	met  int // the last turn that had it
}

// forgetful is after how many blocks without it a dictionary loses its twin. Many are of one block only.
const forgetful = 8

// shown is what a block has of dictionaries, until its receiver takes it.
type shown struct {
	texts []edition[string]
	maps  []edition[map[string]string]
}

// edition is what a dictionary had when a block was made, for its twin.
type edition[T any] struct {
	twin   *lineblock.Dict[T]
	values []T
}

// handOn makes a block ready for another goroutine.
func (t *twins) handOn(b *columns) {
	t.texts.begin()
	t.maps.begin()
	s := &b.shown
	for i := range b.block.Texts {
		s.texts = t.texts.replace(&b.block.Texts[i].Dict, s.texts)
	}
	s.maps = t.maps.replace(&b.block.Tags.Dict, s.maps)
	s.maps = t.maps.replace(&b.block.Categories.Dict, s.maps)
}

// begin begins a block.
func (t *twinsOf[T]) begin() {
	if t.of == nil {
		t.of = map[*lineblock.Dict[T]]*twin[T]{}
	}
	if t.turn++; t.turn%forgetful == 0 {
		for dict, twin := range t.of {
			if twin.met <= t.turn-forgetful {
				delete(t.of, dict)
			}
		}
	}
}

// replace puts a dictionary's twin in its place, and notes what it is to be given.
func (t *twinsOf[T]) replace(dict **lineblock.Dict[T], all []edition[T]) []edition[T] {
	if *dict == nil {
		return all
	}
	of := t.of[*dict]
	if of == nil {
		of = &twin[T]{dict: new(lineblock.Dict[T])}
		t.of[*dict] = of
	}
	of.met = t.turn
	all = append(all, edition[T]{of.dict, (*dict).Values})
	*dict = of.dict
	return all
}

// arrive gives the twins of a block that was handed on what they had when it was made. Its receiver calls it, block by block.
func (b *columns) arrive() {
	arrived(b.shown.texts)
	arrived(b.shown.maps)
	b.shown.texts, b.shown.maps = b.shown.texts[:0], b.shown.maps[:0]
}

func arrived[T any](all []edition[T]) {
	for _, e := range all {
		e.twin.Values = e.values
	}
}
