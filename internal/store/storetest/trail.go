package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/ledger"
	"umbel/internal/store"
)

// testLedger puts jobs and events with a commit, and finishes the jobs on two replicas at once: each is finished once.
func testLedger(t *testing.T, open Opener) {
	replicas := []*store.DB{Open(t, open, store.Options{}), Open(t, open, store.Options{})}
	const p = store.Partition("org/a")
	const jobs = 20
	err := replicas[0].Update(t.Context(), meta("test:Enqueue"), writing(p), func(tx store.Tx) error {
		for i := range jobs {
			tx.Enqueue(ledger.Job{ID: fmt.Sprint("j", i), Kind: "test", Body: []byte(`{"a":1}`), Due: noon})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	var late atomic.Int64
	for _, db := range replicas {
		running.Go(func() {
			for i := range jobs {
				err := db.Update(context.Background(), meta("test:Finish"), writing(p), func(tx store.Tx) error {
					if err := tx.Finish(fmt.Sprint("j", i)); err != nil {
						return err
					}
					at(tx, p).Add("done", 1)
					return nil
				})
				if errors.Is(err, store.ErrFinished) {
					late.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	wantValue(t, replicas[1], p, "done", jobs)
	if late.Load() != jobs {
		t.Errorf("%d times a job was finished already, want %d", late.Load(), jobs)
	}
	if n, err := replicas[0].Ledger().Jobs(t.Context()); n != 0 || err != nil {
		t.Errorf("%d jobs are left (%v)", n, err)
	}
	wantClean(t, open)
}

// trail fills an account's trail with events a second apart, and some of another account between them.
func trail(t *testing.T, l *ledger.Ledger, n int) []ledger.Event {
	t.Helper()
	var events []ledger.Event
	for i := range n {
		events = append(events, ledger.Event{
			Account: "111122223333", Time: noon.Add(time.Duration(i/2) * time.Second), ID: fmt.Sprint("e", i),
			Name: []string{"CreateUser", "ListUsers"}[i%2], Source: "iam.amazonaws.com", ReadOnly: i%2 == 1,
			Username: fmt.Sprint("user", i%3), AccessKeyID: fmt.Sprint("AKIA", i%5), Body: fmt.Appendf(nil, `{"i":%d}`, i),
			Resources: []ledger.Resource{{Type: "AWS::IAM::User", Name: fmt.Sprint("u_", i%4)}, {Type: "AWS::IAM::Account", Name: "50%"}},
		})
	}
	for _, batch := range [][]ledger.Event{events[:n/2], {{Account: "999988887777", Time: noon, ID: "x", Body: []byte("{}")}}, events[n/2:]} {
		if err := l.Append(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	return events
}

func testTrail(t *testing.T, open Opener) {
	l := Open(t, open, store.Options{}).Ledger()
	const account = "111122223333"
	events := trail(t, l, 200)
	yes := true
	for _, c := range []struct {
		name  string
		q     ledger.Query
		match func(i int) bool
	}{
		{"all", ledger.Query{}, func(int) bool { return true }},
		{"from, to", ledger.Query{From: noon.Add(5 * time.Second), To: noon.Add(20 * time.Second)}, func(i int) bool { return i >= 10 && i < 42 }},
		{"name", ledger.Query{Name: "ListUsers"}, func(i int) bool { return i%2 == 1 }},
		{"read only", ledger.Query{ReadOnly: &yes}, func(i int) bool { return i%2 == 1 }},
		{"ID", ledger.Query{EventID: "e17"}, func(i int) bool { return i == 17 }},
		{"user", ledger.Query{Username: "user2"}, func(i int) bool { return i%3 == 2 }},
		{"key", ledger.Query{AccessKeyID: "AKIA4"}, func(i int) bool { return i%5 == 4 }},
		{"source", ledger.Query{Source: "sts.amazonaws.com"}, func(int) bool { return false }},
		{"resource name", ledger.Query{ResourceName: "u_3"}, func(i int) bool { return i%4 == 3 }},
		{"resource name in other letters", ledger.Query{ResourceName: "U_3"}, func(int) bool { return false }},
		{"resource name as a pattern", ledger.Query{ResourceName: "u%"}, func(int) bool { return false }},
		{"resource name with a pattern's sign", ledger.Query{ResourceName: "50%"}, func(int) bool { return true }},
		{"resource type", ledger.Query{ResourceType: "AWS::IAM::User"}, func(int) bool { return true }},
		{"part of a type", ledger.Query{ResourceType: "AWS::IAM"}, func(int) bool { return false }},
		{"both", ledger.Query{ResourceType: "AWS::IAM::User", ResourceName: "u_1", Username: "user0"}, func(i int) bool { return i%4 == 1 && i%3 == 0 }},
	} {
		var want []ledger.Event
		for i := len(events) - 1; i >= 0; i-- {
			if c.match(i) {
				want = append(want, events[i])
			}
		}
		c.q.Account, c.q.Limit = account, 17
		var got []ledger.Event
		for {
			page, next, err := l.Lookup(t.Context(), c.q)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if got = append(got, page...); next == "" {
				break
			}
			if len(page) != c.q.Limit {
				t.Fatalf("%s: a page of %d events is not the last", c.name, len(page))
			}
			c.q.After = next
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if _, _, err := l.Lookup(t.Context(), ledger.Query{Account: account, Limit: 1, After: "nowhere"}); err == nil {
		t.Error("a place that no lookup gave is taken")
	}
}

func testPrune(t *testing.T, open Opener) {
	l := Open(t, open, store.Options{}).Ledger()
	trail(t, l, 200)
	n, err := l.Prune(t.Context(), noon.Add(50*time.Second))
	if err != nil || n != 101 { // 100 of the account and the one of the other
		t.Errorf("%d events pruned, want 101 (%v)", n, err)
	}
	left, _, err := l.Lookup(t.Context(), ledger.Query{Account: "111122223333", Limit: 1000})
	if err != nil || len(left) != 100 || !left[99].Time.Equal(noon.Add(50*time.Second)) {
		t.Errorf("%d events left (%v)", len(left), err)
	}
}

// testLeases hands jobs out to two owners.
func testLeases(t *testing.T, open Opener) {
	db := Open(t, open, store.Options{})
	l := db.Ledger()
	const p = store.Partition("org/a")
	err := db.Update(t.Context(), meta("test:Enqueue"), writing(p), func(tx store.Tx) error {
		for i := range 4 {
			tx.Enqueue(ledger.Job{ID: fmt.Sprint("j", i), Kind: "test", Body: []byte(`{"a":1}`), Due: noon.Add(time.Duration(i) * time.Minute)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	take := func(owner string, now time.Time, want ...string) {
		t.Helper()
		jobs, err := l.Take(t.Context(), ledger.Lease{Owner: owner, Until: now.Add(10 * time.Second)}, now, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, j := range jobs {
			got = append(got, fmt.Sprint(j.ID, " ", j.Attempts))
			if string(j.Body) != `{"a":1}` || j.Kind != "test" {
				t.Errorf("job %+v", j)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s takes at %v (-want +got):\n%s", owner, now, diff)
		}
	}
	take("a", noon.Add(-time.Second))
	take("a", noon, "j0 0")
	take("b", noon.Add(5*time.Second))
	if err := l.Renew(t.Context(), ledger.Lease{Owner: "a", Until: noon.Add(30 * time.Second)}, []string{"j0"}); err != nil {
		t.Fatal(err)
	}
	take("b", noon.Add(20*time.Second))
	take("b", noon.Add(30*time.Second), "j0 1")
	if err := l.Postpone(t.Context(), "a", "j0", noon, "a has lost the lease"); err != nil {
		t.Fatal(err)
	}
	take("a", noon.Add(35*time.Second))
	if err := l.Postpone(t.Context(), "b", "j0", noon.Add(2*time.Minute), "failed"); err != nil {
		t.Fatal(err)
	}
	take("a", noon.Add(119*time.Second), "j1 0")
	take("a", noon.Add(120*time.Second), "j0 2", "j2 0")
	if pending, err := l.Pending(t.Context(), noon.Add(-time.Hour)); err != nil || !pending {
		t.Errorf("jobs that have been tried are not pending (%v)", err)
	}
	if next, err := l.Next(t.Context()); err != nil || !next.Equal(noon.Add(129*time.Second)) {
		t.Errorf("the next job is free at %v (%v)", next, err)
	}
}
