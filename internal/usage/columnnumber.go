package usage

import (
	"bytes"
	"errors"
	"maps"
	"math"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/decimal"
	"umbel/internal/lineblock"
)

// timeConverter is for columns of time.
type timeConverter struct {
	column, target int
	part           lineblock.Part
	null           string
	kind           *format.LogicalType
	unit           int64 // of its numbers, in nanoseconds; 0 if it has none

	to    *columns
	times []int64
	last  []byte // the text met before
	micro int64  // what it says
}

func newTimeConverter(column, target int, null string, kind *format.LogicalType) *timeConverter {
	c := &timeConverter{column: column, target: target, part: lineblock.Times()[target].Part, null: null, kind: kind}
	if kind != nil {
		if t, ok := kind.Value.(*format.TimestampType); ok {
			c.unit = int64(t.Unit.Value.Duration())
		}
	}
	return c
}

// The times that texts can say.
var (
	firstMicro = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	endMicro   = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
)

func (c *timeConverter) begin(b *columns, _ int) { c.to, c.times = b, nil }

func (c *timeConverter) take(s *segment, at int) {
	if s.there() == 0 {
		return
	}
	if c.times == nil {
		c.times = c.to.room.ofLongs(c.to.rows)
		for i := range c.times {
			c.times[i] = lineblock.NoTime
		}
		copy(c.times, c.to.block.Times[c.target])
	}
	s.each(func(row, value int) {
		micro, ok := int64(0), false
		switch {
		case c.unit == 0:
		case s.longs != nil:
			micro, ok = c.number(s.longs[value])
		case s.codes != nil && s.dict.values != nil:
			if v := s.dict.values[s.codes[value]]; v.Kind() == parquet.Int64 {
				micro, ok = c.number(v.Int64())
			}
		}
		if !ok {
			text := s.textOf(value, c.kind)
			if len(text) == 0 || string(text) == c.null {
				return
			}
			var err error
			if micro, err = c.said(text); err != nil {
				c.to.bad(at+row, c.column, text, err)
				return
			}
		}
		c.times[at+row] = micro
		c.to.part(c.part, at+row)
	})
}

// number reads a count of units since 1970.
func (c *timeConverter) number(n int64) (micro int64, ok bool) {
	switch c.unit {
	case int64(time.Millisecond):
		if n > endMicro/1000 || n < firstMicro/1000 {
			return 0, false
		}
		micro = n * 1000
	case int64(time.Microsecond):
		micro = n
	default:
		micro = floor(n, 1000)
	}
	return micro, micro > firstMicro && micro < endMicro
}

// said reads the time that a text says.
func (c *timeConverter) said(text []byte) (micro int64, err error) {
	if len(c.last) > 0 && bytes.Equal(text, c.last) {
		return c.micro, nil
	}
	t, err := instant(text)
	if err == nil {
		c.last, c.micro = append(c.last[:0], text...), lineblock.Micro(t)
	}
	return c.micro, err
}

func (c *timeConverter) finish() {
	if c.times != nil {
		c.to.block.Times[c.target] = c.times
	}
}

// numberConverter is for columns of amounts.
type numberConverter struct {
	column, target int
	part           lineblock.Part
	net            seen
	null           string
	kind           *format.LogicalType

	to    *columns
	units []int64 // of the block; nil while all are 0
	wide  map[int]decimal.D
	from  *leafDict
	table []amount // by code of from
}

var errNothing = errors.New("an empty text")

// amount is a number in units of 10^-12, or why it is none.
type amount struct {
	units int64
	large bool // 64 bits do not hold it
	wide  decimal.D
	err   error
}

func (c *numberConverter) begin(b *columns, _ int) { c.to, c.units, c.wide = b, nil, nil }

