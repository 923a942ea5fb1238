package billing

import (
	"cmp"
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
	cache     [][]rowsOf             // by the class's index
	accounts  int
	invoices  map[invoiceKey]string
	buffer    []byte
	keys      []string
	closing   []*Line           // the lines of the month as a whole
	emit      func(*Line) error // nil the first time
	final     bool              // lines carry their invoice
	until     time.Time         // fees run up to here
	issuer    string
	zeroNet   bool // the line's net cost is nothing
	err       error

	line        Line
	reservation ReservationPart
	plan        SavingsPlanPart
}

// rowsOf holds the rows of a class that differ in account only.
type rowsOf struct {
	kind      uint8
	tier      int8
	byAccount []*entry // by the account's index
}

// cached gives the place of a piece's row; it holds nil until the row is known.
func (w *writer) cached(s *slot, kind uint8, tier int8) **entry {
	for len(w.cache) <= s.class.index {
		w.cache = append(w.cache, nil)
	}
	rows := w.cache[s.class.index]
	for i := range rows {
		if rows[i].kind == kind && rows[i].tier == tier {
			return &rows[i].byAccount[s.account.index]
		}
	}
	found := rowsOf{kind, tier, make([]*entry, w.accounts)}
	w.cache[s.class.index] = append(rows, found)
	return &found.byAccount[s.account.index]
}

// hour writes the hour's pieces and the savings plans' fees.
func (w *writer) hour(r *rater) error {
	w.accounts = len(r.accounts)
	for i := range r.pieces {
		if p := &r.pieces[i]; w.emit != nil || !w.count(&r.slots[p.slot], p) {
			w.piece(r, p)
		}
	}
	for _, p := range r.plans {
		if p.active {
			w.recurring(r, p)
		}
	}
	return w.err
}

// kinds of pieces, for the cache.
const (
	kindUsage uint8 = iota
	kindReserved
	kindCovered
	kindNegation
	kindsOfPlan = kindNegation - kindReserved // added for instance plans
)

// newWriter makes a writer of a statement that is empty, or already full.
func newWriter(q *Request, s *statement, emit func(*Line) error) *writer {
	return &writer{
		org: q.Organization, period: q.Month, currency: q.Book.Currency, statement: s, given: map[givenKey]decimal.D{}, invoices: map[invoiceKey]string{},
		emit: emit, final: q.Final, until: q.until(), issuer: cmp.Or(q.Organization.Issuer, DefaultIssuer),
	}
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
	e := *w.cached(s, kindUsage, p.tier)
	if e == nil || e.hourly != k.hourly() {
		return false
	}
	c := &e.counted
	c.lines++
	c.usage, c.cost = c.usage.Add(p.quantity), c.cost.Add(p.cost)
	if !k.factor.IsZero() {
		c.normalized = c.normalized.Add(times(k.factor, p.quantity))
	}
	if e.hourly {
		c.blended = c.blended.Add(p.blended)
	}
	return true
}

// piece writes the line of a piece, and for one that a plan covers the line that takes its price back.
func (w *writer) piece(r *rater, p *piece) {
	s := &r.slots[p.slot]
	w.start(s)
	l := &w.line
	l.Usage, l.UnblendedRate, l.Unblended = p.quantity, p.rate, p.cost
	if !l.Factor.IsZero() {
		l.Normalized = times(l.Factor, p.quantity)
	}
	switch {
	case p.tier == reservedTier:
		w.reserved(s, &r.parts[p.part], p)
		w.finish(s, p, kindReserved)
	case p.tier == freeTier:
		l.Type, l.Description = Usage, "$0.00 per "+s.class.unit()+" under monthly free tier"
		w.finish(s, p, kindUsage)
	case p.part >= 0:
		w.covered(s, &r.parts[p.part], p)
		of := uint8(0)
		if w.plan.Offering == string(InstancePlan) {
			of = kindsOfPlan
		}
		w.finish(s, p, kindCovered+of)
		l.Type, l.Description = SavingsPlanNegation, "SavingsPlanNegation used by "+w.plan.Offering
		l.UnblendedRate, l.Unblended = p.rate.Neg(), p.cost.Neg()
		w.plan.EffectiveCost, w.plan.NetEffectiveCost = decimal.D{}, decimal.D{}
		l.Usage, l.Normalized = decimal.D{}, decimal.D{}
		w.finish(s, p, kindNegation+of)
	default:
		l.Type, l.Description, l.Pricing.RateCode = Usage, s.class.price.Tiers[p.tier].Description, s.class.price.Tiers[p.tier].RateCode
		w.finish(s, p, kindUsage)
	}
}

