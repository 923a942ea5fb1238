package cost

import (
	"slices"
	"time"
)

// DeleteMonitor removes a monitor with its anomalies; subscriptions watch it no more.
func (e *Explorer) DeleteMonitor(id string) {
	e.AnomalyMonitors.Delete(id)
	for _, a := range e.anomaliesOf(id) {
		e.Anomalies.Delete(a.ID)
	}
	for _, s := range slices.Collect(values(e.AnomalySubscriptions.All())) {
		if slices.Contains(s.Monitors, id) {
			next := *s
			next.Monitors = slices.DeleteFunc(slices.Clone(s.Monitors), func(m string) bool { return m == id })
			e.AnomalySubscriptions.Put(&next)
		}
	}
}

func values[V any](all func(func(string, V) bool)) func(func(V) bool) {
	return func(yield func(V) bool) {
		all(func(_ string, v V) bool { return yield(v) })
	}
}

func (e *Explorer) anomaliesOf(monitor string) (list []*Anomaly) {
	for _, a := range e.Anomalies.All() {
		if a.Monitor == monitor {
			list = append(list, a)
		}
	}
	return list
}

// SawAnomalies notes what a monitor sees: all anomalies of its values that end on a day or later, when it looked, and at how many
// values. One that was seen before, if only on some of its days, stays the same with what was said of it. One that is seen no more
// is dropped unless somebody was told of it or said something of it, and so are those that are too old.
func (e *Explorer) SawAnomalies(monitor string, values int, found []Anomaly, since string, now time.Time) {
	m, ok := e.AnomalyMonitors.Get(monitor)
	if !ok {
		return // it was deleted meanwhile
	}
	next := *m
	next.Evaluated, next.Values = now, values
	e.AnomalyMonitors.Put(&next)
	before, kept := e.anomaliesOf(monitor), map[string]bool{}
	for i := range found {
		a := found[i]
		for _, b := range before {
			if b.Value == a.Value && b.Start <= a.End && a.Start <= b.End && !kept[b.ID] {
				a.ID, a.Detected, a.Feedback, a.Told, a.MaxScore = b.ID, b.Detected, b.Feedback, b.Told, max(a.MaxScore, b.MaxScore)
				break
			}
		}
		kept[a.ID] = true
		e.Anomalies.Put(&a)
	}
	for _, b := range before {
		if !kept[b.ID] && (b.End < since || b.Feedback == "" && len(b.Told) == 0) {
			e.Anomalies.Delete(b.ID)
		}
	}
}

// News lists the anomalies that are past the subscription's threshold and that it was not told of. What ended before the day before
// the subscription was made is no news, nor is what somebody has said something of.
func (e *Explorer) News(s *AnomalySubscription) (news []*Anomaly) {
	since := s.Created.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	for _, a := range e.Anomalies.All() {
		if a.End >= since && a.Feedback == "" && !slices.Contains(a.Told, s.ID) && s.Concerns(a) {
			news = append(news, a)
		}
	}
	return news
}

// Due tells whether the subscription's summary is due: once on each day in UTC, or seven days after the last.
func (s *AnomalySubscription) Due(now time.Time) bool {
	if s.Frequency == "WEEKLY" {
		return now.Sub(s.Told) >= 7*24*time.Hour
	}
	return now.UTC().Format(time.DateOnly) > s.Told.UTC().Format(time.DateOnly)
}
