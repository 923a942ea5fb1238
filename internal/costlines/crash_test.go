package costlines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

var errFault = errors.New("fault")

// faulty is a disk one of whose operations fails: before it is done, or after. What was not synced can be lost then.
type faulty struct {
	disk
	mu      sync.Mutex
	step    int  // operations done
	at      int  // the one that fails; 0 for none
	after   bool // it is done, and fails nevertheless
	once    bool // only this one fails; else all that follow too: the process was killed
	losing  bool // what is not synced is lost
	down    bool
	partial map[string]bool // files whose content is not synced
	undo    []undo          // of names that are not synced, in order
}

type undo struct {
	dir string
	do  func() error
}

// do does an operation, or fails.
func (f *faulty) do(op func() error) error {
	f.step++
	switch {
	case f.down:
		return errFault
	case f.step == f.at:
		f.down = !f.once
		if f.after {
			return errors.Join(op(), errFault)
		}
		return errFault
	}
	return op()
}

func (f *faulty) MkdirAll(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.do(func() error { return f.disk.MkdirAll(dir) })
}

// keep has a file's content put back when names that are not synced are lost.
func (f *faulty) keep(path string) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		f.undo = append(f.undo, undo{filepath.Dir(path), func() error { return os.RemoveAll(path) }})
		return nil
	}
	f.undo = append(f.undo, undo{filepath.Dir(path), func() error { return os.WriteFile(path, raw, 0o600) }})
	return err
}

func (f *faulty) Create(path string) (made file, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	err = f.do(func() error {
		if err := f.keep(path); err != nil {
			return err
		}
		f.partial[path] = true
		made, err = f.disk.Create(path)
		return err
	})
	return &faultyFile{f, made, path}, err
}

func (f *faulty) Rename(from, to string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.do(func() error {
		if err := errors.Join(f.keep(from), f.keep(to)); err != nil {
			return err
		}
		if f.partial[from] {
			f.partial[to] = true
			delete(f.partial, from)
		}
		return f.disk.Rename(from, to)
	})
}

func (f *faulty) Remove(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.do(func() error {
		if err := f.keep(path); err != nil {
			return err
		}
		return f.disk.Remove(path)
	})
}

func (f *faulty) SyncDir(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.do(func() error {
		f.undo = slices.DeleteFunc(f.undo, func(u undo) bool { return u.dir == dir })
		return nil
	})
}

type faultyFile struct {
	f    *faulty
	to   file
	path string
}

func (w *faultyFile) Write(b []byte) (n int, err error) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	err = w.f.do(func() error {
		w.f.partial[w.path] = true
		n, err = w.to.Write(b)
		return err
	})
	return n, err
}

func (w *faultyFile) Sync() error {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return w.f.do(func() error { delete(w.f.partial, w.path); return nil })
}

func (w *faultyFile) Close() error {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if w.f.down {
		_ = w.to.Close() // the process has ended
		return errFault
	}
	return w.to.Close()
}