func (c *numberConverter) take(s *segment, at int) {
	if s.there() == 0 {
		return
	}
	if s.codes != nil && s.dict != c.from {
		c.from, c.table = s.dict, c.table[:0]
		for code := range s.dict.len() {
			c.table = append(c.table, c.amount(s.dict.value(int32(code))))
		}
	}
	if c.units == nil {
		c.units = c.to.room.ofLongs(c.to.rows)
		clear(c.units)
		before := c.to.amount(c.target)
		copy(c.units, before.Units)
		c.wide = maps.Clone(before.Wide)
	}
	simple := c.part == lineblock.OfLine && c.net == 0 && c.wide == nil
	switch {
	case simple && s.codes != nil:
		s.each(func(row, value int) {
			if a := &c.table[s.codes[value]]; !a.large && a.err == nil {
				c.units[at+row] = a.units
			} else {
				c.set(at+row, a, s, value)
			}
		})
	case simple && s.floats != nil:
		s.each(func(row, value int) {
			if units, ok := unitsOf(s.floats[value]); ok {
				c.units[at+row] = units
			} else {
				a := c.amount(s.at(value))
				c.set(at+row, &a, s, value)
			}
		})
	case s.codes != nil:
		s.each(func(row, value int) { c.set(at+row, &c.table[s.codes[value]], s, value) })
	case s.spans != nil:
		var last []byte
		var said amount
		for i, field := range s.spans {
			if raw := field.of(s.text); !bytes.Equal(raw, last) {
				last, said = raw, c.read(s.read(raw))
			}
			if row := at + int(field.at); simple && said.err == nil && !said.large {
				c.units[row] = said.units
			} else {
				c.set(row, &said, s, i)
			}
		}
	default:
		s.each(func(row, value int) {
			a := c.amount(s.at(value))
			c.set(at+row, &a, s, value)
		})
	}
}

func (c *numberConverter) set(row int, a *amount, s *segment, value int) {
	if a.err == errNothing {
		return
	}
	c.to.see(c.net, row)
	switch {
	case a.err != nil:
		c.to.bad(row, c.column, s.textOf(value, c.kind), a.err)
	case a.large:
		if c.wide == nil {
			c.wide = map[int]decimal.D{}
		}
		c.units[row], c.wide[row] = 0, a.wide
		c.to.part(c.part, row)
	case a.units != 0 || c.part == lineblock.OfLine:
		c.units[row] = a.units
		delete(c.wide, row)
		c.to.part(c.part, row)
	}
}

func (c *numberConverter) amount(v parquet.Value) (a amount) {
	if v.Kind() == parquet.Double {
		if units, ok := unitsOf(v.Double()); ok {
			return amount{units: units}
		}
	}
	return c.read(appendValue(nil, v, c.kind))
}

// read reads the amount that a text says.
func (c *numberConverter) read(text []byte) amount {
	if len(text) == 0 || string(text) == c.null {
		return amount{err: errNothing}
	}
	d, err := number(text)
	if err != nil {
		return amount{err: err}
	}
	units, ok := lineblock.Units(d)
	return amount{units: units, large: !ok, wide: d}
}

func (c *numberConverter) finish() {
	if c.units != nil {
		*c.to.amount(c.target) = lineblock.Numbers{Units: c.units, Wide: c.wide}
	}
}

// unitsOf gives a float as a count of 10^-12 if its shortest decimal text has at most 15 digits and 12 places. A text of so few
// digits is the only one that stands for the float it is read as, so that it is the shortest if it stands for this one; and the
// quotient of two whole numbers below 2^53 is exact to the last bit.
func unitsOf(v float64) (units int64, ok bool) {
	size := math.Abs(v)
	for i := range scales {
		if s := &scales[i]; size < s.below {
			n := math.RoundToEven(v * s.factor)
			if n/s.factor == v {
				return int64(n) * s.up, true
			}
			return 0, false
		}
	}
	return 0, false
}

// scales are how many places a float of 15 digits can have at most, by its size.
var scales = [...]struct {
	below, factor float64
	up            int64
}{
	{1e3, 1e12, 1}, {1e4, 1e11, 10}, {1e5, 1e10, 100}, {1e6, 1e9, 1000}, {9e6, 1e8, 10000},
}
