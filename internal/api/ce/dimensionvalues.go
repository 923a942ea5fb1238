package ce

import (
	"slices"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/cost"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// contextDimensions are the dimensions that each context knows (API reference, GetDimensionValues).
var contextDimensions = map[string][]string{
	"COST_AND_USAGE": append([]string{resourceID}, usageDimensions...),
	"RESERVATIONS": {
		"AZ", "CACHE_ENGINE", "DATABASE_ENGINE", "DEPLOYMENT_OPTION", "INSTANCE_TYPE", "LINKED_ACCOUNT", "OPERATING_SYSTEM", "PLATFORM", "REGION",
		"SERVICE", "SUBSCRIPTION_ID", "TENANCY",
	},
	"SAVINGS_PLANS": {"INSTANCE_TYPE_FAMILY", "LINKED_ACCOUNT", "PAYMENT_OPTION", "REGION", "SAVINGS_PLANS_TYPE", "SAVINGS_PLAN_ARN"},
}

// planFields are the dimensions that, of savings plans, are others than of usage.
var planFields = map[string]string{
	"REGION": "savings_plan_region", "INSTANCE_TYPE_FAMILY": "savings_plan_instance_type_family", "PAYMENT_OPTION": "savings_plan_payment_option",
}

func getDimensionValues(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetDimensionValues", func(in *model.GetDimensionValuesInput) *string { return in.BillingViewArn }, runGetDimensionValues)
}

func runGetDimensionValues(q *question, in *model.GetDimensionValuesInput) (*model.GetDimensionValuesOutput, error) {
	asked := *in
	asked.NextPageToken = nil
	l := listing{
		question: q, name: "GetDimensionValues", asked: asked, token: in.NextPageToken, search: op.Value(in.SearchString), sortBy: in.SortBy, most: in.MaxResults,
	}
	context, dimension := op.Value(in.Context), op.Value(in.Dimension)
	if context == "" {
		context = "COST_AND_USAGE"
	}
	if context != "COST_AND_USAGE" && len(in.SortBy) > 0 {
		return nil, refuse("SortBy is only supported with the context COST_AND_USAGE.")
	}
	if !slices.Contains(contextDimensions[context], dimension) {
		return nil, refuse("Dimension %s is not supported in the context %s.", dimension, context)
	}
	if err := l.open(in.TimePeriod, in.Filter); err != nil {
		return nil, err
	}
	field, _ := bills.Field(dimension)
	l.within(context, dimension, &field)
	list, err := l.list(field, dimension == "USAGE_TYPE" || dimension == "USAGE_TYPE_GROUP")
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(v value) bool {
		return v.text == "" && context != "COST_AND_USAGE" || !l.found(v.text, l.nameOf(dimension, v.text))
	})
	out := &model.GetDimensionValuesOutput{}
	page, size, total, next, err := pageOf(&l, list)
	if err != nil {
		return nil, err
	}
	out.ReturnSize, out.TotalSize, out.NextPageToken = size, total, next
	out.DimensionValues = make([]model.DimensionValuesWithAttributes, len(page))
	for i, v := range page {
		out.DimensionValues[i] = l.shown(dimension, v)
	}
	return out, nil
}

// open reads the range of time and the filter.
func (l *listing) open(p *model.DateInterval, e *model.Expression) (err error) {
	if err := l.check(); err != nil {
		return err
	}
	if l.span, err = period(p, ""); err != nil {
		return err
	}
	if err := l.span.past(l.Now); err != nil {
		return err
	}
	l.filter, err = l.question.filter(&usageLanguage, e)
	return err
}

// within narrows lines to those of a context: those of reservations, or of savings plans.
func (l *listing) within(context, dimension string, field *costlines.Field) {
	of := ""
	switch context {
	case "RESERVATIONS":
		of = costlines.ReservationARN
	case "SAVINGS_PLANS":
		of = costlines.SavingsPlanARN
		if name := planFields[dimension]; name != "" {
			field.Name = name
		}
	default:
		return
	}
	l.filter = costlines.Filter{And: []costlines.Filter{has(of), l.filter}}
}

// has holds for lines that have a value of a dimension.
func has(dimension string) costlines.Filter {
	return costlines.Filter{Not: &costlines.Filter{Match: &costlines.Match{Field: costlines.Field{Name: dimension}, Op: costlines.Absent}}}
}

// nameOf gives the name of an account, which searches find it by, too.
func (l *listing) nameOf(dimension, id string) string {
	if dimension == "LINKED_ACCOUNT" || dimension == "PAYER_ACCOUNT" {
		return l.names[id]
	}
	return id
}

func (l *listing) shown(dimension string, v value) model.DimensionValuesWithAttributes {
	switch {
	case dimension == "LINKED_ACCOUNT" || dimension == "PAYER_ACCOUNT":
		return l.account(v.text)
	case v.text == "":
		return model.DimensionValuesWithAttributes{Value: new(cost.NoValue(dimension)), Attributes: map[string]string{}}
	}
	out := model.DimensionValuesWithAttributes{Value: &v.text, Attributes: map[string]string{}}
	if v.unit != "" {
		out.Attributes["unit"] = v.unit
	}
	return out
}
