package exports_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/exports"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
	"umbel/internal/usage"
)

const payer ident.AccountID = "111122223333"

var month = billing.Month{Year: 2026, Month: time.October}

// room is an exporter over a store and lines of its own, of a payer that is in no organization.
type room struct {
	t     *testing.T
	db    *store.DB
	lines *costlines.Store
	root  string
	now   time.Time
	to    exports.Destination
	bill  *billing.Bill
	all   []billing.Line
}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{t: t, root: t.TempDir(), now: time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC)}
	r.to = exports.Directory{Root: r.root}
	engine, err := sqlstore.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "umbel.db"))
	if err != nil {
		t.Fatal(err)
	}
	if r.db, err = store.Open(t.Context(), engine, op.Schema, store.Options{Now: func() time.Time { return r.now }, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	if r.lines, err = costlines.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(r.lines.Close(), r.db.Close()) })
	return r
}

// exporter is a process of its own: after one died, another goes on.
func (r *room) exporter(part int) *exports.Exporter {
	r.t.Helper()
	spool := filepath.Join(r.root, ".spool")
	if err := os.MkdirAll(spool, 0o700); err != nil {
		r.t.Fatal(err)
	}
	x, err := exports.New(exports.Config{
		Store: r.db, Lines: func() (costlines.Engine, error) { return r.lines, nil }, To: r.to, Spool: spool, Now: func() time.Time { return r.now },
		Rand: rand.Reader, Log: slog.New(slog.DiscardHandler), PartRows: part, BatchLines: 50,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return x
}

func (r *room) follow(x *exports.Exporter) {
	r.t.Helper()
	if err := x.Follow(r.t.Context(), payer, nil); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) update(fn func(*cost.State, store.Tx)) {
	r.t.Helper()
	p := op.CostPartition(payer)
	err := r.db.Update(r.t.Context(), store.Meta{Actor: "test", At: r.now}, store.Scope{Write: []store.Partition{p}}, func(tx store.Tx) error {
		fn(tx.State(p).(*cost.State), tx)
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// export puts an export, and has the month computed.
func (r *room) export(e cost.Export) {
	r.update(func(s *cost.State, tx store.Tx) {
		e.Created, e.Updated = r.now, r.now
		s.PutExport(&e)
		if err := tx.Claim(exports.Locator(payer), op.CostPartition(payer)); err != nil {
			r.t.Fatal(err)
		}
	})
}

// computed gives the month lines, and a number to its bill.
func (r *room) computed(done int64, n int) {
	r.t.Helper()
	w, err := r.lines.Begin(r.t.Context(), costlines.Change{Payer: string(payer), Replace: []costlines.Month{"2026-10"}, Origin: "rated"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.all = nil
	for i := range n {
		at := month.Start().Add(time.Duration(i%96) * time.Hour)
		l := billing.Line{
			ID: fmt.Sprintf("line%05d", i), Type: billing.Usage, Account: fmt.Sprintf("11112222%04d", 3333+i%3), Start: at, End: at.Add(time.Hour),
			Product: []string{"AmazonEC2", "AmazonS3"}[i%2], UsageType: "BoxUsage:m5.large", Operation: "RunInstances", Resource: fmt.Sprintf("i-%d", i%5),
			Currency: "USD", Usage: decimal.Int(1), UnblendedRate: decimal.New(96, 3), Unblended: decimal.New(96, 3), BlendedRate: decimal.New(96, 3), Blended: decimal.New(96, 3),
			NetUnblendedRate: decimal.New(96, 3), NetUnblended: decimal.New(96, 3), Tags: map[string]string{"user:team": fmt.Sprint("t", i%2)},
			Bill:    billing.BillPart{Type: billing.Anniversary, Payer: string(payer), Entity: billing.EntityAWS, PeriodStart: month.Start(), PeriodEnd: month.End()},
			Pricing: billing.PricingPart{Term: "OnDemand", Unit: "Hrs", PublicRate: decimal.New(96, 3), PublicCost: decimal.New(96, 3), Currency: "USD"},
			Detail:  billing.ProductPart{Service: "AmazonEC2", Name: "Amazon Elastic Compute Cloud", Region: "us-east-1", SKU: "ABC"},
		}
		if err := w.Add(&l); err != nil {
			r.t.Fatal(err)
		}
		r.all = append(r.all, l)
	}
	if err := w.Commit(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	r.bill = r.collect(r.all)
	r.update(func(s *cost.State, _ store.Tx) {
		s.Months.Put(&cost.Month{Month: "2026-10", Wanted: done, Done: done, Computed: r.now})
	})
}

func (r *room) collect(lines []billing.Line) *billing.Bill {
	r.t.Helper()
	c := billing.NewCollector(&billing.Organization{Payer: string(payer)}, month, false)
	for i := range lines {
		if err := c.Add(&lines[i]); err != nil {
			r.t.Fatal(err)
		}
	}
	b, err := c.Bill()
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

func (r *room) files() (names []string) {
	r.t.Helper()
	err := filepath.WalkDir(r.root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(r.root, path)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return names
}

func (r *room) read(name string) []byte {
	r.t.Helper()
	raw, err := os.ReadFile(filepath.Join(r.root, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return raw
}

// manifest gives the files that a manifest names, below the root.
func (r *room) manifest(name string) (files []string) {
	r.t.Helper()
	var m struct{ DataFiles, ReportKeys []string }
	if err := json.Unmarshal(r.read(name), &m); err != nil {
		r.t.Fatal(err)
	}
	for _, f := range m.DataFiles {
		files = append(files, strings.TrimPrefix(f, "s3://"))
	}
	for _, key := range m.ReportKeys {
		files = append(files, "bucket/"+key)
	}
	return files
}

// taken reads files of lines back.
func (r *room) taken(files []string) (lines []billing.Line) {
	r.t.Helper()
	sink := usage.Sink{Lines: func(l []billing.Line) error { lines = append(lines, l...); return nil }}
	for _, f := range files {
		raw := r.read(f)
		var err error
		if strings.HasSuffix(f, ".parquet") {
			_, err = usage.ReadParquet(r.t.Context(), bytes.NewReader(raw), int64(len(raw)), f, sink)
		} else {
			_, err = usage.Read(r.t.Context(), bytes.NewReader(raw), f, sink)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	return lines
}

func all(table string) string {
	t, _ := exports.FindTable(table)
	properties, _ := t.Configure(nil)
	var names []string
	for _, c := range t.Schema(properties) {
		names = append(names, c.Name)
	}
	return "SELECT " + strings.Join(names, ", ") + " FROM " + table
}

func data(name string) cost.Export {
	return cost.Export{
		Key: cost.DataExport + name + "-1", Name: name, Table: "COST_AND_USAGE_REPORT", Query: strings.Replace(all("COST_AND_USAGE_REPORT"), "SELECT ", "SELECT line_item_resource_id, ", 1),
		Configurations: map[string]string{"INCLUDE_RESOURCES": "TRUE"}, Bucket: "bucket", Prefix: "a/b", Format: "PARQUET", Compression: "PARQUET", OutputType: "CUSTOM", Overwrite: "OVERWRITE_REPORT",
	}
}

const overwritten = "bucket/a/b/all/metadata/BILLING_PERIOD=2026-10/all-Manifest.json"

var compareDecimals = cmp.Comparer(func(a, b decimal.D) bool { return a == b })

// TestOverwrite: files are where Data Exports puts them, in parts, are read back to the identical bill, and give way to later ones.
func TestOverwrite(t *testing.T) {
	r := newRoom(t)
	r.computed(1, 300)
	r.export(data("all"))
	x := r.exporter(100)
	r.follow(x)
	want := []string{
		"bucket/a/b/all/data/BILLING_PERIOD=2026-10/all-00001.snappy.parquet", "bucket/a/b/all/data/BILLING_PERIOD=2026-10/all-00002.snappy.parquet",
		"bucket/a/b/all/data/BILLING_PERIOD=2026-10/all-00003.snappy.parquet", overwritten,
	}
	if diff := cmp.Diff(want, r.files()); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(want[:3], r.manifest(overwritten)); diff != "" {
		t.Error(diff)
	}
	back := r.taken(r.manifest(overwritten))
	if diff := cmp.Diff(r.bill, r.collect(back), compareDecimals); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSortedFunc(back, func(a, b billing.Line) int {
		return strings.Compare(a.Account+a.Product+a.Start.Format(time.RFC3339), b.Account+b.Product+b.Start.Format(time.RFC3339))
	}) {
		t.Error("lines are not in order")
	}
	first := r.read(want[0])
	r.follow(x) // nothing new
	r.computed(2, 150)
	r.follow(x) // too early
	if len(r.executions("all")) != 1 || !bytes.Equal(first, r.read(want[0])) {
		t.Fatalf("%d runs", len(r.executions("all")))
	}
	r.now = r.now.Add(8 * time.Hour)
	r.follow(x)
	if diff := cmp.Diff(want[:2], r.manifest(overwritten)); diff != "" {
		t.Error(diff)
	}
	if len(r.files()) != 3 {
		t.Errorf("got %q", r.files())
	}
	if diff := cmp.Diff(r.bill, r.collect(r.taken(r.manifest(overwritten))), compareDecimals); diff != "" {
		t.Error(diff)
	}
}

func (r *room) executions(name string) (all []*cost.Execution) {
	r.t.Helper()
	p := op.CostPartition(payer)
	err := r.db.View(r.t.Context(), store.Scope{Read: []store.Partition{p}}, func(tx store.Tx) error {
		s := tx.State(p).(*cost.State)
		for _, kind := range []string{cost.DataExport, cost.ReportExport} {
			if e, ok := s.Named(kind, name); ok {
				all = append(all, s.Executions(e.Key)...)
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// TestCreateNew: every run has a place of its own, and its definition may change at once.
func TestCreateNew(t *testing.T) {
	r := newRoom(t)
	r.computed(1, 30)
	e := data("all")
	e.Overwrite, e.Format, e.Compression = "CREATE_NEW_REPORT", "TEXT_OR_CSV", "GZIP"
	r.export(e)
	x := r.exporter(0)
	r.follow(x)
	r.now = r.now.Add(time.Minute)
	e.Query = "SELECT line_item_usage_account_id, SUM FROM COST_AND_USAGE_REPORT" // no such column: the run fails
	r.export(e)
	if err := x.Follow(t.Context(), payer, nil); err == nil || !strings.Contains(err.Error(), "no column SUM") {
		t.Errorf("got %v", err)
	}
	r.now = r.now.Add(time.Minute)
	e.Query = "SELECT line_item_usage_account_id AS account, resource_tags.user_team, line_item_unblended_cost FROM COST_AND_USAGE_REPORT WHERE resource_tags.user_team = 't1' AND line_item_unblended_cost > 0.05 LIMIT 4"
	r.export(e)
	r.follow(x)
	runs := r.executions("all")
	if len(runs) != 3 || runs[0].Status != cost.Shipped || runs[1].Status != cost.QueryFailed || runs[1].Reason != cost.InternalFailure || runs[2].Status != cost.Shipped {
		t.Fatalf("got %+v", runs)
	}
	if n := len(r.files()); n != 5 { // two of data, their manifests, and the latest manifest
		t.Fatalf("%d files: %q", n, r.files())
	}
	latest := r.manifest("bucket/a/b/all/metadata/BILLING_PERIOD=2026-10/all-Manifest.json")
	if len(latest) != 1 || !strings.Contains(latest[0], "/data/BILLING_PERIOD=2026-10/2026-10-20T12:02:00.000Z-"+runs[0].ID+"/all-00001.csv.gz") {
		t.Fatalf("got %q", latest)
	}
	z, err := gzip.NewReader(bytes.NewReader(r.read(latest[0])))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(records) != 5 || strings.Join(records[0], ",") != "account,user_team,line_item_unblended_cost" || records[1][1] != "t1" || records[1][2] != "0.096" {
		t.Errorf("%v: %q", err, records)
	}
}

// TestGranularity: days and months are summed up, without resources too, and cost the same.
func TestGranularity(t *testing.T) {
	r := newRoom(t)
	r.computed(1, 288)
	for name, of := range map[string]struct {
		granularity string
		resources   bool
		rows        int
	}{"hour": {"HOURLY", true, 288}, "day": {"DAILY", true, 120}, "month": {"MONTHLY", true, 30}, "service": {"MONTHLY", false, 6}} {
		e := data("all")
		e.Key, e.Name = cost.DataExport+name+"-1", name
		e.Configurations = map[string]string{"TIME_GRANULARITY": of.granularity}
		if of.resources {
			e.Configurations["INCLUDE_RESOURCES"] = "TRUE"
		} else {
			e.Query = all("COST_AND_USAGE_REPORT")
		}
		r.export(e)
		r.follow(r.exporter(0))
		back := r.taken(r.manifest(strings.ReplaceAll(overwritten, "all", name)))
		if len(back) != of.rows {
			t.Errorf("%s: %d rows instead of %d", name, len(back), of.rows)
		}
		got, want := r.collect(back), r.bill
		if got.Total.Unblended != want.Total.Unblended || got.Total.NetAmortized != want.Total.NetAmortized {
			t.Errorf("%s: %v instead of %v", name, got.Total, want.Total)
		}
		ids := map[string]bool{}
		for _, l := range back {
			ids[l.ID] = true
			if name == "service" && (l.Resource != "" || l.Start != month.Start() || l.End != month.End()) {
				t.Errorf("got %+v", l)
			}
		}
		if len(ids) != len(back) {
			t.Errorf("%s: %d IDs of %d lines", name, len(ids), len(back))
		}
	}
}

// TestReports: legacy reports are laid out as they are, and read back to the identical bill.
func TestReports(t *testing.T) {
	r := newRoom(t)
	r.computed(1, 60)
	for name, of := range map[string]struct{ format, compression, overwrite, file string }{
		"gz":  {"textORcsv", "GZIP", "OVERWRITE_REPORT", "bucket/p/gz/20261001-20261101/gz-00001.csv.gz"},
		"pq":  {"Parquet", "Parquet", "OVERWRITE_REPORT", "bucket/p/pq/pq/year=2026/month=10/pq-00001.snappy.parquet"},
		"new": {"textORcsv", "GZIP", "CREATE_NEW_REPORT", "/new-00001.csv.gz"},
	} {
		r.export(cost.Export{
			Key: cost.ReportExport + name, Name: name, Bucket: "bucket", Prefix: "p", Format: of.format, Compression: of.compression, Overwrite: of.overwrite,
			Report: &cost.Report{TimeUnit: "HOURLY", Elements: []string{"RESOURCES"}},
		})
		r.follow(r.exporter(0))
		files := r.manifest("bucket/p/" + name + "/20261001-20261101/" + name + "-Manifest.json")
		if len(files) != 1 || !strings.HasSuffix(files[0], of.file) {
			t.Fatalf("%s: got %q", name, files)
		}
		if diff := cmp.Diff(r.bill, r.collect(r.taken(files)), compareDecimals); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	r.export(cost.Export{
		Key: cost.ReportExport + "zip", Name: "zip", Bucket: "bucket", Prefix: "p", Format: "textORcsv", Compression: "ZIP", Overwrite: "OVERWRITE_REPORT", Report: &cost.Report{TimeUnit: "MONTHLY"},
	})
	r.follow(r.exporter(0))
	if files := r.manifest("bucket/p/zip/20261001-20261101/zip-Manifest.json"); len(files) != 1 || !bytes.HasPrefix(r.read(files[0]), []byte("PK")) {
		t.Errorf("got %q", files)
	}
}

// failing is a destination whose process ends, or that fails, at a step.
type failing struct {
	exports.Destination
	mu    sync.Mutex
	steps int // left
	how   func()
}

func (f *failing) step() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.steps--; f.steps == 0 {
		f.how()
	}
}

func (f *failing) Put(ctx context.Context, bucket, key, file string) error {
	f.step()
	err := f.Destination.Put(ctx, bucket, key, file)
	f.step()
	return err
}

func (f *failing) List(ctx context.Context, bucket, prefix string) ([]string, error) {
	f.step()
	return f.Destination.List(ctx, bucket, prefix)
}

func (f *failing) Delete(ctx context.Context, bucket, key string) error {
	f.step()
	err := f.Destination.Delete(ctx, bucket, key)
	f.step()
	return err
}

// TestKilledInDelivery: wherever a process ends, no manifest names a file that is of another run or not there, and the next run writes
// everything whole.
func TestKilledInDelivery(t *testing.T) {
	for _, mode := range []string{"OVERWRITE_REPORT", "CREATE_NEW_REPORT"} {
		for step := 1; ; step++ {
			r := newRoom(t)
			e := data("all")
			e.Overwrite = mode
			r.computed(1, 120)
			r.export(e)
			r.follow(r.exporter(25)) // five parts
			old := r.bill
			r.computed(2, 70) // three parts
			r.now = r.now.Add(9 * time.Hour)
			r.to = &failing{Destination: exports.Directory{Root: r.root}, steps: step, how: func() { panic("killed") }}
			if !killed(func() { r.follow(r.exporter(25)) }) {
				break // it ran to its end
			}
			left := filepath.Join(r.root, ".spool", "export-"+r.executions("all")[0].ID)
			if err := os.MkdirAll(left, 0o700); err != nil { // a process that is killed cleans nothing up
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(r.root, overwritten)); err == nil {
				got := r.collect(r.taken(r.manifest(overwritten)))
				if got.Total != old.Total && got.Total != r.bill.Total {
					t.Fatalf("%s, step %d: a manifest names half of a run: %v", mode, step, got.Total)
				}
			}
			r.to = exports.Directory{Root: r.root}
			x := r.exporter(25)
			r.follow(x) // the run may still be alive elsewhere
			if !r.executions("all")[0].Running() {
				t.Fatalf("step %d: the run was not left alone", step)
			}
			r.now = r.now.Add(11 * time.Minute)
			r.follow(x)
			if diff := cmp.Diff(r.bill, r.collect(r.taken(r.manifest(overwritten))), compareDecimals); diff != "" {
				t.Fatalf("%s, step %d: %s", mode, step, diff)
			}
			data, manifests := 0, 0
			for _, f := range r.files() {
				switch {
				case strings.Contains(f, ".spool"):
					t.Errorf("%s, step %d: left over: %s", mode, step, f)
				case strings.Contains(f, "/data/"):
					data++
				default:
					manifests++
				}
			}
			if want := map[string][2]int{"OVERWRITE_REPORT": {3, 1}, "CREATE_NEW_REPORT": {8, 3}}[mode]; data != want[0] || manifests != want[1] {
				t.Errorf("%s, step %d: %d files of data, %d manifests: %q", mode, step, data, manifests, r.files())
			}
			if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("step %d: %s is left: %v", step, left, err)
			}
			if step > 60 {
				t.Fatal("it never ends")
			}
		}
	}
}

func killed(fn func()) (yes bool) {
	defer func() {
		if r := recover(); r != nil {
			if r != "killed" {
				panic(r)
			}
			yes = true
		}
	}()
	fn()
	return false
}

// TestDirectoryStaysInside: no bucket and no key leads out of the directory.
func TestDirectoryStaysInside(t *testing.T) {
	d := exports.Directory{Root: t.TempDir()}
	file := filepath.Join(t.TempDir(), "f")
	for _, place := range [][2]string{{"..", "x"}, {"b", "../x"}, {"b", "a//x"}, {"", "x"}, {".spool", "x"}, {"b", "a/./x"}, {"b", ""}} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.Put(t.Context(), place[0], place[1], file); err == nil && place[1] != "" {
			t.Errorf("%q is taken", place)
		}
	}
}
