//go:build unix

package clickhouse

import (
	"context"
	"errors"
	"testing"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/costlines/costlinestest"
	"umbel/internal/domain/billing"
)

func fresh(t *testing.T) *Engine {
	t.Helper()
	return reopen(t, freshDatabase(t))
}

func reopen(t *testing.T, url string) *Engine {
	t.Helper()
	e, err := Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestContract(t *testing.T) {
	if _, err := serverBinary(); err != nil {
		freshDatabase(t) // says so
	}
	costlinestest.Run(t, func(t *testing.T) costlines.Engine { return fresh(t) })
}

// TestReopen: what was committed is there for another engine, and what was only begun is not.
func TestReopen(t *testing.T) {
	url := freshDatabase(t)
	e := reopen(t, url)
	lines := costlinestest.NewGenerator(1).Lines(20)
	if err := costlinestest.Put(e, costlines.Change{Payer: costlinestest.Payer, Import: "a"}, lines...); err != nil {
		t.Fatal(err)
	}
	w, err := e.Begin(context.Background(), costlines.Change{Payer: costlinestest.Payer})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(lines[0]); err != nil {
		t.Fatal(err)
	}
	if err := w.(*writer).send(context.Background(), w.(*writer).months[costlines.KeptUnder(lines[0])]); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, url)
	costlinestest.Same(t, again, costlinestest.Naive(lines))
	if _, err := again.Begin(context.Background(), costlines.Change{Payer: costlinestest.Payer, Import: "a"}); !errors.Is(err, costlines.ErrImported) {
		t.Errorf("got %v", err)
	}
}

// TestRetiredLinesGo: a compaction removes what was replaced long before, and nothing else.
func TestRetiredLinesGo(t *testing.T) {
	ctx, e := context.Background(), fresh(t)
	old, next := costlinestest.NewGenerator(1).Line(), costlinestest.NewGenerator(2).Line()
	for _, l := range []*billing.Line{old, next} {
		l.Start, l.Bill.PeriodStart = costlinestest.First, time.Time{}
	}
	month := costlines.KeptUnder(old)
	for _, l := range []*billing.Line{old, next} {
		c := costlines.Change{Payer: costlinestest.Payer, Replace: []costlines.Month{month}}
		if err := costlinestest.Put(e, c, l); err != nil {
			t.Fatal(err)
		}
	}
	m, err := e.load(ctx, costlinestest.Payer)
	if err != nil || len(m.Retired) != 1 || len(m.Places) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := e.Compact(ctx, costlinestest.Payer, month); err != nil {
		t.Fatal(err)
	}
	if after, err := e.load(ctx, costlinestest.Payer); err != nil || len(after.Retired) != 1 {
		t.Fatalf("what was retired just now went: %+v, %v", after, err)
	}
	m.Retired[0].Since -= int64(2 * retention / time.Second)
	if err := e.save(ctx, costlinestest.Payer, m); err != nil {
		t.Fatal(err)
	}
	if err := e.Compact(ctx, costlinestest.Payer, month); err != nil {
		t.Fatal(err)
	}
	if after, err := e.load(ctx, costlinestest.Payer); err != nil || len(after.Retired) != 0 || len(after.Places) != 1 {
		t.Errorf("%+v, %v", after, err)
	}
	costlinestest.Same(t, e, costlinestest.Naive{next})
}

// TestOlderTable: a table without a column that questions may be about is not asked.
func TestOlderTable(t *testing.T) {
	url := freshDatabase(t)
	e := reopen(t, url)
	ctx := context.Background()
	if err := e.conn.Exec(ctx, "ALTER TABLE "+linesTable+" DROP COLUMN "+costlines.Region); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, url); err == nil {
		t.Error("it is opened")
	}
}
