// Package alert owns the way of alerts to people: e-mail by SMTP, a webhook, and the HTTP delivery of SNS topics. That somebody shall
// be told is state: Post records it in the same store.Update as its cause, once for each cause and address. A Courier delivers what is
// recorded, outside of any Update, tries again for an hour, and records what came of it: at least once on the wire, always under the
// same ID. Why people are told it does not know.
package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"umbel/internal/domain/cost"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/store"
)

// kind is the job of one attempt at one delivery.
const kind = "alert:Deliver"

// errand is the body of the job.
type errand struct {
	Account  ident.AccountID
	Delivery string
}

// Post records in an Update that an account's alert is to be delivered, and puts the deliveries on the ledger. The account's cost
// partition must be written by the Update. An alert with the cause of an earlier one is not delivered again.
func Post(tx store.Tx, account ident.AccountID, a cost.Alert, now time.Time) error {
	made, err := tx.State(op.CostPartition(account)).(*cost.State).Tell(account, a, now)
	if err != nil {
		return fmt.Errorf("alert: %s: %w", a.Cause, err)
	}
	for _, d := range made {
		if err := enqueue(tx, account, d); err != nil {
			return err
		}
	}
	return nil
}

func enqueue(tx store.Tx, account ident.AccountID, d *cost.Delivery) error {
	body, err := json.Marshal(errand{account, d.ID})
	if err != nil {
		return fmt.Errorf("alert: %w", err)
	}
	tx.Enqueue(ledger.Job{ID: fmt.Sprintf("alert-%s-%d", d.ID, d.Attempts), Kind: kind, Body: body, Due: d.Next})
	return nil
}

// Courier delivers what was posted.
type Courier struct {
	store store.Store
	cfg   Config
	now   func() time.Time
	log   *slog.Logger
}

// NewCourier makes a courier.
func NewCourier(s store.Store, cfg Config, now func() time.Time, log *slog.Logger) *Courier {
	return &Courier{store: s, cfg: cfg, now: now, log: log}
}

// Job is the courier's work, for the registry.
func (c *Courier) Job() *op.Job {
	return &op.Job{
		Kind: kind,
		Scope: op.ScopeOf(func(e *errand) store.Scope {
			return store.Scope{Write: []store.Partition{op.CostPartition(e.Account)}}
		}),
		Prepare: c.prepare,
	}
}

// attemptLimit is how long one attempt may take.
const attemptLimit = 20 * time.Second

// prepare makes one attempt at a delivery, and gives what records its outcome.
func (c *Courier) prepare(ctx context.Context, j ledger.Job) (func(*op.Call) error, error) {
	var e errand
	if err := json.Unmarshal(j.Body, &e); err != nil {
		return nil, fmt.Errorf("alert: job %s: %w", j.ID, err)
	}
	var d *cost.Delivery
	part := op.CostPartition(e.Account)
	err := c.store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		d, _ = tx.State(part).(*cost.State).Deliveries.Get(e.Delivery)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if d == nil || d.State != cost.Pending {
		return func(*op.Call) error { return nil }, nil // the account was reset, or another replica was here
	}
	if d.Channel == cost.Webhook && c.cfg.Webhook == "" {
		return func(call *op.Call) error { // nobody asked to hear of it
			call.CostOf(e.Account).Deliveries.Delete(d.ID)
			return nil
		}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	outcome := c.deliver(ctx, e.Account, d)
	return func(call *op.Call) error { return c.record(call, e.Account, d.ID, outcome) }, nil
}

// deliver hands a delivery over.
func (c *Courier) deliver(ctx context.Context, account ident.AccountID, d *cost.Delivery) cost.Outcome {
	switch d.Channel {
	case cost.Email:
		return c.mail(ctx, d)
	case cost.SNS:
		return c.notify(ctx, d)
	case cost.Webhook:
		return c.hook(ctx, account, d)
	}
	return noWay("nothing is known of the channel %s", d.Channel)
}

// record notes an attempt, and puts the next one on the ledger if there is to be one.
func (c *Courier) record(call *op.Call, account ident.AccountID, id string, o cost.Outcome) error {
	s := call.CostOf(account)
	d, ok := s.Deliveries.Get(id)
	if !ok || d.State != cost.Pending {
		return nil
	}
	d = s.Attempted(d, o, call.Now)
	if d.State == cost.Pending {
		return enqueue(call.Tx, account, d)
	}
	if d.State != cost.Delivered {
		c.log.Warn("an alert was not delivered", "account", account, "cause", d.Cause, "channel", d.Channel, "address", d.Address, "error", d.Error)
	}
	return nil
}

func noWay(format string, args ...any) cost.Outcome {
	return cost.Outcome{Failure: fmt.Sprintf(format, args...), Final: true, NoWay: true}
}
