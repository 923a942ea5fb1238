package costlines_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/gauge"
)

var (
	benchLines = flag.Int("lines", 1_000_000, "lines of the benchmarks, such as 50000000")
	benchDir   = flag.String("store", "", "a directory in which the benchmarks' lines stay, to be measured again")
)

// The synthetic organization: accounts by their share of usage, as in the study of engines (docs/performance.md).
const (
	benchAccounts, benchProducts, benchDays = 500, 60, 92
	benchPayer                              = "999999999999"
)

var benchFirst = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)

// benchLine makes a line: of all accounts, hours and services in no order.
func benchLine(r *rand.Rand, l *billing.Line) {
	account, product, hour := r.IntN(benchAccounts), r.IntN(benchProducts), r.IntN(benchDays*24)
	resource := account*400 + r.IntN(400)
	*l = billing.Line{
		Type: billing.Usage, Account: fmt.Sprint(100000000000 + account), Start: benchFirst.Add(time.Duration(hour) * time.Hour),
		Product: fmt.Sprint("Service", product), UsageType: fmt.Sprint("EUW1-Usage:", product, "-", r.IntN(400)), Currency: "USD",
		Resource: fmt.Sprint("arn:aws:service:eu-west-1::", resource), Usage: decimal.New(r.Int64N(10_000), 4),
	}
	l.End = l.Start.Add(time.Hour)
	l.Bill.Payer = benchPayer
	l.Bill.PeriodStart = time.Date(2026, l.Start.Month(), 1, 0, 0, 0, 0, time.UTC)
	l.Detail.Region = []string{"eu-west-1", "us-east-1", "eu-central-1", "ap-south-1"}[r.IntN(4)]
	l.Unblended = decimal.New(r.Int64N(1_000_000_000), 10)
	l.Blended, l.NetUnblended = l.Unblended, l.Unblended
	switch r.IntN(20) {
	case 0:
		l.Type = billing.Credit
	case 1:
		l.Type = billing.Tax
	case 2:
		l.Type, l.SavingsPlan = billing.SavingsPlanCovered, &billing.SavingsPlanPart{ARN: "arn:plan", EffectiveCost: decimal.New(r.Int64N(1_000_000_000), 10)}
	}
	if r.IntN(3) > 0 {
		l.Tags = map[string]string{"user:env": []string{"prod", "test", "dev", "stage"}[r.IntN(4)]}
	}
}

