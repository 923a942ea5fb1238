package budgets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"umbel/internal/alert"
	"umbel/internal/bills"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/store"
)

// Follower looks at budgets: after bills were computed, every hour because time has passed, and when a budget was changed. It asks cost
// lines outside of any Update; what follows is decided in one.
type Follower struct {
	store store.Store
	desk  *bills.Desk
	now   func() time.Time
}

// NewFollower makes what looks at budgets.
func NewFollower(s store.Store, desk *bills.Desk, now func() time.Time) *Follower {
	return &Follower{store: s, desk: desk, now: now}
}

// Name implements bills.Follower.
func (f *Follower) Name() string { return service }

// Follow implements bills.Follower: it looks at the budgets of the payer and of every account that it pays for.
func (f *Follower) Follow(ctx context.Context, payer ident.AccountID, months []billing.Month) error {
	h, err := f.household(ctx, payer)
	if err != nil {
		return err
	}
	var errs []error
	for account := range h.names {
		errs = append(errs, f.look(ctx, h, ident.AccountID(account), months))
	}
	return errors.Join(errs...)
}

// household is a payer with the accounts that it pays for.
type household struct {
	payer        ident.AccountID
	organization ident.OrgID       // "" if there is none
	names        map[string]string // of accounts, by ID
}

// household finds who is paid for together with an account.
func (f *Follower) household(ctx context.Context, account ident.AccountID) (household, error) {
	h := household{payer: account, names: map[string]string{string(account): string(account)}}
	part, ok, err := f.store.Locate(ctx, op.MemberLocator(account), true)
	if err != nil || !ok {
		return h, err
	}
	h.organization = ident.OrgID(strings.TrimPrefix(string(part), string(op.OrgPartition(""))))
	err = f.store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		s := tx.State(part).(*org.State)
		o, ok := s.Organization()
		if !ok {
			return fmt.Errorf("budgets: the organization %s is gone", h.organization)
		}
		h.payer, h.names = o.Management, map[string]string{}
		for id, a := range s.Accounts("") {
			h.names[id] = a.Name
		}
		return nil
	})
	return h, err
}

// look measures the budgets of an account, and puts what it finds into its state.
func (f *Follower) look(ctx context.Context, h household, account ident.AccountID, months []billing.Month) error {
	apply, err := f.prepare(ctx, h, account, "", months)
	if apply == nil {
		return err
	}
	meta := store.Meta{RequestID: service, Actor: service, Action: service + ":Look", At: f.now().UTC()}
	return errors.Join(err, f.store.Update(ctx, meta, store.Scope{Write: []store.Partition{op.CostPartition(account)}}, apply))
}

// prepare measures the budgets of an account, or only the one named. What it gives is to be run in an Update of the account's
// cost partition, even if some of the budgets could not be measured, which is the error; nil if there is nothing to do.
func (f *Follower) prepare(ctx context.Context, h household, account ident.AccountID, only string, months []billing.Month) (func(store.Tx) error, error) {
	part := op.CostPartition(account)
	var budgets []seen
	err := f.store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		budgets = sighted(tx.State(part).(*cost.State), account, h.payer, only)
		return nil
	})
	if err != nil || len(budgets) == 0 {
		return nil, err
	}
	lines, err := f.desk.Lines()
	if err != nil {
		return nil, nil // a server without costs has nothing to look at
	}
	now := f.now().UTC()
	m := &meter{lines: lines, view: h.view(account), names: h.names, now: now, months: months}
	if account != h.payer {
		m.names = map[string]string{string(account): h.names[string(account)]}
	}
	var readings []cost.Reading
	var over []string
	var errs []error
	for _, b := range budgets {
		if b.Over(now) {
			over = append(over, b.Name)
			continue
		}
		if b.blind {
			continue
		}
		r, ok, err := m.through(ctx, b)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("budgets: %s of %s: %w", b.Name, account, err))
		case ok:
			readings = append(readings, r)
		}
	}
	return func(tx store.Tx) error { return conclude(tx, h, account, readings, over, now) }, errors.Join(errs...)
}

// seen is a budget with what its billing view sees: nil for everything.
type seen struct {
	*cost.Budget
	parts []cost.ViewPart
	blind bool // the view is not to be used: the budget stays as it is
}

// sighted gives an account's budgets, or only the one named.
func sighted(s *cost.State, account, payer ident.AccountID, only string) (out []seen) {
	for _, b := range s.Budgets.All() {
		if only != "" && b.Name != only {
			continue
		}
		one := seen{Budget: b}
		if b.View != "" {
			var err error
			one.parts, err = s.Seen(account, payer, b.View)
			one.blind = err != nil
		}
		out = append(out, one)
	}
	return out
}

// conclude puts readings into an account's budgets, and sees to what follows.
func conclude(tx store.Tx, h household, account ident.AccountID, readings []cost.Reading, over []string, now time.Time) error {
	s := tx.State(op.CostPartition(account)).(*cost.State)
	for _, name := range over {
		s.DropOver(name, now)
	}
	for _, r := range readings {
		v := s.Assess(account, r, now)
		for _, a := range v.Alerts {
			if err := alert.Post(tx, account, a, now); err != nil {
				return err
			}
		}
		for _, step := range v.Steps {
			if err := enqueue(tx, errand{account, h.organization, step}, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookKind is the job that looks at an account's budgets because one was changed.
const lookKind = "budgets:Look"

// changed is the body of the job.
type changed struct {
	Account ident.AccountID
	Budget  string
}

// look has a budget of the caller's account looked at, because it was changed.
func (sc *scene) look(budget string) error {
	return sc.Enqueue(lookKind, sc.Now, changed{sc.Caller.Account, budget})
}

// Job is the work of looking at budgets that were changed, for the registry.
func (f *Follower) Job() *op.Job {
	return &op.Job{
		Kind: lookKind,
		Scope: op.ScopeOf(func(c *changed) store.Scope {
			return store.Scope{Write: []store.Partition{op.CostPartition(c.Account)}}
		}),
		Prepare: func(ctx context.Context, j ledger.Job) (func(*op.Call) error, error) {
			var c changed
			if err := json.Unmarshal(j.Body, &c); err != nil {
				return nil, fmt.Errorf("budgets: job %s: %w", j.ID, err)
			}
			h, err := f.household(ctx, c.Account)
			if err != nil {
				return nil, err
			}
			apply, err := f.prepare(ctx, h, c.Account, c.Budget, nil)
			return func(call *op.Call) error {
				if apply == nil {
					return nil
				}
				return apply(call.Tx)
			}, err
		},
	}
}
