package exports

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"umbel/internal/usage"
)

// Table is a table that exports can be made of (Data Exports User Guide, "Data Exports table dictionary").
type Table struct {
	Name, Description string
	Format            usage.Format
	Properties        []Property
	Most              int // exports of it that an account may have
}

// Property is what a table can be told.
type Property struct {
	Name, Description, Default string
	Values                     []string
}

// The properties of tables.
const (
	Granularity = "TIME_GRANULARITY"
	Resources   = "INCLUDE_RESOURCES"
	Split       = "INCLUDE_SPLIT_COST_ALLOCATION_DATA"
	Manual      = "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY"
)

// The granularities.
const (
	hourly  = "HOURLY"
	daily   = "DAILY"
	monthly = "MONTHLY"
)

// Tables gives the tables that are served, by name.
func Tables() []Table {
	granularity := Property{Granularity, "The time granularity of line items.", hourly, []string{hourly, daily, monthly}}
	toggle := func(name, description string) Property {
		return Property{name, description, "FALSE", []string{"TRUE", "FALSE"}}
	}
	return []Table{
		{Name: "COST_AND_USAGE_REPORT", Description: "Cost and Usage Report (CUR) 2.0", Format: usage.CUR2, Most: 5, Properties: []Property{
			granularity, toggle(Resources, "Whether line items name their resources."),
			toggle(Split, "Whether split cost allocation data is included."),
			toggle(Manual, "Whether discounts have the granularity of what they discount."),
		}},
		{Name: "FOCUS_1_0_AWS", Description: "FOCUS 1.0 with AWS columns", Format: usage.FOCUS10, Most: 2, Properties: []Property{granularity}},
		{Name: "FOCUS_1_2_AWS", Description: "FOCUS 1.2 with AWS columns", Format: usage.FOCUS12, Most: 2, Properties: []Property{granularity}},
	}
}

// FindTable gives a table by its name.
func FindTable(name string) (Table, bool) {
	tables := Tables()
	if i := slices.IndexFunc(tables, func(t Table) bool { return t.Name == name }); i >= 0 {
		return tables[i], true
	}
	return Table{}, false
}

// Configure checks properties and completes them by their defaults. Errors name the property.
func (t *Table) Configure(given map[string]string) (map[string]string, error) {
	full := map[string]string{}
	for _, p := range t.Properties {
		full[p.Name] = p.Default
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := given[name]
		i := slices.IndexFunc(t.Properties, func(p Property) bool { return p.Name == name })
		switch {
		case i < 0:
			return nil, fmt.Errorf("the table %s has no property %s", t.Name, name)
		case !slices.Contains(t.Properties[i].Values, value):
			return nil, fmt.Errorf("the property %s of %s must be one of %s", name, t.Name, strings.Join(t.Properties[i].Values, ", "))
		}
		full[name] = value
	}
	return full, nil
}

// Schema gives the columns that a table has under its properties, which are complete.
func (t *Table) Schema(properties map[string]string) []usage.Column {
	columns := usage.TableColumns(t.Format)
	if t.Format != usage.CUR2 {
		return columns
	}
	if properties[Resources] != "TRUE" {
		columns = slices.DeleteFunc(columns, func(c usage.Column) bool { return c.Name == "line_item_resource_id" })
	}
	if properties[Split] == "TRUE" {
		columns = append(columns, usage.TypedColumns(usage.SplitColumns())...)
	}
	return columns
}
