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
	*coverage
	owner   *account
	active  bool
	left    decimal.D // of the hour's commitment
	prepaid decimal.D // of the hour's commitment, by the upfront payment
	total   decimal.D // committed in the month
	used    decimal.D // of it
}

// coverage is what plans that differ in owner and commitment only cover, and in which order.
type coverage struct {
	like    *SavingsPlan
	classes []*class
	rates   map[*class]decimal.D
}

// coverageKey tells coverages apart.
type coverageKey struct {
	kind                          PlanKind
	region, family, term, payment string
}

// plan makes a plan, with the coverage of those like it.
func (r *rater) plan(s *SavingsPlan, owner *account) *plan {
	key := coverageKey{s.Kind, s.Region, s.Family, s.Term, s.Payment}
	if r.coverages[key] == nil {
		r.coverages[key] = &coverage{like: s, rates: map[*class]decimal.D{}}
	}
	return &plan{SavingsPlan: s, coverage: r.coverages[key], owner: owner, prepaid: s.upfront()}
}

// meet adds a class, if the plans cover it and do not make it dearer. What saves most in proportion comes first, of equals what
// has the lowest rate (Savings Plans User Guide, "Understanding how Savings Plans apply to your usage").
func (c *coverage) meet(k *class) {
	rate, ok := c.like.covers(k)
	list := k.price.Tiers[0].Rate
	if !ok || list.Less(rate) || list.IsZero() {
		return
	}
	c.rates[k] = rate
	at, _ := slices.BinarySearchFunc(c.classes, k, c.compare)
	c.classes = slices.Insert(c.classes, at, k)
}

// compare orders classes by their rates in proportion to their prices, without dividing.
func (c *coverage) compare(a, b *class) int {
	x, y := times(c.rates[a], b.price.Tiers[0].Rate), times(c.rates[b], a.price.Tiers[0].Rate)
	return cmp.Or(x.Cmp(y), c.rates[a].Cmp(c.rates[b]), a.key.compare(&b.key))
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
