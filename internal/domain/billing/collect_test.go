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

// TestCollectedSubtotals: subtotals make the bill that their lines make, in whatever order they come; one that does not belong on it
// leaves it as it is.
func TestCollectedSubtotals(t *testing.T) {
	fee := collected(other, "7", "USD", october)
	fee.Type, fee.Bill.Entity, fee.LegalEntity, fee.Detail.Name = billing.Fee, billing.EntityMarketplace, "Seller Ltd", "Product"
	again := *fee
	again.Unblended, again.UsageType, again.UnblendedRate = d("-2"), "another", d("3")
	renamed := *fee
	renamed.Detail.Name = "Another name"
	lines := []*billing.Line{collected(first, "1", "USD", october), fee, &again, &renamed, collected(first, "2.5", "USD", october)}
	byLine, byPart, twice := newCollector(), newCollector(), newCollector()
	for i := range lines {
		if err := byLine.Add(lines[i]); err != nil {
			t.Fatal(err)
		}
		r := billing.RowOf(lines[len(lines)-1-i])
		if err := byPart.AddSubtotal("USD", &r.Subtotal); err != nil {
			t.Fatal(err)
		}
	}
	huge := billing.RowOf(collected(first, "99999999999999999999999999", "USD", october))
	if err := byPart.AddSubtotal("USD", &huge.Subtotal); !errors.Is(err, decimal.ErrRange) {
		t.Errorf("beyond measure: %v", err)
	}
	if err := byPart.AddSubtotal("EUR", &billing.Subtotal{Account: first}); err == nil {
		t.Error("another currency: added")
	}
	want, got := billed(t, byLine), billed(t, byPart)
	if !reflect.DeepEqual(want, got) || len(got.Subtotals) != 3 || got.Subtotals[2].Unblended != d("5") || got.Subtotals[2].Lines != 2 {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for i := range got.Subtotals {
		if err := twice.AddSubtotal(got.Currency, &got.Subtotals[i]); err != nil {
			t.Fatal(err)
		}
	}
	if same := billed(t, twice); !reflect.DeepEqual(want, same) {
		t.Errorf("got %+v\nwant %+v", same, want)
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
