package invoicing

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/invoicing"
	"umbel/internal/op"
)

const defaultPage = 500

func createInvoiceUnit() *op.Operation {
	return writing("CreateInvoiceUnit",
		func(c *op.Call, in *model.CreateInvoiceUnitInput) op.Target {
			return op.Target{Resource: arnOf(c, "*"), Keys: requestTags(in.ResourceTags)}
		},
		func(c *op.Call, in *model.CreateInvoiceUnitInput) (*model.CreateInvoiceUnitOutput, error) {
			accounts, err := ruled(c, in.Rule)
			if err != nil {
				return nil, err
			}
			if err := members(c, []string{*in.InvoiceReceiver}); err != nil {
				return nil, err
			}
			id, err := uuid.NewRandomFromReader(c.Rand)
			if err != nil {
				return nil, fmt.Errorf("invoicing: %w", err)
			}
			u := &cost.InvoiceUnit{
				ID: id.String(), Name: *in.Name, Receiver: *in.InvoiceReceiver, Tags: tagMap(in.ResourceTags),
				Versions: []cost.InvoiceUnitVersion{{At: c.Now, Description: op.Value(in.Description), NoTax: op.Value(in.TaxInheritanceDisabled), Accounts: accounts}},
			}
			arn := arnOf(c, u.ID)
			return &model.CreateInvoiceUnitOutput{InvoiceUnitArn: &arn}, c.Cost().PutInvoiceUnit(u)
		})
}

// ruled gives the accounts of a rule.
func ruled(c *op.Call, rule *model.InvoiceUnitRule) ([]string, error) {
	if len(rule.BillSourceAccounts) > 0 {
		return nil, fault.WithReason(fault.ValidationFailed, "accountMembershipError", "No other organization has delegated its bills to this account.")
	}
	accounts := slices.Compact(slices.Sorted(slices.Values(rule.LinkedAccounts)))
	if len(accounts) == 0 {
		return nil, fault.WithReason(fault.ValidationFailed, "fieldValidationFailed", "An invoice unit's rule must name accounts.")
	}
	return accounts, members(c, accounts)
}

// members refuses accounts that the caller does not pay for.
func members(c *op.Call, accounts []string) error {
	known := map[ident.AccountID]bool{c.Caller.Account: true}
	if s := c.Org(); s != nil {
		for id := range s.Accounts("") {
			known[ident.AccountID(id)] = true
		}
	}
	for _, a := range accounts {
		if !known[ident.AccountID(a)] {
			return fault.WithReason(fault.ValidationFailed, "nonMemberPresent", "Account %s is not a member of the organization.", a)
		}
	}
	return nil
}

func updateInvoiceUnit() *op.Operation {
	return writing("UpdateInvoiceUnit",
		func(c *op.Call, in *model.UpdateInvoiceUnitInput) op.Target { return target(c, *in.InvoiceUnitArn) },
		func(c *op.Call, in *model.UpdateInvoiceUnitInput) (*model.UpdateInvoiceUnitOutput, error) {
			u, v, err := unit(c, *in.InvoiceUnitArn)
			if err != nil {
				return nil, err
			}
			v.At = c.Now
			if in.Description != nil {
				v.Description = *in.Description
			}
			if in.TaxInheritanceDisabled != nil {
				v.NoTax = *in.TaxInheritanceDisabled
			}
			if in.Rule != nil {
				if v.Accounts, err = ruled(c, in.Rule); err != nil {
					return nil, err
				}
			}
			return &model.UpdateInvoiceUnitOutput{InvoiceUnitArn: in.InvoiceUnitArn}, c.Cost().Change(u, v)
		})
}

func deleteInvoiceUnit() *op.Operation {
	return writing("DeleteInvoiceUnit",
		func(c *op.Call, in *model.DeleteInvoiceUnitInput) op.Target { return target(c, *in.InvoiceUnitArn) },
		func(c *op.Call, in *model.DeleteInvoiceUnitInput) (*model.DeleteInvoiceUnitOutput, error) {
			u, _, err := unit(c, *in.InvoiceUnitArn)
			if err != nil {
				return nil, err
			}
			return &model.DeleteInvoiceUnitOutput{InvoiceUnitArn: in.InvoiceUnitArn}, c.Cost().Change(u, cost.InvoiceUnitVersion{At: c.Now, Deleted: true})
		})
}

func getInvoiceUnit() *op.Operation {
	return reading("GetInvoiceUnit",
		func(c *op.Call, in *model.GetInvoiceUnitInput) op.Target { return target(c, *in.InvoiceUnitArn) },
		func(c *op.Call, in *model.GetInvoiceUnitInput) (*model.GetInvoiceUnitOutput, error) {
			u, ok := c.Cost().InvoiceUnits.Get(idOf(*in.InvoiceUnitArn))
			if !ok || arnOf(c, u.ID) != *in.InvoiceUnitArn {
				return nil, missing(fault.New(fault.NotFound, ""), *in.InvoiceUnitArn)
			}
			v, ok := u.AsOf(at(in.AsOf, c.Now))
			if !ok {
				return nil, missing(fault.New(fault.NotFound, ""), *in.InvoiceUnitArn)
			}
			s := shown(c, u, v)
			return &model.GetInvoiceUnitOutput{
				InvoiceUnitArn: s.InvoiceUnitArn, InvoiceReceiver: s.InvoiceReceiver, Name: s.Name, Description: s.Description,
				TaxInheritanceDisabled: s.TaxInheritanceDisabled, Rule: s.Rule, LastModified: s.LastModified,
			}, nil
		})
}