// lose loses what was not synced: content is cut to half, and names are as they were.
func (f *faulty) lose(t *testing.T) {
	t.Helper()
	for path := range f.partial {
		if info, err := os.Stat(path); err == nil {
			if err := os.Truncate(path, info.Size()/2); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, u := range slices.Backward(f.undo) {
		if err := u.do(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// crashLines makes lines of two months whose identities begin with a name.
func crashLines(name string, n int) []*billing.Line {
	out := make([]*billing.Line, n)
	for i := range out {
		out[i] = &billing.Line{
			ID: fmt.Sprintf("%s-%02d", name, i), Account: fmt.Sprint(100000000000 + i%3), Product: "AmazonEC2", Currency: "USD",
			Start: time.Date(2026, time.Month(9+i%2), 1, i, 0, 0, 0, time.UTC), Unblended: decimal.New(int64(i), 2), Bill: billing.BillPart{Payer: "1"},
		}
	}
	return out
}

// action is one thing done to a store, and what lines it leaves.
type action struct {
	do   func(s *Store) error
	then []string // identities, as crashed gives them
}

func putting(c Change, lines []*billing.Line) func(s *Store) error {
	return func(s *Store) error {
		w, err := s.Begin(context.Background(), c)
		if err != nil {
			return err
		}
		defer w.Abort()
		for _, l := range lines {
			if err := w.Add(l); err != nil {
				return err
			}
		}
		return w.Commit(context.Background())
	}
}

func ids(of ...[]*billing.Line) (out []string) {
	for _, lines := range of {
		for _, l := range lines {
			out = append(out, l.ID)
		}
	}
	slices.Sort(out)
	return out
}

// story is what the crash tests do: imports, a compaction, a replacement, a late import, and compactions again.
func story() []action {
	a, b, c, late := crashLines("a", 13), crashLines("b", 8), crashLines("c", 9), crashLines("late", 3)
	september := slices.DeleteFunc(slices.Clone(c), func(l *billing.Line) bool { return l.Start.Month() != time.September })
	october := slices.DeleteFunc(append(slices.Clone(a), b...), func(l *billing.Line) bool { return l.Start.Month() != time.October })
	compact := func(month Month) func(s *Store) error {
		return func(s *Store) error { return s.Compact(context.Background(), "1", month) }
	}
	return []action{
		{putting(Change{Payer: "1", Import: "a"}, a), ids(a)},
		{putting(Change{Payer: "1", Import: "b"}, b), ids(a, b)},
		{compact("2026-10"), ids(a, b)},
		{putting(Change{Payer: "1", Import: "c", Replace: []Month{"2026-09"}}, september), ids(october, september)},
		{putting(Change{Payer: "1", Import: "late"}, late), ids(october, september, late)},
		{compact("2026-09"), ids(october, september, late)},
		{compact("2026-10"), ids(october, september, late)},
	}
}

func linesOf(s *Store) (out []string, err error) {
	q := ScanQuery{View: View{Payer: "1"}, Start: time.Unix(0, 0), End: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	err = s.Scan(context.Background(), q, func(l *billing.Line) error { out = append(out, l.ID); return nil })
	slices.Sort(out)
	return out, err
}

// tell runs the story on a disk up to the first error, and gives how many actions were done.
func tell(s *Store, story []action) (done int, err error) {
	for _, act := range story {
		if err := act.do(s); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// finish does the rest of a story, the first part of which may have counted although it failed.
func finish(t *testing.T, s *Store, story []action, done int) {
	t.Helper()
	var before, after []string
	if done > 0 {
		before = story[done-1].then
	}
	after = story[min(done, len(story)-1)].then
	got, err := linesOf(s)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, before) && !slices.Equal(got, after) {
		t.Fatalf("after action %d failed there is\n%v\nand neither\n%v\nnor\n%v", done, got, before, after)
	}
	for _, act := range story[done:] {
		if err := act.do(s); err != nil && !errors.Is(err, ErrImported) {
			t.Fatal(err)
		}
		if got, err := linesOf(s); err != nil || !slices.Equal(got, act.then) {
			t.Fatalf("got %v (%v), want %v", got, err, act.then)
		}
	}
}

// TestCrashes ends the process at every step of the story, keeps or loses what was not synced, and goes on.
func TestCrashes(t *testing.T) {
	forEachFault(t, false, func(t *testing.T, f *faulty, dir string, story []action) {
		s, err := open(dir, f, 4)
		done := 0
		if err == nil {
			done, err = tell(s, story)
		}
		if err == nil && !f.down {
			t.Fatalf("step %d did not fail", f.at) // that of a removal is not told: the next start removes
		}
		if f.losing {
			f.lose(t)
		}
		s, err = open(dir, disk{}, 4)
		if err != nil {
			t.Fatal(err)
		}
		finish(t, s, story, done)
		nothingLeft(t, s, dir)
	})
}

// TestFailures has every single step of the story fail, without ending the process.
func TestFailures(t *testing.T) {
	forEachFault(t, true, func(t *testing.T, f *faulty, dir string, story []action) {
		s, err := open(dir, f, 4)
		if err != nil {
			if s, err = open(dir, f, 4); err != nil {
				t.Fatal(err)
			}
		}
		done, err := tell(s, story)
		if err != nil {
			finish(t, s, story, done)
		}
		if s, err = open(dir, disk{}, 4); err != nil {
			t.Fatal(err)
		}
		if got, err := linesOf(s); err != nil || !slices.Equal(got, story[len(story)-1].then) {
			t.Fatalf("got %v, %v", got, err)
		}
		nothingLeft(t, s, dir)
	})
}

// forEachFault runs a test with a fault at every step, before it and after it; what is not synced is kept, and lost.
func forEachFault(t *testing.T, once bool, test func(t *testing.T, f *faulty, dir string, story []action)) {
	story := story()
	fresh := func(at int, after bool) *faulty {
		return &faulty{at: at, after: after, once: once, partial: map[string]bool{}}
	}
	whole := fresh(0, false)
	s, err := open(t.TempDir(), whole, 4)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tell(s, story); err != nil {
		t.Fatal(err)
	}
	if whole.step < 100 {
		t.Fatalf("the story has only %d steps", whole.step)
	}
	stride := 1
	if testing.Short() {
		stride = 7
	}
	for at := 1; at < whole.step; at += stride {
		variants := 4
		if once {
			variants = 2 // nothing is lost while the process lives
		}
		for variant := range variants {
			f := fresh(at, variant&1 != 0)
			f.losing = variant&2 != 0
			t.Run(fmt.Sprintf("step %d, done %v, losing %v", at, f.after, f.losing), func(t *testing.T) { test(t, f, t.TempDir(), story) })
		}
	}
}

// nothingLeft fails if there are files that no manifest names, after the store was opened anew.
func nothingLeft(t *testing.T, s *Store, dir string) {
	t.Helper()
	m, err := s.hold("1")
	if err != nil {
		t.Fatal(err)
	}
	defer m.release()
	entries, err := os.ReadDir(filepath.Join(dir, "1"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), segmentSuffix) {
			names = append(names, e.Name())
		}
	}
	want := m.names(time.Unix(0, 0), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), nil)
	slices.SortFunc(want, cmp.Compare[string])
	if !slices.Equal(names, want) {
		t.Errorf("there are %v, and only %v count", names, want)
	}
}
