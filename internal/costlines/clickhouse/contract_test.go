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

// opener opens engines on one database, which was empty.
type opener func() (*Engine, error)

// databases to be had, each of another ClickHouse: Debian's server, and the engine of today.
var kinds = map[string]func(*testing.T) opener{"server": serverDatabase, "chdb": chdbDatabase}

func serverDatabase(t *testing.T) opener {
	t.Helper()
	url := freshDatabase(t)
	return func() (*Engine, error) { return Open(context.Background(), url) }
}

func (o opener) engine(t *testing.T) *Engine {
	t.Helper()
	e, err := o()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// onEach runs a test on each kind of database.
func onEach(t *testing.T, test func(*testing.T, opener)) {
	for name, empty := range kinds {
		t.Run(name, func(t *testing.T) { test(t, empty(t)) })
	}
}

func TestContract(t *testing.T) { contract(t, serverDatabase) }

// TestContractToday holds the contract on the current engine: all SQL that an Engine sends.
func TestContractToday(t *testing.T) { contract(t, chdbDatabase) }

func contract(t *testing.T, empty func(*testing.T) opener) {
	empty(t) // says what is missing
	costlinestest.Run(t, func(t *testing.T) costlines.Engine { return empty(t).engine(t) })
}

// TestReopen: what was committed is there for another engine, and what was only begun is not.
func TestReopen(t *testing.T) { onEach(t, reopens) }

func reopens(t *testing.T, open opener) {
	e := open.engine(t)
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
	again := open.engine(t)
	costlinestest.Same(t, again, costlinestest.Naive(lines))
	if _, err := again.Begin(context.Background(), costlines.Change{Payer: costlinestest.Payer, Import: "a"}); !errors.Is(err, costlines.ErrImported) {
		t.Errorf("got %v", err)
	}
}

// TestRetiredLinesGo: a compaction removes what was replaced long before, and nothing else.
func TestRetiredLinesGo(t *testing.T) { onEach(t, retiredGo) }

func retiredGo(t *testing.T, open opener) {
	ctx, e := context.Background(), open.engine(t)
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
func TestOlderTable(t *testing.T) { onEach(t, olderTable) }

func olderTable(t *testing.T, open opener) {
	e := open.engine(t)
	if err := e.conn.Exec(context.Background(), "ALTER TABLE "+linesTable+" DROP COLUMN "+costlines.Region); err != nil {
		t.Fatal(err)
	}
	if _, err := open(); err == nil {
		t.Error("it is opened")
	}
}
