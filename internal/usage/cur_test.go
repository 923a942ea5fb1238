package usage_test

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

func itoa(n int) string { return strconv.Itoa(n) }

// TestSampleCUR1 reads a real, anonymised report (testdata/cur-1-sample.LICENSE); its figures were counted with another program.
func TestSampleCUR1(t *testing.T) {
	text, err := os.ReadFile("testdata/cur-1-sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{text, usage.Packed(t, text)} {
		got := read(t, bytes.NewReader(file))
		wantProblems(t, got.problems)
		var sum decimal.D
		kinds := map[billing.LineType]int{}
		products := map[string]bool{}
		for i := range got.lines {
			l := &got.lines[i]
			sum = sum.Add(l.Unblended)
			kinds[l.Type]++
			products[l.Product] = true
			if l.Unblended != l.Blended || l.NetUnblended != l.Unblended || l.Reservation != nil || l.SavingsPlan != nil || l.Account != "123412340534" {
				t.Fatalf("got %+v", l)
			}
		}
		if got.Format != usage.CUR1 || len(got.lines) != 1281 || kinds[billing.Usage] != 1269 || kinds[billing.Tax] != 12 || len(products) != 14 || sum.Fixed(4) != "1.6823" {
			t.Errorf("got %s, %d lines, %v, %v, %s", got.Format, len(got.lines), kinds, products, sum)
		}
		if diff := cmp.Diff([]string{"USD"}, got.Currencies); diff != "" {
			t.Error(diff)
		}
		first := got.lines[0]
		if first.TaxType != "Canada Tax" || first.Bill.Issuer != "Amazon Web Services Canada, Inc." || !first.Bill.PeriodEnd.Equal(at("2023-12-01T00:00:00Z")) || first.Detail.Name != "AWS CloudTrail" {
			t.Errorf("got %+v", first)
		}
	}
}

const curHeader = "identity/LineItemId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/ProductCode," +
	"lineItem/UsageType,lineItem/UsageAmount,lineItem/CurrencyCode,lineItem/UnblendedCost,lineItem/NetUnblendedCost,product/region,product/regionCode," +
	"reservation/EffectiveCost,reservation/NetEffectiveCost,savingsPlan/SavingsPlanARN,savingsPlan/SavingsPlanEffectiveCost,resourceTags/user:team," +
	"resourceTags/aws:createdBy,costCategory/Unit,discount/TotalDiscount,product/strange\n"

func TestCUR1(t *testing.T) {
	hour := "2026-10-03T14:00:00Z,2026-10-03T15:00:00Z,"
	got := readText(t, curHeader+
		"a,1,Usage,"+hour+"AmazonEC2,X,2,USD,1234567890123.45,,us-east-1,,0.0,,,,red,,Shop,0,\n"+
		"b,1,DiscountedUsage,"+hour+"AmazonEC2,X,2,EUR,0,0,,eu-west-1,0.5,0.4,,,red,,Shop,-0.25,\n"+
		"c,1,SavingsPlanCoveredUsage,"+hour+"AmazonEC2,X,2,USD,1,0.9,,,,,arn:sp,0.7,red,me,,,\n"+
		"d,1,Usage,"+hour+"AmazonEC2,X,2,usd,1,0.9,,,,,,,,,,,\n"+
		"b,1,DiscountedUsage,"+hour+"AmazonEC2,X,2,EUR,0,0,,eu-west-1,0.5,0.4,,,red,,Shop,-0.25,\n"+
		"e,1,Usage,"+hour+"AmazonEC2,X,2,USD,1")
	wantProblems(t, got.problems, `f:5: lineItem/CurrencyCode: not a currency of three capital letters: "usd"`, "f:6: the same row came before", "f:7: the file ends within this row")
	l := got.lines
	if len(l) != 3 {
		t.Fatalf("got %d lines", len(l))
	}
	if l[0].Account != "000000000001" || l[0].Detail.Region != "us-east-1" || l[0].Reservation != nil || l[0].SavingsPlan != nil || l[0].Discounts != nil ||
		l[0].NetUnblended != d("1234567890123.45") {
		t.Errorf("got %+v", l[0])
	}
	if r := l[1].Reservation; r == nil || r.EffectiveCost != d("0.5") || r.NetEffectiveCost != d("0.4") || !l[1].NetUnblended.IsZero() ||
		l[1].Discounts["total_discount"] != d("-0.25") || l[1].Detail.Region != "eu-west-1" {
		t.Errorf("got %+v", l[1])
	}
	if p := l[2].SavingsPlan; p == nil || p.ARN != "arn:sp" || p.EffectiveCost != d("0.7") || p.NetEffectiveCost != d("0.7") || l[2].NetUnblended != d("0.9") {
		t.Errorf("got %+v", l[2])
	}
	want := []map[string]string{{"user:team": "red"}, {"user:team": "red"}, {"user:team": "red", "aws:createdBy": "me"}}
	if diff := cmp.Diff(want, []map[string]string{l[0].Tags, l[1].Tags, l[2].Tags}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"Unit": "Shop"}, l[1].Categories); diff != "" || l[2].Categories != nil {
		t.Error(diff, l[2].Categories)
	}
	if diff := cmp.Diff([]string{"USD", "EUR"}, got.Currencies); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"product/strange"}, got.Ignored); diff != "" {
		t.Error(diff)
	}
}

