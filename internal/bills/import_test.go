package bills_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/gauge"
	"umbel/internal/testenv"
	"umbel/internal/usage"
)

var importLines = flag.Int("lines", 20_000, "how many lines the benchmark Import takes in")

const reportPayer = "111122223333"

// reported makes a line of a report, of September or October.
func reported(r *rand.Rand) billing.Line {
	start := october.Start().Add(time.Duration(r.IntN(61*24)-30*24) * time.Hour)
	kind, account, resource := r.IntN(5000), r.IntN(200), r.IntN(40_000)
	month := billing.MonthOf(start)
	l := billing.Line{
		ID: fmt.Sprintf("%026x%026x", r.Uint64(), r.Uint64()), Type: billing.Usage, Account: fmt.Sprint(111122223333 + account), Start: start, End: start.Add(time.Hour),
		Product: fmt.Sprint("AmazonService", kind%40), UsageType: fmt.Sprint("EUW1-Usage:type", kind), Operation: fmt.Sprint("Operation", kind%17), Currency: "USD",
		Resource: fmt.Sprintf("arn:aws:service:eu-west-1:%d:resource/%d", 111122223333+account, resource), Description: fmt.Sprint("per unit of kind ", kind),
		Usage: decimal.New(r.Int64N(1e9), 6), Unblended: decimal.New(r.Int64N(1e12), 10), LegalEntity: "Amazon Web Services, Inc.",
		Bill:   billing.BillPart{Type: "Anniversary", Entity: "AWS", Payer: reportPayer, PeriodStart: month.Start(), PeriodEnd: month.End()},
		Detail: billing.ProductPart{Service: fmt.Sprint("AmazonService", kind%40), Region: "eu-west-1", SKU: fmt.Sprint("SKU", kind)},
	}
	l.Blended, l.NetUnblended = l.Unblended, l.Unblended
	switch r.IntN(20) {
	case 0:
		l.Type, l.Unblended = billing.Credit, l.Unblended.Neg()
	case 1:
		l.Type, l.SavingsPlan = billing.SavingsPlanCovered, &billing.SavingsPlanPart{ARN: "arn:aws:savingsplans::111122223333:savingsplan/a", EffectiveCost: decimal.New(r.Int64N(1e6), 6)}
	case 2:
		l.Type, l.Reservation = billing.DiscountedUsage, &billing.ReservationPart{ARN: "arn:aws:ec2:eu-west-1:111122223333:reserved-instances/b", EffectiveCost: decimal.New(r.Int64N(1e6), 6)}
	}
	if resource%3 > 0 {
		l.Tags = map[string]string{"user:team": fmt.Sprint("team-", resource%30), "user:app": fmt.Sprint("app-", resource%300)}
	}
	return l
}

// usageRecords writes usage records of October.
func usageRecords(n int) []byte {
	r := rand.New(rand.NewPCG(7, 7))
	var out bytes.Buffer
	out.WriteString("account,product,usage_type,operation,region,resource,quantity,time,tags\n")
	for range n {
		start := october.Start().Add(time.Duration(r.IntN(31*24)) * time.Hour)
		resource := r.IntN(40_000)
		fmt.Fprintf(&out, "%d,AmazonService%d,EUW1-Usage:type%d,GetObject,eu-west-1,bucket-%08x,%d.%03d,%s,\"{\"\"team\"\":\"\"team-%d\"\"}\"\n", 111122223333+r.IntN(200), resource%40,
			resource%5000, resource, r.IntN(1000), r.IntN(1000), start.Format(time.RFC3339), resource%30)
	}
	return out.Bytes()
}

// report writes lines in a form such as "cur2.csv".
func report(tb testing.TB, form string, lines int) []byte {
	tb.Helper()
	table, packed, _ := strings.Cut(form, ".")
	format := map[string]usage.Format{"cur2": usage.CUR2, "focus": usage.FOCUS12}[table]
	var all []usage.Selection
	for _, c := range usage.TableColumns(format) {
		all = append(all, usage.Selection{Column: c.Name})
	}
	rows, err := usage.NewRows(format, all, nil)
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	open := map[string]func(io.Writer, []usage.Column) (usage.File, error){"csv": usage.NewCSV, "parquet": usage.NewParquet}[packed]
	file, err := open(&out, rows.Columns())
	if err != nil {
		tb.Fatal(err)
	}
	currency := slices.IndexFunc(rows.Columns(), func(c usage.Column) bool { return c.Name == "line_item_currency_code" })
	r := rand.New(rand.NewPCG(7, 7))
	for n := range lines {
		l := reported(r)
		err := rows.Each(&l, func(cells [][]byte) error {
			if currency >= 0 && n%500 == 33 {
				cells[currency] = []byte("dollars")
			}
			err := file.WriteRow(cells)
			if currency >= 0 && n%500 == 44 && err == nil {
				err = file.WriteRow(cells) // twice
			}
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// TestTextAsColumns: the same report as text and as Parquet, which is read by column, is the same lines, problems and bill.
func TestTextAsColumns(t *testing.T) {
	type taken struct {
		Imported usage.Report
		Months   []string
		Problems []string
		Lines    map[string]billing.Line
		Bills    []*billing.Bill
	}
	var all []taken
	for _, form := range []string{"cur2.csv", "cur2.parquet"} {
		s := testenv.Start(t, testenv.FirstAccount(reportPayer))
		var one taken
		done, err := s.Desk().Import(t.Context(), reportPayer, "report", bytes.NewReader(report(t, form, 6000)), func(p usage.Problem) error {
			if form == "cur2.csv" {
				p.Line-- // the header is a line of a text
			}
			one.Problems = append(one.Problems, p.String())
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Settle()
		one.Imported = usage.Report{Taken: int(done.Taken), SetAside: int(done.Bad), Currencies: done.Currencies, From: done.From, To: done.To}
		one.Months, one.Lines = done.Months, map[string]billing.Line{}
		for _, l := range s.Lines("", "2026-09", "2026-10") {
			one.Lines[l.ID] = l
		}
		if len(one.Lines) != 6000-12 || len(one.Problems) != 24 {
			t.Errorf("%s: %d lines and %d problems", form, len(one.Lines), len(one.Problems))
		}
		for _, month := range one.Months {
			one.Bills = append(one.Bills, s.Bill("", month))
		}
		all = append(all, one)
	}
	if d := cmp.Diff(all[0], all[1], exactly); d != "" {
		t.Errorf("(-text +Parquet):\n%.3000s", d)
	}
}

// BenchmarkImport takes a report in as Umbel does: read, checked, labelled, written and committed. Making the bill comes after.
func BenchmarkImport(b *testing.B) {
	for _, form := range []string{"records.csv", "cur2.csv", "cur2.parquet", "focus.csv", "focus.parquet"} {
		b.Run(form, func(b *testing.B) {
			var file []byte
			if form == "records.csv" {
				file = usageRecords(*importLines)
			} else {
				file = report(b, form, *importLines)
			}
			for b.Loop() {
				b.StopTimer()
				s := testenv.Start(b, testenv.FirstAccount(reportPayer))
				before, begun := gauge.CPU(b), time.Now()
				b.StartTimer()
				done, err := s.Desk().Import(context.Background(), reportPayer, form, bytes.NewReader(file), func(usage.Problem) error { return nil })
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(done.Taken)/(gauge.CPU(b)-before).Seconds(), "lines/cpu-s")
				b.ReportMetric(float64(done.Taken)/time.Since(begun).Seconds(), "lines/s")
				b.StopTimer()
				s.Settle()
				b.StartTimer()
			}
		})
	}
}
