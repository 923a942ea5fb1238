package costlines

import (
	"math"
	"time"

	"github.com/parquet-go/parquet-go"

	"umbel/internal/decimal"
)

// key is what a row of an answer is of.
type key struct {
	bucket   int64 // microseconds
	values   [2]string
	currency string
}

// sums are the sums of a row.
type sums struct {
	lines   int64
	amounts []decimal.D
}

// question is a query made ready.
type question struct {
	*Query
	within    span
	condition condition
	accounts  []string // those that can have lines; nil for any
}

func (q *Query) question() *question {
	filter := q.View.within(q.Filter)
	c := compile(&filter)
	return &question{Query: q, within: spanOf(q.Start, q.End), condition: c, accounts: c.accounts()}
}

// accounts gives the accounts that a condition narrows lines to; nil if it does not.
func (c *condition) accounts() []string {
	if c.column == Account && c.equals != nil {
		return c.equals
	}
	for i := range c.and {
		if narrowed := c.and[i].accounts(); narrowed != nil {
			return narrowed
		}
	}
	return nil
}

// groups numbers the groups that the selected rows of a segment are in.
type groups struct {
	keys []key
	ids  []int32 // by selected row; nil if all are in the first
}

// split divides the groups by a column of codes: code gives a selected row's, below n; set names the key's part.
func (g *groups) split(rows, n int, code func(i int) int32, set func(k *key, code int32)) {
	ids := make([]int32, rows)
	var keys []key
	enter := func(old, code int32) int32 {
		k := g.keys[old]
		set(&k, code)
		keys = append(keys, k)
		return int32(len(keys) - 1)
	}
	if cells := len(g.keys) * n; cells <= 1<<20 {
		table := make([]int32, cells) // a group's number and one; 0 for none yet
		for i := range ids {
			old, code := g.id(i), code(i)
			cell := &table[int(old)*n+int(code)]
			if *cell == 0 {
				*cell = enter(old, code) + 1
			}
			ids[i] = *cell - 1
		}
	} else {
		table := map[int64]int32{}
		for i := range ids {
			old, code := g.id(i), code(i)
			cell := int64(old)*int64(n) + int64(code)
			id, ok := table[cell]
			if !ok {
				id = enter(old, code)
				table[cell] = id
			}
			ids[i] = id
		}
	}
	g.keys, g.ids = keys, ids
}

func (g *groups) id(i int) int32 {
	if g.ids == nil {
		return 0
	}
	return g.ids[i]
}

// selection is the rows of a segment that a question is about.
type selection struct {
	rows  []int32 // nil for all
	count int
}

func (s *selection) row(i int) int {
	if s.rows == nil {
		return i
	}
	return int(s.rows[i])
}

// sum adds the sums of a segment's lines.
func (q *question) sum(r *reading, into map[key]*sums) error {
	v, rows, err := r.rows(q.within, &q.condition)
	if err != nil || v == never {
		return err
	}
	sel := &selection{rows, r.count()}
	if rows != nil {
		sel.count = len(rows)
	}
	g := &groups{keys: make([]key, 1)}
	if err := q.splitByTime(r, sel, g); err != nil {
		return err
	}
	for n, field := range q.GroupBy {
		if err := splitByText(r, sel, g, field.column(), func(k *key) *string { return &k.values[n] }); err != nil {
			return err
		}
	}
	if err := splitByText(r, sel, g, Currency, func(k *key) *string { return &k.currency }); err != nil {
		return err
	}
	return q.add(r, sel, g, into)
}

func (r *reading) count() int { return r.segment.rows }

// splitByTime divides by hour, day or month.
func (q *question) splitByTime(r *reading, sel *selection, g *groups) error {
	if q.Granularity == Whole {
		g.keys[0].bucket = q.within.from
		return nil
	}
	if first, last, ok := r.startBounds(); ok {
		if from, to := q.bucket(first), q.bucket(last); from == to {
			g.keys[0].bucket = from
			return nil
		}
	}
	starts, err := r.starts()
	if err != nil {
		return err
	}
	numbers, buckets := map[int64]int32{}, []int64(nil)
	table := make([]int32, len(starts.values))
	for i, at := range starts.values {
		b := q.bucket(at)
		number, ok := numbers[b]
		if !ok {
			number = int32(len(buckets))
			numbers[b], buckets = number, append(buckets, b)
		}
		table[i] = number
	}
	code := func(i int) int32 { return table[sel.row(i)] }
	if starts.codes != nil {
		code = func(i int) int32 { return table[starts.codes[sel.row(i)]] }
	}
	g.split(sel.count, len(buckets), code, func(k *key, code int32) { k.bucket = buckets[code] })
	return nil
}

