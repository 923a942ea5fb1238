package metering

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// header is what a file says of itself.
type header struct {
	path        string
	first, last time.Time // hours
}

func headers(paths []string) ([]header, error) {
	var out []header
	for _, p := range paths {
		in, err := openInput(p, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, in.header)
		in.close()
	}
	return out, nil
}

// input reads a file, by column.
type input struct {
	header
	pool    *pool
	disk    *os.File
	file    *parquet.File
	group   int // the next row group
	left    int // records of the row group
	columns []*column
	fills   []filler // by column
	starts  int      // which column has the starts
	ready   int      // how many records there are on the pages: 0 only at the end
	head    int64    // the start of the first of them, in nanoseconds since 1970
}

// fillAtOnce is for how many records one column is read after the other: as many as the processor's caches hold.
const fillAtOnce = 128

// filler gives records the next values of a column.
type filler func([]billing.UsageRecord, *column)

func openInput(path string, pool *pool) (*input, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("metering: %w", err)
	}
	in := &input{disk: f, header: header{path: path}, pool: pool}
	if err := in.open(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	}
	return in, nil
}

func (in *input) open() error {
	info, err := in.disk.Stat()
	if err != nil {
		return err
	}
	in.file, err = parquet.OpenFile(in.disk, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true),
		parquet.OptimisticRead(true), parquet.ReadBufferSize(pageBytes))
	if err != nil {
		return err
	}
	for key, to := range map[string]*time.Time{firstKey: &in.first, lastKey: &in.last} {
		value, _ := in.file.Lookup(key)
		if *to, err = time.Parse(time.RFC3339, value); err != nil {
			return err
		}
	}
	columns := in.file.Schema().Columns()
	if len(columns) != len(schema.Columns()) {
		return fmt.Errorf("%d columns", len(columns))
	}
	for i, path := range columns {
		if path[0] == startColumn {
			in.starts = i
		}
		fill, err := fillerOf(path[0])
		if err != nil {
			return err
		}
		in.fills = append(in.fills, fill)
	}
	return nil
}

// fillerOf gives what reads a column.
func fillerOf(name string) (filler, error) {
	switch name {
	case startColumn:
		return times(func(r *billing.UsageRecord) *time.Time { return &r.Start }), nil
	case endColumn:
		return times(func(r *billing.UsageRecord) *time.Time { return &r.End }), nil
	case quantityColumn:
		return func(records []billing.UsageRecord, c *column) {
			for i, code := range c.codes[c.at:][:len(records)] {
				records[i].Quantity = c.quantities[code]
			}
		}, nil
	case tagsColumn:
		return func(records []billing.UsageRecord, c *column) {
			for i, code := range c.codes[c.at:][:len(records)] {
				records[i].Tags = c.tags[code]
			}
		}, nil
	case instanceColumn:
		return func(records []billing.UsageRecord, c *column) {
			for i, code := range c.codes[c.at:][:len(records)] {
				records[i].Instance = c.instances[code]
			}
		}, nil
	}
	for _, t := range texts {
		if t.name == name {
			return textsAt(t.offset()), nil
		}
	}
	return nil, fmt.Errorf("no such column: %s", name)
}

// textsAt reads a column of text that is in a record at an offset, without a call for each.
func textsAt(offset uintptr) filler {
	return func(records []billing.UsageRecord, c *column) {
		at := unsafe.Add(unsafe.Pointer(unsafe.SliceData(records)), offset)
		for i, code := range c.codes[c.at:][:len(records)] {
			*(*string)(unsafe.Add(at, uintptr(i)*unsafe.Sizeof(billing.UsageRecord{}))) = c.texts[code]
		}
	}
}

// times reads a column of times.
func times(at func(*billing.UsageRecord) *time.Time) filler {
	return func(records []billing.UsageRecord, c *column) {
		var last int64
		var instant time.Time
		for i, nanoseconds := range c.numbers[c.at:][:len(records)] {
			if i == 0 || nanoseconds != last {
				last, instant = nanoseconds, time.Unix(0, nanoseconds).UTC()
			}
			*at(&records[i]) = instant
		}
	}
}

// turn goes on to the next pages, where those before are used up.
func (in *input) turn() error {
	in.ready = 0
	for in.left == 0 {
		groups := in.file.RowGroups()
		if in.group == len(groups) {
			return nil
		}
		in.release()
		in.left = int(groups[in.group].NumRows())
		for i, chunk := range groups[in.group].ColumnChunks() {
			in.columns = append(in.columns, &column{name: schema.Columns()[i][0], pool: in.pool, pages: chunk.Pages()})
		}
		in.group++
	}
	n := in.left
	for _, c := range in.columns {
		if c.at == c.rows {
			if err := c.turn(); err != nil {
				return fmt.Errorf("%w: %s, column %s: %w", ErrDamaged, in.path, c.name, err)
			}
		}
		n = min(n, c.rows-c.at)
	}
	in.ready = n
	in.look()
	return nil
}

