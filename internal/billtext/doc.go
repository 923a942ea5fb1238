// Package billtext owns how a bill looks to people: a table for terminals, and a PDF. It decides no amount: it shows those of the
// bill, rounded to cents where it adds nothing up.
package billtext

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Document is a month's bill as it is shown: to the account that pays, or to a member.
type Document struct {
	Account, Payer string            // whose bill, and who pays
	Names          map[string]string // of accounts, by ID
	State          string            // "estimated", "final", …
	Bills          []*billing.Bill   // one for each currency; at least one
}

// member tells whether the bill is a member's part of another's.
func (d *Document) member() bool { return d.Account != d.Payer }

// account gives an account as it is shown.
func (d *Document) account(id string) string {
	if name := d.Names[id]; name != "" {
		return id + "  " + name
	}
	return id
}

// title is the first line.
func (d *Document) title() string {
	text := "Bill of " + d.Bills[0].Month.String()
	if d.member() {
		return text + " for account " + d.account(d.Account)
	}
	return text + " for the organization of " + d.account(d.Payer)
}

// standing says how sure the bill is.
func (d *Document) standing() string {
	b := d.Bills[0]
	switch {
	case b.Final && d.State == "final":
		return "final"
	case d.State == "computing":
		return "being computed again; this is how it stood before"
	case d.State == "failed":
		return "could not be computed again; this is how it stood before (see: umbel bill list)"
	case b.Until.Before(b.Month.End()):
		return "estimated, fees up to " + b.Until.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	return "estimated until the month is closed"
}

// service is what a service costs, on one bill.
type service struct {
	name  string
	total decimal.D
	rows  []*billing.Row // by account, dearest first within it
}

// services gives a bill's rows by service, the dearest first. What a Marketplace seller sells stands under its product's name.
func services(b *billing.Bill) []*service {
	byName := map[string]*service{}
	for i := range b.Rows {
		r := &b.Rows[i]
		name := cmp.Or(r.Name, r.Product, string(r.Type))
		if r.Seller != "" {
			name += " (sold by " + r.Seller + ")"
		}
		s := byName[name]
		if s == nil {
			s = &service{name: name}
			byName[name] = s
		}
		s.total, s.rows = s.total.Add(r.Unblended), append(s.rows, r)
	}
	out := slices.Collect(maps.Values(byName))
	slices.SortFunc(out, func(x, y *service) int { return cmp.Or(y.total.Cmp(x.total), cmp.Compare(x.name, y.name)) })
	for _, s := range out {
		slices.SortStableFunc(s.rows, func(x, y *billing.Row) int { return cmp.Compare(x.Account, y.Account) })
	}
	return out
}

// accounts gives what each account costs, by ID.
func accounts(b *billing.Bill) (ids []string, totals map[string]billing.Totals) {
	totals = b.By(func(r *billing.Row) string { return r.Account })
	return slices.Sorted(maps.Keys(totals)), totals
}

// what says what a row is of: its tier or charge, and where.
func what(r *billing.Row) string {
	text := cmp.Or(r.Description, r.UsageType, string(r.Type))
	if r.UsageType != "" && r.Description != "" {
		text = r.UsageType + ": " + r.Description
	}
	if r.Region != "" {
		text += "  [" + r.Region + "]"
	}
	return text
}

// quantity gives a row's usage with its unit; "" where it has none.
func quantity(r *billing.Row) string {
	if r.Usage.IsZero() {
		return ""
	}
	return strings.TrimSpace(grouped(r.Usage.Round(6).String()) + " " + r.Unit)
}

// money gives an amount in cents; one that is less than a cent in as many places as show it.
func money(d decimal.D) string {
	if r := d.Round(2); r.IsZero() && !d.IsZero() {
		return d.Round(8).String()
	}
	return grouped(d.Fixed(2))
}

// grouped puts commas between thousands.
func grouped(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	whole, part, point := strings.Cut(number, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + part
	}
	return sign + whole
}

// saved says what the organization saves by being one; "" where nothing was compared.
func saved(b *billing.Bill) string {
	if !b.Compared || len(b.Accounts()) < 2 {
		return ""
	}
	return "Usage on demand costs " + money(b.Usage) + "; separate accounts would pay " + money(b.Apart) + ". Pooling and sharing save " + money(b.Saved()) + "."
}

// kind says what an invoice is for.
func kind(v *billing.Invoice) string {
	switch v.Bill {
	case billing.Purchase:
		return "purchases"
	case billing.RefundIssued:
		return "refunds"
	}
	return "the month"
}
