package lineblock

import (
	"math"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Block is lines by column. Its columns are those of Texts, Amounts and Times, by their place there. Nobody changes a block that was
// handed on, nor the dictionaries it shares with others, but for values added at their ends.
type Block struct {
	Rows       int
	IDs        Bytes
	Texts      [len(texts)]Coded[string]
	Amounts    [len(amounts)]Numbers
	Times      [len(times)][]int64 // microseconds since 1970, NoTime for none; nil if no row has one
	Reserved   []bool              // the rows that have a reservation; nil for none
	Planned    []bool              // the rows that have a savings plan; nil for none
	Tags       Coded[map[string]string]
	Categories Coded[map[string]string]
	Discounts  map[int]map[string]decimal.D // by row
}

// NoTime stands for no time.
const NoTime = math.MinInt64

// Dict is the values of columns by their codes. The first is none: "", or no map.
type Dict[T any] struct{ Values []T }

// NewDict begins a dictionary.
func NewDict[T any]() *Dict[T] { return &Dict[T]{Values: make([]T, 1)} }

// Add adds a value and gives its code.
func (d *Dict[T]) Add(value T) uint32 {
	d.Values = append(d.Values, value)
	return uint32(len(d.Values) - 1)
}

// Coded is a column of values from a dictionary. Without Codes, all rows have the value of One; without a dictionary, none.
type Coded[T any] struct {
	Dict  *Dict[T]
	Codes []uint32
	One   uint32
}

// At gives the value of a row.
func (c *Coded[T]) At(row int) (value T) {
	switch {
	case c.Dict == nil:
		return value
	case c.Codes == nil:
		return c.Dict.Values[c.One]
	}
	return c.Dict.Values[c.Codes[row]]
}

// Blank tells that no row has a value.
func (c *Coded[T]) Blank() bool { return c.Dict == nil || c.Codes == nil && c.One == 0 }

// Numbers is a column of amounts in units of 10^-12; without Units, all are 0. Those that 64 bits do not hold are in Wide, by row.
type Numbers struct {
	Units []int64
	Wide  map[int]decimal.D
}

// At gives the amount of a row.
func (n *Numbers) At(row int) decimal.D {
	if n.Units == nil {
		return decimal.D{}
	}
	if n.Wide != nil {
		if d, ok := n.Wide[row]; ok {
			return d
		}
	}
	return decimal.New(n.Units[row], decimal.Places)
}

// Units gives a number as a count of 10^-12, if 64 bits hold it.
func Units(d decimal.D) (units int64, ok bool) {
	hi, lo := d.Units()
	return int64(lo), hi == int64(lo)>>63
}

// Bytes is a column of texts one after another; without Ends, all are "".
type Bytes struct {
	Data []byte
	Ends []uint32 // of each row's text in Data
}

// At gives the text of a row.
func (b *Bytes) At(row int) []byte {
	if b.Ends == nil {
		return nil
	}
	from := uint32(0)
	if row > 0 {
		from = b.Ends[row-1]
	}
	return b.Data[from:b.Ends[row]]
}

// Instant gives back what a column of Times has; the zero time for none.
func Instant(micro int64) time.Time {
	if micro == NoTime {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

// Micro gives a time as a column of Times has it.
func Micro(t time.Time) int64 {
	if t.IsZero() {
		return NoTime
	}
	return t.UnixMicro()
}

// Line puts the line of a row together. Its maps are the block's.
func (b *Block) Line(row int, l *billing.Line) {
	b.Words(row, l)
	l.ID, l.Discounts = string(b.IDs.At(row)), b.Discounts[row]
	for i := range b.Amounts {
		if c := &b.Amounts[i]; c.Units != nil {
			put(amounts[i].At(l), c.At(row))
		}
	}
	for i, c := range b.Times {
		if c != nil {
			put(times[i].At(l), Instant(c[row]))
		}
	}
}

// Words is Line for those who ask only what a line is about, not how much it is or when: without identity, amounts and times.
func (b *Block) Words(row int, l *billing.Line) {
	*l = billing.Line{Tags: b.Tags.At(row), Categories: b.Categories.At(row)}
	if b.Reserved != nil && b.Reserved[row] {
		l.Reservation = &billing.ReservationPart{}
	}
	if b.Planned != nil && b.Planned[row] {
		l.SavingsPlan = &billing.SavingsPlanPart{}
	}
	for i := range b.Texts {
		if c := &b.Texts[i]; !c.Blank() {
			put(texts[i].At(l), c.At(row))
		}
	}
}

func put[T any](to *T, value T) {
	if to != nil {
		*to = value
	}
}

// Set sets the amount of a row that Units has.
func (n *Numbers) Set(row int, d decimal.D) {
	units, ok := Units(d)
	if !ok {
		if n.Wide == nil {
			n.Wide = map[int]decimal.D{}
		}
		n.Wide[row], units = d, 0
	}
	n.Units[row] = units
}
