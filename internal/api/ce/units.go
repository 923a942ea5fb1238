package ce

import (
	"slices"
	"time"

	"umbel/internal/costlines"
)

const dayLength = 24 * time.Hour

// units tells the unit of the usage of each row: that of all its lines, or that there are several.
type units struct {
	groups [2]map[unitKey]string // by group: what is known of all lines with its value
}

type unitKey struct {
	start time.Time
	value string
}

// units finds the units of usage, if that is asked for. The engine groups by two things: so a row of two groups has a unit if all
// lines of one of its two keys have it.
func (u *usage) units() (*units, error) {
	if !slices.ContainsFunc(u.metrics, func(m metric) bool { return m.of == costlines.UsageQuantity }) {
		return nil, nil
	}
	out := &units{}
	fields := fieldsOf(u.groups)
	for i := range max(1, len(fields)) {
		by := []costlines.Field{{Name: costlines.Unit}}
		if len(fields) > 0 {
			by = []costlines.Field{fields[i], by[0]}
		}
		rows, err := u.lines.Query(u.Context, costlines.Query{
			View: u.view, Start: u.span.start, End: u.span.end, Granularity: u.span.cut, Filter: u.filter, GroupBy: by,
			Metrics: []costlines.Metric{costlines.UsageQuantity},
		})
		if err != nil {
			return nil, err
		}
		out.groups[i] = map[unitKey]string{}
		for k := range rows {
			row := &rows[k]
			unit := row.Keys[len(by)-1]
			if unit == "" && row.Sums[0].IsZero() {
				continue // charges of no usage have no unit
			}
			key := unitKey{start: row.Start}
			if len(fields) > 0 {
				key.value = row.Keys[0]
			}
			if was, ok := out.groups[i][key]; ok && was != unit || unit == "" {
				unit = notApplicable
			}
			out.groups[i][key] = unit
		}
	}
	return out, nil
}

// of gives the unit of a row; "" where nothing is known of it.
func (u *units) of(row *costlines.Row) string {
	if u == nil {
		return ""
	}
	for i, group := range u.groups {
		key := unitKey{start: row.Start}
		if group == nil {
			continue
		}
		key.value = row.Keys[i]
		if unit := group[key]; unit != "" && unit != notApplicable {
			return unit
		}
	}
	return ""
}
