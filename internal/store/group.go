package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"umbel/internal/fault"
	"umbel/internal/ledger"
)

// group is Updates that are committed in one SQL transaction, one after the other.
type group struct {
	db       *DB
	requests []*request
	scope    map[Partition]bool // true: written

	// What follows belongs to one attempt.
	w        Writer
	work     map[Partition]*snapshot // the state after the functions so far; private where changed
	batch    Batch
	records  map[Partition]map[recordKey]int // where a record is in the batch
	located  map[string]Partition            // what SQL says of locator keys; "" is nothing
	claims   map[string]Partition            // what the functions so far made of them
	outcomes []error
	worker   *func([]ledger.Job)
}

func newGroup(db *DB) *group { return &group{db: db, scope: map[Partition]bool{}} }

func (g *group) add(r *request) {
	g.requests = append(g.requests, r)
	for _, p := range r.write {
		g.scope[p] = true
	}
	for _, p := range r.read {
		if !g.scope[p] {
			g.scope[p] = false
		}
	}
}

// attempts is how often a group is run again after a failure that may pass.
const attempts = 8

// commit runs the group to its end: every request gets its outcome.
func (g *group) commit() {
	g.db.gate.RLock()
	defer g.db.gate.RUnlock()
	for try := 1; ; try++ {
		err := g.try(context.Background())
		switch {
		case err == nil:
			g.deliver()
			return
		case errors.Is(err, ErrUnknownOutcome):
			g.fail(err)
			return
		case g.db.engine.Retry(err) && try < attempts:
			g.db.opt.Log.Debug("a group of updates is run again", "attempt", try, "error", err)
			backOff(try)
		case len(g.requests) > 1:
			g.split()
			return
		default:
			g.fail(err)
			return
		}
	}
}

// split runs each request by itself: one of them may be what the database refuses.
func (g *group) split() {
	for _, r := range g.requests {
		if r.gone {
			continue
		}
		one := newGroup(g.db)
		one.add(r)
		for try := 1; ; try++ {
			err := one.try(context.Background())
			if err == nil {
				one.deliver()
				break
			}
			if errors.Is(err, ErrUnknownOutcome) || !g.db.engine.Retry(err) || try == attempts {
				one.fail(err)
				break
			}
			backOff(try)
		}
	}
}

// backOff waits a little longer each time, for another replica to get out of the way.
func backOff(try int) { <-time.After(time.Duration(try*try) * time.Millisecond) }

func (g *group) deliver() {
	for i, r := range g.requests {
		r.done <- g.outcomes[i]
	}
}

func (g *group) fail(err error) {
	g.db.opt.Log.Error("updates failed", "updates", len(g.requests), "error", err)
	for _, r := range g.requests {
		r.done <- fault.New(fault.Unavailable, "The service is temporarily unavailable. Try again later.").Because(err)
	}
}

// try runs the group in one transaction. With a nil error everyone's outcome is known.
func (g *group) try(ctx context.Context) error {
	g.reset()
	write, read := g.partitions()
	w, err := g.db.engine.Begin(ctx, write, read)
	if err != nil {
		return err
	}
	defer w.Rollback()
	g.w = w
	if err := g.align(ctx, append(write, read...)); err != nil {
		return err
	}
	for i, r := range g.requests {
		if err := g.turn(i, r); err != nil {
			return err
		}
	}
	if g.batch.empty() && len(g.claims) == 0 {
		return nil
	}
	g.complete()
	if err := w.Write(ctx, &g.batch); err != nil {
		return err
	}
	return g.land(ctx)
}

func (g *group) reset() {
	g.work = make(map[Partition]*snapshot, len(g.scope))
	g.batch = Batch{}
	g.records = map[Partition]map[recordKey]int{}
	g.located, g.claims = map[string]Partition{}, map[string]Partition{}
	g.outcomes = make([]error, len(g.requests))
}

// partitions gives the group's partitions to write and those only to read, sorted.
func (g *group) partitions() (write, read []Partition) {
	for _, p := range slices.Sorted(maps.Keys(g.scope)) {
		if g.scope[p] {
			write = append(write, p)
		} else {
			read = append(read, p)
		}
	}
	return write, read
}

// align brings memory to the heads, which cannot move any more.
func (g *group) align(ctx context.Context, parts []Partition) error {
	heads := make([]int64, len(parts))
	if err := g.w.Heads(ctx, parts, heads); err != nil {
		return err
	}
	for i, id := range parts {
		if heads[i] == 0 {
			empty, err := g.db.mem.empty(id)
			if err != nil {
				return err
			}
			g.db.mem.drop(id)
			g.work[id] = empty
			continue
		}
		s, err := g.aligned(ctx, id, heads[i])
		if err != nil {
			return err
		}
		g.work[id] = s
	}
	return nil
}

func (g *group) aligned(ctx context.Context, id Partition, head int64) (*snapshot, error) {
	p := g.db.mem.at(id)
	p.used.Store(true)
	s := p.cur.Load()
	if s != nil && s.rev == head {
		return s, nil
	}
	if s != nil && s.rev > head {
		g.db.mem.drop(id) // the store was reset behind our back
	}
	return g.db.catchUp(ctx, g.w, id, head)
}

