// Package decimal owns exact decimal numbers for money, rates and quantities: 128 bits, twelve decimal places, values without
// allocation. Sums and differences are exact; products and quotients are rounded to the twelfth place, half to even. It knows
// no currency and no unit.
package decimal

import (
	"cmp"
	"errors"
	"math/bits"
)

// Places is how many decimal places a number has.
const Places = 12

// unit is 10^Places.
const unit = 1_000_000_000_000

// ErrRange tells that a number is beyond what is kept: 100,000,000,000,000,000,000,000,000 and more, either way.
var ErrRange = errors.New("decimal: number out of range")

// ErrSyntax tells that a text is no decimal number.
var ErrSyntax = errors.New("decimal: not a number")

// ErrZero tells of a division by zero.
var ErrZero = errors.New("decimal: division by zero")

// D is a decimal number: a count of 10^-12. The zero value is 0. Numbers can be compared with ==.
type D struct {
	hi int64 // two's complement, upper half
	lo uint64
}

// limit is the largest magnitude, 10^26, times 10^12. A sum of two numbers within it always fits 128 bits.
var limit = magnitude{0x4b3b4ca85a86c47a, 0x098a224000000000}

// Int makes a number of an integer.
func Int(n int64) D {
	m, negative := magnitude{0, uint64(n)}, n < 0
	if negative {
		m.lo = -m.lo
	}
	hi, lo := bits.Mul64(m.lo, unit)
	return magnitude{hi, lo}.signed(negative)
}

// New makes the number coefficient × 10^-places, for at most Places places; more are a programming error and panic.
func New(coefficient int64, places int) D {
	if places < 0 || places > Places {
		panic("decimal: places out of range")
	}
	m, negative := magnitude{0, uint64(coefficient)}, coefficient < 0
	if negative {
		m.lo = -m.lo
	}
	hi, lo := bits.Mul64(m.lo, powers[Places-places])
	return magnitude{hi, lo}.signed(negative)
}

// powers are those of ten that fit 64 bits.
var powers = [...]uint64{
	1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
	1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
	100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
}

// Add gives a + b. A sum beyond the range panics with ErrRange: it takes a million bills of a hundred quintillion.
func (a D) Add(b D) D {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, _ := bits.Add64(uint64(a.hi), uint64(b.hi), carry)
	return D{int64(hi), lo}.within()
}

// Sub gives a - b, within the range as Add.
func (a D) Sub(b D) D {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(uint64(a.hi), uint64(b.hi), borrow)
	return D{int64(hi), lo}.within()
}

// Neg gives -a.
func (a D) Neg() D {
	lo, carry := bits.Add64(^a.lo, 1, 0)
	return D{^a.hi + int64(carry), lo}
}

// Abs gives the magnitude of a.
func (a D) Abs() D {
	if a.hi < 0 {
		return a.Neg()
	}
	return a
}

// Sign gives -1, 0 or 1.
func (a D) Sign() int {
	switch {
	case a.hi < 0:
		return -1
	case a == D{}:
		return 0
	}
	return 1
}

// IsZero tells whether a is 0.
func (a D) IsZero() bool { return a == D{} }

// Cmp gives -1, 0 or 1 as a is less than, equal to or greater than b.
func (a D) Cmp(b D) int {
	if a.hi != b.hi {
		return cmp.Compare(a.hi, b.hi)
	}
	return cmp.Compare(a.lo, b.lo)
}

// Less tells whether a < b.
func (a D) Less(b D) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

// Min gives the lesser of two numbers.
func Min(a, b D) D {
	if b.Less(a) {
		return b
	}
	return a
}

// Max gives the greater of two numbers.
func Max(a, b D) D {
	if a.Less(b) {
		return b
	}
	return a
}

// Sum adds numbers up.
func Sum(numbers ...D) (total D) {
	for _, n := range numbers {
		total = total.Add(n)
	}
	return total
}

// within panics with ErrRange beyond the range.
func (a D) within() D {
	if uint64(a.hi+insideHi) > 2*insideHi {
		a.check()
	}
	return a
}

// Recover makes the panic of a sum beyond the range its error. It is deferred.
func Recover(err *error) {
	if r := recover(); r != nil {
		*err = Recovered(r)
	}
}

// Recovered gives ErrRange, if that is what was panicked with; any other panic goes on.
func Recovered(r any) error {
	if of, ok := r.(error); !ok || !errors.Is(of, ErrRange) {
		panic(r)
	}
	return ErrRange
}

// insideHi is an upper half of which all numbers are within the range, whatever their lower half: most sums are told by it alone.
const insideHi = 1 << 62

// check panics with ErrRange beyond the range.
func (a D) check() {
	if m, _ := a.magnitude(); m.cmp(limit) >= 0 {
		panic(ErrRange)
	}
}

// magnitude is an unsigned number of 128 bits.
type magnitude struct{ hi, lo uint64 }

func (a D) magnitude() (m magnitude, negative bool) {
	abs := a.Abs()
	return magnitude{uint64(abs.hi), abs.lo}, a.hi < 0
}

func (m magnitude) signed(negative bool) D {
	d := D{int64(m.hi), m.lo}
	if negative {
		return d.Neg()
	}
	return d
}

func (m magnitude) cmp(o magnitude) int {
	return cmp.Or(cmp.Compare(m.hi, o.hi), cmp.Compare(m.lo, o.lo))
}
