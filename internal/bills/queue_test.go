package bills

import (
	"testing"
	"time"
)

// TestFilesTogether: months wait for files that come one after another, but not for ever, and not if someone asks.
func TestFilesTogether(t *testing.T) {
	const payer = "111122223333"
	begun := time.Date(2026, 10, 4, 0, 0, 0, 0, time.UTC)
	after := func(seconds float64) time.Time { return begun.Add(time.Duration(seconds * float64(time.Second))) }
	due := func(w *worker, at float64) bool {
		t.Helper()
		_, task, wait := w.next(after(at))
		if task == nil && wait <= 0 {
			t.Errorf("at %v: nothing is due, and nothing will be: %s", at, wait)
		}
		if _, idle := w.idle(after(at)); idle != (task == nil) {
			t.Errorf("at %v: idle %v", at, idle)
		}
		w.busy = false
		return task != nil
	}
	file := func(w *worker, from, to float64) {
		came := w.comes(payer, func() time.Time { return after(to) })
		if len(w.due) > 0 && due(w, from) {
			t.Errorf("at %v: due while a file comes in", from)
		}
		w.gather(payer, after(to))
		came()
	}

	w := newWorker()
	file(w, 0, 5)
	file(w, 5, 10)
	if due(w, 10.9) || !due(w, 11) || len(w.coming) > 0 {
		t.Error("not computed a second after the last file")
	}

	w = newWorker()
	for at := 0.0; at < 60; at += 5 {
		file(w, at, at+5)
	}
	w.comes(payer, func() time.Time { return after(70) })
	if due(w, 64) || !due(w, 66) {
		t.Error("not computed a minute after the first file")
	}

	w = newWorker()
	file(w, 0, 5)
	w.hasten()
	if !due(w, 5) {
		t.Error("not computed when asked for")
	}

	w = newWorker()
	w.add(payer, false)
	w.comes(payer, func() time.Time { return after(1) })
	w.gather(payer, after(1))
	if !due(w, 1) {
		t.Error("what is wanted at once waits for files")
	}

	w = newWorker()
	w.due[payer] = &task{at: after(3600), failed: 9}
	file(w, 0, 5)
	if due(w, 5.9) || !due(w, 6) {
		t.Error("what failed is not tried again when a file has come in")
	}
}
