package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"umbel/internal/store"
)

func testLocators(t *testing.T, open Opener) {
	db, other := Open(t, open, store.Options{}), Open(t, open, store.Options{})
	update := func(fn func(store.Tx) error) {
		t.Helper()
		if err := db.Update(t.Context(), meta("test:Claim"), writing("org/a", "org/b"), fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx store.Tx) error {
		at(tx, "org/a").Add("n", 1)
		if err := tx.Claim("e/1", "org/a"); err != nil {
			return err
		}
		if p, ok, err := tx.Locate("e/1"); err != nil || !ok || p != "org/a" {
			t.Errorf("Locate after Claim: %s, %t, %v", p, ok, err)
		}
		if err := tx.Claim("e/1", "org/a"); err != nil {
			t.Errorf("claiming one's own: %v", err)
		}
		if err := tx.Claim("e/1", "org/b"); !errors.Is(err, store.ErrTaken) {
			t.Errorf("claiming another's: %v", err)
		}
		return tx.Claim("f/1", "org/a")
	})
	for _, fresh := range []bool{false, true} {
		if p, ok, err := other.Locate(t.Context(), "e/1", fresh); err != nil || !ok || p != "org/a" {
			t.Errorf("Locate (fresh %t): %s, %t, %v", fresh, p, ok, err)
		}
	}
	// A key moves within one update, and what is released is free again.
	update(func(tx store.Tx) error {
		at(tx, "org/b").Add("n", 1)
		return errors.Join(tx.Release("e/1"), tx.Claim("e/1", "org/b"), tx.Release("f/1"), tx.Release("never"))
	})
	if p, ok, err := other.Locate(t.Context(), "e/1", true); err != nil || !ok || p != "org/b" {
		t.Errorf("Locate after the move: %s, %t, %v", p, ok, err)
	}
	if _, ok, err := db.Locate(t.Context(), "f/1", false); err != nil || ok {
		t.Errorf("Locate after the release: %t, %v", ok, err)
	}
	err := db.View(t.Context(), reading("org/a"), func(tx store.Tx) error {
		if p, ok, err := tx.Locate("e/1"); err != nil || !ok || p != "org/b" {
			t.Errorf("Locate in a view: %s, %t, %v", p, ok, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantKeys(t, db, "e/", 1)
	wantKeys(t, db, "", 1)
	wantClean(t, open)
}

// testLocatorContention lets two replicas claim the same keys for different partitions: each key has one winner, and its
// winner's update stands whole.
func testLocatorContention(t *testing.T, open Opener) {
	replicas := []*store.DB{Open(t, open, store.Options{}), Open(t, open, store.Options{})}
	const keys, claimants = 15, 4
	var won [keys]atomic.Int64
	var running sync.WaitGroup
	for c := range claimants {
		db, p := replicas[c%2], store.Partition(fmt.Sprint("org/", c))
		running.Go(func() {
			for k := range keys {
				err := db.Update(context.Background(), meta("test:Claim"), writing(p), func(tx store.Tx) error {
					at(tx, p).Add("won", 1)
					return tx.Claim(fmt.Sprint("k/", k), p)
				})
				switch {
				case err == nil:
					won[k].Add(1)
				case !errors.Is(err, store.ErrTaken):
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	total := int64(0)
	for k := range keys {
		if n := won[k].Load(); n != 1 {
			t.Errorf("key %d has %d winners", k, n)
		}
	}
	for c := range claimants {
		total += value(t, replicas[0], store.Partition(fmt.Sprint("org/", c)), "won")
	}
	if total != keys {
		t.Errorf("%d claims stand, want %d", total, keys)
	}
	wantKeys(t, replicas[0], "k/", keys)
	wantClean(t, open)
}

// testHotPartition counts with several writers on each of two replicas: no update is lost.
func testHotPartition(t *testing.T, open Opener) {
	replicas := []*store.DB{Open(t, open, store.Options{}), Open(t, open, store.Options{})}
	const p = store.Partition("org/hot")
	const writers, each = 8, 25
	var running sync.WaitGroup
	for w := range writers {
		db := replicas[w%2]
		running.Go(func() {
			for range each {
				if err := add(context.Background(), db, p, "n", 1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	for _, db := range replicas {
		wantValue(t, db, p, "n", writers*each)
	}
	if r := wantClean(t, open); r.Changes != writers*each {
		t.Errorf("%d changes, want %d", r.Changes, writers*each)
	}
}

// testGaplessChanges looks at the change rows themselves.
func testGaplessChanges(t *testing.T, open Opener) {
	db := Open(t, open, store.Options{})
	const p = store.Partition("org/a")
	var running sync.WaitGroup
	for i := range 20 {
		running.Go(func() {
			err := db.Update(context.Background(), meta(fmt.Sprint("test:", i)), writing(p, "org/untouched"), func(tx store.Tx) error {
				at(tx, p).Add("n", 1)
				at(tx, p).Notes.Put(&Note{ID: fmt.Sprint(i)})
				at(tx, "org/untouched") // asked for and left alone: no revision
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	engine := open(t)
	defer func() { _ = engine.Close() }()
	err := engine.Read(t.Context(), func(r store.Reader) error {
		heads, err := r.Partitions(t.Context())
		if err != nil || len(heads) != 1 || heads[0] != (store.Head{Partition: p, Rev: 20}) {
			t.Errorf("heads %v, %v", heads, err)
		}
		n := int64(0)
		err = r.Changes(t.Context(), p, 0, func(c store.Change) error {
			rev, seq := n/2+1, int(n%2)
			if c.Rev != rev || c.Seq != seq || c.Actor != meta("").Actor || !c.At.Equal(noon) || c.RequestID != "request-"+c.Action {
				t.Errorf("change %d: %+v", n, c)
			}
			n++
			return nil
		})
		if n != 40 {
			t.Errorf("%d changes", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// testConsistentCut moves an amount between partitions on two replicas, while views on both must always see the same sum,
// and each partition as of one revision.
func testConsistentCut(t *testing.T, open Opener) {
	replicas := []*store.DB{Open(t, open, store.Options{}), Open(t, open, store.Options{Budget: map[string]int64{"iam": 1}})}
	parts := []store.Partition{"iam/1", "iam/2", "org/a"}
	const total = 1000
	mustAdd(t, replicas[0], parts[0], "n", total)
	var movers, viewers sync.WaitGroup
	var over atomic.Bool
	for w := range 4 {
		db, from, to := replicas[w%2], parts[w%3], parts[(w+1)%3]
		movers.Go(func() {
			for range 40 {
				err := db.Update(context.Background(), meta("test:Move"), writing(from, to), func(tx store.Tx) error {
					at(tx, from).Add("n", -1)
					at(tx, to).Add("n", 1)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	views := [2]int{}
	for i, db := range replicas {
		viewers.Go(func() {
			for !over.Load() {
				err := db.View(context.Background(), reading(parts...), func(tx store.Tx) error {
					sum := int64(0)
					for _, p := range parts {
						sum += at(tx, p).Value("n")
					}
					if sum != total {
						return fmt.Errorf("a view sees %d in all, want %d", sum, total)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				views[i]++
			}
		})
	}
	movers.Wait()
	over.Store(true)
	viewers.Wait()
	t.Logf("%v views", views)
	wantClean(t, open)
}

// testWriteSkew lets two updates each read the other's partition and write their own if the other's is empty: what is
// read must not change before the commit, so at most one of a pair may write.
func testWriteSkew(t *testing.T, open Opener) {
	replicas := []*store.DB{Open(t, open, store.Options{}), Open(t, open, store.Options{})}
	for round := range 10 {
		a, b := store.Partition(fmt.Sprint("iam/", round)), store.Partition(fmt.Sprint("org/", round))
		var running sync.WaitGroup
		for i, pair := range [][2]store.Partition{{a, b}, {b, a}} {
			running.Go(func() {
				own, other := pair[0], pair[1]
				sc := store.Scope{Write: []store.Partition{own}, Read: []store.Partition{other}}
				err := replicas[i].Update(context.Background(), meta("test:Skew"), sc, func(tx store.Tx) error {
					if at(tx, other).Value("n") == 0 {
						at(tx, own).Add("n", 1)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		if sum := value(t, replicas[0], a, "n") + value(t, replicas[1], b, "n"); sum != 1 {
			t.Fatalf("round %d: %d of the two wrote", round, sum)
		}
	}
	wantClean(t, open)
}
