package bills_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/gauge"
	"umbel/internal/testenv"
	"umbel/internal/usage"
)

var (
	monthRecords = flag.Int("records", 200_000, "how many usage records the benchmark Month bills")
	monthDir     = flag.String("dir", "", "where the benchmark Month has its file and its data (default: a temporary directory)")
)

const benchTypes = 60

// BenchmarkMonth brings a month of usage records of 500 accounts in from a file, and makes its bill and all lines of it, as Umbel does
// after `umbel usage put`: read, sorted, kept, rated, compared with separate accounts, labelled, written and committed.
func BenchmarkMonth(b *testing.B) {
	dir := *monthDir
	if dir == "" {
		dir = b.TempDir()
	}
	for b.Loop() {
		b.StopTimer()
		s := testenv.Start(b, testenv.Quota("accounts=1000"), testenv.Book(tieredBook(b)), testenv.Costs(filepath.Join(dir, "costs")))
		o := s.CreateOrganization("")
		accounts := []string{string(s.First)}
		for len(accounts) < 500 {
			accounts = append(accounts, o.Account("", fmt.Sprint("account ", len(accounts))))
		}
		path := filepath.Join(dir, "usage.csv")
		writeMonth(b, path, accounts, *monthRecords)
		file, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		begun, before := time.Now(), gauge.CPU(b)
		done, err := s.Desk().Import(context.Background(), s.First, "usage.csv", file, func(p usage.Problem) error { return fmt.Errorf("%s", p) })
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(done.Taken)/time.Since(begun).Seconds(), "records/s")
		b.ReportMetric(float64(done.Taken)/(gauge.CPU(b)-before).Seconds(), "records/cpu-s")
		begun, before = time.Now(), gauge.CPU(b)
		s.Settle()
		b.ReportMetric(time.Since(begun).Seconds(), "s-of-bill")
		b.ReportMetric((gauge.CPU(b) - before).Seconds(), "cpu-s-of-bill")
		b.StopTimer()
		if bill := s.Bill("", "2026-10"); bill.Total.Lines < done.Taken || len(bill.Accounts()) != len(accounts) || !bill.Compared {
			b.Fatalf("%d lines of %d accounts", bill.Total.Lines, len(bill.Accounts()))
		}
		gauge.Peak(b)
		if err := file.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// tieredBook has prices with volume tiers.
func tieredBook(b *testing.B) *billing.Book {
	book := billing.NewBook("USD")
	for i := range benchTypes {
		err := book.Add(billing.Price{Key: billing.PriceKey{Product: "AmazonS3", UsageType: benchType(i)}, Unit: "GB", Tiers: []billing.Tier{
			{Rate: decimal.New(10, 2)}, {From: decimal.Int(100_000), Rate: decimal.New(8, 2)}, {From: decimal.Int(5_000_000), Rate: decimal.New(6, 2)},
		}})
		if err != nil {
			b.Fatal(err)
		}
	}
	return book
}

func benchType(i int) string { return fmt.Sprintf("USE1-Kind%02d-Bytes", i) }

// writeMonth writes records of October, hour by hour.
func writeMonth(b *testing.B, path string, accounts []string, records int) {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	const hours = 31 * 24
	r := rand.New(rand.NewPCG(7, 7))
	out := bufio.NewWriterSize(f, 1<<20)
	if _, err := out.WriteString("account,product,usage_type,operation,region,resource,quantity,time,tags\n"); err != nil {
		b.Fatal(err)
	}
	for n := range records {
		at := october.Start().Add(time.Duration(n*hours/records) * time.Hour).Format(time.RFC3339)
		resource := r.IntN(40_000)
		row := append(out.AvailableBuffer(), accounts[resource%len(accounts)]...)
		row = append(row, ",AmazonS3,"...)
		row = append(row, benchType(resource%benchTypes)...)
		row = append(row, ",GetObject,us-east-1,bucket-"...)
		row = strconv.AppendInt(row, int64(resource)*2654435761, 16)
		row = append(row, ',')
		row = strconv.AppendFloat(row, float64(r.IntN(1_000_000))/1000, 'f', 3, 64)
		row = append(append(append(row, ','), at...), `,"{""team"":""team-`...)
		row = append(strconv.AppendInt(row, int64(resource%30), 10), "\"\"}\"\n"...)
		if _, err := out.Write(row); err != nil {
			b.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}
