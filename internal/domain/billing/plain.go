package billing

import "umbel/internal/decimal"

// plain is a line of usage on demand before it is one: what it does not have in common with the lines of its pattern. Most lines
// are such, and a line is three times as long. It is made a line where it is emitted, not where it is rated, which is on another
// processor: what goes from one to the other is what takes the time.
type plain struct {
	like                                     *pattern
	account                                  string
	use                                      use
	id, invoice                              string
	quantity, normalized, rate, cost, public decimal.D
	blendedRate, blended                     decimal.D
}

// plain emits the line of a piece of usage on demand, if its row is known and nothing is taken off. It says what start and finish
// would.
func (w *writer) plain(s *slot, p *piece) bool {
	k := s.class
	if p.part >= 0 || len(k.discounts) > 0 {
		return false
	}
	like := w.pattern(k, kindUsage, p.tier)
	e := like.byAccount[s.account.index]
	if e == nil || w.final && e.invoice == "" {
		return false
	}
	w.begin(&like.line)
	out := &w.lines.plains[w.lines.used-1]
	*out = plain{
		like: like, account: s.account.id, use: *s.use, invoice: e.invoice, quantity: p.quantity, rate: p.rate, cost: p.cost, public: p.cost,
	}
	if !k.factor.IsZero() {
		out.normalized = times(k.factor, p.quantity)
	}
	if k.hourly() {
		out.blendedRate, out.blended = p.blendedRate, p.blended
	} else {
		out.blendedRate, out.blended = e.share(p.quantity)
	}
	if public := like.line.Pricing.PublicRate; public != p.rate {
		out.public = times(public, p.quantity)
	}
	out.id = w.pieceIdentity(s, like, "")
	return true
}

// line makes it a line.
func (p *plain) line(l *Line) {
	*l = p.like.line
	l.ID, l.Account, l.Start, l.End, l.Zone, l.Resource, l.Tags = p.id, p.account, p.use.start, p.use.end, p.use.zone, p.use.resource, p.use.tags
	l.Usage, l.Normalized, l.UnblendedRate, l.Unblended, l.BlendedRate, l.Blended = p.quantity, p.normalized, p.rate, p.cost, p.blendedRate, p.blended
	l.NetUnblendedRate, l.NetUnblended, l.Pricing.PublicCost, l.Bill.Invoice = p.rate, p.cost, p.public, p.invoice
}

// share gives the blended rate and cost of some usage of a row that blends over the month. The last usage takes what rounding
// leaves.
func (e *entry) share(usage decimal.D) (rate, cost decimal.D) {
	if usage.IsZero() {
		return decimal.D{}, decimal.D{}
	}
	rate, cost = e.rate, times(e.rate, usage)
	if usage == e.leftUsage {
		cost = e.leftCost
	}
	e.leftUsage, e.leftCost = e.leftUsage.Sub(usage), e.leftCost.Sub(cost)
	return rate, cost
}
