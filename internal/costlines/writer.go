package costlines

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// encoders is how many runs of a change are written at the same time: one, while the next is gathered.
const encoders = 1

// A run is written when a month's lines fill so many segments, or when all months' lines together fill mostGathered of them.
const (
	runSegments  = 1
	mostGathered = 2
)

// writer is a change to a Store.
type writer struct {
	store    *Store
	payer    *payer
	change   Change
	remove   map[string]bool
	builder  *lineblock.Builder // of lines that were added one by one
	pending  map[Month]*table
	gathered int // lines pending
	encode   *errgroup.Group
	context  context.Context
	slots    chan struct{}
	made     chan entry // buffered by collect
	entries  []entry
	collect  chan struct{}
	done     bool
}

// Begin begins a change.
func (s *Store) Begin(_ context.Context, c Change) (Writer, error) {
	p, err := s.payer(c.Payer)
	if err != nil {
		return nil, err
	}
	for _, month := range c.Replace {
		if _, err := month.Start(); err != nil {
			return nil, err
		}
	}
	m := p.current()
	if _, imported := m.Imports[c.Import]; imported && c.Import != "" {
		return nil, fmt.Errorf("%w: %s", ErrImported, c.Import)
	}
	w := &writer{
		store: s, payer: p, change: c, remove: m.of(c.Replace, c.Origin), pending: map[Month]*table{},
		builder: lineblock.NewBuilder(),
		slots:   make(chan struct{}, encoders), made: make(chan entry), collect: make(chan struct{}),
	}
	w.encode, w.context = errgroup.WithContext(context.Background())
	go func() {
		defer close(w.collect)
		for e := range w.made {
			w.entries = append(w.entries, e)
		}
	}()
	return w, nil
}

// Add takes a line.
func (w *writer) Add(l *billing.Line) error {
	if w.done {
		return ErrDone
	}
	if err := w.change.Fits(l); err != nil {
		return err
	}
	if w.builder.Add(l); w.builder.Rows() < builtLines {
		return nil
	}
	return w.gather(w.builder.Block())
}

// AddBlock takes lines by column.
func (w *writer) AddBlock(b *lineblock.Block) error {
	if w.done {
		return ErrDone
	}
	if err := w.change.FitsBlock(b); err != nil {
		return err
	}
	return w.gather(b)
}

// gather sorts lines by month, and has those written that are enough for a run.
func (w *writer) gather(b *lineblock.Block) error {
	if b.Rows == 0 {
		return nil
	}
	for month, rows := range monthsOf(b) {
		if err := w.gatherMonth(month, b, rows); err != nil {
			return err
		}
	}
	for w.gathered >= mostGathered*w.store.lines {
		largest := Month("")
		for month, t := range w.pending {
			if largest == "" || t.rows > w.pending[largest].rows {
				largest = month
			}
		}
		if err := w.flush(largest); err != nil {
			return err
		}
	}
	return nil
}

// gatherMonth adds rows of a month, nil for all, to those that wait, and has them written when they fill a run. Rows that would
// make a run of a segment and a bit begin the next.
func (w *writer) gatherMonth(month Month, b *lineblock.Block, rows []int32) error {
	n, full := b.Rows, runSegments*w.store.lines
	if rows != nil {
		n = len(rows)
	}
	if t := w.pending[month]; t != nil && t.rows+n > full {
		if err := w.flush(month); err != nil {
			return err
		}
	}
	t := w.pending[month]
	if t == nil {
		t = w.store.rooms.table()
		w.pending[month] = t
	}
	t.add(b, rows)
	w.gathered += n
	if t.rows >= full || len(t.ids.Data) > mostText {
		return w.flush(month)
	}
	return nil
}

// monthsOf gives the rows of each month lines are kept under; nil for all.
func monthsOf(b *lineblock.Block) map[Month][]int32 {
	periods, starts := b.Times[periodTime], b.Times[startTime]
	at := func(row int) int64 {
		if periods != nil && periods[row] != lineblock.NoTime {
			return periods[row]
		}
		return starts[row]
	}
	first := monthSpan(at(0))
	alone := true
	for row := range b.Rows {
		if micro := at(row); micro < first.from || micro >= first.to {
			alone = false
			break
		}
	}
	if alone {
		return map[Month][]int32{MonthOf(instant(at(0))): nil}
	}
	out := map[Month][]int32{}
	for row := range b.Rows {
		month := MonthOf(instant(at(row)))
		out[month] = append(out[month], int32(row))
	}
	return out
}

// monthSpan gives the month that a time is in.
func monthSpan(micro int64) span {
	t := instant(micro)
	start := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	return spanOf(start, start.AddDate(0, 1, 0))
}

