package billing

import (
	"cmp"
	"strings"
	"time"

	"umbel/internal/decimal"
)

// writer turns pieces into lines. A month is written twice if its lines are wanted: at first only the statement is filled; when the
// month is over and blended rates are known, the same lines are made again and emitted.
type writer struct {
	org       *Organization
	period    Month
	currency  string
	statement *statement
	given     map[givenKey]decimal.D // negotiated discounts
	patterns  [][]*pattern           // by the class's index
	accounts  int
	invoices  map[invoiceKey]string
	buffer    []byte
	ids       strings.Builder // of many lines
	tags      tagTexts
	closing   []Line    // the lines of the month as a whole
	final     bool      // lines carry their invoice
	until     time.Time // fees run up to here
	issuer    string
	zeroNet   bool // the line's net cost is nothing

	out         *emission // nil the first time
	lines       *sheet
	line        *Line
	reservation *ReservationPart // the line's, if it has one
	plan        *SavingsPlanPart // the line's, if it has one
	like        *pattern         // of the line
}

// hour writes the hour's pieces and the savings plans' fees.
func (w *writer) hour(h *ratedHour) error {
	most := w.count
	if w.emits() {
		most = w.plain
	}
	for i := range h.pieces {
		p := &h.pieces[i]
		if !most(&h.slots[p.slot], p) {
			w.piece(h, p)
		}
	}
	for _, f := range h.fees {
		w.recurring(h.hour, f)
	}
	if w.emits() && w.out.stopped() {
		return errStopped
	}
	return nil
}

// newWriter makes a writer of a statement that is empty, or already full.
func newWriter(q *Request, s *statement, out *emission) *writer {
	w := &writer{
		org: q.Organization, period: q.Month, currency: q.Book.Currency, statement: s, given: map[givenKey]decimal.D{}, invoices: map[invoiceKey]string{},
		out: out, final: q.Final, until: q.until(), issuer: cmp.Or(q.Organization.Issuer, DefaultIssuer),
	}
	if out != nil {
		w.lines = out.sheet()
		return w
	}
	w.lines = newSheet(1)
	w.begin(nil)
	return w
}

// DefaultIssuer issues AWS's invoices where nobody else is named.
const DefaultIssuer = "Amazon Web Services, Inc."

// count counts a piece of usage on demand in its row without making a line, if the row is known and nothing is taken off: most
// pieces are such. It adds what finish and put would.
func (w *writer) count(s *slot, p *piece) bool {
	k := s.class
	if p.part >= 0 || len(k.discounts) > 0 {
		return false
	}
	e := w.pattern(k, kindUsage, p.tier).byAccount[s.account.index]
	if e == nil || e.hourly != k.hourly() {
		return false
	}
	c := &e.counted
	c.lines++
	c.usage, c.cost = c.usage.Add(p.quantity), c.cost.Add(p.cost)
	if e.hourly {
		c.blended = c.blended.Add(p.blended)
	}
	return true
}

// piece writes the line of a piece, and for one that a plan covers the line that takes its price back.
func (w *writer) piece(h *ratedHour, p *piece) {
	s := &h.slots[p.slot]
	switch {
	case p.tier == reservedTier:
		w.start(s, p, kindReserved)
		w.reserved(&h.parts[p.part])
		w.finish(s, p)
	case p.part >= 0:
		q := &h.parts[p.part]
		of := kindsOf(q.plan.Kind)
		w.start(s, p, kindCovered+of)
		w.covered(q, p)
		w.finish(s, p)
		public, plan := w.line.Pricing.PublicCost, *w.plan
		w.start(s, p, kindNegation+of)
		w.takenBack(p, public, plan)
		w.finish(s, p)
	default:
		w.start(s, p, kindUsage)
		w.finish(s, p)
	}
}

// start begins a line with all that follows from its piece.
func (w *writer) start(s *slot, p *piece, kind uint8) {
	w.like = w.pattern(s.class, kind, p.tier)
	w.begin(&w.like.line)
	*w.line = w.like.line
	l := w.line
	l.Account, l.Start, l.End, l.Zone, l.Resource, l.Tags = s.account.id, s.start, s.end, s.zone, s.resource, s.tags
	l.Usage, l.UnblendedRate, l.Unblended = p.quantity, p.rate, p.cost
	if !l.Factor.IsZero() {
		l.Normalized = times(l.Factor, p.quantity)
	}
}

