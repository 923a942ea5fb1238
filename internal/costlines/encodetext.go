package costlines

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/lineblock"
)

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }

// retexting leads from the codes of maps to those of texts made of them.
type retexting struct {
	texts []string
	codes []int32 // by code of a map; none for no text
	known map[string]int32
}

func newRetexting(n int) *retexting {
	t := &retexting{codes: make([]int32, n), known: map[string]int32{}}
	for i := range t.codes {
		t.codes[i] = none
	}
	return t
}

func (t *retexting) set(code int, text string) {
	at, ok := t.known[text]
	if !ok {
		at = int32(len(t.texts))
		t.texts = append(t.texts, text)
		t.known[text] = at
	}
	t.codes[code] = at
}

// begin makes room for the codes of a segment.
func (e *encoder) begin(values int) {
	e.levels, e.codes, e.used = e.levels[:0], e.codes[:0], e.used[:0]
	if len(e.places) < values {
		e.places = make([]uint32, values)
	}
}

// place appends the segment's code of a value of the table.
func (e *encoder) place(code uint32) {
	here := e.places[code]
	if here == 0 {
		e.used = append(e.used, code)
		here = uint32(len(e.used))
		e.places[code] = here
	}
	e.codes = append(e.codes, int32(here-1))
}

// text writes a column of text; present tells which rows have the part it is of, if it is of one.
func (e *encoder) text(name string, ofPart bool, present []bool, g *gathered[string]) error {
	e.begin(len(g.values))
	if ofPart && present == nil {
		return nil
	}
	rows := e.rows
	if ofPart {
		rows = e.present(present)
	}
	e.codes = slices.Grow(e.codes, len(rows))
	if g.codes == nil {
		for range rows {
			e.place(g.one)
		}
	} else {
		for _, row := range rows {
			e.place(g.codes[row])
		}
	}
	says := always[name] || isMarker(name) && len(e.used) > 0 || slices.ContainsFunc(e.used, func(code uint32) bool { return g.values[code] != "" })
	return e.dictionary(name, ofPart, g.values, says, false)
}

// through writes a column of texts that are made of maps.
func (e *encoder) through(name string, g *gathered[map[string]string], t *retexting, isJSON bool) error {
	e.begin(len(t.texts))
	for _, row := range e.rows {
		code := t.codes[g.at(row)]
		if code == none {
			e.levels = append(e.levels, 0)
			continue
		}
		e.levels = append(e.levels, 1)
		e.place(uint32(code))
	}
	return e.dictionary(name, true, t.texts, len(e.used) > 0, isJSON)
}

// dictionary writes the column of text whose codes were placed, if it says anything.
func (e *encoder) dictionary(name string, optional bool, values []string, says, isJSON bool) error {
	c := &chunk{name: name, kind: format.ByteArray, logical: &format.StringType{}, converted: deprecated.UTF8, encoding: format.RLEDictionary, entries: len(e.used)}
	if isJSON {
		c.logical, c.converted = &format.JsonType{}, deprecated.Json
	}
	if optional {
		c.levels = e.levels
	}
	var low, high string
	e.packedText = slices.Grow(e.packedText[:0], 1)
	for i, code := range e.used {
		e.places[code] = 0
		value := values[code]
		e.packedText = binary.LittleEndian.AppendUint32(e.packedText, uint32(len(value)))
		e.packedText = append(e.packedText, value...)
		switch {
		case i == 0:
			low, high = value, value
		case value < low:
			low = value
		case value > high:
			high = value
		}
	}
	if !says {
		return nil
	}
	if len(e.used) > 0 {
		c.low, c.high = []byte(low), []byte(high)
	}
	c.dictionary, c.encode = e.packedText, e.encodeCodes
	return e.file.add(c)
}

func (e *encoder) encodeCodes(b []byte, from, to int) ([]byte, error) {
	return (&rle.DictionaryEncoding{}).EncodeInt32(b, e.codes[from:to])
}

// ids writes the identities. No line has that of another, so that there is nothing to gain by a dictionary.
func (e *encoder) ids(name string) error {
	c := &chunk{name: name, kind: format.ByteArray, logical: &format.StringType{}, converted: deprecated.UTF8, encoding: format.DeltaLengthByteArray}
	var low, high []byte
	for i, row := range e.rows {
		id := e.table.ids.At(int(row))
		switch {
		case i == 0:
			low, high = id, id
		case bytes.Compare(id, low) < 0:
			low = id
		case bytes.Compare(id, high) > 0:
			high = id
		}
	}
	c.low, c.high = append([]byte{}, low...), append([]byte{}, high...)
	c.encode = func(b []byte, from, to int) ([]byte, error) {
		e.packedText, e.ends = e.packedText[:0], append(e.ends[:0], 0)
		for _, row := range e.rows[from:to] {
			e.packedText = append(e.packedText, e.table.ids.At(int(row))...)
			e.ends = append(e.ends, uint32(len(e.packedText)))
		}
		return (&delta.LengthByteArrayEncoding{}).EncodeByteArray(b, e.packedText, e.ends)
	}
	return e.file.add(c)
}

// reservationText is where a table has the reservations.
var reservationText = textPlace(ReservationARN)

func amountPlace(name string) int {
	return lineblock.Place(lineblock.Amounts(), name)
}
