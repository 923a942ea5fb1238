package cost

import (
	"slices"
	"time"

	"umbel/internal/decimal"
)

// AnomalyMonitor watches an account's costs for anomalies: each value of a dimension by itself, or some values together (Cost Explorer
// API Reference, AnomalyMonitor).
type AnomalyMonitor struct {
	ID            string // UUID
	Name          string
	Type          string // DIMENSIONAL, CUSTOM
	Dimension     string `json:",omitempty"` // of DIMENSIONAL: SERVICE, LINKED_ACCOUNT, TAG, COST_CATEGORY
	Specification *Expression
	Created       time.Time
	Updated       time.Time
	Evaluated     time.Time         // when it last looked; zero if never
	Values        int               // how many values it looked at
	Tags          map[string]string `json:",omitempty"`
}

// The types of monitors.
const (
	DimensionalMonitor = "DIMENSIONAL"
	CustomMonitor      = "CUSTOM"
)

// AnomalySubscription tells people of anomalies (Cost Explorer API Reference, AnomalySubscription).
type AnomalySubscription struct {
	ID          string // UUID
	Name        string
	Monitors    []string // IDs
	Subscribers []AnomalySubscriber
	Frequency   string // DAILY, IMMEDIATE, WEEKLY
	// Threshold decides on an anomaly's impact. Shorthand tells that it was given as the deprecated member Threshold.
	Threshold Expression
	Shorthand bool `json:",omitempty"`
	Created   time.Time
	Told      time.Time         // when the last summary was due; IMMEDIATE has none
	Tags      map[string]string `json:",omitempty"`
}

// AnomalySubscriber is who is told: Type is EMAIL or SNS.
type AnomalySubscriber struct{ Address, Type string }

// Anomaly is a run of days on which something cost more than was to be expected.
type Anomaly struct {
	ID         string
	Monitor    string // ID
	Value      string `json:",omitempty"` // of the monitor's dimension
	Start, End string // the first and the last day: "2026-10-03"
	Actual     decimal.D
	Expected   decimal.D
	MaxImpact  decimal.D // of the day that was furthest off
	MaxScore   float64
	Score      float64 // of the last day
	Causes     []RootCause
	Detected   time.Time
	Feedback   string   `json:",omitempty"` // YES, NO, PLANNED_ACTIVITY
	Told       []string `json:",omitempty"` // IDs of subscriptions
}

// RootCause is what an anomaly is made of. Members that costs do not have are "".
type RootCause struct {
	Service, Region, Account, AccountName, UsageType string
	Contribution                                     decimal.D
}

// Impact is what an anomaly cost beyond what was expected.
func (a *Anomaly) Impact() decimal.D { return a.Actual.Sub(a.Expected) }

// Percentage is the impact in percent of what was expected; ok is false where that is nothing.
func (a *Anomaly) Percentage() (p decimal.D, ok bool) {
	if a.Expected.Sign() <= 0 {
		return decimal.D{}, false
	}
	hundred, err := a.Impact().Mul(decimal.Int(100))
	if err != nil {
		return decimal.D{}, false
	}
	p, err = hundred.Quo(a.Expected)
	return p, err == nil
}

// Concerns tells whether an anomaly is past the subscription's threshold. Where nothing was expected every percentage is passed.
func (s *AnomalySubscription) Concerns(a *Anomaly) bool {
	return slices.Contains(s.Monitors, a.Monitor) && s.Threshold.passed(a)
}

func (e *Expression) passed(a *Anomaly) bool {
	switch {
	case e.And != nil:
		return !slices.ContainsFunc(e.And, func(e Expression) bool { return !e.passed(a) })
	case e.Or != nil:
		return slices.ContainsFunc(e.Or, func(e Expression) bool { return e.passed(a) })
	case e.Dimensions == nil || len(e.Dimensions.Values) != 1:
		return false
	}
	least, err := decimal.Parse(e.Dimensions.Values[0])
	if err != nil {
		return false
	}
	if e.Dimensions.Key == "ANOMALY_TOTAL_IMPACT_ABSOLUTE" {
		return !a.Impact().Abs().Less(least)
	}
	p, ok := a.Percentage()
	return !ok || !p.Less(least)
}

