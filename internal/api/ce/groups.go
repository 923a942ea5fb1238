package ce

import (
	"slices"
	"strings"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/cost"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// groupDimensions are the dimensions that costs are grouped by, in the order in which Cost Explorer's error lists them.
var groupDimensions = []string{
	"AZ", "INSTANCE_TYPE", "LINKED_ACCOUNT", "OPERATION", "PURCHASE_TYPE", "SERVICE", "USAGE_TYPE", "PLATFORM", "TENANCY", "RECORD_TYPE",
	"LEGAL_ENTITY_NAME", "INVOICING_ENTITY", "DEPLOYMENT_OPTION", "DATABASE_ENGINE", "CACHE_ENGINE", "INSTANCE_TYPE_FAMILY", "REGION",
	"BILLING_ENTITY", "RESERVATION_ID", "SAVINGS_PLANS_TYPE", "SAVINGS_PLAN_ARN", "OPERATING_SYSTEM",
}

// group is what results are grouped by.
type group struct {
	field     costlines.Field
	dimension string // "" for tags and cost categories
	prefix    string // of keys: "team$" of tags and cost categories
}

// show gives the key of a group as answers have it: "team$red", "team$" without the tag, "NoRegion" without a Region.
func (g group) show(value string) string {
	if value == "" && g.dimension != "" {
		return cost.NoValue(g.dimension)
	}
	return g.prefix + value
}

// groupsOf reads what is to be grouped by, at most two things.
func groupsOf(list []model.GroupDefinition, dimensions []string) (out []group, err error) {
	if len(list) > 2 {
		return nil, refuse("Only up to 2 group definitions are supported.")
	}
	for i := range list {
		g, err := groupOf(op.Value(list[i].Type), op.Value(list[i].Key), dimensions)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out, g) {
			return nil, refuse("Group Definition is invalid. %s is there twice.", op.Value(list[i].Key))
		}
		out = append(out, g)
	}
	return out, nil
}

func groupOf(kind, key string, dimensions []string) (g group, err error) {
	switch {
	case kind == "" || key == "":
		return g, refuse("Group Definition is invalid. Both type an key need to be set to a non-empty value.")
	case kind == "TAG":
		return group{field: costlines.Field{Kind: costlines.Tag, Name: cost.LineTag(key)}, prefix: key + "$"}, nil
	case kind == "COST_CATEGORY":
		return group{field: costlines.Field{Kind: costlines.Category, Name: key}, prefix: key + "$"}, nil
	case kind != "DIMENSION":
		return g, refuse("Group Definition type is invalid.")
	}
	field, ok := bills.Field(key)
	if !ok || !slices.Contains(dimensions, key) {
		return g, refuse("Group Definition dimension is invalid. Valid values are %s", strings.Join(dimensions, ", "))
	}
	return group{field: field, dimension: key}, nil
}

func fieldsOf(groups []group) []costlines.Field {
	out := make([]costlines.Field, len(groups))
	for i, g := range groups {
		out[i] = g.field
	}
	return out
}
