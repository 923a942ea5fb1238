package ce

import (
	"slices"
	"time"

	"umbel/internal/bills"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// mostCategories is how many cost categories a payer has (Billing User Guide, "Quotas and restrictions").
const mostCategories = 50

const categoryWords = "cost category"

func createCostCategoryDefinition() *op.Operation {
	return controlling("CreateCostCategoryDefinition", op.Write,
		func(_ *op.Call, in *model.CreateCostCategoryDefinitionInput) []op.Target {
			return creating(in.ResourceTags)
		},
		func(c *op.Call, in *model.CreateCostCategoryDefinitionInput) (*model.CreateCostCategoryDefinitionOutput, error) {
			const what = "create Cost Category"
			s, err := payers(c, what, categoryWords)
			if err != nil {
				return nil, err
			}
			row, err := newCategory(c, s, in)
			if err != nil {
				return nil, failed(what, err)
			}
			return &model.CreateCostCategoryDefinitionOutput{
				CostCategoryArn: new(arn(c.Caller.Account, categoryKind, row.ID)), EffectiveStart: new(firstOf(row.Versions[0].Start)),
			}, bills.Wake(c, c.Caller.Account)
		})
}

func newCategory(c *op.Call, s *cost.State, in *model.CreateCostCategoryDefinitionInput) (*cost.Category, error) {
	start, err := startMonth(c.Now, in.EffectiveStart, "Effective start")
	if err != nil {
		return nil, err
	}
	version := definition(start, in.Rules, in.DefaultValue, in.SplitChargeRules)
	if err := version.Check(); err != nil {
		return nil, err
	}
	current, n := cost.MonthOf(c.Now), 0
	for other := range s.CategoriesIn(current) {
		if n++; other.Name == *in.Name {
			return nil, fault.New(fault.ValidationFailed, "Cost category name already exists: %s", *in.Name)
		}
	}
	if n >= mostCategories {
		return nil, fault.New(fault.QuotaExceeded, "Failed to create Cost Category: You have reached the limit of %d cost categories.", mostCategories)
	}
	tags, err := tagged(nil, in.ResourceTags, "")
	if err != nil {
		return nil, err
	}
	id, err := newID(c.Rand)
	if err != nil {
		return nil, err
	}
	row := &cost.Category{ID: id, Name: *in.Name, Created: c.Now, Versions: []cost.CategoryVersion{version}, Tags: tags}
	return row, putCategory(s, row, start, current)
}

// putCategory puts a category that is another one from a month on: lines get their values anew.
func putCategory(s *cost.State, row *cost.Category, start, current string) error {
	row.Wanted = s.Rewrite(start, current)
	s.Categories.Put(row)
	return s.Acyclic(start, current)
}

func updateCostCategoryDefinition() *op.Operation {
	return controlling("UpdateCostCategoryDefinition", op.Write,
		func(c *op.Call, in *model.UpdateCostCategoryDefinitionInput) []op.Target {
			return []op.Target{on(c, *in.CostCategoryArn)}
		},
		func(c *op.Call, in *model.UpdateCostCategoryDefinitionInput) (*model.UpdateCostCategoryDefinitionOutput, error) {
			const what = "update Cost Category"
			s, err := payers(c, what, categoryWords)
			if err != nil {
				return nil, err
			}
			current := cost.MonthOf(c.Now)
			row, _, err := category(c, s, *in.CostCategoryArn, current)
			if err != nil {
				return nil, err
			}
			start, err := startMonth(c.Now, in.EffectiveStart, "Effective start")
			if err != nil {
				return nil, failed(what, err)
			}
			version := definition(start, in.Rules, in.DefaultValue, in.SplitChargeRules)
			if err := version.Check(); err != nil {
				return nil, failed(what, err)
			}
			if err := putCategory(s, row.Change(version), start, current); err != nil {
				return nil, failed(what, err)
			}
			return &model.UpdateCostCategoryDefinitionOutput{CostCategoryArn: in.CostCategoryArn, EffectiveStart: new(firstOf(start))}, bills.Wake(c, c.Caller.Account)
		})
}

func deleteCostCategoryDefinition() *op.Operation {
	return controlling("DeleteCostCategoryDefinition", op.Write,
		func(c *op.Call, in *model.DeleteCostCategoryDefinitionInput) []op.Target {
			return []op.Target{on(c, *in.CostCategoryArn)}
		},
		func(c *op.Call, in *model.DeleteCostCategoryDefinitionInput) (*model.DeleteCostCategoryDefinitionOutput, error) {
			s, err := payers(c, "delete Cost Category", categoryWords)
			if err != nil {
				return nil, err
			}
			current := cost.MonthOf(c.Now)
			row, _, err := category(c, s, *in.CostCategoryArn, current)
			if err != nil {
				return nil, err
			}
			ended := row.Ended(current)
			ended.Wanted = s.Rewrite(current, current)
			s.Categories.Put(ended)
			end, err := monthEnd(current)
			if err != nil {
				return nil, err
			}
			return &model.DeleteCostCategoryDefinitionOutput{CostCategoryArn: in.CostCategoryArn, EffectiveEnd: &end}, bills.Wake(c, c.Caller.Account)
		})
}

// category finds a category and its definition in a month.
func category(c *op.Call, s *cost.State, arn, month string) (*cost.Category, *cost.CategoryVersion, error) {
	id := idOf(c, categoryKind, arn)
	row, ok := s.Categories.Get(id)
	if ok {
		if v, ok := row.In(month); ok {
			return row, v, nil
		}
	}
	e := fault.New(fault.NotFound, "No Cost Categories found with ID %s", id)
	e.Fields = map[string]any{"ResourceName": arn}
	return nil, nil, e
}

func describeCostCategoryDefinition() *op.Operation {
	return controlling("DescribeCostCategoryDefinition", op.Read,
		func(c *op.Call, in *model.DescribeCostCategoryDefinitionInput) []op.Target {
			return []op.Target{on(c, *in.CostCategoryArn)}
		},
		func(c *op.Call, in *model.DescribeCostCategoryDefinitionInput) (*model.DescribeCostCategoryDefinitionOutput, error) {
			const what = "describe Cost Category"
			s, err := payers(c, what, categoryWords)
			if err != nil {
				return nil, err
			}
			month, err := effectiveOn(c.Now, in.EffectiveOn)
			if err != nil {
				return nil, failed(what, err)
			}
			row, v, err := category(c, s, *in.CostCategoryArn, month)
			if err != nil {
				return nil, err
			}
			end, err := effectiveEnd(row, month)
			if err != nil {
				return nil, err
			}
			return &model.DescribeCostCategoryDefinitionOutput{CostCategory: &model.CostCategory{
				CostCategoryArn: in.CostCategoryArn, Name: &row.Name, EffectiveStart: new(firstOf(v.Start)), EffectiveEnd: end,
				RuleVersion: new(model.CostCategoryRuleVersionCostCategoryExpressionV1), Rules: shownRules(v.Rules),
				SplitChargeRules: shownSplits(v.Splits), ProcessingStatus: processing(s, row), DefaultValue: op.Optional(v.Default),
			}}, nil
		})
}

// effectiveOn gives the month of a date; without one, this one.
func effectiveOn(now time.Time, text *string) (string, error) {
	if text == nil {
		return cost.MonthOf(now), nil
	}
	t, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return "", fault.New(fault.ValidationFailed, "EffectiveOn is not a valid date: %s", *text)
	}
	return cost.MonthOf(t), nil
}

