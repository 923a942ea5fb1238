package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"umbel/internal/fault"
	"umbel/internal/ledger"
	"umbel/internal/store"
)

var errRejected = errors.New("rejected by the function")

// testRejected mixes functions that fail with functions that do not, so that they share transactions: of those that fail
// nothing may be left, of the others everything.
func testRejected(t *testing.T, open Opener) {
	db := Open(t, open, store.Options{})
	const p = store.Partition("org/a")
	const each = 60
	var running sync.WaitGroup
	for i := range each {
		running.Go(func() {
			err := db.Update(context.Background(), meta("test:Good"), writing(p), func(tx store.Tx) error {
				at(tx, p).Add("good", 1)
				tx.Enqueue(ledger.Job{ID: fmt.Sprint("good-", i), Kind: "test", Body: []byte("{}"), Due: noon})
				tx.Record(ledger.Event{Account: "111122223333", Time: noon, ID: fmt.Sprint("good-", i), Name: "Good", Body: []byte("{}")})
				return tx.Claim(fmt.Sprint("good/", i), p)
			})
			if err != nil {
				t.Error(err)
			}
		})
		running.Go(func() {
			err := db.Update(context.Background(), meta("test:Bad"), writing(p), func(tx store.Tx) error {
				at(tx, p).Add("bad", 1)
				at(tx, p).Notes.Put(&Note{ID: fmt.Sprint(i), Topic: "bad"})
				tx.Enqueue(ledger.Job{ID: fmt.Sprint("bad-", i), Kind: "test", Body: []byte("{}"), Due: noon})
				tx.Record(ledger.Event{Account: "111122223333", Time: noon, ID: fmt.Sprint("bad-", i), Name: "Bad", Body: []byte("{}")})
				if err := tx.Claim(fmt.Sprint("bad/", i), p); err != nil {
					t.Error(err)
				}
				return errRejected
			})
			if err != errRejected {
				t.Errorf("the function's error came back as %v", err)
			}
		})
	}
	running.Wait()
	wantValue(t, db, p, "good", each)
	wantValue(t, db, p, "bad", 0)
	wantTopic(t, db, p, "bad", 0)
	wantKeys(t, db, "good/", each)
	wantKeys(t, db, "bad/", 0)
	if n, err := db.Ledger().Jobs(t.Context()); err != nil || n != each {
		t.Errorf("%d jobs, want %d (%v)", n, each, err)
	}
	for name, want := range map[string]int{"Good": each, "Bad": 0} {
		events, _, err := db.Ledger().Lookup(t.Context(), ledger.Query{Account: "111122223333", Name: name, Limit: 10 * each})
		if err != nil || len(events) != want {
			t.Errorf("%d events %s, want %d (%v)", len(events), name, want, err)
		}
	}
	wantClean(t, open)
}

func wantKeys(t *testing.T, db *store.DB, prefix string, want int) {
	t.Helper()
	keys, err := db.Keys(t.Context(), prefix)
	if err != nil || len(keys) != want {
		t.Errorf("%d keys begin with %q, want %d (%v)", len(keys), prefix, want, err)
	}
}

// testPanic lets functions panic, and leave by Goexit as a test's FailNow does: both are their caller's matter alone.
func testPanic(t *testing.T, open Opener) {
	db := Open(t, open, store.Options{})
	const p = store.Partition("org/a")
	const each = 30
	var running sync.WaitGroup
	var mu sync.Mutex
	panics := 0
	for range each {
		running.Go(func() {
			if err := add(context.Background(), db, p, "n", 1); err != nil {
				t.Error(err)
			}
		})
		running.Go(func() {
			defer func() {
				mu.Lock()
				defer mu.Unlock()
				if recover() == "of the function" {
					panics++
				}
			}()
			_ = db.Update(context.Background(), meta("test:Panic"), writing(p), func(tx store.Tx) error {
				at(tx, p).Add("panicked", 1)
				panic("of the function")
			})
		})
		running.Go(func() {
			_ = db.Update(context.Background(), meta("test:Goexit"), writing(p), func(tx store.Tx) error {
				at(tx, p).Add("panicked", 1)
				runtime.Goexit()
				return nil
			})
		})
	}
	running.Wait()
	if panics != each {
		t.Errorf("%d panics reached their caller, want %d", panics, each)
	}
	wantValue(t, db, p, "n", each)
	wantValue(t, db, p, "panicked", 0)
	wantClean(t, open)
}

// testCancelled ends callers' contexts while they wait behind another update, and while their own function runs.
func testCancelled(t *testing.T, open Opener) {
	db := Open(t, open, store.Options{})
	const p = store.Partition("org/a")
	ended, end := context.WithCancel(t.Context())
	end()
	if err := add(ended, db, p, "n", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Update with an ended context: %v", err)
	}
	if err := db.View(ended, reading(p), func(store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("View with an ended context: %v", err)
	}

	entered, leave := make(chan struct{}), make(chan struct{})
	holder := make(chan error, 1)
	go func() {
		holder <- db.Update(context.Background(), meta("test:Hold"), writing(p), func(tx store.Tx) error {
			close(entered)
			<-leave
			at(tx, p).Add("n", 10)
			return nil
		})
	}()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	behind := make(chan error, 1)
	go func() { behind <- add(ctx, db, p, "n", 100) }()
	cancel()
	if err := <-behind; !errors.Is(err, context.Canceled) {
		t.Errorf("an update that waits when its context ends: %v", err)
	}
	close(leave)
	if err := <-holder; err != nil {
		t.Error(err)
	}
	// Once the function has run there is an outcome, and it is told.
	ctx, cancel = context.WithCancel(t.Context())
	err := db.Update(ctx, meta("test:Late"), writing(p), func(tx store.Tx) error {
		cancel()
		at(tx, p).Add("n", 1000)
		return nil
	})
	if err != nil {
		t.Errorf("an update whose context ends while it runs: %v", err)
	}
	wantValue(t, db, p, "n", 1010)
	wantClean(t, open)
}

func testClosed(t *testing.T, open Opener) {
	engine := open(t)
	db, err := store.Open(t.Context(), engine, Schema, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, db, "org/a", "n", 1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := add(t.Context(), db, "org/a", "n", 1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Update after Close: %v", err)
	}
	err = db.View(t.Context(), reading("org/a"), func(store.Tx) error { return nil })
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("View after Close: %v", err)
	}
}
