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
	lent       *Block // what Block gave last
	texts      [len(texts)]coder
	tags       Maps
	categories Maps
	alike      map[*billing.Line]*[len(texts)]uint32 // the codes of what lines have in common
	room       room
}

// room is the memory of columns that are done, for those to come.
type room struct {
	codes   [][]uint32
	numbers [][]int64
	marks   [][]bool
}

// coder numbers the values of a column.
type coder struct {
	dict   *Dict[string]
	codes  map[string]uint32
	last   known
	recent []known // by where their texts are in memory: most values come again as the same text, which needs no comparing
}

// known is a value met before. It keeps its text alive, so that no other comes to be where it is.
type known struct {
	value string
	code  uint32
}

func (k *known) is(value string) bool {
	return len(value) == len(k.value) && (value == "" || unsafe.StringData(value) == unsafe.StringData(k.value))
}

func (c *coder) encode(value string) uint32 {
	if c.last.is(value) {
		return c.last.code
	}
	if value == "" {
		c.last = known{}
		return 0
	}
	at := &c.recent[uint64(uintptr(unsafe.Pointer(unsafe.StringData(value))))*0x9e3779b97f4a7c15>>32&uint64(len(c.recent)-1)]
	if !at.is(value) {
		*at = known{value, c.look(value)}
	}
	c.last = *at
	return at.code
}

// look finds a value by what it says.
func (c *coder) look(value string) uint32 {
	code, ok := c.codes[value]
	if !ok {
		code = c.dict.Add(value)
		c.codes[value] = code
		if n := len(c.dict.Values); n > len(c.recent) && n <= mostRecent {
			c.recent = make([]known, 4*len(c.recent))
		}
	}
	return code
}

// How many values a coder knows by their place in memory: more if it has many.
const (
	fewRecent  = 1 << 4
	mostRecent = 1 << 16
)

// renew makes room for the values of the next block, if there is none.
func (c *coder) renew() (renewed bool) {
	if renewed = c.dict == nil || len(c.dict.Values) > mostValues; renewed {
		*c = coder{dict: NewDict[string](), codes: map[string]uint32{}, recent: make([]known, fewRecent)}
	}
	return renewed
}

// mostAlike is how many lines are known that others are like.
const mostAlike = 1 << 14

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
	b := &Builder{lent: &Block{}}
	b.begin(&Block{})
	return b
}

// begin begins a block in the place of one that is done.
func (b *Builder) begin(done *Block) {
	b.room.take(done)
	*done = Block{IDs: Bytes{Data: done.IDs.Data[:0]}}
	b.block = done
	for i := range b.texts {
		if b.texts[i].renew() || len(b.alike) > mostAlike {
			b.alike = map[*billing.Line]*[len(texts)]uint32{}
		}
	}
	b.tags.Dict()
	b.categories.Dict()
}

// take takes the columns of a block but its identities.
func (r *room) take(b *Block) {
	for i := range b.Texts {
		r.codes = spare(r.codes, b.Texts[i].Codes)
	}
	r.codes = spare(spare(spare(r.codes, b.Tags.Codes), b.Categories.Codes), b.IDs.Ends)
	for i := range b.Amounts {
		r.numbers = spare(r.numbers, b.Amounts[i].Units)
	}
	for i := range b.Times {
		r.numbers = spare(r.numbers, b.Times[i])
	}
	r.marks = spare(spare(r.marks, b.Reserved), b.Planned)
}

func spare[T any](room [][]T, column []T) [][]T {
	if column == nil {
		return room
	}
	return append(room, column[:0])
}

// Rows is how many lines the block has so far.
func (b *Builder) Rows() int { return b.block.Rows }

// Block gives the block, and begins the next. It is lent until Block is called again, which takes its columns back; its dictionaries
// stay.
func (b *Builder) Block() *Block {
	done := b.block
	b.begin(b.lent)
	b.lent = done
	return done
}

// Add adds a line. Of what the line points to it keeps the maps, which nobody changes any more.
func (b *Builder) Add(l *billing.Line) { b.AddLike(l, nil) }

