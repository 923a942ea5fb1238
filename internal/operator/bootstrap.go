package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// RootKey is the access key of a root user, shown once.
type RootKey struct {
	Account         ident.AccountID
	AccessKeyID     string
	SecretAccessKey string
}

// Bootstrap makes the first account of an empty store with an access key of its root user. id may be empty: one is chosen.
// keep is called with the key before the account is committed, so that no crash can lose it; it may be nil.
// On a store that has its first account Bootstrap makes nothing and gives nil. Of several replicas that start at once on
// an empty store, one makes the account.
func (d *Door) Bootstrap(ctx context.Context, id ident.AccountID, name, email string, keep func(RootKey) error) (*RootKey, error) {
	if part, ok, err := d.Store.Locate(ctx, firstAccount, true); err != nil {
		return nil, err
	} else if ok {
		have := ident.AccountID(strings.TrimPrefix(string(part), string(op.IAMPartition(""))))
		if id != "" && id != have {
			return nil, fmt.Errorf("this store was made with the first account %s, not %s", have, id)
		}
		return nil, nil
	}
	if id == "" {
		id = ident.NewAccountID(d.Rand)
	}
	key := RootKey{Account: id, AccessKeyID: ident.NewAccessKeyID(d.Rand, ident.PrefixAccessKey), SecretAccessKey: ident.NewSecretAccessKey(d.Rand)}
	if keep != nil {
		if err := keep(key); err != nil {
			return nil, err
		}
	}
	err := d.MakeFirst(ctx, key, name, email)
	if errors.Is(err, errTaken) || fault.Is(err, fault.EntityAlreadyExists) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &key, nil
}

var errTaken = errors.New("another replica made the first account")

// MakeFirst makes the first account with the access key of its root user.
func (d *Door) MakeFirst(ctx context.Context, key RootKey, name, email string) error {
	err := d.signUp(ctx, key.Account, name, email, func(tx store.Tx, s *iam.State) error {
		part := op.IAMPartition(key.Account)
		if err := tx.Claim(firstAccount, part); errors.Is(err, store.ErrTaken) {
			return errTaken
		} else if err != nil {
			return err
		}
		if err := tx.Claim(op.KeyLocator(key.AccessKeyID), part); err != nil {
			return err
		}
		s.Keys.Put(&iam.AccessKey{ID: key.AccessKeyID, Secret: key.SecretAccessKey, Active: true, Created: d.Now()})
		return nil
	})
	if err != nil {
		return fmt.Errorf("make the first account: %w", err)
	}
	return nil
}

// RootKey gives the oldest access key of an account's root user, nil if there is none.
func (d *Door) RootKey(ctx context.Context, id ident.AccountID) (found *RootKey, err error) {
	part := op.IAMPartition(id)
	err = d.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		var oldest *iam.AccessKey
		for _, k := range tx.State(part).(*iam.State).Keys.All() {
			if k.User == "" && (oldest == nil || k.Created.Before(oldest.Created)) {
				oldest = k
			}
		}
		if found = nil; oldest != nil {
			found = &RootKey{Account: id, AccessKeyID: oldest.ID, SecretAccessKey: oldest.Secret}
		}
		return nil
	})
	return found, err
}

// First gives the ID of the first account.
func (d *Door) First(ctx context.Context) (ident.AccountID, error) { return d.find(ctx, "") }

// Ensure makes an account that is called for the first time in the mode that trusts account IDs as access keys.
func (d *Door) Ensure(ctx context.Context, id ident.AccountID) error {
	err := d.signUp(ctx, id, "account "+string(id), "root+"+string(id)+"@example.com", nil)
	if fault.Is(err, fault.EntityAlreadyExists) {
		return nil
	}
	return err
}
