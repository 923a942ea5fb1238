package usage

import (
	"errors"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// maker makes what reads a column of a file. The kind is that of a leaf of Parquet, nil for text.
type maker func(c *columnar, column int, kind *format.LogicalType) converter

// flat is a column of a file in Parquet that is no map.
type flat struct {
	leafReader
	leaf      int       // in the file
	column    int       // in the header
	converter converter // nil for what is only compared
}

// step is the reading of a column of the header, in whose order they are read: later ones win.
type step struct {
	column    int       // in the header
	converter converter // of a file of text
	flat      *flat     // of one in Parquet
	maps      *mapConverter
	leaf      [2]int // of keys and values
}

// columnar reads the rows of a report by column: of a file in Parquet, or of blocks of text.
type columnar struct {
	table    *table
	plan     *plan
	shared   *memory
	steps    []step
	out      *columns   // the block being made, or made last
	blocks   [2]columns // that out is in turn: whoever was handed one has time until the next is handed on
	turn     int
	extras   int // columns of text that lines do not have
	twins    twins
	tags     gathered
	groups   gathered // cost categories
	verdicts verdicts
	hashes   []uint64 // that stand for the rows of a block, without their identities
	idSeed   maphash.Seed
	ids      *ownConverter
	manyIDs  bool
}

// columnRows is how many rows a block of Parquet has at most.
const columnRows = 4096

// newColumnar begins the plan of reading a file by column.
func newColumnar(p *plan) *columnar {
	c := &columnar{plan: p, idSeed: maphash.MakeSeed(), shared: newMemory()}
	if p.charged {
		c.extras = chargeTexts
	}
	return c
}

// textColumns plans the reading of blocks of text.
func textColumns(p *plan) *columnar {
	c := newColumnar(p)
	for i, column := range p.columns {
		if column.make != nil {
			c.steps = append(c.steps, step{column: i, converter: column.make(c, i, nil)})
		}
	}
	return c
}

// parquetColumns plans the reading of a file in Parquet.
func parquetColumns(t *table, p *plan) *columnar {
	c := newColumnar(p)
	c.table = t
	seed := maphash.MakeSeed()
	for i, column := range p.columns {
		var leaves [2]int
		found := 0
		for at, l := range t.leaves {
			if l.column == i && l.part != "?" && found < 2 {
				leaves[found] = at
				found++
			}
		}
		switch {
		case found == 0: // a list, or something else that is not read
		case t.cells[i].isMap && found == 2:
			m := &mapConverter{column: i, reader: c.mapReader(column.make, i)}
			for at, half := range []*mapLeaf{&m.keys, &m.values} {
				half.leafReader = c.leaf(leaves[at], seed)
				half.entry = m.keys.full
			}
			c.steps = append(c.steps, step{column: i, maps: m, leaf: leaves})
		case !t.cells[i].isMap:
			f := &flat{leafReader: c.leaf(leaves[0], seed), leaf: leaves[0], column: i}
			if column.make != nil {
				f.converter = column.make(c, i, f.kind)
			}
			c.steps = append(c.steps, step{column: i, flat: f})
		}
	}
	return c
}

func (c *columnar) leaf(at int, seed maphash.Seed) leafReader {
	path := c.table.file.Schema().Columns()[at]
	found, _ := c.table.file.Schema().Lookup(path...)
	return leafReader{kind: c.table.leaves[at].kind, full: byte(found.MaxDefinitionLevel), seeds: seed}
}

// mapReader gives what reads a column of maps; one of no use is compared only.
func (c *columnar) mapReader(how maker, column int) mapReader {
	if how == nil {
		return new(unread)
	}
	of := how(c, column, nil)
	if j, ok := of.(*jsonConverter); ok {
		return j.reader
	}
	return &mapTexts{converter: of}
}

// extra makes room for one more column of text that lines do not have, and gives its number.
func (c *columnar) extra() int {
	c.extras++
	return len(lineblock.Texts()) + c.extras - 1
}

// begin begins a row group.
func (c *columnar) begin(group parquet.RowGroup) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	chunks := group.ColumnChunks()
	for _, s := range c.steps {
		if s.flat != nil {
			s.flat.begin(chunks[s.flat.leaf])
		} else {
			s.maps.begin(chunks[s.leaf[0]], chunks[s.leaf[1]])
		}
	}
	return nil
}

