package usage

import (
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
	block lineblock.Block
	rows  int
	seen  []seen // by row, of columns after discounts
	met   seen   // by any row
	flaws map[int]flaw
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
	onlyBlank      bool // it counts only where the target has nothing
	kind           *format.LogicalType

	to     *columns
	dict   *lineblock.Dict[string]
	index  map[string]uint32 // of values that were in no dictionary of the file
	from   *leafDict
	table  []uint32 // codes here by those of from
	codes  []uint32 // of the block
	shared []uint32 // room that is used again
	some   bool
}

// wrongCode stands for what cannot be read.
const wrongCode = math.MaxUint32

// mostKnown is how many values a column's dictionary has before a new one is begun.
const mostKnown = 1 << 17

func (c *textConverter) begin(b *columns, rows int) {
	c.to, c.some = b, false
	if c.dict == nil || len(c.index) > mostKnown {
		c.renew()
	}
	if cap(c.shared) < rows {
		c.shared = make([]uint32, rows)
	}
	c.codes = c.shared[:rows]
	clear(c.codes)
}

func (c *textConverter) renew() {
	c.dict, c.index, c.from = lineblock.NewDict[string](), map[string]uint32{}, nil
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
		if from.texts != nil && c.convert == nil {
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
	if c.convert == nil || len(text) == 0 {
		return string(text), nil
	}
	return c.convert(text)
}

// code gives the code of a value that is in no dictionary of the file.
func (c *textConverter) code(text []byte) uint32 {
	if len(text) == 0 {
		return 0
	}
	if code, ok := c.index[string(text)]; ok {
		return code
	}
	value, err := c.read(text)
	if err != nil {
		return wrongCode
	}
	code := uint32(0)
	if value != "" {
		code = c.dict.Add(value)
	}
	c.index[string(text)] = code
	return code
}

func (c *textConverter) take(s *segment, at int) {
	if s.there() == 0 {
		return
	}
	if s.codes != nil && s.dict != c.from {
		c.load(s.dict)
	}
	var scratch []byte
	textOf := func(value int) []byte {
		if s.offsets != nil {
			return s.bytes(value)
		}
		scratch = appendValue(scratch[:0], s.at(value), c.kind)
		return scratch
	}
	wrong, codes := false, c.codes[at:at+s.rows]
	if s.codes != nil {
		table := c.table
		s.each(func(row, value int) { codes[row] = table[s.codes[value]] })
	} else {
		s.each(func(row, value int) { codes[row] = c.code(textOf(value)) })
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
			text := textOf(value)
			_, err := c.read(text)
			c.to.bad(at+row, c.column, text, err)
			c.codes[at+row] = 0
		}
	})
}

// finish puts the column into the block.
func (c *textConverter) finish() {
	if c.some {
		override(&c.to.block.Texts[c.target], c.dict, c.codes, c.onlyBlank)
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
type ownConverter struct{ to *columns }

func (c *ownConverter) begin(b *columns, rows int) {
	c.to = b
	ids := &b.block.IDs
	ids.Data = ids.Data[:0]
	if cap(ids.Ends) < rows {
		ids.Ends = make([]uint32, 0, rows)
	}
	ids.Ends = ids.Ends[:0]
}

func (c *ownConverter) take(s *segment, at int) {
	ids := &c.to.block.IDs
	value := 0
	for row := range s.rows {
		if s.there() > 0 && (s.levels == nil || s.levels[row] == s.full) {
			if s.offsets != nil {
				ids.Data = append(ids.Data, s.bytes(value)...)
			} else {
				ids.Data = appendValue(ids.Data, s.at(value), nil)
			}
			value++
		}
		ids.Ends = append(ids.Ends, uint32(len(ids.Data)))
	}
}
