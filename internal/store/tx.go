package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"umbel/internal/ledger"
)

// updateTx is the Tx of one Update within a group. It works on forks of the group's state, and what it claims, enqueues
// and records is its own until its function has returned well.
type updateTx struct {
	g        *group
	r        *request
	forks    []State // beside r.write; nil until asked for
	changed  []changedPartition
	claims   map[string]Partition // "" is released
	events   []ledger.Event
	jobs     []ledger.Job
	finished []string
	broken   error // SQL failed beneath the function
}

// changedPartition is what the function did to one partition.
type changedPartition struct {
	id      Partition
	state   State
	records []Record // Body nil: deleted
}

// State implements Tx.
func (t *updateTx) State(id Partition) State {
	if i := slices.Index(t.r.write, id); i >= 0 {
		return t.fork(i)
	}
	if slices.Contains(t.r.read, id) {
		return t.g.work[id].state
	}
	panic(fmt.Sprintf("store: partition %q is not in the scope of the update", id))
}

func (t *updateTx) fork(i int) State {
	if t.forks == nil {
		t.forks = make([]State, len(t.r.write))
	}
	if t.forks[i] == nil {
		id := t.r.write[i]
		state, err := t.g.fork(id)
		if err != nil {
			panic(fmt.Sprintf("store: fork %s: %v", id, err)) // the schema made this partition before
		}
		t.forks[i] = state
	}
	return t.forks[i]
}

// Locate implements Tx.
func (t *updateTx) Locate(key string) (Partition, bool, error) {
	p, ok := t.claims[key]
	if !ok {
		at, err := t.g.locate(key)
		if err != nil {
			t.broken = err
			return "", false, err
		}
		p = at
	}
	return p, p != "", nil
}

// Claim implements Tx.
func (t *updateTx) Claim(key string, p Partition) error {
	at, found, err := t.Locate(key)
	switch {
	case err != nil:
		return err
	case found && at != p:
		return ErrTaken
	case !found:
		t.claim(key, p)
	}
	return nil
}

// Release implements Tx.
func (t *updateTx) Release(key string) error {
	_, found, err := t.Locate(key)
	if err == nil && found {
		t.claim(key, "")
	}
	return err
}

func (t *updateTx) claim(key string, p Partition) {
	if t.claims == nil {
		t.claims = map[string]Partition{}
	}
	t.claims[key] = p
}

// Enqueue implements Tx.
func (t *updateTx) Enqueue(j ledger.Job) { t.jobs = append(t.jobs, j) }

// Record implements Tx.
func (t *updateTx) Record(e ledger.Event) { t.events = append(t.events, e) }

// Finish implements Tx.
func (t *updateTx) Finish(id string) error {
	there := !slices.Contains(t.g.batch.Finished, id)
	if there {
		var err error
		if there, err = t.g.w.LockJob(context.Background(), id); err != nil {
			t.broken = err
			return err
		}
	}
	if !there {
		return ErrFinished
	}
	t.finished = append(t.finished, id)
	return nil
}

// seal encodes what the function changed. It runs in the caller's goroutine.
func (t *updateTx) seal() error {
	for i, state := range t.forks {
		if state == nil {
			continue
		}
		c := changedPartition{id: t.r.write[i], state: state}
		newer := t.g.work[c.id].newer
		for _, table := range state.Tables() {
			for _, change := range table.Changes() {
				if v, ok := newer[recordKey{change.Kind, change.ID}]; ok {
					return fmt.Errorf("%w: %s %s/%s has version %d, this Umbel writes %d", ErrNewer, c.id, change.Kind, change.ID, v, t.g.db.opt.Version)
				}
				rec := Record{Kind: change.Kind, ID: change.ID, V: t.g.db.opt.Version}
				if change.Row != nil {
					body, err := json.Marshal(change.Row)
					if err != nil {
						return fmt.Errorf("store: encode %s %s/%s: %w", c.id, change.Kind, change.ID, err)
					}
					rec.Body = body
				}
				c.records = append(c.records, rec)
			}
		}
		if len(c.records) > 0 {
			t.changed = append(t.changed, c)
		}
	}
	return nil
}
