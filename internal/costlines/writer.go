package costlines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"umbel/internal/domain/billing"
)

// encoders is how many segments of a change are written at the same time: one while the next is gathered.
const encoders = 2

// writer is a change to a Store.
type writer struct {
	store   *Store
	payer   *payer
	change  Change
	remove  map[string]bool
	pending map[Month]*batch
	encode  *errgroup.Group
	context context.Context
	slots   chan struct{}
	made    chan entry // buffered by collect
	entries []entry
	collect chan struct{}
	done    bool
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
		store: s, payer: p, change: c, remove: m.of(c.Replace, c.Origin), pending: map[Month]*batch{},
		slots: make(chan struct{}, encoders), made: make(chan entry), collect: make(chan struct{}),
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
	month := KeptUnder(l)
	b := w.pending[month]
	if b == nil {
		b = &batch{}
		w.pending[month] = b
	}
	if b.add(l); b.count < w.store.lines {
		return nil
	}
	delete(w.pending, month)
	return w.flush(month, b)
}

// batch is the lines of a segment to be, in pages that stay where they are.
type batch struct {
	pages [][]line
	count int
}

const batchPage = 1024

func (b *batch) add(l *line) {
	if b.count%batchPage == 0 {
		b.pages = append(b.pages, make([]line, 0, batchPage))
	}
	last := len(b.pages) - 1
	b.pages[last] = append(b.pages[last], *l)
	b.count++
}

// sorted gives the lines in the order of segments.
func (b *batch) sorted() []*line {
	out := make([]*line, 0, b.count)
	for _, page := range b.pages {
		for i := range page {
			out = append(out, &page[i])
		}
	}
	slices.SortFunc(out, compareLines)
	return out
}

// flush hands lines of a month on to be written, when one of the encoders has time.
func (w *writer) flush(month Month, b *batch) error {
	select {
	case w.slots <- struct{}{}:
	case <-w.context.Done():
		return w.encode.Wait()
	}
	w.encode.Go(func() error {
		defer func() { <-w.slots }()
		e, err := w.payer.write(place{month, w.change.Origin}, b.sorted(), w.change.Promote)
		if err == nil {
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

// write makes a segment, which does not count yet, its own run.
func (p *payer) write(at place, lines []*line, promote func(string) bool) (entry, error) {
	e := entry{
		Name: p.name(), Month: at.month, Origin: at.origin, Lines: len(lines), FirstAccount: lines[0].Account, LastAccount: lines[len(lines)-1].Account,
	}
	first, last := lines[0].Start.UnixMicro(), lines[0].Start.UnixMicro()
	for _, l := range lines {
		at := l.Start.UnixMicro()
		first, last = min(first, at), max(last, at)
	}
	e.FirstStart, e.LastStart = instant(first), instant(last)
	if _, err := fmt.Sscanf(e.Name, "%d", &e.Run); err != nil {
		return e, err
	}
	path := filepath.Join(p.dir, e.Name)
	err := writeFile(p.files, path, func(w io.Writer) error {
		counted := &counter{to: w}
		err := encode(counted, lines, promote)
		e.Bytes = counted.bytes
		return err
	})
	if err != nil {
		_ = p.files.Remove(path) // else at the next start
	}
	return e, err
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
	var errs []error
	for month, lines := range w.pending {
		errs = append(errs, w.flush(month, lines))
	}
	w.pending = nil
	errs = append(errs, w.finish(), ctx.Err())
	if err := errors.Join(errs...); err != nil {
		w.discard()
		return fmt.Errorf("costlines: nothing is changed: %w", err)
	}
	slices.SortFunc(w.entries, func(a, b entry) int { return a.Run - b.Run })
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
