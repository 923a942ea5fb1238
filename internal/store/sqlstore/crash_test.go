package sqlstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"umbel/internal/ledger"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
	"umbel/internal/store/storetest"
	"umbel/internal/store/storetest/crash"
	"umbel/internal/store/storetest/pgtest"
)

// The child of the crash tests finds its database and its round here.
const (
	childDatabase = "UMBEL_CRASH_DATABASE"
	childRound    = "UMBEL_CRASH_ROUND"
)

const crashAccount = "111122223333"

var crashPartitions = []store.Partition{"iam/1", "iam/2", "org/a", "org/b"}

func TestSQLiteCrash(t *testing.T) { testCrash(t, filepath.Join(t.TempDir(), "umbel.db")) }

func TestPostgresCrash(t *testing.T) { testCrash(t, pgtest.Start(t)) }

// testCrash kills a writing process again and again. Every update it acknowledged must be whole in the database, every
// other one whole or not at all, and the check clean.
func testCrash(t *testing.T, database string) {
	acked := 0
	for round := range crash.Count(t) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDatabase+"="+database, fmt.Sprintf("%s=%d", childRound, round))
		cmd.Stderr = os.Stderr
		lines := crash.Kill(t, cmd, time.Duration(20+rand.IntN(130))*time.Millisecond)
		acked += len(lines)
		verifyCrash(t, database, lines)
		if t.Failed() {
			t.Fatalf("in round %d, after %d acknowledged updates", round, acked)
		}
	}
	t.Logf("%d updates were acknowledged", acked)
}

// TestMain makes this binary also the process that is killed.
func TestMain(m *testing.M) {
	if database := os.Getenv(childDatabase); database != "" {
		fmt.Fprintln(os.Stderr, "crash test: the child ended:", crashChild(database))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// crashChild writes until it is killed.
func crashChild(database string) error {
	ctx := context.Background()
	engine, err := sqlstore.Open(ctx, database)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, engine, storetest.Schema, store.Options{})
	if err != nil {
		return err
	}
	failed := make(chan error, 8)
	for w := range cap(failed) {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%s-%d-%d", os.Getenv(childRound), w, i)
				err := crashUpdate(db, id)
				if err == nil {
					_, err = os.Stdout.WriteString(id + "\n") // one system call: the line is there whole or not
				}
				if err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

// crashUpdate leaves a trace of id everywhere a commit can write: two partitions, a locator, an event and a job.
func crashUpdate(db *store.DB, id string) error {
	from := rand.IntN(len(crashPartitions))
	p, q := crashPartitions[from], crashPartitions[(from+1)%len(crashPartitions)]
	m := store.Meta{RequestID: id, Actor: "tester", Action: "test:Crash", At: time.Now()}
	return db.Update(context.Background(), m, store.Scope{Write: []store.Partition{p, q}}, func(tx store.Tx) error {
		for _, part := range []store.Partition{p, q} {
			s := tx.State(part).(*storetest.State)
			s.Notes.Put(&storetest.Note{ID: id, Topic: id[:1]})
			s.Add("n", 1)
		}
		tx.Enqueue(ledger.Job{ID: id, Kind: "test", Body: []byte("{}"), Due: m.At})
		tx.Record(ledger.Event{Account: crashAccount, Time: m.At, ID: id, Body: []byte("{}")})
		return tx.Claim("k/"+id, p)
	})
}

// traces counts where each ID has left its traces.
type traces map[string]map[string]int

func (tr traces) add(id, where string) {
	if tr[id] == nil {
		tr[id] = map[string]int{}
	}
	tr[id][where]++
}

func verifyCrash(t *testing.T, database string, acked []string) {
	t.Helper()
	engine, err := sqlstore.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	found := traces{}
	collect(t, engine, found)
	for id, at := range found {
		if at["note"] != 2 || at["locator"] != 1 || at["event"] != 1 || at["job"] != 1 {
			t.Errorf("update %s is half there: %v", id, at)
		}
	}
	for _, id := range acked {
		if found[id] == nil {
			t.Errorf("update %s was acknowledged and is gone", id)
		}
	}
	report, err := store.Check(t.Context(), engine, storetest.Schema, store.CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		t.Error(d)
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
}

// collect finds all traces, and the counters that must tell the number of notes.
func collect(t *testing.T, engine store.Engine, found traces) {
	t.Helper()
	db, err := store.Open(t.Context(), unclosed{engine}, storetest.Schema, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(t.Context(), store.Scope{Read: crashPartitions}, func(tx store.Tx) error {
		for _, p := range crashPartitions {
			s := tx.State(p).(*storetest.State)
			for id := range s.Notes.All() {
				found.add(id, "note")
			}
			if n := s.Value("n"); n != int64(s.Notes.Len()) {
				t.Errorf("%s counts %d updates and has the notes of %d", p, n, s.Notes.Len())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := db.Keys(t.Context(), "k/")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		found.add(k.Key[2:], "locator")
	}
	events, _, err := db.Ledger().Lookup(t.Context(), ledger.Query{Account: crashAccount, Limit: 10_000_000})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		found.add(e.ID, "event")
	}
	rows, err := engine.(ledger.Database).Query(t.Context(), "SELECT id FROM jobs")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		found.add(id, "job")
	}
}

// unclosed keeps an engine open when the store on it is closed.
type unclosed struct{ store.Engine }

func (unclosed) Close() error { return nil }
