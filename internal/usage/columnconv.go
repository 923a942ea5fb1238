package usage

import (
	"bytes"
	"maps"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/lineblock"
)

// converter brings a column of a file into a block. A row goes to at plus its place in the segment.
type converter interface {
	// begin begins a block of so many rows.
	begin(b *columns, rows int)
	take(s *segment, at int)
}

// flaw is why a row of a block cannot be taken.
type flaw struct {
	column        int // in the header; the first one counts
	value, reason string
}

// columns is a block being made.
type columns struct {
	block   lineblock.Block
	texts   []lineblock.Coded[string] // beyond those of the block: what lines are made of, and do not have
	amounts [chargeAmounts]lineblock.Numbers
	rows    int
	seen    []seen // by row, of columns after discounts
	met     seen   // by any row
	flaws   map[int]flaw
	keys    []rowKey // that stand for the rows, where rows have identities
	room    room
	shown   shown // what the block has of dictionaries
}

// text gives a column of text: one of the block, or by the numbers that follow, one beyond.
func (b *columns) text(target int) *lineblock.Coded[string] {
	if n := len(b.block.Texts); target >= n {
		return &b.texts[target-n]
	}
	return &b.block.Texts[target]
}

// amount gives a column of amounts, as text does.
func (b *columns) amount(target int) *lineblock.Numbers {
	if n := len(b.block.Amounts); target >= n {
		return &b.amounts[target-n]
	}
	return &b.block.Amounts[target]
}

// cut leaves the first rows only.
func (b *columns) cut(rows int) {
	first := make([]int32, rows)
	for row := range first {
		first[row] = int32(row)
	}
	if ids := &b.block.IDs; ids.Ends != nil && len(ids.Ends) < b.rows {
		ids.Ends = append(ids.Ends, make([]uint32, b.rows-len(ids.Ends))...)
	}
	k := keep(first)
	k.block(&b.block)
	for i := range b.texts {
		b.texts[i].Codes = kept(k, b.texts[i].Codes)
	}
	for i := range b.amounts {
		k.numbers(&b.amounts[i])
	}
	maps.DeleteFunc(b.flaws, func(row int, _ flaw) bool { return row >= rows })
	b.rows, b.seen = rows, b.seen[:min(rows, len(b.seen))]
}

// bad notes that a row cannot be taken.
func (b *columns) bad(row, column int, value []byte, err error) {
	if b.flaws == nil {
		b.flaws = map[int]flaw{}
	}
	if f, is := b.flaws[row]; !is || column < f.column {
		b.flaws[row] = flaw{column, shortened(value), err.Error()}
	}
}

// part notes that a row has a reservation or a savings plan.
func (b *columns) part(p lineblock.Part, row int) {
	switch p {
	case lineblock.OfReservation:
		mark(&b.block.Reserved, b.rows, row)
	case lineblock.OfPlan:
		mark(&b.block.Planned, b.rows, row)
	}
}

func mark(marks *[]bool, rows, row int) {
	if *marks == nil {
		*marks = make([]bool, rows)
	}
	(*marks)[row] = true
}

// see notes that a row has a column after discounts.
func (b *columns) see(which seen, row int) {
	if which == 0 {
		return
	}
	if b.seen == nil {
		b.seen = make([]seen, b.rows)
	}
	b.seen[row] |= which
	b.met |= which
}

// textConverter is for columns of text.
type textConverter struct {
	column, target int
	part           lineblock.Part
	convert        func(text []byte) (string, error)
	onlyBlank      bool   // it counts only where the target has nothing
	null           string // what stands for nothing, beside nothing
	kind           *format.LogicalType

	to      *columns
	dict    *lineblock.Dict[string]
	index   map[string]uint32 // of values that were in no dictionary of the file
	size    int               // of the texts in index
	asked   int               // of index, in the block
	missed  int               // of those that it did not have
	alone   int               // so many blocks more, no value is looked for: they had hardly any twice
	from    *leafDict
	table   []uint32 // codes here by those of from
	codes   []uint32 // of the block
	scratch []byte
	some    bool
}

// wrongCode stands for what cannot be read.
const wrongCode = math.MaxUint32

// If more than seven in eight values of a block are none of so many before, values are taken as they come for some blocks.
const (
	manyAsked   = 1 << 14
	aloneBlocks = 100
)

// What a column's dictionary has before a new one is begun: so many values, or bytes of them.
const (
	mostKnown = 1 << 17
	mostBytes = 16 << 20
)

func (c *textConverter) begin(b *columns, rows int) {
	c.to, c.some = b, false
	if c.alone > 0 {
		c.alone--
	} else if len(c.index) > manyAsked && c.missed > c.asked-c.asked/8 {
		c.alone = aloneBlocks
	}
	c.asked, c.missed = 0, 0
	if c.dict == nil || len(c.index) > mostKnown || c.size > mostBytes || c.alone > 0 {
		c.renew()
	}
	c.codes = b.room.ofCodes(rows)
}

func (c *textConverter) renew() {
	c.dict, c.index, c.size, c.from = lineblock.NewDict[string](), map[string]uint32{}, 0, nil
}

// load makes the dictionary of a row group this column's own.
func (c *textConverter) load(from *leafDict) {
	if c.from != nil || len(c.index) == 0 {
		c.renew() // blocks are of one row group
	}
	c.from, c.table = from, c.table[:0]
	c.dict.Values = slices.Grow(c.dict.Values, from.len())
	for i := range from.len() {
		value, err := "", error(nil)
		if from.texts != nil && c.convert == nil && c.null == "" {
			value = from.texts[i]
		} else {
			value, err = c.read(appendValue(nil, from.value(int32(i)), c.kind))
		}
		switch {
		case err != nil:
			c.table = append(c.table, wrongCode)
		case value == "":
			c.table = append(c.table, 0)
		default:
			c.table = append(c.table, c.dict.Add(value))
		}
	}
}

