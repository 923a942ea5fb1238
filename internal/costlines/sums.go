package costlines

import (
	"math"

	"github.com/parquet-go/parquet-go"

	"umbel/internal/decimal"
)

// sums are lines and amounts summed by row.
type sums struct {
	metrics []Metric
	lines   []int64
	amounts []decimal.D // the metrics of each row
}

// enter makes a row, and gives its number.
func (s *sums) enter() int {
	s.lines = append(s.lines, 0)
	for range s.metrics {
		s.amounts = append(s.amounts, decimal.D{})
	}
	return len(s.lines) - 1
}

// of gives a row's amounts.
func (s *sums) of(row int) []decimal.D {
	n := len(s.metrics)
	return s.amounts[row*n : (row+1)*n : (row+1)*n]
}

// add adds the groups of a segment, each to a row.
func (s *sums) add(r *reading, sel *selection, g *groups, rows []int32) error {
	if g.ids == nil {
		s.lines[rows[0]] += int64(sel.count)
	}
	counts := r.scratch.int64s(len(rows))
	clear(counts)
	for _, id := range g.ids {
		counts[id]++
	}
	for i, n := range counts {
		s.lines[rows[i]] += n
	}
	amounts := make([][]decimal.D, len(s.metrics))
	for n, m := range s.metrics {
		var err error
		if amounts[n], err = r.amounts(metricColumns[m].name, sel, g); err != nil {
			return err
		}
	}
	for i, row := range rows {
		to := s.of(int(row))
		for n, of := range amounts {
			if of != nil {
				to[n] = to[n].Add(of[i])
			}
		}
	}
	return nil
}

// merge adds a row of other sums.
func (s *sums) merge(row int, from *sums, other int) {
	s.lines[row] += from.lines[other]
	to := s.of(row)
	for i, d := range from.of(other) {
		to[i] = to[i].Add(d)
	}
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
	out := make([]decimal.D, len(g.firsts))
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
