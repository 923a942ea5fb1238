package store

import (
	"context"
	"sync"
	"sync/atomic"
)

// groupLimit is how many Updates are committed together at most.
const groupLimit = 128

// The life of a request.
const (
	waiting int32 = iota // in the queue; the caller may still leave
	taken                // in a group: the caller stays until the outcome
	left                 // the caller's context ended before its function ran
)

// request is one Update on its way. Its function runs in the caller's own goroutine, when a lane gives it its turn: a
// panic, or a test's FailNow, is then the caller's and nobody else's.
type request struct {
	ctx         context.Context
	meta        Meta
	write, read []Partition
	fn          func(Tx) error
	state       atomic.Int32
	gone        bool            // its goroutine has panicked; only the lane looks
	turn        chan *updateTx  // lane to caller: run
	ran         chan ranOutcome // caller to lane: has run
	done        chan error      // lane to caller: the outcome
}

// ranOutcome is how a function ended: with an error, or never (a panic).
type ranOutcome struct {
	err    error
	failed bool // panicked or left by Goexit
}

// Update implements Store.
func (db *DB) Update(ctx context.Context, m Meta, sc Scope, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{ctx: ctx, meta: m, fn: fn, turn: make(chan *updateTx), ran: make(chan ranOutcome, 1), done: make(chan error, 1)}
	r.write, r.read = sc.normal()
	if !db.lanes.enter(r) {
		return ErrClosed
	}
	ended := ctx.Done()
	for {
		select {
		case tx := <-r.turn:
			r.run(tx)
		case err := <-r.done:
			return err
		case <-ended:
			if r.state.CompareAndSwap(waiting, left) {
				return ctx.Err()
			}
			ended = nil
		}
	}
}

func (r *request) run(tx *updateTx) {
	out := ranOutcome{failed: true}
	defer func() { r.ran <- out }()
	err := r.fn(tx)
	if err == nil {
		err = tx.seal()
	}
	out = ranOutcome{err: err}
}

// lanes hands requests to goroutines that each run one SQL transaction at a time. Requests whose partitions are under way
// in one lane wait for it, and then go together.
type lanes struct {
	db     *DB
	mu     sync.Mutex
	some   sync.Cond
	queue  []*request
	writes map[Partition]int // how many groups under way write it: 0 or 1
	reads  map[Partition]int // how many only read it
	closed bool
	ended  sync.WaitGroup
}

func startLanes(db *DB, n int) *lanes {
	l := &lanes{db: db, writes: map[Partition]int{}, reads: map[Partition]int{}}
	l.some.L = &l.mu
	for range n {
		l.ended.Go(l.work)
	}
	return l
}

func (l *lanes) enter(r *request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.queue = append(l.queue, r)
	l.some.Signal()
	return true
}

func (l *lanes) close() {
	l.mu.Lock()
	l.closed = true
	l.some.Broadcast()
	l.mu.Unlock()
	l.ended.Wait()
}

func (l *lanes) work() {
	for {
		g := l.next()
		if g == nil {
			return
		}
		g.commit()
		l.release(g)
	}
}

// next waits for requests that no other lane stands in the way of. It gives nil when the store is closed and all is done.
func (l *lanes) next() *group {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if g := l.gather(); g != nil {
			return g
		}
		if l.closed && len(l.queue) == 0 {
			return nil
		}
		l.some.Wait()
	}
}

// gather takes as many requests as can go together, in the order they came.
func (l *lanes) gather() *group {
	var g *group
	rest := l.queue[:0]
	for _, r := range l.queue {
		switch {
		case r.state.Load() == left:
		case (g == nil || len(g.requests) < groupLimit) && l.free(r) && r.state.CompareAndSwap(waiting, taken):
			if g == nil {
				g = newGroup(l.db)
			}
			g.add(r)
		case r.state.Load() == waiting:
			rest = append(rest, r)
		}
	}
	clear(l.queue[len(rest):])
	l.queue = rest
	if g == nil {
		return nil
	}
	for p, written := range g.scope {
		if written {
			l.writes[p]++
		} else {
			l.reads[p]++
		}
	}
	if len(rest) > 0 {
		l.some.Signal() // another lane may take some of the rest
	}
	return g
}

// free tells whether no group under way writes what the request reads or touches what it writes.
func (l *lanes) free(r *request) bool {
	for _, p := range r.write {
		if l.writes[p] > 0 || l.reads[p] > 0 {
			return false
		}
	}
	for _, p := range r.read {
		if l.writes[p] > 0 {
			return false
		}
	}
	return true
}

func (l *lanes) release(g *group) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, written := range g.scope {
		counts := l.reads
		if written {
			counts = l.writes
		}
		if counts[p]--; counts[p] <= 0 {
			delete(counts, p)
		}
	}
	l.some.Broadcast()
}
