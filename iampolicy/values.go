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

// parseDate reads seconds since 1970 (only digits), or the W3C profile of ISO 8601: from "2026-11" to
// "2026-11-21T05:00:00.123Z". A time without a zone is UTC.
func parseDate(s string) (t time.Time, ok bool) {
	if whole, neg := strings.CutPrefix(s, "-"); isDigits(whole) {
		return epoch(whole, neg)
	}
	for _, layout := range [...]string{
		time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02", "2006-01",
		"2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z0700",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return t, false
}

// epoch reads digits as seconds; more than 15 are no date.
func epoch(digits string, negative bool) (time.Time, bool) {
	if digits = strings.TrimLeft(digits, "0"); len(digits) > 15 {
		return time.Time{}, false
	}
	var sec int64
	for i := 0; i < len(digits); i++ {
		sec = sec*10 + int64(digits[i]-'0')
	}
	if negative {
		sec = -sec
	}
	return time.Unix(sec, 0), true
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
