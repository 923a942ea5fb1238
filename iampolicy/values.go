package iampolicy

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// decimal is an integer or decimal number, compared exactly: digits without leading zeros, and after the point without
// trailing ones.
type decimal struct {
	negative       bool
	whole, decimal string
}

// parseDecimal reads [+-]digits[.digits][e[+-]digits], the exponent of at most three digits.
func parseDecimal(s string) (d decimal, ok bool) {
	s, d.negative = cutSign(s)
	exponent := 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		digits, negative := cutSign(s[i+1:])
		if exponent, ok = number(digits, 0, 999); !ok || digits == "" {
			return decimal{}, false
		}
		if negative {
			exponent = -exponent
		}
		s = s[:i]
	}
	whole, frac, point := strings.Cut(s, ".")
	if !isDigits(whole) || point && !isDigits(frac) {
		return decimal{}, false
	}
	if exponent != 0 {
		whole, frac = shift(whole, frac, exponent)
	}
	d.whole, d.decimal = strings.TrimLeft(whole, "0"), strings.TrimRight(frac, "0")
	if d.whole == "" && d.decimal == "" {
		d.negative = false
	}
	return d, true
}

func cutSign(s string) (rest string, negative bool) {
	if rest, plus := strings.CutPrefix(s, "+"); plus {
		return rest, false
	}
	return strings.CutPrefix(s, "-")
}

// shift moves the decimal point n digits to the right, or to the left if n is negative.
func shift(whole, frac string, n int) (string, string) {
	if n > 0 {
		frac += strings.Repeat("0", max(0, n-len(frac)))
		return whole + frac[:n], frac[n:]
	}
	whole = strings.Repeat("0", max(0, -n-len(whole))) + whole
	at := len(whole) + n
	return whole[:at], whole[at:] + frac
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func (d decimal) compare(o decimal) relation {
	if d.negative != o.negative {
		if d.negative {
			return less
		}
		return greater
	}
	r := greater
	switch {
	case d.whole == o.whole && d.decimal == o.decimal:
		return equal
	case len(d.whole) != len(o.whole):
		if len(d.whole) < len(o.whole) {
			r = less
		}
	case d.whole != o.whole:
		if d.whole < o.whole {
			r = less
		}
	case d.decimal < o.decimal:
		r = less
	}
	if d.negative {
		return less + greater - r
	}
	return r
}

func compareDates(a, b time.Time) relation { return less << (1 + a.Compare(b)) }

// parsePrefix reads an address or a CIDR range of a policy; a bare address is a range of one. An IPv4 range may have host
// bits, which are ignored; an IPv6 range with host bits is none.
func parsePrefix(s string) (netip.Prefix, bool) {
	address, length, ranged := strings.Cut(s, "/")
	a, ok := parseAddress(address)
	if !ok {
		return netip.Prefix{}, false
	}
	bits := a.BitLen()
	if ranged {
		bits, ok = number(length, 0, bits)
		ok = ok && length != ""
	}
	p := netip.PrefixFrom(a, bits)
	return p.Masked(), ok && (a.Is4() || p == p.Masked())
}

// parseIP reads an address of a request; IPv4 in its IPv6 form is IPv4.
func parseIP(s string) (netip.Addr, bool) {
	a, ok := parseAddress(s)
	return a.Unmap(), ok
}

// parseAddress reads an address, without a zone; the parts of an IPv4 address may begin with zeros.
func parseAddress(s string) (netip.Addr, bool) {
	if strings.Contains(s, ":") {
		a, err := netip.ParseAddr(s)
		return a, err == nil && a.Zone() == ""
	}
	var parts [4]byte
	for i := range parts {
		part, rest, more := strings.Cut(s, ".")
		n, ok := number(part, 0, 255)
		if !ok || part == "" || more != (i < 3) {
			return netip.Addr{}, false
		}
		parts[i], s = byte(n), rest
	}
	return netip.AddrFrom4(parts), true
}

func parseBinary(s string) (string, bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return string(b), err == nil && !strings.ContainsAny(s, "\r\n") // which encoding/base64 passes over
}

// parseBool reads true or false, in any case.
func parseBool(s string) (value, ok bool) {
	if equalFold(s, "true") {
		return true, true
	}
	return false, equalFold(s, "false")
}

// isARN tells whether s has the six parts of an ARN.
func isARN(s string) bool { return strings.HasPrefix(s, "arn:") && strings.Count(s, ":") >= 5 }

// equalLower compares two texts in lower case, rune by rune: IAM does not fold case as Unicode has it ("ſ" is not "s").
func equalLower(a, b string) bool {
	for a != "" && b != "" {
		r, n := utf8.DecodeRuneInString(a)
		q, m := utf8.DecodeRuneInString(b)
		if r != q && lowerRune(r) != lowerRune(q) {
			return false
		}
		a, b = a[n:], b[m:]
	}
	return a == b
}

// lowerRune gives a rune in lower case. The dotted capital I has none of one rune.
func lowerRune(r rune) rune {
	if r == 'İ' {
		return r
	}
	return unicode.ToLower(r)
}
