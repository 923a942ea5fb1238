package billing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"umbel/internal/decimal"
)

// Bill is a month's bill of an organization. It tells what is paid, to the account, the product and the kind of charge: as much as
// invoices, services and members are summed up from, and no more however many kinds of usage there are. What a subtotal is made of,
// by usage type, tier and Region, are rows, and of rows lines.
type Bill struct {
	Month         Month
	Payer, PaidBy string // PaidBy is another organization's account that pays; "" for none
	Currency      string
	Final         bool
	Until         time.Time // how far fees have run
	Subtotals     []Subtotal
	Total         Totals
	// Usage is what usage on demand costs after commitments; Apart is what it would cost if every account were alone, with volume
	// tiers and commitments of its own and the same free tier. Their difference is what the organization saves by being one.
	Usage, Apart decimal.D
	Compared     bool // Apart was computed
	Invoices     []Invoice
	Credits      []CreditUse // by ID
	Reservations []ReservationUse
	Plans        []PlanUse
	Unpriced     []Unpriced       // usage that the price book does not know: it is not in the total
	Outside      int64            // records of members from outside their membership: on another bill
	Strangers    map[string]int64 // records and charges of accounts that are no members
}

// Totals are sums of a bill's lines.
type Totals struct {
	Unblended, Blended, Amortized, NetUnblended, NetAmortized decimal.D
	Lines                                                     int64
}

// Add adds others. It panics with decimal.ErrRange.
func (t *Totals) Add(o *Totals) {
	t.Unblended, t.Blended, t.Amortized = t.Unblended.Add(o.Unblended), t.Blended.Add(o.Blended), t.Amortized.Add(o.Amortized)
	t.NetUnblended, t.NetAmortized = t.NetUnblended.Add(o.NetUnblended), t.NetAmortized.Add(o.NetAmortized)
	t.Lines += o.Lines
}

// Unpriced is usage without a price.
type Unpriced struct {
	Key      PriceKey
	Records  int64
	Quantity decimal.D
}

// ReservationUse is what a month used of a reservation, in hours of instances of its size.
type ReservationUse struct {
	ARN, Owner  string
	Hours, Used decimal.D
}

// PlanUse is what a month used of a savings plan.
type PlanUse struct {
	ARN, Owner      string
	Committed, Used decimal.D
}

// Invoice is one invoice of a month.
type Invoice struct {
	Number         string // "" on an estimate
	Issuer, Seller string // Seller is "" for AWS
	Unit, Receiver string // the invoice unit, "" for all accounts in none, and who gets the invoice
	Bill           BillType
	Amount         decimal.D // of its subtotals
	Due            decimal.D // the amount in whole cents
}

// makeBill makes a bill of its subtotals, without what only a rater knows.
func makeBill(o *Organization, m Month, currency string, final bool, all subtotals) *Bill {
	b := &Bill{Month: m, Payer: o.Payer, PaidBy: o.PaidBy, Currency: currency, Final: final, Until: m.End(), Subtotals: all.sorted()}
	for i := range b.Subtotals {
		t := &b.Subtotals[i]
		if t.Type == Usage {
			b.Usage = b.Usage.Add(t.Unblended)
		}
		b.Total.Add(&t.Totals)
	}
	b.Invoices = invoices(o, b)
	return b
}

// tell adds what the raters know.
func (b *Bill) tell(r, apart *rater) {
	b.Outside, b.Strangers = r.outside, r.strangers
	if apart != nil {
		b.Compared, b.Apart = true, apart.cost
	}
	for _, h := range r.reservations {
		b.Reservations = append(b.Reservations, ReservationUse{h.ARN, h.Owner, times(h.hours, decimal.Int(h.Count)), h.used})
	}
	for _, p := range r.plans {
		b.Plans = append(b.Plans, PlanUse{p.ARN, p.Owner, p.total, p.used})
	}
	for _, u := range r.missing {
		b.Unpriced = append(b.Unpriced, *u)
	}
	slices.SortFunc(b.Unpriced, func(x, y Unpriced) int { return x.Key.compare(y.Key) })
}

// invoices makes the invoices of a bill.
func invoices(o *Organization, b *Bill) []Invoice {
	type key struct {
		seller, unit string
		kind         BillType
	}
	sums := map[key]*Invoice{}
	units := map[string]string{}
	for i := range b.Subtotals {
		r := &b.Subtotals[i]
		if _, known := units[r.Account]; !known {
			units[r.Account] = o.unit(r.Account)
		}
		k := key{r.Seller, units[r.Account], r.Bill}
		v := sums[k]
		if v == nil {
			v = &Invoice{Issuer: cmp.Or(r.Seller, o.Issuer, DefaultIssuer), Seller: r.Seller, Unit: k.unit, Receiver: o.receiver(k.unit), Bill: r.Bill}
			if b.Final {
				v.Number = invoiceNumber(o.Payer, b.Month, k.seller, k.unit, k.kind)
			}
			sums[k] = v
		}
		v.Amount = v.Amount.Add(r.Unblended)
	}
	all := make([]Invoice, 0, len(sums))
	for _, v := range sums {
		v.Due = v.Amount.Round(2)
		all = append(all, *v)
	}
	slices.SortFunc(all, func(x, y Invoice) int {
		return cmp.Or(cmp.Compare(x.Seller, y.Seller), cmp.Compare(x.Unit, y.Unit), cmp.Compare(x.Bill, y.Bill))
	})
	return all
}

// receiver is who gets the invoice of a unit.
func (o *Organization) receiver(unit string) string {
	for _, u := range o.InvoiceUnits {
		if u.Name == unit {
			return u.Receiver
		}
	}
	return cmp.Or(o.PaidBy, o.Payer)
}

// Of gives the part of a bill that is an account's own.
func (b *Bill) Of(account string) (own []Subtotal, total Totals) {
	for i := range b.Subtotals {
		if t := &b.Subtotals[i]; t.Account == account {
			own = append(own, *t)
			total.Add(&t.Totals)
		}
	}
	return own, total
}

// By sums a bill up by what key gives of its subtotals, such as the account or the product.
func (b *Bill) By(key func(*Subtotal) string) map[string]Totals {
	sums := map[string]Totals{}
	for i := range b.Subtotals {
		k := key(&b.Subtotals[i])
		t := sums[k]
		t.Add(&b.Subtotals[i].Totals)
		sums[k] = t
	}
	return sums
}

// Saved gives what usage costs less because the organization is one.
func (b *Bill) Saved() decimal.D {
	if !b.Compared {
		return decimal.D{}
	}
	return b.Apart.Sub(b.Usage)
}

// Accounts gives the accounts on the bill, ordered.
func (b *Bill) Accounts() []string {
	return slices.Sorted(maps.Keys(b.By(func(t *Subtotal) string { return t.Account })))
}
