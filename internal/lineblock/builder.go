package lineblock

import (
	"unsafe"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// mostValues is how many values a dictionary of a Builder has before it begins a new one.
const mostValues = 1 << 16

// Builder makes blocks of lines.
type Builder struct {
	block      *Block
	texts      [len(texts)]coder
	tags       Maps
	categories Maps
}

// coder numbers the values of a column.
type coder struct {
	dict  *Dict[string]
	codes map[string]uint32
	last  string // met before
	code  uint32 // of last
}

func (c *coder) encode(value string) uint32 {
	if len(value) == len(c.last) && unsafe.StringData(value) == unsafe.StringData(c.last) {
		return c.code
	}
	code, ok := c.codes[value]
	if !ok {
		code = c.dict.Add(value)
		c.codes[value] = code
	}
	c.last, c.code = value, code
	return code
}

// renew makes room for the values of the next block, if there is none.
func (c *coder) renew() {
	if c.dict == nil || len(c.dict.Values) > mostValues {
		*c = coder{dict: NewDict[string](), codes: map[string]uint32{"": 0}}
	}
}

// mostMaps is how many maps a dictionary has before a new one is begun.
const mostMaps = 1 << 14

// Maps numbers maps that nobody changes any more, each of which is one however many lines share it.
type Maps struct {
	dict  *Dict[map[string]string]
	codes map[unsafe.Pointer]uint32 // of what the dictionary keeps alive
}

// Dict gives the dictionary of the maps to come until it is called again: before each block.
func (c *Maps) Dict() *Dict[map[string]string] {
	if c.dict == nil || len(c.dict.Values) > mostMaps {
		*c = Maps{dict: NewDict[map[string]string](), codes: map[unsafe.Pointer]uint32{}}
	}
	return c.dict
}

// Code gives a map's code.
func (c *Maps) Code(value map[string]string) uint32 {
	if len(value) == 0 {
		return 0
	}
	// A map is a pointer to what it holds, so that equal pointers are one map.
	at := *(*unsafe.Pointer)(unsafe.Pointer(&value))
	code, ok := c.codes[at]
	if !ok {
		code = c.dict.Add(value)
		c.codes[at] = code
	}
	return code
}

// NewBuilder begins an empty block.
func NewBuilder() *Builder {
	b := &Builder{}
	b.begin()
	return b
}

func (b *Builder) begin() {
	b.block = &Block{}
	for i := range b.texts {
		b.texts[i].renew()
	}
	b.tags.Dict()
	b.categories.Dict()
}

// Rows is how many lines the block has so far.
func (b *Builder) Rows() int { return b.block.Rows }

// Block gives the block, and begins the next.
func (b *Builder) Block() *Block {
	done := b.block
	b.begin()
	return done
}

// Add adds a line; it keeps what the line points to, which nobody changes any more.
func (b *Builder) Add(l *billing.Line) {
	out := b.block
	row := out.Rows
	out.Rows++
	if l.ID != "" || out.IDs.Ends != nil {
		grow(&out.IDs.Ends, row, 0)
		out.IDs.Data = append(out.IDs.Data, l.ID...)
		out.IDs.Ends = append(out.IDs.Ends, uint32(len(out.IDs.Data)))
	}
	mark(&out.Reserved, row, l.Reservation != nil)
	mark(&out.Planned, row, l.SavingsPlan != nil)
	for i := range texts {
		value := texts[i].At(l)
		if value == nil {
			if out.Texts[i].Codes != nil {
				out.Texts[i].Codes = append(out.Texts[i].Codes, 0)
			}
			continue
		}
		c := &b.texts[i]
		setCode(&out.Texts[i], c.dict, row, c.encode(*value))
	}
	for i := range amounts {
		b.amount(i, row, amounts[i].At(l))
	}
	for i := range times {
		micro := int64(NoTime)
		if at := times[i].At(l); at != nil {
			micro = Micro(*at)
		}
		if micro != NoTime || out.Times[i] != nil {
			grow(&out.Times[i], row, NoTime)
			out.Times[i] = append(out.Times[i], micro)
		}
	}
	setCode(&out.Tags, b.tags.dict, row, b.tags.Code(l.Tags))
	setCode(&out.Categories, b.categories.dict, row, b.categories.Code(l.Categories))
	if len(l.Discounts) > 0 {
		if out.Discounts == nil {
			out.Discounts = map[int]map[string]decimal.D{}
		}
		out.Discounts[row] = l.Discounts
	}
}

func (b *Builder) amount(i, row int, d *decimal.D) {
	n := &b.block.Amounts[i]
	if d == nil || d.IsZero() {
		if n.Units != nil {
			n.Units = append(n.Units, 0)
		}
		return
	}
	grow(&n.Units, row, 0)
	units, ok := Units(*d)
	if !ok {
		if n.Wide == nil {
			n.Wide = map[int]decimal.D{}
		}
		n.Wide[row], units = *d, 0
	}
	n.Units = append(n.Units, units)
}

// setCode sets a row's code; a column in which nothing was said yet begins with its first value.
func setCode[T any](c *Coded[T], dict *Dict[T], row int, code uint32) {
	if code != 0 || c.Codes != nil {
		c.Dict = dict
		grow(&c.Codes, row, 0)
		c.Codes = append(c.Codes, code)
	}
}

func mark(marks *[]bool, row int, is bool) {
	if is || *marks != nil {
		grow(marks, row, false)
		*marks = append(*marks, is)
	}
}

// grow fills a column that begins late.
func grow[T any](column *[]T, rows int, blank T) {
	if *column != nil {
		return
	}
	*column = make([]T, rows, max(64, 2*rows))
	for i := range *column {
		(*column)[i] = blank
	}
}