// AddLike is Add for a line that says what another one says, as billing.Request.Emit gives them; nil for none. Nobody changes like.
func (b *Builder) AddLike(l, like *billing.Line) {
	out := b.block
	row := out.Rows
	out.Rows++
	if l.ID != "" || out.IDs.Ends != nil {
		out.IDs.Data = append(out.IDs.Data, l.ID...)
		push(&b.room.codes, &out.IDs.Ends, row, 0, uint32(len(out.IDs.Data)))
	}
	b.mark(&out.Reserved, row, l.Reservation != nil)
	b.mark(&out.Planned, row, l.SavingsPlan != nil)
	b.words(l, like, row)
	for i := range amounts {
		units := &out.Amounts[i].Units
		if amounts[i].Part.of(l) {
			b.amount(i, row, amounts[i].At(l))
		} else if *units != nil {
			*units = append(*units, 0)
		}
	}
	for i := range times {
		micro := int64(NoTime)
		if times[i].Part.of(l) {
			micro = Micro(*times[i].At(l))
		}
		if micro != NoTime || out.Times[i] != nil {
			push(&b.room.numbers, &out.Times[i], row, NoTime, micro)
		}
	}
	if len(l.Discounts) > 0 {
		if out.Discounts == nil {
			out.Discounts = map[int]map[string]decimal.D{}
		}
		out.Discounts[row] = l.Discounts
	}
}

// words adds the texts of a line, its tags and its cost categories.
func (b *Builder) words(l, like *billing.Line, row int) {
	if like != nil {
		b.alikeWords(like, row)
	}
	for i := range texts {
		if like != nil && !ownTexts[i] {
			continue
		}
		c, t, code := &b.texts[i], &b.block.Texts[i], uint32(0)
		if texts[i].Part.of(l) {
			value := *texts[i].At(l)
			if t.Codes == nil && row > 0 && c.last.code == t.One && c.last.is(value) {
				continue // as all lines so far
			}
			code = c.encode(value)
		}
		setCode(&b.room.codes, t, c.dict, row, code)
	}
	setCode(&b.room.codes, &b.block.Tags, b.tags.dict, row, b.tags.Code(l.Tags))
	setCode(&b.room.codes, &b.block.Categories, b.categories.dict, row, b.categories.Code(l.Categories))
}

// alikeWords adds what a line has in common with others.
func (b *Builder) alikeWords(like *billing.Line, row int) {
	codes := b.alike[like]
	if codes == nil {
		codes = new([len(texts)]uint32)
		for i := range texts {
			if !ownTexts[i] {
				codes[i] = b.texts[i].encode(*texts[i].At(like))
			}
		}
		b.alike[like] = codes
	}
	for i, code := range codes {
		if ownTexts[i] {
			continue
		}
		if t := &b.block.Texts[i]; t.Codes != nil {
			t.Codes = append(t.Codes, code)
		} else if row == 0 || code != t.One {
			setCode(&b.room.codes, t, b.texts[i].dict, row, code)
		}
	}
}

func (b *Builder) amount(i, row int, d *decimal.D) {
	n := &b.block.Amounts[i]
	if d.IsZero() {
		if n.Units != nil {
			n.Units = append(n.Units, 0)
		}
		return
	}
	units, ok := Units(*d)
	if !ok {
		if n.Wide == nil {
			n.Wide = map[int]decimal.D{}
		}
		n.Wide[row], units = *d, 0
	}
	push(&b.room.numbers, &n.Units, row, 0, units)
}

// setCode sets a row's code; rows have one code in common until there is another.
func setCode[T any](room *[][]uint32, c *Coded[T], dict *Dict[T], row int, code uint32) {
	switch {
	case c.Codes != nil:
		c.Codes = append(c.Codes, code)
	case row == 0 || code == c.One:
		c.Dict, c.One = dict, code
	default:
		push(room, &c.Codes, row, c.One, code)
	}
}

func (b *Builder) mark(marks *[]bool, row int, is bool) {
	if is || *marks != nil {
		push(&b.room.marks, marks, row, false, is)
	}
}

// push appends the value of a row to a column, which may begin with it: rows before are blank then.
func push[T any](room *[][]T, column *[]T, row int, blank, value T) {
	if *column == nil {
		own := []T{}
		if last := len(*room) - 1; last >= 0 {
			own, *room = (*room)[last], (*room)[:last]
		}
		for range row {
			own = append(own, blank)
		}
		*column = own
	}
	*column = append(*column, value)
}
