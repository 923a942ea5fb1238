package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"umbel/internal/fault"
	"umbel/internal/store"
)

// Faulty is an engine that fails as it is told. The zero faults make it the engine it wraps.
type Faulty struct {
	store.Engine
	// BeforeCommit and AfterCommit, if not nil, give the error with which the next commit fails, before it was made or
	// when it was made already.
	BeforeCommit, AfterCommit atomic.Pointer[error]
	// Refuse, if not nil, tells which batches the database refuses.
	Refuse atomic.Pointer[func(*store.Batch) error]
}

// Begin implements store.Engine.
func (f *Faulty) Begin(ctx context.Context, write, read []store.Partition) (store.Writer, error) {
	w, err := f.Engine.Begin(ctx, write, read)
	if err != nil {
		return nil, err
	}
	return &faultyWriter{Writer: w, f: f}, nil
}

type faultyWriter struct {
	store.Writer
	f *Faulty
}

func (w *faultyWriter) Write(ctx context.Context, b *store.Batch) error {
	if refuse := w.f.Refuse.Load(); refuse != nil {
		if err := (*refuse)(b); err != nil {
			return err
		}
	}
	return w.Writer.Write(ctx, b)
}

func (w *faultyWriter) Commit(ctx context.Context) error {
	if err := w.f.BeforeCommit.Swap(nil); err != nil {
		w.Writer.Rollback()
		return *err
	}
	if err := w.Writer.Commit(ctx); err != nil {
		return err
	}
	if err := w.f.AfterCommit.Swap(nil); err != nil {
		return *err
	}
	return nil
}

// testUnknownOutcome breaks commits in a way that leaves open whether they happened: the caller is told so, and what the
// store says afterwards is what the database says.
func testUnknownOutcome(t *testing.T, open Opener) {
	broken := errors.New("connection lost")
	f := &Faulty{Engine: open(t)}
	db := OpenOn(t, f, store.Options{})
	const p = store.Partition("org/a")
	mustAdd(t, db, p, "n", 1)
	claim := func(key string) error {
		return db.Update(t.Context(), meta("test:Claim"), writing(p), func(tx store.Tx) error {
			at(tx, p).Add("n", 1)
			return tx.Claim(key, p)
		})
	}
	f.AfterCommit.Store(&broken)
	if err := claim("k/1"); !errors.Is(err, store.ErrUnknownOutcome) || !errors.Is(err, broken) || !fault.Is(err, fault.Unavailable) {
		t.Errorf("a commit that happened and failed: %v", err)
	}
	wantValue(t, db, p, "n", 2)
	f.BeforeCommit.Store(&broken)
	if err := claim("k/2"); !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("a commit that did not happen: %v", err)
	}
	wantValue(t, db, p, "n", 2)
	wantKeys(t, db, "k/", 1)
	if _, ok, err := db.Locate(t.Context(), "k/2", false); ok || err != nil {
		t.Errorf("a claim that did not happen: %t, %v", ok, err)
	}
	mustAdd(t, db, p, "n", 1)
	wantValue(t, db, p, "n", 3)
	wantClean(t, open)
}

// testRefused has the database refuse what one update writes: that one fails, those beside it do not.
func testRefused(t *testing.T, open Opener) {
	refused := errors.New("the database does not like this")
	poison := func(b *store.Batch) error {
		if slices.ContainsFunc(b.Records, func(r store.BatchRecord) bool { return r.ID == "poison" }) {
			return refused
		}
		return nil
	}
	f := &Faulty{Engine: open(t)}
	f.Refuse.Store(&poison)
	db := OpenOn(t, f, store.Options{})
	const p = store.Partition("org/a")
	var running sync.WaitGroup
	for range 10 {
		running.Go(func() {
			if err := add(context.Background(), db, p, "n", 1); err != nil {
				t.Error(err)
			}
		})
		running.Go(func() {
			if err := add(context.Background(), db, p, "poison", 1); !errors.Is(err, refused) || !fault.Is(err, fault.Unavailable) {
				t.Errorf("the refused update: %v", err)
			}
		})
	}
	running.Wait()
	wantValue(t, db, p, "n", 10)
	wantValue(t, db, p, "poison", 0)
	wantClean(t, open)
}

// testNewerRecord has a newer Umbel write a record beside an older one: the older reads on, and changes everything but that.
func testNewerRecord(t *testing.T, open Opener) {
	older, newer := Open(t, open, store.Options{}), Open(t, open, store.Options{Version: store.RecordVersion + 1})
	const p = store.Partition("org/a")
	mustAdd(t, older, p, "old", 1)
	mustAdd(t, older, p, "new", 1)
	mustAdd(t, newer, p, "new", 1)
	late := Open(t, open, store.Options{}) // learns of it by loading, not by catching up
	for _, db := range []*store.DB{older, late} {
		wantValue(t, db, p, "new", 2)
		if err := add(t.Context(), db, p, "new", 1); !errors.Is(err, store.ErrNewer) {
			t.Errorf("changing a newer record: %v", err)
		}
		err := db.Update(t.Context(), meta("test:Delete"), writing(p), func(tx store.Tx) error {
			at(tx, p).Counters.Delete("new")
			return nil
		})
		if !errors.Is(err, store.ErrNewer) {
			t.Errorf("deleting a newer record: %v", err)
		}
		mustAdd(t, db, p, "old", 1)
	}
	wantValue(t, newer, p, "old", 3)
	wantValue(t, newer, p, "new", 2)
	// The newer one deletes it, and it is anybody's again.
	err := newer.Update(t.Context(), meta("test:Delete"), writing(p), func(tx store.Tx) error {
		at(tx, p).Counters.Delete("new")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, older, p, "new", 5)
	wantValue(t, late, p, "new", 5)
	wantClean(t, open)
}