// fork gives a writable copy of the partition's state so far.
func (g *group) fork(id Partition) (State, error) {
	if p := g.db.mem.peek(id); p != nil {
		p.mu.Lock() // a published state may be forked by a reader that catches up
		defer p.mu.Unlock()
	}
	return g.db.mem.fork(id, g.work[id].state)
}

// turn lets one request run and takes over what it did.
func (g *group) turn(i int, r *request) error {
	if r.gone {
		return nil
	}
	tx := &updateTx{g: g, r: r}
	r.turn <- tx
	out := <-r.ran
	switch {
	case tx.broken != nil:
		r.gone = out.failed
		return tx.broken
	case out.failed:
		r.gone = true
	case out.err != nil:
		g.outcomes[i] = out.err
	default:
		g.take(tx)
	}
	return nil
}

// take adds what a function did to the state so far and to the batch.
func (g *group) take(tx *updateTx) {
	for i := range tx.changed {
		g.takePartition(tx.r.meta, &tx.changed[i])
	}
	maps.Copy(g.claims, tx.claims)
	g.batch.Events = append(g.batch.Events, tx.events...)
	g.batch.Jobs = append(g.batch.Jobs, tx.jobs...)
	g.batch.Finished = append(g.batch.Finished, tx.finished...)
}

func (g *group) takePartition(m Meta, c *changedPartition) {
	before := g.work[c.id]
	after := &snapshot{rev: before.rev + 1, state: c.state, newer: before.newer, average: before.average}
	g.work[c.id] = after
	at := g.records[c.id]
	if at == nil {
		at = map[recordKey]int{}
		g.records[c.id] = at
	}
	for seq, rec := range c.records {
		rec.Rev = after.rev
		if after.average == 0 {
			after.average = int64(len(rec.Body))
		}
		key := recordKey{rec.Kind, rec.ID}
		if i, ok := at[key]; ok {
			g.batch.Records[i].Record = rec
		} else {
			at[key] = len(g.batch.Records)
			g.batch.Records = append(g.batch.Records, BatchRecord{c.id, rec})
		}
		g.batch.Changes = append(g.batch.Changes, BatchChange{c.id, Change{
			Record: rec, Seq: seq, At: m.At, RequestID: m.RequestID, Actor: m.Actor, Action: m.Action}})
	}
}

// locate tells where a locator key points after the functions so far; "" is nowhere.
func (g *group) locate(key string) (Partition, error) {
	if p, ok := g.claims[key]; ok {
		return p, nil
	}
	if p, ok := g.located[key]; ok {
		return p, nil
	}
	p, _, err := g.w.Locate(context.Background(), key)
	if err != nil {
		return "", fmt.Errorf("store: locate: %w", err)
	}
	g.located[key] = p
	return p, nil
}

// complete puts the last of the batch together: heads, locators, leases.
func (g *group) complete() {
	for _, id := range slices.Sorted(maps.Keys(g.records)) {
		g.batch.Heads = append(g.batch.Heads, Head{id, g.work[id].rev})
	}
	for _, key := range slices.Sorted(maps.Keys(g.claims)) {
		if from, to := g.located[key], g.claims[key]; from != to {
			g.batch.Locators = append(g.batch.Locators, LocatorWrite{Key: key, From: from, To: to})
		}
	}
	g.batch.Now = g.db.opt.Now()
	if g.worker = g.db.worker.Load(); g.worker != nil {
		g.batch.Lease = ledger.Lease{Owner: g.db.opt.Owner, Until: g.batch.Now.Add(g.db.opt.Lease)}
	}
}

// land commits and then publishes. Whoever looks between the two waits for the landing.
func (g *group) land(ctx context.Context) error {
	landed := make(chan struct{})
	for _, h := range g.batch.Heads {
		g.db.mem.at(h.Partition).landing.Store(&landed)
	}
	defer func() {
		for _, h := range g.batch.Heads {
			g.db.mem.at(h.Partition).landing.CompareAndSwap(&landed, nil)
		}
		close(landed)
	}()
	if err := g.w.Commit(ctx); err != nil {
		for _, h := range g.batch.Heads {
			g.db.mem.drop(h.Partition)
		}
		for _, l := range g.batch.Locators {
			g.db.found.drop(l.Key)
		}
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
	}
	for _, h := range g.batch.Heads {
		g.db.mem.publish(g.db.mem.at(h.Partition), g.work[h.Partition])
	}
	for _, l := range g.batch.Locators {
		if l.To == "" {
			g.db.found.drop(l.Key)
		} else {
			g.db.found.put(l.Key, l.To)
		}
	}
	g.handOver()
	return nil
}

// handOver gives the jobs that are due to this process's worker, which has their lease.
func (g *group) handOver() {
	if g.worker == nil {
		return
	}
	due := slices.DeleteFunc(g.batch.Jobs, func(j ledger.Job) bool { return j.Due.After(g.batch.Now) })
	if len(due) > 0 {
		(*g.worker)(due)
	}
}
