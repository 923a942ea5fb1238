package usage_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

// TestFOCUSReadsBack: a simulated month's bill, written as FOCUS and read back, costs every account the same.
func TestFOCUSReadsBack(t *testing.T) {
	s := simulation(t, 3, 14, 3)
	m := billing.Month{Year: 2026, Month: time.March}
	type cost struct{ billed, amortized decimal.D }
	sum := func(into map[string]cost, l *billing.Line) {
		c := into[l.Account]
		into[l.Account] = cost{c.billed.Add(l.NetUnblended), c.amortized.Add(l.NetAmortized())}
	}
	var file bytes.Buffer
	w := usage.NewFOCUSWriter(&file, map[string]string{s.Accounts[0]: "Boss"})
	want, got := map[string]cost{}, map[string]cost{}
	_, err := billing.Compute(billing.Request{Month: m, Book: s.Book, Organization: s.Organization(), Usage: s.Hours(m), Emit: func(l, _ *billing.Line) error {
		sum(want, l)
		return w.Write(l)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(file.String(), "\n")
	if header != strings.Join(usage.FOCUS12Columns(), ",") || len(usage.FOCUS12Columns()) != 60 {
		t.Errorf("%d columns: %s", len(usage.FOCUS12Columns()), header)
	}
	back := read(t, &file)
	wantProblems(t, back.problems)
	if back.Format != usage.FOCUS12 {
		t.Errorf("got %s", back.Format)
	}
	types, market := map[billing.LineType]bool{}, false
	for i := range back.lines {
		l := &back.lines[i]
		sum(got, l)
		types[l.Type] = true
		market = market || l.Bill.Entity == billing.EntityMarketplace
		if l.Type == billing.Usage && (l.UsageType == "" || l.Product == "" || l.Bill.Payer != s.Accounts[0]) {
			t.Fatalf("got %+v", l)
		}
	}
	if diff := cmp.Diff(want, got, compareDecimals, cmp.AllowUnexported(cost{})); diff != "" {
		t.Error(diff)
	}
	for _, kind := range []billing.LineType{billing.Usage, billing.DiscountedUsage, billing.SavingsPlanCovered, billing.SavingsPlanRecurring, billing.ReservationFee, billing.Fee, billing.Credit, billing.Refund} {
		if !types[kind] {
			t.Errorf("no line of type %s", kind)
		}
	}
	if !market {
		t.Error("nothing of the Marketplace")
	}
}

// TestFOCUSUnused: what of a commitment nothing used is a row of its own, and upfront fees are billed but not amortized.
func TestFOCUSUnused(t *testing.T) {
	base := billing.Line{Account: "111122223333", Currency: "USD", Start: at("2026-10-03T14:00:00Z"), End: at("2026-10-03T15:00:00Z"), Bill: billing.BillPart{Payer: "111122223333"}}
	fee, upfront, tax, reserved := base, base, base, base
	fee.Type, fee.Unblended, fee.NetUnblended = billing.SavingsPlanRecurring, d("5"), d("5")
	fee.SavingsPlan = &billing.SavingsPlanPart{ARN: "arn:aws:savingsplans::1:savingsplan/1", Commitment: d("5"), Used: d("3"), NetRecurring: d("5")}
	upfront.Type, upfront.Unblended, upfront.NetUnblended = billing.SavingsPlanUpfront, d("9"), d("9")
	upfront.SavingsPlan = &billing.SavingsPlanPart{ARN: "arn:aws:savingsplans::1:savingsplan/1"}
	tax.Type, tax.Unblended, tax.NetUnblended = billing.Tax, d("1"), d("1")
	reserved.Type, reserved.Unblended, reserved.NetUnblended = billing.Fee, d("7"), d("7")
	reserved.Bill.Type, reserved.Reservation = billing.Purchase, &billing.ReservationPart{ARN: "arn:ri"}
	var file bytes.Buffer
	w := usage.NewFOCUSWriter(&file, nil)
	for _, l := range []billing.Line{fee, upfront, tax, reserved} {
		if err := w.Write(&l); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range read(t, &file).lines {
		got = append(got, string(l.Type)+" "+l.Unblended.String()+" "+l.Amortized().String())
	}
	want := []string{"SavingsPlanRecurringFee 5 0", "SavingsPlanRecurringFee 0 2", "SavingsPlanUpfrontFee 9 0", "Tax 1 1", "Fee 7 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
