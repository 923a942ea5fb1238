package costlines

import (
	"encoding/binary"
	"math/bits"

	"umbel/internal/decimal"
)

// wideScale is the scale of amounts kept in 128 bits: every number has at most so many places.
const wideScale = decimal.Places

// powers are those of ten up to 10^18, the first that DECIMAL(18) cannot hold.
var powers = func() (p [19]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// form is how the amounts of a column are kept in a segment.
type form struct {
	scale int  // decimal places
	wide  bool // in 128 bits, with wideScale; else in 64
}

// former finds the form of the numbers it is shown.
type former struct {
	zeros   int // that all numbers end with, of their twelve places
	largest magnitude
}

type magnitude struct{ hi, lo uint64 }

func newFormer() former { return former{zeros: decimal.Places} }

func magnitudeOf(d decimal.D) (m magnitude, negative bool) {
	hi, lo := d.Abs().Units()
	return magnitude{uint64(hi), lo}, d.Sign() < 0
}

func (f *former) show(d decimal.D) {
	m, _ := magnitudeOf(d)
	for f.zeros > 0 {
		if _, rest := bits.Div64(m.hi%powers[f.zeros], m.lo, powers[f.zeros]); rest == 0 {
			break
		}
		f.zeros--
	}
	if m.hi > f.largest.hi || m.hi == f.largest.hi && m.lo > f.largest.lo {
		f.largest = m
	}
}

func (f *former) form() form {
	by := powers[f.zeros]
	if f.largest.hi < by {
		if most, _ := bits.Div64(f.largest.hi, f.largest.lo, by); most < powers[18] {
			return form{scale: decimal.Places - f.zeros}
		}
	}
	return form{scale: wideScale, wide: true}
}

// small gives a number as a count of 10^-scale, for a form that is not wide.
func (f form) small(d decimal.D) int64 {
	m, negative := magnitudeOf(d)
	n, _ := bits.Div64(m.hi, m.lo, powers[decimal.Places-f.scale])
	if negative {
		return -int64(n)
	}
	return int64(n)
}

// decimal gives back what small made.
func (f form) decimal(n int64) decimal.D { return decimal.New(n, f.scale) }

// appendWide appends a number as Parquet keeps wide decimals: big-endian two's complement.
func appendWide(b []byte, d decimal.D) []byte {
	hi, lo := d.Units()
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(hi)), lo)
}

func readWide(b []byte) (decimal.D, error) {
	return decimal.FromUnits(int64(binary.BigEndian.Uint64(b)), binary.BigEndian.Uint64(b[8:]))
}

// total is a sum in 128 bits of numbers in 64.
type total struct {
	hi int64
	lo uint64
}

func (t *total) add(n int64) {
	var carry uint64
	t.lo, carry = bits.Add64(t.lo, uint64(n), 0)
	t.hi += n>>63 + int64(carry)
}

// decimal gives the sum of counts of 10^-scale. A segment's sum of 64-bit numbers is below 2^84, so it fits with twelve places.
func (t total) decimal(scale int) (decimal.D, error) {
	hi, lo, negative := uint64(t.hi), t.lo, t.hi < 0
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	up := powers[decimal.Places-scale]
	top, low := bits.Mul64(lo, up)
	d, err := decimal.FromUnits(int64(hi*up+top), low)
	if negative {
		d = d.Neg()
	}
	return d, err
}
