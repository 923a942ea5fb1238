package bills

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/ident"
)

const tickEvery = time.Hour

// Start begins the work in the background: with what was not done when the process ended, then with whatever is wanted. Close ends
// it. A desk that keeps no costs does nothing.
func (d *Desk) Start(ctx context.Context) error {
	if !d.keeps() {
		return nil
	}
	if err := d.prepare(); err != nil {
		return err
	}
	payers, err := d.Payers(ctx)
	if err != nil {
		return err
	}
	for _, p := range payers {
		if err := d.tidy(ctx, p); err != nil {
			return err
		}
		d.Wake(p)
	}
	ctx, d.work.stop = context.WithCancel(context.WithoutCancel(ctx))
	d.work.ended = make(chan struct{})
	go d.run(ctx)
	return nil
}

// tidy removes usage that does not count: of imports that were interrupted.
func (d *Desk) tidy(ctx context.Context, payer ident.AccountID) error {
	return d.view(ctx, payer, func(s *cost.State) error { return d.cfg.Usage.Keep(string(payer), s.Files()) })
}

// Close ends the background work; what it was at begins again with the next Start. The cost lines are closed.
func (d *Desk) Close() error {
	if !d.keeps() {
		return nil
	}
	if d.work.ended != nil {
		d.work.stop()
		<-d.work.ended
	}
	return d.cfg.Engine.Close()
}

// Wake has a payer looked after, because something may be wanted of its months.
func (d *Desk) Wake(payer ident.AccountID) {
	if d.keeps() {
		d.work.add(payer, false)
	}
}

// Settle returns when nothing is due or under way: all that was wanted is computed and followed, or has failed and waits for its
// next try.
func (d *Desk) Settle(ctx context.Context) error {
	if d.keeps() {
		d.work.hasten()
	}
	for d.keeps() && d.work.ended != nil {
		moved, idle := d.work.idle(d.now())
		if idle {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("bills: settle: %w", ctx.Err())
		case <-moved:
		case <-d.work.ended:
		}
	}
	return nil
}

// run works until the context ends.
func (d *Desk) run(ctx context.Context) {
	defer close(d.work.ended)
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		payer, t, wait := d.work.next(d.now())
		if t != nil {
			d.attend(ctx, payer, t)
			continue
		}
		var later <-chan time.Time
		if wait > 0 {
			later = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-d.work.some:
		case <-later:
		case <-tick.C:
			if err := d.Tick(ctx); err != nil && ctx.Err() == nil {
				d.cfg.Log.Error("bills are not looked after this hour", "error", err)
			}
		}
	}
}

// attend looks after a payer, and puts it off if that fails.
func (d *Desk) attend(ctx context.Context, payer ident.AccountID, t *task) {
	w := d.work
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	w.mu.Lock()
	w.current = cancel
	w.mu.Unlock()
	err := d.process(work, payer, t.hourly)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && work.Err() == nil {
		t.failed++
		t.at, t.since = d.now().Add(delay(t.failed)), time.Time{}
		d.cfg.Log.Error("a bill is not made", "payer", payer, "error", err, "again", t.at)
		if newer := w.due[payer]; newer != nil {
			newer.failed, newer.hourly = t.failed, newer.hourly || t.hourly
		} else {
			w.due[payer] = t
		}
	}
	w.busy = false
	close(w.moved)
	w.moved = make(chan struct{})
}

// delay is how long a payer's bills wait after so many failures: longer and longer, to an hour.
func delay(failed int) time.Duration {
	return min(5*time.Second<<min(failed-1, 16), time.Hour)
}

// process does all that is wanted of a payer's months.
func (d *Desk) process(ctx context.Context, payer ident.AccountID, hourly bool) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("bills: panic: %v\n%s", r, debug.Stack())
		}
	}()
	d.gate.RLock()
	defer d.gate.RUnlock()
	failed := map[string]bool{}
	var failures []error
	for ctx.Err() == nil {
		var compute, follow []string
		err := d.view(ctx, payer, func(s *cost.State) error {
			compute, follow = s.Pending()
			return nil
		})
		if err != nil {
			return err
		}
		month, any := first(compute, failed)
		if !any {
			if len(follow) > 0 || hourly {
				failures = append(failures, d.follow(ctx, payer, follow))
			}
			return errors.Join(failures...)
		}
		if err := d.compute(ctx, payer, month); err != nil {
			failed[month] = true
			failures = append(failures, err, d.fail(ctx, payer, month, err))
		}
	}
	return ctx.Err()
}

func first(months []string, but map[string]bool) (string, bool) {
	for _, m := range months {
		if !but[m] {
			return m, true
		}
	}
	return "", false
}

// fail notes why a month could not be computed.
func (d *Desk) fail(ctx context.Context, payer ident.AccountID, month string, cause error) error {
	if ctx.Err() != nil {
		return nil
	}
	return d.update(ctx, payer, "Fail", func(s *cost.State) error { s.Failed(month, cause.Error()); return nil })
}

// follow calls the followers.
func (d *Desk) follow(ctx context.Context, payer ident.AccountID, names []string) error {
	var months []billing.Month
	done := map[string]int64{}
	err := d.view(ctx, payer, func(s *cost.State) error {
		for _, name := range names {
			m, ok := s.Months.Get(name)
			month, err := billing.ParseMonth(name)
			if !ok || err != nil {
				return err
			}
			months, done[name] = append(months, month), m.Done
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	followers := d.followers
	d.mu.Unlock()
	var errs []error
	for _, f := range followers {
		if err := f.Follow(ctx, payer, months); err != nil {
			errs = append(errs, fmt.Errorf("bills: %s: %w", f.Name(), err))
		}
	}
	if err := errors.Join(errs...); err != nil || len(names) == 0 {
		return err
	}
	return d.update(ctx, payer, "Follow", func(s *cost.State) error {
		for name, n := range done {
			s.Followed(name, n)
		}
		return nil
	})
}

// Tick is what happens every hour: months are closed whose time has come, estimates whose fees have run on for a day are made again,
// and followers are called.
func (d *Desk) Tick(ctx context.Context) error {
	if !d.keeps() {
		return nil
	}
	payers, err := d.Payers(ctx)
	if err != nil {
		return err
	}
	now := d.now()
	for _, p := range payers {
		var close, stale []string
		look := func(s *cost.State) error {
			close, stale = nil, nil
			for id, m := range s.Months.All() {
				if m.Due(now) {
					close = append(close, id)
				} else if m.Stale(now) {
					stale = append(stale, id)
				}
			}
			return nil
		}
		if err := d.view(ctx, p, look); err != nil {
			return err
		}
		if len(close)+len(stale) > 0 {
			err := d.update(ctx, p, "Tick", func(s *cost.State) error {
				if err := look(s); err != nil {
					return err
				}
				for _, m := range close {
					s.Close(m, now)
				}
				for _, m := range stale {
					s.Want(m)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		d.work.add(p, true)
	}
	return nil
}
