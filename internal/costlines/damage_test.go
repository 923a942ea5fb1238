package costlines

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"umbel/internal/domain/billing"
)

// stored makes a store with a few segments, closes it, and gives the directory of its payer.
func stored(t *testing.T) (dir, of string) {
	t.Helper()
	dir = t.TempDir()
	if err := putting(Change{Payer: "1"}, crashLines("a", 9))(OpenSmall(t, dir, 4)); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, "1")
}

func segmentsIn(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v, %v", paths, err)
	}
	return paths
}

// TestDamage: what is broken is told, and never answered from.
func TestDamage(t *testing.T) {
	for name, harm := range map[string]func(of, segment string) error{
		"a segment is missing":    func(_, segment string) error { return os.Remove(segment) },
		"a segment is cut":        func(_, segment string) error { return os.Truncate(segment, 100) },
		"a segment is no segment": func(_, segment string) error { return os.WriteFile(segment, []byte("nothing of the kind"), 0o600) },
		"the manifest is cut":     func(of, _ string) error { return os.Truncate(filepath.Join(of, manifestName), 40) },
		"another payer's manifest": func(of, _ string) error {
			return os.WriteFile(filepath.Join(of, manifestName), []byte(`{"Version":1,"Payer":"2"}`), 0o600)
		},
	} {
		dir, of := stored(t)
		if err := harm(of, segmentsIn(t, of)[0]); err != nil {
			t.Fatal(err)
		}
		if lines, err := linesOf(OpenSmall(t, dir, 4)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v, %v", name, lines, err)
		}
	}
}

func TestNewerManifest(t *testing.T) {
	dir, of := stored(t)
	if err := os.WriteFile(filepath.Join(of, manifestName), []byte(`{"Version":2,"Payer":"1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := linesOf(OpenSmall(t, dir, 4)); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("got %v", err)
	}
}

// TestReaderKeepsItsSegments: a scan under way is not disturbed by a compaction, after which the old segments go.
func TestReaderKeepsItsSegments(t *testing.T) {
	dir, of := stored(t)
	s := OpenSmall(t, dir, 4)
	q := ScanQuery{View: View{Payer: "1"}, Start: time.Unix(0, 0), End: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	seen := 0
	err := s.Scan(context.Background(), q, func(*billing.Line) error {
		if seen++; seen > 1 {
			return nil
		}
		for _, month := range []Month{"2026-09", "2026-10"} {
			if err := s.Compact(context.Background(), "1", month); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || seen != 9 {
		t.Errorf("saw %d lines, %v", seen, err)
	}
	counting, err := s.hold("1")
	if err != nil {
		t.Fatal(err)
	}
	defer counting.release()
	if n := len(segmentsIn(t, of)); n != len(counting.Segments) {
		t.Errorf("%d segments are there, %d count", n, len(counting.Segments))
	}
	for _, e := range counting.Segments {
		if e.Run != counting.runs(place{month: e.Month})[0][0].Run {
			t.Errorf("%s has several runs", e.Month)
		}
	}
}

// TestForms: an amount is kept in 64 bits with as few places as it needs, and in 128 only where that does not do.
func TestForms(t *testing.T) {
	for text, want := range map[string]form{
		"0": {scale: 0}, "12": {scale: 0}, "0.5": {scale: 1}, "-0.000000000001": {scale: 12}, "999999.999999999999": {scale: 12},
		"1000000.000000000001": {scale: 12, wide: true}, "999999999999999999": {scale: 0}, "1000000000000000000": {scale: 12, wide: true},
	} {
		f := newFormer()
		d := parse(t, text)
		f.show(d)
		if got := f.form(); got != want {
			t.Errorf("%s is kept as %+v, want %+v", text, got, want)
		} else if !got.wide && got.decimal(got.small(d)) != d {
			t.Errorf("%s comes back as %s", text, got.decimal(got.small(d)))
		}
	}
}

// TestTotals: sums that leave 64 bits are exact.
func TestTotals(t *testing.T) {
	for _, sign := range []int64{1, -1} {
		var sum total
		for range 120_000 {
			sum.add(sign * 999_999_999_999_999_999)
		}
		want := "119999999999999999.88"
		if sign < 0 {
			want = "-" + want
		}
		if got, err := sum.decimal(6); err != nil || got != parse(t, want) {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestClosed(t *testing.T) {
	s := OpenSmall(t, t.TempDir(), 4)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := linesOf(s); !errors.Is(err, errClosed) {
		t.Errorf("got %v", err)
	}
}
