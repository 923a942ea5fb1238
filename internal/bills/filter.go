package bills

import (
	"slices"

	"umbel/internal/costlines"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
)

// dimensions gives the field of cost lines that each dimension of Cost Explorer is (Cost Explorer API Reference,
// DimensionValues). LINKED_ACCOUNT_NAME is not among them: names are no lines' but the organization's.
var dimensions = map[string]string{
	"AZ": costlines.Zone, "INSTANCE_TYPE": costlines.InstanceType, "INSTANCE_TYPE_FAMILY": costlines.ExplorerFamily,
	"LINKED_ACCOUNT": costlines.Account, "PAYER_ACCOUNT": "bill_payer_account_id", "OPERATION": costlines.Operation,
	"PURCHASE_TYPE": costlines.ExplorerPurchase, "REGION": costlines.Region, "SERVICE": costlines.ExplorerService,
	"SERVICE_CODE": costlines.Product, "USAGE_TYPE": costlines.UsageType, "USAGE_TYPE_GROUP": costlines.ExplorerUsageGroup,
	"RECORD_TYPE": costlines.ExplorerRecord, "PLATFORM": costlines.Platform, "OPERATING_SYSTEM": costlines.ExplorerSystem,
	"DATABASE_ENGINE": costlines.ExplorerDatabase, "CACHE_ENGINE": costlines.ExplorerCache,
	"DEPLOYMENT_OPTION": costlines.ExplorerDeployment, "TENANCY": costlines.Tenancy, "LEGAL_ENTITY_NAME": costlines.LegalEntity,
	"BILLING_ENTITY": costlines.BillingEntity, "INVOICING_ENTITY": costlines.InvoicingEntity, "RESOURCE_ID": costlines.Resource,
	"RESERVATION_ID": costlines.ExplorerReservation, "SUBSCRIPTION_ID": costlines.ExplorerReservation,
	"SAVINGS_PLAN_ARN": costlines.SavingsPlanARN, "SAVINGS_PLANS_TYPE": "savings_plan_offering_type",
	"PAYMENT_OPTION": costlines.ExplorerPayment,
}

// Field gives the field of cost lines that a dimension is; ok is false for one that lines do not have.
func Field(dimension string) (f costlines.Field, ok bool) {
	name, ok := dimensions[dimension]
	return costlines.Field{Kind: costlines.Dimension, Name: name}, ok
}

// Filter puts an expression into a question to cost lines. names gives the accounts' names, for LINKED_ACCOUNT_NAME. An expression
// that nothing fits is a filter that nothing fits. Errors are fault.ValidationFailed with the words of Cost Explorer.
func Filter(e *cost.Expression, names map[string]string) (costlines.Filter, error) {
	switch {
	case e == nil:
		return costlines.Filter{}, nil
	case e.And != nil:
		parts, err := all(e.And, names)
		return costlines.Filter{And: parts}, err
	case e.Or != nil:
		parts, err := all(e.Or, names)
		return costlines.Filter{Or: parts}, err
	case e.Not != nil:
		f, err := Filter(e.Not, names)
		return costlines.Filter{Not: &f}, err
	case e.Dimensions != nil:
		return byDimension(e.Dimensions, names)
	case e.Tags != nil:
		return match(costlines.Field{Kind: costlines.Tag, Name: cost.LineTag(e.Tags.Key)}, e.Tags.Values, e.Tags.MatchOptions)
	case e.CostCategories != nil:
		return match(costlines.Field{Kind: costlines.Category, Name: e.CostCategories.Key}, e.CostCategories.Values, e.CostCategories.MatchOptions)
	}
	return costlines.Filter{}, nil
}

func all(list []cost.Expression, names map[string]string) ([]costlines.Filter, error) {
	out := make([]costlines.Filter, len(list))
	for i := range list {
		f, err := Filter(&list[i], names)
		if err != nil {
			return nil, err
		}
		out[i] = f
	}
	return out, nil
}

func byDimension(d *cost.DimensionValues, names map[string]string) (costlines.Filter, error) {
	if d.Key == "LINKED_ACCOUNT_NAME" {
		return byName(d, names)
	}
	field, ok := Field(d.Key)
	if !ok {
		return costlines.Filter{}, fault.New(fault.ValidationFailed, "Dimension %s is not allowed.", d.Key)
	}
	values := d.Values
	if none := cost.NoValue(d.Key); slices.Contains(values, none) {
		values = append(slices.Clone(values), "")
	}
	return match(field, values, d.MatchOptions)
}

// byName compares accounts by their names.
func byName(d *cost.DimensionValues, names map[string]string) (costlines.Filter, error) {
	f, err := match(costlines.Field{Kind: costlines.Dimension, Name: costlines.Account}, d.Values, d.MatchOptions)
	if err != nil {
		return f, err
	}
	ids := []string{}
	for id, name := range names {
		if f.Match.Fits(name) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	f.Match = &costlines.Match{Field: f.Match.Field, Values: ids}
	return f, nil
}

// match makes a comparison of a field. Without values and options it asks for lines that do not have it (Cost Explorer API
// Reference, TagValues and CostCategoryValues).
func match(field costlines.Field, values, options []string) (costlines.Filter, error) {
	m := costlines.Match{Field: field, Values: values}
	if len(values) == 0 && len(options) == 0 {
		m.Op = costlines.Absent
	}
	for _, o := range options {
		switch o {
		case "EQUALS", "CASE_SENSITIVE":
		case "ABSENT":
			m.Op = costlines.Absent
		case "STARTS_WITH":
			m.Op = costlines.StartsWith
		case "ENDS_WITH":
			m.Op = costlines.EndsWith
		case "CONTAINS":
			m.Op = costlines.Contains
		case "GREATER_THAN_OR_EQUAL":
			m.Op = costlines.AtLeast
		case "CASE_INSENSITIVE":
			m.IgnoreCase = true
		default:
			return costlines.Filter{}, fault.New(fault.ValidationFailed, "Invalid MatchOption %s", o)
		}
	}
	return costlines.Filter{Match: &m}, nil
}
