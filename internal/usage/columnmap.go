package usage

import (
	"errors"
	"io"
	"maps"
	"unsafe"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/decimal"
	"umbel/internal/jsonquote"
	"umbel/internal/lineblock"
)

// mapLeaf is the keys, or the values, of a column of maps in a row group: each by its code.
type mapLeaf struct {
	leafReader
	entry  byte // definition level of an entry, whose value may be none
	known  []parquet.Value
	index  map[string]int32 // of those that were in no dictionary
	base   int32            // of the dictionary's values in known
	loaded *leafDict

	codes []int32 // of the block's entries, -1 for no value
	ends  []int32 // of each row's entries
}

func (l *mapLeaf) begin(chunk parquet.ColumnChunk) {
	l.leafReader.begin(chunk)
	l.known, l.index, l.loaded = l.known[:0], map[string]int32{}, nil
}

// read reads the entries of the next rows.
func (l *mapLeaf) read(n int) error {
	l.codes, l.ends = l.codes[:0], l.ends[:0]
	for started := 0; ; {
		if l.level == l.size {
			err := l.turn()
			if errors.Is(err, io.EOF) && started == n {
				break
			}
			if err != nil {
				return err
			}
			if len(l.repeats) != l.size || len(l.levels) != l.size {
				return errors.New("a page of maps without levels")
			}
			continue
		}
		if l.repeats[l.level] == 0 {
			if started == n {
				break
			}
			if started > 0 {
				l.ends = append(l.ends, int32(len(l.codes)))
			}
			started++
		}
		level := l.levels[l.level]
		l.level++
		switch {
		case level == l.full:
			code, err := l.next()
			if err != nil {
				return err
			}
			l.codes = append(l.codes, code)
		case level >= l.entry:
			l.codes = append(l.codes, -1)
		}
	}
	l.ends = append(l.ends, int32(len(l.codes)))
	return nil
}

// next gives the code of the next value that is there.
func (l *mapLeaf) next() (int32, error) {
	if of := l.leafReader.codes; of != nil {
		if l.dict != l.loaded {
			l.loaded, l.base = l.dict, int32(len(l.known))
			for code := range l.dict.len() {
				l.known = append(l.known, l.dict.value(int32(code)))
			}
		}
		if l.value >= len(of) {
			return 0, errShort
		}
		code := of[l.value]
		if !l.inDict(code) {
			return 0, errCode
		}
		l.value++
		return l.base + code, nil
	}
	var s segment
	if err := l.part(&s, 1); err != nil {
		return 0, err
	}
	l.value++
	text := appendValue(nil, s.at(0), l.kind)
	code, ok := l.index[string(text)]
	if !ok {
		code = int32(len(l.known))
		l.known = append(l.known, s.at(0).Clone())
		l.index[string(text)] = code
	}
	return code, nil
}

// mapConverter is for columns of maps. Equal entries are read once in a row group.
type mapConverter struct {
	column       int
	keys, values mapLeaf
	text         []byte
	reader       mapReader
	found        map[string]mapCode // by the codes of their entries
	entries      []int32            // of the row being read
	codes        []uint32           // of the block
}

// mapCode is what became of a map.
type mapCode struct {
	code uint32
	hash uint64
	text string // of one that cannot be read
	err  error
}

// mapReader makes of maps what a block has of them.
type mapReader interface {
	// read reads a JSON object and gives its code, 0 for none.
	read(text []byte) (uint32, error)
	// finish puts a column into the block: the codes of its rows.
	finish(b *columns, codes []uint32)
	// renew makes room for more, if there is none or it must. Codes are void then; it tells so.
	renew(must bool) bool
}

func (c *mapConverter) begin(keys, values parquet.ColumnChunk) {
	c.keys.begin(keys)
	c.values.begin(values)
	c.found = map[string]mapCode{}
}

// take reads the column of a block, and tells how many rows of it could be read.
func (c *mapConverter) take(b *columns, hashes []uint64) (done int, err error) {
	if c.reader.renew(false) {
		clear(c.found)
	}
	err = errors.Join(c.keys.read(b.rows), c.values.read(b.rows))
	c.codes = b.room.ofCodes(b.rows)
	from, salt := int32(0), saltOf(c.column)
	for row, to := range c.keys.ends[:min(len(c.keys.ends), len(c.values.ends))] {
		if c.values.ends[row] != to {
			err = errors.Join(err, errors.New("a column of maps with other keys than values"))
			break
		}
		if to > from {
			m := c.row(from, to)
			c.codes[row] = m.code
			hashes[row] += m.hash * salt
			if m.err != nil {
				b.bad(row, c.column, []byte(m.text), m.err)
			}
		}
		from = to
		done++
	}
	c.reader.finish(b, c.codes)
	return done, err
}

// row gives what becomes of some entries.
func (c *mapConverter) row(from, to int32) mapCode {
	c.entries = append(append(c.entries[:0], c.keys.codes[from:to]...), c.values.codes[from:to]...)
	key := unsafe.Slice((*byte)(unsafe.Pointer(&c.entries[0])), 4*len(c.entries)) // read, and copied where it is kept
	if m, ok := c.found[string(key)]; ok {
		return m
	}
	c.text = append(c.text[:0], '{')
	for i := from; i < to; i++ {
		if c.keys.codes[i] < 0 || c.values.codes[i] < 0 {
			continue
		}
		if len(c.text) > 1 {
			c.text = append(c.text, ',')
		}
		c.text = append(jsonquote.Append(c.text, string(c.keys.known[c.keys.codes[i]].ByteArray())), ':')
		c.text = append(c.text, jsonValue(c.values.known[c.values.codes[i]], c.values.kind)...)
	}
	c.text = append(c.text, '}')
	m := mapCode{hash: c.keys.hashText(c.text)}
	if m.code, m.err = c.reader.read(c.text); m.err != nil {
		m.text = string(c.text)
	}
	c.found[string(key)] = m
	return m
}

