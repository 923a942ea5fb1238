package usage

import (
	"errors"
	"hash/maphash"
	"io"
	"math"
	"math/bits"
	"unsafe"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// segment is some rows of one column of a file: of a leaf of Parquet, within a page, or of a block of text. One of its forms of values
// is set; values are only those that are there.
type segment struct {
	rows    int
	places  []int32 // the rows that have a value; nil if levels or spans tell them
	levels  []byte  // by row: the leaf's own where there is a value; nil if all rows have one
	full    byte    // the level of what is there
	dict    *leafDict
	codes   []int32
	floats  []float64
	longs   []int64
	text    []byte
	offsets []uint32
	spans   []span // by row, in text, which is comma-separated values
	values  []parquet.Value
}

// leafDict is a dictionary of a leaf: of texts, or of other values.
type leafDict struct {
	texts  []string
	values []parquet.Value
	hashes []uint64
}

func (d *leafDict) len() int { return len(d.hashes) }

// value gives a value by its code.
func (d *leafDict) value(code int32) parquet.Value {
	if d.texts != nil {
		return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(d.texts[code]), len(d.texts[code]))) // it is only read
	}
	return d.values[code]
}

// leafReader reads a leaf of a row group.
type leafReader struct {
	kind    *format.LogicalType
	full    byte // definition level of what is there
	seeds   maphash.Seed
	pages   parquet.Pages
	page    parquet.Page
	dict    *leafDict
	levels  []byte
	repeats []byte
	codes   []int32
	floats  []float64
	longs   []int64
	text    []byte
	offsets []uint32
	values  []parquet.Value
	level   int // the next of levels, or of values if there are none
	value   int // the next value
	size    int // of levels
}

// begin begins a row group. A leaf without values in it has no pages.
func (r *leafReader) begin(chunk parquet.ColumnChunk) {
	r.close()
	r.dict = nil
	r.pages = chunk.Pages()
}

func (r *leafReader) close() {
	if r.page != nil {
		parquet.Release(r.page)
		r.page = nil
	}
	if r.pages != nil {
		_ = r.pages.Close() // it was only read
		r.pages = nil
	}
	r.level, r.size = 0, 0
}

// turn reads the next page.
func (r *leafReader) turn() error {
	if r.page != nil {
		parquet.Release(r.page)
		r.page = nil
	}
	page, err := r.pages.ReadPage()
	if err != nil {
		return err
	}
	r.page = page
	r.levels, r.repeats = page.DefinitionLevels(), page.RepetitionLevels()
	r.codes, r.floats, r.longs, r.text, r.offsets, r.values = nil, nil, nil, nil, nil, nil
	r.level, r.value, r.size = 0, 0, int(page.NumValues())
	if len(r.levels) > 0 && len(r.levels) != r.size {
		return errors.New("a page with other levels than values")
	}
	if dictionary := page.Dictionary(); dictionary != nil {
		if r.dict == nil {
			r.dict = r.newDict(dictionary)
		}
		data := page.Data()
		r.codes = data.Int32()
		return nil
	}
	data := page.Data()
	logical := format.LogicalTypeValue(nil)
	if r.kind != nil {
		logical = r.kind.Value
	}
	_, decimal := logical.(*format.DecimalType)
	switch kind := page.Type().Kind(); {
	case kind == parquet.Double:
		r.floats = data.Double()
	case kind == parquet.Int64 && !decimal:
		r.longs = data.Int64()
	case kind == parquet.ByteArray && !decimal:
		r.text, r.offsets = data.ByteArray()
	default:
		return r.boxed()
	}
	return nil
}

// boxed reads the page's values one by one: those of types that are rare.
func (r *leafReader) boxed() error {
	all := make([]parquet.Value, r.size)
	n, err := r.page.Values().ReadValues(all)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if n != r.size {
		return errors.New("a page with fewer values than it says")
	}
	r.values = make([]parquet.Value, 0, n)
	for _, v := range all {
		if !v.IsNull() {
			r.values = append(r.values, v.Clone())
		}
	}
	return nil
}

func (r *leafReader) newDict(from parquet.Dictionary) *leafDict {
	d := &leafDict{hashes: make([]uint64, from.Len())}
	if from.Type().Kind() == parquet.ByteArray {
		data := from.Page().Data()
		raw, offsets := data.ByteArray()
		all := string(raw)
		d.texts = make([]string, from.Len())
		for i := range d.texts {
			d.texts[i] = all[offsets[i]:offsets[i+1]]
			if d.texts[i] != "" {
				d.hashes[i] = maphash.String(r.seeds, d.texts[i])
			}
		}
		return d
	}
	d.values = make([]parquet.Value, from.Len())
	for i := range d.values {
		d.values[i] = from.Index(int32(i)).Clone()
		d.hashes[i] = r.hash(d.values[i])
	}
	return d
}

// hash gives a number that stands for a value.
func (r *leafReader) hash(v parquet.Value) uint64 {
	switch v.Kind() {
	case parquet.Double:
		return mixed(math.Float64bits(v.Double()))
	case parquet.Int64:
		return mixed(uint64(v.Int64()))
	case parquet.ByteArray:
		return r.hashText(v.ByteArray())
	}
	return r.hashText(appendValue(nil, v, nil))
}

func (r *leafReader) hashText(b []byte) uint64 {
	if len(b) == 0 {
		return 0 // as what is not there
	}
	return maphash.Bytes(r.seeds, b)
}