// benchmarkStore gives a store with the lines, compacted.
func benchmarkStore(b *testing.B) *costlines.Store {
	b.Helper()
	s, made := storeOf(b, costlines.Change{Payer: benchPayer, Import: fmt.Sprint(*benchLines)}, benchLine)
	if !made {
		return s
	}
	for _, month := range []costlines.Month{"2026-08", "2026-09", "2026-10"} {
		if err := s.Compact(context.Background(), benchPayer, month); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// storeOf gives the store that is measured with the lines of a change; made if they were not there from a run before.
func storeOf(b *testing.B, c costlines.Change, line func(*rand.Rand, *billing.Line)) (s *costlines.Store, made bool) {
	b.Helper()
	dir := *benchDir
	if dir == "" {
		dir = filepath.Join(b.TempDir(), "lines")
	}
	s, err := costlines.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	w, err := s.Begin(context.Background(), c)
	if errors.Is(err, costlines.ErrImported) {
		return s, false
	}
	if err != nil {
		b.Fatal(err)
	}
	fill(b, w, *benchLines, line)
	return s, true
}

func fill(b *testing.B, w costlines.Writer, n int, line func(*rand.Rand, *billing.Line)) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var l billing.Line
	for range n {
		line(r, &l)
		if err := w.Add(&l); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Commit(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkQuery measures four questions over the lines: service by day of 20 accounts with a tag; service by month of all but
// credits and tax; account by day of all; usage types of one account in one month.
func BenchmarkQuery(b *testing.B) {
	s := benchmarkStore(b)
	view := costlines.View{Payer: benchPayer}
	end := benchFirst.AddDate(0, 3, 0)
	dimension := func(name string) costlines.Field { return costlines.Field{Name: name} }
	equals := func(f costlines.Field, values ...string) costlines.Filter {
		return costlines.Filter{Match: &costlines.Match{Field: f, Values: values}}
	}
	var accounts []string
	for i := range 20 {
		accounts = append(accounts, fmt.Sprint(100000000000+i*25))
	}
	other := equals(dimension(costlines.LineType), string(billing.Credit), string(billing.Tax))
	for _, c := range []struct {
		name string
		q    costlines.Query
	}{
		{"Q1", costlines.Query{Granularity: costlines.Daily, GroupBy: []costlines.Field{dimension(costlines.Product)},
			Filter:  costlines.Filter{And: []costlines.Filter{equals(dimension(costlines.Account), accounts...), equals(costlines.Field{Kind: costlines.Tag, Name: "user:env"}, "prod")}},
			Metrics: []costlines.Metric{costlines.UnblendedCost, costlines.AmortizedCost}, Start: benchFirst, End: end}},
		{"Q2", costlines.Query{Granularity: costlines.Monthly, GroupBy: []costlines.Field{dimension(costlines.Product)}, Filter: costlines.Filter{Not: &other},
			Metrics: []costlines.Metric{costlines.UnblendedCost}, Start: benchFirst, End: end}},
		{"Q3", costlines.Query{Granularity: costlines.Daily, GroupBy: []costlines.Field{dimension(costlines.Account)},
			Metrics: []costlines.Metric{costlines.UnblendedCost}, Start: benchFirst, End: end}},
		{"Q5", costlines.Query{Granularity: costlines.Monthly, GroupBy: []costlines.Field{dimension(costlines.UsageType)}, Filter: equals(dimension(costlines.Account), "100000000123"),
			Metrics: []costlines.Metric{costlines.UnblendedCost, costlines.UsageQuantity}, Start: benchFirst.AddDate(0, 1, 0), End: benchFirst.AddDate(0, 2, 0)}},
	} {
		c.q.View = view
		b.Run(c.name, func(b *testing.B) {
			before, answer := gauge.CPU(b), 0
			for b.Loop() {
				rows, err := s.Query(context.Background(), c.q)
				if err != nil || len(rows) == 0 {
					b.Fatal(len(rows), err)
				}
				answer = len(rows)
			}
			b.ReportMetric(float64(answer), "rows")
			b.ReportMetric(float64(gauge.CPU(b)-before)/1e6/float64(b.N), "cpu-ms/op")
			resident(b)
		})
	}
}

// BenchmarkImport measures lines that are added and committed.
func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		s, err := costlines.Open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		w, err := s.Begin(context.Background(), costlines.Change{Payer: benchPayer})
		if err != nil {
			b.Fatal(err)
		}
		before := gauge.CPU(b)
		fill(b, w, *benchLines, benchLine)
		b.ReportMetric(float64(*benchLines)/(gauge.CPU(b)-before).Seconds(), "lines/cpu-s")
		resident(b)
	}
}

// BenchmarkCompact measures merging a month.
func BenchmarkCompact(b *testing.B) {
	for b.Loop() {
		s, err := costlines.Open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		w, err := s.Begin(context.Background(), costlines.Change{Payer: benchPayer})
		if err != nil {
			b.Fatal(err)
		}
		fill(b, w, *benchLines, benchLine)
		before := gauge.CPU(b)
		for _, month := range []costlines.Month{"2026-08", "2026-09", "2026-10"} {
			if err := s.Compact(context.Background(), benchPayer, month); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(*benchLines)/(gauge.CPU(b)-before).Seconds(), "lines/cpu-s")
	}
}

// resident reports the memory of this process.
func resident(b *testing.B) {
	if runtime.GOOS != "linux" {
		return
	}
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(raw), &size, &pages); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(pages*os.Getpagesize())/1e6, "MB-resident")
}
