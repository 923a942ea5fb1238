package exports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
)

// errChanged tells that a month's lines changed while they were read.
var errChanged = errors.New("exports: the month's lines changed while they were read")

// batchLines is about how many lines are held in memory at once. What cannot be divided, a product's lines of an account in a day,
// or in a month that is summed up, may be more.
const batchLines = 200_000

// batch is a part of a month's lines: those of some accounts, or of one of their products, or of a day of these.
type batch struct {
	from, to time.Time
	accounts []string
	product  string // "" for all
	one      bool   // of one product
}

// source reads the lines of a month.
type source struct {
	engine costlines.Engine
	view   costlines.View
	month  billing.Month
	lines  int // how many a batch may have
}

// batches divides the month, in the order in which lines are written: accounts, products, times.
func (s *source) batches(ctx context.Context, granularity string) ([]batch, error) {
	rows, err := s.counts(ctx, costlines.Account, costlines.Filter{})
	if err != nil {
		return nil, err
	}
	var all []batch
	var some batch
	lines := 0
	flush := func() {
		if len(some.accounts) > 0 {
			all = append(all, some)
		}
		some, lines = batch{from: s.month.Start(), to: s.month.End()}, 0
	}
	flush()
	for _, r := range rows {
		if lines+int(r.Lines) > s.lines {
			flush()
		}
		if int(r.Lines) <= s.lines {
			some.accounts = append(some.accounts, r.Keys[0])
			lines += int(r.Lines)
			continue
		}
		divided, err := s.divide(ctx, r.Keys[0], granularity)
		if err != nil {
			return nil, err
		}
		all = append(all, divided...)
	}
	flush()
	return all, nil
}

// divide gives an account's batches: one for each product, or day of one.
func (s *source) divide(ctx context.Context, account, granularity string) ([]batch, error) {
	rows, err := s.counts(ctx, costlines.Product, is(costlines.Account, account))
	if err != nil {
		return nil, err
	}
	var all []batch
	for _, r := range rows {
		b := batch{from: s.month.Start(), to: s.month.End(), accounts: []string{account}, product: r.Keys[0], one: true}
		if int(r.Lines) <= s.lines || granularity == monthly {
			all = append(all, b)
			continue
		}
		for day := b.from; day.Before(b.to); day = day.AddDate(0, 0, 1) {
			part := b
			part.from, part.to = day, day.AddDate(0, 0, 1)
			all = append(all, part)
		}
	}
	return all, nil
}

// counts tells how many lines there are of each value of a dimension, whatever their currencies.
func (s *source) counts(ctx context.Context, of string, f costlines.Filter) ([]costlines.Row, error) {
	rows, err := s.engine.Query(ctx, costlines.Query{
		View: s.view, Start: s.month.Start(), End: s.month.End(), Filter: f, GroupBy: []costlines.Field{{Name: of}},
	})
	if err != nil {
		return nil, err
	}
	var sums []costlines.Row
	slices.SortFunc(rows, func(a, b costlines.Row) int { return cmp.Compare(a.Keys[0], b.Keys[0]) })
	for _, r := range rows {
		if n := len(sums); n > 0 && sums[n-1].Keys[0] == r.Keys[0] {
			sums[n-1].Lines += r.Lines
			continue
		}
		sums = append(sums, r)
	}
	return sums, nil
}

func is(dimension string, values ...string) costlines.Filter {
	return costlines.Filter{Match: &costlines.Match{Field: costlines.Field{Name: dimension}, Values: values}}
}

// state is what tells whether lines changed: how many there are, and what they sum up to.
func (s *source) state(ctx context.Context) (string, int64, error) {
	rows, err := s.engine.Query(ctx, costlines.Query{
		View: s.view, Start: s.month.Start(), End: s.month.End(),
		Metrics: []costlines.Metric{costlines.UnblendedCost, costlines.NetAmortizedCost, costlines.UsageQuantity},
	})
	if err != nil {
		return "", 0, err
	}
	lines := int64(0)
	text := ""
	for _, r := range rows {
		lines += r.Lines
		text += fmt.Sprint(r.Currency, r.Lines, r.Sums)
	}
	return text, lines, nil
}

// each gives the month's lines in their order, summed up as the granularity asks for. It fails with errChanged if they are not
// those that were there at the beginning.
func (s *source) each(ctx context.Context, j *job, known *tagFilter, take func(*billing.Line) error) error {
	before, expected, err := s.state(ctx)
	if err != nil {
		return err
	}
	batches, err := s.batches(ctx, j.granularity)
	if err != nil {
		return err
	}
	read := int64(0)
	for i := range batches {
		n, err := s.batch(ctx, &batches[i], j, known, take)
		if err != nil {
			return err
		}
		read += n
	}
	after, _, err := s.state(ctx)
	if err == nil && (after != before || read != expected) {
		err = errChanged
	}
	return err
}

func (s *source) batch(ctx context.Context, b *batch, j *job, known *tagFilter, take func(*billing.Line) error) (read int64, err error) {
	f := is(costlines.Account, b.accounts...)
	if b.one {
		f = costlines.Filter{And: []costlines.Filter{f, is(costlines.Product, b.product)}}
	}
	sum := newSummary(j)
	var lines []*billing.Line
	err = s.engine.Scan(ctx, costlines.ScanQuery{View: s.view, Start: b.from, End: b.to, Filter: f}, func(l *billing.Line) error {
		read++
		c := l.Clone() // a scan lends it
		known.narrow(c)
		if sum == nil {
			lines = append(lines, c)
			return nil
		}
		sum.add(c)
		return nil
	})
	if err != nil {
		return read, err
	}
	if sum != nil {
		lines = sum.lines()
	}
	slices.SortFunc(lines, inOrder)
	for _, l := range lines {
		if err := take(l); err != nil {
			return read, err
		}
	}
	return read, nil
}

// inOrder is the order of lines in files: by account, product, time, and then by what tells lines apart.
func inOrder(a, b *billing.Line) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Product, b.Product), a.Start.Compare(b.Start), a.End.Compare(b.End),
		cmp.Compare(a.ID, b.ID), cmp.Compare(a.UsageType, b.UsageType), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Type, b.Type),
		cmp.Compare(a.Resource, b.Resource), a.Unblended.Cmp(b.Unblended), a.Usage.Cmp(b.Usage))
}

// tagFilter leaves to lines the tags that are activated: others are not on a bill (Billing User Guide, "cost allocation tags").
type tagFilter struct {
	keys map[string]bool
}

func newTagFilter(keys []string) *tagFilter {
	f := &tagFilter{keys: map[string]bool{}}
	for _, k := range keys {
		f.keys[k] = true
	}
	return f
}

func (f *tagFilter) narrow(l *billing.Line) {
	kept := 0
	for key := range l.Tags {
		if f.keys[key] {
			kept++
		}
	}
	if kept == len(l.Tags) {
		return
	}
	tags := make(map[string]string, kept)
	for key, value := range l.Tags {
		if f.keys[key] {
			tags[key] = value
		}
	}
	l.Tags = tags
}
