package billing

import (
	"fmt"
	"slices"

	"umbel/internal/decimal"
)

// SupportPlan is the name of a support plan.
type SupportPlan string

// The plans.
const (
	DeveloperSupport  SupportPlan = "Developer"
	BusinessSupport   SupportPlan = "Business"
	OnRampSupport     SupportPlan = "EnterpriseOnRamp"
	EnterpriseSupport SupportPlan = "Enterprise"
)

// supportPrice is what a plan costs: percent of the month's charges by tier, and at least so much.
type supportPrice struct {
	product, name string
	least         int64
	steps         []supportStep
}

// supportStep is a percentage from so many dollars on.
type supportStep struct{ from, percent int64 }

// supportPrices are the long-published rates (AWS Support Plan Pricing).
var supportPrices = map[SupportPlan]supportPrice{
	DeveloperSupport:  {"AWSDeveloperSupport", "AWS Support (Developer)", 29, []supportStep{{0, 3}}},
	BusinessSupport:   {"AWSSupportBusiness", "AWS Support (Business)", 100, []supportStep{{0, 10}, {10_000, 7}, {80_000, 5}, {250_000, 3}}},
	OnRampSupport:     {"AWSSupportEnterpriseOnRamp", "AWS Support (Enterprise On-Ramp)", 5_500, []supportStep{{0, 10}}},
	EnterpriseSupport: {"AWSSupportEnterprise", "AWS Support (Enterprise)", 15_000, []supportStep{{0, 10}, {150_000, 7}, {500_000, 5}, {1_000_000, 3}}},
}

// SupportFee gives what a support plan costs for a month's charges. It fails for a plan that is not known.
func SupportFee(plan SupportPlan, charges decimal.D) (decimal.D, error) {
	p, ok := supportPrices[plan]
	if !ok {
		return decimal.D{}, fmt.Errorf("billing: no support plan %q", plan)
	}
	fee := decimal.D{}
	for i, s := range p.steps {
		part := charges.Sub(decimal.Int(s.from))
		if i+1 < len(p.steps) {
			part = decimal.Min(part, decimal.Int(p.steps[i+1].from-s.from))
		}
		if part.Sign() > 0 {
			fee = fee.Add(percent(part, decimal.Int(s.percent)))
		}
	}
	return decimal.Max(fee, decimal.Int(p.least)), nil
}

// support writes the fees of the support plans: on each account's own charges before discounts and credits, fees of commitments
// among them, Marketplace and refunds not (Billing User Guide, "AWS Support charges for AWS Organizations").
func (w *writer) support(r *rater) {
	gross := map[string]decimal.D{}
	for _, e := range w.statement.rows {
		if e.kind.Seller == "" && e.kind.Type != Refund {
			gross[e.account] = gross[e.account].Add(e.Unblended)
		}
	}
	for _, s := range w.org.Support {
		price := supportPrices[s.Plan]
		accounts := s.Accounts
		if accounts == nil {
			accounts = w.membersNow(r)
		}
		accounts = slices.Sorted(slices.Values(accounts))
		fees := make([]decimal.D, len(accounts))
		charges := make([]decimal.D, len(accounts))
		for i, id := range accounts {
			charges[i] = decimal.Max(gross[id], decimal.D{})
			fees[i] = must(SupportFee(s.Plan, charges[i]))
		}
		if s.Together {
			fees = decimal.Shares(must(SupportFee(s.Plan, decimal.Sum(charges...))), charges)
		}
		for i, id := range accounts {
			*w.line = w.blank(id, price.product, w.period.Start(), w.period.End())
			l := w.line
			l.Type, l.UsageType, l.Detail.Name, l.Unblended = Fee, "Dollar", price.name, fees[i]
			l.Description = fmt.Sprintf("AWS Support (%s) for monthly charges of $%s", s.Plan, charges[i].Fixed(2))
			w.close("support/"+string(s.Plan), nil)
		}
	}
}

// membersNow are the accounts that belong to the organization at some time of the month.
func (w *writer) membersNow(r *rater) (ids []string) {
	for id, a := range r.accounts {
		if slices.ContainsFunc(a.spans, func(m Membership) bool {
			return m.Joined.Before(w.period.End()) && (m.Left.IsZero() || m.Left.After(w.period.Start()))
		}) {
			ids = append(ids, id)
		}
	}
	return ids
}
