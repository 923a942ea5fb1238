package wire

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// The formats of timestamps, by the model's names.
const (
	iso8601  = "iso8601"
	unixTime = "unixTimestamp"
	httpDate = "rfc822"
)

// formatOf picks the format of a timestamp: the member's, else the shape's, else the place's own.
func formatOf(member, shape, place string) string {
	if member != "" {
		return member
	}
	if shape != "" {
		return shape
	}
	return place
}

// appendTime writes a timestamp. Seconds since 1970 carry milliseconds, the others whole seconds: as AWS does.
func appendTime(b []byte, t time.Time, format string) []byte {
	t = t.UTC()
	switch format {
	case unixTime:
		b = strconv.AppendInt(b, t.UnixMilli()/1000, 10)
		if ms := t.UnixMilli() % 1000; ms != 0 && t.Unix() >= 0 {
			b = append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
		}
		return b
	case httpDate:
		return t.AppendFormat(b, http.TimeFormat)
	}
	return t.AppendFormat(b, "2006-01-02T15:04:05Z")
}

// parseTime reads a timestamp in its text form.
func parseTime(s, format string) (time.Time, bool) {
	switch format {
	case unixTime:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return time.Time{}, false
		}
		return unixSeconds(f)
	case httpDate:
		t, err := http.ParseTime(s)
		return t.UTC(), err == nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "20060102T150405Z", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return inYears(t.UTC())
		}
	}
	return time.Time{}, false
}

// unixSeconds makes a time of seconds since 1970, to the millisecond.
func unixSeconds(f float64) (time.Time, bool) {
	if math.IsNaN(f) || math.Abs(f) > 1e12 {
		return time.Time{}, false
	}
	return inYears(time.UnixMilli(int64(math.Round(f * 1000))).UTC())
}

// inYears refuses times that no format can write back.
func inYears(t time.Time) (time.Time, bool) {
	return t, t.Year() >= 1 && t.Year() <= 9999
}
