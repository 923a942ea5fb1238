package usage

import (
	"bytes"

	"github.com/parquet-go/parquet-go/format"
)

// jsonConverter is for columns of text that hold maps as JSON objects. Equal texts are read once.
type jsonConverter struct {
	column int
	null   string
	kind   *format.LogicalType
	reader mapReader

	to    *columns
	found map[string]mapCode
	size  int // of the texts in found
	codes []uint32
}

func (c *jsonConverter) begin(b *columns, rows int) {
	c.to = b
	if c.reader.renew(c.size > mostBytes) {
		c.found, c.size = map[string]mapCode{}, 0
	}
	c.codes = b.room.ofCodes(rows)
}

func (c *jsonConverter) take(s *segment, at int) {
	if s.there() == 0 {
		return
	}
	s.each(func(row, value int) {
		raw, is := s.raw(value)
		if !is {
			raw = s.textOf(value, c.kind)
		}
		m, ok := c.found[string(raw)]
		if !ok {
			m = c.read(s.read(raw))
			c.found[string(raw)] = m
			c.size += len(raw)
		}
		if c.codes[at+row] = m.code; m.err != nil {
			c.to.bad(at+row, c.column, []byte(m.text), m.err)
		}
	})
}

func (c *jsonConverter) read(text []byte) (m mapCode) {
	if len(text) == 0 || string(text) == c.null {
		return m
	}
	if m.code, m.err = c.reader.read(text); m.err != nil {
		m.text = string(text)
	}
	return m
}

func (c *jsonConverter) finish() { c.reader.finish(c.to, c.codes) }

// mapTexts is for columns of maps that are called as one of another type: what stands there is the JSON object.
type mapTexts struct {
	converter
	texts [][]byte // by code
}

func (m *mapTexts) renew(must bool) bool {
	if !must && m.texts != nil && len(m.texts) <= mostKnown {
		return false
	}
	m.texts = make([][]byte, 1)
	return true
}

func (m *mapTexts) read(text []byte) (uint32, error) {
	m.texts = append(m.texts, bytes.Clone(text))
	return uint32(len(m.texts) - 1), nil
}

func (m *mapTexts) finish(b *columns, codes []uint32) {
	s := segment{rows: len(codes), offsets: []uint32{0}}
	for row, code := range codes {
		if code != 0 {
			s.places = append(s.places, int32(row))
			s.text = append(s.text, m.texts[code]...)
			s.offsets = append(s.offsets, uint32(len(s.text)))
		}
	}
	m.begin(b, len(codes))
	m.take(&s, 0)
	finish(m.converter)
}
