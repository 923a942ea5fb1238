package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"umbel/internal/ledger"
	"umbel/internal/store"
)

// Opener opens one more replica's engine on one database.
type Opener func(testing.TB) store.Engine

// Run runs the contract. fresh makes an empty database and gives its opener.
func Run(t *testing.T, fresh func(testing.TB) Opener) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Opener)
	}{
		{"Secret", testSecret},
		{"ReadYourWrites", testReadYourWrites},
		{"Reload", testReload},
		{"Rejected", testRejected},
		{"Panic", testPanic},
		{"Cancelled", testCancelled},
		{"Closed", testClosed},
		{"Scope", testScope},
		{"Locators", testLocators},
		{"LocatorContention", testLocatorContention},
		{"HotPartition", testHotPartition},
		{"GaplessChanges", testGaplessChanges},
		{"ConsistentCut", testConsistentCut},
		{"WriteSkew", testWriteSkew},
		{"Linearizable", testLinearizable},
		{"SmallBudget", testSmallBudget},
		{"UnknownOutcome", testUnknownOutcome},
		{"Refused", testRefused},
		{"NewerRecord", testNewerRecord},
		{"Ledger", testLedger},
		{"Trail", testTrail},
		{"Leases", testLeases},
		{"Prune", testPrune},
		{"Check", testCheck},
		{"Reset", testReset},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
	}
}

// Open opens a replica that is closed with the test.
func Open(tb testing.TB, open Opener, opt store.Options) *store.DB {
	tb.Helper()
	return OpenOn(tb, open(tb), opt)
}

// OpenOn is Open on an engine of the caller's.
func OpenOn(tb testing.TB, engine store.Engine, opt store.Options) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), engine, Schema, opt)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return db
}

// noon is the time at which everything happens.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func meta(action string) store.Meta {
	return store.Meta{RequestID: "request-" + action, Actor: "arn:aws:iam::111122223333:user/tester", Action: action, At: noon}
}

func writing(ps ...store.Partition) store.Scope { return store.Scope{Write: ps} }

func reading(ps ...store.Partition) store.Scope { return store.Scope{Read: ps} }

func at(tx store.Tx, p store.Partition) *State { return tx.State(p).(*State) }

// add adds to a counter of a partition.
func add(ctx context.Context, db *store.DB, p store.Partition, name string, n int64) error {
	return db.Update(ctx, meta("test:Add"), writing(p), func(tx store.Tx) error {
		at(tx, p).Add(name, n)
		return nil
	})
}

func mustAdd(t *testing.T, db *store.DB, p store.Partition, name string, n int64) {
	t.Helper()
	if err := add(t.Context(), db, p, name, n); err != nil {
		t.Fatal(err)
	}
}

