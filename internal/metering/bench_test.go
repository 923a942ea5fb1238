package metering_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/gauge"
	"umbel/internal/metering"
)

var benchRecords = flag.Int("records", 1_000_000, "how many usage records the benchmark's month has")

// month gives a synthetic month of usage, hour by hour: 500 accounts, 60 usage types, 4,000 resources.
func month(records int) billing.Hours {
	const hours = 744
	var accounts, types, resources [4000]string
	for i := range accounts {
		accounts[i], types[i], resources[i] = fmt.Sprint(100000000000+i%500), fmt.Sprintf("USE1-Kind%02d-Bytes", i%60), fmt.Sprintf("bucket-%017x", i*2654435761)
	}
	tags := map[string]string{"user:team": "a"}
	batch := make([]billing.UsageRecord, records/hours)
	first := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	return func(yield func([]billing.UsageRecord, error) bool) {
		for hour := range hours {
			start, seed := first.Add(time.Duration(hour)*time.Hour), uint64(hour)
			for i := range batch {
				seed = seed*6364136223846793005 + 1442695040888963407
				n := seed >> 33
				batch[i] = billing.UsageRecord{
					Account: accounts[n%500], Product: "AmazonS3", UsageType: types[n/7%60], Operation: "GetObject", Region: "us-east-1",
					Resource: resources[n%4000], Tags: tags, Quantity: decimal.New(int64(n%100000), 3), Start: start, End: start.Add(time.Hour),
				}
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// BenchmarkUsage measures records that are kept, and read again hour by hour as a bill wants them.
func BenchmarkUsage(b *testing.B) {
	s, err := metering.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	report := func(b *testing.B, before time.Duration, began time.Time) {
		b.ReportMetric(float64(*benchRecords)/(gauge.CPU(b)-before).Seconds(), "records/cpu-s")
		b.ReportMetric(float64(*benchRecords)/time.Since(began).Seconds(), "records/s")
	}
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			before, began := gauge.CPU(b), time.Now()
			w, err := s.Begin("999999999999")
			if err != nil {
				b.Fatal(err)
			}
			for records := range month(*benchRecords) {
				if err := w.Add(records); err != nil {
					b.Fatal(err)
				}
			}
			if names, err = w.Commit(context.Background(), "bench"); err != nil {
				b.Fatal(err)
			}
			report(b, before, began)
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			before, began := gauge.CPU(b), time.Now()
			hours, err := s.Hours("999999999999", billing.Month{Year: 2026, Month: time.October}, names)
			if err != nil {
				b.Fatal(err)
			}
			read := 0
			for records, err := range hours {
				if err != nil {
					b.Fatal(err)
				}
				read += len(records)
			}
			if want := *benchRecords / 744 * 744; read != want {
				b.Fatalf("%d records of %d", read, want)
			}
			report(b, before, began)
		}
	})
}
