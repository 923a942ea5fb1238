package costlines

import "time"

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
	sel, err := r.selected(q.within, &q.condition)
	if err != nil || sel == nil {
		return err
	}
	g := newGroups()
	bucketOf, err := q.splitByTime(r, sel, g)
	if err != nil {
		return err
	}
	columns := append(q.columns(), Currency)
	for _, column := range columns {
		if err := g.splitByText(r, sel, column); err != nil {
			return err
		}
	}
	places := r.scratch.int32s(len(g.firsts))
	for i, first := range g.firsts {
		row := sel.row(int(first))
		k := key{bucket: bucketOf(row)}
		for n, column := range columns {
			value, _ := r.texts[column].at(row)
			if n == len(q.GroupBy) {
				k.currency = value
			} else {
				k.values[n] = value
			}
		}
		places[i] = int32(into.row(k))
	}
	return into.add(r, sel, g, places)
}

// columns gives those that lines are grouped by.
func (q *Query) columns() []string {
	out := make([]string, len(q.GroupBy))
	for i, field := range q.GroupBy {
		out[i] = field.column()
	}
	return out
}

// splitByTime divides by hour, day or month, and gives what tells that of a row.
func (q *question) splitByTime(r *reading, sel *selection, g *groups) (func(row int) int64, error) {
	if q.Granularity == Whole {
		return func(int) int64 { return q.within.from }, nil
	}
	if first, last, ok := r.startBounds(); ok {
		if from, to := q.bucket(first), q.bucket(last); from == to {
			return func(int) int64 { return from }, nil
		}
	}
	starts, err := r.starts()
	if err != nil {
		return nil, err
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
	g.split(r.scratch, sel.codes(r.scratch, codes), parts, len(buckets))
	return func(row int) int64 { return buckets[parts[codes[row]+1]] }, nil
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
