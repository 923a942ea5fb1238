package exports

import (
	"fmt"
	"slices"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/cost"
	"umbel/internal/usage"
)

// Query is a statement that its table knows: every column is there, under the table's properties.
type Query struct {
	Statement
	Of         Table
	Properties map[string]string
}

// Compile reads a statement and checks it against its table. configurations are those given, by table; only the table of the
// statement may have some. Errors are for whoever wrote the query.
func Compile(text string, configurations map[string]map[string]string) (*Query, error) {
	s, err := Parse(text)
	if err != nil {
		return nil, err
	}
	table, ok := FindTable(s.Table)
	if !ok {
		return nil, fmt.Errorf("there is no table %s", s.Table)
	}
	for name := range configurations {
		if name != s.Table {
			return nil, fmt.Errorf("the configuration of %s is not of the table that is queried, %s", name, s.Table)
		}
	}
	q := &Query{Statement: *s, Of: table}
	if q.Properties, err = table.Configure(configurations[s.Table]); err != nil {
		return nil, err
	}
	schema := table.Schema(q.Properties)
	for i, c := range q.Select {
		if _, err := find(schema, c, s.Table); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(q.Select[:i], func(o usage.Selection) bool { return o.Name() == c.Name() }) {
			return nil, fmt.Errorf("two columns are called %s: rename one by AS", c.Name())
		}
	}
	if q.Where != nil {
		if err := q.Where.check(schema, s.Table); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// find gives the type of a column that is selected.
func find(schema []usage.Column, s usage.Selection, table string) (usage.Type, error) {
	i := slices.IndexFunc(schema, func(c usage.Column) bool { return c.Name == s.Column })
	switch {
	case i < 0:
		return "", fmt.Errorf("the table %s has no column %s under its configuration", table, s.Column)
	case s.Key == "":
		return schema[i].Type, nil
	case schema[i].Type == usage.TextMap:
		return usage.Text, nil
	case schema[i].Type == usage.NumberMap:
		return usage.Number, nil
	}
	return "", fmt.Errorf("the column %s of %s has no attributes", s.Column, table)
}

func (c *Condition) check(schema []usage.Column, table string) error {
	for _, list := range [][]Condition{c.And, c.Or} {
		for i := range list {
			if err := list[i].check(schema, table); err != nil {
				return err
			}
		}
	}
	if c.Operator == "" {
		return nil
	}
	of, err := find(schema, c.Column, table)
	if err != nil {
		return err
	}
	switch {
	case of.Map():
		return fmt.Errorf("the column %s holds many values: compare one of its attributes", c.Column.Column)
	case of == usage.Number:
		if _, err := decimal.Parse(c.Value); err != nil {
			return fmt.Errorf("%s is a number and %q is none", c.Column.Name(), c.Value)
		}
	case of == usage.Time:
		if _, err := moment(c.Value); err != nil {
			return fmt.Errorf("%s is a time and %q is none", c.Column.Name(), c.Value)
		}
	}
	return nil
}

// moment reads a time as queries write it.
func moment(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", s)
}

// columns lists what a condition looks at, after those that are there already, and notes where.
func (c *Condition) columns(all []usage.Selection, at map[*Condition]int) []usage.Selection {
	for _, list := range [][]Condition{c.And, c.Or} {
		for i := range list {
			all = list[i].columns(all, at)
		}
	}
	if c.Operator != "" {
		at[c] = len(all)
		all = append(all, c.Column)
	}
	return all
}

// holds decides a condition on a row. A blank cell is null, and null fits nothing.
func (c *Condition) holds(cells [][]byte, columns []usage.Column, at map[*Condition]int) bool {
	switch {
	case c.And != nil:
		return !slices.ContainsFunc(indexes(c.And), func(i int) bool { return !c.And[i].holds(cells, columns, at) })
	case c.Or != nil:
		return slices.ContainsFunc(indexes(c.Or), func(i int) bool { return c.Or[i].holds(cells, columns, at) })
	}
	cell := cells[at[c]]
	if len(cell) == 0 {
		return false
	}
	order, ok := compare(string(cell), c.Value, columns[at[c]].Type, c.Number)
	if !ok {
		return false
	}
	switch c.Operator {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func indexes(list []Condition) []int {
	all := make([]int, len(list))
	for i := range all {
		all[i] = i
	}
	return all
}

// compare orders a cell and a value: as numbers, as times, or as texts. Rates are texts in CUR 2.0, and numbers if compared with one.
func compare(cell, value string, of usage.Type, asNumber bool) (order int, ok bool) {
	switch {
	case of == usage.Number || asNumber:
		a, err := decimal.Parse(cell)
		b, err2 := decimal.Parse(value)
		return a.Cmp(b), err == nil && err2 == nil
	case of == usage.Time:
		a, err := moment(cell)
		b, err2 := moment(value)
		return a.Compare(b), err == nil && err2 == nil
	case cell < value:
		return -1, true
	case cell > value:
		return 1, true
	}
	return 0, true
}

// job is what a run does, worked out of an export's definition.
type job struct {
	rows        *usage.Rows // what the condition looks at stands behind what is selected
	columns     []usage.Column
	where       *Condition
	at          map[*Condition]int
	limit       int64
	granularity string
	resources   bool
	parquet     bool
}

// plan works out what an export's run does. tags and categories are those of the month, which a legacy report has columns for.
func plan(e *cost.Export, names map[string]string, tags, categories []string) (*job, error) {
	j := &job{limit: -1, at: map[*Condition]int{}, parquet: e.Compression == "PARQUET" || e.Compression == "Parquet"}
	if r := e.Report; r != nil {
		j.resources, j.granularity = slices.Contains(r.Elements, "RESOURCES"), r.TimeUnit
		j.rows = usage.CUR1Rows(tags, categories, j.resources, j.parquet)
		j.columns = j.rows.Columns()
		return j, nil
	}
	q, err := Compile(e.Query, map[string]map[string]string{e.Table: e.Configurations})
	if err != nil {
		return nil, err
	}
	j.granularity, j.limit, j.where = q.Properties[Granularity], q.Limit, q.Where
	j.resources = q.Of.Format != usage.CUR2 || q.Properties[Resources] == "TRUE"
	selected := slices.Clone(q.Select)
	if j.where != nil {
		selected = j.where.columns(selected, j.at)
	}
	if j.rows, err = usage.NewRows(q.Of.Format, selected, names); err != nil {
		return nil, err
	}
	j.columns = j.rows.Columns()[:len(q.Select)]
	return j, nil
}
