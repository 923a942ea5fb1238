package usage

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// columnKinds are what a random file has for a column: its type, and values of which the first ones are good.
type columnKind struct {
	node   parquet.Node
	values []parquet.Value
}

func textKind(values ...string) columnKind {
	k := columnKind{node: parquet.String()}
	for _, v := range values {
		k.values = append(k.values, parquet.ByteArrayValue([]byte(v)))
	}
	return k
}

func floatKind(values ...float64) columnKind {
	k := columnKind{node: parquet.Leaf(parquet.DoubleType)}
	for _, v := range values {
		k.values = append(k.values, parquet.DoubleValue(v))
	}
	return k
}

func timeKind(values ...int64) columnKind {
	k := columnKind{node: parquet.Timestamp(parquet.Millisecond)}
	for _, v := range values {
		k.values = append(k.values, parquet.Int64Value(v))
	}
	return k
}

const someMilli = 1_790_000_000_000

func randomColumns(r *rand.Rand) map[string]columnKind {
	money := floatKind(0, 0.1, 0.30000000000000004, -12.5, 1e-13, 123456.789, 8999999.25, 9e15, 1e25, 0.0000166667)
	if r.IntN(8) == 0 {
		money.values = append(money.values, parquet.DoubleValue(1e40))
	}
	amounts := textKind("1", "-0.5", "", "1e3", "99999999999.123456789012", "much")
	all := map[string]columnKind{
		"identity_line_item_id": textKind("a", "b", "c", "d", "", "e"), "line_item_usage_account_id": textKind("111122223333", "42", "222222222222", "", "x"),
		"line_item_line_item_type": textKind("Usage", "Credit", "Fee", ""), "line_item_currency_code": textKind("USD", "EUR", "", "dollars"),
		"line_item_usage_start_date": timeKind(someMilli, someMilli+3_600_000), "line_item_usage_end_date": timeKind(someMilli+3_600_000, someMilli+1),
		"line_item_product_code": textKind("AmazonEC2", "AmazonS3", ""), "line_item_usage_type": textKind("x", "y", ""), "line_item_usage_amount": money,
		"line_item_unblended_cost": money, "line_item_net_unblended_cost": money, "line_item_unblended_rate": amounts, "line_item_net_unblended_rate": money,
		"reservation_effective_cost": money, "reservation_net_effective_cost": money, "reservation_reservation_a_r_n": textKind("", "arn:ri"),
		"savings_plan_savings_plan_a_r_n": textKind("", "arn:sp"), "savings_plan_start_time": textKind("", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.25Z", "soon"),
		"savings_plan_used_commitment": amounts, "savings_plan_net_savings_plan_effective_cost": money, "savings_plan_savings_plan_effective_cost": money,
		"product_operating_system": textKind("", "Linux"), "product_database_engine": textKind("", "MySQL"), "product_region_code": textKind("", "eu-west-1"),
		"product_region": textKind("", "Ireland"), "discount_total_discount": money, "ignored_text": textKind("p", "q"),
		"bill_billing_period_start_date": timeKind(someMilli, -62135596800000, 1<<60), "line_item_normalization_factor": {parquet.Leaf(parquet.Int32Type), []parquet.Value{parquet.Int32Value(4)}},
		"pricing_public_on_demand_rate": {parquet.Decimal(4, 18, parquet.Int64Type), []parquet.Value{parquet.Int64Value(960), parquet.Int64Value(0)}},
	}
	needed := map[string]bool{}
	for _, name := range curNeeds {
		needed[name] = true
	}
	for name, k := range all {
		if !needed[name] && r.IntN(5) == 0 {
			delete(all, name)
			continue
		}
		if r.IntN(2) == 0 {
			k.node = parquet.Encoded(k.node, &parquet.RLEDictionary)
		}
		if r.IntN(4) > 0 {
			k.node = parquet.Optional(k.node)
		}
		all[name] = k
	}
	return all
}

// randomFile makes a file of rows, most of them good.
func randomFile(t *testing.T, r *rand.Rand, rows int) []byte {
	t.Helper()
	kinds := randomColumns(r)
	group := parquet.Group{}
	for name, k := range kinds {
		group[name] = k.node
	}
	maps := map[string][]string{
		"resource_tags": {"user_team", "aws_by", "odd"}, "cost_category": {"Unit"}, "product": {"product_name", "operating_system", "database_engine", "tenancy", "region"}, "discount": {"bundled_discount", "edp"},
	}
	for name := range maps {
		value := parquet.String()
		if name == "discount" && r.IntN(2) == 0 {
			value = parquet.Leaf(parquet.DoubleType)
		}
		group[name] = parquet.Optional(parquet.Map(parquet.String(), parquet.Optional(value)))
	}
	schema := parquet.NewSchema("row", group)
	var file bytes.Buffer
	w := parquet.NewGenericWriter[any](&file, schema, parquet.MaxRowsPerRowGroup(int64(50+r.IntN(300))), parquet.PageBufferSize(200+r.IntN(2000)), parquet.DataPageVersion(1+r.IntN(2)))
	var last []parquet.Row
	for range rows {
		row := randomRow(r, schema, kinds, maps)
		if len(last) > 0 && r.IntN(20) == 0 {
			row = last[r.IntN(len(last))]
		}
		last = append(last, row.Clone())
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func randomRow(r *rand.Rand, schema *parquet.Schema, kinds map[string]columnKind, maps map[string][]string) (row parquet.Row) {
	keys := map[string][]string{}
	for name, all := range maps {
		for _, key := range all {
			if r.IntN(2) == 0 {
				keys[name] = append(keys[name], key)
			}
		}
	}
	for i, path := range schema.Columns() {
		leaf, _ := schema.Lookup(path...)
		full := leaf.MaxDefinitionLevel
		if len(path) == 1 {
			k := kinds[path[0]]
			v := k.values[0]
			if r.IntN(3) == 0 {
				v = k.values[r.IntN(len(k.values))]
			}
			if full > 0 && r.IntN(6) == 0 {
				v, full = parquet.NullValue(), 0
			}
			row = append(row, v.Level(0, full, i))
			continue
		}
		if len(keys[path[0]]) == 0 {
			row = append(row, parquet.NullValue().Level(0, r.IntN(2), i))
			continue
		}
		for at, key := range keys[path[0]] {
			v := parquet.ByteArrayValue([]byte(key))
			if path[2] == "value" {
				v = parquet.ByteArrayValue([]byte([]string{"0.25", "1", "1.5", ""}[r.IntN(4)]))
				if leaf.Node.Type().Kind() == parquet.Double {
					v = parquet.DoubleValue(-0.25)
				}
				if r.IntN(8) == 0 {
					row = append(row, parquet.NullValue().Level(0, min(at, 1), full-1).Level(min(at, 1), full-1, i))
					continue
				}
			}
			row = append(row, v.Level(min(at, 1), full, i))
		}
	}
	return row
}

type delivered struct {
	Lines    []billing.Line
	Problems []string
	Report   Report
	Error    string
}

// deliver reads a file by row or by column.
func deliver(t *testing.T, file []byte, byColumn, asBlocks bool) (got delivered) {
	t.Helper()
	table, err := openTable(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := planOf(table.header)
	if err != nil {
		t.Fatal(err)
	}
	sink := Sink{
		Lines:   func(l []billing.Line) error { got.Lines = append(got.Lines, l...); return nil },
		Problem: func(p Problem) error { got.Problems = append(got.Problems, p.String()); return nil },
	}
	if asBlocks {
		sink.Block = func(b *lineblock.Block) error {
			for row := range b.Rows {
				var l billing.Line
				b.Line(row, &l)
				got.Lines = append(got.Lines, l)
			}
			return nil
		}
	}
	d := &delivery{sink: sink, report: &Report{Format: p.format, Ignored: p.ignored}, file: "f"}
	err = d.byColumn(t.Context(), parquetColumns(table, p))
	if err != nil {
		got.Error = err.Error()
	}
	got.Report = *d.report
	return got
}

// TestByColumnAsByRow: whatever a file has, it is read by column as it is by row.
func TestByColumnAsByRow(t *testing.T) {
	taken := 0
	for seed := range uint64(40) {
		file := randomFile(t, rand.New(rand.NewPCG(seed, 3)), 20+int(seed)*7)
		want := deliver(t, file, false, false)
		taken += len(want.Lines)
		for _, asBlocks := range []bool{false, true} {
			got := deliver(t, file, true, asBlocks)
			if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b decimal.D) bool { return a == b })); diff != "" {
				t.Fatalf("seed %d (-by row +by column):\n%.4000s", seed, diff)
			}
		}
	}
	if taken < 300 {
		t.Errorf("only %d lines were taken", taken)
	}
}

// TestUnitsOf: where a float is read without its text, it is what its text says.
func TestUnitsOf(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	direct := 0
	for i := range 200_000 {
		v := float64(r.Int64N(1_000_000_000_000)) / []float64{1, 10, 1e4, 1e6, 1e9, 1e12}[i%6]
		switch i % 7 {
		case 0:
			v = -v
		case 1:
			v += 1e-13
		case 2:
			v = r.Float64()
		}
		units, ok := unitsOf(v)
		if !ok {
			continue
		}
		direct++
		want, err := number(fmt.Append(nil, v))
		if got := decimal.New(units, decimal.Places); err != nil || got != want {
			t.Fatalf("%v is read as %s, its text as %s, %v", v, got, want, err)
		}
	}
	if direct < 50_000 {
		t.Errorf("only %d of the floats were read so", direct)
	}
}
