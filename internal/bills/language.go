package bills

import (
	"slices"
	"strings"

	"umbel/internal/domain/cost"
	"umbel/internal/fault"
)

// Language is what of Cost Explorer's filter language an operation takes.
type Language struct {
	Dimensions       []string // allowed; nil for all that lines have
	DimensionOptions []string // match options of dimensions
	TagOptions       []string // match options of tags and cost categories
	Flat             bool     // only And, and nothing nested in it
	NoTags           bool     // neither tags nor cost categories
}

const rootsText = "Only one root operator is allowed for each expression: And, Or, Not, Dimensions, Tags, CostCategories"

// Check tells whether an operation takes an expression; its errors are fault.ValidationFailed. The words about roots, operands and
// dimensions are those of Cost Explorer, the others are not published.
func (l *Language) Check(e *cost.Expression) error { return l.check(e, 0) }

func (l *Language) check(e *cost.Expression, depth int) error {
	if e == nil {
		return nil
	}
	if err := oneRoot(e); err != nil {
		return err
	}
	switch {
	case l.Flat && (e.Or != nil || e.Not != nil || e.And != nil && depth > 0):
		return invalid("Only AND is supported among dimensions, one level deep.")
	case e.And != nil:
		return l.operands("And", e.And, depth)
	case e.Or != nil:
		return l.operands("Or", e.Or, depth)
	case e.Not != nil:
		return l.check(e.Not, depth+1)
	case e.Dimensions != nil:
		return l.dimension(e.Dimensions)
	case e.Tags != nil:
		return l.keyed("Tags", e.Tags)
	default:
		return l.keyed("CostCategories", e.CostCategories)
	}
}

func oneRoot(e *cost.Expression) error {
	roots := 0
	for _, set := range []bool{e.And != nil, e.Or != nil, e.Not != nil, e.Dimensions != nil, e.Tags != nil, e.CostCategories != nil} {
		if set {
			roots++
		}
	}
	switch {
	case roots == 0:
		return invalid("Expression has zero roots. " + rootsText)
	case roots > 1:
		return invalid("Expression has more than one roots. " + rootsText)
	}
	return nil
}

func (l *Language) operands(name string, list []cost.Expression, depth int) error {
	if len(list) < 2 {
		return invalid(name + " expression must have at least 2 operands")
	}
	for i := range list {
		if err := l.check(&list[i], depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (l *Language) dimension(d *cost.DimensionValues) error {
	_, known := dimensions[d.Key]
	if l.Dimensions != nil {
		known = slices.Contains(l.Dimensions, d.Key)
	}
	if !known {
		return invalid("Dimension " + d.Key + " is not allowed.")
	}
	if len(d.Values) == 0 {
		return invalid("Dimension " + d.Key + " must have at least one value.")
	}
	return options("Dimensions", d.MatchOptions, l.DimensionOptions)
}

func (l *Language) keyed(kind string, v *cost.KeyedValues) error {
	switch {
	case l.NoTags:
		return invalid(kind + " are not supported in this filter.")
	case v.Key == "":
		return invalid(kind + " must have a key.")
	}
	return options(kind, v.MatchOptions, l.TagOptions)
}

func options(kind string, given, allowed []string) error {
	for _, o := range given {
		if !slices.Contains(allowed, o) {
			return invalid("MatchOption " + o + " is not supported for " + kind + ". Valid values are " + strings.Join(allowed, ", "))
		}
	}
	return nil
}

func invalid(text string) error { return fault.New(fault.ValidationFailed, "%s", text) }
