package costlines

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/decimal"
	"umbel/internal/lineblock"
)

// distinct finds the different ones of a segment's numbers.
type distinct struct {
	values []int64
	slots  []int32 // a value's place and one, 0 for none
}

// find gives numbers codes in the order they are met; false if more than a part of them differ, so that a dictionary is of no use.
func (d *distinct) find(numbers []int64, codes []int32) ([]int32, bool) {
	most := max(len(numbers)/8, 16)
	width := bits.Len(uint(2 * most))
	if len(d.slots) != 1<<width {
		d.slots = make([]int32, 1<<width)
	} else {
		clear(d.slots)
	}
	d.values, codes = d.values[:0], codes[:0]
	mask := uint64(1<<width - 1)
	for i, n := range numbers {
		if i > 0 && n == numbers[i-1] {
			codes = append(codes, codes[i-1])
			continue
		}
		slot := uint64(n) * 0x9e3779b97f4a7c15 >> (64 - width)
		for d.slots[slot] != 0 && d.values[d.slots[slot]-1] != n {
			slot = (slot + 1) & mask
		}
		if d.slots[slot] == 0 {
			if len(d.values) == most {
				return codes, false
			}
			d.values = append(d.values, n)
			d.slots[slot] = int32(len(d.values))
		}
		codes = append(codes, d.slots[slot]-1)
	}
	return codes, true
}

// time writes a column of times. Every line has a start; other times may be none.
func (e *encoder) time(name string, times []int64) error {
	e.levels, e.numbers = e.levels[:0], e.numbers[:0]
	for _, row := range e.rows {
		if times[row] == lineblock.NoTime {
			e.levels = append(e.levels, 0)
			continue
		}
		e.levels = append(e.levels, 1)
		e.numbers = append(e.numbers, times[row])
	}
	if len(e.numbers) == 0 {
		return nil
	}
	c := &chunk{name: name, kind: format.Int64, converted: deprecated.TimestampMicros, logical: &format.TimestampType{
		IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: &format.MicroSeconds{}},
	}}
	if name != startColumn {
		c.levels = e.levels
	}
	var use bool
	e.codes, use = e.find(e.numbers, e.codes)
	return e.narrow(c, use)
}

// amount writes a column of amounts in the narrowest form that keeps all of them exactly, if any is not 0.
func (e *encoder) amount(name string, ofPart bool, present []bool, n *lineblock.Numbers) error {
	if ofPart && present == nil {
		return nil
	}
	if !always[name] && !e.speaks(n) {
		return nil
	}
	return e.amountSaid(name, ofPart, present, n)
}

func (e *encoder) speaks(n *lineblock.Numbers) bool {
	if n.Units == nil {
		return false
	}
	for _, row := range e.rows {
		if n.Units[row] != 0 {
			return true
		}
	}
	for _, row := range e.rows {
		if _, ok := n.Wide[int(row)]; ok {
			return true
		}
	}
	return false
}

// amountSaid is amount for a column that is written though all of it may be 0.
func (e *encoder) amountSaid(name string, ofPart bool, present []bool, n *lineblock.Numbers) error {
	rows := e.rows
	e.levels = e.levels[:0]
	if ofPart {
		rows = e.present(present)
	}
	wide := e.numbersOf(rows, n)
	c := &chunk{name: name, kind: format.Int64, converted: deprecated.Decimal}
	if ofPart {
		c.levels = e.levels
	}
	var use bool
	e.codes, use = e.find(e.numbers, e.codes)
	shown := e.numbers
	if use {
		shown = e.values
	}
	f := formOf(shown)
	if wide {
		former := newFormer()
		for _, row := range e.rows {
			former.show(n.At(int(row)))
		}
		if f = former.form(); !f.wide {
			use, shown = false, e.numbers
			e.narrowWide(f, rows, n)
		}
	}
	if f.wide {
		return e.wide(c, rows, n)
	}
	if by := int64(powers[decimal.Places-f.scale]); !wide && by > 1 {
		for i := range shown {
			shown[i] /= by
		}
	}
	c.logical = &format.DecimalType{Scale: int32(f.scale), Precision: 18}
	return e.narrow(c, use)
}

