package organizations

import (
	"encoding/json"
	"fmt"

	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
	"umbel/internal/store"
)

const (
	closeAccountKind  = service + ":CloseAccount"
	expireAccountKind = service + ":ExpireAccount"
)

// closure is the body of the jobs that end an account.
type closure struct {
	Organization ident.OrgID
	Account      ident.AccountID
}

func closeAccount() *op.Operation {
	return writing("CloseAccount",
		func(a *authorize, in *model.CloseAccountInput) []op.Target { return []op.Target{a.node(in.AccountId)} },
		func(sc *scene, in *model.CloseAccountInput) (*model.CloseAccountOutput, error) {
			id := ident.AccountID(*in.AccountId)
			if err := sc.s.Close(sc.Now, sc.q, id); err != nil {
				return nil, err
			}
			return done[model.CloseAccountOutput](sc.Enqueue(closeAccountKind, sc.Now, closure{sc.o.ID, id}))
		})
}

// closeAccountJob shuts the account's identities out and lets it expire later.
func closeAccountJob() *op.Job {
	return &op.Job{
		Kind: closeAccountKind,
		Scope: op.ScopeOf(func(b *closure) store.Scope {
			return store.Scope{Write: []store.Partition{op.OrgPartition(b.Organization), op.IAMPartition(b.Account)}}
		}),
		Run: func(c *op.Call, j ledger.Job) error {
			b, err := closureOf(j)
			if err != nil || !c.OrgOf(b.Organization).Closed(b.Account) {
				return err
			}
			if err := shutOut(c, &b); err != nil {
				return err
			}
			return c.Enqueue(expireAccountKind, c.Now.Add(org.Retention), b)
		},
	}
}

// shutOut closes the account's own record, so that nothing in it can act any more, and records the closure.
func shutOut(c *op.Call, b *closure) error {
	own := c.IAMOf(b.Account)
	if a, ok := own.Account(); ok {
		closed := *a
		closed.Closed = c.Now
		own.PutAccount(&closed)
	}
	s := c.OrgOf(b.Organization)
	o, err := s.Existing()
	if err != nil {
		return err
	}
	a, err := s.ExistingAccount(b.Account)
	if err != nil {
		return err
	}
	return recordClosure(c, o, a)
}

// expireAccountJob takes an account that is closed for good out of its organization. Its e-mail address stays taken.
func expireAccountJob() *op.Job {
	return &op.Job{
		Kind: expireAccountKind,
		Scope: op.ScopeOf(func(b *closure) store.Scope {
			return store.Scope{Write: []store.Partition{op.OrgPartition(b.Organization)}}
		}),
		Run: func(c *op.Call, j ledger.Job) error {
			b, err := closureOf(j)
			if err != nil || !c.OrgOf(b.Organization).Expire(c.Now, b.Account) {
				return err
			}
			return c.Tx.Release(op.MemberLocator(b.Account))
		},
	}
}

func closureOf(j ledger.Job) (closure, error) {
	var b closure
	if err := json.Unmarshal(j.Body, &b); err != nil {
		return b, fmt.Errorf("organizations: job %s: %w", j.ID, err)
	}
	return b, nil
}
