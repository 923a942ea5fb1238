package billing

import (
	"cmp"

	"umbel/internal/decimal"
)

// Row is what a subtotal of a bill is made of: all lines of one account that differ in time and resource only. Embedded is what they
// are together.
type Row struct {
	Subtotal
	Service, Region, UsageType, Operation, Description, Unit string
	Rate                                                     decimal.D // unblended
	Usage, Normalized                                        decimal.D
}

// Compare orders rows as they are shown: by account, seller, product and what is bought of it, the higher rate first.
func (r *Row) Compare(o *Row) int {
	return cmp.Or(cmp.Compare(r.Account, o.Account), cmp.Compare(r.Seller, o.Seller), cmp.Compare(r.Product, o.Product), cmp.Compare(r.Service, o.Service),
		cmp.Compare(r.Region, o.Region), cmp.Compare(r.UsageType, o.UsageType), cmp.Compare(r.Operation, o.Operation), cmp.Compare(r.Type, o.Type),
		cmp.Compare(r.Bill, o.Bill), o.Rate.Cmp(r.Rate), cmp.Compare(r.Description, o.Description), cmp.Compare(r.Unit, o.Unit), cmp.Compare(r.Name, o.Name))
}

// RowKey tells rows apart.
type RowKey struct {
	subtotalKey
	service, region, usageType, operation, description, unit string
	rate                                                     decimal.D
}

// Key gives what tells the row apart.
func (r *Row) Key() RowKey {
	return RowKey{r.key(), r.Service, r.Region, r.UsageType, r.Operation, r.Description, r.Unit, r.Rate}
}

// RowOf gives the row that a line alone makes. It panics with decimal.ErrRange as Line.Amortized does.
func RowOf(l *Line) Row {
	r := l.row()
	r.Usage, r.Normalized, r.Totals = l.Usage, l.Normalized, l.totals()
	return r
}

// row gives the row of a line, without its amounts.
func (l *Line) row() Row {
	return Row{
		Subtotal: Subtotal{Account: l.Account, Seller: l.seller(), Product: l.Product, Name: l.Detail.Name, Type: l.Type, Bill: l.Bill.Type},
		Service:  l.Detail.Service, Region: l.Detail.Region, UsageType: l.UsageType, Operation: l.Operation, Description: l.Description,
		Unit: l.Pricing.Unit, Rate: l.UnblendedRate,
	}
}

// totals gives what the line is on a bill. It panics with decimal.ErrRange.
func (l *Line) totals() Totals {
	return Totals{l.Unblended, l.Blended, l.Amortized(), l.NetUnblended, l.NetAmortized(), 1}
}

// seller is who sells a Marketplace product; "" is AWS.
func (l *Line) seller() string {
	if l.Bill.Entity == EntityMarketplace {
		return l.LegalEntity
	}
	return ""
}

// Add adds another part of the same row. It fails with decimal.ErrRange.
func (r *Row) Add(o *Row) (err error) {
	defer decimal.Recover(&err)
	r.Usage, r.Normalized = r.Usage.Add(o.Usage), r.Normalized.Add(o.Normalized)
	r.Totals.Add(&o.Totals)
	return nil
}
