package ce

import (
	"umbel/internal/domain/cost"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// expression takes over an expression of the API.
func expression(e *model.Expression) *cost.Expression {
	if e == nil {
		return nil
	}
	out := &cost.Expression{Not: expression(e.Not), And: expressions(e.And), Or: expressions(e.Or)}
	if d := e.Dimensions; d != nil {
		out.Dimensions = &cost.DimensionValues{Key: op.Value(d.Key), Values: d.Values, MatchOptions: d.MatchOptions}
	}
	if t := e.Tags; t != nil {
		out.Tags = &cost.KeyedValues{Key: op.Value(t.Key), Values: t.Values, MatchOptions: t.MatchOptions}
	}
	if c := e.CostCategories; c != nil {
		out.CostCategories = &cost.KeyedValues{Key: op.Value(c.Key), Values: c.Values, MatchOptions: c.MatchOptions}
	}
	return out
}

func expressions(list []model.Expression) []cost.Expression {
	if list == nil {
		return nil
	}
	out := make([]cost.Expression, len(list))
	for i := range list {
		out[i] = *expression(&list[i])
	}
	return out
}

// shownExpression is an expression as the API has it: the way back of expression.
func shownExpression(e *cost.Expression) *model.Expression {
	if e == nil {
		return nil
	}
	out := &model.Expression{And: shownAll(e.And), Or: shownAll(e.Or), Not: shownExpression(e.Not)}
	if d := e.Dimensions; d != nil {
		out.Dimensions = &model.DimensionValues{Key: op.Optional(d.Key), Values: d.Values, MatchOptions: d.MatchOptions}
	}
	if t := e.Tags; t != nil {
		out.Tags = &model.TagValues{Key: op.Optional(t.Key), Values: t.Values, MatchOptions: t.MatchOptions}
	}
	if c := e.CostCategories; c != nil {
		out.CostCategories = &model.CostCategoryValues{Key: op.Optional(c.Key), Values: c.Values, MatchOptions: c.MatchOptions}
	}
	return out
}

func shownAll(list []cost.Expression) []model.Expression {
	if list == nil {
		return nil
	}
	out := make([]model.Expression, len(list))
	for i := range list {
		out[i] = *shownExpression(&list[i])
	}
	return out
}
