// Package costlinestest owns the contract that every engine of cost lines passes, and the plain engine they are compared with. It
// is for tests only.
package costlinestest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Run holds the contract against the engines that open gives: each an empty one.
func Run(t *testing.T, open func(t *testing.T) costlines.Engine) {
	for name, test := range map[string]func(*testing.T, costlines.Engine){
		"answers as the naive engine": answers, "an import counts once": importsOnce, "a month is replaced": replaces,
		"replacing keeps late lines": replacesWhatItSaw, "nothing of what is given up": abandons, "lines of others": refuses,
		"invalid queries": queries, "match options": matches, "an empty store": empty, "unpromoted tags": promotion,
		"currencies": currencies, "beyond the range": beyondRange, "a scan ends early": scanEnds, "payers apart": payersApart,
		"a cancelled context": cancelled, "origins apart": originsApart,
		"identified in the end": identifiesLate, "a payer is forgotten": forgets, "lines of a month and origin": keptAs,
		"parts of a bill": billParts, "no bill": noBill,
	} {
		t.Run(name, func(t *testing.T) {
			e := open(t)
			test(t, e)
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Put commits a change with lines.
func Put(e costlines.Engine, c costlines.Change, lines ...*billing.Line) error {
	ctx := context.Background()
	w, err := e.Begin(ctx, c)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if err := w.Add(l); err != nil {
			w.Abort()
			return err
		}
	}
	return w.Commit(ctx)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var everything = costlines.ScanQuery{View: costlines.View{Payer: Payer}, Start: First.AddDate(-1, 0, 0), End: First.AddDate(1, 0, 0)}

// All gives all lines of Payer, by identity.
func All(e costlines.Engine) ([]*billing.Line, error) {
	var out []*billing.Line
	err := e.Scan(context.Background(), everything, func(l *billing.Line) error { out = append(out, l); return nil })
	byID(out)
	return out, err
}

var exactly = cmp.Options{cmp.Comparer(func(a, b decimal.D) bool { return a == b }), cmpopts.EquateEmpty()}

// Same fails the test if the engine does not have exactly these lines.
func Same(t *testing.T, e costlines.Engine, want Naive) {
	t.Helper()
	got, err := All(e)
	must(t, err)
	if d := cmp.Diff(want.Scan(everything), got, exactly); d != "" {
		t.Fatalf("lines (-want +got):\n%.3000s", d)
	}
}

// answers compares random questions after each of several changes.
func answers(t *testing.T, e costlines.Engine) {
	ctx := context.Background()
	g, a := NewGenerator(1), asker{rand.New(rand.NewPCG(2, 3))}
	var want Naive
	october := costlines.MonthOf(First.AddDate(0, 2, 0))
	for step := range 6 {
		lines := g.Lines(1 + a.r.IntN(500))
		c := costlines.Change{Payer: Payer, Import: fmt.Sprint("file ", step)}
		if step == 4 {
			c.Replace = []costlines.Month{october}
			want = slices.DeleteFunc(want, func(l *billing.Line) bool { return month(l) == october })
		}
		must(t, Put(e, c, lines...))
		want = append(want, lines...)
		if step%2 == 1 {
			months, err := e.Months(ctx, Payer)
			must(t, err)
			for _, m := range months {
				must(t, e.Compact(ctx, Payer, m))
			}
		}
		Same(t, e, want)
		for range 20 {
			ask(t, e, want, a)
		}
	}
}

func month(l *billing.Line) costlines.Month {
	if l.Bill.PeriodStart.IsZero() {
		return costlines.MonthOf(l.Start)
	}
	return costlines.MonthOf(l.Bill.PeriodStart)
}

func ask(t *testing.T, e costlines.Engine, want Naive, a asker) {
	t.Helper()
	ctx := context.Background()
	q := a.query()
	rows, err := e.Query(ctx, q)
	must(t, err)
	if d := cmp.Diff(want.Query(q), rows, exactly); d != "" {
		t.Fatalf("%+v (-want +got):\n%.3000s", q, d)
	}
	v := costlines.ValuesQuery{View: q.View, Start: q.Start, End: q.End, Filter: q.Filter, Field: a.field(), Search: pickOf(a, "", "e", "RED", "1")}
	values, err := e.Values(ctx, v)
	must(t, err)
	if d := cmp.Diff(want.Values(v), values, exactly); d != "" {
		t.Fatalf("%+v (-want +got):\n%.3000s", v, d)
	}
	k := costlines.KeysQuery{View: q.View, Start: q.Start, End: q.End, Filter: q.Filter, Kind: pickOf(a, costlines.Tag, costlines.Category), Search: pickOf(a, "", "TEAM")}
	keys, err := e.Keys(ctx, k)
	must(t, err)
	if d := cmp.Diff(want.Keys(k), keys, exactly); d != "" {
		t.Fatalf("%+v (-want +got):\n%.3000s", k, d)
	}
	s := costlines.ScanQuery{View: q.View, Start: q.Start, End: q.End, Filter: q.Filter}
	var lines []*billing.Line
	must(t, e.Scan(ctx, s, func(l *billing.Line) error { lines = append(lines, l); return nil }))
	byID(lines)
	if d := cmp.Diff(want.Scan(s), lines, exactly); d != "" {
		t.Fatalf("%+v (-want +got):\n%.3000s", s, d)
	}
}

func importsOnce(t *testing.T, e costlines.Engine) {
	ctx, g := context.Background(), NewGenerator(4)
	c := costlines.Change{Payer: Payer, Import: "sha256:1"}
	lines := g.Lines(5)
	first, err := e.Begin(ctx, c)
	must(t, err)
	second, err := e.Begin(ctx, c)
	must(t, err)
	for _, l := range lines {
		must(t, first.Add(l))
		must(t, second.Add(l))
	}
	must(t, first.Commit(ctx))
	if err := second.Commit(ctx); !errors.Is(err, costlines.ErrImported) {
		t.Errorf("got %v", err)
	}
	if _, err := e.Begin(ctx, c); !errors.Is(err, costlines.ErrImported) {
		t.Errorf("got %v", err)
	}
	if err := first.Commit(ctx); !errors.Is(err, costlines.ErrDone) {
		t.Errorf("got %v", err)
	}
	if err := first.Add(lines[0]); !errors.Is(err, costlines.ErrDone) {
		t.Errorf("got %v", err)
	}
	first.Abort()
	Same(t, e, lines)
	must(t, Put(e, costlines.Change{Payer: Payer, Import: "sha256:2"}, g.Line()))
}

func replaces(t *testing.T, e costlines.Engine) {
	g := NewGenerator(5)
	before, after := g.Lines(300), g.Lines(100)
	must(t, Put(e, costlines.Change{Payer: Payer}, before...))
	september := costlines.MonthOf(First.AddDate(0, 1, 0))
	must(t, Put(e, costlines.Change{Payer: Payer, Replace: []costlines.Month{september}}, after...))
	want := slices.DeleteFunc(Naive(before), func(l *billing.Line) bool { return month(l) == september })
	Same(t, e, append(want, after...))
	must(t, Put(e, costlines.Change{Payer: Payer, Replace: []costlines.Month{"2026-08", "2026-09", "2026-10"}}))
	Same(t, e, nil)
	if months, err := e.Months(context.Background(), Payer); err != nil || len(months) > 0 {
		t.Errorf("got %v, %v", months, err)
	}
	if err := Put(e, costlines.Change{Payer: Payer, Replace: []costlines.Month{"August"}}); err == nil {
		t.Error("August is a month")
	}
}

// originsApart: what replaces a month's lines leaves those of other origins, before and after a compaction; all are asked for
// together.
func originsApart(t *testing.T, e costlines.Engine) {
	ctx, g := context.Background(), NewGenerator(10)
	months := []costlines.Month{"2026-08", "2026-09", "2026-10"}
	plain, report, rated := g.Lines(40), g.Lines(40), g.Lines(40)
	must(t, Put(e, costlines.Change{Payer: Payer}, plain...))
	for _, part := range [][]*billing.Line{report[:20], report[20:]} {
		must(t, Put(e, costlines.Change{Payer: Payer, Origin: "report"}, part...))
	}
	for range 2 {
		must(t, Put(e, costlines.Change{Payer: Payer, Origin: "rated", Replace: months}, rated...))
		Same(t, e, slices.Concat(plain, report, rated))
		for _, m := range months {
			must(t, e.Compact(ctx, Payer, m))
		}
		Same(t, e, slices.Concat(plain, report, rated))
		rated = g.Lines(30)
	}
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "report", Replace: months}))
	must(t, Put(e, costlines.Change{Payer: Payer, Origin: "rated", Replace: months}))
	Same(t, e, plain)
	must(t, Put(e, costlines.Change{Payer: Payer, Replace: months}))
	Same(t, e, nil)
}

// replacesWhatItSaw: lines that come while a month is computed anew are not lost.
func replacesWhatItSaw(t *testing.T, e costlines.Engine) {
	ctx, g := context.Background(), NewGenerator(6)
	months := []costlines.Month{"2026-08", "2026-09", "2026-10"}
	must(t, Put(e, costlines.Change{Payer: Payer}, g.Lines(20)...))
	w, err := e.Begin(ctx, costlines.Change{Payer: Payer, Replace: months})
	must(t, err)
	other, err := e.Begin(ctx, costlines.Change{Payer: Payer, Replace: months})
	must(t, err)
	late, computed := g.Lines(3), g.Lines(20)
	must(t, Put(e, costlines.Change{Payer: Payer, Import: "late"}, late...))
	for _, l := range computed {
		must(t, w.Add(l))
	}
	must(t, w.Commit(ctx))
	if err := other.Commit(ctx); !errors.Is(err, costlines.ErrChanged) {
		t.Errorf("what was replaced is replaced again: %v", err)
	}
	Same(t, e, append(late, computed...))
}

func abandons(t *testing.T, e costlines.Engine) {
	ctx, g := context.Background(), NewGenerator(7)
	w, err := e.Begin(ctx, costlines.Change{Payer: Payer, Import: "again"})
	must(t, err)
	for _, l := range g.Lines(700) {
		must(t, w.Add(l))
	}
	w.Abort()
	w.Abort()
	if err := w.Commit(ctx); !errors.Is(err, costlines.ErrDone) {
		t.Errorf("got %v", err)
	}
	Same(t, e, nil)
	lines := g.Lines(3)
	must(t, Put(e, costlines.Change{Payer: Payer, Import: "again"}, lines...))
	Same(t, e, lines)
}

func refuses(t *testing.T, e costlines.Engine) {
	g := NewGenerator(8)
	of, old := g.Line(), g.Line()
	of.Bill.Payer = "888888888888"
	old.Start = time.Time{}
	for _, l := range []*billing.Line{of, old} {
		if err := Put(e, costlines.Change{Payer: Payer}, g.Line(), l); !errors.Is(err, costlines.ErrLine) {
			t.Errorf("got %v", err)
		}
	}
	Same(t, e, nil)
	if _, err := e.Begin(context.Background(), costlines.Change{Payer: "../up"}); err == nil {
		t.Error("a payer may be a path")
	}
}

func payersApart(t *testing.T, e costlines.Engine) {
	g := NewGenerator(9)
	mine, other := g.Lines(10), g.Line()
	other.Bill.Payer = "888888888888"
	must(t, Put(e, costlines.Change{Payer: Payer, Import: "same"}, mine...))
	must(t, Put(e, costlines.Change{Payer: "888888888888", Import: "same"}, other))
	Same(t, e, mine)
}
