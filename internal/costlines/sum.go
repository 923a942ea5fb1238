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

// sum adds the sums of a segment's lines.
func (q *question) sum(r *reading, into *answer) error {
	v, rows, err := r.rows(q.within, &q.condition)
	if err != nil || v == never {
		return err
	}
	sel := &selection{rows, r.segment.rows}
	if rows != nil {
		sel.count = len(rows)
	}
	g := &groups{keys: make([]key, 1)}
	if err := q.splitByTime(r, sel, g); err != nil {
		return err
	}
	for n, field := range q.GroupBy {
		if err := g.splitByText(r, sel, field.column(), func(k *key) *string { return &k.values[n] }); err != nil {
			return err
		}
	}
	if err := g.splitByText(r, sel, Currency, func(k *key) *string { return &k.currency }); err != nil {
		return err
	}
	return q.add(r, sel, g, into)
}

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
	parts := r.scratch.int32s(len(starts.values) + 1)
	parts[0] = 0
	for i, at := range starts.values {
		b := q.bucket(at)
		number, ok := numbers[b]
		if !ok {
			number = int32(len(buckets))
			numbers[b], buckets = number, append(buckets, b)
		}
		parts[i+1] = number
	}
	codes := starts.codes
	if codes == nil {
		codes = r.scratch.int32s(len(starts.values))
		for i := range codes {
			codes[i] = int32(i)
		}
	}
	g.split(r.scratch, sel.codes(r.scratch, codes), parts, len(buckets), func(k *key, part int32) { k.bucket = buckets[part] })
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

// add adds the amounts of the groups.
func (q *question) add(r *reading, sel *selection, g *groups, into *answer) error {
	counts := r.scratch.int64s(len(g.keys))
	clear(counts)
	if g.ids == nil {
		counts[0] = int64(sel.count)
	}
	for _, id := range g.ids {
		counts[id]++
	}
	rows := r.scratch.int32s(len(g.keys))
	for i, k := range g.keys {
		row := into.row(k)
		rows[i] = int32(row)
		into.lines[row] += counts[i]
	}
	for n, m := range q.Metrics {
		amounts, err := r.amounts(metricColumns[m].name, sel, g)
		if err != nil {
			return err
		}
		for i, d := range amounts {
			sum := &into.sums[int(rows[i])*into.metrics+n]
			*sum = sum.Add(d)
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
	data, err := r.numbers(column, r.scratch)
	if err != nil {
		return nil, err
	}
	low, high, _, known := r.bounds(column)
	return out, sumNumbers(r.scratch, out, sel.numbers(r.scratch, data), g.ids, f, known && fitsSum(low, high, sel.count))
}

// fitsSum tells whether a sum of so many numbers between two others fits 64 bits.
func fitsSum(low, high parquet.Value, count int) bool {
	most := math.MaxInt64 / int64(max(count, 1))
	return low.Int64() >= -most && high.Int64() <= most
}

// sumNumbers sums numbers by group; small tells that no sum leaves 64 bits.
func sumNumbers(of *scratch, out []decimal.D, numbers []int64, ids []int32, f form, small bool) error {
	totals := make([]total, len(out))
	switch {
	case small:
		sums := of.int64s(len(out))
		clear(sums)
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