// flush hands the lines of a month on to be written, when one of the encoders has time.
func (w *writer) flush(month Month) error {
	t := w.pending[month]
	delete(w.pending, month)
	w.gathered -= t.rows
	select {
	case w.slots <- struct{}{}:
	case <-w.context.Done():
		return w.encode.Wait()
	}
	w.encode.Go(func() error {
		defer func() { <-w.slots }()
		entries, err := w.payer.run(&w.store.rooms, place{month, w.change.Origin}, t, w.store.lines, w.change.Promote)
		for _, e := range entries {
			w.made <- e
		}
		return err
	})
	return nil
}

// place is what all lines of a segment have in common.
type place struct {
	month  Month
	origin string
}

// run writes the lines of a table, which is used up, as segments that are sorted one after another and do not count yet. What was written is told in
// case of an error too.
func (p *payer) run(r *rooms, at place, t *table, lines int, promote func(string) bool) (run []entry, err error) {
	e := r.encoder(t, promote)
	defer r.back(e)
	for rows := range slices.Chunk(t.order(), lines) {
		made, err := p.write(at, e, rows)
		if err != nil {
			return run, err
		}
		if len(run) > 0 {
			made.Run = run[0].Run
		}
		run = append(run, made)
	}
	return run, nil
}

// write makes a segment, which does not count yet, its own run.
func (p *payer) write(at place, e *encoder, rows []int32) (entry, error) {
	accounts := &e.texts[accountText]
	made := entry{
		Name: p.name(), Month: at.month, Origin: at.origin, Lines: len(rows),
		FirstAccount: accounts.values[accounts.at(rows[0])], LastAccount: accounts.values[accounts.at(rows[len(rows)-1])],
	}
	starts := e.times[startTime]
	first, last := starts[rows[0]], starts[rows[0]]
	for _, row := range rows {
		first, last = min(first, starts[row]), max(last, starts[row])
	}
	made.FirstStart, made.LastStart = instant(first), instant(last)
	if _, err := fmt.Sscanf(made.Name, "%d", &made.Run); err != nil {
		return made, err
	}
	path := filepath.Join(p.dir, made.Name)
	err := writeFile(p.files, path, func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 1<<16)
		counted := &counter{to: buffered}
		err := e.encode(counted, rows)
		made.Bytes = counted.bytes
		return errors.Join(err, buffered.Flush())
	})
	if err != nil {
		_ = p.files.Remove(path) // else at the next start
	}
	return made, err
}

type counter struct {
	to    io.Writer
	bytes int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.bytes += int64(n)
	return n, err
}

// Identify names what the lines were read from.
func (w *writer) Identify(imported string) { w.change.Import = imported }

// finish waits for what is being written.
func (w *writer) finish() error {
	w.done = true
	err := w.encode.Wait()
	close(w.made)
	<-w.collect
	return err
}

// Commit makes the change count.
func (w *writer) Commit(ctx context.Context) error {
	if w.done {
		return ErrDone
	}
	errs := []error{w.gather(w.builder.Block())}
	for _, month := range slices.Sorted(maps.Keys(w.pending)) {
		errs = append(errs, w.flush(month))
	}
	errs = append(errs, w.finish(), ctx.Err())
	if err := errors.Join(errs...); err != nil {
		w.discard()
		return fmt.Errorf("costlines: nothing is changed: %w", err)
	}
	slices.SortFunc(w.entries, func(a, b entry) int { return strings.Compare(a.Name, b.Name) })
	err := w.payer.commit(edit{remove: w.remove, add: w.entries, id: w.change.Import})
	if err != nil && !errors.Is(err, errUnknown) {
		w.discard()
	}
	return err
}

// Abort gives the change up.
func (w *writer) Abort() {
	if w.done {
		return
	}
	w.pending = nil
	_ = w.finish() // it does not count anyway
	w.discard()
}

// discard removes what was written.
func (w *writer) discard() {
	for _, e := range w.entries {
		_ = w.payer.files.Remove(filepath.Join(w.payer.dir, e.Name)) // else at the next start
	}
}

// rooms are the memory of tables and encoders that are done, for those to come.
type rooms struct {
	mu       sync.Mutex
	tables   []*table
	encoders []*encoder
}

// mostRooms is how many of each are kept.
const mostRooms = 4

func (r *rooms) table() *table {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.tables) - 1; last >= 0 {
		t := r.tables[last]
		r.tables = r.tables[:last]
		return t
	}
	return newTable()
}

func (r *rooms) encoder(t *table, promote func(string) bool) *encoder {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := &encoder{}
	if last := len(r.encoders) - 1; last >= 0 {
		e, r.encoders = r.encoders[last], r.encoders[:last]
	}
	e.table, e.promote = t, promote
	return e
}

// back gives back an encoder and its table.
func (r *rooms) back(e *encoder) {
	t := e.table
	e.table, e.promote, e.rows = nil, nil, nil
	t.reset()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.tables) < mostRooms {
		r.tables = append(r.tables, t)
	}
	if len(r.encoders) < mostRooms {
		r.encoders = append(r.encoders, e)
	}
}
