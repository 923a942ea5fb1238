package billing

import (
	"cmp"
	"slices"
	"time"

	"umbel/internal/decimal"
)

// reservation is a reservation at work: what it holds in the hour and what it has covered in the month.
type reservation struct {
	*Reservation
	owner    *account
	factor   decimal.D // of its size; 1 where it holds for one size only
	flexible bool
	classes  []*class // that it covers, in the order in which it does
	left     decimal.D
	upfront  decimal.D // amortized, of one instance for an hour
	hours    decimal.D // it was active for in the month
	used     decimal.D // hours of instances of its size
	spent    decimal.D // of the upfront payment, amortized
	recurred decimal.D
}

func newReservation(r *Reservation, owner *account) *reservation {
	h := &reservation{Reservation: r, owner: owner, factor: decimal.Int(1)}
	if r.Zone == "" && r.Instance.flexible(r.Product) {
		h.flexible, h.factor = true, r.Instance.Factor()
	}
	h.upfront = over(r.Upfront, hoursBetween(r.Start, r.End))
	return h
}

func hoursBetween(start, end time.Time) decimal.D {
	return over(decimal.Int(int64(end.Sub(start)/time.Second)), decimal.Int(3600))
}

// meet adds a class, if the reservation covers it. Smaller sizes come first (EC2 User Guide, "How regional Reserved Instances are
// applied").
func (h *reservation) meet(k *class) {
	if !h.covers(k) {
		return
	}
	h.classes = append(h.classes, k)
	slices.SortFunc(h.classes, func(a, b *class) int { return cmp.Or(a.factor.Cmp(b.factor), a.key.compare(&b.key)) })
}

// open begins an hour.
func (h *reservation) open(hour time.Time) {
	h.left = decimal.D{}
	if within(hour, h.Start, h.End) && h.owner.member(hour) {
		h.left = times(decimal.Int(h.Count), h.factor)
		h.hours = h.hours.Add(decimal.Int(1))
	}
}

// cover covers what it can of a slot.
func (h *reservation) cover(r *rater, at int32) {
	s := &r.slots[at]
	if h.Zone != "" && h.Zone != s.zone {
		return
	}
	size := decimal.Int(1)
	if h.flexible {
		size = s.class.factor
	}
	quantity, units := s.left, times(s.left, size)
	if h.left.Less(units) {
		quantity, units = buys(h.left, size), h.left
	}
	if quantity.IsZero() {
		return
	}
	h.left, s.left = h.left.Sub(units), s.left.Sub(quantity)
	hours := over(units, h.factor)
	spent, recurred := times(hours, h.upfront), times(hours, h.Hourly)
	h.used, h.spent, h.recurred = h.used.Add(hours), h.spent.Add(spent), h.recurred.Add(recurred)
	r.part(at, part{kind: DiscountedUsage, quantity: quantity, reservation: h, upfront: spent, effective: spent.Add(recurred)})
}

// reserve applies the reservations: zonal ones before regional ones, the owner's usage before that of others (EC2 User Guide, "How
// Reserved Instance discounts are applied", examples 2 and 3).
func (r *rater) reserve() {
	for _, h := range r.reservations {
		h.open(r.hour)
	}
	for _, zonal := range [...]bool{true, false} {
		for stage := toOwner; stage <= r.farthest; stage++ {
			for _, h := range r.reservations {
				if (h.Zone != "") == zonal && h.left.Sign() > 0 {
					r.visit(h.classes, h.owner, stage, func(at int32) bool {
						h.cover(r, at)
						return h.left.Sign() > 0
					})
				}
			}
		}
	}
}
