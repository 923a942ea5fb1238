package metering

import (
	"cmp"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

const payer = "111111111111"

var october = billing.Month{Year: 2026, Month: time.October}

func open(t *testing.T, buffered int) *Store {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.buffered, s.fanIn = buffered, 3
	return s
}

func sample(n int, seed uint64) []billing.UsageRecord {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]billing.UsageRecord, n)
	for i := range out {
		start := october.Start().Add(time.Duration(r.IntN(744*3600)) * time.Second)
		out[i] = billing.UsageRecord{
			Account: []string{"111111111111", "222222222222"}[r.IntN(2)], Product: "AmazonS3", UsageType: "TimedStorage-ByteHrs", Operation: "Standard",
			Region: "eu-west-1", Zone: "eu-west-1a", Resource: "bucket", Unit: "GB-Mo", Quantity: decimal.New(r.Int64N(1e15), 12),
			Start: start, End: start.Truncate(time.Hour).Add(time.Hour),
		}
		switch i % 4 {
		case 0:
			out[i].Tags = map[string]string{"user:team": "a b", "user:env": "prod"}
		case 1:
			out[i].Instance = &billing.Instance{Type: "m5.large", Platform: "Linux/UNIX", Tenancy: "default", MultiAZ: true}
		case 2:
			out[i].Seller, out[i].Quantity = "Seller Ltd.", decimal.New(r.Int64(), 0)
		}
	}
	return out
}

func put(t *testing.T, s *Store, identity string, records []billing.UsageRecord) []string {
	t.Helper()
	w, err := s.Begin(payer)
	if err != nil {
		t.Fatal(err)
	}
	for part := range slices.Chunk(records, 100) {
		if err := w.Add(part); err != nil {
			t.Fatal(err)
		}
	}
	names, err := w.Commit(t.Context(), identity)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// read gives a month's records, and fails if an hour is not one or comes out of order.
func read(t *testing.T, s *Store, names []string) []billing.UsageRecord {
	t.Helper()
	hours, err := s.Hours(payer, october, names)
	if err != nil {
		t.Fatal(err)
	}
	var all []billing.UsageRecord
	var before time.Time
	for batch, err := range hours {
		if err != nil {
			t.Fatal(err)
		}
		at := hour(&batch[0])
		if !at.After(before) {
			t.Fatalf("%s after %s", at, before)
		}
		for _, r := range batch {
			if !hour(&r).Equal(at) {
				t.Fatalf("%s in the hour %s", r.Start, at)
			}
		}
		all, before = append(all, batch...), at
	}
	return all
}

func sorted(records []billing.UsageRecord) []billing.UsageRecord {
	out := slices.Clone(records)
	slices.SortFunc(out, func(a, b billing.UsageRecord) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Account, b.Account), a.Quantity.Cmp(b.Quantity))
	})
	return out
}

func TestReadBack(t *testing.T) {
	for _, buffered := range []int{700, 2000, 1_000_000} {
		s := open(t, buffered)
		records := sample(5000, 1)
		names := put(t, s, "a", records[:3000])
		names = append(names, put(t, s, "b", records[3000:])...)
		got := read(t, s, names)
		if d := gocmp.Diff(sorted(records), sorted(got), gocmp.Comparer(func(a, b decimal.D) bool { return a == b })); d != "" {
			t.Fatalf("buffered %d: %s", buffered, d)
		}
		if again := read(t, s, names); !slices.EqualFunc(got, again, func(a, b billing.UsageRecord) bool { return a.Quantity == b.Quantity && a.Start.Equal(b.Start) }) {
			t.Error("read again it is something else")
		}
		files, err := headers(paths(s, names))
		if err != nil || widest(files) > 2*s.fanIn {
			t.Errorf("an hour is spread over %d files, %v", widest(files), err)
		}
		if drafts, _ := filepath.Glob(filepath.Join(s.dir, payer, draftPrefix+"*")); len(drafts) > 0 {
			t.Errorf("left: %v", drafts)
		}
	}
}

func paths(s *Store, names []string) (out []string) {
	for _, n := range names {
		out = append(out, filepath.Join(s.dir, payer, n))
	}
	return out
}

func TestSpansAreSplit(t *testing.T) {
	s := open(t, 1000)
	r := billing.UsageRecord{Account: payer, Product: "P", UsageType: "U", Quantity: decimal.Int(48), Start: october.End().Add(-24 * time.Hour), End: october.End().Add(24 * time.Hour)}
	names := put(t, s, "a", []billing.UsageRecord{r})
	if want := []string{"2026-10/a-1.parquet", "2026-11/a-1.parquet"}; !slices.Equal(names, want) {
		t.Errorf("files %v, want %v", names, want)
	}
	got := read(t, s, names)
	if len(got) != 24 || got[23].Quantity != decimal.Int(1) {
		t.Errorf("%d records in October, the last %+v", len(got), got[len(got)-1])
	}
}

// TestSameTwice puts the same in twice: the files replace each other.
func TestSameTwice(t *testing.T) {
	s := open(t, 1000)
	records := sample(2500, 2)
	once := put(t, s, "a", records)
	twice := put(t, s, "a", records)
	if !slices.Equal(once, twice) {
		t.Errorf("%v and then %v", once, twice)
	}
	if got := read(t, s, twice); len(got) != len(records) {
		t.Errorf("%d records of %d", len(got), len(records))
	}
}

func TestWhatDoesNotCountIsRemoved(t *testing.T) {
	s := open(t, 1000)
	kept, lost := put(t, s, "a", sample(10, 3)), put(t, s, "b", sample(10, 4))
	w, err := s.Begin(payer)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(sample(3000, 5)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.dir) // as after a crash
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Keep(payer, kept); err != nil {
		t.Fatal(err)
	}
	var left []string
	err = filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, path)
		}
		return err
	})
	if err != nil || !slices.Equal(left, paths(s, kept)) {
		t.Errorf("left %v, %v; want %v and not %v", left, err, kept, lost)
	}
}

func TestDamage(t *testing.T) {
	s := open(t, 1000)
	names := put(t, s, "a", sample(500, 6))
	path := paths(s, names)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{0, 3, len(whole) / 2, len(whole) - 1} {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		hours, err := s.Hours(payer, october, names)
		if err == nil {
			for _, e := range hours {
				err = cmp.Or(err, e)
			}
		}
		if err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("cut to %d of %d bytes: %v", cut, len(whole), err)
		}
	}
}

func TestNamesThatAreNone(t *testing.T) {
	s := open(t, 10)
	if _, err := s.Begin("../x"); err == nil {
		t.Error("a payer outside of the directory")
	}
	w, err := s.Begin(payer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(context.Background(), "a/b"); err == nil {
		t.Error("an identity with a slash")
	}
	w.Abort()
}