// textMaps are tags or categories.
type textMaps struct {
	target func(*columns) *lineblock.Coded[map[string]string]
	object func(text []byte) (map[string]string, error)
	dict   *lineblock.Dict[map[string]string]
	empty  uint32 // the code of maps without keys, which columns before them do not count beside; 0 if there were none
}

func (t *textMaps) renew(must bool) bool {
	if !must && t.dict != nil && len(t.dict.Values) <= mostKnown {
		return false
	}
	t.dict, t.empty = lineblock.NewDict[map[string]string](), 0
	return true
}

func (t *textMaps) read(text []byte) (uint32, error) {
	o, err := t.object(text)
	switch {
	case err != nil:
		return 0, err
	case len(o) > 0:
		return t.dict.Add(o), nil
	case t.empty == 0:
		t.empty = t.dict.Add(nil)
	}
	return t.empty, nil
}

func (t *textMaps) finish(b *columns, codes []uint32) {
	to := t.target(b)
	if before := *to; !before.Blank() {
		t.over(&before, codes)
	}
	if t.empty != 0 {
		for row, code := range codes {
			if code == t.empty {
				codes[row] = 0
			}
		}
	}
	*to = lineblock.Coded[map[string]string]{Dict: t.dict, Codes: codes}
}

// over has rows without a map keep the one they have.
func (t *textMaps) over(before *lineblock.Coded[map[string]string], codes []uint32) {
	known := map[uint32]uint32{0: 0}
	for row, code := range codes {
		if code != 0 {
			continue
		}
		there := before.Codes[row]
		here, ok := known[there]
		if !ok {
			here = t.dict.Add(before.Dict.Values[there])
			known[there] = here
		}
		codes[row] = here
	}
}

// unread is what maps of no use become.
type unread struct{}

func (unread) read([]byte) (uint32, error)  { return 0, nil }
func (unread) finish(*columns, []uint32)    {}
func (unread) renew(must bool) (empty bool) { return must }

// discountMaps are discounts by their kind.
type discountMaps struct{ made []map[string]decimal.D }

func (d *discountMaps) renew(must bool) bool {
	if !must && d.made != nil && len(d.made) <= mostKnown {
		return false
	}
	d.made = []map[string]decimal.D{nil}
	return true
}

func (d *discountMaps) read(text []byte) (uint32, error) {
	o, err := discountsOf(text)
	if err != nil || len(o) == 0 {
		return 0, err
	}
	d.made = append(d.made, o)
	return uint32(len(d.made) - 1), nil
}

func (d *discountMaps) finish(b *columns, codes []uint32) {
	for row, code := range codes {
		if code != 0 {
			b.discounts(row, d.made[code])
		}
	}
}

// discounts adds discounts of a row.
func (b *columns) discounts(row int, more map[string]decimal.D) {
	if b.block.Discounts == nil {
		b.block.Discounts = map[int]map[string]decimal.D{}
	}
	if before := b.block.Discounts[row]; before != nil {
		both := maps.Clone(before)
		maps.Copy(both, more)
		more = both
	}
	b.block.Discounts[row] = more
}

// productMaps are the attributes of products that have no column of their own.
type productMaps struct {
	memory  *memory
	targets []productTarget
	made    [][]uint32 // by a map's code: the codes of its attributes
}

type productTarget struct {
	key       string
	target    int
	onlyBlank bool
	dict      *lineblock.Dict[string]
	index     map[string]uint32
}

func (p *productMaps) renew(must bool) bool {
	if !must && p.made != nil && len(p.made) <= mostKnown {
		return false
	}
	p.made = make([][]uint32, 1)
	for i := range p.targets {
		p.targets[i].dict, p.targets[i].index = lineblock.NewDict[string](), map[string]uint32{"": 0}
	}
	return true
}

func (p *productMaps) read(text []byte) (uint32, error) {
	o, err := p.memory.object(text)
	if err != nil {
		return 0, err
	}
	some, codes := false, make([]uint32, len(p.targets))
	for i := range p.targets {
		t := &p.targets[i]
		value := o[t.key]
		code, ok := t.index[value]
		if !ok {
			code = t.dict.Add(value)
			t.index[value] = code
		}
		codes[i] = code
		some = some || code != 0
	}
	if !some {
		return 0, nil
	}
	p.made = append(p.made, codes)
	return uint32(len(p.made) - 1), nil
}

func (p *productMaps) finish(b *columns, codes []uint32) {
	for i := range p.targets {
		t := &p.targets[i]
		out, some := b.room.ofCodes(len(codes)), false
		for row, code := range codes {
			if code != 0 {
				out[row] = p.made[code][i]
				some = some || out[row] != 0
			}
		}
		if some {
			override(&b.block.Texts[t.target], t.dict, out, t.onlyBlank)
		}
	}
}

// discountConverter is for columns that hold one kind of discount.
type discountConverter struct {
	column int
	key    string
	kind   *format.LogicalType
	to     *columns
}

func (c *discountConverter) begin(b *columns, _ int) { c.to = b }

func (c *discountConverter) take(s *segment, at int) {
	if s.there() == 0 {
		return
	}
	s.each(func(row, value int) {
		text := s.textOf(value, c.kind)
		if len(text) == 0 {
			return
		}
		switch d, err := number(text); {
		case err != nil:
			c.to.bad(at+row, c.column, text, err)
		case !d.IsZero():
			c.to.discounts(at+row, map[string]decimal.D{c.key: d})
		}
	})
}

func (c *discountConverter) finish() {}
