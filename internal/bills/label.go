package bills

import (
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
)

// labels are what a payer has hung on the lines of a month: its cost categories, and which tags can be asked for.
type labels struct{}

func labelsOf(_ *cost.State, _ string, _ map[string]string, _ bool) (*labels, error) {
	return &labels{}, nil
}

// promote tells which tags can be asked for.
func (l *labels) promote(string) bool { return true }

// on gives a line its cost categories.
func (l *labels) on(*billing.Line) {}

// note notes in the state what was seen on lines of the month.
func (l *labels) note(*cost.State, string) {}