func TestBadLines(t *testing.T) {
	rows := [][2]string{
		{"a,,Usage,2026-10-03T14:00:00Z,2026-10-03T15:00:00Z,P,X,2,USD,1", "lineItem/UsageAccountId: nothing stands here"},
		{"a,1,,2026-10-03T14:00:00Z,2026-10-03T15:00:00Z,P,X,2,USD,1", "lineItem/LineItemType: nothing"},
		{"a,1,Usage,,2026-10-03T15:00:00Z,P,X,2,USD,1", "lineItem/UsageStartDate: nothing"},
		{"a,1,Usage,2026-10-03T14:00:00Z,,P,X,2,USD,1", "lineItem/UsageEndDate: nothing"},
		{"a,1,Usage,2026-10-03T14:00:00Z,2026-10-03T13:00:00Z,P,X,2,USD,1", "lineItem/UsageEndDate: the end is before the start"},
		{"a,1,Usage,2026-10-03T14:00:00Z,2026-10-03T15:00:00Z,P,X,2,,1", "lineItem/CurrencyCode: nothing"},
		{"a,1,Usage,2026-10-03T14:00:00Z,2026-10-03T15:00:00Z,P,X,2,USD,Infinity", `lineItem/UnblendedCost: not a number: "Infinity"`},
	}
	text, want := curHeader, []string(nil)
	for i, r := range rows {
		text += r[0] + strings.Repeat(",", strings.Count(curHeader, ",")-strings.Count(r[0], ",")) + "\n"
		want = append(want, fmt.Sprintf("f:%d: %s", i+2, r[1]))
	}
	got := readText(t, text)
	wantProblems(t, got.problems, want...)
}

// TestSplitFiles: reading a report in parts gives the lines of the whole, in their order.
func TestSplitFiles(t *testing.T) {
	text, err := os.ReadFile("testdata/cur-1-sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	header, rest, _ := bytes.Cut(text, []byte("\n"))
	rows := bytes.SplitAfter(rest, []byte("\n"))
	whole := read(t, bytes.NewReader(text))
	var parts []billing.Line
	for len(rows) > 0 {
		n := min(500, len(rows))
		parts = append(parts, read(t, bytes.NewReader(append(append(bytes.Clone(header), '\n'), bytes.Join(rows[:n], nil)...))).lines...)
		rows = rows[n:]
	}
	if diff := cmp.Diff(whole.lines, parts, compareDecimals); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkCUR1 reads rows as wide as a real report's (about 800 bytes, 94 columns), each its own.
func BenchmarkCUR1(b *testing.B) {
	text, err := os.ReadFile("testdata/cur-1-sample.csv")
	if err != nil {
		b.Fatal(err)
	}
	header, rest, _ := bytes.Cut(text, []byte("\n"))
	var file bytes.Buffer
	file.Write(append(header, '\n'))
	const times = 100
	for i := range times {
		for row := range bytes.Lines(rest) {
			fmt.Fprintf(&file, "%d", i)
			file.Write(row)
		}
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		report, err := usage.Read(b.Context(), bytes.NewReader(file.Bytes()), "f", usage.Sink{Lines: func([]billing.Line) error { return nil }})
		if err != nil || report.Taken != 1281*times {
			b.Fatal(report, err)
		}
		rows += report.Taken
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
