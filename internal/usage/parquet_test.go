package usage_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

// exported is a row of CUR 2.0 with the types that Data Exports documents.
type exported struct {
	ID       string             `parquet:"identity_line_item_id,optional"`
	Account  string             `parquet:"line_item_usage_account_id"`
	Type     string             `parquet:"line_item_line_item_type"`
	Start    time.Time          `parquet:"line_item_usage_start_date,timestamp(millisecond)"`
	End      time.Time          `parquet:"line_item_usage_end_date,timestamp(microsecond)"`
	Product  string             `parquet:"line_item_product_code"`
	Usage    string             `parquet:"line_item_usage_type"`
	Amount   float64            `parquet:"line_item_usage_amount"`
	Currency string             `parquet:"line_item_currency_code"`
	Cost     float64            `parquet:"line_item_unblended_cost"`
	Rate     int64              `parquet:"line_item_unblended_rate,decimal(4:18)"`
	Tags     map[string]string  `parquet:"resource_tags"`
	Discount map[string]float64 `parquet:"discount"`
	List     []string           `parquet:"strange_list"`
}

func parquetFile(t *testing.T, rows []exported) []byte {
	t.Helper()
	var file bytes.Buffer
	w := parquet.NewGenericWriter[exported](&file, parquet.MaxRowsPerRowGroup(1000), parquet.Compression(&parquet.Snappy))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func readParquet(t *testing.T, file []byte) (taken, error) {
	var got taken
	report, err := usage.ReadParquet(t.Context(), bytes.NewReader(file), int64(len(file)), "f", usage.Sink{
		Lines:   func(l []billing.Line) error { got.lines = append(got.lines, l...); return nil },
		Problem: func(p usage.Problem) error { got.problems = append(got.problems, p.String()); return nil },
	})
	got.Report = report
	return got, err
}

func exportedRows(n int) []exported {
	var rows []exported
	for i := range n {
		rows = append(rows, exported{
			ID: fmt.Sprint(i), Account: "111122223333", Type: "Usage", Start: at("2026-10-03T14:00:00Z"), End: at("2026-10-03T15:00:00Z"), Product: "AmazonEC2",
			Usage: "BoxUsage:m5.large", Amount: 1, Currency: "USD", Cost: 0.096, Rate: -960, Tags: map[string]string{"user_team": `a "b"`, "aws_x": "y"},
			Discount: map[string]float64{"total_discount": -0.25}, List: []string{"a", "b"},
		})
	}
	return rows
}

func TestParquet(t *testing.T) {
	rows := exportedRows(3000)
	rows[1].Tags, rows[1].Discount, rows[1].ID = nil, nil, ""
	rows[2].Currency = "dollars"
	rows[2999] = rows[2998]
	got, err := readParquet(t, parquetFile(t, rows))
	if err != nil {
		t.Fatal(err)
	}
	wantProblems(t, got.problems, `f:3: line_item_currency_code: not a currency`, "f:3000: the same row came before")
	if got.Format != usage.CUR2 || got.Taken != 2998 || got.Rows != 3000 || got.Cut != nil || len(got.Digest) != 64 {
		t.Fatalf("got %+v", got.Report)
	}
	want := billing.Line{
		ID: "0", Account: "111122223333", Type: billing.Usage, Start: at("2026-10-03T14:00:00Z"), End: at("2026-10-03T15:00:00Z"), Product: "AmazonEC2",
		UsageType: "BoxUsage:m5.large", Usage: d("1"), Currency: "USD", Unblended: d("0.096"), NetUnblended: d("0.096"), UnblendedRate: d("-0.096"),
		NetUnblendedRate: d("-0.096"), Tags: map[string]string{"user:team": `a "b"`, "aws:x": "y"}, Discounts: map[string]decimal.D{"total_discount": d("-0.25")},
	}
	if diff := cmp.Diff(want, got.lines[0], compareDecimals); diff != "" {
		t.Error(diff)
	}
	want.ID, want.Tags, want.Discounts = "", nil, nil
	if diff := cmp.Diff(want, got.lines[1], compareDecimals); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"strange_list"}, got.Ignored); diff != "" {
		t.Error(diff)
	}
}

// TestDamagedParquet: whatever byte is broken, nothing panics, and no row is both taken and lost.
func TestDamagedParquet(t *testing.T) {
	file := parquetFile(t, exportedRows(50))
	for i := 0; i < len(file); i += 7 {
		broken := bytes.Clone(file)
		broken[i] ^= 0x55
		got, err := readParquet(t, broken)
		if err != nil && !errors.Is(err, usage.ErrFormat) {
			t.Fatalf("byte %d: %v", i, err)
		}
		if err == nil && got.Rows != got.Taken+got.SetAside {
			t.Fatalf("byte %d: %+v", i, got.Report)
		}
	}
	if _, err := readParquet(t, file[:len(file)/2]); !errors.Is(err, usage.ErrFormat) {
		t.Errorf("half a file: %v", err)
	}
	if _, err := usage.Read(t.Context(), bytes.NewReader(file), "f", usage.Sink{}); !errors.Is(err, usage.ErrFormat) || !strings.Contains(err.Error(), "ReadParquet") {
		t.Errorf("got %v", err)
	}
}

// TestParquetSinkPanics: what the receiver does wrong is not taken for damage of the file.
func TestParquetSinkPanics(t *testing.T) {
	file := parquetFile(t, exportedRows(2000))
	defer func() {
		if r := recover(); r != "mine" {
			t.Errorf("got %v", r)
		}
	}()
	_, err := usage.ReadParquet(t.Context(), bytes.NewReader(file), int64(len(file)), "f", usage.Sink{Lines: func([]billing.Line) error { panic("mine") }})
	t.Errorf("no panic, %v", err)
}

func TestParquetSinkEnds(t *testing.T) {
	file := parquetFile(t, exportedRows(2000))
	enough := errors.New("enough")
	_, err := usage.ReadParquet(t.Context(), bytes.NewReader(file), int64(len(file)), "f", usage.Sink{Lines: func([]billing.Line) error { return enough }})
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}
