package decimal

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
)

// Parse reads a number such as "-12.50" or "1.0E-7". Places beyond the twelfth are rounded, half to even. Errors wrap ErrSyntax
// or ErrRange.
func Parse(s string) (D, error) { return parse(s) }

// ParseBytes is Parse without making a string.
func ParseBytes(s []byte) (D, error) { return parse(s) }

// farthest bounds exponents: beyond it a number is nothing, or out of range.
const farthest = 1000

func parse[T string | []byte](s T) (D, error) {
	i, negative := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		i, negative = 1, s[0] == '-'
	}
	start, point := i, -1
	var coefficient uint64
	digits := 0 // from the first that is not zero
	for ; i < len(s) && s[i] != 'e' && s[i] != 'E'; i++ {
		switch c := s[i]; {
		case c == '.' && point < 0:
			point = i
		case c < '0' || c > '9':
			return D{}, notNumber(s)
		default:
			coefficient = coefficient*10 + uint64(c-'0')
			if digits > 0 || c != '0' {
				digits++
			}
		}
	}
	end, shift := i, Places
	if point >= 0 {
		shift -= end - point - 1
	}
	if end-start == 0 || end-start == 1 && point >= 0 {
		return D{}, notNumber(s)
	}
	if end < len(s) {
		exponent, err := strconv.Atoi(string(s[end+1:]))
		if err != nil {
			return D{}, notNumber(s)
		}
		shift += min(max(exponent, -farthest), farthest)
	}
	if digits <= 18 && shift >= -18 && shift <= 18 {
		return scaled(coefficient, shift, negative)
	}
	return parseLong(string(s[start:end]), shift, negative)
}

func notNumber[T string | []byte](s T) error { return fmt.Errorf("%w: %q", ErrSyntax, string(s)) }

// scaled gives coefficient × 10^(shift-Places).
func scaled(coefficient uint64, shift int, negative bool) (D, error) {
	if shift < 0 {
		by := powers[-shift]
		w := wide{coefficient / by}
		return w.round(cmpHalf(coefficient%by, by), negative)
	}
	w := wide{}
	w[1], w[0] = bits.Mul64(coefficient, powers[shift])
	return w.round(-1, negative)
}

// parseLong is for the rare numbers of many digits.
func parseLong(text string, shift int, negative bool) (D, error) {
	digits := make([]byte, 0, len(text))
	for i := range len(text) {
		if text[i] != '.' {
			digits = append(digits, text[i])
		}
	}
	n, _ := new(big.Int).SetString(string(digits), 10)
	by := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil)
	half := -1
	if shift >= 0 {
		n.Mul(n, by)
	} else {
		rest := new(big.Int)
		n.QuoRem(n, by, rest)
		half = rest.Lsh(rest, 1).Cmp(by)
	}
	if n.BitLen() > 127 {
		return D{}, fmt.Errorf("%w: %.40s…", ErrRange, text)
	}
	w := wide{new(big.Int).And(n, new(big.Int).SetUint64(1<<64-1)).Uint64(), new(big.Int).Rsh(n, 64).Uint64()}
	return w.round(half, negative)
}

// Append appends the number as String writes it.
func (a D) Append(b []byte) []byte { return a.append(b, 0) }

// AppendFixed appends the number, rounded as Round does, with exactly so many decimal places.
func (a D) AppendFixed(b []byte, places int) []byte {
	text := a.Round(places).append(b, places)
	return text
}

// Fixed gives the number as AppendFixed writes it: "12.50".
func (a D) Fixed(places int) string { return string(a.AppendFixed(nil, places)) }

// String gives the number without needless zeros: "-12.5", "0".
func (a D) String() string { return string(a.Append(nil)) }

// append writes all places that are not zero, and at least so many.
func (a D) append(b []byte, places int) []byte {
	m, negative := a.magnitude()
	if negative {
		b = append(b, '-')
	}
	w := wide{m.lo, m.hi}
	fraction := w.divide(unit)
	// What is left is below 10^26: two numbers of 64 bits.
	high := w
	low := high.divide(powers[18])
	if high[0] != 0 {
		b = strconv.AppendUint(b, high[0], 10)
		b = appendPadded(b, low, 18)
	} else {
		b = strconv.AppendUint(b, low, 10)
	}
	width := Places
	for width > places && fraction%10 == 0 {
		fraction /= 10
		width--
	}
	if width == 0 {
		return b
	}
	return appendPadded(append(b, '.'), fraction, width)
}

// appendPadded appends a number with leading zeros.
func appendPadded(b []byte, n uint64, width int) []byte {
	for i := width - 1; i >= 0; i-- {
		b = append(b, byte('0'+n/powers[i]%10))
	}
	return b
}

// MarshalText writes the number as String does. In JSON it is a string.
func (a D) MarshalText() ([]byte, error) { return a.Append(nil), nil }

// UnmarshalText reads what Parse reads.
func (a *D) UnmarshalText(b []byte) error {
	d, err := parse(b)
	if err == nil {
		*a = d
	}
	return err
}
