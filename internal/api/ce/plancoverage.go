package ce

import (
	"cmp"
	"slices"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// coverageLanguage is the filter language of the coverage of savings plans (API reference, GetSavingsPlansCoverage, Filter).
var coverageLanguage = bills.Language{
	Dimensions:       []string{"INSTANCE_TYPE_FAMILY", "LINKED_ACCOUNT", "REGION", "SERVICE"},
	DimensionOptions: usageLanguage.DimensionOptions, TagOptions: usageLanguage.TagOptions, Flat: true,
}

// coverageGroups are what coverage is grouped by. The API calls the family of instances otherwise than elsewhere.
var coverageGroups = map[string]string{"INSTANCE_FAMILY": "INSTANCE_TYPE_FAMILY", "INSTANCE_TYPE_FAMILY": "INSTANCE_TYPE_FAMILY", "REGION": "REGION", "SERVICE": "SERVICE"}

// planCovered is what usage that plans could cover costs on demand: what they cover, and the rest.
type planCovered struct{ covered, rest decimal.D }

func (c planCovered) total() decimal.D { return c.covered.Add(c.rest) }

type coverageKey struct {
	start  time.Time
	values [2]string
}

// eligible holds for usage that savings plans could cover, and do not: instances of EC2 but Spot ones, Fargate, Lambda (Savings
// Plans User Guide, "Savings Plans types").
func eligible() costlines.Filter {
	usage := func(product string, parts ...string) costlines.Filter {
		return costlines.Filter{And: []costlines.Filter{
			{Match: &costlines.Match{Field: costlines.Field{Name: costlines.Product}, Values: []string{product}}},
			{Match: &costlines.Match{Field: costlines.Field{Name: costlines.UsageType}, Op: costlines.Contains, Values: parts}},
		}}
	}
	return costlines.Filter{And: []costlines.Filter{
		ofType(billing.Usage),
		{Or: []costlines.Filter{
			usage("AmazonEC2", "BoxUsage", "DedicatedUsage", "HostUsage"), usage("AmazonECS", "Fargate"), usage("AmazonEKS", "Fargate"),
			usage("AWSLambda", "Lambda-GB-Second", "Lambda-Provisioned", "Request"), // requests at no discount, but from the commitment
		}},
	}}
}

func getSavingsPlansCoverage(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetSavingsPlansCoverage", noView[model.GetSavingsPlansCoverageInput], runGetSavingsPlansCoverage)
}

func runGetSavingsPlansCoverage(q *question, in *model.GetSavingsPlansCoverageInput) (*model.GetSavingsPlansCoverageOutput, error) {
	if err := onlyMetrics(in.Metrics, "SpendCoveredBySavingsPlans"); err != nil {
		return nil, err
	}
	s, groups, err := cut(q, in.TimePeriod, op.Value(in.Granularity), in.GroupBy)
	if err != nil {
		return nil, err
	}
	less, err := orderOf(in.SortBy, map[string]func(planCovered) decimal.D{
		"SpendCoveredBySavingsPlan": func(c planCovered) decimal.D { return c.covered }, "SpendCoveredBySavingsPlans": func(c planCovered) decimal.D { return c.covered },
		"OnDemandCost": func(c planCovered) decimal.D { return c.rest }, "TotalCost": planCovered.total,
		"CoveragePercentage": func(c planCovered) decimal.D { return percentage(c.covered, c.total()) },
	})
	if err != nil {
		return nil, err
	}
	filter, err := q.filter(&coverageLanguage, in.Filter)
	if err != nil {
		return nil, err
	}
	found, err := q.planCoverage(s, groups, filter)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.DataUnavailable, "")
	}
	keys := make([]coverageKey, 0, len(found))
	for key := range found {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b coverageKey) int {
		return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.values[0], b.values[0]), cmp.Compare(a.values[1], b.values[1]))
	})
	if less != nil {
		slices.SortStableFunc(keys, func(a, b coverageKey) int { return less(found[a], found[b]) })
	}
	asked := *in
	asked.NextToken = nil
	from, to, next, err := q.page("GetSavingsPlansCoverage", asked, in.NextToken, len(keys), limitOf(in.MaxResults, plansPerPage))
	if err != nil {
		return nil, err
	}
	out := &model.GetSavingsPlansCoverageOutput{SavingsPlansCoverages: []model.SavingsPlansCoverage{}, NextToken: next}
	for _, key := range keys[from:to] {
		c := found[key]
		shown := model.SavingsPlansCoverage{
			Attributes: map[string]string{}, TimePeriod: span{key.start, s.next(key.start), s.cut}.shown(),
			Coverage: &model.SavingsPlansCoverageData{
				SpendCoveredBySavingsPlans: new(amount(c.covered)), OnDemandCost: new(amount(c.rest)), TotalCost: new(amount(c.total())),
				CoveragePercentage: new(amount(percentage(c.covered, c.total()))),
			},
		}
		for i := range groups {
			shown.Attributes[op.Value(in.GroupBy[i].Key)] = groups[i].show(key.values[i])
		}
		out.SavingsPlansCoverages = append(out.SavingsPlansCoverages, shown)
	}
	return out, nil
}

func onlyMetrics(given []string, allowed ...string) error {
	for _, m := range given {
		if !slices.Contains(allowed, m) {
			return refuse("Metric %s is not supported.", m)
		}
	}
	return nil
}

// cut reads a range of time with its granularity, or with its groups: both together are refused, in Cost Explorer's words.
func cut(q *question, p *model.DateInterval, granularity string, by []model.GroupDefinition) (s span, groups []group, err error) {
	if granularity != "" && len(by) > 0 {
		return s, nil, refuse("Granularity is not supported when specifying groupBy")
	}
	if s, err = period(p, granularity); err == nil {
		err = s.back(q.Now)
	}
	if err != nil {
		return s, nil, err
	}
	if len(by) > 2 {
		return s, nil, refuse("Only up to 2 group definitions are supported.")
	}
	for i := range by {
		name, ok := coverageGroups[op.Value(by[i].Key)]
		if !ok || op.Value(by[i].Type) != "DIMENSION" {
			return s, nil, refuse("Only INSTANCE_FAMILY, REGION, SERVICE is supported for groupBy with type DIMENSION")
		}
		field, _ := bills.Field(name)
		groups = append(groups, group{field: field, dimension: name})
	}
	return s, groups, nil
}

func (q *question) planCoverage(s span, groups []group, filter costlines.Filter) (map[coverageKey]planCovered, error) {
	out := map[coverageKey]planCovered{}
	for _, of := range []struct {
		lines costlines.Filter
		add   func(*planCovered, decimal.D)
	}{
		{ofType(billing.SavingsPlanCovered), func(c *planCovered, d decimal.D) { c.covered = c.covered.Add(d) }},
		{eligible(), func(c *planCovered, d decimal.D) { c.rest = c.rest.Add(d) }},
	} {
		rows, _, err := q.ask(costlines.Query{
			Start: s.start, End: s.end, Granularity: s.cut, GroupBy: fieldsOf(groups), Metrics: []costlines.Metric{costlines.UnblendedCost},
			Filter: costlines.Filter{And: []costlines.Filter{of.lines, filter}},
		})
		if err != nil {
			return nil, err
		}
		for i := range rows {
			key := coverageKey{rows[i].Start, rows[i].Keys}
			c := out[key]
			of.add(&c, rows[i].Sums[0])
			out[key] = c
		}
	}
	return out, nil
}
