package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"umbel/internal/ledger"
)

// View implements Store.
func (db *DB) View(ctx context.Context, sc Scope, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	write, read := sc.normal()
	tx := &viewTx{db: db, ctx: ctx}
	tx.parts = append(append(tx.room[:0], write...), read...)
	if err := db.capture(ctx, tx); err != nil {
		return err
	}
	return fn(tx)
}

// Peek implements Store.
func (db *DB) Peek(ctx context.Context, id Partition) (State, error) {
	if p := db.mem.peek(id); p != nil {
		if s := p.cur.Load(); s != nil {
			p.used.Store(true)
			return s.state, nil
		}
	}
	var state State
	err := db.View(ctx, Scope{Read: []Partition{id}}, func(tx Tx) error {
		state = tx.State(id)
		return nil
	})
	return state, err
}

// capture finds memory of all partitions that is as of one moment, not before the call.
//
// Memory is collected first and the heads are asked for afterwards. Where they agree, memory is the state at the moment of
// the head query, for all partitions together, however many commits are being published meanwhile. Where they do not, one
// partition alone may simply be brought up to date, since any later state of it will do; several are tried once more, and
// if they still do not agree are read in one SQL snapshot.
func (db *DB) capture(ctx context.Context, tx *viewTx) error {
	db.gate.RLock()
	defer db.gate.RUnlock()
	n := len(tx.parts)
	if n == 0 {
		return nil
	}
	tx.snaps = tx.snapRoom[:0]
	heads := tx.headRoom[:0]
	for range n {
		tx.snaps, heads = append(tx.snaps, nil), append(heads, 0)
	}
	for try := range 2 {
		db.collect(tx)
		if err := db.engine.Heads(ctx, tx.parts, heads); err != nil {
			return unavailable(ctx, err)
		}
		fits, err := db.compare(tx, heads)
		if err != nil || fits {
			return err
		}
		if try == 0 {
			db.awaitLandings(ctx, tx.parts)
			if n == 1 {
				if db.collect(tx); tx.snaps[0] != nil && tx.snaps[0].rev >= heads[0] {
					return nil
				}
				break
			}
		}
	}
	return db.cut(ctx, tx)
}

func (db *DB) collect(tx *viewTx) {
	for i, id := range tx.parts {
		tx.snaps[i] = nil
		if p := db.mem.peek(id); p != nil {
			if s := p.cur.Load(); s != nil {
				if !p.used.Load() {
					p.used.Store(true)
				}
				tx.snaps[i] = s
			}
		}
	}
}

// compare tells whether memory is exactly at the heads. It fills in the partitions that do not exist.
func (db *DB) compare(tx *viewTx, heads []int64) (bool, error) {
	fits := true
	for i, s := range tx.snaps {
		switch {
		case s == nil && heads[i] == 0:
			empty, err := db.mem.empty(tx.parts[i])
			if err != nil {
				return false, err
			}
			tx.snaps[i] = empty
		case s == nil || s.rev < heads[i]:
			fits = false
		case s.rev > heads[i]:
			// Memory was collected before the heads: only a store that was reset behind our back is older.
			db.mem.drop(tx.parts[i])
			fits = false
		}
	}
	return fits, nil
}

// awaitLandings waits for commits of this process that may be done in SQL and not yet in memory.
func (db *DB) awaitLandings(ctx context.Context, parts []Partition) {
	for _, id := range parts {
		p := db.mem.peek(id)
		if p == nil {
			continue
		}
		if landed := p.landing.Load(); landed != nil {
			select {
			case <-*landed:
			case <-ctx.Done():
				return
			}
		}
	}
}

// cut brings all partitions to the state of one SQL snapshot.
func (db *DB) cut(ctx context.Context, tx *viewTx) error {
	err := db.engine.Read(ctx, func(r Reader) error {
		heads := make([]int64, len(tx.parts))
		if err := r.Heads(ctx, tx.parts, heads); err != nil {
			return err
		}
		for i, id := range tx.parts {
			s, err := db.catchUp(ctx, r, id, heads[i])
			if err != nil {
				return err
			}
			tx.snaps[i] = s
		}
		return nil
	})
	if err != nil {
		return unavailable(ctx, err)
	}
	return nil
}

// few is how many partitions a scope has at most, usually.
const few = 4

// viewTx is the Tx of a View.
type viewTx struct {
	db       *DB
	ctx      context.Context
	parts    []Partition
	snaps    []*snapshot
	room     [few]Partition
	snapRoom [few]*snapshot
	headRoom [few]int64
}

var errReadOnly = errors.New("store: a view changes nothing")

// State implements Tx.
func (t *viewTx) State(id Partition) State {
	if i := slices.Index(t.parts, id); i >= 0 {
		return t.snaps[i].state
	}
	panic(fmt.Sprintf("store: partition %q is not in the scope of the view", id))
}

// Locate implements Tx.
func (t *viewTx) Locate(key string) (Partition, bool, error) { return t.db.Locate(t.ctx, key, true) }

// Claim implements Tx.
func (t *viewTx) Claim(string, Partition) error { return errReadOnly }

// Release implements Tx.
func (t *viewTx) Release(string) error { return errReadOnly }

// Finish implements Tx.
func (t *viewTx) Finish(string) error { return errReadOnly }

// Enqueue implements Tx.
func (t *viewTx) Enqueue(ledger.Job) { panic(errReadOnly) }

// Record implements Tx.
func (t *viewTx) Record(ledger.Event) { panic(errReadOnly) }

// normal gives the partitions to write and those only to read, each sorted and without repetition.
func (sc Scope) normal() (write, read []Partition) {
	write = sortedSet(sc.Write)
	read = sortedSet(sc.Read)
	if len(write) > 0 && len(read) > 0 {
		read = slices.DeleteFunc(read, func(p Partition) bool { return slices.Contains(write, p) })
	}
	return write, read
}

func sortedSet(ps []Partition) []Partition {
	if len(ps) == 0 {
		return nil
	}
	out := slices.Clone(ps)
	slices.Sort(out)
	return slices.Compact(out)
}
