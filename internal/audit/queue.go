package audit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"umbel/internal/ledger"
)

// Appender writes events to the ledger durably, all of them or none.
type Appender interface {
	Append(ctx context.Context, events []ledger.Event) error
}

// Options set a Queue. Zero values take the defaults.
type Options struct {
	Size  int           // events held at most; Put waits beyond it. Default 16,384
	Batch int           // events written together. Default 32: a batch of 512 kept one of two cores from callers for 8 ms
	Delay time.Duration // how long an event waits for company. Default 50 ms
	Retry time.Duration // first wait after a failed write; doubles up to 5 s. Default 100 ms
	Log   *slog.Logger  // nil: slog.Default()
	// Written, if not nil, gets the events that are on the ledger and that the queue looks at no more.
	Written func([]ledger.Event)
}

func (o Options) withDefaults() Options {
	if o.Size <= 0 {
		o.Size = 16384
	}
	if o.Batch <= 0 {
		o.Batch = 32
	}
	if o.Delay <= 0 {
		o.Delay = 50 * time.Millisecond
	}
	if o.Retry <= 0 {
		o.Retry = 100 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// ErrClosed tells that the queue takes no more events.
var ErrClosed = errors.New("audit: queue is closed")

// Queue carries the events of reads and refused calls to the ledger: in the order they came, in batches, none dropped. When
// it is full, Put waits. It is safe for concurrent use.
type Queue struct {
	to      Appender
	opt     Options
	cancel  context.CancelFunc // ends a write that Close no longer waits for
	stopped chan struct{}      // closed when the writer has ended

	mu      sync.Mutex
	waiting []ledger.Event
	spare   []ledger.Event // empty: the memory of a batch that is written
	taken   uint64         // events ever put
	written uint64         // events ever written
	needed  uint64         // someone waits until so many are written
	closed  bool
	changed chan struct{} // closed, and made anew, whenever something above changes

	retries atomic.Uint64
}

// NewQueue makes a queue and starts its writer, which Close ends.
func NewQueue(to Appender, opt Options) *Queue {
	ctx, cancel := context.WithCancel(context.Background())
	q := &Queue{to: to, opt: opt.withDefaults(), cancel: cancel, stopped: make(chan struct{}), changed: make(chan struct{})}
	go q.write(ctx)
	return q
}

// Put takes events, waiting while the queue is full. It fails only if ctx ends while it waits, or with ErrClosed.
func (q *Queue) Put(ctx context.Context, events ...ledger.Event) error {
	if len(events) == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if q.closed {
			return ErrClosed
		}
		// A group larger than the whole queue goes in once the queue is empty.
		if len(q.waiting) == 0 || len(q.waiting)+len(events) <= q.opt.Size {
			before := len(q.waiting)
			q.waiting = append(q.waiting, events...)
			q.taken += uint64(len(events))
			if before == 0 || before < q.opt.Batch && len(q.waiting) >= q.opt.Batch {
				q.notify()
			}
			return nil
		}
		if err := q.wait(ctx); err != nil {
			return err
		}
	}
}

// Flush waits until every event put before it is on the ledger.
func (q *Queue) Flush(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.flush(ctx)
}

func (q *Queue) flush(ctx context.Context) error {
	mark := q.taken
	if q.needed < mark {
		q.needed = mark
		q.notify()
	}
	for q.written < mark {
		if err := q.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Close takes no more events, writes those it holds and ends the writer. If ctx ends first, it gives ctx's error, and what
// was not written is lost.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	q.closed = true
	q.notify()
	err := q.flush(ctx)
	left := q.taken - q.written
	q.mu.Unlock()
	q.cancel()
	<-q.stopped
	if err != nil {
		q.opt.Log.Error("audit events lost at shutdown", "events", left, "error", err)
	}
	return err
}

// Stats are counts for metrics.
type Stats struct {
	Waiting uint64 // events in the queue
	Written uint64 // events written since the start
	Retries uint64 // failed writes, each tried again
}

// Stats gives the queue's counts.
func (q *Queue) Stats() Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Stats{Waiting: q.taken - q.written, Written: q.written, Retries: q.retries.Load()}
}

// notify wakes everyone who waits. q.mu is held.
func (q *Queue) notify() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// wait gives up q.mu until something changes or ctx ends.
func (q *Queue) wait(ctx context.Context) error {
	changed := q.changed
	q.mu.Unlock()
	defer q.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
