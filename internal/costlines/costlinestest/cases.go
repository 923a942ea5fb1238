package costlinestest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

func queries(t *testing.T, e costlines.Engine) {
	ctx, view, end := context.Background(), costlines.View{Payer: Payer}, First.AddDate(0, 1, 0)
	account := costlines.Field{Name: costlines.Account}
	match := &costlines.Match{Field: account}
	for name, q := range map[string]costlines.Query{
		"empty range":       {View: view, Start: end, End: end},
		"three groups":      {View: view, Start: First, End: end, GroupBy: []costlines.Field{account, account, account}},
		"unknown dimension": {View: view, Start: First, End: end, GroupBy: []costlines.Field{{Name: "colour"}}},
		"unknown kind":      {View: view, Start: First, End: end, GroupBy: []costlines.Field{{Kind: 9, Name: "colour"}}},
		"tag without key":   {View: view, Start: First, End: end, GroupBy: []costlines.Field{{Kind: costlines.Tag}}},
		"unknown metric":    {View: view, Start: First, End: end, Metrics: []costlines.Metric{99}},
		"granularity":       {View: view, Start: First, End: end, Granularity: 99},
		"two in a filter":   {View: view, Start: First, End: end, Filter: costlines.Filter{Match: match, And: []costlines.Filter{{}}}},
		"operator":          {View: view, Start: First, End: end, Filter: costlines.Filter{Or: []costlines.Filter{{Not: &costlines.Filter{Match: &costlines.Match{Field: account, Op: 99}}}}}},
	} {
		if _, err := e.Query(ctx, q); !errors.Is(err, costlines.ErrQuery) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := e.Values(ctx, costlines.ValuesQuery{View: view, Start: First, End: end}); !errors.Is(err, costlines.ErrQuery) {
		t.Errorf("got %v", err)
	}
	if _, err := e.Keys(ctx, costlines.KeysQuery{View: view, Start: First, End: end, Kind: costlines.Dimension}); !errors.Is(err, costlines.ErrQuery) {
		t.Errorf("got %v", err)
	}
	if err := e.Scan(ctx, costlines.ScanQuery{View: view, Start: end, End: First}, nil); !errors.Is(err, costlines.ErrQuery) {
		t.Errorf("got %v", err)
	}
	if _, err := e.Query(ctx, costlines.Query{View: costlines.View{Payer: "a/b"}, Start: First, End: end}); err == nil {
		t.Error("a payer may be a path")
	}
}

func matches(t *testing.T, e costlines.Engine) {
	var lines []*billing.Line
	for _, value := range []string{"Alpha", "alphabet", "BETA", "10", "9.5", ""} {
		l := NewGenerator(1).Line()
		l.ID, l.UsageType, l.Tags, l.Start = "of "+value, value, nil, First
		if value != "" {
			l.Tags = map[string]string{"user:t": value}
		}
		lines = append(lines, l)
	}
	must(t, Put(e, costlines.Change{Payer: Payer}, lines...))
	for _, c := range []struct {
		m    costlines.Match
		want []string
	}{
		{costlines.Match{Values: []string{"Alpha", "BETA", "gamma"}}, []string{"Alpha", "BETA"}},
		{costlines.Match{Values: []string{"ALPHA", "beta"}, IgnoreCase: true}, []string{"Alpha", "BETA"}},
		{costlines.Match{Values: []string{""}}, []string{""}},
		{costlines.Match{}, nil},
		{costlines.Match{Op: costlines.Absent}, []string{""}},
		{costlines.Match{Op: costlines.StartsWith, Values: []string{"alpha"}}, []string{"alphabet"}},
		{costlines.Match{Op: costlines.StartsWith, Values: []string{"alpha"}, IgnoreCase: true}, []string{"Alpha", "alphabet"}},
		{costlines.Match{Op: costlines.EndsWith, Values: []string{"A", "t"}}, []string{"BETA", "alphabet"}},
		{costlines.Match{Op: costlines.Contains, Values: []string{"ET"}}, []string{"BETA"}},
		{costlines.Match{Op: costlines.AtLeast, Values: []string{"9.50"}}, []string{"10", "9.5"}},
		{costlines.Match{Op: costlines.AtLeast, Values: []string{"much"}}, nil},
	} {
		for _, field := range []costlines.Field{{Name: costlines.UsageType}, {Kind: costlines.Tag, Name: "user:t"}} {
			c.m.Field = field
			q := costlines.Query{View: everything.View, Start: everything.Start, End: everything.End, Filter: costlines.Filter{Match: &c.m}, GroupBy: []costlines.Field{field}}
			rows, err := e.Query(context.Background(), q)
			must(t, err)
			var got []string
			for _, row := range rows {
				got = append(got, row.Keys[0])
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("%+v (-want +got):\n%s", c.m, d)
			}
		}
	}
}

func empty(t *testing.T, e costlines.Engine) {
	ctx := context.Background()
	Same(t, e, nil)
	must(t, Put(e, costlines.Change{Payer: Payer, Import: "nothing"}))
	if err := Put(e, costlines.Change{Payer: Payer, Import: "nothing"}); !errors.Is(err, costlines.ErrImported) {
		t.Errorf("got %v", err)
	}
	must(t, e.Compact(ctx, Payer, "2026-10"))
	rows, err := e.Query(ctx, costlines.Query{View: everything.View, Start: everything.Start, End: everything.End})
	must(t, err)
	if len(rows) > 0 {
		t.Errorf("got %v", rows)
	}
}

// promotion: a tag that is not promoted is kept, and cannot be asked for; nor after a compaction.
func promotion(t *testing.T, e costlines.Engine) {
	ctx := context.Background()
	c := costlines.Change{Payer: Payer, Promote: func(key string) bool { return key == "user:team" }}
	var lines []*billing.Line
	for _, id := range []string{"a", "b"} {
		l := NewGenerator(3).Line()
		l.ID, l.Start, l.Bill.PeriodStart, l.Tags = id, First, time.Time{}, map[string]string{"user:team": "red", "user:secret": "x" + id, "": "odd"}
		lines = append(lines, l)
		must(t, Put(e, c, l))
	}
	for range 2 {
		Same(t, e, lines)
		keys, err := e.Keys(ctx, costlines.KeysQuery{View: everything.View, Start: everything.Start, End: everything.End, Kind: costlines.Tag})
		must(t, err)
		if d := cmp.Diff([]string{"user:team"}, keys); d != "" {
			t.Error(d)
		}
		values, err := e.Values(ctx, costlines.ValuesQuery{View: everything.View, Start: everything.Start, End: everything.End, Field: costlines.Field{Kind: costlines.Tag, Name: "user:secret"}})
		must(t, err)
		if len(values) > 0 {
			t.Errorf("got %v", values)
		}
		must(t, e.Compact(ctx, Payer, costlines.MonthOf(First)))
	}
}

func currencies(t *testing.T, e costlines.Engine) {
	a, b := NewGenerator(1).Line(), NewGenerator(2).Line()
	a.Unblended, b.Unblended, b.Currency, b.Start, a.Start = decimal.Int(1), decimal.Int(2), "EUR", First, First
	a.ID, b.ID = "a", "b"
	must(t, Put(e, costlines.Change{Payer: Payer}, a, b))
	rows, err := e.Query(context.Background(), costlines.Query{View: everything.View, Start: First, End: everything.End, Metrics: []costlines.Metric{costlines.UnblendedCost}})
	must(t, err)
	want := []costlines.Row{{Start: First, Currency: "EUR", Lines: 1, Sums: []decimal.D{decimal.Int(2)}}, {Start: First, Currency: "USD", Lines: 1, Sums: []decimal.D{decimal.Int(1)}}}
	if d := cmp.Diff(want, rows, exactly); d != "" {
		t.Error(d)
	}
}

// beyondRange: the largest numbers are kept, and a sum beyond them is an error and no wrong number.
func beyondRange(t *testing.T, e costlines.Engine) {
	most, err := decimal.Parse("99999999999999999999999999.999999999999")
	must(t, err)
	a, b := NewGenerator(1).Line(), NewGenerator(1).Line()
	a.Blended, b.Blended = most, most.Neg()
	a.ID, b.ID = "a", "b"
	must(t, Put(e, costlines.Change{Payer: Payer}, a, b))
	Same(t, e, Naive{a, b})
	q := costlines.Query{View: everything.View, Start: everything.Start, End: everything.End, Metrics: []costlines.Metric{costlines.BlendedCost}}
	rows, err := e.Query(context.Background(), q)
	must(t, err)
	if len(rows) != 1 || !rows[0].Sums[0].IsZero() {
		t.Errorf("got %v", rows)
	}
	c, d := *a, *a
	c.ID, d.ID = "c", "d"
	must(t, Put(e, costlines.Change{Payer: Payer}, &c, &d))
	if rows, err := e.Query(context.Background(), q); !errors.Is(err, decimal.ErrRange) {
		t.Errorf("got %v, %v", rows, err)
	}
}

func scanEnds(t *testing.T, e costlines.Engine) {
	must(t, Put(e, costlines.Change{Payer: Payer}, NewGenerator(1).Lines(10)...))
	enough, seen := errors.New("enough"), 0
	err := e.Scan(context.Background(), everything, func(*billing.Line) error {
		seen++
		if seen == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || seen != 3 {
		t.Errorf("got %v after %d", err, seen)
	}
}

func cancelled(t *testing.T, e costlines.Engine) {
	lines := NewGenerator(1).Lines(10)
	must(t, Put(e, costlines.Change{Payer: Payer}, lines...))
	ctx, cancel := context.WithCancel(context.Background())
	w, err := e.Begin(ctx, costlines.Change{Payer: Payer})
	must(t, err)
	must(t, w.Add(lines[0]))
	cancel()
	if err := w.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := e.Query(ctx, costlines.Query{View: everything.View, Start: everything.Start, End: everything.End}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := e.Scan(ctx, everything, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := e.Bill(ctx, costlines.BillQuery{Payer: Payer, Kept: costlines.Kept{Month: month(lines[0])}}, costlines.Subtotals, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	Same(t, e, lines)
}

// identifiesLate: what lines were read from may be known only when all is read.
func identifiesLate(t *testing.T, e costlines.Engine) {
	ctx, g := context.Background(), NewGenerator(31)
	lines := g.Lines(3)
	for i := range 2 {
		w, err := e.Begin(ctx, costlines.Change{Payer: Payer})
		must(t, err)
		for _, l := range lines {
			must(t, w.Add(l))
		}
		w.Identify("sha256:late")
		if err := w.Commit(ctx); i == 0 {
			must(t, err)
		} else if !errors.Is(err, costlines.ErrImported) {
			t.Errorf("got %v", err)
		}
	}
	Same(t, e, lines)
}

// forgets: of a payer that is forgotten nothing is left, and its files may be imported again.
func forgets(t *testing.T, e costlines.Engine) {
	g := NewGenerator(32)
	c := costlines.Change{Payer: Payer, Import: "sha256:1"}
	other := g.Line()
	other.Bill.Payer = "888888888888"
	must(t, Put(e, costlines.Change{Payer: other.Bill.Payer}, other))
	must(t, Put(e, c, g.Lines(20)...))
	must(t, e.Forget(context.Background(), Payer))
	Same(t, e, nil)
	again := g.Lines(5)
	must(t, Put(e, c, again...))
	Same(t, e, again)
	months, err := e.Months(context.Background(), other.Bill.Payer)
	must(t, err)
	if len(months) != 1 {
		t.Errorf("another payer has lines in %v", months)
	}
}

// keptAs: lines can be asked for by what they are kept under.
func keptAs(t *testing.T, e costlines.Engine) {
	g := NewGenerator(33)
	late := g.Line()
	late.Start = First.AddDate(0, 2, 3)
	late.Bill.PeriodStart = First
	rated := g.Line()
	rated.Bill.PeriodStart = First
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "report"}, late))
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "rated"}, rated))
	for _, c := range []struct {
		kept costlines.Kept
		want *billing.Line
	}{
		{costlines.Kept{Month: costlines.MonthOf(First), Origin: "report"}, late},
		{costlines.Kept{Month: costlines.MonthOf(First), Origin: "rated"}, rated},
		{costlines.Kept{Month: costlines.MonthOf(First)}, nil},
		{costlines.Kept{Month: costlines.MonthOf(late.Start), Origin: "report"}, nil},
	} {
		q := everything
		q.Kept = &c.kept
		var got []string
		must(t, e.Scan(context.Background(), q, func(l *billing.Line) error { got = append(got, l.ID); return nil }))
		var want []string
		if c.want != nil {
			want = append(want, c.want.ID)
		}
		if d := cmp.Diff(want, got, exactly); d != "" {
			t.Errorf("%+v (-want +got):\n%s", c.kept, d)
		}
	}
}
