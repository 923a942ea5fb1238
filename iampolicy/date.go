package iampolicy

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads seconds since 1970 (only digits), or a date of the W3C profile of ISO 8601, from "2026-11" to
// "2026-11-21T05:00:00.123Z". As IAM does, it takes small letters, hours of one digit, a year of any length ("-44"), and a
// zone of hours only; a time without a zone is UTC.
func parseDate(s string) (t time.Time, ok bool) {
	if isDigits(s) {
		sec, err := strconv.ParseInt(s, 10, 64)
		return time.Unix(sec, 0), err == nil && sec <= maxEpoch
	}
	date, clock := s, ""
	if i := strings.IndexAny(s, "tT"); i >= 0 {
		date, clock = s[:i], s[i+1:]
	} else if !strings.Contains(s, "-") {
		return t, false
	}
	year, month, day, ok := parseDay(date)
	if !ok {
		return t, false
	}
	clock, zone, ok := parseZone(clock)
	if !ok {
		return t, false
	}
	hour, minute, sec, nsec, ok := parseClock(clock)
	return time.Date(year, time.Month(month), day, hour, minute, sec, nsec, time.UTC).Add(-zone), ok
}

// number reads digits as a number from low to high; nothing at all is the lowest.
func number(s string, low, high int) (n int, ok bool) {
	if s == "" {
		return low, true
	}
	if !isDigits(s) || len(s) > 9 {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, low <= n && n <= high
}

// The last year and second of IAM's clock, which counts milliseconds in 64 bits.
const (
	maxYear  = 292278993
	maxEpoch = (1<<63 - 1) / 1000
)

func parseDay(s string) (year, month, day int, ok bool) {
	s, negative := strings.CutPrefix(s, "-")
	y, rest, more := strings.Cut(s, "-")
	m, d, last := strings.Cut(rest, "-")
	year, ok1 := number(y, 0, maxYear)
	month, ok2 := number(m, 1, 12)
	day, ok3 := number(d, 1, 31)
	if negative {
		year = -year
	}
	return year, month, day, ok1 && ok2 && ok3 && y != "" && (!more || m != "") && (!last || d != "")
}

// parseZone takes "Z" or an offset from the end of a time.
func parseZone(s string) (clock string, zone time.Duration, ok bool) {
	if n := len(s) - 1; n >= 0 && lower(s[n]) == 'z' {
		return s[:n], 0, true
	}
	i := strings.IndexAny(s, "+-")
	if i < 0 {
		return s, 0, true
	}
	hours, minutes := s[i+1:], ""
	if len(hours) > 2 {
		hours, minutes = hours[:2], strings.TrimPrefix(hours[2:], ":")
		ok = len(minutes) == 2
	} else {
		ok = len(hours) == 2
	}
	h, ok1 := number(hours, 0, 23)
	m, ok2 := number(minutes, 0, 59)
	zone = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if s[i] == '-' {
		zone = -zone
	}
	return s[:i], zone, ok && ok1 && ok2 && i > 0
}

func parseClock(s string) (hour, minute, sec, nsec int, ok bool) {
	s, frac, _ := strings.Cut(s, ".")
	h, rest, _ := strings.Cut(s, ":")
	m, sc, _ := strings.Cut(rest, ":")
	hour, ok1 := number(h, 0, 23)
	minute, ok2 := number(m, 0, 59)
	sec, ok3 := number(sc, 0, 59)
	nsec, ok4 := number(frac, 0, 999999999)
	for i := len(frac); i < 9 && nsec > 0; i++ {
		nsec *= 10
	}
	return hour, minute, sec, nsec, ok1 && ok2 && ok3 && ok4
}
