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

// Follow adds a follower. All are added before Start.
func (d *Desk) Follow(f Follower) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.followers = append(d.followers, f)
}

// Lines gives the engine that answers questions to cost lines, or the error of a server that keeps none.
func (d *Desk) Lines() (costlines.Engine, error) {
	if d == nil || d.cfg.Engine == nil {
		return nil, fault.New(fault.Unavailable, "This server keeps no costs: start it with --costs DIR.")
	}
	return d.cfg.Engine, nil
}

// New makes a desk.
func New(cfg Config) *Desk { return &Desk{cfg: cfg} }

// Book gives the price book as it is now.
func (d *Desk) Book() *billing.Book { return d.cfg.Book() }
