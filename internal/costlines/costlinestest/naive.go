package costlinestest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Naive answers from a list of lines, in the plainest way: what engines are compared with. All tags are promoted.
type Naive []*billing.Line

type group struct {
	start    time.Time
	keys     [2]string
	currency string
}

// Query is Engine's.
func (n Naive) Query(q costlines.Query) []costlines.Row {
	found := map[group]*costlines.Row{}
	for _, l := range n.seen(q.View, q.Start, q.End, q.Filter) {
		g := group{start: bucket(q.Granularity, l.Start), currency: l.Currency}
		if g.start.Before(q.Start) {
			g.start = q.Start.UTC()
		}
		for i, f := range q.GroupBy {
			g.keys[i] = f.Of(l)
		}
		row := found[g]
		if row == nil {
			row = &costlines.Row{Start: g.start, Keys: g.keys, Currency: g.currency, Sums: make([]decimal.D, len(q.Metrics))}
			found[g] = row
		}
		row.Lines++
		for i, m := range q.Metrics {
			row.Sums[i] = row.Sums[i].Add(m.Of(l))
		}
	}
	rows := make([]costlines.Row, 0, len(found))
	for _, row := range found {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b costlines.Row) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Keys[0], b.Keys[0]), strings.Compare(a.Keys[1], b.Keys[1]), strings.Compare(a.Currency, b.Currency))
	})
	return rows
}

func bucket(g costlines.Granularity, t time.Time) time.Time {
	t = t.UTC()
	switch g {
	case costlines.Hourly:
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), 0, 0, 0, time.UTC)
	case costlines.Daily:
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	case costlines.Monthly:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Time{}
}

// seen gives the lines of a view, a range of time and a filter.
func (n Naive) seen(v costlines.View, start, end time.Time, f costlines.Filter) (out []*billing.Line) {
	for _, l := range n {
		mine := v.Payer == l.Bill.Payer && (v.Accounts == nil || slices.Contains(v.Accounts, l.Account))
		if mine && !l.Start.Before(start) && l.Start.Before(end) && f.Holds(l) {
			out = append(out, l)
		}
	}
	return out
}

// Values is Engine's.
func (n Naive) Values(q costlines.ValuesQuery) []string {
	var out []string
	for _, l := range n.seen(q.View, q.Start, q.End, q.Filter) {
		if v := q.Field.Of(l); v != "" && strings.Contains(strings.ToLower(v), strings.ToLower(q.Search)) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Keys is Engine's.
func (n Naive) Keys(q costlines.KeysQuery) []string {
	var out []string
	for _, l := range n.seen(q.View, q.Start, q.End, q.Filter) {
		of := l.Tags
		if q.Kind == costlines.Category {
			of = l.Categories
		}
		for key, value := range of {
			if value != "" && strings.Contains(strings.ToLower(key), strings.ToLower(q.Search)) {
				out = append(out, key)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Scan is Engine's, by identity.
func (n Naive) Scan(q costlines.ScanQuery) []*billing.Line {
	var out []*billing.Line
	for _, l := range n.seen(q.View, q.Start, q.End, q.Filter) {
		out = append(out, normal(l))
	}
	byID(out)
	return out
}

func byID(lines []*billing.Line) {
	slices.SortFunc(lines, func(a, b *billing.Line) int { return strings.Compare(a.ID, b.ID) })
}