// present gives the segment's rows that have a part, and the levels of its columns.
func (e *encoder) present(present []bool) []int32 {
	e.some = e.some[:0]
	for _, row := range e.rows {
		if !present[row] {
			e.levels = append(e.levels, 0)
			continue
		}
		e.levels = append(e.levels, 1)
		e.some = append(e.some, row)
	}
	return e.some
}

// numbersOf gathers the amounts of rows, and tells whether one of them is wide.
func (e *encoder) numbersOf(rows []int32, n *lineblock.Numbers) (wide bool) {
	e.numbers = slices.Grow(e.numbers[:0], len(rows))[:len(rows)]
	if n.Units == nil {
		clear(e.numbers)
		return false
	}
	for i, row := range rows {
		e.numbers[i] = n.Units[row]
	}
	if len(n.Wide) > 0 {
		wide = slices.ContainsFunc(rows, func(row int32) bool { _, is := n.Wide[int(row)]; return is })
	}
	return wide
}

// formOf gives the narrowest form of numbers given in units of 10^-12.
func formOf(units []int64) form {
	zeros, most := decimal.Places, uint64(0)
	by := int64(powers[zeros])
	for _, n := range units {
		for n%by != 0 {
			zeros--
			by = int64(powers[zeros])
		}
		most = max(most, uint64(max(n, -n)))
	}
	if most/powers[zeros] < powers[18] {
		return form{scale: decimal.Places - zeros}
	}
	return form{scale: wideScale, wide: true}
}

// narrowWide has numbers that 64 bits do not hold in units of 10^-12 in those of a form that has fewer places.
func (e *encoder) narrowWide(f form, rows []int32, n *lineblock.Numbers) {
	for i, row := range rows {
		e.numbers[i] = f.small(n.At(int(row)))
	}
}

// narrow writes a column of numbers of 64 bits: those found to be distinct as a dictionary with the rows' codes if it is of use, else
// the rows' own.
func (e *encoder) narrow(c *chunk, dictionary bool) error {
	shown := e.numbers
	if dictionary {
		shown = e.values
		c.encoding, c.entries, c.dictionary = format.RLEDictionary, len(e.values), make([]byte, 0, 8*len(e.values))
		for _, n := range e.values {
			c.dictionary = binary.LittleEndian.AppendUint64(c.dictionary, uint64(n))
		}
		c.encode = e.encodeCodes
	} else {
		c.encoding = format.DeltaBinaryPacked
		c.encode = func(b []byte, from, to int) ([]byte, error) {
			return (&delta.BinaryPackedEncoding{}).EncodeInt64(b, e.numbers[from:to])
		}
	}
	if len(shown) > 0 {
		low, high := shown[0], shown[0]
		for _, n := range shown {
			low, high = min(low, n), max(high, n)
		}
		c.low, c.high = binary.LittleEndian.AppendUint64(nil, uint64(low)), binary.LittleEndian.AppendUint64(nil, uint64(high))
	}
	return e.file.add(c)
}

// wide writes a column of amounts of 128 bits.
func (e *encoder) wide(c *chunk, rows []int32, n *lineblock.Numbers) error {
	c.kind, c.length, c.encoding = format.FixedLenByteArray, 16, format.Plain
	c.logical = &format.DecimalType{Scale: wideScale, Precision: 38}
	c.encode = func(b []byte, from, to int) ([]byte, error) {
		for _, row := range rows[from:to] {
			b = appendWide(b, n.At(int(row)))
		}
		return b, nil
	}
	return e.file.add(c)
}

// instant gives back what UnixMicro made.
func instant(micro int64) time.Time { return time.UnixMicro(micro).UTC() }
