package costlines

import (
	"strings"
	"sync"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// mostTallied is how many parts of a bill a tally holds before they are given: as many rows as a large bill has, so that few are given
// twice, and no more memory however many there are.
const mostTallied = 1 << 18

// tally is parts of a bill in the making: the sums of several segments. Its texts and rates have codes that are the same for all of
// them, so that a part is found by numbers.
type tally struct {
	sums
	part  *BillPart
	texts []coding[string]
	rates coding[decimal.D]
	// accounts has the parts of each account, by its code. A segment is in the order of accounts, so that one after the other of these
	// is what is looked into, and the processor's caches hold it.
	accounts []accountParts
}

// partCodes are the code of a part's rate, and those of its texts: as many as BillRows has, which is the part with the most.
type partCodes [1 + 14]uint32

// accountParts are the parts of an account, and which of the tally's sums are theirs.
type accountParts struct {
	coding[partCodes]
	sums []int32
}

func newTally(part *BillPart) *tally {
	t := &tally{part: part}
	t.reset()
	return t
}

// reset empties the tally.
func (t *tally) reset() {
	*t = tally{sums: sums{metrics: t.part.metrics}, part: t.part, texts: make([]coding[string], len(t.part.texts)), rates: newCoding(hashOfAmount)}
	for i := range t.texts {
		t.texts[i] = newCoding(hashOfText)
	}
}

// take adds the selected lines of a segment: they are grouped and summed up by its own codes first.
func (t *tally) take(r *reading, sel *selection) error {
	g := newGroups()
	texts := make([]*textData, len(t.texts))
	for i, column := range t.part.texts {
		if err := g.splitByText(r, sel, column); err != nil {
			return err
		}
		texts[i] = r.texts[column]
	}
	rates := &amountData{values: make([]decimal.D, 1)} // all alike
	if t.part.rated {
		var err error
		if rates, err = r.coded(rateColumn); err != nil {
			return err
		}
		g.splitByAmount(r, sel, rates)
	}
	rows := make([]int, len(g.firsts)) // of each group, one of its rows
	for n, first := range g.firsts {
		rows[n] = sel.row(int(first))
	}
	return t.sums.add(r, sel, g, t.places(r.scratch, rows, texts, rates))
}

// places gives the parts of a segment's groups, of each of which there is a row.
func (t *tally) places(of *scratch, rows []int, texts []*textData, rates *amountData) []int32 {
	codes := make([]partCodes, len(rows))
	for i, data := range texts {
		known := make([]uint32, len(data.values)+1) // a code here and one; the first is that of no value
		for n, row := range rows {
			code := int32(0)
			if data.codes != nil {
				code = data.codes[row]
			}
			if known[code+1] == 0 {
				value, _ := data.at(row)
				known[code+1] = t.text(i, value) + 1
			}
			codes[n][i+1] = known[code+1] - 1
		}
	}
	places := of.int32s(len(rows))
	for n, row := range rows {
		codes[n][0], _ = t.rates.code(rates.at(row))
		places[n] = t.place(codes[n])
	}
	return places
}

// place gives the number of a part, and makes it if there is none. The account is the last of the texts.
func (t *tally) place(codes partCodes) int32 {
	account := int(codes[len(t.texts)])
	for account >= len(t.accounts) {
		t.accounts = append(t.accounts, accountParts{coding: newCoding(hashOfCodes)})
	}
	a := &t.accounts[account]
	n, fresh := a.code(codes)
	if fresh {
		a.sums = append(a.sums, int32(t.sums.enter()))
	}
	return a.sums[n]
}

// text gives the code of a text, which is a part of a segment's dictionary that is not to be kept.
func (t *tally) text(i int, value string) uint32 {
	c := &t.texts[i]
	code, fresh := c.code(value)
	if fresh {
		c.values[code] = strings.Clone(value)
	}
	return code
}

// made makes a part of its codes and sums.
func (t *tally) made(codes *partCodes, sums int) (currency string, r billing.Row) {
	var texts [len(codes)]string
	for i := range t.texts {
		texts[i] = t.texts[i].values[codes[i+1]]
	}
	return t.part.Of(texts[:len(t.texts)], t.rates.values[codes[0]], t.lines[sums], t.of(sums))
}

// giver gives the parts of tallies, one after another.
type giver struct {
	mu    sync.Mutex
	yield func(currency string, r *billing.Row) error
	err   error // of yield, which is not called any more then
}

func (g *giver) rows(t *tally) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range t.accounts {
		a := &t.accounts[i]
		for n := range a.values {
			if g.err != nil {
				return g.err
			}
			currency, r := t.made(&a.values[n], int(a.sums[n]))
			g.err = g.yield(currency, &r)
		}
	}
	return g.err
}

// coding numbers values in the order in which they are met.
type coding[T comparable] struct {
	values []T
	index  index[T]
}

func newCoding[T comparable](hash func(T) uint64) coding[T] {
	c := coding[T]{index: index[T]{hash: hash, same: func(a, b T) bool { return a == b }}}
	c.index.reset(nil)
	return c
}

// code gives a value's code, and whether it is new.
func (c *coding[T]) code(value T) (code uint32, fresh bool) {
	before := len(c.values)
	c.values, code = c.index.place(c.values, value)
	return code, len(c.values) > before
}

func hashOfAmount(d decimal.D) uint64 {
	hi, lo := d.Units()
	return hashOfNumber(uint64(hi)) ^ hashOfNumber(lo)
}

func hashOfCodes(codes partCodes) (hash uint64) {
	for _, code := range codes {
		hash = (hash ^ uint64(code)) * 0x9e3779b97f4a7c15
		hash ^= hash >> 32
	}
	return hash
}

func hashOfNumber(n uint64) uint64 {
	n *= 0x9e3779b97f4a7c15
	return n ^ n>>32
}
