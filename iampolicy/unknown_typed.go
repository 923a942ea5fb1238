package iampolicy

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Texts of every kind that conditions on numbers, dates, addresses and binaries tell apart: on each boundary, on both sides
// of it, and one that cannot be read at all.

// typedTexts gives such texts for all conditions on one key; with variants, also in other spellings.
func typedTexts(typed []*condition, variants bool) []string {
	out := []string{"x"}
	var numbers []decimal
	var ranges []netip.Prefix
	for _, c := range typed {
		numbers, ranges = append(numbers, c.numbers...), append(ranges, c.ranges...)
		for _, t := range c.dates {
			out = append(out, datesAround(t)...)
		}
		for _, b := range c.binaries {
			out = append(out, base64.StdEncoding.EncodeToString([]byte(b)))
		}
	}
	out = append(out, numbersAround(numbers)...)
	out = append(out, addressesAround(ranges)...)
	if variants {
		for _, s := range out[1:] {
			out = append(out, respell(s)...)
		}
	}
	return out
}

// numbersAround gives each number, and those next to it, closer than any two of the list are to each other.
func numbersAround(list []decimal) (out []string) {
	scale := 0
	for _, d := range list {
		scale = max(scale, len(d.decimal)+1)
	}
	for _, d := range list {
		n, _ := new(big.Int).SetString("0"+d.whole+d.decimal+strings.Repeat("0", scale-len(d.decimal)), 10)
		if d.negative {
			n.Neg(n)
		}
		for _, by := range []int64{-1, 0, 1} {
			out = append(out, scaled(new(big.Int).Add(n, big.NewInt(by)), scale))
		}
	}
	return out
}

// scaled writes n · 10^-scale.
func scaled(n *big.Int, scale int) string {
	sign := ""
	if n.Sign() < 0 {
		sign, n = "-", new(big.Int).Neg(n)
	}
	digits := n.String()
	digits = strings.Repeat("0", max(0, scale+1-len(digits))) + digits
	point := len(digits) - scale
	return sign + strings.TrimSuffix(digits[:point]+"."+strings.TrimRight(digits[point:], "0"), ".")
}

// datesAround gives a date and those next to it: a nanosecond, and beyond the last year that can be written, a second.
func datesAround(t time.Time) (out []string) {
	for _, by := range []time.Duration{-time.Second, -1, 0, 1, time.Second} {
		t := t.Add(by).UTC()
		if t.Nanosecond() == 0 && t.Unix() >= 0 {
			out = append(out, big.NewInt(t.Unix()).String())
		} else {
			out = append(out, t.Format("2006-01-02T15:04:05.999999999Z"))
		}
	}
	return out
}

// addressesAround gives an address of every part into which the ranges cut the two families of addresses.
func addressesAround(ranges []netip.Prefix) (out []string) {
	if len(ranges) == 0 {
		return nil
	}
	// An IPv4 address in IPv6 form is IPv4: there is no address in this range.
	mapped := netip.MustParsePrefix("::ffff:0:0/96")
	all := append([]netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}, ranges...)
	for _, r := range all {
		var inner []netip.Prefix
		for _, o := range append(slices.Clip(all), mapped) {
			if o.Bits() > r.Bits() && r.Contains(o.Addr()) {
				inner = append(inner, o)
			}
		}
		if a, ok := outside(r, inner); ok {
			out = append(out, a.String())
		}
	}
	return out
}

// outside finds an address of a range that is in none of the ranges within it.
func outside(r netip.Prefix, inner []netip.Prefix) (netip.Addr, bool) {
	if len(inner) == 0 {
		return r.Addr(), true
	}
	for _, half := range halves(r) {
		var rest []netip.Prefix
		covered := false
		for _, i := range inner {
			covered = covered || i == half
			if half.Contains(i.Addr()) {
				rest = append(rest, i)
			}
		}
		if covered {
			continue
		}
		if a, ok := outside(half, rest); ok {
			return a, true
		}
	}
	return netip.Addr{}, false
}

// halves cuts a range of more than one address in two.
func halves(r netip.Prefix) [2]netip.Prefix {
	bytes := r.Addr().AsSlice()
	bytes[r.Bits()/8] |= 0x80 >> (r.Bits() % 8)
	upper, _ := netip.AddrFromSlice(bytes)
	return [2]netip.Prefix{netip.PrefixFrom(r.Addr(), r.Bits()+1), netip.PrefixFrom(upper, r.Bits()+1)}
}

// respell writes a number, date or address in other ways.
func respell(s string) []string {
	var out []string
	if a, ok := parseIP(s); ok {
		if a.Is4() {
			out = append(out, "::ffff:"+s, "::FFFF:"+s, "0::ffff:"+s)
		} else {
			out = append(out, strings.ToUpper(s), a.StringExpanded())
		}
	}
	if t, ok := parseDate(s); ok {
		out = append(out, t.UTC().Format("2006-01-02T15:04:05.000000000Z"), t.UTC().Format("2006-01-02T15:04:05.000000000+00"))
	}
	number, negative := strings.CutPrefix(s, "-")
	for _, zeros := range []string{"0", "00", "000"} {
		if negative {
			out = append(out, "-"+zeros+number)
		} else {
			out = append(out, zeros+number)
		}
	}
	return out
}
