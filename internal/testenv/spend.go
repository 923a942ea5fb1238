package testenv

import (
	"context"
	"time"

	"umbel/internal/api/budgets"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Spend puts an hour of an instance, at a time and for an amount of dollars, into the bill of who pays for an account, and has budgets
// looked at as after a bill was computed. edit changes the line.
func (s *Server) Spend(account string, at time.Time, amount string, edit ...func(*billing.Line)) {
	s.tb.Helper()
	ctx := context.Background()
	lines, err := s.Desk().Lines()
	if err != nil {
		s.tb.Fatalf("spend: %v", err)
	}
	cost, err := decimal.Parse(amount)
	if err != nil {
		s.tb.Fatalf("spend: %v", err)
	}
	at = at.UTC().Truncate(time.Hour)
	month := billing.MonthOf(at)
	payer := string(s.payer(account))
	l := &billing.Line{
		ID: amount + account + at.String(), Type: billing.Usage, Account: account, Start: at, End: at.Add(time.Hour), Product: "AmazonEC2", UsageType: "BoxUsage:m5.large",
		Currency: "USD", Usage: decimal.Int(1), Unblended: cost, Blended: cost, NetUnblended: cost,
		Bill:    billing.BillPart{Type: billing.Anniversary, Entity: billing.EntityAWS, Payer: payer, PeriodStart: month.Start(), PeriodEnd: month.End()},
		Pricing: billing.PricingPart{Term: "OnDemand", Unit: "Hrs"},
		Detail:  billing.ProductPart{Service: "AmazonEC2", Name: "Amazon Elastic Compute Cloud", Region: "us-east-1", InstanceType: "m5.large"},
	}
	for _, e := range edit {
		e(l)
	}
	change, err := lines.Begin(ctx, costlines.Change{Payer: payer})
	if err != nil {
		s.tb.Fatalf("spend: %v", err)
	}
	defer change.Abort()
	if err := change.Add(l); err != nil {
		s.tb.Fatalf("spend: %v", err)
	}
	if err := change.Commit(ctx); err != nil {
		s.tb.Fatalf("spend: %v", err)
	}
	s.LookAtBudgets(account)
}

// LookAtBudgets has the budgets of an account, and of all that are paid for together with it, looked at, as happens every hour.
func (s *Server) LookAtBudgets(account string) {
	s.tb.Helper()
	if err := budgets.NewFollower(s.Store(), s.Desk(), s.now).Follow(context.Background(), s.payer(account), nil); err != nil {
		s.tb.Fatalf("look at budgets: %v", err)
	}
	s.Settle()
}
