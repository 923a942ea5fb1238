package bills_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/testenv"
	"umbel/internal/usage"
)

var exactly = cmp.Comparer(func(a, b decimal.D) bool { return a == b })

// rows makes usage records of the first account, in the order of the numbers.
func rows(s *testenv.Server, numbers ...int) string {
	var b strings.Builder
	b.WriteString("account,product,usage_type,resource,quantity,time\n")
	for _, n := range numbers {
		fmt.Fprintf(&b, "%s,AmazonS3,TimedStorage-ByteHrs,bucket-%d,%d.25,%s\n", s.First, n, 100+n, october.Start().Add(time.Duration(n*7%744)*time.Hour).Format(time.RFC3339))
	}
	return b.String()
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// TestSplitImport: a month's usage in one file, or in several and in another order, is the same bill and the same lines.
func TestSplitImport(t *testing.T) {
	once, split := testenv.Start(t, testenv.FirstAccount("111122223333")), testenv.Start(t, testenv.FirstAccount("111122223333"))
	once.Import("", "all.csv", strings.NewReader(rows(once, upTo(400)...)))
	numbers := upTo(400)
	for i := range 200 {
		numbers[i], numbers[399-i] = numbers[399-i], numbers[i]
	}
	for i, part := range [][]int{numbers[:10], numbers[10:250], numbers[250:]} {
		split.Import("", fmt.Sprintf("%d.csv", i), strings.NewReader(rows(split, part...)))
	}
	if err := once.Desk().CloseMonth(t.Context(), "111122223333", october); err != nil {
		t.Fatal(err)
	}
	if err := split.Desk().CloseMonth(t.Context(), "111122223333", october); err != nil {
		t.Fatal(err)
	}
	once.Settle()
	split.Settle()
	if d := cmp.Diff(once.Bill("", "2026-10"), split.Bill("", "2026-10"), exactly); d != "" {
		t.Errorf("the bills (-one file +three):\n%.2000s", d)
	}
	byID := func(lines []billing.Line) map[string]billing.Line {
		m := map[string]billing.Line{}
		for _, l := range lines {
			m[l.ID] = l
		}
		return m
	}
	if d := cmp.Diff(byID(once.Lines("", "2026-10", "2026-10")), byID(split.Lines("", "2026-10", "2026-10")), exactly); d != "" {
		t.Errorf("the lines (-one file +three):\n%.2000s", d)
	}
}

// TestBrokenInput: a bad row is named and set aside; of a file that is cut off nothing is taken.
func TestBrokenInput(t *testing.T) {
	s := testenv.Start(t)
	bad := rows(s, 0) + string(s.First) + ",AmazonS3,TimedStorage-ByteHrs,x,much,2026-10-02T00:00:00Z\n"
	done, err := s.Upload("", "bad.csv", strings.NewReader(bad))
	if err != nil || done.Taken != 1 || done.SetAside != 1 || len(done.Problems) != 1 || !strings.HasPrefix(done.Problems[0].String(), "bad.csv:3: quantity: ") {
		t.Errorf("%+v, %v", done, err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprint(w, rows(s, upTo(3000)...))
	w.Close()
	if _, err := s.Upload("", "cut.csv.gz", bytes.NewReader(packed.Bytes()[:packed.Len()/2])); err == nil || !strings.Contains(err.Error(), "cut.csv.gz ends before its end") {
		t.Errorf("a file that is cut: %v", err)
	}
	if _, err := s.Upload("", "letter.txt", strings.NewReader("Dear Sir,\n")); err == nil || !strings.Contains(err.Error(), "letter.txt") {
		t.Errorf("a letter: %v", err)
	}
	if bill := s.Bill("", "2026-10"); bill.Total.Lines != 1 {
		t.Errorf("%d lines on the bill", bill.Total.Lines)
	}
	if done, err := s.Upload("", "whole.csv.gz", &packed); err != nil || done.Taken != 3000 {
		t.Errorf("the whole file: %+v, %v", done, err)
	}
}

// TestCurrencies: lines in several currencies are on a bill each, and a billion dollars are a billion dollars.
func TestCurrencies(t *testing.T) {
	s := testenv.Start(t)
	line := func(id, currency, amount string) billing.Line {
		return billing.Line{
			ID: id, Type: billing.Usage, Account: string(s.First), Start: october.Start(), End: october.Start().Add(time.Hour), Product: "AmazonEC2", UsageType: "BoxUsage:m5.large",
			Currency: currency, Unblended: number(amount), Blended: number(amount), NetUnblended: number(amount), Usage: decimal.Int(1),
		}
	}
	s.PutLines("", line("a", "USD", "1234567890.123456789012"), line("b", "CNY", "7.5"), line("c", "USD", "0.000000000001"))
	all, _, err := s.Desk().Bills(t.Context(), s.First, october)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d bills, %v", len(all), err)
	}
	if got := all[0].Currency + " " + all[0].Total.Unblended.String(); got != "USD 1234567890.123456789013" {
		t.Error(got)
	}
	if got := all[1].Currency + " " + all[1].Total.Unblended.String(); got != "CNY 7.5" {
		t.Error(got)
	}
}

// TestAnotherPayersReport is refused, and leaves nothing.
func TestAnotherPayersReport(t *testing.T) {
	s := testenv.Start(t)
	var text bytes.Buffer
	w := usage.NewCUR2Writer(&text, nil)
	err := w.Write(&billing.Line{
		ID: "x", Type: billing.Usage, Account: "999999999999", Start: october.Start(), End: october.Start().Add(time.Hour), Product: "AmazonEC2", UsageType: "BoxUsage:m5.large",
		Currency: "USD", Usage: decimal.Int(1), Unblended: decimal.Int(1), Bill: billing.BillPart{Payer: "999999999999", PeriodStart: october.Start(), PeriodEnd: october.End()},
	})
	if err != nil || w.Flush() != nil {
		t.Fatal(err)
	}
	if _, err := s.Upload("", "other.csv", &text); err == nil || !strings.Contains(err.Error(), "999999999999") {
		t.Errorf("%v", err)
	}
	if _, err := s.Desk().Bill(t.Context(), s.First, october); err == nil {
		t.Error("there is a bill")
	}
}

// TestMonthsClose: a month is closed when its time has come, late usage opens it again, and the invoice keeps its number.
func TestMonthsClose(t *testing.T) {
	clock := &testenv.ManualClock{}
	s := testenv.Start(t, testenv.Clock(clock))
	last := billing.MonthOf(billing.MonthOf(clock.Now()).Start().Add(-time.Hour))
	put := func() {
		r := storage(string(s.First), 100)
		r.Start, r.End = last.Start(), last.Start().Add(time.Hour)
		s.PutUsage("", r)
	}
	put()
	if s.Bill("", last.String()).Final {
		t.Error("final before it is closed")
	}
	clock.Advance(5 * 24 * time.Hour)
	s.Tick()
	first := s.Bill("", last.String())
	if !first.Final || first.Invoices[0].Number == "" {
		t.Fatalf("not closed: %+v", first.Invoices)
	}
	put()
	if late := s.Bill("", last.String()); late.Final || !first.Total.Unblended.Less(late.Total.Unblended) {
		t.Errorf("late usage: final %t, %s", late.Final, late.Total.Unblended)
	}
	s.Tick()
	if s.Bill("", last.String()).Final {
		t.Error("closed again at once")
	}
	clock.Advance(25 * time.Hour)
	s.Tick()
	again := s.Bill("", last.String())
	if !again.Final || again.Invoices[0].Number != first.Invoices[0].Number {
		t.Errorf("closed again: final %t, invoice %s and before %s", again.Final, again.Invoices[0].Number, first.Invoices[0].Number)
	}
	if err := s.Desk().ReopenMonth(t.Context(), s.First, last); err != nil {
		t.Fatal(err)
	}
	clock.Advance(72 * time.Hour)
	s.Tick()
	if s.Bill("", last.String()).Final {
		t.Error("reopened by hand, and closed by itself")
	}
}

// TestTermsThatCannotBe are refused, and change nothing.
func TestTermsThatCannotBe(t *testing.T) {
	s := testenv.Start(t)
	s.PutUsage("", storage(string(s.First), 100))
	before := s.Bill("", "2026-10").Total
	err := s.Desk().SetTerms(t.Context(), s.First, &cost.Terms{Organization: billing.Organization{Support: []billing.Support{{Plan: "Gold"}}}})
	if err == nil || !strings.Contains(err.Error(), "Gold") {
		t.Errorf("%v", err)
	}
	s.Settle()
	if after := s.Bill("", "2026-10").Total; after != before {
		t.Errorf("%+v, and before %+v", after, before)
	}
}
