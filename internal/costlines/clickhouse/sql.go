package clickhouse

import (
	"fmt"
	"strings"
	"time"

	"umbel/internal/costlines"
)

// quote writes a text as SQL.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `\0`).Replace(s) + "'"
}

// list writes texts as the right side of IN, which must not be empty.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, s := range texts {
		quoted[i] = quote(s)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

// in tells whether an expression is one of some texts.
func in(expression string, texts []string) string {
	if len(texts) == 0 {
		return "0"
	}
	return expression + " IN " + list(texts)
}

// column gives the expression for a field. An array has the empty text at the place of what it does not have.
func column(f costlines.Field) string {
	switch f.Kind {
	case costlines.Tag:
		return "tag_values[indexOf(tag_keys, " + quote(f.Name) + ")]"
	case costlines.Category:
		return "category_values[indexOf(category_keys, " + quote(f.Name) + ")]"
	}
	return f.Name // known to be a dimension
}

// conditions writes filters as SQL. What SQL cannot decide as costlines does is decided here, on the values that there are.
type conditions struct {
	values func(costlines.Field) ([]string, error)
}

func (c conditions) of(f *costlines.Filter) (string, error) {
	switch {
	case f.And != nil:
		return c.all(f.And, " AND ", "1")
	case f.Or != nil:
		return c.all(f.Or, " OR ", "0")
	case f.Not != nil:
		inner, err := c.of(f.Not)
		return "NOT " + inner, err
	case f.Match != nil:
		condition, err := c.match(f.Match)
		return "(" + condition + ")", err
	}
	return "1", nil
}

func (c conditions) all(list []costlines.Filter, between, none string) (string, error) {
	parts := make([]string, len(list))
	for i := range list {
		part, err := c.of(&list[i])
		if err != nil {
			return "", err
		}
		parts[i] = part
	}
	if len(parts) == 0 {
		return none, nil
	}
	return "(" + strings.Join(parts, between) + ")", nil
}

func (c conditions) match(m *costlines.Match) (string, error) {
	at, values := column(m.Field), m.Values
	if m.Op == costlines.AtLeast {
		return c.decided(m)
	}
	if m.IgnoreCase && m.Op != costlines.Absent {
		at, values = "lowerUTF8("+at+")", make([]string, len(m.Values))
		for i, v := range m.Values {
			values[i] = strings.ToLower(v)
		}
	}
	before, after := "", ""
	switch m.Op {
	case costlines.Absent:
		return at + " = ''", nil
	case costlines.Equals:
		return in(at, values), nil
	case costlines.StartsWith:
		after = "%"
	case costlines.EndsWith:
		before = "%"
	case costlines.Contains:
		before, after = "%", "%"
	default:
		return "", fmt.Errorf("clickhouse: operator %d", m.Op)
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = at + " LIKE " + quote(before+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(v)+after)
	}
	if len(parts) == 0 {
		return "0", nil
	}
	return strings.Join(parts, " OR "), nil
}

// decided writes a match as the values that fit, of those that there are.
func (c conditions) decided(m *costlines.Match) (string, error) {
	values, err := c.values(m.Field)
	if err != nil {
		return "", err
	}
	var fitting []string
	for _, v := range append(values, "") {
		if m.Fits(v) {
			fitting = append(fitting, v)
		}
	}
	return in(column(m.Field), fitting), nil
}

// micros gives the first microsecond that is not before a time.
func micros(t time.Time) int64 {
	micro := t.UnixMicro()
	if time.UnixMicro(micro).Before(t) {
		micro++
	}
	return micro
}

// bucket gives the expression for the start of the hour, day or month of a line, or of the query if that is later.
func bucket(g costlines.Granularity, from int64) string {
	at := ""
	cut := func(unit time.Duration) string {
		return fmt.Sprintf("intDiv(%s, %d) * %[2]d", startColumn, unit.Microseconds())
	}
	switch g {
	case costlines.Hourly:
		at = cut(time.Hour)
	case costlines.Daily:
		at = cut(24 * time.Hour)
	case costlines.Monthly:
		at = sinceColumn
	default:
		return fmt.Sprintf("toInt64(%d)", from)
	}
	return fmt.Sprintf("if(%s < %d, toInt64(%[2]d), toInt64(%[1]s))", at, from)
}
