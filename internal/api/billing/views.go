package billing

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"umbel/internal/bills"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/billing"
	"umbel/internal/op"
)

func createBillingView() *op.Operation {
	return writing("CreateBillingView",
		func(c *op.Call, in *model.CreateBillingViewInput) []op.Target {
			keys, made := requestTags(in.ResourceTags), cost.ViewARN(c.Caller.Account, cost.CustomView+"*")
			list := []op.Target{{Resource: made, Keys: keys}}
			if len(in.ResourceTags) > 0 {
				list = append(list, op.Target{Action: "billing:TagResource", Resource: made, Keys: keys})
			}
			return using(c, list, in.SourceViews)
		},
		func(c *op.Call, in *model.CreateBillingViewInput) (*model.CreateBillingViewOutput, error) {
			s, err := managing(c)
			if err != nil {
				return nil, err
			}
			id, err := uuid.NewRandomFromReader(c.Rand)
			if err != nil {
				return nil, fmt.Errorf("billing: %w", err)
			}
			asked, err := json.Marshal(in)
			if err != nil {
				return nil, fmt.Errorf("billing: %w", err)
			}
			v, err := s.MakeView(c.Caller.Account, &cost.BillingView{
				ID: cost.CustomView + id.String(), Name: *in.Name, Description: op.Value(in.Description), Filter: filter(in.DataFilterExpression),
				Sources: joined(nil, in.SourceViews), Created: c.Now, Updated: c.Now, Defined: c.Now,
				Token: op.Value(in.ClientToken), Asked: string(asked), Tags: tagMap(in.ResourceTags),
			})
			if err != nil {
				return nil, err
			}
			return &model.CreateBillingViewOutput{Arn: new(cost.ViewARN(c.Caller.Account, v.ID)), CreatedAt: &v.Created}, nil
		})
}

