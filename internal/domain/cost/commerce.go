package cost

import (
	"maps"
	"slices"
	"strings"
	"time"

	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	"umbel/internal/table"
)

// Commerce is how an account is billed: its invoice units.
type Commerce struct {
	InvoiceUnits *table.Table[InvoiceUnit] // by ID, those deleted included
}

func newCommerce() Commerce {
	return Commerce{InvoiceUnits: table.New("invoice-unit", func(u *InvoiceUnit) string { return u.ID })}
}

func (c *Commerce) tables() []table.Any { return []table.Any{c.InvoiceUnits} }

// InvoiceUnit is a group of accounts with an invoice of its own, as it was at all times.
type InvoiceUnit struct {
	ID, Name, Receiver string
	Versions           []InvoiceUnitVersion // ascending; at least one
	Tags               map[string]string    `json:",omitempty"`
}

// InvoiceUnitVersion is what an invoice unit was from a time on.
type InvoiceUnitVersion struct {
	At          time.Time
	Description string
	NoTax       bool     // taxes are not inherited
	Accounts    []string // sorted
	Deleted     bool
}

// Limits of invoice units (Billing User Guide, "Invoice configuration quotas"; API Reference, ResourceTagList).
const (
	maxInvoiceUnits = 1000
	maxUnitTags     = 200
)

// AsOf gives what the unit was at a time; ok is false if it was not there.
func (u *InvoiceUnit) AsOf(t time.Time) (v InvoiceUnitVersion, ok bool) {
	for _, each := range u.Versions {
		if each.At.After(t) {
			break
		}
		v, ok = each, !each.Deleted
	}
	return v, ok
}

// Last gives what the unit is; ok is false if it is deleted.
func (u *InvoiceUnit) Last() (v InvoiceUnitVersion, ok bool) {
	v = u.Versions[len(u.Versions)-1]
	return v, !v.Deleted
}

// Units gives the invoice units as bills take them, of a month that ends at a time (Invoicing API Reference, UpdateInvoiceUnit: the
// latest configuration at the end of the month counts).
func (c *Commerce) Units(end time.Time) []billing.InvoiceUnit {
	var all []billing.InvoiceUnit
	for _, u := range c.InvoiceUnits.All() {
		if v, ok := u.AsOf(end.Add(-1)); ok {
			all = append(all, billing.InvoiceUnit{Name: u.Name, Receiver: u.Receiver, Accounts: v.Accounts})
		}
	}
	slices.SortFunc(all, func(a, b billing.InvoiceUnit) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// PutInvoiceUnit adds a unit, or a version to the last of one. Errors: ValidationFailed with the reasons of Invoicing, QuotaExceeded.
func (c *Commerce) PutInvoiceUnit(u *InvoiceUnit) error {
	last, _ := u.Last()
	_, known := c.InvoiceUnits.Get(u.ID)
	count := 0
	for id, other := range c.InvoiceUnits.All() {
		v, ok := other.Last()
		if !ok || id == u.ID {
			continue
		}
		count++
		if other.Name == u.Name {
			return fault.WithReason(fault.ValidationFailed, "duplicateInvoiceUnit", "There is an invoice unit called %s.", u.Name)
		}
		for _, a := range last.Accounts {
			if slices.Contains(v.Accounts, a) {
				return fault.WithReason(fault.ValidationFailed, "mutualExclusionError", "Account %s is in the invoice unit %s.", a, other.Name)
			}
		}
	}
	if !known && count >= maxInvoiceUnits {
		return fault.New(fault.QuotaExceeded, "There can be at most %d invoice units.", maxInvoiceUnits)
	}
	if err := checkUnitTags(u.Tags); err != nil {
		return err
	}
	c.InvoiceUnits.Put(u)
	return nil
}

// InvoiceUnit gives a unit that is not deleted. Errors: NotFound.
func (c *Commerce) InvoiceUnit(id string) (*InvoiceUnit, InvoiceUnitVersion, error) {
	if u, ok := c.InvoiceUnits.Get(id); ok {
		if v, ok := u.Last(); ok {
			return u, v, nil
		}
	}
	return nil, InvoiceUnitVersion{}, fault.New(fault.NotFound, "The invoice unit was not found.")
}

// Change adds a version to a unit and gives the changed one. Errors: as PutInvoiceUnit.
func (c *Commerce) Change(u *InvoiceUnit, v InvoiceUnitVersion) error {
	next := *u
	next.Versions = append(slices.Clone(u.Versions), v)
	if v.Deleted {
		next.Tags = nil
	}
	return c.PutInvoiceUnit(&next)
}

// TagInvoiceUnit adds or replaces tags, and removes others. Errors: NotFound, ValidationFailed, QuotaExceeded.
func (c *Commerce) TagInvoiceUnit(id string, add map[string]string, remove []string) error {
	u, _, err := c.InvoiceUnit(id)
	if err != nil {
		return err
	}
	next := *u
	if next.Tags = maps.Clone(u.Tags); next.Tags == nil {
		next.Tags = map[string]string{}
	}
	maps.Copy(next.Tags, add)
	for _, k := range remove {
		delete(next.Tags, k)
	}
	if err := checkUnitTags(next.Tags); err != nil {
		return err
	}
	c.InvoiceUnits.Put(&next)
	return nil
}

func checkUnitTags(tags map[string]string) error {
	if len(tags) > maxUnitTags {
		return fault.New(fault.QuotaExceeded, "An invoice unit can have at most %d tags.", maxUnitTags)
	}
	for k := range tags {
		if len(k) >= 4 && strings.EqualFold(k[:4], "aws:") {
			return fault.WithReason(fault.ValidationFailed, "fieldValidationFailed", "Tag keys that begin with aws: are reserved for AWS.")
		}
	}
	return nil
}
