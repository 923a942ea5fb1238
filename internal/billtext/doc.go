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
	Bills          []Bill            // one for each currency; at least one
}

// Bill is a bill with what its subtotals are made of.
type Bill struct {
	*billing.Bill
	Rows []billing.Row // in the order of the bill
	// Without tells why there are no rows; accounts are shown with what they pay for a service then.
	Without Why
}

// Why is a reason to show no rows.
type Why int

// The reasons.
const (
	Shown Why = iota // they are
	Many             // there are more than one would read
	Moved            // lines have come in, or gone, since the bill was made: they do not sum up to it
)

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
	name     string
	total    decimal.D
	accounts []*account // by ID
}

// account is what an account pays for a service.
type account struct {
	id    string
	total decimal.D
	rows  []*billing.Row
}

// services gives a bill's amounts by service, the dearest first. What a Marketplace seller sells stands under its product's name.
func services(b *Bill) []*service {
	byName := map[string]*service{}
	for i := range b.Subtotals { // which are in the order of accounts
		t := &b.Subtotals[i]
		s := byName[nameOf(t)]
		if s == nil {
			s = &service{name: nameOf(t)}
			byName[s.name] = s
		}
		a := s.of(t.Account)
		s.total, a.total = s.total.Add(t.Unblended), a.total.Add(t.Unblended)
	}
	for i := range b.Rows {
		r := &b.Rows[i]
		if s := byName[nameOf(&r.Subtotal)]; s != nil {
			a := s.of(r.Account)
			a.rows = append(a.rows, r)
		}
	}
	out := slices.Collect(maps.Values(byName))
	slices.SortFunc(out, func(x, y *service) int { return cmp.Or(y.total.Cmp(x.total), cmp.Compare(x.name, y.name)) })
	return out
}

func (s *service) of(id string) *account {
	at, found := slices.BinarySearchFunc(s.accounts, id, func(a *account, id string) int { return cmp.Compare(a.id, id) })
	if !found {
		s.accounts = slices.Insert(s.accounts, at, &account{id: id})
	}
	return s.accounts[at]
}

// nameOf names the service of a subtotal.
func nameOf(t *billing.Subtotal) string {
	name := cmp.Or(t.Name, t.Product, string(t.Type))
	if t.Seller != "" {
		name += " (sold by " + t.Seller + ")"
	}
	return name
}

// without says why no rows are shown.
func (d *Document) without(why Why) string {
	text := "Not shown are the usage types and tiers that this is made of, for "
	switch {
	case why == Moved:
		return text + "lines have come in, or gone, since the bill was made: ask again when it is computed (umbel bill list)."
	case d.member():
		return text + "they are too many: --output json gives all of them."
	}
	return text + "they are too many: --output json gives all of them, --account ID those of one account."
}

// accounts gives what each account costs, by ID.
func accounts(b *billing.Bill) (ids []string, totals map[string]billing.Totals) {
	totals = b.By(func(t *billing.Subtotal) string { return t.Account })
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
func saved(b *Bill) string {
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
