package clickhouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
)

// batchLines is how many lines of a month are sent at a time.
const batchLines = 20_000

// writer is a change to an Engine.
type writer struct {
	engine  *Engine
	change  costlines.Change
	insert  string
	replace map[string]bool
	months  map[costlines.Month]*batch
	context context.Context // of Add
	sent    bool            // some of the lines
	done    bool
}

// batch is the place of a month, and its lines that are not sent.
type batch struct {
	place
	lines []billing.Line
}

// Begin begins a change.
func (e *Engine) Begin(ctx context.Context, c costlines.Change) (costlines.Writer, error) {
	for _, month := range c.Replace {
		if _, err := month.Start(); err != nil {
			return nil, err
		}
	}
	m, err := e.load(ctx, c.Payer)
	if err != nil {
		return nil, err
	}
	if err := m.imported(c.Import); err != nil {
		return nil, err
	}
	names, _ := columns()
	return &writer{
		engine: e, change: c, insert: "INSERT INTO " + linesTable + " (" + strings.Join(names, ", ") + ")", replace: m.of(c.Replace, c.Origin),
		months: map[costlines.Month]*batch{}, context: context.WithoutCancel(ctx),
	}, nil
}

func (m *manifest) imported(id string) error {
	if _, imported := m.Imports[id]; imported && id != "" {
		return fmt.Errorf("%w: %s", costlines.ErrImported, id)
	}
	return nil
}

// Add takes a line.
func (w *writer) Add(l *billing.Line) error {
	if w.done {
		return costlines.ErrDone
	}
	if err := w.change.Fits(l); err != nil {
		return err
	}
	month, at := costlines.KeptUnder(l), l.Start.UnixMicro()
	b := w.months[month]
	if b == nil {
		b = &batch{place: place{ID: uuid.NewString(), Month: month, Origin: w.change.Origin, First: at, Last: at}}
		w.months[month] = b
	}
	b.First, b.Last = min(b.First, at), max(b.Last, at)
	b.Lines++
	if b.lines = append(b.lines, *l); len(b.lines) < batchLines {
		return nil
	}
	return w.send(w.context, b)
}

// send sends the lines of a place that were not sent.
func (w *writer) send(ctx context.Context, b *batch) error {
	if len(b.lines) == 0 {
		return nil
	}
	rows, err := w.engine.conn.PrepareBatch(ctx, w.insert)
	if err != nil {
		return broken(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // Send tells
	for i := range b.lines {
		values, err := w.values(b.place.ID, b.Month, &b.lines[i])
		if err != nil {
			return err
		}
		if err := rows.Append(values...); err != nil {
			return fmt.Errorf("clickhouse: %w", err)
		}
	}
	w.sent = true
	clear(b.lines)
	b.lines = b.lines[:0]
	return broken(ctx, rows.Send())
}

// values gives a line as a row, in the order of columns.
func (w *writer) values(place string, month costlines.Month, l *billing.Line) ([]any, error) {
	since, err := costlines.MonthOf(l.Start).Start()
	if err != nil {
		return nil, err
	}
	out := []any{place, string(month), l.Start.UnixMicro(), since.UnixMicro()}
	for _, name := range costlines.Dimensions() {
		out = append(out, costlines.Field{Name: name}.Of(l))
	}
	for _, m := range costlines.Metrics() {
		out = append(out, m.Of(l).String())
	}
	keys, values := pairs(l.Tags, func(key string) bool { return w.change.Promote == nil || w.change.Promote(key) })
	out = append(out, keys, values)
	keys, values = pairs(l.Categories, func(string) bool { return true })
	out = append(out, keys, values)
	whole, err := json.Marshal(l)
	return append(out, string(whole)), err
}

// pairs gives the keys and values of a map that can be asked for.
func pairs(of map[string]string, promote func(string) bool) (keys, values []string) {
	keys, values = []string{}, []string{}
	for key, value := range of {
		if key != "" && value != "" && promote(key) {
			keys, values = append(keys, key), append(values, value)
		}
	}
	return keys, values
}

// Identify names what the lines were read from.
func (w *writer) Identify(imported string) { w.change.Import = imported }

// Commit makes the change count.
func (w *writer) Commit(ctx context.Context) error {
	if w.done {
		return costlines.ErrDone
	}
	w.done = true
	err := w.commit(ctx)
	if err != nil && !errors.Is(err, errUnknown) {
		w.discard()
		return fmt.Errorf("clickhouse: nothing is changed: %w", err)
	}
	return err
}

func (w *writer) commit(ctx context.Context) error {
	for _, b := range w.months {
		if err := errors.Join(ctx.Err(), w.send(ctx, b)); err != nil {
			return err
		}
	}
	e := w.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	m, err := e.load(ctx, w.change.Payer)
	if err != nil {
		return err
	}
	if err := m.imported(w.change.Import); err != nil {
		return err
	}
	now, err := e.now(ctx)
	if err != nil {
		return err
	}
	if err := m.retire(w.replace, now); err != nil {
		return err
	}
	lines := int64(0)
	for _, b := range w.months {
		m.Places = append(m.Places, b.place)
		lines += b.Lines
	}
	if w.change.Import != "" {
		if m.Imports == nil {
			m.Imports = map[string]int64{}
		}
		m.Imports[w.change.Import] = lines
	}
	// From here on it is better to know than to be quick.
	return e.save(context.WithoutCancel(ctx), w.change.Payer, m)
}

// Abort gives the change up.
func (w *writer) Abort() {
	if !w.done {
		w.done = true
		w.discard()
	}
}

// patience is how long the removal of what was given up may take to begin.
const patience = 10 * time.Second

// discard removes what was sent. If that fails, it stays, and does not count.
func (w *writer) discard() {
	if !w.sent {
		return
	}
	var ids []string
	for _, b := range w.months {
		ids = append(ids, b.place.ID)
	}
	ctx, cancel := context.WithTimeout(w.context, patience)
	defer cancel()
	_ = w.engine.remove(ctx, ids)
}

// remove removes the lines of places. The server does it later.
func (e *Engine) remove(ctx context.Context, ids []string) error {
	return broken(ctx, e.conn.Exec(ctx, "ALTER TABLE "+linesTable+" DELETE WHERE "+in(placeColumn, ids)))
}
