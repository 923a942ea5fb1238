package billing

import (
	"cmp"
	"maps"
	"slices"

	"umbel/internal/decimal"
)

// chargeKey names a charge that credits, discounts and taxes work on: all rows of an account that differ in rate and type only.
type chargeKey struct {
	account, seller, product, service, region, usageType, operation string
}

func (k *chargeKey) compare(o *chargeKey) int {
	return cmp.Or(cmp.Compare(k.account, o.account), cmp.Compare(k.seller, o.seller), cmp.Compare(k.product, o.product), cmp.Compare(k.service, o.service),
		cmp.Compare(k.region, o.region), cmp.Compare(k.usageType, o.usageType), cmp.Compare(k.operation, o.operation))
}

// charge is such a charge on its way through credits and discounts.
type charge struct {
	chargeKey
	name    string
	usage   decimal.D // how much was used
	due     decimal.D // what credits and bundled discounts may still lower
	taxable decimal.D
	bundled decimal.D // usage that has a bundled discount
}

// ledger holds a month's charges, and those of each account.
type ledger struct {
	byKey     map[chargeKey]*charge
	all       []*charge
	byAccount map[string][]*charge
}

// newLedger sums up the rows so far. Upfront payments are taxed but no credit pays for them.
func newLedger(s *statement) *ledger {
	l := &ledger{byKey: map[chargeKey]*charge{}, byAccount: map[string][]*charge{}}
	for _, e := range s.rows {
		k := e.kind
		if k.Type == Refund {
			continue
		}
		c := l.charge(e)
		if k.Bill == Anniversary && k.Seller == "" {
			c.due = c.due.Add(e.Unblended)
		}
		if k.Type == Usage || k.Type == DiscountedUsage || k.Type == SavingsPlanCovered {
			c.usage = c.usage.Add(e.usage)
		}
		c.taxable = c.taxable.Add(e.Unblended)
	}
	l.all = slices.SortedFunc(maps.Values(l.byKey), func(a, b *charge) int { return a.compare(&b.chargeKey) })
	for _, c := range l.all {
		l.byAccount[c.account] = append(l.byAccount[c.account], c)
	}
	return l
}

func (l *ledger) charge(e *entry) *charge {
	r := &e.kind.Row
	key := chargeKey{e.account, r.Seller, r.Product, r.Service, r.Region, r.UsageType, r.Operation}
	c := l.byKey[key]
	if c == nil {
		c = &charge{chargeKey: key}
		l.byKey[key] = c
	}
	if r.Name != "" && (c.name == "" || r.Name < c.name) { // whichever row comes first
		c.name = r.Name
	}
	return c
}

// lower takes an amount off a charge.
func (c *charge) lower(amount decimal.D) {
	c.due, c.taxable = c.due.Sub(amount), c.taxable.Sub(amount)
}

// on begins a line that lowers or raises a charge.
func (w *writer) on(c *charge, kind LineType, amount decimal.D, description string) {
	*w.line = w.blank(c.account, c.product, w.period.Start(), w.period.End())
	w.seller(w.line, c.seller)
	l := w.line
	l.Type, l.UsageType, l.Operation, l.Unblended, l.Description = kind, c.usageType, c.operation, amount, description
	l.Detail.Service, l.Detail.Region, l.Detail.Name = c.service, c.region, c.name
}

// negotiated writes the negotiated discounts, whose amounts are in the net costs of the lines already: they lower the unblended
// cost, and their own net cost is nothing.
func (w *writer) negotiated(l *ledger) {
	type key struct {
		charge   *charge
		discount *Discount
	}
	sums := map[key]decimal.D{}
	for k, off := range w.given {
		c := l.charge(k.entry)
		sums[key{c, k.discount}] = sums[key{c, k.discount}].Add(off)
		if k.entry.kind.Bill != Anniversary {
			c.due = c.due.Add(off) // Not of what credits may pay: only the tax falls.
		}
	}
	for _, c := range l.all {
		for i := range w.org.Discounts {
			d := &w.org.Discounts[i]
			off := sums[key{c, d}]
			if off.IsZero() {
				continue
			}
			c.lower(off)
			w.on(c, d.Type, off.Neg(), cmp.Or(d.Description, string(d.Type)))
			w.closeNet("discount/" + string(d.Type))
		}
	}
}

// closeNet closes a line whose net cost is nothing.
func (w *writer) closeNet(id string) {
	w.zeroNet = true
	w.close(id, nil)
	w.zeroNet = false
}

// bundles writes the bundled discounts: for the account whose usage earns them first, then for the others (Data Exports User
// Guide, "Discount columns"), and in each account on the highest charge first.
func (w *writer) bundles(l *ledger) {
	for i := range w.org.Bundles {
		b := &w.org.Bundles[i]
		earned := map[string]decimal.D{}
		var targets []*charge
		for _, c := range l.all {
			if c.seller != "" {
				continue
			}
			if b.Source.holds(c.product, c.usageType) {
				earned[c.account] = earned[c.account].Add(times(c.usage, b.Ratio))
			}
			if b.Target.holds(c.product, c.usageType) && c.due.Sign() > 0 && c.usage.Sign() > 0 {
				targets = append(targets, c)
			}
		}
		slices.SortStableFunc(targets, func(x, y *charge) int { return cmp.Or(cmp.Compare(x.account, y.account), y.due.Cmp(x.due)) })
		off := map[*charge]decimal.D{}
		rates := map[*charge]decimal.D{}
		for _, c := range targets {
			rates[c] = over(c.due, c.usage)
			earned[c.account] = earned[c.account].Sub(b.take(c, earned[c.account], rates[c], off))
		}
		rest := decimal.D{}
		for _, units := range earned {
			rest = rest.Add(units)
		}
		for _, c := range targets {
			rest = rest.Sub(b.take(c, rest, rates[c], off))
		}
		for _, c := range targets {
			if !off[c].IsZero() {
				c.lower(off[c])
				w.on(c, BundledDiscount, off[c].Neg(), b.Description)
				w.close("bundle/"+b.ID, nil)
			}
		}
	}
}

// take discounts as much of a charge as so many units do, and tells how many it used.
func (b *Bundle) take(c *charge, units, rate decimal.D, off map[*charge]decimal.D) decimal.D {
	units = decimal.Min(units, c.usage.Sub(c.bundled))
	if units.Sign() <= 0 {
		return decimal.D{}
	}
	c.bundled = c.bundled.Add(units)
	amount := percent(times(units, rate), b.Percent)
	off[c] = off[c].Add(decimal.Min(amount, c.due.Sub(off[c])))
	return units
}

// taxes writes the taxes on what is left of the charges, product by product.
func (w *writer) taxes(l *ledger) {
	for i := range w.org.Taxes {
		t := &w.org.Taxes[i]
		sums := map[chargeKey]decimal.D{}
		names := map[chargeKey]string{}
		for _, c := range l.all {
			if t.Accounts != nil && !slices.Contains(t.Accounts, c.account) {
				continue
			}
			key := chargeKey{account: c.account, seller: c.seller, product: c.product, service: c.service, region: c.region}
			sums[key], names[key] = sums[key].Add(c.taxable), c.name
		}
		for _, key := range slices.SortedFunc(maps.Keys(sums), func(a, b chargeKey) int { return a.compare(&b) }) {
			amount := percent(sums[key], t.Percent)
			if amount.Sign() <= 0 {
				continue
			}
			w.on(&charge{chargeKey: key, name: names[key]}, Tax, amount, cmp.Or(t.Description, "Tax for product code "+key.product))
			w.line.TaxType = t.Type
			w.close("tax/"+t.Type, nil)
		}
	}
}
