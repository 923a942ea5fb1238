package billing

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"umbel/internal/bills"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/billing"
	"umbel/internal/op"
)

// perPage is how many rows a page has unless asked for fewer (API Reference, ListBillingViews: MaxResults).
const perPage = 100

// primary gives the view that every account has, as if it were a row.
func primary() *cost.BillingView {
	return &cost.BillingView{ID: cost.PrimaryView, Name: "Primary View"}
}

// find gives one of the caller's views, or the primary one. Errors: fault.NotFound.
func find(c *op.Call, arn string) (*cost.BillingView, error) {
	if arn == cost.ViewARN(c.Caller.Account, cost.PrimaryView) {
		return primary(), nil
	}
	return c.Cost().ViewOf(c.Caller.Account, arn)
}

// listed shows a view as lists do.
func listed(c *op.Call, payer ident.AccountID, v *cost.BillingView) model.BillingViewListElement {
	owner := string(c.Caller.Account)
	out := model.BillingViewListElement{
		Arn: new(cost.ViewARN(c.Caller.Account, v.ID)), Name: &v.Name, Description: op.Optional(v.Description), OwnerAccountId: &owner,
		BillingViewType: new(model.BillingViewTypePrimary), HealthStatus: &model.BillingViewHealthStatus{StatusCode: new(model.BillingViewStatusHealthy)},
	}
	if v.ID == cost.PrimaryView {
		return out
	}
	out.BillingViewType, out.SourceAccountId = new(model.BillingViewTypeCustom), &owner
	if reasons := c.Cost().Ailments(c.Caller.Account, payer, v); len(reasons) > 0 {
		out.HealthStatus.StatusCode, out.HealthStatus.StatusReasons = new(model.BillingViewStatusUnhealthy), reasons
	}
	return out
}

// beforeAll orders the primary view before the custom ones, whose IDs begin with letters.
const beforeAll = "0"

// views walks the caller's views, the primary one first.
func views(c *op.Call) func(after string) iter.Seq2[string, *cost.BillingView] {
	return func(after string) iter.Seq2[string, *cost.BillingView] {
		return func(yield func(string, *cost.BillingView) bool) {
			if after == "" && !yield(beforeAll, primary()) {
				return
			}
			for id, v := range c.Cost().Views.After(max(after, beforeAll)) {
				if !yield(id, v) {
					return
				}
			}
		}
	}
}

func listBillingViews() *op.Operation {
	return reading("ListBillingViews",
		func(c *op.Call, _ *model.ListBillingViewsInput) []op.Target {
			return []op.Target{{Resource: cost.ViewARN(c.Caller.Account, "*")}}
		},
		func(c *op.Call, in *model.ListBillingViewsInput) (*model.ListBillingViewsOutput, error) {
			if err := withinMonth(in.ActiveTimeRange); err != nil {
				return nil, err
			}
			payer, err := bills.Payer(c)
			if err != nil {
				return nil, err
			}
			asked := *in
			asked.NextToken, asked.MaxResults = nil, nil
			binding, err := json.Marshal(asked)
			if err != nil {
				return nil, fmt.Errorf("billing: page token: %w", err)
			}
			keep := func(v *cost.BillingView) bool { return fits(listed(c, payer, v), in) }
			what := fmt.Sprintf("billing.ListBillingViews %s %s", c.Caller.Account, binding)
			rows, next, err := op.Page(c, what, op.Value(in.NextToken), int(cmp.Or(op.Value(in.MaxResults), perPage)), views(c), keep)
			if err != nil {
				return nil, err
			}
			out := &model.ListBillingViewsOutput{BillingViews: []model.BillingViewListElement{}, NextToken: op.Optional(next)}
			for _, v := range rows {
				out.BillingViews = append(out.BillingViews, listed(c, payer, v))
			}
			return out, nil
		})
}

// withinMonth refuses a time range that is not within a calendar month (API Reference, ListBillingViews: ActiveTimeRange). The views
// that there are, are active at all times.
func withinMonth(r *model.ActiveTimeRange) error {
	if r == nil {
		return nil
	}
	from, to := r.ActiveAfterInclusive.UTC(), r.ActiveBeforeInclusive.UTC()
	switch {
	case to.Before(from):
		return fault.New(fault.ValidationFailed, "The end of the time range must not be before its start.")
	case cost.MonthOf(from) != cost.MonthOf(to):
		return fault.New(fault.ValidationFailed, "The time range must be within one calendar month.")
	}
	return nil
}

