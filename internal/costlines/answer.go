package costlines

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"umbel/internal/decimal"
)

// Query gives exact sums; decimal.ErrRange if one is beyond what a number can hold.
func (s *Store) Query(ctx context.Context, q Query) ([]Row, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	question := q.question()
	state, err := s.hold(q.View.Payer)
	if err != nil {
		return nil, err
	}
	defer state.release()
	answers, err := state.answer(ctx, question)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(answers))
	for k, sum := range answers {
		row := Row{Start: instant(k.bucket), Keys: k.values, Currency: k.currency, Lines: sum.lines, Sums: sum.amounts}
		if k.bucket == question.within.from {
			row.Start = q.Start.UTC()
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Keys[0], b.Keys[0]), cmp.Compare(a.Keys[1], b.Keys[1]), cmp.Compare(a.Currency, b.Currency))
	})
	return rows, nil
}

// answer asks all segments, several at a time.
func (s *state) answer(ctx context.Context, q *question) (map[key]*sums, error) {
	names := s.names(q.Start, q.End, q.accounts)
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	var mu sync.Mutex
	all := map[key]*sums{}
	for range min(len(names), runtime.GOMAXPROCS(0)) {
		group.Go(func() (err error) {
			defer beyondRange(&err)
			mine := map[key]*sums{}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(names) {
					break
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := s.withSegment(names[i], func(seg *segment) error { return q.sum(seg.reading(), mine) }); err != nil {
					return err
				}
			}
			mu.Lock()
			defer mu.Unlock()
			merge(all, mine)
			return nil
		})
	}
	return all, group.Wait()
}

// beyondRange turns the panic of a sum beyond the range into its error.
func beyondRange(err *error) {
	if e := recover(); e != nil {
		if of, ok := e.(error); ok && errors.Is(of, decimal.ErrRange) {
			*err = of
			return
		}
		panic(e)
	}
}

func merge(all, part map[key]*sums) {
	for k, s := range part {
		sum := all[k]
		if sum == nil {
			all[k] = s
			continue
		}
		sum.lines += s.lines
		for i, d := range s.amounts {
			sum.amounts[i] = sum.amounts[i].Add(d)
		}
	}
}

// Values gives the values of a field.
func (s *Store) Values(ctx context.Context, q ValuesQuery) ([]string, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	query := Query{View: q.View, Start: q.Start, End: q.End, Filter: q.Filter, GroupBy: []Field{q.Field}}
	state, err := s.hold(q.View.Payer)
	if err != nil {
		return nil, err
	}
	defer state.release()
	answers, err := state.answer(ctx, query.question())
	if err != nil {
		return nil, err
	}
	values := map[string]bool{}
	for k := range answers {
		if value := k.values[0]; value != "" && found(value, q.Search) {
			values[value] = true
		}
	}
	return slices.Sorted(maps.Keys(values)), nil
}

// found tells whether a search finds a name.
func found(name, search string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(search))
}

// Keys gives the tag keys or the cost categories that lines have.
func (s *Store) Keys(ctx context.Context, q KeysQuery) ([]string, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	state, err := s.hold(q.View.Payer)
	if err != nil {
		return nil, err
	}
	defer state.release()
	names, err := state.keyColumns(ctx, q)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, name := range names {
		has := Filter{Not: &Filter{Match: &Match{Field: Field{Kind: q.Kind, Name: name}, Op: Absent}}}
		query := Query{View: q.View, Start: q.Start, End: q.End, Filter: Filter{And: []Filter{has, q.Filter}}}
		answers, err := state.answer(ctx, query.question())
		if err != nil {
			return nil, err
		}
		if len(answers) > 0 {
			keys = append(keys, name)
		}
	}
	return keys, nil
}

// keyColumns gives the keys that have a column in any segment of the range of time, sorted.
func (s *state) keyColumns(ctx context.Context, q KeysQuery) ([]string, error) {
	prefix := Field{Kind: q.Kind}.column()
	keys := map[string]bool{}
	for _, name := range s.names(q.Start, q.End, q.View.Accounts) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		err := s.withSegment(name, func(seg *segment) error {
			for column := range seg.columns {
				if key, ok := strings.CutPrefix(column, prefix); ok && found(key, q.Search) {
					keys[key] = true
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(keys)), nil
}
