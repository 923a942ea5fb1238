package billing

import "umbel/internal/decimal"

// spare takes the free tier: once for the organization, in the order of the slots. A comparison gets what the organization got,
// slot by slot.
func (r *rater) spare() {
	for i := range r.slots {
		s := &r.slots[i]
		if s.class.free == nil {
			continue
		}
		if r.main != nil {
			s.free = decimal.Min(s.left, r.main.slots[i].free)
		} else {
			s.free = decimal.Min(s.left, s.class.free.left)
			s.class.free.left = s.class.free.left.Sub(s.free)
		}
		s.left = s.left.Sub(s.free)
	}
}

// tier gives every part its rate: pooled over the organization, hour after hour, within an hour in the order of the slots. Usage
// that a plan covers goes up the tiers too, for its price on demand is on the bill, and taken back; free usage and usage that a
// reservation covers do not.
func (r *rater) tier() {
	for i := range r.slots {
		s, slot := &r.slots[i], int32(i)
		for at := s.first; at >= 0; at = r.parts[at].next {
			if q := &r.parts[at]; q.kind == DiscountedUsage {
				r.pieces = append(r.pieces, piece{slot: slot, part: at, tier: reservedTier, quantity: q.quantity})
			} else {
				r.climb(slot, at, q.quantity)
			}
		}
		if !s.free.IsZero() {
			r.pieces = append(r.pieces, piece{slot: slot, part: -1, tier: freeTier, quantity: s.free})
		}
		if !s.left.IsZero() || s.first < 0 && s.free.IsZero() {
			r.climb(slot, -1, s.left)
		}
	}
}

// climb cuts a quantity into pieces of one tier each.
func (r *rater) climb(at, of int32, quantity decimal.D) {
	k := r.slots[at].class
	tiers := k.price.Tiers
	counter := r.counter(at)
	t := 0
	for t+1 < len(tiers) && !counter.Less(tiers[t+1].From) {
		t++
	}
	for {
		take := quantity
		if t+1 < len(tiers) {
			take = decimal.Min(take, tiers[t+1].From.Sub(*counter))
		}
		p := piece{slot: at, part: of, tier: int8(t), quantity: take, rate: tiers[t].Rate, cost: times(take, tiers[t].Rate)}
		if r.main == nil {
			r.pieces = append(r.pieces, p)
		} else if of < 0 {
			r.cost = r.cost.Add(p.cost) // of a comparison nothing else is asked for
		}
		*counter, quantity = counter.Add(take), quantity.Sub(take)
		if quantity.IsZero() {
			return
		}
		t++
	}
}

// counter is that which a slot's usage goes up: the organization's or, for a comparison, the account's own.
func (r *rater) counter(at int32) *decimal.D {
	s := &r.slots[at]
	if r.main == nil {
		return &s.class.pool.position
	}
	key := ownPool{s.account.index, s.class.pool}
	if r.ownCounter != nil && key == r.ownLast {
		return r.ownCounter
	}
	c := r.own[key]
	if c == nil {
		c = new(decimal.D)
		r.own[key] = c
	}
	r.ownLast, r.ownCounter = key, c
	return c
}

// ownPool is a counter of one account.
type ownPool struct {
	account uint32
	pool    *pool
}

// blend gives the pieces of instances their blended rate: what the hour's usage of that kind cost over how much it was (Billing
// User Guide, "Consolidated billing", "Blended rates and costs"). The last piece takes what rounding leaves, so that the blended
// costs sum to the costs. Other usage blends over the month, in statement.blend.
func (r *rater) blend() {
	r.touched = r.touched[:0]
	for i := range r.pieces {
		p := &r.pieces[i]
		if k := r.slots[p.slot].class; k.hourly() {
			if k.pool.usage.IsZero() && k.pool.cost.IsZero() {
				r.touched = append(r.touched, k.pool)
			}
			k.pool.usage, k.pool.cost = k.pool.usage.Add(p.quantity), k.pool.cost.Add(p.cost)
		}
	}
	for _, t := range r.touched {
		if t.leftUsage, t.leftCost = t.usage, t.cost; !t.usage.IsZero() {
			t.rate = over(t.cost, t.usage)
		}
	}
	for i := range r.pieces {
		p := &r.pieces[i]
		if k := r.slots[p.slot].class; k.hourly() && !p.quantity.IsZero() {
			p.blendedRate, p.blended = k.pool.rate, times(k.pool.rate, p.quantity)
			if p.quantity == k.pool.leftUsage {
				p.blended = k.pool.leftCost
			}
			k.pool.leftUsage, k.pool.leftCost = k.pool.leftUsage.Sub(p.quantity), k.pool.leftCost.Sub(p.blended)
		}
	}
	for _, t := range r.touched {
		t.usage, t.cost = decimal.D{}, decimal.D{}
	}
}
