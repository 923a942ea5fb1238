package cost

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"umbel/internal/decimal"
)

func dollars(t interface{ Fatal(...any) }, s string) decimal.D {
	d, err := decimal.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSplit(t *testing.T) {
	costs := map[string]decimal.D{"": dollars(t, "10"), "a": dollars(t, "30"), "b": dollars(t, "60"), "shared": dollars(t, "100"), "credit": dollars(t, "-5")}
	for _, test := range []struct {
		rule SplitCharge
		want map[string]string // totals
	}{
		{SplitCharge{Source: "shared", Targets: []string{"a", "b"}, Method: SplitEven}, map[string]string{"a": "80", "b": "110", "shared": "0"}},
		{SplitCharge{Source: "shared", Targets: []string{"a", "b"}, Method: SplitProportional}, map[string]string{"a": "63.333333333333", "b": "126.666666666667", "shared": "0"}},
		{SplitCharge{Source: "shared", Targets: []string{"a", "b"}, Method: SplitFixed, Percent: []string{"12.5", "87.5"}}, map[string]string{"a": "42.5", "b": "147.5", "shared": "0"}},
		{SplitCharge{Source: "", Targets: []string{"a", "new"}, Method: SplitEven}, map[string]string{"": "0", "a": "35", "new": "5"}},
		{SplitCharge{Source: "credit", Targets: []string{"a", "b"}, Method: SplitProportional}, map[string]string{"a": "28.333333333333", "b": "56.666666666667", "credit": "0"}},
		{SplitCharge{Source: "shared", Targets: []string{"new", "credit"}, Method: SplitProportional}, map[string]string{"new": "50", "credit": "45", "shared": "0"}},
	} {
		t.Run(fmt.Sprint(test.rule.Method, test.rule.Targets), func(t *testing.T) {
			rows, err := Split(costs, []SplitCharge{test.rule})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, r := range rows {
				if _, wanted := test.want[r.Value]; wanted {
					got[r.Value] = r.Total.String()
				} else if r.Total != costs[r.Value] || !r.Split.IsZero() {
					t.Errorf("%q has no part in it, and comes to %s", r.Value, r.Total)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("totals (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSplitSums wants totals to sum to costs to the last place, and each source to have nothing left.
func TestSplitSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		costs, sum := map[string]decimal.D{}, decimal.D{}
		for i := range 6 {
			costs[fmt.Sprint(i)] = decimal.New(rapid.Int64Range(-1e15, 1e15).Draw(t, "cost"), 12)
			sum = sum.Add(costs[fmt.Sprint(i)])
		}
		rules := []SplitCharge{
			{Source: "0", Targets: []string{"2", "3", "4"}, Method: rapid.SampledFrom([]string{SplitEven, SplitProportional}).Draw(t, "method")},
			{Source: "1", Targets: []string{"3", "4", "5"}, Method: SplitFixed, Percent: []string{"33.3", "33.3", "33.4"}},
		}
		rows, err := Split(costs, rules)
		if err != nil {
			t.Fatal(err)
		}
		total := decimal.D{}
		for _, r := range rows {
			total = total.Add(r.Total)
			if (r.Value == "0" || r.Value == "1") && !r.Total.IsZero() {
				t.Errorf("%s of source %s is left", r.Total, r.Value)
			}
		}
		if total != sum {
			t.Errorf("totals sum to %s, costs to %s", total, sum)
		}
	})
}
