package storetest

import (
	"fmt"
	"strings"
	"testing"

	"umbel/internal/ledger"
	"umbel/internal/store"
)

// testSmallBudget keeps hardly anything in memory.
func testSmallBudget(t *testing.T, open Opener) {
	db := Open(t, open, store.Options{Budget: map[string]int64{"iam": 20 << 10}})
	const partitions = 40
	for round := range int64(3) {
		for i := range partitions {
			mustAdd(t, db, store.Partition(fmt.Sprint("iam/", i)), "n", 1)
		}
		for i := range partitions {
			wantValue(t, db, store.Partition(fmt.Sprint("iam/", i)), "n", round+1)
		}
	}
	// Many of them in one view, more than the budget holds.
	var all []store.Partition
	for i := range partitions {
		all = append(all, store.Partition(fmt.Sprint("iam/", i)))
	}
	err := db.View(t.Context(), reading(all...), func(tx store.Tx) error {
		for _, p := range all {
			if v := at(tx, p).Value("n"); v != 3 {
				t.Errorf("%s has %d", p, v)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantClean(t, open)
}

// testCheck damages the database in every way that Check looks for.
func testCheck(t *testing.T, open Opener) {
	engine := open(t)
	db := OpenOn(t, engine, store.Options{})
	const p, q = store.Partition("org/a"), store.Partition("org/b")
	err := db.Update(t.Context(), meta("test:Fill"), writing(p, q), func(tx store.Tx) error {
		for _, part := range []store.Partition{p, q} {
			for _, name := range []string{"one", "two", "three"} {
				at(tx, part).Add(name, 1)
			}
		}
		return tx.Claim("k/1", p)
	})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, db, p, "one", 1)
	mustAdd(t, db, p, "one", 1)
	expect := store.CheckOptions{Locators: func(part store.Partition, s store.State) []string {
		if part == p {
			return []string{"k/1"}
		}
		return nil
	}}
	check := func(want ...string) {
		t.Helper()
		r, err := store.Check(t.Context(), engine, Schema, expect)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, d := range r.Differences {
			lines = append(lines, d.String())
		}
		found := strings.Join(lines, "\n")
		for _, w := range want {
			if !strings.Contains(found, w) {
				t.Errorf("Check does not tell %q, but\n%s", w, found)
			}
		}
		if r.Clean() != (len(want) == 0) {
			t.Errorf("Check finds\n%s", found)
		}
	}
	check()
	tamper(t, engine, "UPDATE records SET body = '{\"Name\":\"two\",\"Value\":7}' WHERE part = 'org/b' AND id = 'two'")
	check("org/b: counter two: the record and its last change differ", "org/b: counter two: memory from records and memory from changes differ")
	tamper(t, engine, "UPDATE records SET body = '{\"Name\":\"two\",\"Value\":1}' WHERE part = 'org/b' AND id = 'two'")
	check()
	tamper(t, engine, "DELETE FROM records WHERE part = 'org/b' AND id = 'three'")
	check("org/b: counter three: the changes have it, the records do not")
	tamper(t, engine, "INSERT INTO records(part, kind, id, rev, v, body) VALUES ('org/b', 'counter', 'three', 2, 1, '{\"Name\":\"three\",\"Value\":1}')")
	check("org/b: counter three: the record is of revision 2, version 1; its last change of 1, 1")
	tamper(t, engine, "UPDATE records SET rev = 1 WHERE part = 'org/b'")
	check()
	tamper(t, engine, "INSERT INTO records(part, kind, id, rev, v, body) VALUES ('org/b', 'counter', 'four', 1, 1, '{\"Name\":\"5\"}')")
	check("org/b: counter four: the records have it, the changes do not", `body carries ID "5"`)
	tamper(t, engine, "DELETE FROM records WHERE id = 'four'")
	tamper(t, engine, "UPDATE partitions SET rev = 9 WHERE id = 'org/b'")
	check("org/b: the head is at revision 9 and the last change at 1")
	tamper(t, engine, "UPDATE partitions SET rev = 1 WHERE id = 'org/b'")
	tamper(t, engine, "UPDATE locators SET part = 'org/b' WHERE key = 'k/1'")
	check(`org/a: the locator "k/1" points to org/b instead`)
	tamper(t, engine, "UPDATE locators SET part = 'org/c', key = 'k/2'")
	check(`org/c: the locator "k/2" points to this partition, which does not exist`, `org/a: the locator "k/1" is missing`)
	tamper(t, engine, "UPDATE locators SET part = 'org/a', key = 'k/1'")
	check()
	tamper(t, engine, "DELETE FROM changes WHERE part = 'org/a' AND rev = 2")
	check("org/a: after revision 1 comes revision 3")
	tamper(t, engine, "DELETE FROM changes WHERE part = 'org/b' AND seq = 1")
	check("org/b: in revision 1 the change 1 is number 2")
}

func testReset(t *testing.T, open Opener) {
	db := Open(t, open, store.Options{})
	const p = store.Partition("org/a")
	for range 3 {
		err := db.Update(t.Context(), meta("test:Fill"), writing(p), func(tx store.Tx) error {
			at(tx, p).Add("n", 1)
			tx.Enqueue(ledger.Job{ID: "j", Kind: "test", Body: []byte("{}"), Due: noon})
			tx.Record(ledger.Event{Account: "111122223333", Time: noon, ID: "e", Body: []byte("{}")})
			return tx.Claim("k/1", p)
		})
		if err != nil {
			t.Fatal(err)
		}
		secret := string(db.Secret())
		if err := db.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantValue(t, db, p, "n", 0)
		wantKeys(t, db, "", 0)
		if _, ok, err := db.Locate(t.Context(), "k/1", false); ok || err != nil {
			t.Errorf("a key is there after a reset: %t, %v", ok, err)
		}
		if n, err := db.Ledger().Jobs(t.Context()); n != 0 || err != nil {
			t.Errorf("%d jobs after a reset (%v)", n, err)
		}
		if got := string(db.Secret()); got != secret {
			t.Error("the secret is another one after a reset")
		}
		if r := wantClean(t, open); r.Records != 0 || r.Changes != 0 {
			t.Errorf("report after a reset: %+v", r)
		}
	}
}