// mixed spreads a number over 64 bits.
func mixed(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15 // what stands for what is not there is 0
	n = (n ^ n>>32) * 0xd6e8feb86659fd93
	n = (n ^ n>>32) * 0xd6e8feb86659fd93
	return n ^ n>>32
}

// rows gives the next rows of a leaf that is not repeated, in parts.
func (r *leafReader) rows(n int, take func(segment)) error {
	for n > 0 {
		if r.level == r.size {
			if err := r.turn(); err != nil {
				return err
			}
			continue
		}
		s := segment{rows: min(n, r.size-r.level), full: r.full, dict: r.dict}
		there := s.rows
		if len(r.levels) > 0 {
			s.levels = r.levels[r.level : r.level+s.rows]
			there = 0
			for _, level := range s.levels {
				if level == r.full {
					there++
				}
			}
			if there == s.rows {
				s.levels = nil
			}
		}
		if err := r.part(&s, there); err != nil {
			return err
		}
		take(s)
		r.level += s.rows
		r.value += there
		n -= s.rows
	}
	return nil
}

func (r *leafReader) inDict(code int32) bool { return uint(code) < uint(r.dict.len()) }

var (
	errShort = errors.New("a page with fewer values than it says")
	errCode  = errors.New("a code that the dictionary does not have")
)

// part gives a segment its values.
func (r *leafReader) part(s *segment, there int) error {
	from, to := r.value, r.value+there
	switch {
	case r.codes != nil || there == 0:
		if to > len(r.codes) && there > 0 {
			return errShort
		}
		if there > 0 {
			s.codes = r.codes[from:to]
			for _, code := range s.codes {
				if !r.inDict(code) {
					return errCode
				}
			}
		}
	case r.floats != nil && to <= len(r.floats):
		s.floats = r.floats[from:to]
	case r.longs != nil && to <= len(r.longs):
		s.longs = r.longs[from:to]
	case r.offsets != nil && to < len(r.offsets):
		s.text, s.offsets = r.text, r.offsets[from:to+1]
	case r.values != nil && to <= len(r.values):
		s.values = r.values[from:to]
	default:
		return errShort
	}
	return nil
}

// each visits the rows of a segment that have a value, with the value's place.
func (s *segment) each(visit func(row, value int)) {
	if s.spans != nil {
		for i := range s.spans {
			visit(int(s.spans[i].at), i)
		}
		return
	}
	if s.places != nil {
		for i, row := range s.places {
			visit(int(row), i)
		}
		return
	}
	if s.levels == nil {
		for i := range s.rows {
			visit(i, i)
		}
		return
	}
	value := 0
	for i, level := range s.levels {
		if level == s.full {
			visit(i, value)
			value++
		}
	}
}

// there is how many rows of a segment have a value.
func (s *segment) there() int {
	return max(len(s.spans), len(s.codes), len(s.floats), len(s.longs), len(s.offsets)-1, len(s.values), 0)
}

// addHashes adds what stands for the values of a segment to numbers that stand for the rows.
func (r *leafReader) addHashes(s *segment, hashes []uint64, salt uint64) {
	switch {
	case s.there() == 0:
	case s.codes != nil:
		of := r.dict.hashes
		s.each(func(row, value int) { hashes[row] += of[s.codes[value]] * salt })
	case s.floats != nil:
		s.each(func(row, value int) { hashes[row] += mixed(math.Float64bits(s.floats[value])) * salt })
	case s.longs != nil:
		s.each(func(row, value int) { hashes[row] += mixed(uint64(s.longs[value])) * salt })
	case s.offsets != nil:
		s.each(func(row, value int) { hashes[row] += r.hashText(s.bytes(value)) * salt })
	default:
		s.each(func(row, value int) { hashes[row] += r.hash(s.values[value]) * salt })
	}
}

func (s *segment) bytes(value int) []byte { return s.text[s.offsets[value]:s.offsets[value+1]] }

// raw gives a text as the file has it, whose meaning read knows; false for values of another form.
func (s *segment) raw(value int) (text []byte, is bool) {
	switch {
	case s.spans != nil:
		return s.spans[value].of(s.text), true
	case s.offsets != nil:
		return s.bytes(value), true
	}
	return nil, false
}

// read gives the meaning of what raw gave.
func (s *segment) read(raw []byte) []byte {
	if s.spans != nil {
		return plain(raw)
	}
	return raw
}

// textOf gives a value as it is meant in CSV.
func (s *segment) textOf(value int, kind *format.LogicalType) []byte {
	if raw, is := s.raw(value); is {
		return s.read(raw)
	}
	return appendValue(nil, s.at(value), kind)
}

// at gives a value, whatever form it has.
func (s *segment) at(value int) parquet.Value {
	switch {
	case s.codes != nil:
		return s.dict.value(s.codes[value])
	case s.floats != nil:
		return parquet.DoubleValue(s.floats[value])
	case s.longs != nil:
		return parquet.Int64Value(s.longs[value])
	case s.offsets != nil:
		return parquet.ByteArrayValue(s.bytes(value))
	case s.spans != nil:
		return parquet.ByteArrayValue(plain(s.spans[value].of(s.text)))
	}
	return s.values[value]
}

// saltOf gives each column a factor of its own.
func saltOf(column int) uint64 {
	return bits.RotateLeft64(0x9e3779b97f4a7c15*uint64(2*column+3), 17) | 1
}
