package billing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"umbel/internal/decimal"
)

// CreditUse tells what a month took of a credit.
type CreditUse struct {
	ID         string
	Used, Left decimal.D
}

// credits applies the credits that come before, or after, discounts across services (Billing User Guide, "AWS credits"): the one
// that expires first before the one with fewest products, before the oldest; each to its own account, then to the account that
// spends most, there to the product that costs most, there to the highest charge.
func (w *writer) credits(r *rater, l *ledger, early bool) (uses []CreditUse) {
	var order []*CreditBalance
	for i := range w.org.Credits {
		if w.org.Credits[i].Early == early {
			order = append(order, &w.org.Credits[i])
		}
	}
	breadth := func(c *CreditBalance) int {
		if c.Products == nil {
			return 1 << 30
		}
		return len(c.Products)
	}
	slices.SortFunc(order, func(a, b *CreditBalance) int {
		return cmp.Or(a.Expires.Compare(b.Expires), cmp.Compare(breadth(a), breadth(b)), a.Issued.Compare(b.Issued), cmp.Compare(a.ID, b.ID))
	})
	for _, c := range order {
		left := c.Amount
		if c.usable(w.period) && left.Sign() > 0 {
			left = w.credit(r, l, c)
		}
		uses = append(uses, CreditUse{c.ID, c.Amount.Sub(left), left})
	}
	return uses
}

// usable tells whether a credit pays in a month: it was there before the month ended, and did not expire before it began.
func (c *CreditBalance) usable(m Month) bool {
	return c.Issued.Before(m.End()) && (c.Expires.IsZero() || c.Expires.After(m.Start()))
}

// credit spends one credit and gives what is left of it.
func (w *writer) credit(r *rater, l *ledger, c *CreditBalance) (left decimal.D) {
	left = c.Amount
	taken := map[*charge]decimal.D{}
	totals := map[string]decimal.D{} // of what the credit may pay, by account
	for _, id := range slices.Sorted(maps.Keys(l.byAccount)) {
		if w.receives(r, c, id) {
			totals[id] = c.eligible(l.byAccount[id])
		}
	}
	for left.Sign() > 0 {
		account := c.Account
		if totals[account].Sign() <= 0 {
			account = highest(totals)
		}
		if account == "" {
			break
		}
		target := c.target(l.byAccount[account])
		pays := decimal.Min(left, target.due)
		target.lower(pays)
		taken[target] = taken[target].Add(pays)
		totals[account], left = totals[account].Sub(pays), left.Sub(pays)
	}
	for _, target := range slices.SortedFunc(maps.Keys(taken), func(a, b *charge) int { return a.compare(&b.chargeKey) }) {
		w.on(target, Credit, taken[target].Neg(), cmp.Or(c.Description, c.ID))
		w.close("credit/"+c.ID, nil)
	}
	return left
}

// receives tells whether a credit may pay for an account: its own, or one that shares credits if both have belonged to the
// organization since the month began.
func (w *writer) receives(r *rater, c *CreditBalance, id string) bool {
	if id == c.Account {
		return true
	}
	owner, receiver, begin := r.accounts[c.Account], r.accounts[id], w.period.Start()
	off := w.org.Sharing.CreditsOff
	return owner != nil && receiver != nil && owner.member(begin) && receiver.member(begin) && !off[c.Account] && !off[id] &&
		(c.Receivers == nil || slices.Contains(c.Receivers, id))
}

// pays tells whether the credit may pay for a charge.
func (c *CreditBalance) pays(t *charge) bool {
	return t.seller == "" && t.due.Sign() > 0 && (c.Products == nil || slices.Contains(c.Products, t.product))
}

func (c *CreditBalance) eligible(charges []*charge) (total decimal.D) {
	for _, t := range charges {
		if c.pays(t) {
			total = total.Add(t.due)
		}
	}
	return total
}

// target is the highest charge of the product that costs most.
func (c *CreditBalance) target(charges []*charge) (best *charge) {
	products := map[string]decimal.D{}
	for _, t := range charges {
		if c.pays(t) {
			products[t.product] = products[t.product].Add(t.due)
		}
	}
	product := highest(products)
	for _, t := range charges {
		if c.pays(t) && t.product == product && (best == nil || best.due.Less(t.due)) {
			best = t
		}
	}
	return best
}

// highest gives the key of the greatest number above zero, the first of equals; "" if there is none.
func highest(of map[string]decimal.D) (key string) {
	for k, d := range of {
		if d.Sign() > 0 && (key == "" || of[key].Less(d) || of[key] == d && k < key) {
			key = k
		}
	}
	return key
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