// close ends the reading of a row group.
func (c *columnar) close() {
	for _, s := range c.steps {
		if s.flat != nil {
			s.flat.close()
		} else {
			s.maps.keys.close()
			s.maps.values.close()
		}
	}
}

// start begins a block.
func (c *columnar) start(rows int) {
	c.turn++
	b := &c.blocks[c.turn%len(c.blocks)]
	texts := slices.Grow(b.texts[:0], c.extras)[:c.extras]
	clear(texts)
	b.room.empty()
	*b = columns{rows: rows, block: lineblock.Block{Rows: rows}, texts: texts, keys: b.keys[:0], room: b.room, shown: b.shown}
	c.out = b
}

// read reads the next rows of a group into the block. In case of an error it has the rows that were read of every column.
func (c *columnar) read(rows int) (err error) {
	c.start(rows)
	if cap(c.hashes) < rows {
		c.hashes = make([]uint64, rows)
	}
	c.hashes = c.hashes[:rows]
	clear(c.hashes)
	whole := rows
	for _, s := range c.steps {
		done, wrong := c.step(&s, rows)
		if wrong != nil {
			whole, err = min(whole, done), errors.Join(err, wrong)
		}
	}
	if whole < rows {
		c.out.cut(whole)
	}
	if whole > 0 {
		c.plan.check(c)
		c.key()
	}
	return err
}

// text makes a block of the rows of a block of text, for another goroutine: see columns.arrive.
func (c *columnar) text(cells *cells) *columns {
	rows := len(cells.lines)
	c.start(rows)
	if rows == 0 {
		return c.out
	}
	for _, s := range c.steps {
		of := cells.columns[s.column]
		if len(of) == 0 {
			continue
		}
		s.converter.begin(c.out, rows)
		s.converter.take(&segment{rows: rows, text: cells.text, spans: of}, 0)
		finish(s.converter)
	}
	c.plan.check(c)
	c.out.keys = append(c.out.keys, cells.keys...)
	for row := range c.out.keys {
		if len(c.out.block.IDs.At(row)) == 0 {
			c.out.keys[row] = rowKey{}
		}
	}
	c.twins.handOn(c.out)
	return c.out
}

// key gives the rows what stands for them; nothing does for those without an identity.
func (c *columnar) key() {
	if !c.plan.keyed {
		return
	}
	b := c.out
	b.keys = slices.Grow(b.keys[:0], b.rows)[:b.rows]
	for row := range b.keys {
		b.keys[row] = rowKey{}
		if id := b.block.IDs.At(row); len(id) > 0 {
			b.keys[row] = rowKey{maphash.Bytes(c.idSeed, id), c.hashes[row]}
		}
	}
}

// finish ends a column of a block.
func finish(c converter) {
	if whole, ok := c.(interface{ finish() }); ok {
		whole.finish()
	}
}

// step reads a column of the block, and tells how many rows of it could be read.
func (c *columnar) step(s *step, rows int) (done int, err error) {
	defer func() {
		if r := recover(); r != nil { // the library panics on some damaged files
			err = fmt.Errorf("%v", r)
		}
	}()
	if s.maps != nil {
		return s.maps.take(c.out, c.hashes)
	}
	f := s.flat
	if f.converter != nil {
		f.converter.begin(c.out, rows)
	}
	compared := c.plan.keyed && (f.converter == nil || f.converter != converter(c.ids) || c.manyIDs)
	err = f.rows(rows, func(s segment) {
		if f.converter != nil {
			f.converter.take(&s, done)
		}
		if compared {
			f.addHashes(&s, c.hashes[done:], saltOf(f.column))
		}
		done += s.rows
	})
	finish(f.converter)
	return done, err
}

