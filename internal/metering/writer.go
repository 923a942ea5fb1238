package metering

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"umbel/internal/domain/billing"
)

// Writer takes the records of one import. It is not for several goroutines at once. Nothing of it counts before its caller has
// noted the names that Commit gives.
type Writer struct {
	store   *Store
	dir     string // of the payer
	draft   string // where files are until they have their names
	pending map[billing.Month]*held
	recent  *held   // that of the last record
	spare   []*held // room of those that were written
	held    int
	runs    map[string][]string // files in the draft, by month
	next    int
	done    bool
}

// held are the records of a month that are in memory.
type held struct {
	from, to int64 // the month, in seconds since 1970
	records  []billing.UsageRecord
	order    []place
}

// mostSpare is of how many months the room is kept: most imports are of one, or of two.
const mostSpare = 2

// Begin begins an import of a payer's usage.
func (s *Store) Begin(payer string) (*Writer, error) {
	dir, err := s.payer(payer)
	if err != nil {
		return nil, err
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	draft, err := os.MkdirTemp(dir, draftPrefix)
	if err != nil {
		return nil, fmt.Errorf("metering: %w", err)
	}
	return &Writer{store: s, dir: dir, draft: draft, pending: map[billing.Month]*held{}, runs: map[string][]string{}}, nil
}

// Add takes records; those that span hours are split at them. It keeps what records point to.
func (w *Writer) Add(records []billing.UsageRecord) error {
	for i := range records {
		r := &records[i]
		if r.Start.Before(first) || r.End.After(last) || r.End.Before(r.Start) {
			return fmt.Errorf("metering: usage from %s to %s", r.Start, r.End)
		}
		if r.WithinHour() {
			w.hold(r)
		} else {
			for _, part := range r.Split() {
				w.hold(&part)
			}
		}
		if w.held >= w.store.buffered {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Writer) hold(r *billing.UsageRecord) {
	at := r.Start.Unix()
	if w.recent == nil || at < w.recent.from || at >= w.recent.to {
		w.recent = w.of(billing.MonthOf(r.Start))
	}
	h := w.recent
	h.records = append(h.records, *r)
	w.held++
}

// of gives what is held of a month.
func (w *Writer) of(month billing.Month) *held {
	h := w.pending[month]
	if h != nil {
		return h
	}
	h = &held{}
	if last := len(w.spare) - 1; last >= 0 {
		h, w.spare = w.spare[last], w.spare[:last]
	}
	h.from, h.to = month.Start().Unix(), month.End().Unix()
	w.pending[month] = h
	return h
}

// flush writes the largest months until memory is half empty.
func (w *Writer) flush() error {
	for w.held > w.store.buffered/2 {
		month := slices.MaxFunc(slices.Collect(maps.Keys(w.pending)), func(a, b billing.Month) int {
			return cmp.Or(cmp.Compare(len(w.pending[a].records), len(w.pending[b].records)), a.Compare(b))
		})
		if err := w.run(month); err != nil {
			return err
		}
	}
	return nil
}

// run writes what is held of a month, sorted.
func (w *Writer) run(month billing.Month) error {
	h := w.pending[month]
	delete(w.pending, month)
	w.recent = nil
	w.held -= len(h.records)
	h.sort()
	err := w.write(month.String(), func(out *output) error { return out.ordered(h) })
	clear(h.records)
	clear(h.order)
	h.records, h.order = h.records[:0], h.order[:0]
	if len(w.spare) < mostSpare {
		w.spare = append(w.spare, h)
	}
	return err
}

// write makes a file of the draft.
func (w *Writer) write(month string, fill func(*output) error) error {
	path := filepath.Join(w.draft, fmt.Sprintf("%06d%s", w.next, suffix))
	w.next++
	if err := writeFile(path, fill); err != nil {
		return err
	}
	w.runs[month] = append(w.runs[month], path)
	return nil
}

// Commit makes the files safe, and gives their names below the payer's directory. The identity tells this import from all others,
// and is the same when the same is imported again: such files replace each other.
func (w *Writer) Commit(ctx context.Context, identity string) ([]string, error) {
	if w.done || !payers.MatchString(identity) {
		return nil, fmt.Errorf("metering: an import under the name %q, or one that is done", identity)
	}
	defer w.Abort()
	for _, month := range slices.SortedFunc(maps.Keys(w.pending), billing.Month.Compare) {
		if err := w.run(month); err != nil {
			return nil, err
		}
	}
	var names []string
	for _, month := range slices.Sorted(maps.Keys(w.runs)) {
		if err := w.narrow(ctx, month); err != nil {
			return nil, err
		}
		dir := filepath.Join(w.dir, month)
		if err := makeDir(dir); err != nil {
			return nil, err
		}
		for i, path := range w.runs[month] {
			name := fmt.Sprintf("%s-%d%s", identity, i+1, suffix)
			if err := syncFile(path); err != nil { // what is only a step on the way need not be safe
				return nil, err
			}
			if err := os.Rename(path, filepath.Join(dir, name)); err != nil {
				return nil, fmt.Errorf("metering: %w", err)
			}
			names = append(names, month+"/"+name)
		}
		if err := syncDir(dir); err != nil {
			return nil, err
		}
	}
	return names, ctx.Err()
}

// narrow merges files of a month until an hour is spread over few of them, so that few have to be open at once when it is read.
func (w *Writer) narrow(ctx context.Context, month string) error {
	for {
		files, err := headers(w.runs[month])
		if err != nil {
			return err
		}
		if widest(files) <= w.store.fanIn {
			return nil
		}
		var merged []string
		for group := range slices.Chunk(files, w.store.fanIn) {
			if err := ctx.Err(); err != nil {
				return err
			}
			paths := make([]string, len(group))
			for i, h := range group {
				paths[i] = h.path
			}
			hours, err := merge(paths)
			if err != nil {
				return err
			}
			w.runs[month] = nil
			if err := w.write(month, func(out *output) error { return out.hours(hours) }); err != nil {
				return err
			}
			for _, p := range paths {
				if err := os.Remove(p); err != nil {
					return fmt.Errorf("metering: %w", err)
				}
			}
			merged = append(merged, w.runs[month]...)
		}
		w.runs[month] = merged
	}
}

// Abort gives the import up. After Commit it does nothing.
func (w *Writer) Abort() {
	if w.done {
		return
	}
	w.done, w.pending, w.spare = true, nil, nil
	_ = os.RemoveAll(w.draft) // else when the store is opened again
}

func hour(r *billing.UsageRecord) time.Time { return r.Start.UTC().Truncate(time.Hour) }

// makeDir makes a directory, and its name safe.
func makeDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return fmt.Errorf("metering: %w", err)
	}
	return syncDir(filepath.Dir(dir))
}

func syncDir(dir string) error { return syncFile(dir) }

// syncFile makes the content of a file, or of a directory, safe.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("metering: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("metering: %w", err)
	}
	return nil
}

// writeFile makes a file, which is not yet safe.
func writeFile(path string, fill func(*output) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("metering: %w", err)
	}
	out := newOutput(f)
	if err := fill(out); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(out.close(), f.Close()); err != nil {
		return fmt.Errorf("metering: %w", err)
	}
	return nil
}
