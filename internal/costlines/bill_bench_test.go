package costlines_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/gauge"
)

// ratedMonth is a synthetic month of usage with volume tiers: 500 accounts, 744 hours, 60 usage types, 4,000 resources. It is made
// hour by hour into the same memory.
func ratedMonth(b *testing.B, lines int, book *billing.Book) (*billing.Organization, billing.Hours) {
	b.Helper()
	const hours = 744
	o := &billing.Organization{Payer: benchPayer, Created: benchFirst.AddDate(-5, 0, 0)}
	accounts := make([]string, benchAccounts)
	for i := range accounts {
		accounts[i] = fmt.Sprint(100000000000 + i)
		o.Members = append(o.Members, billing.Membership{Account: accounts[i]})
	}
	types := make([]string, benchProducts)
	for i := range types {
		types[i] = fmt.Sprintf("USE1-Kind%02d-Bytes", i)
		err := book.Add(billing.Price{Key: billing.PriceKey{Product: "AmazonS3", UsageType: types[i]}, Unit: "GB", Tiers: []billing.Tier{
			{Rate: decimal.New(10, 2)}, {From: decimal.Int(100_000), Rate: decimal.New(8, 2)}, {From: decimal.Int(5_000_000), Rate: decimal.New(6, 2)},
		}})
		if err != nil {
			b.Fatal(err)
		}
	}
	resources := make([]string, 4000)
	for i := range resources {
		resources[i] = fmt.Sprintf("bucket-%017x", i*2654435761)
	}
	tags := map[string]string{"user:team": "a"}
	records := make([]billing.UsageRecord, lines/hours)
	return o, func(yield func([]billing.UsageRecord, error) bool) {
		for hour := range hours {
			start, seed := benchFirst.Add(time.Duration(hour)*time.Hour), uint64(hour)
			for i := range records {
				seed = seed*6364136223846793005 + 1442695040888963407
				n := seed >> 33
				records[i] = billing.UsageRecord{
					Account: accounts[n%benchAccounts], Product: "AmazonS3", UsageType: types[n/7%benchProducts], Operation: "GetObject", Region: "us-east-1",
					Resource: resources[n%4000], Tags: tags, Quantity: decimal.New(int64(n%100000), 3), Start: start, End: start.Add(time.Hour),
				}
			}
			if !yield(records, nil) {
				return
			}
		}
	}
}

// BenchmarkRating measures the bill of a month; written, with every line of it put into segments and committed.
func BenchmarkRating(b *testing.B) {
	for _, written := range []bool{false, true} {
		b.Run(fmt.Sprint("written=", written), func(b *testing.B) {
			book := billing.NewBook("USD")
			o, hours := ratedMonth(b, *benchLines, book)
			q := billing.Request{Month: billing.MonthOf(benchFirst), Book: book, Organization: o, Usage: hours}
			for b.Loop() {
				begun, before := time.Now(), gauge.CPU(b)
				ctx := context.Background()
				s, err := costlines.Open(b.TempDir())
				if err != nil {
					b.Fatal(err)
				}
				w, err := s.Begin(ctx, costlines.Change{Payer: benchPayer, Origin: "rated"})
				if err != nil {
					b.Fatal(err)
				}
				lines := costlines.Build(w)
				if written {
					q.Emit = lines.Add
				}
				if _, err := billing.Compute(q); err != nil {
					b.Fatal(err)
				}
				if err := lines.End(); err != nil {
					b.Fatal(err)
				}
				if err := w.Commit(ctx); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric((gauge.CPU(b) - before).Seconds(), "cpu-s")
				b.ReportMetric(time.Since(begun).Seconds(), "s")
				gauge.Peak(b)
			}
		})
	}
}
