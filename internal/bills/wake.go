package bills

import (
	"encoding/json"
	"fmt"

	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/store"
)

// wakeKind begins with the ID of the service that declares the job.
const wakeKind = "ce:MakeBills"

type wakeBody struct{ Payer ident.AccountID }

// Want asks for months of a payer to be computed again, in an operation whose scope writes the payer's cost partition. The desk hears of
// it when the operation's change is committed.
func Want(c *op.Call, payer ident.AccountID, months ...string) error {
	for _, m := range months {
		c.CostOf(payer).Want(m)
	}
	return Wake(c, payer)
}

// Wake has the desk look after a payer of whose months something is wanted, when the change of an operation is committed whose scope
// writes the payer's cost partition.
func Wake(c *op.Call, payer ident.AccountID) error {
	if c.CostOf(payer).Months.Len() > 0 {
		if err := c.Tx.Claim(op.PayerLocator(payer), op.CostPartition(payer)); err != nil {
			return err
		}
	}
	return c.Enqueue(wakeKind, c.Now, wakeBody{payer})
}

// Job is the background work that Wake leaves: it wakes the desk of the server that does it.
func (d *Desk) Job() *op.Job {
	return &op.Job{
		Kind:  wakeKind,
		Scope: op.ScopeOf(func(b *wakeBody) store.Scope { return store.Scope{Write: []store.Partition{op.CostPartition(b.Payer)}} }),
		Run: func(_ *op.Call, j ledger.Job) error {
			var b wakeBody
			if err := json.Unmarshal(j.Body, &b); err != nil {
				return fmt.Errorf("bills: job %s: %w", j.ID, err)
			}
			d.Wake(b.Payer)
			return nil
		},
	}
}
