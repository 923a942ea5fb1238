package bills

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/usage"
)

// Put takes usage records in that are in no file. Unlike files, the same records twice count twice.
func (d *Desk) Put(ctx context.Context, account ident.AccountID, records []billing.UsageRecord) error {
	id := make([]byte, 16)
	rand.Read(id)
	hours := func(yield func([]billing.UsageRecord, error) bool) { yield(records, nil) }
	_, err := d.take(ctx, account, "records", "put-"+hex.EncodeToString(id), hours, nil)
	return err
}

// take takes usage in that has an identity of its own, and changes the state with it. It tells whether the same was taken in before.
func (d *Desk) take(ctx context.Context, account ident.AccountID, name, identity string, hours billing.Hours, also func(*cost.State)) (before bool, err error) {
	if !d.keeps() {
		return false, errNone()
	}
	payer, _, err := d.PayerOf(ctx, account)
	if err != nil {
		return false, err
	}
	d.gate.RLock()
	defer d.gate.RUnlock()
	in := &importing{desk: d, ctx: ctx, payer: payer, months: map[string]*labels{}, also: also}
	defer in.abort()
	out := &Imported{Import: cost.Import{Digest: identity, Name: name, Format: string(usage.Records), Records: true}}
	for records, err := range hours {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return false, err
		}
		for i := range records {
			if err := check(&records[i]); err != nil {
				return false, err
			}
		}
		if err := in.addRecords(records); err != nil {
			return false, err
		}
		out.Taken += int64(len(records))
		out.span(records)
	}
	if out.Taken == 0 {
		return false, nil
	}
	out.Months = slices.Sorted(maps.Keys(in.months))
	err = in.count(out)
	return out.Before, err
}

// check refuses records that no file could have brought in.
func check(r *billing.UsageRecord) error {
	switch {
	case !ident.AccountID(r.Account).Valid():
		return fault.New(fault.InvalidInput, "usage of %q, which is no account ID", r.Account)
	case r.Product == "" || r.UsageType == "" || r.Quantity.Sign() < 0 || r.End.Before(r.Start):
		return fault.New(fault.InvalidInput, "usage of %s: no product or usage type, or less than nothing, or an end before the start", r.Account)
	}
	return nil
}

// span widens the time that an import is of.
func (i *Imported) span(records []billing.UsageRecord) {
	for k := range records {
		if r := &records[k]; i.From.IsZero() || r.Start.Before(i.From) {
			i.From = r.Start
		}
		if r := &records[k]; r.End.After(i.To) {
			i.To = r.End
		}
	}
}

// Simulate makes up usage, purchases and credits for a payer's accounts: those that the simulation names, or all of the organization.
// The same simulation again counts once. progress, which may be nil, is told each month that is done.
func (d *Desk) Simulate(ctx context.Context, payer ident.AccountID, s usage.Simulation, progress func(billing.Month)) error {
	if !d.keeps() {
		return errNone()
	}
	names, err := d.names(ctx, payer)
	if err != nil {
		return err
	}
	names[string(payer)] = ""
	if len(s.Accounts) == 0 {
		delete(names, string(payer))
		s.Accounts = append([]string{string(payer)}, slices.Sorted(maps.Keys(names))...)
	}
	s.Book = d.Book()
	if err := s.Check(); err != nil {
		return fault.New(fault.InvalidInput, "%s", err).Because(err)
	}
	made := s.Organization()
	// Whether an account of the organization is a member the organization knows.
	made.Members = slices.DeleteFunc(made.Members, func(m billing.Membership) bool { _, known := names[m.Account]; return known })
	month := s.First
	for range s.Months {
		identity, err := identityOf(&s, month)
		if err != nil {
			return err
		}
		merge := func(st *cost.State) {
			before := st.Terms().Organization
			if after := merged(before, made); !same(before, after) {
				st.SetTerms(&cost.Terms{Organization: after})
			}
		}
		if _, err := d.take(ctx, payer, fmt.Sprintf("simulation %d of %s", s.Seed, month), identity, s.Hours(month), merge); err != nil {
			return err
		}
		if progress != nil {
			progress(month)
		}
		month = month.Next()
	}
	return nil
}

// identityOf tells a month of a simulation from all others.
func identityOf(s *usage.Simulation, month billing.Month) (string, error) {
	raw, err := json.Marshal([]any{s.Seed, s.Accounts, s.First, s.Months, s.Resources, month})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return "simulation-" + hex.EncodeToString(sum[:16]), nil
}

// merged gives terms with what a simulation makes up. What both have by the same name is the simulation's.
func merged(terms billing.Organization, made *billing.Organization) billing.Organization {
	terms.Members = with(terms.Members, made.Members, func(m billing.Membership) string { return m.Account })
	terms.Reservations = with(terms.Reservations, made.Reservations, func(r billing.Reservation) string { return r.ARN })
	terms.Plans = with(terms.Plans, made.Plans, func(p billing.SavingsPlan) string { return p.ARN })
	terms.Credits = with(terms.Credits, made.Credits, func(c billing.CreditBalance) string { return c.ID })
	terms.Charges = with(terms.Charges, made.Charges, func(c billing.Charge) string { return c.ID })
	terms.Support = with(terms.Support, made.Support, func(s billing.Support) string { return string(s.Plan) })
	return terms
}

// with gives a list with others in the place of those of the same name.
func with[V any](list, others []V, name func(V) string) []V {
	of := map[string]bool{}
	for _, o := range others {
		of[name(o)] = true
	}
	return append(slices.DeleteFunc(slices.Clone(list), func(v V) bool { return of[name(v)] }), others...)
}

// same tells whether terms are the same.
func same(a, b billing.Organization) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
