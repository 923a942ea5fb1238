package billing

import (
	"fmt"

	"umbel/internal/decimal"
)

// check refuses what cannot be in an organization, given its accounts.
func (o *Organization) check(known map[string]*account) error {
	for _, h := range o.Reservations {
		if known[h.Owner] == nil || h.Count < 0 || !h.Start.Before(h.End) || h.Upfront.Sign() < 0 || h.Hourly.Sign() < 0 {
			return fmt.Errorf("billing: reservation %s: no such owner, or a term or amount that cannot be", h.ARN)
		}
	}
	for _, p := range o.Plans {
		if known[p.Owner] == nil || !p.Start.Before(p.End) || p.Commitment.Sign() < 0 {
			return fmt.Errorf("billing: savings plan %s: no such owner, or a term or amount that cannot be", p.ARN)
		}
	}
	for _, c := range o.Credits {
		if c.Amount.Sign() < 0 {
			return fmt.Errorf("billing: the credit %s is below zero", c.ID)
		}
	}
	for _, b := range o.Bundles {
		if !share(b.Percent) || b.Ratio.Sign() < 0 {
			return fmt.Errorf("billing: the bundled discount %s takes %s percent of %s", b.ID, b.Percent, b.Ratio)
		}
	}
	for _, d := range o.Discounts {
		if !share(d.Percent) {
			return fmt.Errorf("billing: a discount of %s percent", d.Percent)
		}
	}
	for _, t := range o.Taxes {
		if t.Percent.Sign() < 0 {
			return fmt.Errorf("billing: a tax of %s percent", t.Percent)
		}
	}
	return o.checkSupport(known)
}

func (o *Organization) checkSupport(known map[string]*account) error {
	for _, s := range o.Support {
		if _, ok := supportPrices[s.Plan]; !ok {
			return fmt.Errorf("billing: no support plan %q", s.Plan)
		}
		for _, id := range s.Accounts {
			if known[id] == nil {
				return fmt.Errorf("billing: %s support of the account %s, which is no member", s.Plan, id)
			}
		}
	}
	return nil
}

// share tells whether a percentage is part of a whole.
func share(percent decimal.D) bool { return percent.Sign() >= 0 && !decimal.Int(100).Less(percent) }
