// Package jobs owns the doing of background work: it takes the jobs that are on the ledger, one lease at a time, and runs
// each as one store.Update that also takes the job off the ledger. So a job has its effect exactly once, on whichever
// replica is alive, however often it was begun. What a job does is declared by its service; nothing is decided here.
package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/seal"
	"umbel/internal/store"
)

// Store is the store as the runner needs it; *store.DB is one.
type Store interface {
	store.Store
	Ledger() *ledger.Ledger
	Owner() string
	LeaseTime() time.Duration
	Work(func([]ledger.Job))
}

// Options are what every step is given, and the runner's pace. Settings must be set; Sessions and Pages if a job of the
// registry seals anything.
type Options struct {
	Settings *op.Settings
	Sessions *seal.Key
	Pages    *seal.Key
	Now      func() time.Time // nil means time.Now
	Rand     io.Reader        // nil means crypto/rand
	Log      *slog.Logger     // nil discards
	// AtOnce is how many jobs run beside each other; 0 means 8. As many that have something to prepare, and may wait for others, run
	// beside those.
	AtOnce int
	// Poll is how often the ledger is asked for jobs that other replicas left behind or that fell due; 0 means a second.
	Poll time.Duration
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.AtOnce == 0 {
		o.AtOnce = 8
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	return o
}

// Runner does jobs. Start makes one.
type Runner struct {
	store    Store
	registry *op.Registry
	opt      Options
	mu       sync.Mutex
	quick    *lane           // jobs that are an Update and nothing else
	slow     *lane           // jobs that have something to prepare: whoever they wait for holds up nobody else
	held     map[string]bool // leased: in a lane or running
	moved    chan struct{}   // closed and replaced whenever a step has ended
	stop     context.CancelFunc
	working  sync.WaitGroup
}

// lane is a queue of jobs, with workers of its own. The runner's mutex guards the queue.
type lane struct {
	some  chan struct{}      // tells that queue has something
	queue []ledger.LeasedJob // leased, not begun
}

func newLane() *lane { return &lane{some: make(chan struct{}, 1)} }

// wake wakes one worker, which wakes the next if there is more to do.
func (l *lane) wake() {
	select {
	case l.some <- struct{}{}:
	default:
	}
}

// Start begins to do the jobs of the store's ledger.
func Start(s Store, registry *op.Registry, opt Options) *Runner {
	ctx, stop := context.WithCancel(context.Background())
	r := &Runner{
		store: s, registry: registry, opt: opt.withDefaults(),
		quick: newLane(), slow: newLane(), held: map[string]bool{}, moved: make(chan struct{}), stop: stop,
	}
	s.Work(r.enqueued)
	for range r.opt.AtOnce {
		r.working.Go(func() { r.work(ctx, r.quick) })
		r.working.Go(func() { r.work(ctx, r.slow) })
	}
	r.working.Go(func() { r.poll(ctx) })
	return r
}

// Close waits for the steps under way, at most until the context ends, and hands back the jobs not begun, so that another
// replica can take them at once.
func (r *Runner) Close(ctx context.Context) error {
	r.store.Work(nil)
	r.stop()
	ended := make(chan struct{})
	go func() {
		r.working.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		return fmt.Errorf("jobs: close: %w", ctx.Err())
	}
	r.mu.Lock()
	left := slices.Concat(r.quick.queue, r.slow.queue)
	r.quick.queue, r.slow.queue, r.held = nil, nil, map[string]bool{}
	r.mu.Unlock()
	var errs []error
	for _, j := range left {
		errs = append(errs, r.store.Ledger().Postpone(ctx, r.store.Owner(), j.ID, j.Due, ""))
	}
	return errors.Join(errs...)
}

// settleEvery is how often Settle looks whether another replica has done something.
const settleEvery = 20 * time.Millisecond

// Settle returns when no job on the ledger is due or has failed and waits for its next try.
func (r *Runner) Settle(ctx context.Context) error {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		r.mu.Lock()
		moved := r.moved
		r.mu.Unlock()
		pending, err := r.store.Ledger().Pending(ctx, r.opt.Now())
		if err != nil || !pending {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("jobs: settle: %w", ctx.Err())
		case <-moved:
		case <-tick.C:
		}
	}
}

// enqueued takes jobs right after the commit that put them on the ledger.
func (r *Runner) enqueued(jobs []ledger.Job) {
	leased := make([]ledger.LeasedJob, len(jobs))
	for i, j := range jobs {
		leased[i] = ledger.LeasedJob{Job: j}
	}
	r.hold(leased)
}

func (r *Runner) hold(jobs []ledger.LeasedJob) {
	r.mu.Lock()
	for _, j := range jobs {
		r.held[j.ID] = true
		l := r.lane(j.Kind)
		l.queue = append(l.queue, j)
	}
	r.mu.Unlock()
	r.quick.wake()
	r.slow.wake()
}

// lane gives where jobs of a kind wait.
func (r *Runner) lane(kind string) *lane {
	if handler := r.registry.Job(kind); handler != nil && handler.Prepare != nil {
		return r.slow
	}
	return r.quick
}

