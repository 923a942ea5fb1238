package cost

// Expression is Cost Explorer's filter language (Cost Explorer API Reference, Expression), which budgets, cost categories and
// anomaly subscriptions use too. Exactly one member is set; the zero value holds for everything.
type Expression struct {
	Or, And        []Expression     `json:",omitempty"`
	Not            *Expression      `json:",omitempty"`
	Dimensions     *DimensionValues `json:",omitempty"`
	Tags           *KeyedValues     `json:",omitempty"`
	CostCategories *KeyedValues     `json:",omitempty"`
}

// DimensionValues compares a dimension, such as SERVICE, with values.
type DimensionValues struct {
	Key          string
	Values       []string `json:",omitempty"`
	MatchOptions []string `json:",omitempty"` // EQUALS, ABSENT, STARTS_WITH, ENDS_WITH, CONTAINS, GREATER_THAN_OR_EQUAL, CASE_SENSITIVE, CASE_INSENSITIVE
}

// KeyedValues compares a tag, or a cost category, with values.
type KeyedValues struct {
	Key          string
	Values       []string `json:",omitempty"`
	MatchOptions []string `json:",omitempty"`
}
