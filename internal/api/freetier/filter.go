package freetier

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"umbel/internal/fault"
	model "umbel/internal/model/freetier"
)

// maxDepth bounds how deep an expression nests.
const maxDepth = 16

// checkExpression refuses what is no expression (Free Tier API Reference, Expression): exactly one of its members is set.
func checkExpression(e *model.Expression) error { return check(e, 1) }

func check(e *model.Expression, depth int) error {
	if e == nil {
		return nil
	}
	if depth > maxDepth {
		return fault.New(fault.ValidationFailed, "The filter expression is nested too deeply.")
	}
	set := 0
	for _, there := range []bool{e.Or != nil, e.And != nil, e.Not != nil, e.Dimensions != nil} {
		if there {
			set++
		}
	}
	if set != 1 {
		return fault.New(fault.ValidationFailed, "An expression must have exactly one of Or, And, Not and Dimensions.")
	}
	if d := e.Dimensions; d != nil && (*d.Key == model.DimensionUsagePercentage) != slices.Contains(d.MatchOptions, model.MatchOptionGreaterThanOrEqual) {
		return fault.New(fault.ValidationFailed, "GREATER_THAN_OR_EQUAL compares USAGE_PERCENTAGE, and nothing else does.")
	}
	for _, list := range [][]model.Expression{e.Or, e.And} {
		for i := range list {
			if err := check(&list[i], depth+1); err != nil {
				return err
			}
		}
	}
	return check(e.Not, depth+1)
}

// holds decides an expression; none holds for everything.
func (u *usage) holds(e *model.Expression) bool {
	fits := func(e model.Expression) bool { return u.holds(&e) }
	switch {
	case e == nil:
		return true
	case e.Or != nil:
		return slices.ContainsFunc(e.Or, fits)
	case e.And != nil:
		return !slices.ContainsFunc(e.And, func(e model.Expression) bool { return !u.holds(&e) })
	case e.Not != nil:
		return !u.holds(e.Not)
	}
	return slices.ContainsFunc(e.Dimensions.Values, func(v string) bool { return u.match(*e.Dimensions.Key, v, e.Dimensions.MatchOptions) })
}

// match compares a dimension with one value.
func (u *usage) match(key, value string, options []string) bool {
	have := map[string]string{
		model.DimensionService: u.price.Name, model.DimensionOperation: u.price.Key.Operation, model.DimensionUsageType: u.usageType,
		model.DimensionRegion: u.region, model.DimensionFreeTierType: u.kind(), model.DimensionDescription: u.description(),
	}[key]
	for _, o := range options {
		switch o {
		case model.MatchOptionGreaterThanOrEqual:
			least, err := strconv.ParseFloat(value, 64)
			return err == nil && float(u.used)*100 >= least*float(u.limit)
		case model.MatchOptionStartsWith:
			return strings.HasPrefix(have, value)
		case model.MatchOptionEndsWith:
			return strings.HasSuffix(have, value)
		case model.MatchOptionContains:
			return strings.Contains(have, value)
		}
	}
	return have == value
}

// prefix is a Region's in front of usage types: "EUW1-", "USE2-".
var prefix = regexp.MustCompile(`^[A-Z]{2,4}[0-9]?-`)

// unprefixed gives a usage type without its Region.
func unprefixed(usageType string) string { return prefix.ReplaceAllString(usageType, "") }
