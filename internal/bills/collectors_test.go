package bills_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/testenv"
)

// TestBillOfReportsAndUsage: bills of lines that came in and of lines rated here are those that a collector makes of them one after
// another, one for each currency.
func TestBillOfReportsAndUsage(t *testing.T) {
	s := testenv.Start(t, testenv.FirstAccount(reportPayer))
	r := rand.New(rand.NewPCG(3, 5))
	var lines []billing.Line
	for len(lines) < 3000 {
		l := reported(r)
		if billing.MonthOf(l.Start) != october {
			continue
		}
		if l.Currency = []string{"USD", "USD", "EUR"}[r.IntN(3)]; r.IntN(4) == 0 {
			l.Bill.Entity, l.LegalEntity = billing.EntityMarketplace, "Seller Ltd"
		}
		l.Unblended, l.UnblendedRate = l.Unblended.Neg(), decimal.New(r.Int64N(3), 2)
		lines = append(lines, l)
	}
	s.PutLines("", lines[:2000]...)
	var records []billing.UsageRecord
	for n := range int64(200) {
		records = append(records, storage(reportPayer, n))
	}
	s.PutUsage("", records...)
	s.PutLines("", lines[2000:]...)
	if err := s.Desk().CloseMonth(t.Context(), reportPayer, october); err != nil {
		t.Fatal(err)
	}
	s.Settle()
	engine, err := s.Desk().Lines()
	if err != nil {
		t.Fatal(err)
	}
	want, scanned := map[string]*billing.Collector{}, map[string]int{}
	for _, origin := range []string{"rated", "report"} {
		kept := costlines.Kept{Month: costlines.Month(october.String()), Origin: origin}
		err := engine.Scan(t.Context(), kept.Lines(reportPayer), func(l *billing.Line) error {
			scanned[origin]++
			if want[l.Currency] == nil {
				want[l.Currency] = billing.NewCollector(&billing.Organization{Payer: reportPayer}, october, true)
			}
			return want[l.Currency].Add(l)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	bills, _, err := s.Desk().Bills(t.Context(), reportPayer, october)
	if err != nil || len(bills) != 2 || len(want) != 2 || scanned["report"] != len(lines) || scanned["rated"] == 0 {
		t.Fatalf("%d bills of %v lines, %v", len(bills), scanned, err)
	}
	for _, got := range bills {
		b, err := want[got.Currency].Bill()
		if err != nil {
			t.Fatal(err)
		}
		b.Until = got.Until
		b.Credits, b.Reservations, b.Plans, b.Unpriced, b.Strangers = got.Credits, got.Reservations, got.Plans, got.Unpriced, got.Strangers
		b.Compared, b.Apart = got.Compared, got.Apart
		if d := gocmp.Diff(b, got, exactly); d != "" {
			t.Errorf("the bill in %s (-line by line +made):\n%.3000s", got.Currency, d)
		}
		if n := checkRows(t, s, got); n <= len(got.Subtotals) {
			t.Errorf("%d rows of %d subtotals", n, len(got.Subtotals))
		}
	}
}

// checkRows: the rows of a bill are in order, none is there twice, and they sum up to its subtotals. It gives how many there are.
func checkRows(t *testing.T, s *testenv.Server, of *billing.Bill) int {
	t.Helper()
	var rows []billing.Row
	if err := s.Desk().Rows(t.Context(), of, func(r *billing.Row) error { rows = append(rows, *r); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(rows, func(a, b billing.Row) int { return cmp.Or(a.Compare(&b), 1) }) {
		t.Errorf("%d rows of the bill in %s are not in order, or one is there twice", len(rows), of.Currency)
	}
	if d := gocmp.Diff(of.Subtotals, billing.SubtotalsOf(rows), exactly); d != "" {
		t.Errorf("the bill in %s (-subtotals +sums of rows):\n%.3000s", of.Currency, d)
	}
	return len(rows)
}
