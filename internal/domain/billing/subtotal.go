package billing

import (
	"cmp"
	"maps"
	"slices"
)

// Subtotal is what one account is charged for one product on a bill: all lines of a type, on the same invoices.
type Subtotal struct {
	Account string
	Seller  string // of a Marketplace product; "" is AWS
	Product string // its code
	Name    string // of the product
	Type    LineType
	Bill    BillType
	Totals
}

// Compare gives the order of a bill.
func (t *Subtotal) Compare(o *Subtotal) int {
	return cmp.Or(cmp.Compare(t.Account, o.Account), cmp.Compare(t.Seller, o.Seller), cmp.Compare(t.Product, o.Product), cmp.Compare(t.Name, o.Name),
		cmp.Compare(t.Type, o.Type), cmp.Compare(t.Bill, o.Bill))
}

// subtotalKey tells subtotals apart.
type subtotalKey struct {
	account, seller, product, name string
	kind                           LineType
	bill                           BillType
}

func (t *Subtotal) key() subtotalKey {
	return subtotalKey{t.Account, t.Seller, t.Product, t.Name, t.Type, t.Bill}
}

// subtotals are those of a bill in the making.
type subtotals map[subtotalKey]*Subtotal

// add adds a part of a subtotal, or panics with decimal.ErrRange and leaves everything as it is.
func (all subtotals) add(part *Subtotal) {
	key := part.key()
	t := all[key]
	if t == nil {
		t = new(*part)
		all[key] = t
		return
	}
	sum := t.Totals
	sum.Add(&part.Totals)
	t.Totals = sum
}

// SubtotalsOf sums rows up, in the order of a bill. It panics with decimal.ErrRange.
func SubtotalsOf(rows []Row) []Subtotal {
	all := subtotals{}
	for i := range rows {
		all.add(&rows[i].Subtotal)
	}
	return all.sorted()
}

func (all subtotals) sorted() []Subtotal {
	out := make([]Subtotal, 0, len(all))
	for t := range maps.Values(all) {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Subtotal) int { return a.Compare(&b) })
	return out
}
