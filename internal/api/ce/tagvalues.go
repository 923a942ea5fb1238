package ce

import (
	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/cost"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

func getTags(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetTags", func(in *model.GetTagsInput) *string { return in.BillingViewArn }, runGetTags)
}

func runGetTags(q *question, in *model.GetTagsInput) (*model.GetTagsOutput, error) {
	asked := *in
	asked.NextPageToken = nil
	l := listing{
		question: q, name: "GetTags", asked: asked, token: in.NextPageToken, search: op.Value(in.SearchString), sortBy: in.SortBy, most: in.MaxResults,
	}
	if err := l.open(in.TimePeriod, in.Filter); err != nil {
		return nil, err
	}
	var list []string
	var err error
	if key := op.Value(in.TagKey); key == "" {
		list, err = l.keys(costlines.Tag, cost.TagOfLine)
	} else {
		list, err = l.listed(costlines.Field{Kind: costlines.Tag, Name: cost.LineTag(key)})
	}
	if err != nil {
		return nil, err
	}
	out := &model.GetTagsOutput{}
	out.Tags, out.ReturnSize, out.TotalSize, out.NextPageToken, err = pageOf(&l, list)
	return out, err
}

func getCostCategories(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetCostCategories", func(in *model.GetCostCategoriesInput) *string { return in.BillingViewArn }, runGetCostCategories)
}

func runGetCostCategories(q *question, in *model.GetCostCategoriesInput) (*model.GetCostCategoriesOutput, error) {
	asked := *in
	asked.NextPageToken = nil
	l := listing{
		question: q, name: "GetCostCategories", asked: asked, token: in.NextPageToken, search: op.Value(in.SearchString), sortBy: in.SortBy, most: in.MaxResults,
	}
	if err := l.open(in.TimePeriod, in.Filter); err != nil {
		return nil, err
	}
	out := &model.GetCostCategoriesOutput{}
	if name := op.Value(in.CostCategoryName); name != "" {
		list, err := l.listed(costlines.Field{Kind: costlines.Category, Name: name})
		if err != nil {
			return nil, err
		}
		out.CostCategoryValues, out.ReturnSize, out.TotalSize, out.NextPageToken, err = pageOf(&l, list)
		return out, err
	}
	list, err := l.keys(costlines.Category, func(name string) string { return name })
	if err != nil {
		return nil, err
	}
	out.CostCategoryNames, out.ReturnSize, out.TotalSize, out.NextPageToken, err = pageOf(&l, list)
	return out, err
}
