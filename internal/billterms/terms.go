// Package billterms owns the file of a bill's terms: what an organization's bills depend on and no AWS API sets, as people write it.
// It touches no disk, and decides nothing: rating does.
package billterms

import (
	"cmp"
	_ "embed" // for the comments of the types
	"fmt"
	"reflect"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/yamlfile"
)

// declaration is the source of the file's types: their comments are the descriptions in the schema.
//
//go:embed file.go
var declaration string

// Schema gives the JSON schema (draft 2020-12) of the file, made from the types of this package.
func Schema() ([]byte, error) {
	return yamlfile.Schema("Umbel bill terms", reflect.TypeFor[File](), declaration)
}

// Parse reads a file, YAML or JSON; name stands for it in messages. What is wrong comes as yamlfile.Problems, all of it at once.
func Parse(name string, text []byte) (*billing.Organization, error) {
	f := &File{}
	source, err := yamlfile.Decode(name, text, f, nil)
	if err != nil {
		return nil, err
	}
	r := &reader{source}
	o := r.organization(f)
	if err := source.Problems.Err(); err != nil {
		return nil, err
	}
	return o, nil
}

// reader makes values of texts, and notes those that are none.
type reader struct{ source *yamlfile.Source }

func (r *reader) amount(path, text string) decimal.D {
	if text == "" {
		return decimal.D{}
	}
	d, err := decimal.Parse(text)
	if err != nil {
		r.source.Problem(path, "%s is a number such as 12.50, not %q", path, text)
	}
	return d
}

func (r *reader) time(path, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	r.source.Problem(path, "%s is a day such as 2026-10-01, or a time such as 2026-10-01T12:00:00Z, not %q", path, text)
	return time.Time{}
}

func at(list string, i int, key string) string { return fmt.Sprintf("%s[%d].%s", list, i, key) }

func set(accounts []string) map[string]bool {
	if len(accounts) == 0 {
		return nil
	}
	m := map[string]bool{}
	for _, a := range accounts {
		m[a] = true
	}
	return m
}

func (r *reader) organization(f *File) *billing.Organization {
	o := &billing.Organization{Issuer: f.Issuer, PaidBy: f.PaidBy, Created: r.time("created", f.Created)}
	for i, m := range f.Members {
		o.Members = append(o.Members, billing.Membership{Account: m.Account, Joined: r.time(at("members", i, "joined"), m.Joined), Left: r.time(at("members", i, "left"), m.Left)})
	}
	o.Sharing = billing.Sharing{Off: set(f.Sharing.Off), Groups: f.Sharing.Groups, CreditsOff: set(f.Sharing.CreditsOff)}
	if f.Sharing.Mode != "ALL" {
		o.Sharing.Mode = billing.SharingMode(f.Sharing.Mode)
	}
	r.commitments(f, o)
	for i, c := range f.Credits {
		o.Credits = append(o.Credits, billing.CreditBalance{
			ID: c.ID, Description: c.Description, Account: c.Account, Amount: r.amount(at("credits", i, "amount"), c.Amount), Products: c.Products, Receivers: c.Receivers,
			Issued: r.time(at("credits", i, "issued"), c.Issued), Expires: r.time(at("credits", i, "expires"), c.Expires), Early: c.BeforeDiscounts,
		})
	}
	r.discounts(f, o)
	for _, s := range f.Support {
		o.Support = append(o.Support, billing.Support{Plan: billing.SupportPlan(s.Plan), Accounts: s.Accounts, Together: s.Together})
	}
	for i, t := range f.Taxes {
		o.Taxes = append(o.Taxes, billing.TaxRule{Type: t.Type, Description: t.Description, Percent: r.amount(at("taxes", i, "percent"), t.Percent), Accounts: t.Accounts})
	}
	for i := range f.Charges {
		o.Charges = append(o.Charges, r.charge(i, &f.Charges[i]))
	}
	for _, u := range f.InvoiceUnits {
		o.InvoiceUnits = append(o.InvoiceUnits, billing.InvoiceUnit{Name: u.Name, Receiver: u.Receiver, Accounts: u.Accounts})
	}
	return o
}

func (r *reader) commitments(f *File, o *billing.Organization) {
	for i, v := range f.Reservations {
		instance := billing.Instance{Type: v.InstanceType, Platform: v.Platform, Tenancy: v.Tenancy, MultiAZ: v.MultiAZ}
		product := cmp.Or(v.Product, billing.ProductEC2)
		if product == billing.ProductEC2 {
			instance.Platform, instance.Tenancy = cmp.Or(v.Platform, "Linux/UNIX"), cmp.Or(v.Tenancy, "default")
		}
		o.Reservations = append(o.Reservations, billing.Reservation{
			ARN: v.ARN, Owner: v.Owner, Product: product, Region: v.Region, Zone: v.Zone, Instance: instance, Count: int64(v.Count),
			Upfront: r.amount(at("reservations", i, "upfront"), v.Upfront), Hourly: r.amount(at("reservations", i, "hourly"), v.Hourly),
			Start: r.time(at("reservations", i, "start"), v.Start), End: r.time(at("reservations", i, "end"), v.End), Lease: v.Lease, Class: v.Class, Option: v.Option,
		})
	}
	for i, p := range f.SavingsPlans {
		o.Plans = append(o.Plans, billing.SavingsPlan{
			ARN: p.ARN, Owner: p.Owner, Kind: billing.PlanKind(p.Kind), Region: p.Region, Family: p.Family, Term: p.Term, Payment: p.Payment,
			Commitment: r.amount(at("savingsPlans", i, "commitment"), p.Commitment),
			Start:      r.time(at("savingsPlans", i, "start"), p.Start), End: r.time(at("savingsPlans", i, "end"), p.End),
		})
	}
}

func (r *reader) discounts(f *File, o *billing.Organization) {
	match := func(m Match) billing.Match { return billing.Match{Product: m.Product, UsageType: m.UsageType} }
	for i, b := range f.Bundles {
		o.Bundles = append(o.Bundles, billing.Bundle{
			ID: b.ID, Description: b.Description, Source: match(b.Source), Target: match(b.Target),
			Ratio: r.amount(at("bundles", i, "ratio"), b.Ratio), Percent: r.amount(at("bundles", i, "percent"), b.Percent),
		})
	}
	for i, d := range f.Discounts {
		one := billing.Discount{Type: billing.LineType(d.Type), Description: d.Description, Percent: r.amount(at("discounts", i, "percent"), d.Percent)}
		for _, m := range d.On {
			one.On = append(one.On, match(m))
		}
		o.Discounts = append(o.Discounts, one)
	}
}

func (r *reader) charge(i int, c *Charge) billing.Charge {
	out := billing.Charge{
		ID: c.ID, Account: c.Account, Type: billing.LineType(cmp.Or(c.Type, string(billing.Fee))), Start: r.time(at("charges", i, "start"), c.Start),
		End: r.time(at("charges", i, "end"), c.End), Product: c.Product, Name: c.Name, UsageType: c.UsageType, Region: c.Region, Description: c.Description,
		Amount: r.amount(at("charges", i, "amount"), c.Amount), Seller: c.Seller, Tags: c.Tags,
	}
	if out.End.IsZero() {
		out.End = out.Start.Add(time.Hour)
	}
	if c.Purchase {
		out.Bill = billing.Purchase
	}
	return out
}
