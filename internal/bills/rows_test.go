package bills

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/costlines"
	"umbel/internal/costlines/costlinestest"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// TestRowsByHalves: rows are the same, however few of them are held at a time.
func TestRowsByHalves(t *testing.T) {
	engine, err := costlines.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &Desk{cfg: Config{Engine: engine}}
	month := billing.MonthOf(costlinestest.First)
	b := &billing.Bill{Payer: costlinestest.Payer, Month: month, Currency: "USD"}
	g := costlinestest.NewGenerator(9)
	var lines []*billing.Line
	accounts := map[string]bool{}
	for _, l := range g.Lines(600) {
		l.Bill.PeriodStart, l.Account, l.Currency = month.Start(), fmt.Sprint("11112222333", len(lines)%7), []string{"USD", "USD", "EUR"}[len(lines)%3]
		lines, accounts[l.Account] = append(lines, l), true
	}
	for i, origin := range []string{originRated, originReport} {
		if err := costlinestest.Put(engine, costlines.Change{Payer: costlinestest.Payer, Origin: origin}, lines[i*300:i*300+300]...); err != nil {
			t.Fatal(err)
		}
	}
	for account := range accounts {
		b.Subtotals = append(b.Subtotals, billing.Subtotal{Account: account})
	}
	rowsOf := func(most int) (rows []billing.Row, counted int64) {
		t.Helper()
		err := d.rowsOf(t.Context(), b, b.Accounts(), most, func(r *billing.Row) error {
			rows, counted = append(rows, *r), counted+r.Lines
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return rows, counted
	}
	want, counted := rowsOf(mostRows)
	if counted != 400 || !slices.IsSortedFunc(want, func(a, b billing.Row) int { return a.Compare(&b) }) {
		t.Fatalf("%d lines on rows in this order: %+v", counted, want)
	}
	for _, most := range []int{1, 20, len(want) / 2, len(want) - 1, len(want)} {
		if got, _ := rowsOf(most); !slices.Equal(got, want) {
			t.Errorf("%d at a time: %s", most, cmp.Diff(want, got, cmp.Comparer(func(a, b decimal.D) bool { return a == b })))
		}
	}
	enough := errors.New("enough")
	n := 0
	if err := d.rowsOf(t.Context(), b, b.Accounts(), 1, func(*billing.Row) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
		t.Errorf("got %v after %d rows", err, n)
	}
}

// TestFiledBill: a bill's file says the bill; one of version 1, which had rows, says their sums; half a file is an error.
func TestFiledBill(t *testing.T) {
	row := billing.Row{
		Subtotal:  billing.Subtotal{Account: "111122223333", Product: "AmazonS3", Type: billing.Usage, Totals: billing.Totals{Unblended: decimal.New(15, 1), Lines: 2}},
		UsageType: "one",
	}
	other := row
	other.UsageType = "another"
	b := &billing.Bill{Payer: "111122223333", Currency: "USD", Month: billing.Month{Year: 2026, Month: 10}, Subtotals: billing.SubtotalsOf([]billing.Row{row, other})}
	path := t.TempDir() + "/bill.json.gz"
	bare := *b
	bare.Subtotals = nil
	for version, values := range map[int][]any{
		1: {billFile{Version: 1, Bills: []keptBill{{&bare, []billing.Row{row, other}}}}}, 2: slices.Collect(filed([]*billing.Bill{b})),
	} {
		if err := keep(path, slices.Values(values)); err != nil {
			t.Fatal(err)
		}
		text := contents(t, path)
		got, err := unfiled(bytes.NewReader(text))
		if err != nil || len(got) != 1 || !slices.Equal(got[0].Subtotals, b.Subtotals) || got[0].Payer != b.Payer || len(b.Subtotals) != 1 {
			t.Errorf("version %d: %+v, %v", version, got, err)
		}
		for n := range len(text) * 3 / 4 { // the last of the text may come with fewer bytes than are written
			if _, err := unfiled(bytes.NewReader(text[:n])); err == nil {
				t.Fatalf("version %d, cut off after %d of %d bytes: no error", version, n, len(text))
			}
		}
	}
	if err := keep(path, slices.Values([]any{billFile{Version: billVersion + 1, Bills: []keptBill{{Bill: b}}}})); err != nil {
		t.Fatal(err)
	}
	if _, err := unfiled(bytes.NewReader(contents(t, path))); err == nil {
		t.Error("a file of a later version was read")
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
