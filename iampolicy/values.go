package iampolicy

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"time"
)

// decimal is an integer or decimal number, compared exactly: digits without leading zeros, and after the point without
// trailing ones.
type decimal struct {
	negative       bool
	whole, decimal string
}

// parseDecimal reads [-]digits[.digits]; anything else, exponents included, is not a number of the policy language.
func parseDecimal(s string) (d decimal, ok bool) {
	s, d.negative = strings.CutPrefix(s, "-")
	whole, frac, point := strings.Cut(s, ".")
	if !isDigits(whole) || point && !isDigits(frac) {
		return decimal{}, false
	}
	d.whole, d.decimal = strings.TrimLeft(whole, "0"), strings.TrimRight(frac, "0")
	if d.whole == "" && d.decimal == "" {
		d.negative = false
	}
	return d, true
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

// parsePrefix reads an address or a CIDR range; a bare address is a range of one. Host bits are ignored.
func parsePrefix(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, ok := parseIP(s)
		if !ok {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

// parseIP reads an address; IPv4 in its IPv6 form is IPv4, and a zone is not allowed.
func parseIP(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

func parseBinary(s string) (string, bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return string(b), err == nil
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
