package exports_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/exports"
	"umbel/internal/usage"
)

func TestParse(t *testing.T) {
	got, err := exports.Parse("select a, product.from_location,\n resource_tags['user_team''s'] as team FROM COST_AND_USAGE_REPORT where a >= 1.5 and (b = 'it''s' or c <> '') LIMIT 10;")
	if err != nil {
		t.Fatal(err)
	}
	want := &exports.Statement{
		Select: []usage.Selection{{Column: "a"}, {Column: "product", Key: "from_location"}, {Column: "resource_tags", Key: "user_team's", As: "team"}},
		Table:  "COST_AND_USAGE_REPORT", Limit: 10,
		Where: &exports.Condition{And: []exports.Condition{
			{Column: usage.Selection{Column: "a"}, Operator: ">=", Value: "1.5", Number: true},
			{Or: []exports.Condition{{Column: usage.Selection{Column: "b"}, Operator: "=", Value: "it's"}, {Column: usage.Selection{Column: "c"}, Operator: "!="}}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRefusedStatements(t *testing.T) {
	for text, says := range map[string]string{
		"":                                 "expected SELECT at position 1, found the end of the statement",
		"SELECT * FROM FOCUS_1_2_AWS":      "SELECT * is not supported",
		"DELETE FROM x":                    `expected SELECT at position 1, found "DELETE"`,
		"SELECT FROM x":                    "expected a column at position 8",
		"SELECT a b FROM x":                `expected a comma or FROM at position 10, found "b"`,
		"SELECT sum(a) FROM x":             "functions are not supported",
		"SELECT a AS 'x y' FROM x":         "expected a new name of letters",
		"SELECT a FROM x WHERE a LIKE 'b'": "expected one of = != <> < <= > >= at position 25",
		"SELECT a FROM x WHERE a = b":      "expected a value",
		"SELECT a FROM x WHERE (a = 1":     "expected )",
		"SELECT a FROM x WHERE a = 'b":     "the quote at position 27 is not closed",
		"SELECT a FROM x LIMIT 1.5":        "expected a whole number of rows",
		"SELECT a FROM x GROUP BY a":       "expected the end of the statement",
		"SELECT a FROM x, y":               "expected the end of the statement",
		"SELECT resource_tags[a] FROM x":   "in quotes",
	} {
		if _, err := exports.Parse(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCompile(t *testing.T) {
	const cur = "COST_AND_USAGE_REPORT"
	conf := func(table string, pairs ...string) map[string]map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return map[string]map[string]string{table: m}
	}
	for _, c := range []struct {
		text string
		conf map[string]map[string]string
		says string
	}{
		{"SELECT line_item_usage_type FROM " + cur, nil, ""},
		{"SELECT line_item_resource_id FROM " + cur, conf(cur, "INCLUDE_RESOURCES", "TRUE"), ""},
		{"SELECT line_item_resource_id FROM " + cur, nil, "no column line_item_resource_id under its configuration"},
		{"SELECT split_line_item_split_cost FROM " + cur, conf(cur, "INCLUDE_SPLIT_COST_ALLOCATION_DATA", "TRUE", "TIME_GRANULARITY", "DAILY"), ""},
		{"SELECT split_line_item_split_cost FROM " + cur, nil, "no column split_line_item_split_cost"},
		{"SELECT Line_Item_Usage_Type FROM " + cur, nil, "no column Line_Item_Usage_Type"},
		{"SELECT line_item_usage_type FROM cost_and_usage_report", nil, "there is no table cost_and_usage_report"},
		{"SELECT BilledCost, Tags.team FROM FOCUS_1_2_AWS WHERE BilledCost > 0 AND ChargePeriodStart >= '2026-10-01'", conf("FOCUS_1_2_AWS", "TIME_GRANULARITY", "MONTHLY"), ""},
		{"SELECT InvoiceId FROM FOCUS_1_0_AWS", nil, "no column InvoiceId"},
		{"SELECT BilledCost FROM FOCUS_1_2_AWS", conf(cur), "is not of the table that is queried"},
		{"SELECT BilledCost FROM FOCUS_1_2_AWS", conf("FOCUS_1_2_AWS", "INCLUDE_RESOURCES", "TRUE"), "has no property INCLUDE_RESOURCES"},
		{"SELECT BilledCost FROM FOCUS_1_2_AWS", conf("FOCUS_1_2_AWS", "TIME_GRANULARITY", "YEARLY"), "must be one of HOURLY, DAILY, MONTHLY"},
		{"SELECT BilledCost, BilledCost FROM FOCUS_1_2_AWS", nil, "two columns are called BilledCost"},
		{"SELECT BilledCost.x FROM FOCUS_1_2_AWS", nil, "has no attributes"},
		{"SELECT BilledCost FROM FOCUS_1_2_AWS WHERE Tags = 'x'", nil, "compare one of its attributes"},
		{"SELECT BilledCost FROM FOCUS_1_2_AWS WHERE BilledCost = 'x'", nil, `is a number and "x" is none`},
		{"SELECT BilledCost FROM FOCUS_1_2_AWS WHERE ChargePeriodStart = 'x'", nil, `is a time and "x" is none`},
	} {
		_, err := exports.Compile(c.text, c.conf)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: got %v, want %q", c.text, err, c.says)
		}
	}
}
