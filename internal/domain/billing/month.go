package billing

import (
	"cmp"
	"fmt"
	"time"
)

// Month is a billing period: a calendar month in UTC.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf gives the month that a time is in.
func MonthOf(t time.Time) Month {
	t = t.UTC()
	return Month{t.Year(), t.Month()}
}

// ParseMonth reads "2026-10".
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Month{}, fmt.Errorf("billing: %q is no month such as 2026-10", s)
	}
	return MonthOf(t), nil
}

// String gives "2026-10".
func (m Month) String() string { return m.Start().Format("2006-01") }

// Compare orders months by time.
func (m Month) Compare(o Month) int { return cmp.Or(m.Year-o.Year, int(m.Month-o.Month)) }

// Start gives the month's first moment.
func (m Month) Start() time.Time { return time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, time.UTC) }

// End gives the first moment after the month.
func (m Month) End() time.Time { return m.Start().AddDate(0, 1, 0) }

// Next gives the month after.
func (m Month) Next() Month { return MonthOf(m.End()) }

// Contains tells whether a time is in the month.
func (m Month) Contains(t time.Time) bool { return !t.Before(m.Start()) && t.Before(m.End()) }
