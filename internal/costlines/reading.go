package costlines

import (
	"slices"
	"time"

	"umbel/internal/domain/billing"
)

// reading is a segment being asked; columns that several parts of a question need are read once.
type reading struct {
	*segment
	scratch *scratch
	texts   map[string]*textData
	started *numberData
}

func (s *segment) reading(of *scratch) *reading {
	return &reading{segment: s, scratch: of, texts: map[string]*textData{}}
}

// text reads a column; one that is not there has no value in any row.
func (r *reading) text(column string) (*textData, error) {
	if data := r.texts[column]; data != nil {
		return data, nil
	}
	var data *textData
	var err error
	if d := derivations[column]; d != nil {
		data, err = d.text(r)
	} else {
		data, err = r.segment.text(column, r.scratch)
	}
	if err == nil {
		r.texts[column] = data
	}
	return data, err
}

func (r *reading) starts() (*numberData, error) {
	if r.started != nil {
		return r.started, nil
	}
	data, err := r.numbers(startColumn, r.scratch)
	if err == nil {
		r.started = data
	}
	return data, err
}

// span is a range of time in microseconds.
type span struct{ from, to int64 }

func spanOf(start, end time.Time) span { return span{ceiling(start), ceiling(end)} }

// ceiling gives the first microsecond that is not before a time.
func ceiling(t time.Time) int64 {
	micro := t.UnixMicro()
	if time.UnixMicro(micro).Before(t) {
		micro++
	}
	return micro
}

// startBounds gives the first and the last start of the segment's lines.
func (s *segment) startBounds() (first, last int64, ok bool) {
	low, high, _, ok := s.bounds(startColumn)
	if !ok {
		return 0, 0, false
	}
	return low.Int64(), high.Int64(), true
}

// rows decides which rows start within a span and meet a condition: never, all (nil), or those given.
func (r *reading) rows(within span, c *condition) (v verdict, rows []int32, err error) {
	if c.peek(r) == never {
		return never, nil, nil
	}
	timely, mask, err := r.timely(within)
	if err != nil || timely == never {
		return never, nil, err
	}
	v, other, err := c.rows(r)
	switch {
	case err != nil || v == never:
		return never, nil, err
	case v == ever && timely == ever:
		return ever, nil, nil
	case v == sometimes && timely == sometimes:
		for i := range mask {
			mask[i] = mask[i] && other[i]
		}
	case v == sometimes:
		mask = other
	}
	rows = r.scratch.int32s(len(mask))
	count := 0
	for i, holds := range mask {
		rows[count] = int32(i)
		if holds {
			count++
		}
	}
	switch rows = rows[:count]; count {
	case 0:
		return never, nil, nil
	case len(mask):
		return ever, nil, nil
	}
	return sometimes, rows, nil
}

// selected gives the rows that start within a span and meet a condition; nil for none.
func (r *reading) selected(within span, c *condition) (*selection, error) {
	v, rows, err := r.rows(within, c)
	switch {
	case err != nil || v == never:
		return nil, err
	case rows == nil:
		return &selection{count: r.segment.rows}, nil
	}
	return &selection{rows, len(rows)}, nil
}

// timely decides which rows start within a span.
func (r *reading) timely(within span) (verdict, []bool, error) {
	if first, last, ok := r.startBounds(); ok {
		switch {
		case last < within.from || first >= within.to:
			return never, nil, nil
		case first >= within.from && last < within.to:
			return ever, nil, nil
		}
	}
	starts, err := r.starts()
	if err != nil {
		return never, nil, err
	}
	holds := r.scratch.bools(len(starts.values))
	for i, at := range starts.values {
		holds[i] = at >= within.from && at < within.to
	}
	if starts.codes == nil {
		return sometimes, holds, nil
	}
	mask := r.scratch.bools(len(starts.codes))
	for i, code := range starts.codes {
		mask[i] = holds[code]
	}
	return sometimes, mask, nil
}

// overlaps tells whether a segment may hold lines of a range of time and of some accounts; nil for any.
func (e *entry) overlaps(start, end time.Time, accounts []string) bool {
	if e.LastStart.Before(start) || !e.FirstStart.Before(end) {
		return false
	}
	return accounts == nil || slices.ContainsFunc(accounts, func(a string) bool { return a >= e.FirstAccount && a <= e.LastAccount })
}

// scan gives the lines of a segment that start within a range and meet a filter.
func (s *segment) scan(start, end time.Time, f *Filter, yield func(*billing.Line) error) error {
	c := compile(f)
	v, rows, err := s.reading(nil).rows(spanOf(start, end), &c)
	if err != nil || v == never {
		return err
	}
	all, err := s.lines()
	if err != nil {
		return err
	}
	count := s.rows
	if rows != nil {
		count = len(rows)
	}
	for i := range count {
		row := i
		if rows != nil {
			row = int(rows[i])
		}
		l, err := all.line(row)
		if err != nil {
			return err
		}
		if err := yield(l); err != nil {
			return err
		}
	}
	return nil
}
