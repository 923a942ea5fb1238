package cost

import (
	"slices"

	"umbel/internal/decimal"
	"umbel/internal/fault"
)

// What a cost category's rules may look at (Cost Explorer API Reference, CostCategoryRule; the console also offers the billing
// entity).
var categoryDimensions = []string{
	"BILLING_ENTITY", "LINKED_ACCOUNT", "LINKED_ACCOUNT_NAME", "RECORD_TYPE", "REGION", "SERVICE_CODE", "USAGE_TYPE",
}

func refused(format string, args ...any) error {
	return fault.New(fault.ValidationFailed, format, args...)
}

// Check tells what is wrong with a definition; errors are fault.ValidationFailed.
func (v *CategoryVersion) Check() error {
	for i := range v.Rules {
		if err := v.Rules[i].check(); err != nil {
			return err
		}
	}
	return v.checkSplits()
}

func (r *CategoryRule) check() error {
	switch r.Type {
	case "INHERITED_VALUE":
		switch {
		case r.Inherit == nil:
			return refused("Invalid Rule: InheritedValue must not be null.")
		case r.Value != "" || r.Rule != nil:
			return refused("Invalid Rule: Value and Rule must be null for rule type INHERITED_VALUE.")
		case r.Inherit.Dimension == "TAG" && r.Inherit.Key == "":
			return refused("Invalid Rule: DimensionKey must not be null for dimension TAG.")
		case r.Inherit.Dimension == "LINKED_ACCOUNT_NAME" && r.Inherit.Key != "", r.Inherit.Dimension == "":
			return refused("Invalid Rule: DimensionKey is only for dimension TAG.")
		}
		return nil
	default:
		switch {
		case r.Value == "" || r.Rule == nil:
			return refused("Invalid Rule: Value and Rule must not be null.")
		case r.Inherit != nil:
			return refused("Invalid Rule: InheritedValue must be null for rule type REGULAR.")
		}
		return r.Rule.check()
	}
}

// Roots counts the operators and values at the top of an expression, of which there has to be one.
func (e *Expression) Roots() int {
	n := 0
	for _, set := range []bool{e.And != nil, e.Or != nil, e.Not != nil, e.Dimensions != nil, e.Tags != nil, e.CostCategories != nil} {
		if set {
			n++
		}
	}
	return n
}

// check tells what is wrong with the expression of a rule.
func (e *Expression) check() error {
	switch n := e.Roots(); {
	case n > 1:
		return refused("Expression has more than one roots. Only one root operator is allowed for each expression: And, Or, Not, Dimensions, Tags, CostCategories")
	case n == 0:
		return refused("Expression must have a root operator: And, Or, Not, Dimensions, Tags, CostCategories")
	case e.And != nil, e.Or != nil:
		list := slices.Concat(e.And, e.Or)
		if len(list) == 0 {
			return refused("And and Or must have operands")
		}
		for i := range list {
			if err := list[i].check(); err != nil {
				return err
			}
		}
		return nil
	case e.Not != nil:
		return e.Not.check()
	case e.Dimensions != nil:
		if !slices.Contains(categoryDimensions, e.Dimensions.Key) {
			return refused("Dimension %s is not supported", e.Dimensions.Key)
		}
		if len(e.Dimensions.Values) == 0 && !slices.Contains(e.Dimensions.MatchOptions, "ABSENT") {
			return refused("Dimensions expression must have values set")
		}
		return checkOptions("Dimensions", e.Dimensions.Values, e.Dimensions.MatchOptions)
	case e.Tags != nil:
		return checkOptions("Tags", e.Tags.Values, e.Tags.MatchOptions)
	}
	return checkOptions("CostCategories", e.CostCategories.Values, e.CostCategories.MatchOptions)
}

func checkOptions(what string, values, options []string) error {
	if slices.Contains(options, "ABSENT") && len(values) > 0 {
		return refused("%s expression must not have values set when ABSENT is provided", what)
	}
	if slices.Contains(options, "GREATER_THAN_OR_EQUAL") {
		return refused("Match option GREATER_THAN_OR_EQUAL is not supported")
	}
	return nil
}

// values gives what the rules can give a line; all tells that they can give anything.
func (v *CategoryVersion) values() (values []string, all bool) {
	for i := range v.Rules {
		if v.Rules[i].Inherit != nil {
			all = true
		} else if !slices.Contains(values, v.Rules[i].Value) {
			values = append(values, v.Rules[i].Value)
		}
	}
	return values, all
}

// Values lists the values that rules name, in their order, each once.
func (v *CategoryVersion) Values() []string {
	values, _ := v.values()
	return values
}

// checkSplits: a source is in no other rule, a target is no source (Cost Explorer API Reference, CostCategorySplitChargeRule).
func (v *CategoryVersion) checkSplits() error {
	values, all := v.values()
	values = append(values, v.Default)
	known := func(value string) bool { return all || slices.Contains(values, value) }
	sources, targets := map[string]bool{}, map[string]bool{}
	for i := range v.Splits {
		r := &v.Splits[i]
		if sources[r.Source] {
			return refused("Invalid Split Charge Rule: Source %q is used in more than one rule.", r.Source)
		}
		sources[r.Source] = true
		if r.Source != "" && !known(r.Source) {
			return refused("Invalid Split Charge Rule: Source %q is not a value of the cost category.", r.Source)
		}
		mine := map[string]bool{}
		for _, target := range r.Targets {
			if target == "" || !known(target) {
				return refused("Invalid Split Charge Rule: Target %q is not a value of the cost category.", target)
			}
			if mine[target] {
				return refused("Invalid Split Charge Rule: Target %q is used twice.", target)
			}
			mine[target], targets[target] = true, true
		}
		if err := r.check(); err != nil {
			return err
		}
	}
	for source := range sources {
		if targets[source] {
			return refused("Invalid Split Charge Rule: %q cannot be both a source and a target.", source)
		}
	}
	return nil
}

func (r *SplitCharge) check() error {
	if r.Method != SplitFixed {
		if r.Percent != nil {
			return refused("Invalid Split Charge Rule: Parameters are only for method FIXED.")
		}
		return nil
	}
	if len(r.Percent) != len(r.Targets) {
		return refused("Invalid Split Charge Rule: ALLOCATION_PERCENTAGES must have one value for each target.")
	}
	sum := decimal.D{}
	for _, p := range r.Percent {
		d, err := decimal.Parse(p)
		if err != nil || d.Sign() < 0 {
			return refused("Invalid Split Charge Rule: Allocation percentage %q must be a number between 0 and 100.", p)
		}
		sum = sum.Add(d)
	}
	if sum != decimal.Int(100) {
		return refused("Invalid Split Charge Rule: Allocation percentages must add up to 100.")
	}
	return nil
}

// OnlyAccounts tells whether the rules look at nothing but accounts: groups that share commitments are such categories.
func (v *CategoryVersion) OnlyAccounts() bool {
	for i := range v.Rules {
		if v.Rules[i].Rule == nil || !v.Rules[i].Rule.onlyAccounts() {
			return false
		}
	}
	return true
}

func (e *Expression) onlyAccounts() bool {
	if e.Dimensions != nil {
		return e.Dimensions.Key == "LINKED_ACCOUNT"
	}
	if e.Not != nil {
		return e.Not.onlyAccounts()
	}
	list := slices.Concat(e.And, e.Or)
	return len(list) > 0 && !slices.ContainsFunc(list, func(e Expression) bool { return !e.onlyAccounts() })
}
