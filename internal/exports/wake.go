package exports

import (
	"encoding/json"

	"umbel/internal/bills"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/store"
)

// wakeJob is the kind of job by which an operation that changed an export has it looked at, after its change was committed.
const wakeJob = "bcm-data-exports:Wake"

type wakeBody struct{ Payer ident.AccountID }

// Job is the background work that wakes the exporter; nil may be asked for it where operations are only listed.
func (x *Exporter) Job() *op.Job {
	return &op.Job{
		Kind:  wakeJob,
		Scope: op.ScopeOf(func(*wakeBody) store.Scope { return store.Scope{} }),
		Run: func(_ *op.Call, j ledger.Job) error {
			var b wakeBody
			if err := json.Unmarshal(j.Body, &b); err != nil {
				return err
			}
			x.Wake(b.Payer)
			return nil
		},
	}
}

// Changed is called by an operation that changed the caller's exports: the account can be found while it has some, and is looked at
// when the change was committed.
func Changed(c *op.Call) error {
	payer, err := bills.Payer(c)
	if err != nil {
		return err
	}
	id := c.Caller.Account
	if !c.Cost().HasExports() {
		return c.Tx.Release(Locator(id))
	}
	if err := c.Tx.Claim(Locator(id), op.CostPartition(id)); err != nil {
		return err
	}
	return c.Enqueue(wakeJob, c.Now, wakeBody{payer})
}

// Scope is that of operations that change the caller's exports.
func Scope[In any](c *op.Call, _ *In) (store.Scope, error) {
	return store.Scope{Write: []store.Partition{op.CostPartition(c.Caller.Account)}}, nil
}

// ReadScope is that of operations that read the caller's exports.
func ReadScope[In any](c *op.Call, _ *In) (store.Scope, error) {
	return store.Scope{Read: []store.Partition{op.CostPartition(c.Caller.Account)}}, nil
}
