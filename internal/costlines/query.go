package costlines

import (
	"errors"
	"fmt"
	"time"

	"umbel/internal/decimal"
)

// ErrQuery tells of a query that cannot be asked.
var ErrQuery = errors.New("costlines: invalid query")

// View says whose lines are seen.
type View struct {
	Payer    string   // the paying account
	Accounts []string // the usage accounts seen; nil for all of the payer's
}

// Query asks for sums of lines whose usage starts within [Start, End).
type Query struct {
	View        View
	Start, End  time.Time
	Granularity Granularity
	Filter      Filter
	GroupBy     []Field // at most two
	Metrics     []Metric
}

// Granularity is how a range of time is cut, in UTC.
type Granularity uint8

// The granularities.
const (
	Whole Granularity = iota // not cut
	Hourly
	Daily
	Monthly
)

// Row is the sum of the lines of one time, one group and one currency. Currencies are never added up.
type Row struct {
	Start    time.Time // of the hour, day or month, or of the query if that is later
	Keys     [2]string // the values of Query.GroupBy; "" for what has none
	Currency string
	Lines    int64
	Sums     []decimal.D // in the order of Query.Metrics
}

// Metric is an amount of every line that can be summed.
type Metric uint8

// The metrics of Cost Explorer, and those from which it tells what commitments and their use cost.
const (
	UnblendedCost Metric = iota
	BlendedCost
	AmortizedCost
	NetUnblendedCost
	NetAmortizedCost
	UsageQuantity
	NormalizedUsageAmount
	PublicCost           // what usage would cost on demand, by the public price
	PlanCommitment       // of savings plans' fees: what is committed to
	PlanUsed             // of savings plans' fees: what of that was used
	PlanUpfront          // of savings plans' fees: the part paid upfront
	PlanRecurring        // of savings plans' fees: the part that recurs
	ReservationEffective // of usage that reservations cover: its part of their fees
	ReservationUpfront   // of that, the part paid upfront
	ReservationRecurring // of that, the part that recurs
	metrics
)

// Kind is what a field belongs to.
type Kind uint8

// The kinds of fields.
const (
	Dimension Kind = iota // Name is the name of a column that holds text: see Dimensions
	Tag                   // Name is the key of an activated tag: "user:team"
	Category              // Name is the name of a cost category
)

// Field is something of a line to filter or group by. A line without it has the value "": a tag with an empty value is like none.
type Field struct {
	Kind Kind
	Name string
}

// Filter is a tree of conditions. At most one of its fields is set; the zero value holds for every line.
type Filter struct {
	And, Or []Filter
	Not     *Filter
	Match   *Match
}

// Match compares a field with values: it holds if one of them fits.
type Match struct {
	Field      Field
	Op         Op
	IgnoreCase bool // Unicode case folding; else cases differ
	Values     []string
}

// Op is how values are compared: Cost Explorer's match options but those of case.
type Op uint8

// The operators.
const (
	Equals Op = iota
	Absent    // the field is ""; Values are not looked at
	StartsWith
	EndsWith
	Contains
	AtLeast // GREATER_THAN_OR_EQUAL: both are numbers; what is no number does not fit
)

// ValuesQuery asks for the values of a field on lines whose usage starts within [Start, End).
type ValuesQuery struct {
	View       View
	Start, End time.Time
	Filter     Filter
	Field      Field
	Search     string // part of the values asked for, whatever its case; "" for all
}

// KeysQuery asks for the tag keys or cost categories on lines whose usage starts within [Start, End).
type KeysQuery struct {
	View       View
	Start, End time.Time
	Filter     Filter
	Kind       Kind   // Tag or Category
	Search     string // as in ValuesQuery
}

// ScanQuery asks for whole lines whose usage starts within [Start, End).
type ScanQuery struct {
	View       View
	Start, End time.Time
	Filter     Filter
	Kept       *Kept // nil for all
}

// Kept tells under what lines are kept: the month of their bill, or of their usage where they tell of no bill, and their origin.
type Kept struct {
	Month  Month
	Origin string
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrQuery, fmt.Sprintf(format, args...))
}

// Validate tells what is wrong with a query; its errors wrap ErrQuery.
func (q *Query) Validate() error {
	if len(q.GroupBy) > 2 {
		return invalid("%d groups, and at most two can be had", len(q.GroupBy))
	}
	for _, f := range q.GroupBy {
		if err := f.validate(); err != nil {
			return err
		}
	}
	for _, m := range q.Metrics {
		if m >= metrics {
			return invalid("metric %d", m)
		}
	}
	if q.Granularity > Monthly {
		return invalid("granularity %d", q.Granularity)
	}
	return validRange(q.Start, q.End, &q.Filter)
}

// Validate tells what is wrong with a query; its errors wrap ErrQuery.
func (q *ValuesQuery) Validate() error {
	if err := q.Field.validate(); err != nil {
		return err
	}
	return validRange(q.Start, q.End, &q.Filter)
}

// Validate tells what is wrong with a query; its errors wrap ErrQuery.
func (q *KeysQuery) Validate() error {
	if q.Kind != Tag && q.Kind != Category {
		return invalid("keys of kind %d", q.Kind)
	}
	return validRange(q.Start, q.End, &q.Filter)
}

// Validate tells what is wrong with a query; its errors wrap ErrQuery.
func (q *ScanQuery) Validate() error { return validRange(q.Start, q.End, &q.Filter) }

func validRange(start, end time.Time, filter *Filter) error {
	if !start.Before(end) {
		return invalid("the time range from %s to %s is empty", start, end)
	}
	return filter.validate()
}

func (f Field) validate() error {
	switch f.Kind {
	case Dimension:
		if dimensions[f.Name] == nil && derivations[f.Name] == nil {
			return invalid("no dimension is called %q", f.Name)
		}
	case Tag, Category:
		if f.Name == "" {
			return invalid("a tag or category without name")
		}
	default:
		return invalid("field of kind %d", f.Kind)
	}
	return nil
}

func (f *Filter) validate() error {
	set := 0
	for _, is := range []bool{f.And != nil, f.Or != nil, f.Not != nil, f.Match != nil} {
		if is {
			set++
		}
	}
	if set > 1 {
		return invalid("a filter is one of And, Or, Not and Match")
	}
	for _, list := range [][]Filter{f.And, f.Or} {
		for i := range list {
			if err := list[i].validate(); err != nil {
				return err
			}
		}
	}
	if f.Not != nil {
		return f.Not.validate()
	}
	if m := f.Match; m != nil {
		if m.Op > AtLeast {
			return invalid("operator %d", m.Op)
		}
		return m.Field.validate()
	}
	return nil
}

// within narrows a filter to the accounts of a view.
func (v View) within(f Filter) Filter {
	if v.Accounts == nil {
		return f
	}
	mine := Filter{Match: &Match{Field: Field{Name: Account}, Values: v.Accounts}}
	return Filter{And: []Filter{mine, f}}
}

// bucket gives the start of the hour, day or month of a time.
func (g Granularity) bucket(t time.Time) time.Time {
	switch g {
	case Hourly:
		return t.Truncate(time.Hour)
	case Daily:
		return t.Truncate(24 * time.Hour)
	case Monthly:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Time{}
}
