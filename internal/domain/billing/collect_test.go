package billing_test

import (
	"errors"
	"reflect"
	"testing"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

func collected(account, amount, currency string, m billing.Month) *billing.Line {
	return &billing.Line{ID: "l", Account: account, Type: billing.Usage, Currency: currency, Unblended: d(amount), Bill: billing.BillPart{Type: billing.Anniversary, PeriodStart: m.Start()}}
}

// TestCollector: lines of another month or currency are refused, and one whose amount is beyond measure leaves no trace.
func TestCollector(t *testing.T) {
	c := newCollector()
	for _, l := range []*billing.Line{collected(first, "1", "USD", october), collected(first, "2.5", "USD", october), collected(other, "99000000000000000000000000", "USD", october)} {
		if err := c.Add(l); err != nil {
			t.Error(err)
		}
	}
	for name, l := range map[string]*billing.Line{
		"another month": collected(first, "1", "USD", october.Next()), "another currency": collected(first, "1", "EUR", october), "beyond measure": collected(other, "99000000000000000000000000", "USD", october),
	} {
		if err := c.Add(l); err == nil {
			t.Errorf("%s: added", name)
		}
	}
	bill, err := c.Bill()
	if err != nil || bill.Total.Lines != 3 || byAccount(bill)[first].Unblended != d("3.5") || byAccount(bill)[other].Unblended != d("99000000000000000000000000") {
		t.Errorf("%v: %+v", err, bill)
	}
	if !bill.Saved().IsZero() || bill.Invoices[0].Number != "" {
		t.Errorf("nothing was compared, nothing is final: %+v", bill)
	}
}

// TestCollectedRows: rows make the bill that their lines make, in whatever order they come; one that does not belong on it leaves it
// as it is.
func TestCollectedRows(t *testing.T) {
	fee := collected(other, "7", "USD", october)
	fee.Type, fee.Bill.Entity, fee.LegalEntity, fee.Detail.Name = billing.Fee, billing.EntityMarketplace, "Seller Ltd", "Product"
	unnamed := *fee
	unnamed.Detail.Name, unnamed.Unblended = "", d("-2")
	renamed := *fee
	renamed.Detail.Name = "Name before"
	lines := []*billing.Line{collected(first, "1", "USD", october), fee, &unnamed, &renamed, collected(first, "2.5", "USD", october)}
	byLine, byRow, again := newCollector(), newCollector(), newCollector()
	for i := range lines {
		if err := byLine.Add(lines[i]); err != nil {
			t.Fatal(err)
		}
		r := billing.RowOf(lines[len(lines)-1-i])
		if err := byRow.AddRow("USD", &r); err != nil {
			t.Fatal(err)
		}
	}
	huge := billing.RowOf(collected(first, "99999999999999999999999999", "USD", october))
	if err := byRow.AddRow("USD", &huge); !errors.Is(err, decimal.ErrRange) {
		t.Errorf("beyond measure: %v", err)
	}
	if err := byRow.AddRow("EUR", &billing.Row{Account: first}); err == nil {
		t.Error("another currency: added")
	}
	want, got := billed(t, byLine), billed(t, byRow)
	if !reflect.DeepEqual(want, got) || len(got.Rows) != 2 || got.Rows[1].Name != "Name before" {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for i := range got.Rows {
		if err := again.AddRow(got.Currency, &got.Rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if twice := billed(t, again); !reflect.DeepEqual(want, twice) {
		t.Errorf("got %+v\nwant %+v", twice, want)
	}
}

func newCollector() *billing.Collector {
	return billing.NewCollector(organization(payer, first), october, false)
}

func billed(t *testing.T, c *billing.Collector) *billing.Bill {
	t.Helper()
	b, err := c.Bill()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
