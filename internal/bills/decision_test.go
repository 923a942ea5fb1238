package bills

import (
	"testing"

	"pgregory.net/rapid"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
)

// TestDecisionIsFilter decides expressions on lines by the question to cost lines and by package cost, which gives lines their
// cost categories: both must come to the same verdict.
func TestDecisionIsFilter(t *testing.T) {
	names := map[string]string{"111111111111": "prod", "222222222222": "Dev"}
	rapid.Check(t, func(t *rapid.T) {
		e := expressions(3).Draw(t, "expression")
		l := lines().Draw(t, "line")
		f, err := Filter(&e, names)
		d, decided := e.Decide(cost.Context{Names: names})
		if (err == nil) != (decided == nil) {
			t.Fatalf("Filter: %v; Decide: %v", err, decided)
		}
		if err != nil {
			return
		}
		if want, got := f.Holds(&l), d.Holds(&l); want != got {
			t.Fatalf("the question says %v, the decision %v", want, got)
		}
	})
}

// TestDecisionKnowsDimensions wants every dimension of the question to be one of the decision.
func TestDecisionKnowsDimensions(t *testing.T) {
	for dimension := range dimensions {
		e := cost.Expression{Dimensions: &cost.DimensionValues{Key: dimension, Values: []string{"x"}}}
		if _, err := e.Decide(cost.Context{}); err != nil {
			t.Errorf("%s: %v", dimension, err)
		}
	}
}

var words = []string{"", "prod", "Prod", "dev", "Dev", "us-east-1", "10", "9", "AmazonEC2", "Usage", "Tax", "111111111111", "222222222222", "333333333333"}

func expressions(depth int) *rapid.Generator[cost.Expression] {
	return rapid.Custom(func(t *rapid.T) (e cost.Expression) {
		kind := rapid.IntRange(0, 6).Draw(t, "kind")
		if depth == 0 {
			kind %= 3
		}
		values := rapid.SliceOfN(rapid.SampledFrom(words), 1, 3).Draw(t, "values")
		options := rapid.SliceOfN(rapid.SampledFrom([]string{
			"EQUALS", "ABSENT", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "CASE_SENSITIVE", "CASE_INSENSITIVE", "GREATER_THAN_OR_EQUAL",
		}), 0, 2).Draw(t, "options")
		switch kind {
		case 0:
			key := rapid.SampledFrom([]string{
				"LINKED_ACCOUNT", "LINKED_ACCOUNT_NAME", "SERVICE", "SERVICE_CODE", "REGION", "RECORD_TYPE", "USAGE_TYPE", "BILLING_ENTITY",
				"SAVINGS_PLAN_ARN", "RESERVATION_ID", "TENANCY", "AZ", "NO_SUCH",
			}).Draw(t, "dimension")
			e.Dimensions = &cost.DimensionValues{Key: key, Values: values, MatchOptions: options}
		case 1:
			e.Tags = &cost.KeyedValues{Key: rapid.SampledFrom([]string{"team", "aws:createdBy"}).Draw(t, "tag"), Values: values, MatchOptions: options}
		case 2:
			e.CostCategories = &cost.KeyedValues{Key: "unit", Values: values, MatchOptions: options}
		case 3:
			e.And = rapid.SliceOfN(expressions(depth-1), 1, 3).Draw(t, "and")
		case 4:
			e.Or = rapid.SliceOfN(expressions(depth-1), 1, 3).Draw(t, "or")
		case 5:
			e.Not = new(expressions(depth-1).Draw(t, "not"))
		}
		return e
	})
}

func lines() *rapid.Generator[billing.Line] {
	return rapid.Custom(func(t *rapid.T) billing.Line {
		word := func(label string) string { return rapid.SampledFrom(words).Draw(t, label) }
		l := billing.Line{
			Account: word("account"), Product: word("product"), UsageType: word("usage type"), Type: billing.LineType(word("type")), Zone: word("zone"),
			Tags:       map[string]string{"user:team": word("team"), "aws:createdBy": word("creator")},
			Categories: map[string]string{"unit": word("unit")},
		}
		l.Detail.Name, l.Detail.Region, l.Detail.Tenancy, l.Bill.Entity = word("service"), word("region"), word("tenancy"), word("entity")
		if rapid.Bool().Draw(t, "plan") {
			l.SavingsPlan = &billing.SavingsPlanPart{ARN: word("plan ARN")}
		}
		if rapid.Bool().Draw(t, "reservation") {
			l.Reservation = &billing.ReservationPart{ARN: word("reservation ARN")}
		}
		return l
	})
}