// bucket gives the start of the hour, day or month of a time, or of the query if that is later.
func (q *question) bucket(at int64) int64 {
	const hour = int64(time.Hour / time.Microsecond)
	switch q.Granularity {
	case Hourly:
		at -= at % hour
	case Daily:
		at -= at % (24 * hour)
	default:
		at = q.Granularity.bucket(instant(at)).UnixMicro()
	}
	return max(at, q.within.from)
}

// splitByText divides by the values of a column.
func splitByText(r *reading, sel *selection, g *groups, column string, part func(*key) *string) error {
	data, err := r.text(column)
	if err != nil {
		return err
	}
	if data.codes == nil {
		for i := range g.keys {
			*part(&g.keys[i]) = data.values[0]
		}
		return nil
	}
	// What has no value is like what has an empty one.
	empty, n := int32(len(data.values)), len(data.values)+1
	for i, value := range data.values {
		if value == "" {
			empty = int32(i)
		}
	}
	code := func(i int) int32 {
		if code := data.codes[sel.row(i)]; code != none {
			return code
		}
		return empty
	}
	g.split(sel.count, n, code, func(k *key, code int32) {
		if int(code) < len(data.values) {
			*part(k) = data.values[code]
		}
	})
	return nil
}

// add adds the amounts of the groups.
func (q *question) add(r *reading, sel *selection, g *groups, into map[key]*sums) error {
	counts := make([]int64, len(g.keys))
	if g.ids == nil {
		counts[0] = int64(sel.count)
	}
	for _, id := range g.ids {
		counts[id]++
	}
	rows := make([]*sums, len(g.keys))
	for i, k := range g.keys {
		if rows[i] = into[k]; rows[i] == nil {
			rows[i] = &sums{amounts: make([]decimal.D, len(q.Metrics))}
			into[k] = rows[i]
		}
		rows[i].lines += counts[i]
	}
	for n, m := range q.Metrics {
		amounts, err := r.amounts(metricColumns[m].name, sel, g)
		if err != nil {
			return err
		}
		for i, d := range amounts {
			rows[i].amounts[n] = rows[i].amounts[n].Add(d)
		}
	}
	return nil
}

// amounts sums a column by group; nil if the segment has nothing of it.
func (r *reading) amounts(column string, sel *selection, g *groups) ([]decimal.D, error) {
	if !r.has(column) {
		return nil, nil
	}
	f, err := r.formOf(column)
	if err != nil {
		return nil, err
	}
	out := make([]decimal.D, len(g.keys))
	if f.wide {
		data, err := r.wide(column)
		if err != nil {
			return nil, err
		}
		for i := range sel.count {
			if d := data[sel.row(i)]; d != nil {
				out[g.id(i)] = out[g.id(i)].Add(*d)
			}
		}
		return out, nil
	}
	data, err := r.numbers(column)
	if err != nil {
		return nil, err
	}
	low, high, _, known := r.bounds(column)
	return out, sumNumbers(out, sel.gather(data), g.ids, f, known && fitsSum(low, high, sel.count))
}

// fitsSum tells whether a sum of so many numbers between two others fits 64 bits.
func fitsSum(low, high parquet.Value, count int) bool {
	most := math.MaxInt64 / int64(max(count, 1))
	return low.Int64() >= -most && high.Int64() <= most
}

// gather gives the numbers of the selected rows.
func (s *selection) gather(data *numberData) []int64 {
	if data.codes == nil && s.rows == nil {
		return data.values
	}
	out := make([]int64, s.count)
	switch {
	case s.rows == nil:
		for i, code := range data.codes {
			out[i] = data.values[code]
		}
	case data.codes == nil:
		for i, row := range s.rows {
			out[i] = data.values[row]
		}
	default:
		for i, row := range s.rows {
			out[i] = data.values[data.codes[row]]
		}
	}
	return out
}

// sumNumbers sums numbers by group; small tells that no sum leaves 64 bits.
func sumNumbers(out []decimal.D, numbers []int64, ids []int32, f form, small bool) error {
	totals := make([]total, len(out))
	switch {
	case small:
		sums := make([]int64, len(out))
		if ids == nil {
			for _, n := range numbers {
				sums[0] += n
			}
		}
		for i, id := range ids {
			sums[id] += numbers[i]
		}
		for i, n := range sums {
			totals[i].add(n)
		}
	case ids == nil:
		for _, n := range numbers {
			totals[0].add(n)
		}
	default:
		for i, id := range ids {
			totals[id].add(numbers[i])
		}
	}
	for i := range totals {
		d, err := totals[i].decimal(f.scale)
		if err != nil {
			return err
		}
		out[i] = d
	}
	return nil
}