// payer is the account that pays: another organization's, if that has taken the bill over.
func (w *writer) payer() string {
	if w.org.PaidBy != "" {
		return w.org.PaidBy
	}
	return w.org.Payer
}

// seller says on a line who sells: AWS, or the seller of a Marketplace product.
func (w *writer) seller(l *Line, name string) {
	if name == "" {
		l.LegalEntity, l.Bill.Entity, l.Bill.Issuer = w.issuer, EntityAWS, w.issuer
	} else {
		l.LegalEntity, l.Bill.Entity, l.Bill.Issuer = name, EntityMarketplace, name
	}
}

// reserved says what covers a line.
func (w *writer) reserved(q *part) {
	l, h := w.line, q.reservation
	l.Pricing.PurchaseOption, l.Pricing.LeaseLength, l.Pricing.OfferingClass = h.Option, h.Lease, h.Class
	*w.reservation = ReservationPart{
		ARN: h.ARN, EffectiveCost: q.effective, AmortizedUpfront: q.upfront, RecurringFee: q.effective.Sub(q.upfront),
		Count: decimal.Int(h.Count), UnitsPerReservation: h.factor, Start: h.Start, End: h.End,
	}
	l.Reservation = w.reservation
}

// covered says what covers a line. A part that is cut by tiers has its effective cost cut alike.
func (w *writer) covered(q *part, p *piece) {
	effective := q.effective
	if p.quantity != q.quantity {
		effective = times(q.rate, p.quantity)
		if p.quantity == q.rest {
			effective = q.restCost
		}
		q.rest, q.restCost = q.rest.Sub(p.quantity), q.restCost.Sub(effective)
	}
	*w.plan = q.plan.part()
	w.plan.Rate, w.plan.EffectiveCost = q.rate, effective
	w.line.SavingsPlan = w.plan
}

// takenBack makes the line that takes back the price on demand of the line before, which a plan covers.
func (w *writer) takenBack(p *piece, public decimal.D, plan SavingsPlanPart) {
	l := w.line
	l.UnblendedRate, l.Unblended = p.rate.Neg(), p.cost.Neg()
	l.Usage, l.Normalized, l.Pricing.PublicCost = decimal.D{}, decimal.D{}, public
	plan.EffectiveCost, plan.NetEffectiveCost = decimal.D{}, decimal.D{}
	*w.plan = plan
	l.SavingsPlan = w.plan
}

// part says what is known of a plan on any line.
func (p *plan) part() SavingsPlanPart {
	return SavingsPlanPart{
		ARN: p.ARN, Offering: string(p.Kind), Region: p.Region, Family: p.Family, PurchaseTerm: p.Term, PaymentOption: p.Payment,
		StartTime: p.Start, EndTime: p.End,
	}
}

// recurring writes a plan's fee of an hour.
func (w *writer) recurring(hour time.Time, f planFee) {
	p := f.plan
	w.begin(nil)
	*w.line, *w.plan = w.blank(p.owner.id, string(p.Kind), hour, hour.Add(time.Hour)), p.part()
	l := w.line
	l.Type, l.UsageType, l.Detail.Region = SavingsPlanRecurring, "ComputeSP:"+p.Term+p.Payment, p.Region
	l.Description = p.Term + " " + p.Payment + " " + string(p.Kind)
	l.Unblended = p.Commitment.Sub(p.prepaid)
	w.plan.Commitment, w.plan.Used, w.plan.AmortizedUpfront, w.plan.Recurring = p.Commitment, p.Commitment.Sub(f.left), p.prepaid, l.Unblended
	discounts := w.org.discounts(l.Product, "")
	w.plan.NetAmortized, w.plan.NetRecurring = net(w.plan.AmortizedUpfront, discounts), net(w.plan.Recurring, discounts)
	l.SavingsPlan = w.plan
	e := w.charge(p.ARN, discounts)
	w.put(e)
}

// blank is a line that is no usage.
func (w *writer) blank(account, product string, start, end time.Time) Line {
	l := Line{
		Account: account, Start: start, End: end, Product: product, Currency: w.currency,
		LegalEntity: w.issuer,
		Bill: BillPart{
			Type: Anniversary, Entity: EntityAWS, Issuer: w.issuer, Payer: w.payer(), PeriodStart: w.period.Start(), PeriodEnd: w.period.End(),
		},
	}
	l.Detail.Service = product
	return l
}
