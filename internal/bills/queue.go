package bills

import (
	"context"
	"sync"
	"time"

	"umbel/internal/ident"
)

// worker does one payer's bills at a time.
type worker struct {
	mu      sync.Mutex
	due     map[ident.AccountID]*task
	coming  map[ident.AccountID]int // files that come in now
	busy    bool
	moved   chan struct{} // closed when something was done
	some    chan struct{}
	stop    context.CancelFunc // of all work
	ended   chan struct{}      // nil before Start
	current context.CancelFunc // of the work under way
}

// task is a payer to look after.
type task struct {
	at     time.Time // not before
	failed int       // how often it failed one time after another
	hourly bool      // followers are to be called even if nothing was computed
	since  time.Time // files came in, of which there may be more: what they are of can wait for those; zero if it is not to wait
}

// Files come several at a time, and a month of tens of millions of lines is computed in seconds: it waits until none has come for calm,
// but for no longer than patience.
const calm, patience = time.Second, time.Minute

func newWorker() *worker {
	return &worker{due: map[ident.AccountID]*task{}, coming: map[ident.AccountID]int{}, moved: make(chan struct{}), some: make(chan struct{}, 1)}
}

// add has a payer looked after at once.
func (w *worker) add(payer ident.AccountID, hourly bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.due[payer]
	if t == nil {
		t = &task{}
		w.due[payer] = t
	}
	t.at, t.since, t.hourly = time.Time{}, time.Time{}, t.hourly || hourly
	w.ring()
}

// comes tells that a file comes in, until what is returned is called.
func (w *worker) comes(payer ident.AccountID, now func() time.Time) (came func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.coming[payer]++
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.coming[payer]--; w.coming[payer] == 0 {
			delete(w.coming, payer)
		}
		if t := w.due[payer]; t != nil && !t.since.IsZero() {
			t.wait(now())
			w.ring()
		}
	}
}

// gather is add for what a file brought.
func (w *worker) gather(payer ident.AccountID, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.due[payer]
	switch {
	case t == nil:
		t = &task{since: now}
		w.due[payer] = t
	case t.at.IsZero():
		return // at once
	case t.since.IsZero():
		t.since = now
	}
	t.wait(now)
	w.ring()
}

func (t *task) wait(now time.Time) {
	if t.at = now.Add(calm); t.at.After(t.since.Add(patience)) {
		t.at = t.since.Add(patience)
	}
}

// hasten has what waits for more files done now.
func (w *worker) hasten() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.due {
		if !t.since.IsZero() {
			t.at, t.since = time.Time{}, time.Time{}
			w.ring()
		}
	}
}

// in tells how long a payer's task is not to be begun.
func (w *worker) in(payer ident.AccountID, t *task, now time.Time) time.Duration {
	if !t.since.IsZero() && w.coming[payer] > 0 {
		return t.since.Add(patience).Sub(now)
	}
	return t.at.Sub(now)
}

func (w *worker) ring() {
	select {
	case w.some <- struct{}{}:
	default:
	}
}

// next takes a payer that is due. Else it tells when one will be; 0 for never.
func (w *worker) next(now time.Time) (payer ident.AccountID, t *task, wait time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, candidate := range w.due {
		if left := w.in(id, candidate, now); left > 0 {
			if wait == 0 || left < wait {
				wait = left
			}
			continue
		}
		delete(w.due, id)
		w.busy = true
		return id, candidate, 0
	}
	return "", nil, wait
}

// idle tells whether nothing is under way or due, and what is closed when that may be otherwise.
func (w *worker) idle(now time.Time) (moved <-chan struct{}, idle bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	idle = !w.busy
	for id, t := range w.due {
		idle = idle && w.in(id, t, now) > 0
	}
	return w.moved, idle
}
