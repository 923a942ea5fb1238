package operator

import (
	"context"
	"errors"
	"net/mail"
	"strings"

	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// firstAccount is the locator of the account the server was started with.
const firstAccount = "first-account"

// createAccount makes a stand-alone account, as signing up at AWS makes one: a root user and nothing else.
func (d *Door) createAccount(ctx context.Context, rq CreateAccountRequest) (Account, error) {
	id := ident.AccountID(rq.ID)
	if id == "" {
		id = ident.NewAccountID(d.Rand)
	}
	if err := d.signUp(ctx, id, rq.Name, rq.Email, nil); err != nil {
		return Account{}, err
	}
	return d.account(ctx, id)
}

// signUp puts a new account into the store. more may add to it in the same update.
func (d *Door) signUp(ctx context.Context, id ident.AccountID, name, email string, more func(store.Tx, *iam.State) error) error {
	if !id.Valid() {
		return fault.New(fault.ValidationFailed, "%q is not an account ID: want 12 digits", id)
	}
	if n := len([]rune(name)); n < 1 || n > 50 {
		return fault.New(fault.ValidationFailed, "an account's name has 1 to 50 characters; %q has %d", name, n)
	}
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) < 6 || len(email) > 64 {
		return fault.New(fault.ValidationFailed, "%q is not an e-mail address of 6 to 64 characters", email)
	}
	part := op.IAMPartition(id)
	meta := store.Meta{RequestID: "operator", Actor: "operator", Action: "operator:CreateAccount", At: d.Now()}
	return d.Store.Update(ctx, meta, store.Scope{Write: []store.Partition{part}}, func(tx store.Tx) error {
		s := tx.State(part).(*iam.State)
		if _, exists := s.Account(); exists {
			return fault.New(fault.EntityAlreadyExists, "account %s exists already", id)
		}
		if err := tx.Claim(op.EmailLocator(strings.ToLower(email)), part); errors.Is(err, store.ErrTaken) {
			return fault.New(fault.EntityAlreadyExists, "the e-mail address %s is another account's: every root user has its own", email)
		} else if err != nil {
			return err
		}
		iam.NewAccount(s, d.env(), id, name, email)
		if more == nil {
			return nil
		}
		return more(tx, s)
	})
}

// env is what changes to an account need from outside.
func (d *Door) env() iam.Env {
	return iam.Env{Now: d.Now().UTC(), Rand: d.Rand, Quotas: &d.Settings.IAM}
}

// accounts lists every account by its root e-mail address.
func (d *Door) accounts(ctx context.Context) ([]Account, error) {
	keys, err := d.Store.Keys(ctx, op.EmailLocator(""))
	if err != nil {
		return nil, err
	}
	out := make([]Account, 0, len(keys))
	for _, k := range keys {
		id, _ := strings.CutPrefix(string(k.Partition), string(op.IAMPartition("")))
		a, err := d.account(ctx, ident.AccountID(id))
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// account describes one account as it is now.
func (d *Door) account(ctx context.Context, id ident.AccountID) (Account, error) {
	member, err := d.organizationOf(ctx, id)
	if err != nil {
		return Account{}, err
	}
	sc := store.Scope{Read: []store.Partition{op.IAMPartition(id)}}
	if member != "" {
		sc.Read = append(sc.Read, op.OrgPartition(member))
	}
	var out Account
	err = d.Store.View(ctx, sc, func(tx store.Tx) error {
		a, ok := tx.State(op.IAMPartition(id)).(*iam.State).Account()
		if !ok {
			return fault.New(fault.AccountNotFound, "there is no account %s; `umbel account list` shows them", id)
		}
		out = Account{ID: string(id), Name: a.Name, Email: a.Email, State: string(org.StateActive), Created: a.Created}
		if !a.Closed.IsZero() {
			out.State = string(org.StateClosed)
		}
		if member != "" {
			if row, ok := tx.State(op.OrgPartition(member)).(*org.State).Account(id); ok {
				out.Organization, out.State, out.Name = string(member), string(row.State), row.Name
			}
		}
		return nil
	})
	return out, err
}

// organizationOf tells which organization an account is in, "" for none.
func (d *Door) organizationOf(ctx context.Context, id ident.AccountID) (ident.OrgID, error) {
	part, ok, err := d.Store.Locate(ctx, op.MemberLocator(id), true)
	if err != nil || !ok {
		return "", err
	}
	return ident.OrgID(strings.TrimPrefix(string(part), string(op.OrgPartition("")))), nil
}

// find resolves an account by ID, root e-mail address or name; "" is the first account. Names need not be unique: a name
// that two accounts bear is refused.
func (d *Door) find(ctx context.Context, which string) (ident.AccountID, error) {
	key := firstAccount
	switch {
	case ident.AccountID(which).Valid():
		a, err := d.account(ctx, ident.AccountID(which))
		return ident.AccountID(a.ID), err
	case strings.Contains(which, "@"):
		key = op.EmailLocator(strings.ToLower(which))
	case which != "":
		return d.findByName(ctx, which)
	}
	part, ok, err := d.Store.Locate(ctx, key, true)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fault.New(fault.AccountNotFound, "there is no account %s; `umbel account list` shows them", which)
	}
	return ident.AccountID(strings.TrimPrefix(string(part), string(op.IAMPartition("")))), nil
}

func (d *Door) findByName(ctx context.Context, name string) (ident.AccountID, error) {
	all, err := d.accounts(ctx)
	if err != nil {
		return "", err
	}
	var found []string
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
		if strings.EqualFold(a.Name, name) {
			found = append(found, a.ID)
		}
	}
	switch len(found) {
	case 1:
		return ident.AccountID(found[0]), nil
	case 0:
		if len(names) > 20 {
			names = append(names[:20], "…")
		}
		return "", fault.New(fault.AccountNotFound, "there is no account named %q; there are: %s", name, strings.Join(names, ", "))
	}
	return "", fault.New(fault.AccountNotFound, "several accounts are named %q: name one by ID: %s", name, strings.Join(found, ", "))
}
