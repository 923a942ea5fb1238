package billing

import "umbel/internal/decimal"

// Amortized gives the line's amortized cost: what commitments cover costs its share of their fees, and fees cost only what
// nothing used (Cost Explorer, "AmortizedCost"; the formula of the Cloud Intelligence Dashboards, summary_view).
func (l *Line) Amortized() decimal.D {
	switch r, p := l.Reservation, l.SavingsPlan; {
	case l.Type == SavingsPlanCovered && p != nil:
		return p.EffectiveCost
	case l.Type == SavingsPlanRecurring && p != nil:
		return p.Commitment.Sub(p.Used)
	case l.Type == SavingsPlanNegation, l.Type == SavingsPlanUpfront:
		return decimal.D{}
	case l.Type == DiscountedUsage && r != nil:
		return r.EffectiveCost
	case l.Type == ReservationFee && r != nil:
		return r.UnusedAmortizedUpfront.Add(r.UnusedRecurringFee)
	case l.Type == Fee && r != nil && r.ARN != "":
		return decimal.D{}
	}
	return l.Unblended
}

// NetAmortized is Amortized after negotiated discounts. Of a plan's net commitment the part that nothing used is in proportion to
// what of the commitment nothing used: reports give no net used commitment, and only so do a plan's lines sum to what it costs.
func (l *Line) NetAmortized() decimal.D {
	switch r, p := l.Reservation, l.SavingsPlan; {
	case l.Type == SavingsPlanCovered && p != nil:
		return p.NetEffectiveCost
	case l.Type == SavingsPlanRecurring && p != nil:
		if p.Commitment.IsZero() {
			return decimal.D{}
		}
		return over(times(p.NetAmortized.Add(p.NetRecurring), p.Commitment.Sub(p.Used)), p.Commitment)
	case l.Type == SavingsPlanNegation, l.Type == SavingsPlanUpfront:
		return decimal.D{}
	case l.Type == DiscountedUsage && r != nil:
		return r.NetEffectiveCost
	case l.Type == ReservationFee && r != nil:
		return r.NetUnusedAmortizedUpfront.Add(r.NetUnusedRecurringFee)
	case l.Type == Fee && r != nil && r.ARN != "":
		return decimal.D{}
	}
	return l.NetUnblended
}
