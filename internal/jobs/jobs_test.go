package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"umbel/internal/jobs"
	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
	"umbel/internal/store/storetest"
)

const part = store.Partition("org/a")

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func sqlite(path string) storetest.Opener {
	return func(tb testing.TB) store.Engine {
		tb.Helper()
		e, err := sqlstore.OpenSQLite(tb.Context(), path)
		if err != nil {
			tb.Fatal(err)
		}
		return e
	}
}

// body is what the test jobs carry.
type body struct{ Counter string }

func scopeOf() func(ledger.Job) (store.Scope, error) {
	return op.ScopeOf(func(*body) store.Scope { return store.Scope{Write: []store.Partition{part}} })
}

// count is a job that adds to a counter.
func count(c *op.Call, j ledger.Job) error {
	var b body
	if err := json.Unmarshal(j.Body, &b); err != nil {
		return err
	}
	c.Tx.State(part).(*storetest.State).Add(b.Counter, 1)
	return nil
}

func registry(list ...*op.Job) *op.Registry {
	return op.NewRegistry(op.Service{ID: "test", Jobs: list})
}

func enqueue(t *testing.T, db *store.DB, kind string, n int, due time.Time) {
	t.Helper()
	err := db.Update(t.Context(), store.Meta{At: due}, store.Scope{Write: []store.Partition{part}}, func(tx store.Tx) error {
		for i := range n {
			tx.Enqueue(ledger.Job{ID: fmt.Sprint(kind, i), Kind: kind, Body: []byte(`{"Counter":"done"}`), Due: due})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func done(t *testing.T, db *store.DB) (n int64) {
	t.Helper()
	err := db.View(t.Context(), store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		n = tx.State(part).(*storetest.State).Value("done")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func start(t *testing.T, db *store.DB, opt jobs.Options, list ...*op.Job) *jobs.Runner {
	t.Helper()
	opt.Settings = &op.Settings{}
	r := jobs.Start(db, registry(list...), opt)
	t.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return r
}

func settle(t *testing.T, r *jobs.Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := r.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

// TestAtOnce wants a job done without waiting for a poll, and the call filled in.
func TestAtOnce(t *testing.T) {
	now := func() time.Time { return noon }
	db := storetest.Open(t, sqlite(filepath.Join(t.TempDir(), "umbel.db")), store.Options{Now: now})
	var call op.Call
	r := start(t, db, jobs.Options{Poll: time.Hour, Now: now}, &op.Job{Kind: "count", Scope: scopeOf(), Run: func(c *op.Call, j ledger.Job) error {
		if j.ID == "count0" {
			call = *c
		}
		return count(c, j)
	}})
	const n = 50
	enqueue(t, db, "count", n, noon.Add(-time.Second))
	settle(t, r)
	if got := done(t, db); got != n {
		t.Errorf("%d jobs done, want %d", got, n)
	}
	if call.RequestID != "count0" || !call.Now.Equal(noon) || call.Caller != nil || call.Rand == nil || call.Settings == nil || call.View.Write[0] != part {
		t.Errorf("call %+v", call)
	}
	// A job that is not due stays, and does not keep anyone from settling.
	enqueue(t, db, "later", 1, noon.Add(time.Hour))
	settle(t, r)
	if left, err := db.Ledger().Jobs(t.Context()); err != nil || left != 1 {
		t.Errorf("%d jobs left, want the one due later (%v)", left, err)
	}
}

// TestRetry has a job fail, panic and at last succeed; nothing of the failures stands.
func TestRetry(t *testing.T) {
	db := storetest.Open(t, sqlite(filepath.Join(t.TempDir(), "umbel.db")), store.Options{})
	var tries atomic.Int64
	r := start(t, db, jobs.Options{Poll: 5 * time.Millisecond}, &op.Job{Kind: "flaky", Scope: scopeOf(), Run: func(c *op.Call, j ledger.Job) error {
		if err := count(c, j); err != nil {
			return err
		}
		switch tries.Add(1) {
		case 1:
			return errors.New("not yet")
		case 2:
			panic("not yet either")
		}
		return nil
	}})
	enqueue(t, db, "flaky", 1, time.Now())
	settle(t, r)
	if got := done(t, db); got != 1 || tries.Load() != 3 {
		t.Errorf("done %d times after %d tries", got, tries.Load())
	}
}

// TestTakeOver leaves jobs to a replica that dies with their leases, and has another do them when the leases end.
func TestTakeOver(t *testing.T) {
	open := sqlite(filepath.Join(t.TempDir(), "umbel.db"))
	dead := storetest.Open(t, open, store.Options{Lease: 50 * time.Millisecond, Owner: "dead"})
	dead.Work(func([]ledger.Job) {}) // takes the leases and does nothing
	enqueue(t, dead, "count", 5, time.Now())
	if jobs, err := dead.Ledger().Take(t.Context(), ledger.Lease{Owner: "other", Until: time.Now()}, time.Now().Add(-time.Second), 10); err != nil || len(jobs) != 0 {
		t.Fatalf("leased jobs were handed out: %v, %v", jobs, err)
	}
	alive := storetest.Open(t, open, store.Options{Owner: "alive"})
	r := start(t, alive, jobs.Options{Poll: 5 * time.Millisecond}, &op.Job{Kind: "count", Scope: scopeOf(), Run: count})
	settle(t, r)
	if got := done(t, dead); got != 5 {
		t.Errorf("%d jobs done, want 5", got)
	}
}

// TestTwoRunners has two replicas work on one ledger: every job has its effect once.
func TestTwoRunners(t *testing.T) {
	open := sqlite(filepath.Join(t.TempDir(), "umbel.db"))
	one, two := storetest.Open(t, open, store.Options{}), storetest.Open(t, open, store.Options{})
	enqueue(t, one, "count", 100, time.Now())
	handler := &op.Job{Kind: "count", Scope: scopeOf(), Run: count}
	r := start(t, one, jobs.Options{}, handler)
	start(t, two, jobs.Options{}, handler)
	settle(t, r)
	if got := done(t, two); got != 100 {
		t.Errorf("%d jobs done, want 100", got)
	}
}

// TestClose ends a runner while a job runs: that one is finished, the others are handed back at once.
func TestClose(t *testing.T) {
	db := storetest.Open(t, sqlite(filepath.Join(t.TempDir(), "umbel.db")), store.Options{})
	entered, leave := make(chan struct{}, 10), make(chan struct{})
	slow := &op.Job{Kind: "slow", Run: count, Scope: func(j ledger.Job) (store.Scope, error) {
		entered <- struct{}{}
		<-leave
		return scopeOf()(j)
	}}
	r := jobs.Start(db, registry(slow), jobs.Options{Settings: &op.Settings{}, AtOnce: 1})
	enqueue(t, db, "slow", 3, time.Now())
	<-entered
	closed := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close with an ended context: %v", err)
	}
	go func() { closed <- r.Close(context.Background()) }()
	close(leave)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if got := done(t, db); got != 1 {
		t.Errorf("%d jobs done, want the one begun", got)
	}
	free, err := db.Ledger().Take(t.Context(), ledger.Lease{Owner: "next", Until: time.Now().Add(time.Minute)}, time.Now(), 10)
	if err != nil || len(free) != 2 {
		t.Errorf("%d jobs are free, want 2 (%v)", len(free), err)
	}
}

// TestUnknownKind leaves a job alone that only a newer replica knows.
func TestUnknownKind(t *testing.T) {
	db := storetest.Open(t, sqlite(filepath.Join(t.TempDir(), "umbel.db")), store.Options{})
	enqueue(t, db, "count", 1, time.Now())
	r := jobs.Start(db, registry(), jobs.Options{Settings: &op.Settings{}})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := r.Settle(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Settle with a job nobody knows: %v", err)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle(t, start(t, db, jobs.Options{Poll: 5 * time.Millisecond}, &op.Job{Kind: "count", Scope: scopeOf(), Run: count}))
	if got := done(t, db); got != 1 {
		t.Errorf("%d jobs done", got)
	}
}
