package audit_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"umbel/internal/audit"
	"umbel/internal/ledger"
)

// sink is a ledger in memory. It fails so many times before it works, and may be held up.
type sink struct {
	mu      sync.Mutex
	batches [][]ledger.Event
	failing int
	hold    chan struct{}
}

func (s *sink) Append(ctx context.Context, events []ledger.Event) error {
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing > 0 {
		s.failing--
		return errors.New("disk is busy")
	}
	s.batches = append(s.batches, append([]ledger.Event(nil), events...))
	return nil
}

// sizes gives the sizes of the batches, and checks that events came in order.
func (s *sink) sizes(t *testing.T) []int {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var sizes []int
	n := 0
	for _, b := range s.batches {
		sizes = append(sizes, len(b))
		for _, e := range b {
			if want := fmt.Sprint(n); e.ID != want {
				t.Fatalf("event %s where %s was due", e.ID, want)
			}
			n++
		}
	}
	return sizes
}

func numbered(from, n int) []ledger.Event {
	events := make([]ledger.Event, n)
	for i := range events {
		events[i].ID = fmt.Sprint(from + i)
	}
	return events
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func put(t *testing.T, q *audit.Queue, events []ledger.Event) {
	t.Helper()
	for _, e := range events {
		if err := q.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestQueueWaitsForCompany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &sink{}
		q := audit.NewQueue(to, audit.Options{Batch: 4, Delay: time.Second, Log: quiet()})
		put(t, q, numbered(0, 3))
		<-time.After(999 * time.Millisecond)
		synctest.Wait()
		equal(t, "before the delay", to.sizes(t), []int{})
		<-time.After(2 * time.Millisecond)
		synctest.Wait()
		equal(t, "after the delay", to.sizes(t), []int{3})
		put(t, q, numbered(3, 9))
		synctest.Wait()
		equal(t, "full batches at once", to.sizes(t), []int{3, 4, 4})
		if err := q.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		equal(t, "after Close", to.sizes(t), []int{3, 4, 4, 1})
		equal(t, "stats", q.Stats(), audit.Stats{Written: 12})
	})
}

func TestQueueFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &sink{}
		q := audit.NewQueue(to, audit.Options{Delay: time.Hour, Log: quiet()})
		if err := q.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		put(t, q, numbered(0, 5))
		start := time.Now()
		if err := q.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		equal(t, "time to flush", time.Since(start), time.Duration(0))
		equal(t, "flushed", to.sizes(t), []int{5})
		if err := q.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestQueueRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &sink{failing: 3}
		q := audit.NewQueue(to, audit.Options{Delay: time.Millisecond, Retry: time.Second, Log: quiet()})
		put(t, q, numbered(0, 2))
		start := time.Now()
		if err := q.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		equal(t, "time of three pauses", time.Since(start), 7*time.Second)
		equal(t, "stats", q.Stats(), audit.Stats{Written: 2, Retries: 3})
		if err := q.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestQueuePushesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &sink{hold: make(chan struct{})}
		q := audit.NewQueue(to, audit.Options{Size: 4, Batch: 2, Delay: time.Millisecond, Log: quiet()})
		put(t, q, numbered(0, 2))
		synctest.Wait() // the writer holds these two
		put(t, q, numbered(2, 4))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Put(ctx, ledger.Event{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Put on a full queue: %v", err)
		}
		done := make(chan error, 1)
		go func() { done <- q.Put(t.Context(), numbered(6, 1)...) }()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("Put did not wait: %v", err)
		default:
		}
		close(to.hold)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		equal(t, "none dropped", to.sizes(t), []int{2, 2, 2, 1})
	})
}

func TestQueueTakesALargeGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &sink{}
		q := audit.NewQueue(to, audit.Options{Size: 2, Batch: 2, Log: quiet()})
		if err := q.Put(t.Context(), numbered(0, 5)...); err != nil {
			t.Fatal(err)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		equal(t, "batches", to.sizes(t), []int{2, 2, 1})
	})
}

func TestQueueClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &sink{failing: 1 << 30}
		q := audit.NewQueue(to, audit.Options{Log: quiet()})
		put(t, q, numbered(0, 1))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := q.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close with a broken ledger: %v", err)
		}
		if err := q.Put(t.Context(), ledger.Event{}); !errors.Is(err, audit.ErrClosed) {
			t.Errorf("Put after Close: %v", err)
		}
	})
}

func TestQueueManyWriters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &sink{}
		q := audit.NewQueue(to, audit.Options{Size: 16, Batch: 8, Log: quiet()})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for i := range 200 {
					if err := q.Put(t.Context(), ledger.Event{}); err != nil {
						t.Error(err)
					}
					if i%50 == 0 {
						if err := q.Flush(t.Context()); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		if err := q.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		equal(t, "written", q.Stats().Written, 1600)
	})
}
