package costlines

import (
	"slices"
	"strings"

	"umbel/internal/decimal"
)

// condition is a Filter made ready to be decided on segments.
type condition struct {
	and, or []condition
	not     *condition
	column  string            // of a match; "" for none of these: it always holds
	fits    func(string) bool // decides a value
	equals  []string          // if set, all that fits
}

func compile(f *Filter) condition {
	switch {
	case f.And != nil:
		return condition{and: compileAll(f.And)}
	case f.Or != nil:
		return condition{or: compileAll(f.Or)}
	case f.Not != nil:
		c := compile(f.Not)
		return condition{not: &c}
	case f.Match != nil:
		c := condition{column: f.Match.Field.column(), fits: f.Match.matcher()}
		if f.Match.Op == Equals && !f.Match.IgnoreCase {
			c.equals = f.Match.Values
		}
		return c
	}
	return condition{}
}

func compileAll(list []Filter) []condition {
	out := make([]condition, len(list))
	for i := range list {
		out[i] = compile(&list[i])
	}
	return out
}

// Fits decides one value.
func (m *Match) Fits(value string) bool { return m.matcher()(value) }

// matcher gives the function that decides a value.
func (m *Match) matcher() func(string) bool {
	values, form := m.Values, func(s string) string { return s }
	if m.IgnoreCase {
		form = strings.ToLower
		values = make([]string, len(m.Values))
		for i, v := range m.Values {
			values[i] = form(v)
		}
	}
	any := func(compare func(value, with string) bool) func(string) bool {
		return func(value string) bool {
			value = form(value)
			return slices.ContainsFunc(values, func(with string) bool { return compare(value, with) })
		}
	}
	switch m.Op {
	case Absent:
		return func(value string) bool { return value == "" }
	case StartsWith:
		return any(strings.HasPrefix)
	case EndsWith:
		return any(strings.HasSuffix)
	case Contains:
		return any(strings.Contains)
	case AtLeast:
		return any(atLeast)
	}
	set := make(map[string]bool, len(values))
	for _, v := range values {
		set[v] = true
	}
	return func(value string) bool { return set[form(value)] }
}

func atLeast(value, least string) bool {
	a, err := decimal.Parse(value)
	if err != nil {
		return false
	}
	b, err := decimal.Parse(least)
	return err == nil && !a.Less(b)
}

// Holds decides a filter on one line, all of whose tags can be asked for.
func (f *Filter) Holds(l *line) bool {
	switch {
	case f.And != nil:
		return !slices.ContainsFunc(f.And, func(f Filter) bool { return !f.Holds(l) })
	case f.Or != nil:
		return slices.ContainsFunc(f.Or, func(f Filter) bool { return f.Holds(l) })
	case f.Not != nil:
		return !f.Not.Holds(l)
	case f.Match != nil:
		return f.Match.matcher()(f.Match.Field.Of(l))
	}
	return true
}

// verdict is what is known of a condition on all lines of a segment.
type verdict uint8

const (
	sometimes verdict = iota
	ever
	never
)

func verdictOf(holds bool) verdict {
	if holds {
		return ever
	}
	return never
}

func (v verdict) opposite() verdict {
	switch v {
	case ever:
		return never
	case never:
		return ever
	}
	return sometimes
}

// peek decides what can be decided without reading a column.
func (c *condition) peek(s *reading) verdict {
	switch {
	case c.and != nil:
		return peekAll(c.and, s, never)
	case c.or != nil:
		return peekAll(c.or, s, ever)
	case c.not != nil:
		return c.not.peek(s).opposite()
	case c.column == "":
		return ever
	}
	if derivations[c.column] != nil {
		return sometimes
	}
	if value, ok := s.constant(c.column); ok {
		return verdictOf(c.fits(value))
	}
	if c.equals == nil {
		return sometimes
	}
	low, high, nulls, ok := s.bounds(c.column)
	if !ok {
		return sometimes
	}
	first, last := string(low.ByteArray()), string(high.ByteArray())
	for _, v := range c.equals {
		if v >= first && v <= last || nulls && v == "" {
			return sometimes
		}
	}
	return never
}

// peekAll decides a list of which one with the deciding verdict decides the whole; else it is the opposite if all are that.
func peekAll(list []condition, s *reading, deciding verdict) verdict {
	all := deciding.opposite()
	for i := range list {
		switch list[i].peek(s) {
		case deciding:
			return deciding
		case sometimes:
			all = sometimes
		}
	}
	return all
}

// rows decides the condition for each row. The mask is nil unless the verdict is sometimes; it is the caller's.
func (c *condition) rows(s *reading) (verdict, []bool, error) {
	if v := c.peek(s); v != sometimes {
		return v, nil, nil
	}
	switch {
	case c.and != nil:
		return rowsOfAll(c.and, s, never)
	case c.or != nil:
		return rowsOfAll(c.or, s, ever)
	case c.not != nil:
		v, mask, err := c.not.rows(s)
		for i := range mask {
			mask[i] = !mask[i]
		}
		return v.opposite(), mask, err
	}
	return c.match(s)
}

// match decides each value of a column once, and then the rows by their values.
func (c *condition) match(s *reading) (verdict, []bool, error) {
	data, err := s.text(c.column)
	if err != nil {
		return never, nil, err
	}
	if data.codes == nil {
		return verdictOf(c.fits(data.values[0])), nil, nil
	}
	holds := make([]bool, len(data.values)+1) // what has no value is before the first
	holds[0] = c.fits("")
	for i, value := range data.values {
		holds[i+1] = c.fits(value)
	}
	mask := s.scratch.bools(len(data.codes))
	for i, code := range data.codes {
		mask[i] = holds[code+1]
	}
	return sometimes, mask, nil
}

func rowsOfAll(list []condition, s *reading, deciding verdict) (verdict, []bool, error) {
	var all []bool
	for i := range list {
		v, mask, err := list[i].rows(s)
		switch {
		case err != nil:
			return never, nil, err
		case v == deciding:
			return deciding, nil, nil
		case v != sometimes:
			continue
		case all == nil:
			all = mask
		case deciding == never:
			for k := range all {
				all[k] = all[k] && mask[k]
			}
		default:
			for k := range all {
				all[k] = all[k] || mask[k]
			}
		}
	}
	if all == nil {
		return deciding.opposite(), nil, nil
	}
	return sometimes, all, nil
}
