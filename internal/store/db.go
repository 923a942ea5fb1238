package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"umbel/internal/fault"
	"umbel/internal/ledger"
)

// DB is a Store over an Engine.
type DB struct {
	engine Engine
	mem    *memory
	opt    Options
	secret []byte
	found  *locatorCache
	lanes  *lanes
	// gate is held for reading by every View and Update, and for writing by Reset.
	gate sync.RWMutex
	// worker gets the jobs enqueued here; nil if this process does none.
	worker atomic.Pointer[func([]ledger.Job)]
}

var _ Store = (*DB)(nil)

// Open opens the state kept by the engine, which the DB closes in the end.
func Open(ctx context.Context, engine Engine, schema Schema, opt Options) (*DB, error) {
	secret, err := engine.Secret(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: secret: %w", err)
	}
	if opt.Owner == "" {
		opt.Owner = rand.Text()
	}
	opt = opt.withDefaults()
	db := &DB{
		engine: engine, mem: newMemory(schema, opt.Budget), opt: opt, secret: secret,
		found: newLocatorCache(),
	}
	db.lanes = startLanes(db, engine.Lanes())
	return db, nil
}

// Secret implements Store.
func (db *DB) Secret() []byte { return slices.Clone(db.secret) }

// Owner is the name of this process in leases.
func (db *DB) Owner() string { return db.opt.Owner }

// Ledger gives the audit events and jobs of the same database.
func (db *DB) Ledger() *ledger.Ledger { return db.engine.Ledger() }

// Close waits for the Updates under way, refuses new ones and closes the engine.
func (db *DB) Close() error {
	db.lanes.close()
	return db.engine.Close()
}

// Reset brings the empty store back; the secret stays. It is for test servers: other replicas on the same database do
// not notice, and leases of jobs are void.
func (db *DB) Reset(ctx context.Context) error {
	db.gate.Lock()
	defer db.gate.Unlock()
	if err := db.engine.Reset(ctx); err != nil {
		return fmt.Errorf("store: reset: %w", err)
	}
	db.mem.dropAll()
	db.found.clear()
	return nil
}

// Locate implements Store.
func (db *DB) Locate(ctx context.Context, key string, fresh bool) (Partition, bool, error) {
	if !fresh {
		if p, ok := db.found.get(key); ok {
			return p, true, nil
		}
	}
	p, ok, err := db.engine.Locate(ctx, key)
	if err != nil {
		return "", false, unavailable(ctx, err)
	}
	if ok {
		db.found.put(key, p)
	} else {
		db.found.drop(key)
	}
	return p, ok, nil
}

// Keys implements Store.
func (db *DB) Keys(ctx context.Context, prefix string) (found []Locator, err error) {
	err = db.engine.Read(ctx, func(r Reader) error {
		found, err = r.Keys(ctx, prefix)
		return err
	})
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	return found, nil
}

// unavailable is the error for a caller whose SQL failed: retrying later may help. An ended context stays what it is.
func unavailable(ctx context.Context, err error) error {
	if ctx != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.New(fault.Unavailable, "The service is temporarily unavailable. Try again later.").Because(err)
}

// locatorCache remembers where keys were found, in two generations: what is not asked for any more goes with the older.
type locatorCache struct {
	mu         sync.Mutex
	young, old map[string]Partition
}

// generation is how many keys a generation holds.
const generation = 16 << 10

func newLocatorCache() *locatorCache { return &locatorCache{young: map[string]Partition{}} }

func (c *locatorCache) get(key string) (Partition, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.young[key]; ok {
		return p, true
	}
	p, ok := c.old[key]
	if ok {
		c.putLocked(key, p)
	}
	return p, ok
}

func (c *locatorCache) put(key string, p Partition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.putLocked(key, p)
}

func (c *locatorCache) putLocked(key string, p Partition) {
	if len(c.young) >= generation {
		c.old, c.young = c.young, map[string]Partition{}
	}
	c.young[key] = p
}

func (c *locatorCache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.young, key)
	delete(c.old, key)
}

func (c *locatorCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.young, c.old = map[string]Partition{}, nil
}

// Work makes fn the worker of the jobs that are enqueued by this process and due: it gets them right after their commit,
// leased to Owner for LeaseTime. fn must not block. nil leaves such jobs to whoever takes them from the ledger.
func (db *DB) Work(fn func([]ledger.Job)) {
	if fn == nil {
		db.worker.Store(nil)
		return
	}
	db.worker.Store(&fn)
}

// LeaseTime is how long a job is its owner's.
func (db *DB) LeaseTime() time.Duration { return db.opt.Lease }
