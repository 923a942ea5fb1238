package bills

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// billFile is what is kept of a month's bill: DIR/<payer>/<month>.json.gz.
type billFile struct {
	Version int
	Bills   []*billing.Bill // one for each currency; at least one
}

const billVersion = 1

func (d *Desk) path(payer ident.AccountID, month billing.Month) string {
	return filepath.Join(d.cfg.Dir, string(payer), month.String()+".json.gz")
}

// save keeps a month's bills: whole or not at all, whenever the process ends.
func (d *Desk) save(payer ident.AccountID, month billing.Month, bills []*billing.Bill) error {
	path := d.path(payer, month)
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("bills: %w", err)
	}
	if err := keep(path, billFile{billVersion, bills}); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return fmt.Errorf("bills: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Bills gives a payer's bills of a month, one for each currency, and where the month stands. Errors: fault.NoSuchEntity where there
// is no bill (yet).
func (d *Desk) Bills(ctx context.Context, payer ident.AccountID, month billing.Month) ([]*billing.Bill, cost.Month, error) {
	if !d.keeps() {
		return nil, cost.Month{}, errNone()
	}
	var row cost.Month
	err := d.view(ctx, payer, func(s *cost.State) error {
		if m, ok := s.Months.Get(month.String()); ok {
			row = *m
		}
		return nil
	})
	if err != nil {
		return nil, row, err
	}
	if row.Done == 0 {
		return nil, row, fault.New(fault.NoSuchEntity, "there is no bill of %s for account %s%s", month, payer, whyNot(&row))
	}
	bills, err := d.Kept(payer, month)
	return bills, row, err
}

// Kept gives the bills of a month that were made, one for each currency.
func (d *Desk) Kept(payer ident.AccountID, month billing.Month) ([]*billing.Bill, error) {
	if !d.keeps() {
		return nil, errNone()
	}
	f, err := os.Open(d.path(payer, month))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("bills: the bill of %s was made, and its file is gone: %w", month, err)
	}
	if err != nil {
		return nil, fmt.Errorf("bills: %w", err)
	}
	defer f.Close()
	var kept billFile
	err = unpack(f, &kept)
	switch {
	case err != nil:
		return nil, fmt.Errorf("bills: %s: %w", f.Name(), err)
	case kept.Version > billVersion || len(kept.Bills) == 0:
		return nil, fmt.Errorf("bills: %s is of version %d, and only %d is known", f.Name(), kept.Version, billVersion)
	}
	return kept.Bills, nil
}

func whyNot(row *cost.Month) string {
	switch {
	case row.Wanted == 0:
		return ": no usage of it came in"
	case row.Failure != "":
		return ": " + row.Failure
	}
	return " yet: it is being computed"
}

// Bill gives the payer's bill of a month; see Bills.
func (d *Desk) Bill(ctx context.Context, payer ident.AccountID, month billing.Month) (*billing.Bill, error) {
	all, _, err := d.Bills(ctx, payer, month)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ForMember gives the part of a bill that a member sees: its own rows at unblended cost, and of invoices those it receives.
func ForMember(b *billing.Bill, account ident.AccountID) *billing.Bill {
	part := &billing.Bill{Month: b.Month, Payer: b.Payer, Currency: b.Currency, Final: b.Final, Until: b.Until}
	part.Rows, part.Total = b.Of(string(account))
	for i := range part.Rows {
		r := &part.Rows[i]
		r.Blended = r.Unblended
		if r.Type == billing.Usage {
			part.Usage = part.Usage.Add(r.Unblended)
		}
	}
	part.Total.Blended = part.Total.Unblended
	for _, v := range b.Invoices {
		if v.Unit != "" && v.Receiver == string(account) {
			part.Invoices = append(part.Invoices, v)
		}
	}
	return part
}
