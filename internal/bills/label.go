package bills

import (
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
)

// labels are what a payer has hung on the lines of a month: its cost categories, and which tags can be asked for.
type labels struct {
	tags       *cost.TagWatch
	categories *cost.Categories
	reports    bool
}

// labelsOf gives the labels of a month's lines: of reports, or of those rated here.
func labelsOf(s *cost.State, month string, names map[string]string, reports bool) (*labels, error) {
	c, err := s.CategoriesOf(month, names)
	return &labels{s.WatchTags(reports), c, reports}, err
}

// promote tells which tags can be asked for.
func (l *labels) promote(tag string) bool { return l.tags.Promote(tag) }

// on gives a line its cost categories.
func (l *labels) on(line *billing.Line) { line.Categories = l.categories.Evaluate(line) }

// note notes in the state what was seen on lines of the month.
func (l *labels) note(s *cost.State, month string) { s.SawTags(l.tags.Seen(), month, l.reports) }
