package audit

import (
	"context"
	"time"

	"umbel/internal/ledger"
)

// write is the queue's one writer.
func (q *Queue) write(ctx context.Context) {
	defer close(q.stopped)
	for {
		batch := q.next(ctx)
		if len(batch) == 0 || !q.append(ctx, batch) {
			return
		}
		written := len(batch)
		if q.opt.Written != nil {
			q.opt.Written(batch)
		}
		clear(batch)
		q.mu.Lock()
		q.written += uint64(written)
		q.spare = batch[:0]
		q.notify()
		q.mu.Unlock()
	}
}

// next waits for a batch: until it is full, its first event waited long enough, or someone waits for it. It gives nothing
// once the queue is closed and empty.
func (q *Queue) next(ctx context.Context) []ledger.Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 {
		if q.closed || q.wait(ctx) != nil {
			return nil
		}
	}
	company, cancel := context.WithTimeout(ctx, q.opt.Delay)
	defer cancel()
	for len(q.waiting) < q.opt.Batch && q.needed <= q.written && !q.closed {
		if q.wait(company) != nil {
			break
		}
	}
	n := min(len(q.waiting), q.opt.Batch)
	batch := q.waiting[:n:n]
	if n == len(q.waiting) {
		q.waiting, q.spare = q.spare, nil
	} else {
		q.waiting = q.waiting[n:]
	}
	return batch
}

// append writes a batch, trying again until it is written. It gives false if ctx ended.
func (q *Queue) append(ctx context.Context, batch []ledger.Event) bool {
	for pause := q.opt.Retry; ; pause = min(2*pause, 5*time.Second) {
		err := q.to.Append(ctx, batch)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		q.retries.Add(1)
		q.opt.Log.Warn("audit events not written, trying again", "events", len(batch), "error", err, "after", pause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
	}
}
