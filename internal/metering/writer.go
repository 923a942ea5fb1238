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
	pending map[string][]billing.UsageRecord
	held    int
	runs    map[string][]string // files in the draft, by month
	next    int
	done    bool
}

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
	return &Writer{store: s, dir: dir, draft: draft, pending: map[string][]billing.UsageRecord{}, runs: map[string][]string{}}, nil
}

// Add takes records; those that span hours are split at them. It keeps what records point to.
func (w *Writer) Add(records []billing.UsageRecord) error {
	for i := range records {
		r := &records[i]
		if r.Start.Before(first) || r.End.After(last) || r.End.Before(r.Start) {
			return fmt.Errorf("metering: usage from %s to %s", r.Start, r.End)
		}
		for _, part := range r.Split() {
			month := billing.MonthOf(part.Start).String()
			w.pending[month] = append(w.pending[month], part)
			w.held++
		}
		if w.held >= w.store.buffered {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes the largest months until memory is half empty.
func (w *Writer) flush() error {
	for w.held > w.store.buffered/2 {
		month := slices.MaxFunc(slices.Collect(maps.Keys(w.pending)), func(a, b string) int {
			return cmp.Or(cmp.Compare(len(w.pending[a]), len(w.pending[b])), cmp.Compare(a, b))
		})
		if err := w.run(month); err != nil {
			return err
		}
	}
	return nil
}

// run writes what is held of a month, sorted.
func (w *Writer) run(month string) error {
	records := w.pending[month]
	delete(w.pending, month)
	w.held -= len(records)
	slices.SortStableFunc(records, func(a, b billing.UsageRecord) int {
		return cmp.Or(hour(&a).Compare(hour(&b)), cmp.Compare(a.Account, b.Account))
	})
	return w.write(month, func(out *output) error { return out.add(records) })
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
	for _, month := range slices.Sorted(maps.Keys(w.pending)) {
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
	w.done, w.pending = true, nil
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