// start begins a line with what all lines of a slot have in common.
func (w *writer) start(s *slot) {
	rec, k, p := s.record, s.class, s.class.price
	w.line = Line{
		Account: rec.Account, Start: rec.Start, End: rec.End, Product: rec.Product, UsageType: rec.UsageType, Operation: rec.Operation,
		Zone: rec.Zone, Resource: rec.Resource, Currency: w.currency, Factor: k.factor, Tags: rec.Tags,
		Bill: BillPart{Type: Anniversary, Payer: w.payer(), PeriodStart: w.period.Start(), PeriodEnd: w.period.End()},
		Pricing: PricingPart{
			Term: "OnDemand", Unit: k.unit(), PublicRate: p.Tiers[0].Rate, Currency: w.currency,
		},
		Detail: ProductPart{
			Service: p.Service, Name: p.Name, Family: p.Family, Region: rec.Region, SKU: p.SKU, InstanceType: p.InstanceType,
			Platform: p.Platform, Tenancy: p.Tenancy, FromRegion: p.FromRegion, ToRegion: p.ToRegion,
		},
	}
	w.seller(rec.Seller)
	if i := rec.Instance; i != nil {
		w.line.Detail.InstanceType, w.line.Detail.Platform = i.Type, i.platform()
	}
}

func (k *class) unit() string {
	if k.key.unit != "" {
		return k.key.unit
	}
	return k.price.Unit
}

// payer is the account that pays: another organization's, if that has taken the bill over.
func (w *writer) payer() string {
	if w.org.PaidBy != "" {
		return w.org.PaidBy
	}
	return w.org.Payer
}

// seller says who sells: AWS, or the seller of a Marketplace product.
func (w *writer) seller(name string) {
	l := &w.line
	if name == "" {
		l.LegalEntity, l.Bill.Entity, l.Bill.Issuer = w.issuer, EntityAWS, w.issuer
	} else {
		l.LegalEntity, l.Bill.Entity, l.Bill.Issuer = name, EntityMarketplace, name
	}
}

// reserved says what covers a line.
func (w *writer) reserved(s *slot, q *part, p *piece) {
	l, h := &w.line, q.reservation
	l.Type, l.Pricing.Term, l.UnblendedRate = DiscountedUsage, "Reserved", decimal.D{}
	l.Description = h.Instance.platform() + ", " + s.record.Instance.Type + " reserved instance applied"
	l.Pricing.PurchaseOption, l.Pricing.LeaseLength, l.Pricing.OfferingClass = h.Option, h.Lease, h.Class
	w.reservation = ReservationPart{
		ARN: h.ARN, EffectiveCost: q.effective, AmortizedUpfront: q.upfront, RecurringFee: q.effective.Sub(q.upfront),
		Count: decimal.Int(h.Count), UnitsPerReservation: h.factor, Start: h.Start, End: h.End,
	}
	l.Reservation = &w.reservation
}

// covered says what covers a line. A part that is cut by tiers has its effective cost cut alike.
func (w *writer) covered(s *slot, q *part, p *piece) {
	l, h := &w.line, q.plan
	l.Type, l.Description = SavingsPlanCovered, string(h.Kind)+" covered usage"
	if i := s.record.Instance; i != nil {
		l.Description = i.platform() + ", " + i.Type + " covered by " + string(h.Kind)
	}
	effective := q.effective
	if p.quantity != q.quantity {
		effective = times(q.rate, p.quantity)
		if p.quantity == q.rest {
			effective = q.restCost
		}
		q.rest, q.restCost = q.rest.Sub(p.quantity), q.restCost.Sub(effective)
	}
	w.plan = h.part()
	w.plan.Rate, w.plan.EffectiveCost = q.rate, effective
	l.SavingsPlan = &w.plan
}

// part says what is known of a plan on any line.
func (p *plan) part() SavingsPlanPart {
	return SavingsPlanPart{
		ARN: p.ARN, Offering: string(p.Kind), Region: p.Region, Family: p.Family, PurchaseTerm: p.Term, PaymentOption: p.Payment,
		StartTime: p.Start, EndTime: p.End,
	}
}

// recurring writes a plan's fee of an hour.
func (w *writer) recurring(r *rater, p *plan) {
	w.line, w.plan = w.blank(p.owner.id, string(p.Kind), r.hour, r.hour.Add(time.Hour)), p.part()
	l := &w.line
	l.Type, l.UsageType, l.Detail.Region = SavingsPlanRecurring, "ComputeSP:"+p.Term+p.Payment, p.Region
	l.Description = p.Term + " " + p.Payment + " " + string(p.Kind)
	l.Unblended = p.Commitment.Sub(p.prepaid)
	w.plan.Commitment, w.plan.Used, w.plan.AmortizedUpfront, w.plan.Recurring = p.Commitment, p.Commitment.Sub(p.left), p.prepaid, l.Unblended
	discounts := w.org.discounts(l.Product, "")
	w.plan.NetAmortized, w.plan.NetRecurring = net(w.plan.AmortizedUpfront, discounts), net(w.plan.Recurring, discounts)
	l.SavingsPlan = &w.plan
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
