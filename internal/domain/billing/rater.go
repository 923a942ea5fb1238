package billing

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	"umbel/internal/decimal"
)

// rater rates a month hour by hour. In each hour it applies reservations, the free tier, savings plans, and to what is left the
// volume tiers; then it writes the lines.
type rater struct {
	*classes
	accounts map[string]*account
	*ratedHour
	reservations []*reservation
	plans        []*plan
	coverages    map[coverageKey]*coverage
	farthest     reach
	main         *ratedHour // of a comparison: the hour as the rater of the organization has rated it
	own          map[ownPool]*decimal.D
	ownLast      ownPool // the counter asked for last
	ownCounter   *decimal.D
	cost         decimal.D // of a comparison: what usage costs on demand after its commitments
	outside      int64     // records of accounts that did not belong to the organization
	strangers    map[string]int64

	byIndex []*account
	alike   []ranked // of no meaning between hours, as the next five
	order   []place  // of the records
	spread  []place
	starts  []int32
	ranks   []uint32 // of the classes, by index
	used    []int    // how many slots of a class, from the first, are covered whole
	touched []*pool
	met     int // classes that commitments know
}

// ratedHour is an hour, rated: of a rater while it is at it, and then of who writes it while the rater is at the next.
type ratedHour struct {
	hour    time.Time
	uses    []use
	known   []*class  // met so far
	slots   []slot    // in their order: by account, class and record
	byClass [][]int32 // slots of the classes that commitments may cover
	parts   []part
	pieces  []piece
	fees    []planFee
}

// planFee is the fee of a savings plan for an hour.
type planFee struct {
	plan *plan
	left decimal.D // of the commitment
}

// slot is one record on its way.
type slot struct {
	*use
	class       *class
	account     *account
	left        decimal.D // not covered yet
	free        decimal.D // by the free tier
	first, last int32     // its parts; -1 for none
	ordinal     int32     // among records that are alike in all
}

// place is where a record is, and what it is sorted by: the indexes of its account and its class.
type place struct {
	account, class uint32
	record         int32
}

// part is so much of a slot that is covered one way.
type part struct {
	kind        LineType
	quantity    decimal.D
	reservation *reservation
	plan        *plan
	rate        decimal.D // of the plan
	effective   decimal.D // cost, amortized
	upfront     decimal.D // of it
	rest        decimal.D // of the quantity and the effective cost: what is not written yet
	restCost    decimal.D
	next        int32
}

// piece is so much of a part that has one rate.
type piece struct {
	slot                 int32
	part                 int32 // -1 for usage on demand
	tier                 int8  // freeTier, reservedTier or an index
	quantity, rate, cost decimal.D
	blendedRate, blended decimal.D // of instances
}

const (
	freeTier     int8 = -1
	reservedTier int8 = -2
)

func newRater(book *Book, org *Organization, month Month) (*rater, error) {
	all, err := org.accounts()
	if err == nil {
		err = org.check(all)
	}
	if err != nil {
		return nil, err
	}
	r := &rater{classes: newClasses(book, org, month), ratedHour: &ratedHour{}, accounts: all, farthest: toAll, strangers: map[string]int64{}, coverages: map[coverageKey]*coverage{}}
	r.byIndex = make([]*account, len(all))
	for _, a := range all {
		r.byIndex[a.index] = a
	}
	for i := range org.Reservations {
		held := &org.Reservations[i]
		r.reservations = append(r.reservations, newReservation(held, all[held.Owner]))
	}
	for i := range org.Plans {
		held := &org.Plans[i]
		r.plans = append(r.plans, r.plan(held, all[held.Owner]))
	}
	slices.SortFunc(r.reservations, func(a, b *reservation) int { return cmp.Compare(a.ARN, b.ARN) })
	slices.SortFunc(r.plans, (*plan).order)
	return r, nil
}

// rate rates one hour into one that is used up; what it comes to is in its pieces. It keeps no records.
func (r *rater) rate(into *ratedHour, hour time.Time, records []UsageRecord) error {
	r.ratedHour = into
	r.hour = hour
	if err := r.load(records); err != nil {
		return err
	}
	r.sort(records)
	r.price()
	r.blend()
	r.fees = r.fees[:0]
	for _, p := range r.plans {
		if p.active {
			r.fees = append(r.fees, planFee{p, p.left})
		}
	}
	return nil
}

// price covers the slots and gives every piece of them its rate.
func (r *rater) price() {
	r.used = slices.Grow(r.used[:0], len(r.known))[:len(r.known)]
	clear(r.used)
	r.reserve()
	r.spare()
	r.commit()
	r.tier()
}

// compare rates an hour that the organization's rater has rated as if every account were alone: with volume tiers and
// commitments of its own. It only reads what is the other's.
func (r *rater) compare(of *ratedHour) {
	r.main, r.hour, r.known, r.byClass = of, of.hour, of.known, of.byClass
	r.slots, r.parts, r.pieces = append(r.slots[:0], of.slots...), r.parts[:0], r.pieces[:0]
	for i := range r.slots {
		s := &r.slots[i]
		s.left, s.free, s.first, s.last = s.quantity, decimal.D{}, -1, -1
	}
	r.introduce()
	r.price()
}

