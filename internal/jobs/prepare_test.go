package jobs_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"umbel/internal/jobs"
	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/store/storetest"
)

// TestPrepare wants what is prepared to hold up nobody: neither the store nor other jobs, however many wait for others to answer.
func TestPrepare(t *testing.T) {
	now := func() time.Time { return noon }
	db := storetest.Open(t, sqlite(filepath.Join(t.TempDir(), "umbel.db")), store.Options{Now: now})
	answer := make(chan struct{})
	var asked atomic.Int32
	waiting := &op.Job{Kind: "ask", Scope: scopeOf(), Prepare: func(_ context.Context, j ledger.Job) (func(*op.Call) error, error) {
		asked.Add(1)
		<-answer
		return func(c *op.Call) error { return count(c, j) }, nil
	}}
	quick := make(chan struct{})
	r := start(t, db, jobs.Options{Poll: time.Hour, Now: now, AtOnce: 2}, waiting, &op.Job{Kind: "count", Scope: scopeOf(), Run: func(c *op.Call, j ledger.Job) error {
		close(quick)
		return count(c, j)
	}})
	enqueue(t, db, "ask", 10, noon.Add(-time.Second))
	enqueue(t, db, "count", 1, noon.Add(-time.Second))
	select {
	case <-quick:
	case <-time.After(time.Minute):
		t.Fatal("a job waits for others that wait")
	}
	close(answer)
	settle(t, r)
	if got := done(t, db); got != 11 || asked.Load() != 10 {
		t.Errorf("%d jobs done and %d prepared, want 11 and 10", got, asked.Load())
	}
}

// TestPrepareFails wants a job tried again whose preparation failed, and its effect once.
func TestPrepareFails(t *testing.T) {
	var offset atomic.Int64
	now := func() time.Time { return noon.Add(time.Duration(offset.Add(int64(time.Millisecond)))) } // a clock that moves when it is looked at
	db := storetest.Open(t, sqlite(filepath.Join(t.TempDir(), "umbel.db")), store.Options{Now: now})
	var tries atomic.Int32
	r := start(t, db, jobs.Options{Poll: time.Millisecond, Now: now}, &op.Job{Kind: "ask", Scope: scopeOf(), Prepare: func(_ context.Context, j ledger.Job) (func(*op.Call) error, error) {
		if tries.Add(1) < 3 {
			return nil, errors.New("nobody answers")
		}
		return func(c *op.Call) error { return count(c, j) }, nil
	}})
	enqueue(t, db, "ask", 1, noon)
	settle(t, r)
	if got := done(t, db); got != 1 || tries.Load() != 3 {
		t.Errorf("done %d times after %d tries, want once after 3", got, tries.Load())
	}
}