// effectiveEnd is nil while there is no end.
func effectiveEnd(row *cost.Category, month string) (*string, error) {
	until := row.Until(month)
	if until == "" {
		return nil, nil
	}
	end, err := monthEnd(until)
	return &end, err
}

// processing tells whether lines have the values of the category as it is now.
func processing(s *cost.State, row *cost.Category) []model.CostCategoryProcessingStatus {
	status := model.CostCategoryStatusProcessing
	if _, done := s.Rewritten(row.Wanted); done {
		status = model.CostCategoryStatusApplied
	}
	return []model.CostCategoryProcessingStatus{{Component: new(model.CostCategoryStatusComponentCostExplorer), Status: &status}}
}

func listCostCategoryDefinitions() *op.Operation {
	return controlling("ListCostCategoryDefinitions", op.Read, anywhere[model.ListCostCategoryDefinitionsInput],
		func(c *op.Call, in *model.ListCostCategoryDefinitionsInput) (*model.ListCostCategoryDefinitionsOutput, error) {
			const what = "list Cost Categories"
			s, err := payers(c, what, categoryWords)
			if err != nil {
				return nil, err
			}
			month, err := effectiveOn(c.Now, in.EffectiveOn)
			if err != nil {
				return nil, failed(what, err)
			}
			limit, err := pageSize(in.MaxResults, 100, 100)
			if err != nil {
				return nil, err
			}
			rows, next, err := op.Page(c, "ce/categories/"+string(c.Caller.Account)+"/"+month, op.Value(in.NextToken), limit, s.Categories.After,
				func(row *cost.Category) bool {
					_, ok := row.In(month)
					return ok && supports(row, in.SupportedResourceTypes)
				})
			if err != nil {
				return nil, err
			}
			out := &model.ListCostCategoryDefinitionsOutput{CostCategoryReferences: []model.CostCategoryReference{}, NextToken: op.Optional(next)}
			for _, row := range rows {
				ref, err := reference(c, s, row, month)
				if err != nil {
					return nil, err
				}
				out.CostCategoryReferences = append(out.CostCategoryReferences, *ref)
			}
			return out, nil
		})
}

func reference(c *op.Call, s *cost.State, row *cost.Category, month string) (*model.CostCategoryReference, error) {
	v, _ := row.In(month)
	end, err := effectiveEnd(row, month)
	return &model.CostCategoryReference{
		CostCategoryArn: new(arn(c.Caller.Account, categoryKind, row.ID)), Name: &row.Name, EffectiveStart: new(firstOf(v.Start)), EffectiveEnd: end,
		NumberOfRules: new(int32(len(v.Rules))), ProcessingStatus: processing(s, row), Values: v.Values(), DefaultValue: op.Optional(v.Default),
		SupportedResourceTypes: supported(row),
	}, err
}

// What cost categories are good for beside cost (Cost Explorer API Reference, ListCostCategoryDefinitions).
const (
	forSharing = "billing:rispgroupsharing"
	forViews   = "billing:billingview"
)

// supported gives the types of resources that a category's latest definition can be used with.
func supported(row *cost.Category) []string {
	types := []string{forViews}
	if row.Versions[len(row.Versions)-1].OnlyAccounts() {
		types = append(types, forSharing)
	}
	return types
}

func supports(row *cost.Category, types []string) bool {
	can := supported(row)
	return !slices.ContainsFunc(types, func(t string) bool { return !slices.Contains(can, t) })
}
