package bills

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// billFile begins what is kept of a month's bill in DIR/<payer>/<month>.json.gz. After it the subtotals of its bills come, each a value
// of its own, so that no bill is a text in memory.
type billFile struct {
	Version   int
	Bills     []keptBill // one for each currency; at least one
	Subtotals []int      // how many each of them has
}

// keptBill is a bill without its subtotals.
type keptBill struct {
	*billing.Bill
	Rows []billing.Row `json:",omitempty"` // in their place, until version 1
}

const billVersion = 2

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
	if err := keep(path, filed(bills)); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return fmt.Errorf("bills: %w", err)
	}
	return nil
}

// filed gives the values of a bill's file.
func filed(bills []*billing.Bill) iter.Seq[any] {
	head := billFile{Version: billVersion}
	for _, b := range bills {
		bare := *b
		bare.Subtotals = nil
		head.Bills, head.Subtotals = append(head.Bills, keptBill{Bill: &bare}), append(head.Subtotals, len(b.Subtotals))
	}
	return func(yield func(any) bool) {
		if !yield(&head) {
			return
		}
		for _, b := range bills {
			for i := range b.Subtotals {
				if !yield(&b.Subtotals[i]) {
					return
				}
			}
		}
	}
}

// unfiled reads a bill's file.
func unfiled(from io.Reader) (bills []*billing.Bill, err error) {
	in, err := unpack(from)
	if err != nil {
		return nil, err
	}
	var head billFile
	if err := in.Decode(&head); err != nil {
		return nil, err
	}
	switch {
	case head.Version > billVersion:
		return nil, fmt.Errorf("a bill of version %d, and only %d is known", head.Version, billVersion)
	case len(head.Bills) == 0 || head.Version == billVersion && len(head.Subtotals) != len(head.Bills):
		return nil, fmt.Errorf("%d bills, and subtotals of %d", len(head.Bills), len(head.Subtotals))
	}
	for i, kept := range head.Bills {
		b := kept.Bill
		if head.Version < billVersion {
			b.Subtotals = billing.SubtotalsOf(kept.Rows)
			bills = append(bills, b)
			continue
		}
		for range head.Subtotals[i] {
			var t billing.Subtotal
			if err := in.Decode(&t); err != nil {
				return nil, err
			}
			b.Subtotals = append(b.Subtotals, t)
		}
		bills = append(bills, b)
	}
	return bills, nil
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
	bills, err := unfiled(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("bills: %s: %w", f.Name(), err)
	}
	return bills, nil
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

// ForMember gives the part of a bill that a member sees: its own subtotals at unblended cost, and of invoices those it receives.
func ForMember(b *billing.Bill, account ident.AccountID) *billing.Bill {
	part := &billing.Bill{Month: b.Month, Payer: b.Payer, Currency: b.Currency, Final: b.Final, Until: b.Until}
	part.Subtotals, part.Total = b.Of(string(account))
	for i := range part.Subtotals {
		t := &part.Subtotals[i]
		t.Blended = t.Unblended
		if t.Type == billing.Usage {
			part.Usage = part.Usage.Add(t.Unblended)
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
