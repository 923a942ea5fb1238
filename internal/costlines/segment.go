package costlines

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/decimal"
)

// ErrDamaged tells of a segment or manifest that is not what was written.
var ErrDamaged = errors.New("costlines: damaged file")

// segment is an open segment.
type segment struct {
	name    string
	rows    int
	chunks  []parquet.ColumnChunk
	columns map[string]int // in chunks, by name
}

// openSegment reads the footer of a segment.
func openSegment(name string, r io.ReaderAt, size int64) (*segment, error) {
	f, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true),
		parquet.OptimisticRead(true), parquet.ReadBufferSize(64<<10))
	if err != nil {
		return nil, fmt.Errorf("%w: segment %s: %w", ErrDamaged, name, err)
	}
	groups := f.RowGroups()
	if len(groups) != 1 {
		return nil, fmt.Errorf("%w: segment %s has %d row groups", ErrDamaged, name, len(groups))
	}
	s := &segment{name: name, rows: int(f.NumRows()), chunks: groups[0].ColumnChunks(), columns: map[string]int{}}
	for i, path := range f.Schema().Columns() {
		s.columns[path[0]] = i
	}
	return s, nil
}

// has tells whether the segment has a column.
func (s *segment) has(column string) bool {
	_, ok := s.columns[column]
	return ok
}

// bounds gives the least and greatest value of a column, if known, and whether some lines have none.
func (s *segment) bounds(column string) (low, high parquet.Value, nulls, ok bool) {
	chunk, is := s.chunks[s.columns[column]].(*parquet.FileColumnChunk)
	if !is {
		return low, high, true, false
	}
	low, high, ok = chunk.Bounds()
	return low, high, chunk.NullCount() > 0, ok
}

// pages visits the pages of a column in order. A page is not to be kept.
func (s *segment) pages(column string, visit func(page parquet.Page) error) error {
	pages := s.chunks[s.columns[column]].Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = visit(page)
			parquet.Release(page)
		}
		if err != nil {
			return fmt.Errorf("%w: segment %s, column %s: %w", ErrDamaged, s.name, column, err)
		}
	}
}

// textData is a column of text: for each row the place of its value in values, or none.
type textData struct {
	values []string
	codes  []int32 // nil if all rows have values[0]
}

const none = -1 // the code of no value

func (t *textData) at(row int) (string, bool) {
	if t.codes == nil {
		return t.values[0], true
	}
	if code := t.codes[row]; code != none {
		return t.values[code], true
	}
	return "", false
}

// constant gives the one value all rows have for a query, if that can be told without reading the column.
func (s *segment) constant(column string) (string, bool) {
	if !s.has(column) {
		return "", true
	}
	low, high, nulls, ok := s.bounds(column)
	if ok && !nulls && string(low.ByteArray()) == string(high.ByteArray()) {
		return string(low.ByteArray()), true
	}
	return "", false
}

// text reads a column of text, into memory of a scratch.
func (s *segment) text(column string, of *scratch) (*textData, error) {
	if value, ok := s.constant(column); ok {
		return &textData{values: []string{value}}, nil
	}
	t := &textData{codes: of.int32s(s.rows)[:0]}
	plain := map[string]int32{}
	err := s.pages(column, func(page parquet.Page) error {
		data := page.Data()
		if dictionary := page.Dictionary(); dictionary != nil {
			if t.values == nil {
				t.values = textsOf(dictionary)
			}
			t.codes = expand(t.codes, data.Int32(), page.DefinitionLevels(), none)
			return nil
		}
		t.codes = expand(t.codes, t.plain(plain, data), page.DefinitionLevels(), none)
		return nil
	})
	if err == nil && len(t.codes) != s.rows {
		err = s.short(column, len(t.codes))
	}
	return t, err
}

// textsOf gives the values of a dictionary: parts of one string.
func textsOf(dictionary parquet.Dictionary) []string {
	data := dictionary.Page().Data()
	raw, offsets := data.ByteArray()
	all := string(raw)
	values := make([]string, max(len(offsets), 1)-1)
	for i := range values {
		values[i] = all[offsets[i]:offsets[i+1]]
	}
	return values
}

