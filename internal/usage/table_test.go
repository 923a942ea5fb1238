package usage_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

// rated is a simulated month, used for three days, with everything on its bill that a bill can have.
func rated(t *testing.T) (month billing.Month, o *billing.Organization, lines []billing.Line) {
	t.Helper()
	s := simulation(t, 3, 5, 1)
	month = billing.Month{Year: 2026, Month: time.January}
	o = s.Organization()
	o.Taxes = []billing.TaxRule{{Type: "VAT", Description: "VAT 19%", Percent: decimal.Int(19)}}
	o.Support = []billing.Support{{Plan: billing.BusinessSupport}}
	o.Discounts = []billing.Discount{{Type: billing.EnterpriseDiscount, Description: "EDP", Percent: decimal.Int(9)}}
	o.Charges = append(o.Charges, billing.Charge{
		ID: "back", Account: s.Accounts[1], Type: billing.Refund, Start: month.Start(), End: month.Start().Add(time.Hour), Product: "AmazonS3",
		Description: "Refund", Amount: decimal.Int(-3),
	})
	days := func(yield func([]billing.UsageRecord, error) bool) {
		for records, err := range s.Hours(month) {
			if len(records) > 0 && records[0].Start.Day() > 3 || !yield(records, err) {
				return
			}
		}
	}
	_, err := billing.Compute(billing.Request{Month: month, Book: s.Book, Organization: o, Usage: days, Final: true, Emit: func(l, _ *billing.Line) error {
		c := l.Clone()
		if len(l.Tags) == 0 {
			c.Tags = nil
		}
		lines = append(lines, *c)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return month, o, lines
}

func whole(columns []usage.Column) (all []usage.Selection) {
	for _, c := range columns {
		all = append(all, usage.Selection{Column: c.Name})
	}
	return all
}

// put writes lines as a file of a table.
func put(t interface{ Fatal(...any) }, rows *usage.Rows, lines []billing.Line, open func(io.Writer, []usage.Column) (usage.File, error)) []byte {
	var file bytes.Buffer
	f, err := open(&file, rows.Columns())
	if err != nil {
		t.Fatal(err)
	}
	for i := range lines {
		if err := rows.Each(&lines[i], f.WriteRow); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func rowsOf(t interface{ Fatal(...any) }, table usage.Format) *usage.Rows {
	rows, err := usage.NewRows(table, whole(usage.TableColumns(table)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// collected is the bill of lines.
func collected(t *testing.T, m billing.Month, o *billing.Organization, lines []billing.Line) *billing.Bill {
	t.Helper()
	c := billing.NewCollector(o, m, true)
	for i := range lines {
		if err := c.Add(&lines[i]); err != nil {
			t.Fatal(err)
		}
	}
	bill, err := c.Bill()
	if err != nil {
		t.Fatal(err)
	}
	return bill
}

// TestReportsReadBack: CUR 2.0 and CUR 1, as CSV and as Parquet, are read back to the identical bill.
func TestReportsReadBack(t *testing.T) {
	month, o, lines := rated(t)
	want := collected(t, month, o, lines)
	tags := map[string]bool{}
	for i := range lines {
		for key := range lines[i].Tags {
			tags[key] = true
		}
	}
	var keys []string
	for key := range tags {
		keys = append(keys, key)
	}
	for name, file := range map[string][]byte{
		"CUR 2.0 CSV":     put(t, rowsOf(t, usage.CUR2), lines, usage.NewGzipCSV),
		"CUR 2.0 Parquet": put(t, rowsOf(t, usage.CUR2), lines, usage.NewParquet),
		"CUR 1 CSV":       put(t, usage.CUR1Rows(keys, nil, true, false), lines, usage.NewGzipCSV),
		"CUR 1 Parquet":   put(t, usage.CUR1Rows(keys, nil, true, true), lines, usage.NewParquet),
	} {
		t.Run(name, func(t *testing.T) {
			back := readAny(t, file)
			wantProblems(t, back.problems)
			if len(back.lines) != len(lines) {
				t.Fatalf("%d lines of %d", len(back.lines), len(lines))
			}
			if diff := cmp.Diff(want, collected(t, month, o, back.lines), compareDecimals); diff != "" {
				t.Error(diff)
			}
			for i := range lines {
				if strings.Contains(name, "CSV") && !cmp.Equal(lines[i], back.lines[i], compareDecimals) {
					t.Fatalf("%s", cmp.Diff(lines[i], back.lines[i], compareDecimals))
				}
			}
		})
	}
}

func readAny(t *testing.T, file []byte) taken {
	t.Helper()
	if !bytes.HasPrefix(file, []byte("PAR1")) {
		return read(t, bytes.NewReader(file))
	}
	got, err := readParquet(t, file)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestParquetReadsBack: what is written is read back as it was, in every field, where amounts fit a double.
func TestParquetReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var lines []billing.Line
		for i := range rapid.IntRange(1, 4).Draw(rt, "lines") {
			l := drawLine(rt, i)
			for _, d := range []*decimal.D{
				&l.Usage, &l.Factor, &l.Normalized, &l.Unblended, &l.Blended, &l.NetUnblended, &l.Pricing.PublicCost,
			} {
				*d = decimal.New(rapid.Int64Range(-1e14, 1e14).Draw(rt, "amount"), rapid.IntRange(0, 12).Draw(rt, "places"))
			}
			for key := range l.Discounts {
				l.Discounts[key] = decimal.New(rapid.Int64Range(1, 1e14).Draw(rt, "discount"), 9)
			}
			if l.Reservation != nil {
				l.Reservation = &billing.ReservationPart{ARN: "arn", EffectiveCost: decimal.New(5, 3), Start: l.Reservation.Start}
			}
			if l.SavingsPlan != nil {
				l.SavingsPlan = &billing.SavingsPlanPart{ARN: "arn", NetEffectiveCost: decimal.New(-5, 3), EndTime: l.SavingsPlan.EndTime}
			}
			lines = append(lines, l)
		}
		got := readAny(t, put(rt, rowsOf(rt, usage.CUR2), lines, usage.NewParquet))
		if len(got.problems) > 0 || got.Cut != nil {
			rt.Fatalf("%q, %v", got.problems, got.Cut)
		}
		if diff := cmp.Diff(lines, got.lines, compareDecimals); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// TestParquetTypes: every column has the type that the table dictionaries give it, and stands where they have it.
func TestParquetTypes(t *testing.T) {
	_, _, lines := rated(t)
	for table, columns := range map[usage.Format][]string{usage.CUR2: usage.CUR2Columns(), usage.FOCUS12: usage.FOCUS12Columns(), usage.FOCUS10: usage.FOCUS10Columns()} {
		file := put(t, rowsOf(t, table), lines[:100], usage.NewParquet)
		f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, field := range f.Schema().Fields() {
			got = append(got, field.Name())
			of := "double"
			switch {
			case !field.Leaf():
				of = field.Type().LogicalType().String()
			case field.Type().LogicalType() != nil:
				of = field.Type().LogicalType().String()
			}
			if want := parquetType(field.Name()); of != want {
				t.Errorf("%s: %s is %s instead of %s", table, field.Name(), of, want)
			}
		}
		if diff := cmp.Diff(columns, got); diff != "" {
			t.Errorf("%s: %s", table, diff)
		}
	}
	if n, m, k := len(usage.CUR2Columns()), len(usage.FOCUS12Columns()), len(usage.FOCUS10Columns()); n != 114 || m != 60 || k != 48 {
		t.Errorf("%d, %d, %d columns", n, m, k)
	}
}

// parquetType goes by what names say, so that it can differ from the table of types.
func parquetType(name string) string {
	switch {
	case strings.HasSuffix(name, "period_start_date"), strings.HasSuffix(name, "period_end_date"), strings.HasSuffix(name, "usage_start_date"),
		strings.HasSuffix(name, "usage_end_date"), strings.HasSuffix(name, "PeriodStart"), strings.HasSuffix(name, "PeriodEnd"):
		return "TIMESTAMP(isAdjustedToUTC=true,unit=MILLIS)"
	case name == "resource_tags", name == "cost_category", name == "product", name == "discount", name == "Tags", name == "SkuPriceDetails", name == "x_Discounts", name == "x_CostCategories":
		return "MAP"
	case name == "savings_plan_savings_plan_rate", strings.HasSuffix(name, "Cost"), strings.HasSuffix(name, "UnitPrice"), strings.HasSuffix(name, "Quantity"),
		strings.HasSuffix(name, "_discount"), strings.HasSuffix(name, "_cost"), strings.HasSuffix(name, "_amount"), strings.HasSuffix(name, "_factor"), strings.HasSuffix(name, "_fee"),
		strings.HasSuffix(name, "_quantity"), strings.HasSuffix(name, "_value"), strings.HasSuffix(name, "_for_usage"), strings.HasSuffix(name, "_for_billing_period"),
		strings.HasSuffix(name, "_commitment"), strings.HasSuffix(name, "_to_date"):
		return "double"
	}
	return "STRING"
}

// TestSelections: keys of maps become columns, columns can be renamed, and what a table does not have is refused.
func TestSelections(t *testing.T) {
	l := billing.Line{
		Account: "111122223333", Type: billing.Usage, Unblended: d("0.5"), Tags: map[string]string{"user:team": "a"}, Categories: map[string]string{"Unit": "Shop"},
		Discounts: map[string]decimal.D{"total_discount": d("-0.25")}, Detail: billing.ProductPart{Name: "Elastic"},
	}
	rows, err := usage.NewRows(usage.CUR2, []usage.Selection{
		{Column: "line_item_unblended_cost", As: "cost"}, {Column: "resource_tags", Key: "user_team"}, {Column: "cost_category", Key: "Unit", As: "unit"},
		{Column: "discount", Key: "total_discount"}, {Column: "product", Key: "product_name"}, {Column: "resource_tags", Key: "none"}, {Column: "split_line_item_split_cost"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "cost,user_team,unit,total_discount,product_name,none,split_line_item_split_cost\n0.5,a,Shop,-0.25,Elastic,,\n"
	if got := string(put(t, rows, []billing.Line{l}, usage.NewCSV)); got != want {
		t.Errorf("got %s", got)
	}
	if c := rows.Columns(); c[3].Type != usage.Number || c[1].Type != usage.Text {
		t.Errorf("got %v", c)
	}
	for _, s := range []usage.Selection{{Column: "nope"}, {Column: "line_item_usage_type", Key: "a"}} {
		if _, err := usage.NewRows(usage.CUR2, []usage.Selection{s}, nil); err == nil {
			t.Errorf("%v is taken", s)
		}
	}
	if _, err := usage.NewRows(usage.Records, nil, nil); err == nil {
		t.Error("records are a table")
	}
	if _, err := usage.NewParquet(io.Discard, []usage.Column{{Name: "a"}, {Name: "a"}}); err == nil {
		t.Error("a column comes twice")
	}
}

// TestCUR1File: the columns of a legacy report are grouped as it groups them.
func TestCUR1File(t *testing.T) {
	l := billing.Line{
		ID: "x", Account: "111122223333", Type: billing.Usage, Start: at("2026-10-03T14:00:00Z"), End: at("2026-10-03T15:00:00Z"), Resource: "i-1",
		Detail: billing.ProductPart{InstanceType: "m5.large", Platform: "Linux"}, Tags: map[string]string{"user:team": "a"}, Categories: map[string]string{"Unit": "Shop"},
	}
	file := string(put(t, usage.CUR1Rows([]string{"user:team"}, []string{"Unit"}, false, false), []billing.Line{l}, usage.NewCSV))
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	row, order := map[string]string{}, ""
	for i, name := range records[0] {
		row[name] = records[1][i]
		if category, _, _ := strings.Cut(name, "/"); !strings.HasSuffix(order, category+" ") {
			order += category + " "
		}
	}
	if order != "identity bill lineItem product pricing reservation savingsPlan discount costCategory resourceTags " {
		t.Errorf("got %s", order)
	}
	for name, want := range map[string]string{
		"identity/LineItemId": "x", "identity/TimeInterval": "2026-10-03T14:00:00Z/2026-10-03T15:00:00Z", "lineItem/UsageStartDate": "2026-10-03T14:00:00Z",
		"product/operatingSystem": "Linux", "product/databaseEngine": "", "resourceTags/user:team": "a", "costCategory/Unit": "Shop",
	} {
		if got, ok := row[name]; !ok || got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if _, ok := row["lineItem/ResourceId"]; ok {
		t.Error("resources are there")
	}
	header := usage.CUR1Rows([]string{"user:Cost Center"}, nil, true, true).Columns()
	if last := header[len(header)-1].Name; last != "resource_tags_user_cost_center" {
		t.Errorf("got %s", last)
	}
}

func number(s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return n
}
