package bills

import (
	"context"
	"strings"
	"time"

	"umbel/internal/domain/cost"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// Payers lists the accounts that have months on their bills.
func (d *Desk) Payers(ctx context.Context) ([]ident.AccountID, error) {
	keys, err := d.cfg.Store.Keys(ctx, op.PayerLocator(""))
	if err != nil {
		return nil, err
	}
	out := make([]ident.AccountID, len(keys))
	for i, k := range keys {
		out[i] = ident.AccountID(strings.TrimPrefix(k.Key, op.PayerLocator("")))
	}
	return out, nil
}

// PayerOf gives the account that pays an account's bills, and the organization it manages, "" for none. The account must exist.
func (d *Desk) PayerOf(ctx context.Context, account ident.AccountID) (ident.AccountID, ident.OrgID, error) {
	part, member, err := d.cfg.Store.Locate(ctx, op.MemberLocator(account), true)
	if err != nil {
		return "", "", err
	}
	if !member {
		own := op.IAMPartition(account)
		err := d.cfg.Store.View(ctx, store.Scope{Read: []store.Partition{own}}, func(tx store.Tx) error {
			if _, ok := tx.State(own).(*iam.State).Account(); !ok {
				return fault.New(fault.AccountNotFound, "there is no account %s; `umbel account list` shows them", account)
			}
			return nil
		})
		return account, "", err
	}
	id := ident.OrgID(strings.TrimPrefix(string(part), string(op.OrgPartition(""))))
	payer := account
	err = d.cfg.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) (err error) {
		payer, err = management(tx.State(part).(*org.State))
		return err
	})
	return payer, id, err
}

// view looks at a payer's state.
func (d *Desk) view(ctx context.Context, payer ident.AccountID, look func(*cost.State) error) error {
	part := op.CostPartition(payer)
	return d.cfg.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		return look(tx.State(part).(*cost.State))
	})
}

// update changes a payer's state, and has it listed among the payers.
func (d *Desk) update(ctx context.Context, payer ident.AccountID, action string, change func(*cost.State) error) error {
	part := op.CostPartition(payer)
	return d.cfg.Store.Update(ctx, d.meta(action), store.Scope{Write: []store.Partition{part}}, func(tx store.Tx) error {
		s := tx.State(part).(*cost.State)
		if err := change(s); err != nil {
			return err
		}
		if s.Months.Len() == 0 {
			return nil
		}
		return tx.Claim(op.PayerLocator(payer), part)
	})
}

// now gives the time in UTC.
func (d *Desk) now() time.Time { return d.cfg.Now().UTC() }