// joined gives all of two lists, each once.
func joined(a, b []string) (all []string) {
	for _, s := range slices.Concat(a, b) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// filter takes over what a view leaves of its sources.
func filter(e *model.Expression) (f cost.ViewFilter) {
	if e == nil {
		return f
	}
	if d := e.Dimensions; d != nil {
		f.Dimensions = &cost.DimensionValues{Key: *d.Key, Values: d.Values}
	}
	if t := e.Tags; t != nil {
		f.Tags = &cost.KeyedValues{Key: *t.Key, Values: t.Values}
	}
	if k := e.CostCategories; k != nil {
		f.CostCategories = &cost.KeyedValues{Key: *k.Key, Values: k.Values}
	}
	if t := e.TimeRange; t != nil {
		f.Begin, f.End = t.BeginDateInclusive, t.EndDateInclusive
	}
	return f
}

// shownFilter is the way back; nil for a view without a filter.
func shownFilter(f *cost.ViewFilter) *model.Expression {
	var e model.Expression
	if d := f.Dimensions; d != nil {
		e.Dimensions = &model.DimensionValues{Key: &d.Key, Values: d.Values}
	}
	if t := f.Tags; t != nil {
		e.Tags = &model.TagValues{Key: &t.Key, Values: t.Values}
	}
	if k := f.CostCategories; k != nil {
		e.CostCategories = &model.CostCategoryValues{Key: &k.Key, Values: k.Values}
	}
	if f.Begin != nil || f.End != nil {
		e.TimeRange = &model.TimeRange{BeginDateInclusive: f.Begin, EndDateInclusive: f.End}
	}
	if e == (model.Expression{}) {
		return nil
	}
	return &e
}

// editable gives a view of the caller's that can be changed: one that is healthy, unless it is to be mended.
func editable(c *op.Call, arn string, mended bool) (*cost.State, *cost.BillingView, error) {
	s, err := managing(c)
	if err != nil {
		return nil, nil, err
	}
	v, err := s.ViewOf(c.Caller.Account, arn)
	if err != nil {
		return nil, nil, err
	}
	if !mended {
		err = s.Healthy(c.Caller.Account, c.Caller.Account, v)
	}
	next := *v
	next.Updated = c.Now
	return s, &next, err
}

func updateBillingView() *op.Operation {
	return writing("UpdateBillingView",
		func(c *op.Call, in *model.UpdateBillingViewInput) []op.Target { return []op.Target{on(c, *in.Arn)} },
		func(c *op.Call, in *model.UpdateBillingViewInput) (*model.UpdateBillingViewOutput, error) {
			s, v, err := editable(c, *in.Arn, false)
			if err != nil {
				return nil, err
			}
			if in.Name != nil {
				v.Name = *in.Name
			}
			if in.Description != nil {
				v.Description = *in.Description
			}
			if in.DataFilterExpression != nil {
				v.Filter, v.Defined = filter(in.DataFilterExpression), c.Now
			}
			return &model.UpdateBillingViewOutput{Arn: in.Arn, UpdatedAt: &v.Updated}, s.PutView(c.Caller.Account, v)
		})
}

func deleteBillingView() *op.Operation {
	return writing("DeleteBillingView",
		func(c *op.Call, in *model.DeleteBillingViewInput) []op.Target { return []op.Target{on(c, *in.Arn)} },
		func(c *op.Call, in *model.DeleteBillingViewInput) (*model.DeleteBillingViewOutput, error) {
			return &model.DeleteBillingViewOutput{Arn: in.Arn}, c.Cost().DropView(c.Caller.Account, *in.Arn, op.Value(in.Force))
		})
}

func associateSourceViews() *op.Operation {
	return writing("AssociateSourceViews",
		func(c *op.Call, in *model.AssociateSourceViewsInput) []op.Target {
			return using(c, []op.Target{on(c, *in.Arn)}, in.SourceViews)
		},
		func(c *op.Call, in *model.AssociateSourceViewsInput) (*model.AssociateSourceViewsOutput, error) {
			s, v, err := editable(c, *in.Arn, false)
			if err != nil {
				return nil, err
			}
			v.Sources, v.Defined = joined(v.Sources, in.SourceViews), c.Now
			return &model.AssociateSourceViewsOutput{Arn: in.Arn}, s.PutView(c.Caller.Account, v)
		})
}

func disassociateSourceViews() *op.Operation {
	return writing("DisassociateSourceViews",
		func(c *op.Call, in *model.DisassociateSourceViewsInput) []op.Target {
			return []op.Target{on(c, *in.Arn)}
		},
		func(c *op.Call, in *model.DisassociateSourceViewsInput) (*model.DisassociateSourceViewsOutput, error) {
			s, v, err := editable(c, *in.Arn, true)
			if err != nil {
				return nil, err
			}
			for _, arn := range in.SourceViews {
				if !slices.Contains(v.Sources, arn) {
					return nil, fault.New(fault.ValidationFailed, "The billing view %s is no source view of %s.", arn, *in.Arn)
				}
			}
			v.Sources = slices.DeleteFunc(slices.Clone(v.Sources), func(arn string) bool { return slices.Contains(in.SourceViews, arn) })
			v.Defined = c.Now
			return &model.DisassociateSourceViewsOutput{Arn: in.Arn}, s.PutView(c.Caller.Account, v)
		})
}

func getBillingView() *op.Operation {
	return reading("GetBillingView",
		func(c *op.Call, in *model.GetBillingViewInput) []op.Target { return []op.Target{on(c, *in.Arn)} },
		func(c *op.Call, in *model.GetBillingViewInput) (*model.GetBillingViewOutput, error) {
			row, err := find(c, *in.Arn)
			if err != nil {
				return nil, err
			}
			payer, err := bills.Payer(c)
			if err != nil {
				return nil, err
			}
			l, derived := listed(c, payer, row), int32(len(c.Cost().Derived(*in.Arn)))
			out := &model.BillingViewElement{
				Arn: l.Arn, Name: l.Name, Description: l.Description, BillingViewType: l.BillingViewType, OwnerAccountId: l.OwnerAccountId,
				SourceAccountId: l.SourceAccountId, HealthStatus: l.HealthStatus, DerivedViewCount: &derived, SourceViewCount: new(int32(len(row.Sources))),
			}
			if row.ID != cost.PrimaryView {
				out.DataFilterExpression = shownFilter(&row.Filter)
				out.CreatedAt, out.UpdatedAt, out.ViewDefinitionLastUpdatedAt = &row.Created, &row.Updated, &row.Defined
			}
			return &model.GetBillingViewOutput{BillingView: out}, nil
		})
}
