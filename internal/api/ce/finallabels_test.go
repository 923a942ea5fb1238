package ce_test

import (
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/testenv"
)

// TestFinalAmountsStand: a cost category that reaches back into a closed month is on its lines, and the amounts stay those that the
// month was closed on, whatever the terms are by now.
func TestFinalAmountsStand(t *testing.T) {
	clock := &testenv.ManualClock{}
	s := testenv.Start(t, testenv.Clock(clock))
	payer := string(s.First)
	last := billing.MonthOf(billing.MonthOf(clock.Now()).Start().Add(-time.Hour))
	s.PutUsage("", billing.UsageRecord{
		Account: payer, Product: "AmazonS3", UsageType: "TimedStorage-ByteHrs", Quantity: decimal.Int(100), Start: last.Start(), End: last.Start().Add(time.Hour),
	})
	clock.Advance(5 * 24 * time.Hour)
	s.Tick()
	closed := s.Bill("", last.String())
	if !closed.Final {
		t.Fatal("not closed")
	}
	s.SetTerms("", billing.Organization{Support: []billing.Support{{Plan: "Business"}}})
	categorize := func() {
		change(t, s, payer, func(st *cost.State) {
			st.Categories.Put(&cost.Category{ID: "1", Name: "Stage", Versions: []cost.CategoryVersion{{Start: last.String(), Default: "all"}}})
			st.Rewrite(last.String(), last.String())
		})
		s.Desk().Wake(s.First)
		s.Settle()
	}
	categorize()
	lines := s.Lines("", last.String(), last.String())
	if len(lines) != 1 || lines[0].Categories["Stage"] != "all" {
		t.Errorf("lines %+v", lines)
	}
	if after := s.Bill("", last.String()); !after.Final || after.Total != closed.Total || after.Invoices[0].Number != closed.Invoices[0].Number {
		t.Errorf("a final bill of %+v became %+v", closed.Total, after.Total)
	}
	// Once it is opened, it is computed on what holds now.
	if err := s.Desk().ReopenMonth(t.Context(), s.First, last); err != nil {
		t.Fatal(err)
	}
	categorize()
	if open := s.Bill("", last.String()); open.Final || !closed.Total.Unblended.Less(open.Total.Unblended) {
		t.Errorf("reopened, and the support plan is not charged: %+v", open.Total)
	}
}
