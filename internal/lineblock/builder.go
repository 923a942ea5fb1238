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
	run        run
	room       room
}

// run is the last rows that are like one line, one after another. What they have in common is not in the block yet.
type run struct {
	like  *billing.Line
	codes *[len(texts)]uint32
	from  int
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
	// Of the two values that have a place, the one met last is first.
	at := uint64(uintptr(unsafe.Pointer(unsafe.StringData(value)))) * 0x9e3779b97f4a7c15 >> 32 & uint64(len(c.recent)-1) &^ 1
	pair := (*[2]known)(c.recent[at : at+2])
	switch {
	case pair[0].is(value):
	case pair[1].is(value):
		pair[0], pair[1] = pair[1], pair[0]
	default:
		code := c.look(value)
		pair = (*[2]known)(c.recent[at : at+2])
		pair[0], pair[1] = known{value, code}, pair[0]
	}
	c.last = pair[0]
	return c.last.code
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
	dict   *Dict[map[string]string]
	codes  map[unsafe.Pointer]uint32 // of what the dictionary keeps alive
	recent [fewMaps]knownMap         // by where they are in memory
}

// knownMap is a map that was met before.
type knownMap struct {
	at   unsafe.Pointer
	code uint32
}

// fewMaps is how many maps are known without looking in the table of all: neighbours have the same.
const fewMaps = 1 << 8

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
	known := &c.recent[uint64(uintptr(at))*0x9e3779b97f4a7c15>>32%fewMaps]
	if known.at == at {
		return known.code
	}
	code, ok := c.codes[at]
	if !ok {
		code = c.dict.Add(value)
		c.codes[at] = code
	}
	*known = knownMap{at, code}
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
	b.endRun(b.block.Rows)
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
	for _, c := range amountsOf.line {
		b.amount(c.place, row, c.at(l))
	}
	for _, c := range timesOf.line {
		b.time(c.place, row, Micro(*c.at(l)))
	}
	if out.Reserved != nil {
		b.part(&amountsOf.reservation, &timesOf.reservation, l, l.Reservation != nil, row)
	}
	if out.Planned != nil {
		b.part(&amountsOf.plan, &timesOf.plan, l, l.SavingsPlan != nil, row)
	}
	if len(l.Discounts) > 0 {
		if out.Discounts == nil {
			out.Discounts = map[int]map[string]decimal.D{}
		}
		out.Discounts[row] = l.Discounts
	}
}

// part adds the amounts and times of a part that the line has or has not. A block whose lines have none of it so far has no such
// columns.
func (b *Builder) part(amountsOf, timesOf *[]int, l *billing.Line, has bool, row int) {
	for _, i := range *amountsOf {
		if has {
			b.amount(i, row, amounts[i].At(l))
		} else if units := &b.block.Amounts[i].Units; *units != nil {
			*units = append(*units, 0)
		}
	}
	for _, i := range *timesOf {
		micro := int64(NoTime)
		if has {
			micro = Micro(*times[i].At(l))
		}
		b.time(i, row, micro)
	}
}

// words adds the texts of a line, its tags and its cost categories.
func (b *Builder) words(l, like *billing.Line, row int) {
	switch {
	case like == nil:
		b.endRun(row)
		for _, c := range textsOf.line {
			b.text(c.place, row, *c.at(l))
		}
	case like != b.run.like:
		b.beginRun(like, row)
		fallthrough
	default:
		for _, c := range ownTexts {
			b.text(c.place, row, *c.at(l))
		}
	}
	for _, part := range [...]struct {
		texts []int
		has   bool
	}{{textsOf.reservation, l.Reservation != nil}, {textsOf.plan, l.SavingsPlan != nil}} {
		for _, i := range part.texts {
			if part.has {
				b.text(i, row, *texts[i].At(l))
			} else {
				setCode(&b.room.codes, &b.block.Texts[i], b.texts[i].dict, row, 0)
			}
		}
	}
	setCode(&b.room.codes, &b.block.Tags, b.tags.dict, row, b.tags.Code(l.Tags))
	setCode(&b.room.codes, &b.block.Categories, b.categories.dict, row, b.categories.Code(l.Categories))
}

func (b *Builder) text(i, row int, value string) {
	c, t := &b.texts[i], &b.block.Texts[i]
	if t.Codes == nil && row > 0 && c.last.code == t.One && c.last.is(value) {
		return // as all lines so far
	}
	setCode(&b.room.codes, t, c.dict, row, c.encode(value))
}

// beginRun begins a run of rows that are like a line.
func (b *Builder) beginRun(like *billing.Line, row int) {
	b.endRun(row)
	codes := b.alike[like]
	if codes == nil {
		codes = new([len(texts)]uint32)
		for _, i := range commonTexts {
			codes[i] = b.texts[i].encode(*texts[i].At(like))
		}
		b.alike[like] = codes
	}
	b.run = run{like, codes, row}
}

// endRun adds what the rows of a run have in common, which ends before a row.
func (b *Builder) endRun(end int) {
	r := b.run
	b.run = run{}
	if r.like == nil {
		return
	}
	for _, i := range commonTexts {
		t, code, row := &b.block.Texts[i], r.codes[i], r.from
		if t.Codes == nil {
			setCode(&b.room.codes, t, b.texts[i].dict, row, code)
			row++
		}
		if t.Codes == nil {
			continue // all rows have it
		}
		for ; row < end; row++ {
			t.Codes = append(t.Codes, code)
		}
	}
}

func (b *Builder) time(i, row int, micro int64) {
	if column := &b.block.Times[i]; micro != NoTime || *column != nil {
		push(&b.room.numbers, column, row, NoTime, micro)
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
