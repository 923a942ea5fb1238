package decimal

import "math/bits"

// wide is an unsigned number of 256 bits, least significant word first.
type wide [4]uint64

// Mul gives a × b, rounded to Places places, half to even; ErrRange beyond the range.
func (a D) Mul(b D) (D, error) {
	x, negative := a.magnitude()
	y, other := b.magnitude()
	if hi, lo := bits.Mul64(x.lo, y.lo); x.hi|y.hi == 0 && hi < unit/2 { // the quotient is below 2^63
		quotient, remainder := bits.Div64(hi, lo, unit)
		if remainder > unit/2 || remainder == unit/2 && quotient&1 == 1 {
			quotient++
		}
		return magnitude{0, quotient}.signed(negative != other), nil
	}
	w := multiply(x, y)
	remainder := w.divide(unit)
	return w.round(cmpHalf(remainder, unit), negative != other)
}

// Quo gives a / b, rounded to Places places, half to even; ErrZero, or ErrRange beyond the range.
func (a D) Quo(b D) (D, error) {
	if b.IsZero() {
		return D{}, ErrZero
	}
	x, negative := a.magnitude()
	y, other := b.magnitude()
	w := multiply(x, magnitude{0, unit})
	if y.hi == 0 {
		remainder := w.divide(y.lo)
		return w.round(cmpHalf(remainder, y.lo), negative != other)
	}
	remainder := w.divideLong(y)
	return w.round(cmpHalfLong(remainder, y), negative != other)
}

// QuoDown gives a / b for numbers that are not negative, rounded down: what a budget of a buys at the price b. ErrZero, ErrRange.
func (a D) QuoDown(b D) (D, error) {
	if b.IsZero() {
		return D{}, ErrZero
	}
	x, _ := a.magnitude()
	y, _ := b.magnitude()
	w := multiply(x, magnitude{0, unit})
	if y.hi == 0 {
		w.divide(y.lo)
	} else {
		w.divideLong(y)
	}
	return w.round(-1, false)
}

func multiply(x, y magnitude) (w wide) {
	w[1], w[0] = bits.Mul64(x.lo, y.lo)
	w.addAt(1, x.hi, y.lo)
	w.addAt(1, x.lo, y.hi)
	w.addAt(2, x.hi, y.hi)
	return w
}

// addAt adds x × y, shifted up by so many words.
func (w *wide) addAt(word int, x, y uint64) {
	hi, lo := bits.Mul64(x, y)
	var carry uint64
	w[word], carry = bits.Add64(w[word], lo, 0)
	w[word+1], carry = bits.Add64(w[word+1], hi, carry)
	for i := word + 2; carry != 0 && i < len(w); i++ {
		w[i], carry = bits.Add64(w[i], 0, carry)
	}
}

// divide divides in place and gives the remainder.
func (w *wide) divide(by uint64) (remainder uint64) {
	for i := len(w) - 1; i >= 0; i-- {
		w[i], remainder = bits.Div64(remainder, w[i], by)
	}
	return remainder
}

// divideLong divides in place by a number of more than 64 bits, bit by bit: such divisors are rare.
func (w *wide) divideLong(by magnitude) (remainder magnitude) {
	for i := 255; i >= 0; i-- {
		overflow := remainder.hi >> 63
		remainder = magnitude{remainder.hi<<1 | remainder.lo>>63, remainder.lo<<1 | w[i/64]>>(i%64)&1}
		w[i/64] &^= 1 << (i % 64)
		if overflow != 0 || remainder.cmp(by) >= 0 {
			var borrow uint64
			remainder.lo, borrow = bits.Sub64(remainder.lo, by.lo, 0)
			remainder.hi, _ = bits.Sub64(remainder.hi, by.hi, borrow)
			w[i/64] |= 1 << (i % 64)
		}
	}
	return remainder
}

// cmpHalf compares a remainder with the half of its divisor.
func cmpHalf(remainder, divisor uint64) int {
	return cmpHalfLong(magnitude{0, remainder}, magnitude{0, divisor})
}

func cmpHalfLong(remainder, divisor magnitude) int {
	if remainder.hi>>63 != 0 {
		return 1
	}
	return magnitude{remainder.hi<<1 | remainder.lo>>63, remainder.lo << 1}.cmp(divisor)
}

// round finishes a quotient whose remainder compares so with half the divisor.
func (w *wide) round(half int, negative bool) (D, error) {
	if half > 0 || half == 0 && w[0]&1 == 1 {
		w.addAt(0, 1, 1)
	}
	m := magnitude{w[1], w[0]}
	if w[3] != 0 || w[2] != 0 || m.cmp(limit) >= 0 {
		return D{}, ErrRange
	}
	return m.signed(negative), nil
}

// Round gives a with so many decimal places, from 0 to Places; half goes away from zero, as on an invoice.
func (a D) Round(places int) D {
	step := powers[Places-places]
	m, negative := a.magnitude()
	w := wide{m.lo, m.hi}
	if remainder := w.divide(step); remainder >= step-remainder {
		w.addAt(0, 1, 1)
	}
	w = multiply(magnitude{w[1], w[0]}, magnitude{0, step})
	return magnitude{w[1], w[0]}.signed(negative).within()
}

// Shares splits the whole in the proportion of the weights, none of which is negative: each share is rounded down to the last
// place, and what is left goes to those that lost most, the first of equals first. The shares sum to the whole exactly. If all
// weights are zero, the first share is the whole.
func Shares(whole D, weights []D) []D {
	if len(weights) == 0 {
		return nil
	}
	total := Sum(weights...)
	shares := make([]D, len(weights))
	if total.IsZero() {
		shares[0] = whole
		return shares
	}
	m, negative := whole.magnitude()
	by, _ := total.magnitude()
	lost := make([]magnitude, len(weights))
	rest := m.signed(false)
	for i, weight := range weights {
		x, _ := weight.magnitude()
		w := multiply(m, x)
		lost[i] = w.divideLong(by)
		share := magnitude{w[1], w[0]}.signed(false)
		rest = rest.Sub(share)
		shares[i] = share
	}
	for ; !rest.IsZero(); rest = rest.Sub(smallest) {
		most := 0
		for i := range lost {
			if lost[i].cmp(lost[most]) > 0 {
				most = i
			}
		}
		shares[most], lost[most] = shares[most].Add(smallest), magnitude{}
	}
	if negative {
		for i := range shares {
			shares[i] = shares[i].Neg()
		}
	}
	return shares
}

// smallest is 10^-12.
var smallest = D{0, 1}