// load finds the accounts and classes of the hour's records, in whatever order they are.
func (r *rater) load(records []UsageRecord) error {
	r.order, r.parts, r.pieces = r.order[:0], r.parts[:0], r.pieces[:0]
	end := r.hour.Add(time.Hour)
	var a *account // of the record before: usage of an account often comes together
	var k *class   // of the last record that has one, as usage of a class
	var classed *UsageRecord
	for i := range records {
		record := &records[i]
		if record.Start.Before(r.hour) || !record.Start.Before(end) {
			return fmt.Errorf("billing: usage of %s among that of %s", record.Start.Format(time.RFC3339), r.hour.Format(time.RFC3339))
		}
		if record.Quantity.Sign() < 0 || largestQuantity.Less(record.Quantity) {
			return fmt.Errorf("billing: %s of account %s at %s: the quantity %s is out of range", record.UsageType, record.Account, record.Start.Format(time.RFC3339), record.Quantity)
		}
		if i == 0 || record.Account != records[i-1].Account {
			a = r.accounts[record.Account]
		}
		if a == nil {
			r.strangers[record.Account]++
			continue
		}
		if !a.member(r.hour) {
			r.outside++
			continue
		}
		if classed == nil || !sameClass(record, classed) {
			k, classed = r.of(record), record
		}
		if k == nil {
			r.miss(record)
			continue
		}
		r.order = append(r.order, place{a.index, uint32(k.index), int32(i)})
	}
	return nil
}

// sort makes slots of the records, in the one order that they have, whatever order they came in, and lists those that commitments may
// cover. What records say is copied in that order: what follows goes over it several times, and memory likes to be gone over in order.
func (r *rater) sort(records []UsageRecord) {
	r.rank()
	r.known = r.all
	r.introduce()
	r.arrange()
	r.slots, r.uses = slices.Grow(r.slots[:0], len(r.order)), slices.Grow(r.uses[:0], len(r.order))
	for len(r.byClass) < len(r.known) {
		r.byClass = append(r.byClass, nil)
	}
	for i := range r.byClass {
		r.byClass[i] = r.byClass[i][:0]
	}
	for rest := r.order; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].account == rest[0].account && rest[n].class == rest[0].class {
			n++
		}
		r.enter(records, rest[:n])
		rest = rest[n:]
	}
}

// enter makes slots of the usage of one account and class, in order, numbers those that are alike in all, and lists them.
func (r *rater) enter(records []UsageRecord, places []place) {
	k, a := r.all[places[0].class], r.byIndex[places[0].account]
	r.alike = inOrder(r.alike[:0], records, places)
	for i := range r.alike {
		u := r.alike[i].record
		r.uses = append(r.uses, use{u.Resource, u.Zone, u.Start, u.End, u.Quantity, u.Tags})
		s := slot{use: &r.uses[len(r.uses)-1], class: k, account: a, left: u.Quantity, first: -1, last: -1}
		if i > 0 && r.alike[i].compare(&r.alike[i-1]) == 0 {
			s.ordinal = r.slots[len(r.slots)-1].ordinal + 1
		}
		if k.cover {
			r.byClass[k.index] = append(r.byClass[k.index], int32(len(r.slots)))
		}
		r.slots = append(r.slots, s)
	}
}

// arrange sorts records by account and class. There are many records and few of those, so it counts instead of comparing.
func (r *rater) arrange() {
	r.ranks = slices.Grow(r.ranks[:0], len(r.all))[:len(r.all)]
	for i, k := range r.all {
		r.ranks[i] = k.rank
	}
	r.spread = slices.Grow(r.spread[:0], len(r.order))[:len(r.order)]
	r.distribute(r.spread, r.order, len(r.all), func(p place) uint32 { return r.ranks[p.class] })
	r.distribute(r.order, r.spread, len(r.accounts), func(p place) uint32 { return p.account })
}

// distribute copies places in the order of one of so many digits; of equals it keeps the order.
func (r *rater) distribute(to, from []place, digits int, digit func(place) uint32) {
	r.starts = slices.Grow(r.starts[:0], digits+1)[:digits+1]
	clear(r.starts)
	for _, p := range from {
		r.starts[digit(p)+1]++
	}
	for i := 1; i <= digits; i++ {
		r.starts[i] += r.starts[i-1]
	}
	for _, p := range from {
		d := digit(p)
		to[r.starts[d]] = p
		r.starts[d]++
	}
}

// introduce makes new classes known to the commitments.
func (r *rater) introduce() {
	for ; r.met < len(r.known); r.met++ {
		for _, h := range r.reservations {
			h.meet(r.known[r.met])
		}
		for _, c := range r.coverages {
			c.meet(r.known[r.met])
		}
	}
}

// visit goes over the slots that a commitment may cover in a stage, until it is used up.
func (r *rater) visit(list []*class, owner *account, stage reach, cover func(at int32) (more bool)) {
	for _, k := range list {
		slots := r.byClass[k.index]
		if stage == toOwner {
			from := sort.Search(len(slots), func(i int) bool { return r.slots[slots[i]].account.index >= owner.index })
			slots = slots[from:]
		} else {
			done := &r.used[k.index]
			for *done < len(slots) && r.slots[slots[*done]].left.IsZero() {
				*done++
			}
			slots = slots[*done:]
		}
		for _, at := range slots {
			s := &r.slots[at]
			if stage == toOwner && s.account.index != owner.index {
				break
			}
			if s.left.Sign() > 0 && r.org.Sharing.reaches(stage, owner, s.account) && !cover(at) {
				return
			}
		}
	}
}

// part adds a part to a slot.
func (r *rater) part(at int32, p part) {
	p.next, p.rest, p.restCost = -1, p.quantity, p.effective
	i := int32(len(r.parts))
	r.parts = append(r.parts, p)
	s := &r.slots[at]
	if s.first < 0 {
		s.first = i
	} else {
		r.parts[s.last].next = i
	}
	s.last = i
}
