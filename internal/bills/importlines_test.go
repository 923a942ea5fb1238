package bills

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/lineblock"
)

// randomLine makes a line of a report, which may lack its payer and its billing period.
func randomLine(r *rand.Rand) billing.Line {
	start := time.Date(2026, time.Month(9+r.IntN(2)), 1+r.IntN(28), r.IntN(24), 0, 0, 0, time.UTC)
	l := billing.Line{
		ID: fmt.Sprint("line-", r.IntN(1e9)), Type: []billing.LineType{billing.Usage, billing.Tax, billing.Credit}[r.IntN(3)], Account: fmt.Sprintf("%012d", r.IntN(4)),
		Product: []string{"AmazonEC2", "AmazonS3"}[r.IntN(2)], UsageType: fmt.Sprint("type-", r.IntN(9)), Currency: "USD", Start: start, End: start.Add(time.Hour),
		Unblended: decimal.New(r.Int64N(1e9), 6), Usage: decimal.New(r.Int64N(1e9), 3),
	}
	if r.IntN(3) > 0 {
		l.Bill.Payer = "999999999999"
	}
	if r.IntN(3) > 0 {
		// Some usage is billed with the month after.
		month := billing.MonthOf(start.AddDate(0, r.IntN(2), 0))
		l.Bill.PeriodStart, l.Bill.PeriodEnd = month.Start(), month.End()
	}
	if r.IntN(2) == 0 {
		l.Tags = map[string]string{"user:team": []string{"red", "blue"}[r.IntN(2)]}
	}
	if r.IntN(3) == 0 {
		l.Categories = map[string]string{"Owner": "theirs", "Unit": "sales"}
	}
	return l
}

// owners gives the labels of months: from October on, there is a cost category of the payer's.
func owners(t *testing.T, months ...string) map[string]*labels {
	t.Helper()
	rules := []cost.CategoryRule{
		{Value: "tax", Rule: &cost.Expression{Dimensions: &cost.DimensionValues{Key: "RECORD_TYPE", Values: []string{"Tax"}}}},
		{Inherit: &cost.InheritValue{Dimension: "TAG", Key: "team"}},
		{Value: "one", Rule: &cost.Expression{Dimensions: &cost.DimensionValues{Key: "LINKED_ACCOUNT", Values: []string{"000000000001"}}}},
		{Value: "mine", Rule: &cost.Expression{Dimensions: &cost.DimensionValues{Key: "PAYER_ACCOUNT", Values: []string{"999999999999"}}}},
	}
	with, without := cost.NewState(), cost.NewState()
	with.AllocationTags.Put(&cost.AllocationTag{Key: "team", Active: true})
	with.Categories.Put(&cost.Category{ID: "Owner", Name: "Owner", Versions: []cost.CategoryVersion{{Start: "2026-10", Rules: rules}}})
	out := map[string]*labels{}
	for _, month := range months {
		s := with
		if month < "2026-10" {
			s = without
		}
		l, err := labelsOf(s, month, nil, true)
		if err != nil {
			t.Fatal(err)
		}
		out[month] = l
	}
	return out
}

// TestBlocksAsLines: lines that come in by column are completed as one line after another would be.
func TestBlocksAsLines(t *testing.T) {
	months := owners(t, "2026-09", "2026-10", "2026-11")
	r := rand.New(rand.NewPCG(1, 1))
	in := &importing{payer: "999999999999", months: months}
	labelled := 0
	for size := range 60 {
		builder := lineblock.NewBuilder()
		var want []billing.Line
		for range 1 + size*size/20 {
			l := randomLine(r)
			builder.Add(&l)
			l.Bill.Payer = "999999999999"
			if l.Bill.PeriodStart.IsZero() {
				month := billing.MonthOf(l.Start)
				l.Bill.PeriodStart, l.Bill.PeriodEnd = month.Start(), month.End()
			}
			months[billing.MonthOf(l.Bill.PeriodStart).String()].on(&l)
			if l.Categories["Owner"] != "" {
				labelled++
			}
			want = append(want, l)
		}
		given := builder.Block()
		before := linesOf(given)
		own := *given
		if err := in.pay(&own); err != nil {
			t.Fatal(err)
		}
		periods(&own)
		if err := in.label(&own); err != nil {
			t.Fatal(err)
		}
		same := cmp.Comparer(func(a, b decimal.D) bool { return a == b })
		if d := cmp.Diff(want, linesOf(&own), same); d != "" {
			t.Fatalf("%d lines (-one by one +by column):\n%.3000s", len(want), d)
		}
		if d := cmp.Diff(before, linesOf(given), same); d != "" {
			t.Fatalf("the block that came in was changed:\n%.3000s", d)
		}
	}
	if labelled < 1000 {
		t.Errorf("only %d lines have a cost category", labelled)
	}
}

func linesOf(b *lineblock.Block) []billing.Line {
	out := make([]billing.Line, b.Rows)
	for row := range out {
		b.Line(row, &out[row])
	}
	return out
}
