package billing

import (
	"cmp"
	"fmt"
	"time"

	"umbel/internal/decimal"
)

// pass goes over every hour of the month. While one is written, the next is read and rated.
func (q *Request) pass(w *writer) (r, apart *rater, err error) {
	if r, err = newRater(q.Book, q.Organization, q.Month); err != nil {
		return nil, nil, err
	}
	if q.Compare && !w.emits() {
		if apart, err = newRater(q.Book, q.Organization, q.Month); err != nil {
			return nil, nil, err
		}
		apart.classes, apart.own, apart.farthest = r.classes, map[ownPool]*decimal.D{}, toOwner
	}
	w.accounts = len(r.accounts)
	rated, free, stop := make(chan *ratedHour), make(chan *ratedHour, hoursAtOnce), make(chan struct{})
	for range hoursAtOnce {
		free <- &ratedHour{}
	}
	rate := func() error {
		defer close(rated)
		return q.each(func(hour time.Time, records []UsageRecord) (more bool, err error) {
			h := <-free
			if err := r.rate(h, hour, records); err != nil {
				return false, err
			}
			select {
			case rated <- h:
				return true, nil
			case <-stop:
				return false, nil
			}
		})
	}
	write := func() error {
		defer close(stop)
		for h := range rated {
			if err := w.both(h, apart); err != nil {
				return err
			}
			free <- h
		}
		return nil
	}
	return r, apart, beside(rate, write)
}

// hoursAtOnce is how many hours are in memory: one is rated, and one is written.
const hoursAtOnce = 2

// both writes an hour, and rates it for the comparison if there is one.
func (w *writer) both(h *ratedHour, apart *rater) error {
	if apart == nil {
		return w.hour(h)
	}
	return beside(func() error { apart.compare(h); return nil }, func() error { return w.hour(h) })
}

// each gives the hours of the month one after another, those without usage too.
func (q *Request) each(yield func(hour time.Time, records []UsageRecord) (more bool, err error)) error {
	next, until := q.Month.Start(), q.until()
	idle := func(end time.Time) (more bool, err error) {
		for more = true; more && err == nil && next.Before(end); next = next.Add(time.Hour) {
			more, err = yield(next, nil)
		}
		return more, err
	}
	for batch, err := range q.Usage {
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			continue
		}
		hour := hourOf(batch[0].Start)
		if hour.Before(next) || !q.Month.Contains(hour) {
			return fmt.Errorf("billing: usage of %s when that of %s is due, in the bill of %s", hour.Format(time.RFC3339), next.Format(time.RFC3339), q.Month)
		}
		if more, err := idle(hour); err != nil || !more {
			return err
		}
		if more, err := yield(hour, batch); err != nil || !more {
			return err
		}
		next = hour.Add(time.Hour)
	}
	_, err := idle(until)
	return err
}

// beside does two things at once. The error is that of the second, if it has one: it is at what came before. A panic of either is a
// panic here, when both have ended.
func beside(first, second func() error) error {
	done := make(chan outcome, 1)
	go func() { done <- outcomeOf(first) }()
	after, before := outcomeOf(second), <-done
	for _, o := range [...]outcome{after, before} {
		if o.panic != nil {
			panic(o.panic)
		}
	}
	return cmp.Or(after.err, before.err)
}

// outcome is how something ended.
type outcome struct {
	err   error
	panic any
}

func outcomeOf(f func() error) (o outcome) {
	defer func() { o.panic = recover() }()
	o.err = f()
	return o
}
