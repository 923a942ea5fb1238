package ce

import (
	"umbel/internal/domain/cost"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// definition is a cost category's definition of the API as it is kept.
func definition(start string, rules []model.CostCategoryRule, fallback *string, splits []model.CostCategorySplitChargeRule) cost.CategoryVersion {
	v := cost.CategoryVersion{Start: start, Default: op.Value(fallback)}
	for i := range rules {
		r := &rules[i]
		one := cost.CategoryRule{Value: op.Value(r.Value), Rule: expression(r.Rule), Type: op.Value(r.Type)}
		if h := r.InheritedValue; h != nil {
			one.Inherit = &cost.InheritValue{Dimension: op.Value(h.DimensionName), Key: op.Value(h.DimensionKey)}
		}
		v.Rules = append(v.Rules, one)
	}
	for i := range splits {
		r := &splits[i]
		one := cost.SplitCharge{Source: *r.Source, Targets: r.Targets, Method: *r.Method}
		for _, p := range r.Parameters {
			one.Percent = append(one.Percent, p.Values...)
		}
		v.Splits = append(v.Splits, one)
	}
	return v
}

func shownRules(rules []cost.CategoryRule) []model.CostCategoryRule {
	out := make([]model.CostCategoryRule, len(rules))
	for i := range rules {
		r := &rules[i]
		out[i] = model.CostCategoryRule{Value: op.Optional(r.Value), Rule: shownExpression(r.Rule), Type: op.Optional(r.Type)}
		if r.Type == "" {
			out[i].Type = new(model.CostCategoryRuleTypeRegular)
		}
		if h := r.Inherit; h != nil {
			out[i].InheritedValue = &model.CostCategoryInheritedValueDimension{DimensionName: op.Optional(h.Dimension), DimensionKey: op.Optional(h.Key)}
		}
	}
	return out
}

func shownSplits(splits []cost.SplitCharge) []model.CostCategorySplitChargeRule {
	var out []model.CostCategorySplitChargeRule
	for i := range splits {
		r := &splits[i]
		one := model.CostCategorySplitChargeRule{Source: &r.Source, Targets: r.Targets, Method: &r.Method}
		if r.Percent != nil {
			one.Parameters = []model.CostCategorySplitChargeRuleParameter{{
				Type: new(model.CostCategorySplitChargeRuleParameterTypeAllocationPercentages), Values: r.Percent,
			}}
		}
		out = append(out, one)
	}
	return out
}