// plain makes a dictionary of the values of a page without one.
func (t *textData) plain(seen map[string]int32, data encoding.Values) []int32 {
	raw, offsets := data.ByteArray()
	codes := make([]int32, 0, len(offsets))
	for i := range max(len(offsets), 1) - 1 {
		value := raw[offsets[i]:offsets[i+1]]
		code, ok := seen[string(value)]
		if !ok {
			code = int32(len(t.values))
			t.values = append(t.values, string(value))
			seen[t.values[code]] = code
		}
		codes = append(codes, code)
	}
	return codes
}

func (s *segment) short(column string, rows int) error {
	return fmt.Errorf("%w: segment %s, column %s has %d rows instead of %d", ErrDamaged, s.name, column, rows, s.rows)
}

// expand appends the values of a page, with missing where the definition levels tell of none.
func expand[T any](to, values []T, levels []byte, missing T) []T {
	if len(levels) == 0 {
		return append(to, values...)
	}
	next := 0
	for _, level := range levels {
		if level == 0 {
			to = append(to, missing)
			continue
		}
		to = append(to, values[next])
		next++
	}
	return to
}

// numberData is a column of 64-bit numbers: amounts as counts, or times in microseconds. With a dictionary, values are its
// numbers and codes their places, by row; else values are the rows' own.
type numberData struct {
	values  []int64
	codes   []int32
	present []bool // nil if all rows have a value
}

func (n *numberData) at(row int) (int64, bool) {
	switch {
	case n.present != nil && !n.present[row]:
		return 0, false
	case n.codes != nil:
		return n.values[n.codes[row]], true
	}
	return n.values[row], true
}

// numbers reads a column of 64-bit numbers, into memory of a scratch.
func (s *segment) numbers(column string, of *scratch) (*numberData, error) {
	n := &numberData{}
	rows := 0
	err := s.pages(column, func(page parquet.Page) error {
		data, levels := page.Data(), page.DefinitionLevels()
		dictionary := page.Dictionary()
		switch {
		case dictionary != nil && rows > 0 && n.codes == nil, dictionary == nil && n.codes != nil:
			return errors.New("pages with and without dictionary")
		case dictionary != nil:
			if n.codes == nil {
				n.codes, n.values = of.int32s(s.rows)[:0], make([]int64, dictionary.Len()+1) // the last is 0, for rows without a value
				for i := range dictionary.Len() {
					n.values[i] = dictionary.Index(int32(i)).Int64()
				}
			}
			n.codes = expand(n.codes, data.Int32(), levels, int32(dictionary.Len()))
		default:
			if n.values == nil {
				n.values = of.int64s(s.rows)[:0]
			}
			n.values = expand(n.values, data.Int64(), levels, 0)
		}
		n.mark(rows, s.rows, levels)
		rows += int(page.NumRows())
		return nil
	})
	if err == nil && rows != s.rows {
		err = s.short(column, rows)
	}
	return n, err
}

// mark notes which of the rows from one on have a value.
func (n *numberData) mark(from, rows int, levels []byte) {
	for i, level := range levels {
		if level != 0 {
			continue
		}
		if n.present == nil {
			n.present = make([]bool, rows)
			for k := range n.present {
				n.present[k] = true
			}
		}
		n.present[from+i] = false
	}
}

// formOf tells how a column of amounts is kept.
func (s *segment) formOf(column string) (form, error) {
	typ := s.chunks[s.columns[column]].Type()
	if logical := typ.LogicalType(); logical != nil {
		if d, ok := logical.Value.(*format.DecimalType); ok && d.Scale >= 0 && d.Scale <= decimal.Places {
			return form{scale: int(d.Scale), wide: typ.Kind() == parquet.FixedLenByteArray}, nil
		}
	}
	return form{}, fmt.Errorf("%w: segment %s, column %s holds no amounts", ErrDamaged, s.name, column)
}

// wide reads a column of amounts in 128 bits; nil stands for none.
func (s *segment) wide(column string) ([]*decimal.D, error) {
	out := make([]*decimal.D, 0, s.rows)
	err := s.pages(column, func(page parquet.Page) error {
		values := make([]parquet.Value, page.NumValues())
		if _, err := page.Values().ReadValues(values); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		for _, v := range values {
			if v.IsNull() {
				out = append(out, nil)
				continue
			}
			if len(v.ByteArray()) != 16 {
				return errors.New("an amount that is not of 16 bytes")
			}
			d, err := readWide(v.ByteArray())
			if err != nil {
				return err
			}
			out = append(out, &d)
		}
		return nil
	})
	if err == nil && len(out) != s.rows {
		err = s.short(column, len(out))
	}
	return out, err
}
