package billing

import (
	"cmp"
	"fmt"
	"slices"

	"umbel/internal/decimal"
)

// monthly writes what belongs to the month as a whole: the fees of commitments, charges of their own, support, credits and
// discounts, and at last taxes.
func (w *writer) monthly(r *rater) ([]CreditUse, error) {
	w.reservations(r)
	w.upfront(r)
	if err := w.charges(r); err != nil {
		return nil, err
	}
	w.support(r)
	l := newLedger(w.statement)
	uses := w.credits(r, l, true)
	w.bundles(l)
	w.negotiated(l)
	uses = append(uses, w.credits(r, l, false)...)
	w.taxes(l)
	slices.SortFunc(uses, func(a, b CreditUse) int { return cmp.Compare(a.ID, b.ID) })
	return uses, nil
}

// reservations writes the fee of each reservation for the month, in which stands what was paid for nothing.
func (w *writer) reservations(r *rater) {
	for _, h := range r.reservations {
		if h.hours.IsZero() {
			continue
		}
		count := decimal.Int(h.Count)
		held := times(h.hours, count)
		recurring, upfront := times(held, h.Hourly), times(held, h.upfront)
		discounts := w.org.discounts(h.Product, h.usageType())
		*w.line = w.blank(h.owner.id, h.Product, later(w.period.Start(), h.Start), earlier(w.period.End(), h.End))
		l := w.line
		l.Type, l.UsageType, l.Operation, l.Detail.Region, l.Zone = ReservationFee, h.usageType(), "RunInstances", h.Region, h.Zone
		l.Description = fmt.Sprintf("USD %s hourly fee per %s, %s instance", h.Hourly, h.Instance.platform(), h.Instance.Type)
		l.Detail.InstanceType, l.Detail.Platform = h.Instance.Type, h.Instance.platform()
		l.Usage, l.UnblendedRate, l.Unblended = held, h.Hourly, recurring
		l.Factor = h.Instance.Factor()
		l.Normalized = times(l.Factor, held)
		l.Pricing = PricingPart{Term: "Reserved", Unit: "Hrs", Currency: w.currency, PurchaseOption: h.Option, LeaseLength: h.Lease, OfferingClass: h.Class}
		unused := held.Sub(h.used)
		l.Reservation = &ReservationPart{
			ARN: h.ARN, UnusedQuantity: unused, UnusedNormalized: times(unused, h.Instance.Factor()),
			UnusedAmortizedUpfront: upfront.Sub(h.spent), UnusedRecurringFee: recurring.Sub(h.recurred),
			Count: count, UnitsPerReservation: h.factor, Start: h.Start, End: h.End,
		}
		l.Reservation.NetUnusedAmortizedUpfront = net(l.Reservation.UnusedAmortizedUpfront, discounts)
		l.Reservation.NetUnusedRecurringFee = net(l.Reservation.UnusedRecurringFee, discounts)
		w.close(h.ARN, discounts)
		if w.period.Contains(h.Start) && !h.Upfront.IsZero() {
			*w.line = w.blank(h.owner.id, h.Product, h.Start, h.Start)
			l := w.line
			l.Type, l.Bill.Type, l.UsageType, l.Detail.Region = Fee, Purchase, h.usageType(), h.Region
			l.Description = "Sign up charge for reservation: " + h.ARN
			l.Usage, l.UnblendedRate, l.Unblended = count, h.Upfront, times(count, h.Upfront)
			l.Pricing = PricingPart{Term: "Reserved", Unit: "Quantity", Currency: w.currency, PurchaseOption: h.Option, LeaseLength: h.Lease, OfferingClass: h.Class}
			l.Reservation = &ReservationPart{ARN: h.ARN, Count: count, UnitsPerReservation: h.factor, Start: h.Start, End: h.End}
			w.close(h.ARN, discounts)
		}
	}
}

// usageType is that of a reservation's fees.
func (r *Reservation) usageType() string {
	if r.Product == ProductEC2 {
		return "HeavyUsage:" + r.Instance.Type
	}
	return "InstanceUsage:" + r.Instance.Type
}

// upfront writes the upfront payments of the savings plans that were bought in the month.
func (w *writer) upfront(r *rater) {
	for _, p := range r.plans {
		if !w.period.Contains(p.Start) || p.prepaid.IsZero() || !p.owner.member(p.Start) {
			continue
		}
		part := p.part()
		*w.line = w.blank(p.owner.id, string(p.Kind), p.Start, p.Start)
		l := w.line
		l.Type, l.Bill.Type, l.Detail.Region = SavingsPlanUpfront, Purchase, p.Region
		l.Description = p.Term + " " + p.Payment + " " + string(p.Kind) + " upfront fee"
		l.Unblended = times(p.prepaid, hoursBetween(p.Start, p.End))
		l.SavingsPlan = &part
		w.close(p.ARN, w.org.discounts(l.Product, ""))
	}
}

// charges writes the charges of their own.
func (w *writer) charges(r *rater) error {
	for i := range w.org.Charges {
		c := &w.org.Charges[i]
		a := r.accounts[c.Account]
		switch {
		case c.Type != Fee && c.Type != Refund:
			return fmt.Errorf("billing: charge %s is of type %q: it must be Fee or Refund", c.ID, c.Type)
		case c.Type == Refund && c.Amount.Sign() > 0:
			return fmt.Errorf("billing: the refund %s is not below zero", c.ID)
		case !w.period.Contains(c.Start):
			continue
		case a == nil || !a.member(c.Start):
			r.strangers[c.Account]++
			continue
		}
		*w.line = w.blank(c.Account, c.Product, c.Start, c.End)
		w.seller(w.line, c.Seller)
		l := w.line
		l.Type, l.UsageType, l.Detail.Region, l.Detail.Name, l.Description, l.Tags = c.Type, c.UsageType, c.Region, c.Name, c.Description, c.Tags
		l.Unblended = c.Amount
		l.Bill.Type = cmp.Or(c.Bill, Anniversary)
		if c.Type == Refund {
			l.Bill.Type = RefundIssued
		}
		var discounts []*Discount
		if c.Seller == "" && c.Type == Fee {
			discounts = w.org.discounts(c.Product, c.UsageType)
		}
		w.close(c.ID, discounts)
	}
	return nil
}
