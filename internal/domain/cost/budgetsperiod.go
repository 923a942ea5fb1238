package cost

import "time"

// TimeUnit is the length of a budget's periods.
type TimeUnit string

// The time units.
const (
	Daily      TimeUnit = "DAILY"
	Monthly    TimeUnit = "MONTHLY"
	Quarterly  TimeUnit = "QUARTERLY"
	Annually   TimeUnit = "ANNUALLY"
	CustomUnit TimeUnit = "CUSTOM" // the whole time of the budget is one period
)

// Forever is the end of a budget that was given none (API Reference, TimePeriod).
var Forever = time.Date(2087, time.June, 15, 0, 0, 0, 0, time.UTC)

// Period is a time in UTC; End is exclusive.
type Period struct{ Start, End time.Time }

// around gives the day, month, quarter or year of a time.
func (u TimeUnit) around(t time.Time) Period {
	t = t.UTC()
	y, m, d := t.Date()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	switch u {
	case Monthly:
		return Period{day(y, m, 1), day(y, m+1, 1)}
	case Quarterly:
		m -= (m - 1) % 3
		return Period{day(y, m, 1), day(y, m+3, 1)}
	case Annually:
		return Period{day(y, 1, 1), day(y+1, 1, 1)}
	}
	return Period{day(y, m, d), day(y, m, d+1)}
}

// PeriodAt gives the budget's period that a time is in; ok is false before the budget starts and after it ends. Periods are those of
// the calendar, cut off where the budget starts and ends.
func (b *Budget) PeriodAt(t time.Time) (p Period, ok bool) {
	if t.Before(b.Start) || !t.Before(b.End) {
		return Period{}, false
	}
	if b.Unit == CustomUnit {
		return Period{b.Start, b.End}, true
	}
	p = b.Unit.around(t)
	if p.Start.Before(b.Start) {
		p.Start = b.Start
	}
	if p.End.After(b.End) {
		p.End = b.End
	}
	return p, true
}

// kept is how many ended periods the history of a budget has (API Reference, BudgetPerformanceHistory). Annual budgets have none.
func (u TimeUnit) kept() int { return map[TimeUnit]int{Daily: 60, Monthly: 12, Quarterly: 4}[u] }

// Past gives the calendar periods before one that history and automatic adjustment look at, oldest first. They may lie before the
// budget's start: costs were there before.
func (b *Budget) Past(p Period) []Period {
	n := b.Unit.kept()
	if b.Adjust != nil {
		n = max(n, b.Adjust.Periods)
	}
	out := make([]Period, n)
	for i := n - 1; i >= 0; i-- {
		p = b.Unit.around(p.Start.Add(-time.Nanosecond))
		out[i] = p
	}
	return out
}

// LimitAt gives the limit of the period that starts at a time. An auto-adjusting budget that was not adjusted yet has none.
func (b *Budget) LimitAt(start time.Time) (Spend, bool) {
	if len(b.Planned) == 0 {
		if b.Limit == nil {
			return Spend{}, false
		}
		return *b.Limit, true
	}
	limit := b.Planned[0].Spend
	for _, p := range b.Planned {
		if !p.Start.After(start) {
			limit = p.Spend
		}
	}
	return limit, true
}

// Over tells that the budget's time is over: it is then deleted.
func (b *Budget) Over(now time.Time) bool { return !now.Before(b.End) }
