package ce

import (
	"cmp"
	"slices"
	"strings"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// valuesPerPage is how many values an answer has at most, and by default (API reference, MaxResults of GetDimensionValues).
const valuesPerPage = 1000

// listing is what operations have in common that list values: of dimensions, tags and cost categories.
type listing struct {
	*question
	name   string
	asked  any // without its token
	token  *string
	search string
	sortBy []model.SortDefinition
	most   *int32
	span   span
	filter costlines.Filter
}

// value is a value that lines have, with its unit if all of them have one.
type value struct {
	text string
	unit string
	sum  decimal.D
	seen bool
}

// check refuses what does not go together (API reference, SortBy of GetDimensionValues).
func (l *listing) check() error {
	switch {
	case len(l.sortBy) > 0 && (l.token != nil || l.search != ""):
		return refuse("NextPageToken and SearchString are not supported when SortBy is specified.")
	case l.most != nil && *l.most > valuesPerPage:
		return refuse("MaxResults must be less than or equal to %d.", valuesPerPage)
	case len(l.sortBy) > 1:
		return refuse("Only one SortBy definition is supported.")
	}
	return nil
}

// list gives the values of a field, by name or as asked, with "" for lines that have none.
func (l *listing) list(field costlines.Field, withUnits bool) ([]value, error) {
	q := costlines.Query{Start: l.span.start, End: l.span.end, Filter: l.filter, GroupBy: []costlines.Field{field}}
	if withUnits {
		q.GroupBy = append(q.GroupBy, costlines.Field{Name: costlines.Unit})
	}
	if len(l.sortBy) > 0 {
		m, err := metricOf(op.Value(l.sortBy[0].Key))
		if err != nil {
			return nil, err
		}
		q.Metrics = []costlines.Metric{m.of}
	}
	rows, _, err := l.ask(q)
	if err != nil {
		return nil, err
	}
	var out []value
	for i := range rows {
		row := &rows[i]
		if len(out) == 0 || out[len(out)-1].text != row.Keys[0] {
			out = append(out, value{text: row.Keys[0]})
		}
		v := &out[len(out)-1]
		if unit := row.Keys[1]; withUnits && unit != "" {
			if v.seen && v.unit != unit {
				unit = ""
			}
			v.unit, v.seen = unit, true
		}
		if len(row.Sums) > 0 {
			v.sum = v.sum.Add(row.Sums[0])
		}
	}
	l.sort(out)
	return out, nil
}

func (l *listing) sort(list []value) {
	if len(l.sortBy) == 0 {
		return
	}
	descending := op.Value(l.sortBy[0].SortOrder) == "DESCENDING"
	slices.SortStableFunc(list, func(a, b value) int {
		if descending {
			a, b = b, a
		}
		return a.sum.Cmp(b.sum)
	})
}

// found tells whether a search finds one of the texts, whatever their case.
func (l *listing) found(texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(l.search)) })
}

// pageOf gives the page of a list.
func pageOf[T any](l *listing, list []T) (page []T, size, total *int32, next *string, err error) {
	limit := valuesPerPage
	if l.most != nil {
		limit = int(*l.most)
	}
	from, to, next, err := l.page(l.name, l.asked, l.token, len(list), limit)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	return list[from:to], new(int32(to - from)), new(int32(len(list))), next, nil
}

// names gives keys of tags or cost categories, by name or as asked.
func (l *listing) keys(kind costlines.Kind, show func(string) string) ([]string, error) {
	found, err := l.lines.Keys(l.Context, costlines.KeysQuery{
		View: l.view, Start: l.span.start, End: l.span.end, Filter: l.filter, Kind: kind,
	})
	if err != nil {
		return nil, err
	}
	list := make([]value, 0, len(found))
	for _, key := range found {
		v := value{text: show(key)}
		if !l.found(v.text) {
			continue
		}
		if len(l.sortBy) > 0 {
			if v.sum, err = l.sum(costlines.Field{Kind: kind, Name: key}); err != nil {
				return nil, err
			}
		}
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b value) int { return cmp.Compare(a.text, b.text) })
	l.sort(list)
	return textsOf(list), nil
}

// sum gives the sum of what is sorted by, over the lines that have a tag or cost category.
func (l *listing) sum(field costlines.Field) (decimal.D, error) {
	m, err := metricOf(op.Value(l.sortBy[0].Key))
	if err != nil {
		return decimal.D{}, err
	}
	has := costlines.Filter{Not: &costlines.Filter{Match: &costlines.Match{Field: field, Op: costlines.Absent}}}
	rows, _, err := l.ask(costlines.Query{
		Start: l.span.start, End: l.span.end, Filter: costlines.Filter{And: []costlines.Filter{has, l.filter}}, Metrics: []costlines.Metric{m.of},
	})
	if err != nil || len(rows) == 0 {
		return decimal.D{}, err
	}
	return rows[0].Sums[0], nil
}

func textsOf(list []value) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].text
	}
	return out
}

// listed gives the values of a tag or cost category that a search finds; "" stands for lines without it.
func (l *listing) listed(field costlines.Field) ([]string, error) {
	list, err := l.list(field, false)
	if err != nil {
		return nil, err
	}
	return textsOf(slices.DeleteFunc(list, func(v value) bool { return !l.found(v.text) })), nil
}
