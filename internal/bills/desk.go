package bills

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/metering"
	"umbel/internal/store"
)

// Config is what a desk works with.
type Config struct {
	Store store.Store
	// Engine keeps the lines of bills, Usage the records they are made of; both nil where this server keeps no costs.
	Engine costlines.Engine
	Usage  *metering.Store
	Dir    string // of bills as computed
	Book   func() *billing.Book
	Now    func() time.Time
	Log    *slog.Logger
}

// Desk makes bills. It works in the background from Start on.
type Desk struct {
	cfg       Config
	mu        sync.Mutex
	followers []Follower
	payers    map[ident.AccountID]*sync.Mutex // held while what counts of a payer's usage changes, or is looked up
	work      *worker
	// gate is held for reading by whatever works with the directory, and for writing to empty it.
	gate sync.RWMutex
}

// Follower is what happens after a bill was computed: budgets are looked at, anomalies sought, exports written.
type Follower interface {
	// Name tells followers apart in logs.
	Name() string
	// Follow is called after a payer's months were computed, and at least once an hour for every payer that has months, with none,
	// because time has passed. It may be called again for the same: it has to find out from the state what it did before. It must
	// not hold a store.Update open while it asks questions to cost lines. An error makes it be called again later.
	Follow(ctx context.Context, payer ident.AccountID, months []billing.Month) error
}

// New makes a desk.
func New(cfg Config) *Desk {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{cfg: cfg, payers: map[ident.AccountID]*sync.Mutex{}, work: newWorker()}
}

// Follow adds a follower. All are added before Start.
func (d *Desk) Follow(f Follower) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.followers = append(d.followers, f)
}

// keeps tells whether this server keeps costs.
func (d *Desk) keeps() bool { return d != nil && d.cfg.Engine != nil && d.cfg.Usage != nil }

// errNone is the error of a server that keeps no costs.
func errNone() error {
	return fault.New(fault.Unavailable, "This server keeps no costs: start it with --costs DIR.")
}

// Lines gives the engine that answers questions to cost lines, or the error of a server that keeps none.
func (d *Desk) Lines() (costlines.Engine, error) {
	if d == nil || d.cfg.Engine == nil {
		return nil, errNone()
	}
	return d.cfg.Engine, nil
}

// Book gives the price book as it is now.
func (d *Desk) Book() *billing.Book { return d.cfg.Book() }

// hold waits for the right to change, or look up, what counts of a payer's usage; the function given back ends it.
func (d *Desk) hold(payer ident.AccountID) (release func()) {
	d.mu.Lock()
	m := d.payers[payer]
	if m == nil {
		m = new(sync.Mutex)
		d.payers[payer] = m
	}
	d.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// meta says in the store's history what the desk did.
func (d *Desk) meta(action string) store.Meta {
	return store.Meta{RequestID: "bills", Actor: "bills", Action: "bills:" + action, At: d.cfg.Now().UTC()}
}
