package sqlstore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"umbel/internal/ledger"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
	"umbel/internal/store/storetest"
)

func openSQLite(tb testing.TB, path string) *store.DB {
	tb.Helper()
	e, err := sqlstore.OpenSQLite(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	db, err := store.Open(tb.Context(), e, storetest.Schema, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func BenchmarkSQLiteUpdate(b *testing.B) {
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			db := openSQLite(b, filepath.Join(b.TempDir(), "umbel.db"))
			p := store.Partition("org/a")
			body := make([]byte, 900)
			var n atomic.Int64
			b.SetParallelism((callers + 1) / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					err := db.Update(context.Background(), store.Meta{RequestID: "4b1d1f5c-4a0f-4f3e-8d0a-0123456789ab", Actor: "arn:aws:iam::123456789012:user/a", Action: "x:Y", At: time.Now()},
						store.Scope{Write: []store.Partition{p}, Read: []store.Partition{"iam/1"}}, func(tx store.Tx) error {
							s := tx.State(p).(*storetest.State)
							s.Add(fmt.Sprint("n", i%1000), 1)
							s.Notes.Put(&storetest.Note{ID: fmt.Sprint("n", i), Topic: "t", Text: "some text of the usual length of an attachment or so"})
							tx.Record(ledger.Event{Account: "123456789012", Time: time.Now(), ID: fmt.Sprint(i), Name: "X", Body: body})
							return nil
						})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
		})
	}
}

func BenchmarkSQLiteView(b *testing.B) {
	db := openSQLite(b, filepath.Join(b.TempDir(), "umbel.db"))
	parts := []store.Partition{"iam/1", "org/a"}
	for _, p := range parts {
		err := db.Update(b.Context(), store.Meta{At: time.Now()}, store.Scope{Write: []store.Partition{p}}, func(tx store.Tx) error {
			tx.State(p).(*storetest.State).Add("n", 1)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := db.View(context.Background(), store.Scope{Read: parts}, func(tx store.Tx) error { tx.State("org/a"); return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