// work does a lane's jobs until the context ends.
func (r *Runner) work(ctx context.Context, l *lane) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.some:
		}
		for {
			j, ok := r.begin(ctx, l)
			if !ok {
				break
			}
			r.step(j)
			r.ended(j)
		}
	}
}

func (r *Runner) ended(j ledger.LeasedJob) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.held, j.ID)
	close(r.moved)
	r.moved = make(chan struct{})
}

// begin takes a job from a lane.
func (r *Runner) begin(ctx context.Context, l *lane) (ledger.LeasedJob, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(l.queue) == 0 || ctx.Err() != nil {
		return ledger.LeasedJob{}, false
	}
	j := l.queue[0]
	if l.queue = l.queue[1:]; len(l.queue) > 0 {
		l.wake()
	}
	return j, true
}

// poll takes what is free on the ledger and renews the leases of what waits here.
func (r *Runner) poll(ctx context.Context) {
	tick := time.NewTicker(r.opt.Poll)
	defer tick.Stop()
	renewed := r.opt.Now()
	for {
		if err := r.take(ctx); err != nil && ctx.Err() == nil {
			r.opt.Log.Error("jobs cannot be taken", "error", err)
		}
		if now := r.opt.Now(); now.Sub(renewed) > r.store.LeaseTime()/3 {
			if err := r.renew(ctx); err != nil && ctx.Err() == nil {
				r.opt.Log.Error("leases of jobs cannot be renewed", "error", err)
			}
			renewed = now
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// takeLimit is how many jobs a replica takes over at once. Slow ones may wait here in larger numbers: they hold up nobody else.
const (
	takeLimit = 64
	slowLimit = 16 * takeLimit
)

func (r *Runner) take(ctx context.Context) error {
	for {
		r.mu.Lock()
		busy := len(r.quick.queue) >= takeLimit || len(r.slow.queue) >= slowLimit
		r.mu.Unlock()
		if busy {
			return nil
		}
		now := r.opt.Now()
		jobs, err := r.store.Ledger().Take(ctx, ledger.Lease{Owner: r.store.Owner(), Until: now.Add(r.store.LeaseTime())}, now, takeLimit)
		if err != nil {
			return err
		}
		r.hold(jobs)
		if len(jobs) < takeLimit {
			return nil
		}
	}
}

func (r *Runner) renew(ctx context.Context) error {
	r.mu.Lock()
	ids := make([]string, 0, len(r.held))
	for id := range r.held {
		ids = append(ids, id)
	}
	r.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	return r.store.Ledger().Renew(ctx, ledger.Lease{Owner: r.store.Owner(), Until: r.opt.Now().Add(r.store.LeaseTime())}, ids)
}

// step runs one job. It is not ended by a shutdown, which waits for it.
func (r *Runner) step(j ledger.LeasedJob) {
	ctx := context.Background()
	err := r.do(ctx, j.Job)
	if err == nil || errors.Is(err, store.ErrFinished) {
		return
	}
	wait := backOff(j.Attempts)
	r.opt.Log.Error("a job failed and will be tried again", "job", j.ID, "kind", j.Kind, "attempt", j.Attempts+1, "wait", wait, "error", err)
	if err := r.store.Ledger().Postpone(ctx, r.store.Owner(), j.ID, r.opt.Now().Add(wait), err.Error()); err != nil {
		r.opt.Log.Error("a job keeps its lease until that ends", "job", j.ID, "error", err)
	}
}

// backOff doubles from a tenth of a second to a minute.
func backOff(attempts int) time.Duration {
	const first, most = 100 * time.Millisecond, time.Minute
	if attempts > 9 {
		return most
	}
	return min(first<<attempts, most)
}

func (r *Runner) do(ctx context.Context, j ledger.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("jobs: %s panicked: %v\n%s", j.Kind, p, debug.Stack())
		}
	}()
	handler := r.registry.Job(j.Kind)
	if handler == nil {
		return fmt.Errorf("jobs: nobody here knows jobs of kind %q", j.Kind)
	}
	scope, err := handler.Scope(j)
	if err != nil {
		return err
	}
	run := func(c *op.Call) error { return handler.Run(c, j) }
	if handler.Prepare != nil {
		if run, err = handler.Prepare(ctx, j); err != nil {
			return err
		}
	}
	now := r.opt.Now().UTC()
	meta := store.Meta{RequestID: j.ID, Actor: j.Kind, Action: j.Kind, At: now}
	return r.store.Update(ctx, meta, scope, func(tx store.Tx) error {
		if err := tx.Finish(j.ID); err != nil {
			return err
		}
		return run(&op.Call{
			Context: ctx, Now: now, Rand: r.opt.Rand, RequestID: j.ID, Settings: r.opt.Settings,
			Sessions: r.opt.Sessions, Pages: r.opt.Pages, Tx: tx, View: scope,
			Locate: func(key string, fresh bool) (store.Partition, bool, error) { return r.store.Locate(ctx, key, fresh) },
		})
	})
}