// read reads a text, which may be blank.
func (c *textConverter) read(text []byte) (string, error) {
	switch {
	case len(text) == 0 || string(text) == c.null:
		return "", nil
	case c.convert == nil:
		return string(text), nil
	}
	return c.convert(text)
}

// coded gives the code of a value that is in no dictionary of the file.
func (c *textConverter) coded(s *segment, raw []byte) uint32 {
	if len(raw) == 0 {
		return 0
	}
	code, ok := uint32(0), false
	if c.alone == 0 {
		code, ok = c.index[string(raw)]
		c.asked++
	}
	if !ok {
		text := s.read(raw)
		value, err := c.read(text)
		switch {
		case err != nil:
			return wrongCode
		case value != "":
			code = c.dict.Add(value)
		}
		if c.missed++; c.alone == 0 {
			if len(value) != len(raw) || c.convert != nil {
				value = string(raw)
			}
			c.index[value] = code
			c.size += len(raw)
		}
	}
	return code
}

func (c *textConverter) take(s *segment, at int) {
	if s.there() == 0 {
		return
	}
	if s.codes != nil && s.dict != c.from {
		c.load(s.dict)
	}
	wrong, codes := false, c.codes[at:at+s.rows]
	switch {
	case s.codes != nil:
		table := c.table
		s.each(func(row, value int) { codes[row] = table[s.codes[value]] })
	case s.spans != nil:
		var last []byte
		code := uint32(0)
		for _, field := range s.spans {
			if raw := field.of(s.text); !bytes.Equal(raw, last) {
				last, code = raw, c.coded(s, raw)
			}
			codes[field.at] = code
		}
	default:
		s.each(func(row, value int) { codes[row] = c.coded(s, c.textOf(s, value)) })
	}
	for _, code := range codes {
		c.some = c.some || code != 0
		wrong = wrong || code == wrongCode
	}
	if c.part != lineblock.OfLine {
		s.each(func(row, _ int) {
			if c.codes[at+row] != 0 {
				c.to.part(c.part, at+row)
			}
		})
	}
	if !wrong {
		return
	}
	s.each(func(row, value int) {
		if c.codes[at+row] == wrongCode {
			text := c.textOf(s, value)
			_, err := c.read(text)
			c.to.bad(at+row, c.column, text, err)
			c.codes[at+row] = 0
		}
	})
}

func (c *textConverter) textOf(s *segment, value int) []byte {
	if raw, is := s.raw(value); is {
		return s.read(raw)
	}
	c.scratch = appendValue(c.scratch[:0], s.at(value), c.kind)
	return c.scratch
}

// finish puts the column into the block.
func (c *textConverter) finish() {
	if c.some {
		override(c.to.text(c.target), c.dict, c.codes, c.onlyBlank)
	}
}

// override puts what is not blank of a column over another; onlyBlank, only where that has nothing.
func override(to *lineblock.Coded[string], dict *lineblock.Dict[string], codes []uint32, onlyBlank bool) {
	if to.Blank() {
		*to = lineblock.Coded[string]{Dict: dict, Codes: codes}
		return
	}
	wanted := func(row int) bool { return codes[row] != 0 && !(onlyBlank && to.Codes[row] != 0) }
	first := 0
	for first < len(codes) && !wanted(first) {
		first++
	}
	if first == len(codes) {
		return
	}
	both, index := lineblock.NewDict[string](), map[string]uint32{"": 0}
	out := make([]uint32, len(codes))
	for row := range codes {
		value := to.Dict.Values[to.Codes[row]]
		if wanted(row) {
			value = dict.Values[codes[row]]
		}
		code, ok := index[value]
		if !ok {
			code = both.Add(value)
			index[value] = code
		}
		out[row] = code
	}
	*to = lineblock.Coded[string]{Dict: both, Codes: out}
}

// ownConverter is for identities.
type ownConverter struct {
	to  *columns
	ids *lineblock.Bytes // of the block so far
}

func (c *ownConverter) begin(b *columns, rows int) { c.to, c.ids = b, b.room.ofBytes(rows) }

func (c *ownConverter) take(s *segment, at int) {
	blank := func(row int) {
		for len(c.ids.Ends) < row {
			c.ids.Ends = append(c.ids.Ends, uint32(len(c.ids.Data)))
		}
	}
	s.each(func(row, value int) {
		blank(at + row)
		if raw, is := s.raw(value); is {
			c.ids.Data = append(c.ids.Data, s.read(raw)...)
		} else {
			c.ids.Data = appendValue(c.ids.Data, s.at(value), nil)
		}
		blank(at + row + 1)
	})
	blank(at + s.rows)
}

// finish puts the column into the block; a second one counts where it is not blank.
func (c *ownConverter) finish() {
	before := c.to.block.IDs
	c.to.block.IDs = *c.ids
	if before.Ends == nil {
		return
	}
	var both lineblock.Bytes
	for row := range c.ids.Ends {
		id := c.ids.At(row)
		if len(id) == 0 {
			id = before.At(row)
		}
		both.Data = append(both.Data, id...)
		both.Ends = append(both.Ends, uint32(len(both.Data)))
	}
	c.to.block.IDs = both
}
