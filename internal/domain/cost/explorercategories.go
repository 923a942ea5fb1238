package cost

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

// Category is a cost category: an ordered list of rules that gives lines a value. Its definition changes from month to month;
// ended ones are kept, since their months still show them.
type Category struct {
	ID       string // UUID
	Name     string
	Created  time.Time
	Versions []CategoryVersion // by Start
	End      string            `json:",omitempty"` // the first month in which it is no more; "" while there is no end
	Tags     map[string]string `json:",omitempty"`
	// Wanted are the months that the last change concerns, each with the Wanted it has to come to until lines have their values.
	Wanted map[string]int64 `json:",omitempty"`
}

// CategoryVersion is the definition of a cost category from a month on, until the next version's.
type CategoryVersion struct {
	Start   string // "2026-10"
	Rules   []CategoryRule
	Default string        `json:",omitempty"` // of lines that no rule fits; "" leaves them without
	Splits  []SplitCharge `json:",omitempty"`
}

// CategoryRule gives lines a value. One of Rule and Inherit is set (Cost Explorer API Reference, CostCategoryRule).
type CategoryRule struct {
	Value   string        `json:",omitempty"` // with Rule
	Rule    *Expression   `json:",omitempty"`
	Inherit *InheritValue `json:",omitempty"`
	Type    string        `json:",omitempty"` // as given: REGULAR, INHERITED_VALUE, or ""
}

// InheritValue takes the value from the line: the name of its account, or a tag.
type InheritValue struct {
	Dimension string // LINKED_ACCOUNT_NAME, TAG
	Key       string `json:",omitempty"` // of the tag
}

// SplitCharge splits the cost of one value of a category over others (Cost Explorer API Reference, CostCategorySplitChargeRule).
type SplitCharge struct {
	Source  string // "" for what has no value
	Targets []string
	Method  string   // EVEN, FIXED, PROPORTIONAL
	Percent []string `json:",omitempty"` // of FIXED, in the order of Targets
}

// The methods of a split charge.
const (
	SplitEven         = "EVEN"
	SplitFixed        = "FIXED"
	SplitProportional = "PROPORTIONAL"
)

// In gives the definition that holds in a month, and whether there is one.
func (c *Category) In(month string) (*CategoryVersion, bool) {
	if c.End != "" && month >= c.End {
		return nil, false
	}
	for i := len(c.Versions) - 1; i >= 0; i-- {
		if c.Versions[i].Start <= month {
			return &c.Versions[i], true
		}
	}
	return nil, false
}

// Until gives the first month in which the version that holds in a month does so no more; "" if that is not decided.
func (c *Category) Until(month string) string {
	for i := range c.Versions {
		if c.Versions[i].Start > month {
			return c.Versions[i].Start
		}
	}
	return c.End
}

// Change is the category with another definition from version.Start on, without end.
func (c *Category) Change(version CategoryVersion) *Category {
	next := *c
	next.Versions = slices.DeleteFunc(slices.Clone(c.Versions), func(v CategoryVersion) bool { return v.Start >= version.Start })
	next.Versions = append(next.Versions, version)
	return &next
}

// Ended is the category without effect from a month on.
func (c *Category) Ended(month string) *Category {
	next := *c
	next.End = month
	return &next
}

// CategoriesIn walks the cost categories that are in effect in a month. Where several have had a name, it is the one made last.
func (e *Explorer) CategoriesIn(month string) iter.Seq2[*Category, *CategoryVersion] {
	return func(yield func(*Category, *CategoryVersion) bool) {
		for _, c := range e.Categories.All() {
			if v, ok := c.In(month); ok && e.namesake(c, month) == c && !yield(c, v) {
				return
			}
		}
	}
}

// namesake gives the category that has c's name in a month.
func (e *Explorer) namesake(c *Category, month string) *Category {
	best := c
	for _, other := range e.byCategory.Find(c.Name) {
		if _, ok := other.In(month); ok && (other.Created.After(best.Created) || other.Created.Equal(best.Created) && other.ID > best.ID) {
			best = other
		}
	}
	return best
}

// MonthAfter gives the month n months after one, or before for a negative n.
func MonthAfter(month string, n int) (string, error) {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return "", fmt.Errorf("cost: %q is no month", month)
	}
	return t.AddDate(0, n, 0).Format("2006-01"), nil
}

// MonthOf gives the month of a time.
func MonthOf(t time.Time) string { return t.UTC().Format("2006-01") }
