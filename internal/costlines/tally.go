package costlines

import (
	"slices"
	"strings"
	"sync"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// mostTallied is how many rows a tally holds before they are given: as many as a large bill has, so that few are given twice, and no
// more memory however many there are.
const mostTallied = 1 << 20

// tally is rows of a bill in the making: the sums of several segments. Its texts and rates have codes that are the same for all of
// them, so that a row is found by numbers.
type tally struct {
	sums
	texts [len(rowTexts)]coding[string]
	rates coding[decimal.D]
	// accounts has the rows of each account, by its code. A segment is in the order of accounts, so that one after the other of these
	// is what is looked into, and the processor's caches hold it.
	accounts []accountRows
}

// rowCodes are the codes of a row's texts, and that of its rate.
type rowCodes [len(rowTexts) + 1]uint32

// accountInRow is where rowCodes have the account.
var accountInRow = slices.Index(rowTexts[:], Account)

// accountRows are the rows of an account, and which of the tally's sums are theirs.
type accountRows struct {
	coding[rowCodes]
	sums []int32
}

func newTally() *tally {
	t := &tally{}
	t.reset()
	return t
}

// reset empties the tally.
func (t *tally) reset() {
	*t = tally{sums: sums{metrics: rowMetrics}, rates: newCoding(hashOfAmount)}
	for i := range t.texts {
		t.texts[i] = newCoding(hashOfText)
	}
}

// take adds all lines of a segment: they are grouped and summed up by its own codes first.
func (t *tally) take(r *reading) error {
	sel, g := &selection{count: r.segment.rows}, newGroups()
	texts := make([]*textData, len(rowTexts))
	for i, column := range rowTexts {
		if err := g.splitByText(r, sel, column); err != nil {
			return err
		}
		texts[i] = r.texts[column]
	}
	rates, err := r.coded(rateColumn)
	if err != nil {
		return err
	}
	g.splitByAmount(r, sel, rates)
	return t.sums.add(r, sel, g, t.places(r.scratch, g, texts, rates))
}

// places gives the rows of a segment's groups.
func (t *tally) places(of *scratch, g *groups, texts []*textData, rates *amountData) []int32 {
	codes := make([]rowCodes, len(g.firsts))
	for i, data := range texts {
		known := make([]uint32, len(data.values)+1) // a code here and one; the first is that of no value
		for n, first := range g.firsts {
			code := int32(0)
			if data.codes != nil {
				code = data.codes[first]
			}
			if known[code+1] == 0 {
				value, _ := data.at(int(first))
				known[code+1] = t.text(i, value) + 1
			}
			codes[n][i] = known[code+1] - 1
		}
	}
	rows := of.int32s(len(g.firsts))
	for n, first := range g.firsts {
		codes[n][len(texts)], _ = t.rates.code(rates.at(int(first)))
		rows[n] = t.row(codes[n])
	}
	return rows
}

// row gives the number of a row, and makes it if there is none.
func (t *tally) row(codes rowCodes) int32 {
	account := int(codes[accountInRow])
	for account >= len(t.accounts) {
		t.accounts = append(t.accounts, accountRows{coding: newCoding(hashOfCodes)})
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

// made makes a row of its codes and sums.
func (t *tally) made(codes *rowCodes, sums int) (currency string, r billing.Row) {
	var texts [len(rowTexts)]string
	for i := range texts {
		texts[i] = t.texts[i].values[codes[i]]
	}
	return NewRow(texts[:], t.rates.values[codes[len(texts)]], t.lines[sums], t.of(sums))
}

// giver gives the rows of tallies, one after another.
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

func hashOfCodes(codes rowCodes) (hash uint64) {
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