// value reads a counter of a partition.
func value(t *testing.T, db *store.DB, p store.Partition, name string) (v int64) {
	t.Helper()
	err := db.View(t.Context(), reading(p), func(tx store.Tx) error {
		v = at(tx, p).Value(name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantValue(t *testing.T, db *store.DB, p store.Partition, name string, want int64) {
	t.Helper()
	if got := value(t, db, p, name); got != want {
		t.Errorf("%s %s = %d, want %d", p, name, got, want)
	}
}

// wantClean checks the database through an engine of its own.
func wantClean(t *testing.T, open Opener) store.Report {
	t.Helper()
	engine := open(t)
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	report, err := store.Check(t.Context(), engine, Schema, store.CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		t.Error(d)
	}
	return report
}

// tamper changes the database behind everyone's back.
func tamper(t *testing.T, engine store.Engine, query string, args ...any) {
	t.Helper()
	err := engine.(ledger.Database).Write(t.Context(), func(tx ledger.Tx) error {
		n, err := tx.Exec(t.Context(), query, args...)
		if err == nil && n == 0 {
			err = errors.New("changed nothing")
		}
		return err
	})
	if err != nil {
		t.Fatalf("tamper: %v", err)
	}
}

func testSecret(t *testing.T, open Opener) {
	secrets := make(chan string, 4)
	for range cap(secrets) {
		engine := open(t)
		t.Cleanup(func() { _ = engine.Close() })
		go func() {
			secret, err := engine.Secret(context.Background())
			if err != nil {
				secret = []byte(err.Error())
			}
			secrets <- string(secret)
		}()
	}
	first := <-secrets
	if len(first) != 32 {
		t.Fatalf("a secret of %d bytes: %q", len(first), first)
	}
	for range cap(secrets) - 1 {
		if other := <-secrets; other != first {
			t.Errorf("two replicas have secrets %q and %q", first, other)
		}
	}
	db := Open(t, open, store.Options{})
	if got := string(db.Secret()); got != first {
		t.Errorf("Open gives the secret %q, the engine %q", got, first)
	}
}

func testReadYourWrites(t *testing.T, open Opener) {
	one, two := Open(t, open, store.Options{}), Open(t, open, store.Options{})
	const p = store.Partition("org/a")
	for i := range int64(20) {
		writer, reader := one, two
		if i%2 == 1 {
			writer, reader = two, one
		}
		mustAdd(t, writer, p, "n", 1)
		wantValue(t, reader, p, "n", i+1)
		wantValue(t, writer, p, "n", i+1)
	}
	// What is deleted by one is gone for the other, from its index too.
	err := one.Update(t.Context(), meta("test:Note"), writing(p), func(tx store.Tx) error {
		at(tx, p).Notes.Put(&Note{ID: "1", Topic: "x"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantTopic(t, two, p, "x", 1)
	err = one.Update(t.Context(), meta("test:Note"), writing(p), func(tx store.Tx) error {
		at(tx, p).Notes.Delete("1")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantTopic(t, two, p, "x", 0)
	wantClean(t, open)
}

func wantTopic(t *testing.T, db *store.DB, p store.Partition, topic string, want int) {
	t.Helper()
	err := db.View(t.Context(), reading(p), func(tx store.Tx) error {
		n := 0
		for range at(tx, p).ByTopic.Find(topic) {
			n++
		}
		if n != want {
			t.Errorf("%d notes on %s, want %d", n, topic, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testReload(t *testing.T, open Opener) {
	const p = store.Partition("org/a")
	const rows = 2500 // several chunks
	func() {
		db := Open(t, open, store.Options{})
		err := db.Update(t.Context(), meta("test:Fill"), writing(p), func(tx store.Tx) error {
			for i := range rows {
				at(tx, p).Notes.Put(&Note{ID: fmt.Sprintf("%06d", i), Topic: fmt.Sprint(i % 7), Text: "é\u2028<&>"})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}()
	db := Open(t, open, store.Options{})
	err := db.View(t.Context(), reading(p), func(tx store.Tx) error {
		s := at(tx, p)
		if s.Notes.Len() != rows {
			t.Errorf("%d notes after a reload, want %d", s.Notes.Len(), rows)
		}
		if n, ok := s.Notes.Get("001234"); !ok || n.Text != "é\u2028<&>" || n.Topic != fmt.Sprint(1234%7) {
			t.Errorf("a note after a reload: %+v", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantTopic(t, db, p, "3", (rows+3)/7)
	if r := wantClean(t, open); r.Records != rows || r.Changes != rows || r.Partitions != 1 {
		t.Errorf("report %+v", r)
	}
}

func testScope(t *testing.T, open Opener) {
	db := Open(t, open, store.Options{})
	mustAdd(t, db, "org/a", "n", 1)
	panics := func(what string, fn func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s did not panic", what)
			}
		}()
		fn()
	}
	panics("a view outside of its scope", func() {
		_ = db.View(t.Context(), reading("org/a"), func(tx store.Tx) error { at(tx, "org/b"); return nil })
	})
	panics("an update outside of its scope", func() {
		_ = db.Update(t.Context(), meta("x"), writing("org/a"), func(tx store.Tx) error { at(tx, "org/b"); return nil })
	})
	// A partition named twice, in both roles, counts as written.
	sc := store.Scope{Write: []store.Partition{"org/a", "org/a"}, Read: []store.Partition{"org/a", "iam/1"}}
	err := db.Update(t.Context(), meta("x"), sc, func(tx store.Tx) error { at(tx, "org/a").Add("n", 1); return nil })
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, db, "org/a", "n", 2)
	err = db.View(t.Context(), reading("org/a"), func(tx store.Tx) error {
		return errors.Join(tx.Claim("k", "org/a"), tx.Release("k"), tx.Finish("j"))
	})
	if err == nil {
		t.Error("a view may claim and release")
	}
	if err := db.View(t.Context(), reading("nonsense"), func(store.Tx) error { return nil }); err == nil {
		t.Error("a partition without a schema can be viewed")
	}
	if s, err := db.Peek(t.Context(), "org/a"); err != nil || s.(*State).Value("n") != 2 {
		t.Errorf("Peek: %v, %v", s, err)
	}
}
