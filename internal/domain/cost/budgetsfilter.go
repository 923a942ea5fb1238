package cost

import (
	"slices"
	"strings"
)

// filterNames gives the dimension of Cost Explorer that each name of CostFilters is (Cost Management User Guide, "Creating a budget":
// filters). Names of dimensions themselves are taken too, as the API does.
var filterNames = map[string]string{
	"AZ": "AZ", "LinkedAccount": "LINKED_ACCOUNT", "Operation": "OPERATION", "PurchaseType": "PURCHASE_TYPE", "Service": "SERVICE",
	"UsageType": "USAGE_TYPE", "UsageTypeGroup": "USAGE_TYPE_GROUP", "Region": "REGION", "InstanceType": "INSTANCE_TYPE",
	"InstanceTypeFamily": "INSTANCE_TYPE_FAMILY", "Platform": "PLATFORM", "OperatingSystem": "OPERATING_SYSTEM", "Tenancy": "TENANCY",
	"LegalEntityName": "LEGAL_ENTITY_NAME", "InvoicingEntity": "INVOICING_ENTITY", "BillingEntity": "BILLING_ENTITY", "RecordType": "RECORD_TYPE",
	"DatabaseEngine": "DATABASE_ENGINE", "CacheEngine": "CACHE_ENGINE", "DeploymentOption": "DEPLOYMENT_OPTION", "ReservationId": "RESERVATION_ID",
	"SavingsPlanArn": "SAVINGS_PLAN_ARN", "SavingsPlansType": "SAVINGS_PLANS_TYPE", "PaymentOption": "PAYMENT_OPTION", "Scope": "SCOPE",
}

// Filter gives what a budget counts, as an expression of Cost Explorer, but for its cost types; nil for everything. Errors are
// fault.InvalidInput.
func (b *Budget) Filter() (*Expression, error) {
	if b.Expression != nil {
		return b.Expression, nil
	}
	var parts []Expression
	for name, values := range b.Filters {
		if len(values) == 0 {
			return nil, badBudget("The cost filter %s has no values.", name)
		}
		e, err := costFilter(name, values)
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	slices.SortFunc(parts, func(a, b Expression) int { return strings.Compare(a.key(), b.key()) })
	switch len(parts) {
	case 0:
		return nil, nil
	case 1:
		return &parts[0], nil
	}
	return &Expression{And: parts}, nil
}

// key orders the parts of a filter.
func (e *Expression) key() string {
	switch {
	case e.Dimensions != nil:
		return "d" + e.Dimensions.Key
	case e.Tags != nil:
		return "t" + e.Tags.Key
	case e.CostCategories != nil:
		return "c" + e.CostCategories.Key
	}
	return ""
}

// costFilter puts one member of CostFilters as an expression. Tags are "user:team$a", cost categories "Name$value".
func costFilter(name string, values []string) (Expression, error) {
	switch name {
	case "TagKeyValue", "CostCategory":
		return paired(name, values)
	}
	dimension, ok := filterNames[name]
	if !ok {
		for _, d := range filterNames {
			if d == name {
				dimension, ok = d, true
			}
		}
	}
	if !ok {
		return Expression{}, badBudget("The cost filter %s is not known.", name)
	}
	return Expression{Dimensions: &DimensionValues{Key: dimension, Values: values}}, nil
}

// paired puts values that name what they are of. Those of one key are alternatives; of several keys a line must have one each, as with
// several filters in Cost Explorer.
func paired(name string, values []string) (Expression, error) {
	byKey := map[string][]string{}
	for _, v := range values {
		key, value, ok := strings.Cut(v, "$")
		if !ok || key == "" {
			return Expression{}, badBudget("%q is not a value of the cost filter %s: want KEY$VALUE.", v, name)
		}
		if name == "TagKeyValue" {
			key = strings.TrimPrefix(key, "user:") // as Cost Explorer calls it
		}
		byKey[key] = append(byKey[key], value)
	}
	var parts []Expression
	for key, of := range byKey {
		k := &KeyedValues{Key: key, Values: of}
		if slices.Equal(of, []string{""}) {
			k = &KeyedValues{Key: key, MatchOptions: []string{"ABSENT"}}
		}
		if name == "TagKeyValue" {
			parts = append(parts, Expression{Tags: k})
		} else {
			parts = append(parts, Expression{CostCategories: k})
		}
	}
	slices.SortFunc(parts, func(a, b Expression) int { return strings.Compare(a.key(), b.key()) })
	if len(parts) == 1 {
		return parts[0], nil
	}
	return Expression{And: parts}, nil
}

// Metric gives the metric of Cost Explorer that a budget of cost or usage sums.
func (b *Budget) Metric() string {
	switch {
	case len(b.Metrics) > 0:
		return b.Metrics[0]
	case b.Type == UsageBudget:
		return "UsageQuantity"
	case b.Types != nil && b.Types.Blended:
		return "BlendedCost"
	case b.Types != nil && b.Types.Amortized:
		return "AmortizedCost"
	}
	return "UnblendedCost"
}
