package sqlstore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"umbel/internal/ledger"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
	"umbel/internal/store/storetest"
)

// fill writes rows into a partition, a thousand a time.
func fill(tb testing.TB, db *store.DB, p store.Partition, rows int) {
	tb.Helper()
	for from := 0; from < rows; from += 1000 {
		err := db.Update(tb.Context(), store.Meta{At: time.Now()}, store.Scope{Write: []store.Partition{p}}, func(tx store.Tx) error {
			s := tx.State(p).(*storetest.State)
			for i := from; i < min(from+1000, rows); i++ {
				s.Notes.Put(&storetest.Note{ID: fmt.Sprintf("%012d", i), Topic: fmt.Sprint("ou-", i%50), Text: fmt.Sprintf("account-%d@example.com ACTIVE CREATED 2026-11-21T12:00:00Z", i)})
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkSQLiteLoad opens a store and has a partition of 40,000 records, an organization of 10,000 accounts, in memory.
func BenchmarkSQLiteLoad(b *testing.B) {
	path := filepath.Join(b.TempDir(), "umbel.db")
	const p = store.Partition("org/a")
	const rows = 40_000
	fill(b, openSQLite(b, path), p, rows)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		db := openSQLite(b, path)
		s, err := db.Peek(b.Context(), p)
		if err != nil || s.(*storetest.State).Notes.Len() != rows {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(db)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/rows, "B/record")
}

// BenchmarkSQLiteAppend appends read events in batches of 256.
func BenchmarkSQLiteAppend(b *testing.B) {
	l := openSQLite(b, filepath.Join(b.TempDir(), "umbel.db")).Ledger()
	batch := make([]ledger.Event, 256)
	body := make([]byte, 1200)
	for i := range batch {
		batch[i] = ledger.Event{Account: fmt.Sprint(111122223333 + i%10), Time: time.Now(), ID: fmt.Sprintf("e-%032d", i), Name: "DescribeOrganization",
			Source: "organizations.amazonaws.com", ReadOnly: true, Username: "administrator", AccessKeyID: "AKIAIOSFODNN7EXAMPLE", Body: body}
	}
	for b.Loop() {
		if err := l.Append(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(batch))/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkSQLiteReset brings back the empty store after a little work, as a test suite does.
func BenchmarkSQLiteReset(b *testing.B) {
	db := openSQLite(b, filepath.Join(b.TempDir(), "umbel.db"))
	for b.Loop() {
		b.StopTimer()
		fill(b, db, "org/a", 200)
		b.StartTimer()
		if err := db.Reset(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestReadOnly opens a database beside its server, and when none runs; it refuses tables of another version.
func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "umbel.db")
	if _, err := sqlstore.OpenReadOnly(t.Context(), path); err == nil {
		t.Error("a file that is not there was opened for reading")
	}
	check := func() {
		t.Helper()
		e, err := sqlstore.OpenReadOnly(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		r, err := store.Check(t.Context(), e, storetest.Schema, store.CheckOptions{})
		if err != nil || !r.Clean() || r.Records != 10 {
			t.Errorf("report %+v (%v)", r, err)
		}
		if _, err := e.Begin(t.Context(), nil, nil); err == nil {
			t.Error("a read-only engine began to write")
		}
		if err := e.Reset(t.Context()); err == nil {
			t.Error("a read-only engine was reset")
		}
	}
	e, err := sqlstore.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), e, storetest.Schema, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, db, "org/a", 10)
	check()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	check()
	newer(t, path)
}

// newer writes a schema version from the future, which must be refused by everyone.
func newer(t *testing.T, path string) {
	t.Helper()
	e, err := sqlstore.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	err = e.Write(t.Context(), func(tx ledger.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE meta SET value = '999' WHERE key = 'schema'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlstore.OpenSQLite(t.Context(), path); err == nil {
		t.Error("tables of a newer version were opened")
	}
	if _, err := sqlstore.OpenReadOnly(t.Context(), path); err == nil {
		t.Error("tables of a newer version were opened for reading")
	}
}