// need is a column that every line needs: of texts, or of times.
type need struct {
	column string // as problems call it
	times  bool
	place  int
}

// missing finds the rows that lack what every line needs, or end before they begin: the last need is their end.
func (c *columnar) missing(needs []need) {
	b := &c.out.block
	for _, n := range needs {
		var blank func(row int) bool
		if n.times {
			times := b.Times[n.place]
			blank = func(row int) bool { return times == nil || times[row] == lineblock.NoTime }
		} else {
			texts := &b.Texts[n.place]
			blank = func(row int) bool { return texts.Blank() || texts.Codes[row] == 0 }
		}
		for row := range c.out.rows {
			if blank(row) {
				c.lacks(row, n.column, errMissing)
			}
		}
	}
	starts, ends := b.Times[startPlace], b.Times[endPlace]
	for row := range min(len(starts), len(ends)) {
		if ends[row] < starts[row] {
			c.lacks(row, needs[len(needs)-1].column, errBackward)
		}
	}
}

// lacks notes what is wrong with a row as a whole, if each of its columns can be read.
func (c *columnar) lacks(row int, name string, err error) {
	if _, is := c.out.flaws[row]; !is {
		c.out.bad(row, c.plan.place(name), nil, err)
	}
}

// The columns of a line's time.
var (
	startPlace = lineblock.Place(lineblock.Times(), "line_item_usage_start_date")
	endPlace   = lineblock.Place(lineblock.Times(), "line_item_usage_end_date")
)

// keeping takes rows out of columns: it has those that stay, in their order. Columns are changed in place, once however many share one.
type keeping struct {
	rows []int32
	done map[any]bool // by where a column begins
}

func keep(rows []int32) *keeping { return &keeping{rows, map[any]bool{}} }

// block keeps rows of a block.
func (k *keeping) block(b *lineblock.Block) {
	for i := range b.Texts {
		b.Texts[i].Codes = kept(k, b.Texts[i].Codes)
	}
	for i := range b.Amounts {
		k.numbers(&b.Amounts[i])
	}
	for i := range b.Times {
		b.Times[i] = kept(k, b.Times[i])
	}
	b.Reserved, b.Planned = kept(k, b.Reserved), kept(k, b.Planned)
	b.Tags.Codes, b.Categories.Codes = kept(k, b.Tags.Codes), kept(k, b.Categories.Codes)
	k.ids(&b.IDs)
	if b.Discounts != nil {
		b.Discounts = keptOf(k, b.Discounts)
	}
	b.Rows = len(k.rows)
}

func (k *keeping) numbers(n *lineblock.Numbers) {
	n.Units = kept(k, n.Units)
	if n.Wide != nil {
		n.Wide = keptOf(k, n.Wide)
	}
}

func (k *keeping) ids(b *lineblock.Bytes) {
	if b.Ends == nil {
		return
	}
	data, ends := b.Data[:0], make([]uint32, 0, len(k.rows))
	for _, row := range k.rows {
		data = append(data, b.At(int(row))...) // never beyond where it is read
		ends = append(ends, uint32(len(data)))
	}
	*b = lineblock.Bytes{Data: data, Ends: ends}
}

// kept gives the rows that are kept of a column.
func kept[T any](k *keeping, column []T) []T {
	if len(column) == 0 {
		return column
	}
	if first := &column[0]; !k.done[first] {
		k.done[first] = true
		for at, row := range k.rows {
			column[at] = column[row]
		}
	}
	return column[:len(k.rows)]
}

// keptOf is kept for what few rows have.
func keptOf[T any](k *keeping, by map[int]T) map[int]T {
	out := map[int]T{}
	for at, row := range k.rows {
		if value, ok := by[int(row)]; ok {
			out[at] = value
		}
	}
	return out
}

// lines gives the lines of a block.
func lines(b *lineblock.Block, out []billing.Line) []billing.Line {
	out = slices.Grow(out[:0], b.Rows)[:b.Rows]
	for row := range out {
		b.Line(row, &out[row])
	}
	return out
}
