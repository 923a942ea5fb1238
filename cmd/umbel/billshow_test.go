package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
)

// shown makes a bill of two accounts and two currencies whose rows are so many of each.
func shown(account string, rows int) *shownBill {
	bill := func(currency string) *billing.Bill {
		b := &billing.Bill{Month: billing.Month{Year: 2026, Month: 10}, Payer: "111111111111", Currency: currency}
		for _, of := range []string{"111111111111", "222222222222"} {
			b.Subtotals = append(b.Subtotals, billing.Subtotal{Account: of, Product: "AmazonS3", Type: billing.Usage, Totals: billing.Totals{Unblended: decimal.Int(5), Lines: 1}})
		}
		return b
	}
	answer := operator.BillAnswer{BillHead: operator.BillHead{Account: account, Payer: "111111111111"}, Bills: []*billing.Bill{bill("USD"), bill("EUR")}}
	return &shownBill{answer, func(b *billing.Bill, yield func(json.RawMessage) error) error {
		for i := range rows {
			raw, err := json.Marshal(&billing.Row{Subtotal: b.Subtotals[i%2], UsageType: fmt.Sprint("type-", i)})
			if err != nil {
				return err
			}
			if err := yield(raw); err != nil {
				return err
			}
		}
		return nil
	}}
}

// TestShowJSON: all rows are there, in a document that can be read.
func TestShowJSON(t *testing.T) {
	for _, rows := range []int{0, 1, 3} {
		var out bytes.Buffer
		if err := shown("111111111111", rows).json(&out); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Account, Payer string
			Bills          []struct {
				Currency  string
				Subtotals []billing.Subtotal
				Rows      []billing.Row
			}
		}
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%v:\n%s", err, &out)
		}
		if got.Account != "111111111111" || len(got.Bills) != 2 || got.Bills[1].Currency != "EUR" || len(got.Bills[1].Subtotals) != 2 || len(got.Bills[0].Rows) != rows ||
			rows > 0 && got.Bills[1].Rows[rows-1].UsageType != fmt.Sprint("type-", rows-1) {
			t.Errorf("%d rows: %+v", rows, got)
		}
	}
}

// TestShowManyRows: of a bill with more rows than one reads, accounts are shown with what they pay, and where the rows are to be had.
func TestShowManyRows(t *testing.T) {
	for _, c := range []struct {
		account         string
		rows            int
		wanted, unasked string
	}{
		{"111111111111", 2, "AmazonS3", "--output json"},
		{"111111111111", mostShown, "type-99999", "--output json"},
		{"111111111111", mostShown + 1, "--output json gives all of them, --account ID those of one account.", "type-1"},
		{"222222222222", mostShown + 1, "--output json gives all of them.", "type-1"},
	} {
		var table bytes.Buffer
		if err := shown(c.account, c.rows).table(&table); err != nil {
			t.Fatal(err)
		}
		if text := table.String(); !strings.Contains(text, c.wanted) || strings.Contains(text, c.unasked) {
			t.Errorf("%s, %d rows:\n%.3000s", c.account, c.rows, text)
		}
	}
	var pdf bytes.Buffer
	if err := shown("111111111111", mostShown+1).pdf(&pdf); err != nil || !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-")) {
		t.Errorf("%d bytes, %v", pdf.Len(), err)
	}
}

// TestShowMovedRows: rows that do not sum up to the bill are not shown as if they did.
func TestShowMovedRows(t *testing.T) {
	s := shown("111111111111", 3)
	rows := s.rows
	s.rows = func(b *billing.Bill, yield func(json.RawMessage) error) error {
		return errors.Join(rows(b, yield), operator.ErrMoved)
	}
	var table, document bytes.Buffer
	if err := s.table(&table); err != nil || !strings.Contains(table.String(), "since the bill was made") || strings.Contains(table.String(), "type-1") {
		t.Errorf("%v:\n%s", err, &table)
	}
	if err := s.json(&document); err != nil || strings.Count(document.String(), `"RowsMoved": true`) != 2 || !json.Valid(document.Bytes()) {
		t.Errorf("%v:\n%s", err, &document)
	}
}

// TestShowFails: rows that do not come are an error, not a bill without them.
func TestShowFails(t *testing.T) {
	broken := errors.New("broken")
	for name, write := range map[string]func(*shownBill) error{
		"table": func(s *shownBill) error { return s.table(&bytes.Buffer{}) }, "pdf": func(s *shownBill) error { return s.pdf(&bytes.Buffer{}) },
		"json": func(s *shownBill) error { return s.json(&bytes.Buffer{}) },
	} {
		s := shown("111111111111", 1)
		s.rows = func(*billing.Bill, func(json.RawMessage) error) error { return broken }
		if err := write(s); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