// look finds the start of the next record.
func (in *input) look() {
	c := in.columns[in.starts]
	in.head = c.numbers[c.at]
}

// before tells how many of the records that are ready begin before a time, up to the first that does not.
func (in *input) before(end int64) (n int) {
	c := in.columns[in.starts]
	for _, start := range c.numbers[c.at:][:in.ready] {
		if start >= end {
			break
		}
		n++
	}
	return n
}

// take reads records, of which as many are ready, and turns the page if it is used up.
func (in *input) take(records []billing.UsageRecord) error {
	in.ready, in.left = in.ready-len(records), in.left-len(records)
	for part := range slices.Chunk(records, fillAtOnce) {
		for i, c := range in.columns {
			in.fills[i](part, c)
			c.at += len(part)
		}
	}
	if in.ready == 0 {
		return in.turn()
	}
	in.look()
	return nil
}

func (in *input) release() {
	for _, c := range in.columns {
		c.close()
	}
	in.columns = nil
}

func (in *input) close() {
	in.release()
	_ = in.disk.Close() // it was only read
}

// column is where the reading of a column is.
type column struct {
	name       string
	pool       *pool
	pages      parquet.Pages
	page       parquet.Page
	texts      []string // the dictionary: one of these
	tags       []map[string]string
	instances  []*billing.Instance
	quantities []decimal.D
	entries    int // of the dictionary
	codes      []int32
	numbers    []int64
	at, rows   int
}

// pool has values that were read, so that equal ones of different dictionaries are one.
type pool struct {
	texts     pooled[string]
	tags      pooled[map[string]string]
	instances pooled[*billing.Instance]
}

func newPool() *pool {
	return &pool{pooled[string]{}, pooled[map[string]string]{}, pooled[*billing.Instance]{}}
}

// pooled are values by how they are written.
type pooled[V any] map[string]V

// mostPooled is how many values there are before they are begun anew.
const mostPooled = 1 << 18

func (p pooled[V]) of(raw []byte, read func([]byte) (V, error)) (V, error) {
	if known, ok := p[string(raw)]; ok {
		return known, nil
	}
	if len(p) >= mostPooled {
		clear(p)
	}
	value, err := read(raw)
	if err == nil {
		p[string(raw)] = value
	}
	return value, err
}

// turn goes on to the next page.
func (c *column) turn() error {
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
	page, err := c.pages.ReadPage()
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	c.page, c.at, c.rows = page, 0, int(page.NumRows())
	if c.name == startColumn || c.name == endColumn {
		data := page.Data()
		c.numbers = data.Int64()
		return enough(len(c.numbers), c.rows)
	}
	dictionary := page.Dictionary()
	if dictionary == nil {
		return errors.New("a page without dictionary")
	}
	if c.entries == 0 {
		if err := c.learn(dictionary); err != nil {
			return err
		}
	}
	data := page.Data()
	c.codes = data.Int32()
	for _, code := range c.codes {
		if int(code) >= c.entries || code < 0 {
			return errors.New("a value that is not in the dictionary")
		}
	}
	return enough(len(c.codes), c.rows)
}

func enough(values, rows int) error {
	if values < rows || rows == 0 {
		return fmt.Errorf("a page of %d records has %d values", rows, values)
	}
	return nil
}

// learn reads a dictionary.
func (c *column) learn(d parquet.Dictionary) (err error) {
	c.entries = d.Len()
	switch c.name {
	case quantityColumn:
		c.quantities, err = learn(d, quantityOf)
	case tagsColumn:
		c.tags, err = learn(d, func(raw []byte) (map[string]string, error) { return c.pool.tags.of(raw, unwritten) })
	case instanceColumn:
		c.instances, err = learn(d, func(raw []byte) (*billing.Instance, error) { return c.pool.instances.of(raw, unwritten) })
	default:
		c.texts, err = learn(d, func(raw []byte) (string, error) { return c.pool.texts.of(raw, text) })
	}
	return err
}

func learn[V any](d parquet.Dictionary, of func([]byte) (V, error)) ([]V, error) {
	values := make([]V, d.Len())
	for i := range values {
		value, err := of(d.Index(int32(i)).ByteArray())
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

func text(raw []byte) (string, error) { return string(raw), nil }

// unwritten reads what written has written.
func unwritten[V any](raw []byte) (v V, err error) {
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &v)
	}
	return v, err
}

func (c *column) close() {
	if c.page != nil {
		parquet.Release(c.page)
	}
	_ = c.pages.Close() // it was only read
}
