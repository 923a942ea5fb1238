package costlines

import (
	"cmp"
	"context"
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
	all, err := state.answer(ctx, question)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(all.keys))
	for i, n := range all.sorted() {
		k := &all.keys[n]
		rows[i] = Row{Start: instant(k.bucket), Keys: k.values, Currency: k.currency, Lines: all.lines[n], Sums: all.of(int(n))}
		if k.bucket == question.within.from {
			rows[i].Start = q.Start.UTC()
		}
	}
	return rows, nil
}

// answer asks all segments, several at a time.
func (s *state) answer(ctx context.Context, q *question) (*answer, error) {
	all := newAnswer(q.Metrics)
	err := inParallel(ctx, s, s.names(q.Start, q.End, q.accounts), func() *answer { return newAnswer(q.Metrics) }, q.sum, func(mine *answer) error {
		all = merged(all, mine)
		return nil
	})
	return all, err
}

// inParallel visits segments, several at a time. What is begun for each visitor is its own until it is done, which one of them is after
// another.
func inParallel[T any](ctx context.Context, s *state, names []string, begin func() T, visit func(*reading, T) error, done func(T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	var mu sync.Mutex
	for range min(len(names), runtime.GOMAXPROCS(0)) {
		group.Go(func() (err error) {
			defer decimal.Recover(&err)
			mine, scratch := begin(), &scratch{}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(names) {
					break
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := s.withSegment(names[i], func(seg *segment) error { return visit(seg.reading(scratch), mine) }); err != nil {
					return err
				}
				scratch.takeBack()
			}
			mu.Lock()
			defer mu.Unlock()
			return done(mine)
		})
	}
	return group.Wait()
}

// answer is the sums of what was asked so far, in rows by the order in which their keys came up.
type answer struct {
	sums
	numbers map[key]int
	keys    []key
}

func newAnswer(metrics []Metric) *answer {
	return &answer{sums: sums{metrics: metrics}, numbers: map[key]int{}}
}

// row gives the number of the row of a key, and makes it if there is none.
func (a *answer) row(k key) int {
	if n, ok := a.numbers[k]; ok {
		return n
	}
	// The texts are parts of a segment's dictionary, which is not to be kept.
	k.values[0], k.values[1], k.currency = strings.Clone(k.values[0]), strings.Clone(k.values[1]), strings.Clone(k.currency)
	return a.enter(k)
}

// enter makes a row of a key that is new.
func (a *answer) enter(k key) int {
	n := a.sums.enter()
	a.numbers[k], a.keys = n, append(a.keys, k)
	return n
}

// merged adds the lesser of two answers to the other.
func merged(a, b *answer) *answer {
	if len(a.keys) < len(b.keys) {
		a, b = b, a
	}
	for i, k := range b.keys {
		n, ok := a.numbers[k]
		if !ok {
			n = a.enter(k)
		}
		a.merge(n, &b.sums, i)
	}
	return a
}

// sorted gives the numbers of the rows by time, values and currency.
func (a *answer) sorted() []int32 {
	out := make([]int32, len(a.keys))
	for i := range out {
		out[i] = int32(i)
	}
	slices.SortFunc(out, func(i, k int32) int {
		x, y := &a.keys[i], &a.keys[k]
		if by := cmp.Compare(x.bucket, y.bucket); by != 0 {
			return by
		}
		return cmp.Or(strings.Compare(x.values[0], y.values[0]), strings.Compare(x.values[1], y.values[1]), strings.Compare(x.currency, y.currency))
	})
	return out
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
	for _, k := range answers.keys {
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
		if len(answers.keys) > 0 {
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
