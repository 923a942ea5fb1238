package bills

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// SetTerms replaces a payer's terms. Open months are computed again. Errors: fault.InvalidInput for terms that cannot be.
func (d *Desk) SetTerms(ctx context.Context, payer ident.AccountID, terms *cost.Terms) error {
	if !d.keeps() {
		return errNone()
	}
	err := d.scene(ctx, payer, func(s *scene) error { return d.try(s, terms) })
	if err == nil {
		err = d.update(ctx, payer, "SetTerms", func(s *cost.State) error { s.SetTerms(terms); return nil })
	}
	if err == nil {
		d.Wake(payer)
	}
	return err
}

// try computes a bill of nothing, which fails for terms that cannot be.
func (d *Desk) try(s *scene, terms *cost.Terms) error {
	o := terms.Organization
	o.Payer = string(s.payer)
	o.Members = s.members(o.Members)
	nothing := func(func([]billing.UsageRecord, error) bool) {}
	month := billing.MonthOf(d.now())
	_, err := billing.Compute(billing.Request{Month: month, Book: d.Book(), Organization: &o, Usage: nothing, Until: month.Start().Add(1)})
	if err != nil {
		return fault.New(fault.InvalidInput, "%s", err).Because(err)
	}
	return nil
}

// Terms gives a payer's terms.
func (d *Desk) Terms(ctx context.Context, payer ident.AccountID) (terms billing.Organization, err error) {
	err = d.view(ctx, payer, func(s *cost.State) error { terms = s.Terms().Organization; return nil })
	return terms, err
}

// Names gives the names of the accounts on a payer's bills, by ID; those that left have the name they had.
func (d *Desk) Names(ctx context.Context, payer ident.AccountID) (map[string]string, error) {
	return d.names(ctx, payer)
}

// Status gives where a payer's months stand, in order, and what was imported, in the order it came.
func (d *Desk) Status(ctx context.Context, payer ident.AccountID) (months []cost.Month, imports []cost.Import, err error) {
	if !d.keeps() {
		return nil, nil, errNone()
	}
	err = d.view(ctx, payer, func(s *cost.State) error {
		months, imports = []cost.Month{}, []cost.Import{}
		for _, m := range s.Months.All() {
			months = append(months, *m)
		}
		for _, i := range s.Imports.All() {
			imports = append(imports, *i)
		}
		return nil
	})
	slices.SortStableFunc(imports, func(a, b cost.Import) int { return a.At.Compare(b.At) })
	return months, imports, err
}

// CloseMonth closes a month: its bill becomes final, and its invoices get their numbers, as soon as it is computed.
func (d *Desk) CloseMonth(ctx context.Context, payer ident.AccountID, month billing.Month) error {
	now := d.now()
	if now.Before(month.End()) {
		return fault.New(fault.InvalidInput, "%s is not over yet", month)
	}
	return d.change(ctx, payer, month, "Close", func(s *cost.State) { s.Close(month.String(), now) })
}

// ReopenMonth makes a final bill an estimate again, until CloseMonth.
func (d *Desk) ReopenMonth(ctx context.Context, payer ident.AccountID, month billing.Month) error {
	return d.change(ctx, payer, month, "Reopen", func(s *cost.State) { s.Reopen(month.String()) })
}

func (d *Desk) change(ctx context.Context, payer ident.AccountID, month billing.Month, action string, change func(*cost.State)) error {
	if !d.keeps() {
		return errNone()
	}
	err := d.update(ctx, payer, action, func(s *cost.State) error {
		if _, ok := s.Months.Get(month.String()); !ok {
			return fault.New(fault.NoSuchEntity, "there is no bill of %s for account %s: no usage of it came in", month, payer)
		}
		change(s)
		return nil
	})
	if err == nil {
		d.Wake(payer)
	}
	return err
}

// Reset forgets all usage, lines and bills, together with what wipe wipes: for test servers.
func (d *Desk) Reset(ctx context.Context, wipe func() error) error {
	if !d.keeps() {
		return wipe()
	}
	d.work.mu.Lock()
	if d.work.current != nil {
		d.work.current()
	}
	d.work.mu.Unlock()
	d.gate.Lock()
	defer d.gate.Unlock()
	payers, err := d.Payers(ctx)
	if err != nil {
		return err
	}
	if err := wipe(); err != nil {
		return err
	}
	d.work.mu.Lock()
	clear(d.work.due)
	d.work.mu.Unlock()
	var errs []error
	for _, p := range payers {
		errs = append(errs, d.cfg.Engine.Forget(ctx, string(p)), d.cfg.Usage.Forget(string(p)), os.RemoveAll(filepath.Join(d.cfg.Dir, string(p))))
	}
	return errors.Join(errs...)
}
