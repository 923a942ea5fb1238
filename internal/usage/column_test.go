package usage

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
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

// randomReport is what a random file is made of: columns, those that it cannot do without, and the keys of its maps.
type randomReport struct {
	columns map[string]columnKind
	needs   []string
	maps    map[string][]string
}

func randomCUR(r *rand.Rand) randomReport {
	money := floatKind(0, 0.1, 0.30000000000000004, -12.5, 1e-13, 123456.789, 8999999.25, 9e15, 1e25, 0.0000166667)
	if r.IntN(8) == 0 {
		money.values = append(money.values, parquet.DoubleValue(1e40))
	}
	amounts := textKind("1", "-0.5", "", "1e3", "99999999999.123456789012", "much")
	return randomReport{map[string]columnKind{
		"identity_line_item_id": textKind("a", "b", "c", "d", "", "e"), "line_item_usage_account_id": textKind("111122223333", "42", "222222222222", "", "x"),
		"line_item_line_item_type": textKind("Usage", "Credit", "Fee", ""), "line_item_currency_code": textKind("USD", "EUR", "", "dollars"),
		"line_item_usage_start_date": timeKind(someMilli, someMilli+3_600_000), "line_item_usage_end_date": timeKind(someMilli+3_600_000, someMilli+1),
		"line_item_product_code": textKind("AmazonEC2", "AmazonS3", ""), "line_item_usage_type": textKind("x", "y", "", "a \"b\", c\nd"), "line_item_usage_amount": money,
		"line_item_unblended_cost": money, "line_item_net_unblended_cost": money, "line_item_unblended_rate": amounts, "line_item_net_unblended_rate": money,
		"reservation_effective_cost": money, "reservation_net_effective_cost": money, "reservation_reservation_a_r_n": textKind("", "arn:ri"),
		"savings_plan_savings_plan_a_r_n": textKind("", "arn:sp"), "savings_plan_start_time": textKind("", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.25Z", "soon"),
		"savings_plan_used_commitment": amounts, "savings_plan_net_savings_plan_effective_cost": money, "savings_plan_savings_plan_effective_cost": money,
		"product_operating_system": textKind("", "Linux"), "product_database_engine": textKind("", "MySQL"), "product_region_code": textKind("", "eu-west-1"),
		"product_region": textKind("", "Ireland"), "discount_total_discount": money, "ignored_text": textKind("p", "q"), "product_platform": textKind("not read"),
		"bill_billing_period_start_date": timeKind(someMilli, -62135596800000, 1<<60), "line_item_normalization_factor": {parquet.Leaf(parquet.Int32Type), []parquet.Value{parquet.Int32Value(4)}},
		"pricing_public_on_demand_rate": {parquet.Decimal(4, 18, parquet.Int64Type), []parquet.Value{parquet.Int64Value(960), parquet.Int64Value(0)}},
		"resource_tags_user_team":       textKind("", "red", "blue"), "resource_tags_user_app": textKind("", "shop"), "resource_tags_aws_by": textKind("", "stack"),
		"cost_category_unit": textKind("", "sales"), "lineItem/UsageAmount": amounts, "lineItem/Operation": textKind("", "Run", "Put"), "identity/LineItemId": textKind("", "", "z"),
	}, curNeeds, map[string][]string{
		"resource_tags": {"user_team", "aws_by", "odd"}, "cost_category": {"Unit"}, "product": {"product_name", "operating_system", "database_engine", "tenancy", "region"},
		"discount": {"bundled_discount", "edp"}, "pricing_unit": {"a map"},
	}}
}

func randomFOCUS(r *rand.Rand) randomReport {
	money := floatKind(0, 0.1, 0.30000000000000004, -12.5, 1e-13, 123456.789, 9e15, 1e25)
	amounts := textKind("1", "-0.5", "NULL", "", "1e3", "99999999999.123456789012", "much")
	report := randomReport{map[string]columnKind{
		"BilledCost": money, "BillingCurrency": textKind("USD", "EUR", "NULL", "dollars"), "BillingAccountId": textKind("111122223333", "1234567890123", "", "NULL", "x"),
		"SubAccountId": textKind("222222222222", "", "NULL", "42"), "ChargePeriodStart": timeKind(someMilli, someMilli+3_600_000), "ChargePeriodEnd": timeKind(someMilli+3_600_000, someMilli+1),
		"BillingPeriodStart": textKind("2026-10-01", "NULL", "2026-10-01 00:00:00", "soon"), "PricingCurrency": textKind("USD", ""),
		"ChargeCategory": textKind("Usage", "Usage", "Usage", "Purchase", "Tax", "Credit", "Adjustment", "NULL", "Use"), "ChargeClass": textKind("", "Correction", "NULL"),
		"ChargeFrequency": textKind("Usage-Based", "One-Time", "Recurring"), "CommitmentDiscountId": textKind("", "arn:aws:savingsplans::1:savingsplan/1", "arn:ri", "arn:sp", "NULL"),
		"CommitmentDiscountType": textKind("", "Compute Savings Plan", "Reserved Instance"), "CommitmentDiscountStatus": textKind("Used", "Unused", ""),
		"EffectiveCost": amounts, "ContractedUnitPrice": amounts, "ListCost": money, "ListUnitPrice": money, "ConsumedQuantity": amounts, "PricingQuantity": money,
		"ProviderName": textKind("AWS", "AWS", "Amazon", "Microsoft", ""), "PublisherName": textKind("Amazon Web Services, Inc.", "", "Seller \"x\"", "NULL"),
		"ServiceName": textKind("EC2", "", "NULL"), "x_ServiceCode": textKind("", "AmazonEC2"), "x_UsageType": textKind("", "BoxUsage", "NULL"), "SkuMeter": textKind("", "meter"),
		"ResourceId": textKind("", "NULL", "i-1", "i-2"), "x_Other": textKind("o", "p"), "InvoiceId": textKind("", "i"),
	}, focusNeeds, map[string][]string{"Tags": {"team", "user:app", "aws:by"}, "x_CostCategories": {"Unit"}, "x_Discounts": {"edp"}}}
	if r.IntN(3) == 0 {
		delete(report.maps, "Tags")
		report.columns["Tags"] = textKind("{}", `{"team":"red"}`, `{"user:app":"a\"b","x":null}`, "NULL", "null", "[1]")
	}
	return report
}

// choose leaves columns out, and gives the others a form.
func (report randomReport) choose(r *rand.Rand) parquet.Group {
	group := parquet.Group{}
	for _, name := range slices.Sorted(maps.Keys(report.columns)) {
		k := report.columns[name]
		if !slices.Contains(report.needs, name) && r.IntN(5) == 0 {
			delete(report.columns, name)
			continue
		}
		if r.IntN(2) == 0 {
			k.node = parquet.Encoded(k.node, &parquet.RLEDictionary)
		}
		if r.IntN(4) > 0 {
			k.node = parquet.Optional(k.node)
		}
		group[name], report.columns[name] = k.node, k
	}
	for _, name := range slices.Sorted(maps.Keys(report.maps)) {
		value := parquet.String()
		if strings.Contains(strings.ToLower(name), "discount") && r.IntN(2) == 0 {
			value = parquet.Leaf(parquet.DoubleType)
		}
		group[name] = parquet.Optional(parquet.Map(parquet.String(), parquet.Optional(value)))
	}
	return group
}

// randomFile makes a file of rows, most of them good.
func randomFile(t *testing.T, r *rand.Rand, report randomReport, rows int) []byte {
	t.Helper()
	schema := parquet.NewSchema("row", report.choose(r))
	var file bytes.Buffer
	w := parquet.NewGenericWriter[any](&file, schema, parquet.MaxRowsPerRowGroup(int64(50+r.IntN(300))), parquet.PageBufferSize(200+r.IntN(2000)), parquet.DataPageVersion(1+r.IntN(2)))
	var last []parquet.Row
	for range rows {
		row := randomRow(r, schema, report.columns, report.maps)
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

// asText gives the rows of a file in Parquet as comma-separated values, the header first, some columns with quotes that need not be.
func asText(t *testing.T, file []byte) (rows []string) {
	t.Helper()
	table, err := openTable(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	rows = append(rows, strings.Join(table.header, ",")+"\n")
	table.rows(func(row parquet.Row) error {
		var b []byte
		for i, cell := range table.fields(row, nil) {
			if i > 0 {
				b = append(b, ',')
			}
			if i%5 == 0 && !bytes.ContainsAny(cell, "\"\n") {
				b = append(append(append(b, '"'), cell...), '"')
			} else {
				b = appendCell(b, cell)
			}
		}
		rows = append(rows, string(b)+"\n")
		return nil
	})
	if table.damage != nil {
		t.Fatal(table.damage)
	}
	return rows
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
	Problems []Problem
	Report   *Report
}

// deliver reads a file of text or, if it is one, of Parquet.
func deliver(t *testing.T, file []byte, asBlocks bool) (got delivered) {
	t.Helper()
	sink := Sink{
		Lines:   func(l []billing.Line) error { got.Lines = append(got.Lines, l...); return nil },
		Problem: func(p Problem) error { got.Problems = append(got.Problems, p); return nil },
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
	var err error
	if bytes.HasPrefix(file, []byte("PAR1")) {
		got.Report, err = ReadParquet(t.Context(), bytes.NewReader(file), int64(len(file)), "f", sink)
	} else {
		got.Report, err = Read(t.Context(), bytes.NewReader(file), "f", sink)
	}
	if err != nil {
		t.Fatal(err)
	}
	got.Report.Digest = ""
	return got
}

// alone reads each row in a file of its own, and sets those aside that came before.
func alone(t *testing.T, rows []string) delivered {
	t.Helper()
	all := delivered{Report: &Report{}}
	met := map[string]bool{}
	at := 2
	for _, row := range rows[1:] {
		one := deliver(t, []byte(rows[0]+row), false)
		if len(one.Lines) == 1 && one.Lines[0].ID != "" {
			if met[row] {
				one.Lines, one.Problems = nil, []Problem{{File: "f", Reason: "the same row came before"}}
			}
			met[row] = true
		}
		for _, p := range one.Problems {
			p.Line = at
			all.Problems = append(all.Problems, p)
		}
		for _, l := range one.Lines {
			all.Report.spans(l.Start, l.End)
			all.Report.meets(l.Currency)
		}
		all.Lines = append(all.Lines, one.Lines...)
		at += strings.Count(row, "\n")
		all.Report.Format, all.Report.Ignored = one.Report.Format, one.Report.Ignored
	}
	all.Report.Rows, all.Report.Taken, all.Report.SetAside = len(rows)-1, len(all.Lines), len(all.Problems)
	return all
}

var sameDecimals = cmp.Comparer(func(a, b decimal.D) bool { return a == b })

// TestByColumnAsByRow: what becomes of a row is the same whatever rows are read with it, in Parquet and as text.
func TestByColumnAsByRow(t *testing.T) {
	taken := map[string]int{}
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 3))
		name, report := "CUR", randomCUR(r)
		if seed%2 == 1 {
			name, report = "FOCUS", randomFOCUS(r)
		}
		file := randomFile(t, r, report, 20+int(seed)*12)
		rows := asText(t, file)
		want := alone(t, rows)
		taken[name] += len(want.Lines)
		for _, asBlocks := range []bool{false, true} {
			got := deliver(t, []byte(strings.Join(rows, "")), asBlocks)
			if diff := cmp.Diff(want, got, sameDecimals); diff != "" {
				t.Fatalf("%s, seed %d (-each row alone +all, as text):\n%.4000s", name, seed, diff)
			}
		}
		lines := []int{0}
		for at, row := 1, 0; row < len(rows); row++ {
			lines = append(lines, at)
			at += strings.Count(rows[row], "\n")
		}
		for _, asBlocks := range []bool{false, true} {
			got := deliver(t, file, asBlocks)
			for i := range got.Problems {
				got.Problems[i].Line = lines[got.Problems[i].Line+1]
			}
			if diff := cmp.Diff(want, got, sameDecimals); diff != "" {
				t.Fatalf("%s, seed %d (-each row alone +in Parquet):\n%.4000s", name, seed, diff)
			}
		}
	}
	if taken["CUR"] < 300 || taken["FOCUS"] < 300 {
		t.Errorf("only so many lines were taken: %v", taken)
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