// CheckThreshold tells what is wrong with a threshold expression (Cost Explorer API Reference, AnomalySubscription,
// ThresholdExpression); errors are fault.ValidationFailed.
func (e *Expression) CheckThreshold() error {
	switch n := e.Roots(); {
	case n > 1:
		return refused("Expression has more than one roots. Only one root operator is allowed for each expression: And, Or, Not, Dimensions, Tags, CostCategories")
	case e.And != nil || e.Or != nil:
		list := slices.Concat(e.And, e.Or)
		if len(list) == 0 {
			return refused("ThresholdExpression must have operands")
		}
		for i := range list {
			if err := list[i].CheckThreshold(); err != nil {
				return err
			}
		}
		return nil
	case e.Dimensions == nil:
		return refused("ThresholdExpression supports only Dimensions, And and Or")
	}
	d := e.Dimensions
	if d.Key != "ANOMALY_TOTAL_IMPACT_ABSOLUTE" && d.Key != "ANOMALY_TOTAL_IMPACT_PERCENTAGE" {
		return refused("ThresholdExpression supports only dimensions ANOMALY_TOTAL_IMPACT_ABSOLUTE and ANOMALY_TOTAL_IMPACT_PERCENTAGE")
	}
	if !slices.Equal(d.MatchOptions, []string{"GREATER_THAN_OR_EQUAL"}) {
		return refused("ThresholdExpression requires match option GREATER_THAN_OR_EQUAL")
	}
	if len(d.Values) != 1 {
		return refused("ThresholdExpression requires exactly one value for each dimension")
	}
	v, err := decimal.Parse(d.Values[0])
	if err != nil || v.Sign() < 0 || decimal.Int(10_000_000_000).Less(v) {
		return refused("ThresholdExpression values must be numbers between 0 and 10,000,000,000")
	}
	return nil
}

// CheckSpecification tells what is wrong with what a monitor watches (Cost Explorer API Reference, AnomalyMonitor); errors are
// fault.ValidationFailed.
func (m *AnomalyMonitor) CheckSpecification() error {
	e := m.Specification
	if m.Type == DimensionalMonitor {
		switch m.Dimension {
		case "":
			return refused("MonitorDimension is required for DIMENSIONAL monitors")
		case "TAG":
			if e == nil || e.Roots() != 1 || e.Tags == nil || e.Tags.Key == "" || len(e.Tags.Values) > 0 {
				return refused("MonitorSpecification must be set to a tag key, without values, for dimension TAG")
			}
		case "COST_CATEGORY":
			if e == nil || e.Roots() != 1 || e.CostCategories == nil || e.CostCategories.Key == "" || len(e.CostCategories.Values) > 0 {
				return refused("MonitorSpecification must be set to a cost category key, without values, for dimension COST_CATEGORY")
			}
		default:
			if e != nil {
				return refused("MonitorSpecification must not be set for dimension %s", m.Dimension)
			}
		}
		return nil
	}
	switch {
	case m.Dimension != "":
		return refused("MonitorDimension must not be set for CUSTOM monitors")
	case e == nil || e.Roots() != 1:
		return refused("MonitorSpecification is required for CUSTOM monitors, with one root")
	case e.Dimensions != nil:
		if e.Dimensions.Key != "LINKED_ACCOUNT" {
			return refused("MonitorSpecification supports only dimension LINKED_ACCOUNT")
		}
		return few("LINKED_ACCOUNT", e.Dimensions.Values, e.Dimensions.MatchOptions, 10)
	case e.Tags != nil:
		return few("Tags", e.Tags.Values, e.Tags.MatchOptions, 10)
	case e.CostCategories != nil:
		return few("CostCategories", e.CostCategories.Values, e.CostCategories.MatchOptions, 1)
	}
	return refused("MonitorSpecification supports only Dimensions, Tags and CostCategories")
}

// few wants from one to so many values, compared whole.
func few(what string, values, options []string, most int) error {
	if len(values) == 0 || len(values) > most {
		return refused("MonitorSpecification of %s must have between 1 and %d values", what, most)
	}
	if slices.ContainsFunc(options, func(o string) bool { return o != "EQUALS" && o != "CASE_SENSITIVE" }) {
		return refused("MonitorSpecification supports only match option EQUALS")
	}
	return nil
}
