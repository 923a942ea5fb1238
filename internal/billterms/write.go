package billterms

import (
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Write gives terms as a file that Parse reads back.
func Write(o *billing.Organization) ([]byte, error) { return yaml.Marshal(fileOf(o)) }

func amountText(d decimal.D) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func timeText(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Equal(t.UTC().Truncate(24 * time.Hour)):
		return t.UTC().Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339)
}

func fileOf(o *billing.Organization) *File {
	f := &File{Issuer: o.Issuer, PaidBy: o.PaidBy, Created: timeText(o.Created)}
	for _, m := range o.Members {
		f.Members = append(f.Members, Membership{m.Account, timeText(m.Joined), timeText(m.Left)})
	}
	f.Sharing = Sharing{Mode: string(o.Sharing.Mode), Off: slices.Sorted(maps.Keys(o.Sharing.Off)), Groups: o.Sharing.Groups, CreditsOff: slices.Sorted(maps.Keys(o.Sharing.CreditsOff))}
	for _, v := range o.Reservations {
		f.Reservations = append(f.Reservations, Reservation{
			ARN: v.ARN, Owner: v.Owner, Product: v.Product, Region: v.Region, Zone: v.Zone, InstanceType: v.Instance.Type, Platform: v.Instance.Platform,
			Tenancy: v.Instance.Tenancy, MultiAZ: v.Instance.MultiAZ, Count: int(v.Count), Upfront: amountText(v.Upfront), Hourly: amountText(v.Hourly),
			Start: timeText(v.Start), End: timeText(v.End), Lease: v.Lease, Class: v.Class, Option: v.Option,
		})
	}
	for _, p := range o.Plans {
		f.SavingsPlans = append(f.SavingsPlans, SavingsPlan{
			ARN: p.ARN, Owner: p.Owner, Kind: string(p.Kind), Region: p.Region, Family: p.Family, Commitment: p.Commitment.String(), Term: p.Term, Payment: p.Payment,
			Start: timeText(p.Start), End: timeText(p.End),
		})
	}
	for _, c := range o.Credits {
		f.Credits = append(f.Credits, Credit{
			ID: c.ID, Description: c.Description, Account: c.Account, Amount: c.Amount.String(), Products: c.Products, Issued: timeText(c.Issued),
			Expires: timeText(c.Expires), Receivers: c.Receivers, BeforeDiscounts: c.Early,
		})
	}
	f.others(o)
	return f
}

func (f *File) others(o *billing.Organization) {
	match := func(m billing.Match) Match { return Match{m.Product, m.UsageType} }
	for _, b := range o.Bundles {
		f.Bundles = append(f.Bundles, Bundle{b.ID, b.Description, match(b.Source), match(b.Target), b.Ratio.String(), b.Percent.String()})
	}
	for _, d := range o.Discounts {
		one := Discount{Type: string(d.Type), Description: d.Description, Percent: d.Percent.String()}
		for _, m := range d.On {
			one.On = append(one.On, match(m))
		}
		f.Discounts = append(f.Discounts, one)
	}
	for _, s := range o.Support {
		f.Support = append(f.Support, Support{string(s.Plan), s.Accounts, s.Together})
	}
	for _, t := range o.Taxes {
		f.Taxes = append(f.Taxes, Tax{t.Type, t.Description, t.Percent.String(), t.Accounts})
	}
	for _, c := range o.Charges {
		f.Charges = append(f.Charges, Charge{
			ID: c.ID, Account: c.Account, Type: string(c.Type), Start: timeText(c.Start), End: timeText(c.End), Product: c.Product, Name: c.Name, UsageType: c.UsageType,
			Region: c.Region, Description: c.Description, Amount: c.Amount.String(), Seller: c.Seller, Purchase: c.Bill == billing.Purchase, Tags: c.Tags,
		})
	}
	for _, u := range o.InvoiceUnits {
		f.InvoiceUnits = append(f.InvoiceUnits, InvoiceUnit{u.Name, u.Receiver, u.Accounts})
	}
}
