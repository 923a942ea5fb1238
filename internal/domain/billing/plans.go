package billing

import (
	"cmp"
	"slices"
	"time"

	"umbel/internal/decimal"
)

// plan is a savings plan at work.
type plan struct {
	*SavingsPlan
	owner   *account
	classes []*class // that it covers, in the order in which it does
	rates   map[*class]decimal.D
	active  bool
	left    decimal.D // of the hour's commitment
	prepaid decimal.D // of the hour's commitment, by the upfront payment
	total   decimal.D // committed in the month
	used    decimal.D // of it
}

func newPlan(s *SavingsPlan, owner *account) *plan {
	return &plan{SavingsPlan: s, owner: owner, rates: map[*class]decimal.D{}, prepaid: s.upfront()}
}

// meet adds a class, if the plan covers it and does not make it dearer. What saves most in proportion comes first, of equals what
// has the lowest rate (Savings Plans User Guide, "Understanding how Savings Plans apply to your usage").
func (p *plan) meet(k *class) {
	rate, ok := p.covers(k)
	list := k.price.Tiers[0].Rate
	if !ok || list.Less(rate) || list.IsZero() {
		return
	}
	p.rates[k] = rate
	p.classes = append(p.classes, k)
	slices.SortFunc(p.classes, func(a, b *class) int {
		// rate/list ascending, without dividing.
		x, y := times(p.rates[a], b.price.Tiers[0].Rate), times(p.rates[b], a.price.Tiers[0].Rate)
		return cmp.Or(x.Cmp(y), p.rates[a].Cmp(p.rates[b]), a.key.compare(&b.key))
	})
}

// open begins an hour.
func (p *plan) open(hour time.Time) {
	p.left, p.active = decimal.D{}, within(hour, p.Start, p.End) && p.owner.member(hour)
	if p.active {
		p.left = p.Commitment
		p.total = p.total.Add(p.Commitment)
	}
}

// cover covers what it can of a slot.
func (p *plan) cover(r *rater, at int32) {
	s := &r.slots[at]
	rate := p.rates[s.class]
	quantity, cost := s.left, times(s.left, rate)
	if p.left.Less(cost) {
		quantity, cost = buys(p.left, rate), p.left
	}
	if quantity.IsZero() {
		return
	}
	p.left, s.left = p.left.Sub(cost), s.left.Sub(quantity)
	p.used = p.used.Add(cost)
	r.part(at, part{kind: SavingsPlanCovered, quantity: quantity, plan: p, rate: rate, effective: cost})
}

// commit applies the savings plans: the owner's usage before that of others, and instance plans before compute plans.
func (r *rater) commit() {
	for _, p := range r.plans {
		p.open(r.hour)
	}
	for stage := toOwner; stage <= r.farthest; stage++ {
		for _, p := range r.plans {
			if p.left.Sign() > 0 {
				r.visit(p.classes, p.owner, stage, func(at int32) bool {
					p.cover(r, at)
					return p.left.Sign() > 0
				})
			}
		}
	}
}

// order is that in which plans are applied.
func (p *plan) order(q *plan) int {
	kind := func(p *plan) int {
		if p.Kind == InstancePlan {
			return 0
		}
		return 1
	}
	return cmp.Or(kind(p)-kind(q), cmp.Compare(p.ARN, q.ARN))
}