// fits tells whether a view matches all that is asked for.
func fits(v model.BillingViewListElement, in *model.ListBillingViewsInput) bool {
	named := len(in.Names) == 0 || slices.ContainsFunc(in.Names, func(s model.StringSearch) bool { return strings.HasPrefix(*v.Name, *s.SearchValue) })
	return named && (len(in.Arns) == 0 || slices.Contains(in.Arns, *v.Arn)) &&
		(len(in.BillingViewTypes) == 0 || slices.Contains(in.BillingViewTypes, *v.BillingViewType)) &&
		(in.OwnerAccountId == nil || *in.OwnerAccountId == *v.OwnerAccountId) &&
		(in.SourceAccountId == nil || v.SourceAccountId != nil && *in.SourceAccountId == *v.SourceAccountId)
}

func listSourceViewsForBillingView() *op.Operation {
	return reading("ListSourceViewsForBillingView",
		func(c *op.Call, in *model.ListSourceViewsForBillingViewInput) []op.Target {
			return []op.Target{on(c, *in.Arn)}
		},
		func(c *op.Call, in *model.ListSourceViewsForBillingViewInput) (*model.ListSourceViewsForBillingViewOutput, error) {
			v, err := find(c, *in.Arn)
			if err != nil {
				return nil, err
			}
			sources := slices.Sorted(slices.Values(v.Sources))
			walk := func(after string) iter.Seq2[string, string] {
				return func(yield func(string, string) bool) {
					for _, arn := range sources {
						if arn > after && !yield(arn, arn) {
							return
						}
					}
				}
			}
			what := fmt.Sprintf("billing.ListSourceViewsForBillingView %s", *in.Arn)
			rows, next, err := op.Page(c, what, op.Value(in.NextToken), int(cmp.Or(op.Value(in.MaxResults), perPage)), walk, nil)
			if err != nil {
				return nil, err
			}
			return &model.ListSourceViewsForBillingViewOutput{SourceViews: append([]string{}, rows...), NextToken: op.Optional(next)}, nil
		})
}

func tagResource() *op.Operation {
	return writing("TagResource",
		func(c *op.Call, in *model.TagResourceInput) []op.Target {
			return []op.Target{on(c, *in.ResourceArn, requestTags(in.ResourceTags)...)}
		},
		func(c *op.Call, in *model.TagResourceInput) (*model.TagResourceOutput, error) {
			return &model.TagResourceOutput{}, c.Cost().TagView(c.Caller.Account, *in.ResourceArn, tagMap(in.ResourceTags), nil)
		})
}

func untagResource() *op.Operation {
	return writing("UntagResource",
		func(c *op.Call, in *model.UntagResourceInput) []op.Target {
			return []op.Target{on(c, *in.ResourceArn, op.TagKeys(in.ResourceTagKeys))}
		},
		func(c *op.Call, in *model.UntagResourceInput) (*model.UntagResourceOutput, error) {
			return &model.UntagResourceOutput{}, c.Cost().TagView(c.Caller.Account, *in.ResourceArn, nil, in.ResourceTagKeys)
		})
}

func listTagsForResource() *op.Operation {
	return reading("ListTagsForResource",
		func(c *op.Call, in *model.ListTagsForResourceInput) []op.Target {
			return []op.Target{on(c, *in.ResourceArn)}
		},
		func(c *op.Call, in *model.ListTagsForResourceInput) (*model.ListTagsForResourceOutput, error) {
			v, err := find(c, *in.ResourceArn)
			if err != nil {
				return nil, err
			}
			out := &model.ListTagsForResourceOutput{ResourceTags: []model.ResourceTag{}}
			for _, key := range slices.Sorted(maps.Keys(v.Tags)) {
				out.ResourceTags = append(out.ResourceTags, model.ResourceTag{Key: new(key), Value: new(v.Tags[key])})
			}
			return out, nil
		})
}