// at gives the time that is asked about.
func at(asOf *time.Time, now time.Time) time.Time {
	if asOf != nil {
		return *asOf
	}
	return now
}

func shown(c *op.Call, u *cost.InvoiceUnit, v cost.InvoiceUnitVersion) model.InvoiceUnit {
	arn := arnOf(c, u.ID)
	return model.InvoiceUnit{
		InvoiceUnitArn: &arn, InvoiceReceiver: &u.Receiver, Name: &u.Name, Description: op.Optional(v.Description), TaxInheritanceDisabled: &v.NoTax,
		Rule: &model.InvoiceUnitRule{LinkedAccounts: v.Accounts}, LastModified: &v.At,
	}
}

func listInvoiceUnits() *op.Operation {
	return reading("ListInvoiceUnits",
		func(c *op.Call, _ *model.ListInvoiceUnitsInput) op.Target { return op.Target{Resource: "*"} },
		func(c *op.Call, in *model.ListInvoiceUnitsInput) (*model.ListInvoiceUnitsOutput, error) {
			asked, err := json.Marshal([]any{in.Filters, in.AsOf})
			if err != nil {
				return nil, fmt.Errorf("invoicing: page token: %w", err)
			}
			what := fmt.Sprintf("invoicing.ListInvoiceUnits %s %s", c.Caller.Account, asked)
			when := at(in.AsOf, c.Now)
			keep := func(u *cost.InvoiceUnit) bool {
				v, ok := u.AsOf(when)
				return ok && fits(u, v, in.Filters)
			}
			rows, next, err := op.Page(c, what, op.Value(in.NextToken), int(cmp.Or(op.Value(in.MaxResults), defaultPage)), c.Cost().InvoiceUnits.After, keep)
			if err != nil {
				return nil, err
			}
			out := &model.ListInvoiceUnitsOutput{InvoiceUnits: []model.InvoiceUnit{}, NextToken: op.Optional(next)}
			for _, u := range rows {
				v, _ := u.AsOf(when)
				out.InvoiceUnits = append(out.InvoiceUnits, shown(c, u, v))
			}
			return out, nil
		})
}

// fits tells whether a unit matches all of the filters.
func fits(u *cost.InvoiceUnit, v cost.InvoiceUnitVersion, f *model.Filters) bool {
	if f == nil {
		return true
	}
	return (len(f.Names) == 0 || slices.Contains(f.Names, u.Name)) &&
		(len(f.InvoiceReceivers) == 0 || slices.Contains(f.InvoiceReceivers, u.Receiver)) && len(f.BillSourceAccounts) == 0 &&
		(len(f.Accounts) == 0 || slices.ContainsFunc(f.Accounts, func(a string) bool { return slices.Contains(v.Accounts, a) }))
}

func tagResource() *op.Operation {
	return writing("TagResource",
		func(c *op.Call, in *model.TagResourceInput) op.Target {
			return target(c, *in.ResourceArn, requestTags(in.ResourceTags)...)
		},
		func(c *op.Call, in *model.TagResourceInput) (*model.TagResourceOutput, error) {
			u, _, err := unit(c, *in.ResourceArn)
			if err != nil {
				return nil, err
			}
			return &model.TagResourceOutput{}, c.Cost().TagInvoiceUnit(u.ID, tagMap(in.ResourceTags), nil)
		})
}

func untagResource() *op.Operation {
	return writing("UntagResource",
		func(c *op.Call, in *model.UntagResourceInput) op.Target {
			return target(c, *in.ResourceArn, op.TagKeys(in.ResourceTagKeys))
		},
		func(c *op.Call, in *model.UntagResourceInput) (*model.UntagResourceOutput, error) {
			u, _, err := unit(c, *in.ResourceArn)
			if err != nil {
				return nil, err
			}
			return &model.UntagResourceOutput{}, c.Cost().TagInvoiceUnit(u.ID, nil, in.ResourceTagKeys)
		})
}

func listTagsForResource() *op.Operation {
	return reading("ListTagsForResource",
		func(c *op.Call, in *model.ListTagsForResourceInput) op.Target { return target(c, *in.ResourceArn) },
		func(c *op.Call, in *model.ListTagsForResourceInput) (*model.ListTagsForResourceOutput, error) {
			u, _, err := unit(c, *in.ResourceArn)
			if err != nil {
				return nil, err
			}
			out := &model.ListTagsForResourceOutput{ResourceTags: []model.ResourceTag{}}
			for k, v := range u.Tags {
				out.ResourceTags = append(out.ResourceTags, model.ResourceTag{Key: &k, Value: &v})
			}
			slices.SortFunc(out.ResourceTags, func(a, b model.ResourceTag) int { return strings.Compare(*a.Key, *b.Key) })
			return out, nil
		})
}

func tagMap(tags []model.ResourceTag) map[string]string {
	out := make(map[string]string, len(tags))
	for _, t := range tags {
		out[*t.Key] = *t.Value
	}
	return out
}

func requestTags(tags []model.ResourceTag) []op.Key {
	return op.RequestTags(tags, func(t *model.ResourceTag) (key, value string) { return *t.Key, *t.Value })
}
