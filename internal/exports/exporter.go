package exports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// Config is what an exporter works with.
type Config struct {
	Store store.Store
	Lines func() (costlines.Engine, error)
	To    Destination // nil where the server writes no exports: definitions are kept, and nothing runs
	Spool string      // a directory for files in the making; with a Directory it must be of the same file system
	Now   func() time.Time
	Rand  io.Reader
	Log   *slog.Logger
	// Payers lists who has bills, to go on with what a process that ended left.
	Payers func(context.Context) ([]ident.AccountID, error)
	// Alone tells that no other process writes exports of this store: a run that is another's was broken off.
	Alone bool
	// PartRows is how many rows a file has at most; 0 means 500,000. BatchLines is how many lines are held at once; 0 means 200,000.
	PartRows, BatchLines int
}

// Exporter writes the exports of all accounts. It is a bills.Follower.
type Exporter struct {
	cfg    Config
	worker string
	mu     sync.Mutex // one run at a time
	waking sync.Mutex
	woken  map[ident.AccountID]bool
	wake   chan struct{}
}

// New makes an exporter.
func New(cfg Config) (*Exporter, error) {
	if cfg.PartRows == 0 {
		cfg.PartRows = 500_000
	}
	if cfg.BatchLines == 0 {
		cfg.BatchLines = batchLines
	}
	id, err := newID(cfg.Rand)
	if err != nil {
		return nil, err
	}
	return &Exporter{cfg: cfg, worker: id, woken: map[ident.AccountID]bool{}, wake: make(chan struct{}, 1)}, nil
}

// newID gives a UUID of version 4.
func newID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// Locator is claimed by the partition of an account that has exports, so that they are found.
func Locator(id ident.AccountID) string { return locators + string(id) }

const locators = "exports/"

// Name tells followers apart.
func (x *Exporter) Name() string { return "exports" }

// Wake asks for the exports that a payer pays for to be looked at soon. It does not wait.
func (x *Exporter) Wake(payer ident.AccountID) {
	x.waking.Lock()
	x.woken[payer] = true
	x.waking.Unlock()
	select {
	case x.wake <- struct{}{}:
	default: // somebody woke it already
	}
}

// Run looks at all exports once, for a process may have ended amid one, and then after those that Wake names, until the context ends.
func (x *Exporter) Run(ctx context.Context) {
	if err := x.resume(ctx); err != nil && ctx.Err() == nil {
		x.cfg.Log.Error("exports failed", "error", err)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.wake:
		}
		x.waking.Lock()
		payers := x.woken
		x.woken = map[ident.AccountID]bool{}
		x.waking.Unlock()
		for payer := range payers {
			if err := x.Follow(ctx, payer, nil); err != nil && ctx.Err() == nil {
				x.cfg.Log.Error("exports failed", "payer", payer, "error", err)
			}
		}
	}
}

func (x *Exporter) resume(ctx context.Context) error {
	payers, err := x.cfg.Payers(ctx)
	for _, payer := range payers {
		err = errors.Join(err, x.Follow(ctx, payer, nil))
	}
	return err
}

// Follow writes what is due of the exports of the accounts that a payer pays for. Which months were computed it finds in the state.
func (x *Exporter) Follow(ctx context.Context, payer ident.AccountID, _ []billing.Month) error {
	if x.cfg.To == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	owners, names, err := x.owners(ctx, payer)
	if err != nil || len(owners) == 0 {
		return err
	}
	for _, owner := range owners {
		todo, e := x.due(ctx, payer, owner)
		err = errors.Join(err, e)
		for _, t := range todo {
			if ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			t.names = names
			if owner != payer {
				t.names = map[string]string{string(owner): names[string(owner)], string(payer): names[string(payer)]}
			}
			err = errors.Join(err, x.do(ctx, t))
		}
	}
	return err
}

// owners gives the accounts that have exports and that the payer pays for, and the names of all it pays for.
func (x *Exporter) owners(ctx context.Context, payer ident.AccountID) (owners []ident.AccountID, names map[string]string, err error) {
	claims, err := x.cfg.Store.Keys(ctx, locators)
	if err != nil || len(claims) == 0 {
		return nil, nil, err
	}
	names = map[string]string{}
	organization, in, err := x.cfg.Store.Locate(ctx, op.MemberLocator(payer), true)
	if err != nil {
		return nil, nil, err
	}
	scope := store.Scope{Read: []store.Partition{op.IAMPartition(payer)}}
	if in {
		scope.Read = append(scope.Read, organization)
	}
	paid := func(id ident.AccountID) bool { return id == payer }
	err = x.cfg.Store.View(ctx, scope, func(tx store.Tx) error {
		if !in {
			return nil
		}
		s := tx.State(organization).(*org.State)
		o, ok := s.Organization()
		if !ok || o.Management != payer {
			paid = func(ident.AccountID) bool { return false } // a member's bill is its organization's
			return nil
		}
		for id, a := range s.Accounts("") {
			names[id] = a.Name
		}
		paid = func(id ident.AccountID) bool { _, is := names[string(id)]; return is }
		return nil
	})
	for _, c := range claims {
		if id := ident.AccountID(strings.TrimPrefix(c.Key, locators)); paid(id) {
			owners = append(owners, id)
		}
	}
	return owners, names, err
}

// task is a run to do.
type task struct {
	payer, owner ident.AccountID
	export       cost.Export
	month        billing.Month
	computed     int64
	final        bool
	names        map[string]string
}

// refresh is how often files are written anew at most: AWS refreshes up to three times a day (Data Exports, RefreshCadence).
const refresh = 8 * time.Hour

// due lists what of an account's exports is to be written.
func (x *Exporter) due(ctx context.Context, payer, owner ident.AccountID) (todo []task, err error) {
	scope := store.Scope{Read: []store.Partition{op.CostPartition(owner)}}
	if owner != payer {
		scope.Read = append(scope.Read, op.CostPartition(payer))
	}
	now := x.cfg.Now()
	err = x.cfg.Store.View(ctx, scope, func(tx store.Tx) error {
		todo = nil
		bills, mine := tx.State(op.CostPartition(payer)).(*cost.State), tx.State(op.CostPartition(owner)).(*cost.State)
		for _, kind := range []string{cost.DataExport, cost.ReportExport} {
			for _, e := range mine.Exports(kind, "") {
				for _, m := range bills.Months.All() {
					d, _ := mine.Shipment(e.Key, m.Month)
					month, err := billing.ParseMonth(m.Month)
					if err == nil && wanted(e, m, d, now) {
						todo = append(todo, task{payer: payer, owner: owner, export: *e, month: month, computed: m.Done, final: m.Final()})
					}
				}
			}
		}
		return nil
	})
	return todo, err
}

// wanted tells whether a month's files are to be written: those that were not, or that are of another definition at once, those of
// another bill when they are old enough, or when the bill is final.
func wanted(e *cost.Export, m *cost.Month, d *cost.Shipment, now time.Time) bool {
	switch {
	case m.Done == 0:
		return false
	case d == nil || d.Revision != e.Revision:
		return true
	case d.Computed == m.Done && d.Final == m.Final():
		return false
	case e.Report != nil && !e.Report.RefreshClosed && d.Final:
		return false
	}
	return m.Final() || now.Sub(d.At) >= refresh
}
