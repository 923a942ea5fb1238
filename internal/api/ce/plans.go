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

// planLanguage is the filter language of the utilization of savings plans (API reference, GetSavingsPlansUtilization, Filter).
var planLanguage = bills.Language{
	Dimensions:       []string{"INSTANCE_TYPE_FAMILY", "LINKED_ACCOUNT", "PAYMENT_OPTION", "REGION", "SAVINGS_PLANS_TYPE", "SAVINGS_PLAN_ARN"},
	DimensionOptions: usageLanguage.DimensionOptions, Flat: true, NoTags: true,
}

// planUse is what some savings plans cost, and what their use would have cost on demand.
type planUse struct {
	committed, used, upfront, recurring, onDemand decimal.D
}

func (u *planUse) add(v planUse) {
	u.committed, u.used, u.upfront = u.committed.Add(v.committed), u.used.Add(v.used), u.upfront.Add(v.upfront)
	u.recurring, u.onDemand = u.recurring.Add(v.recurring), u.onDemand.Add(v.onDemand)
}

// planKey is a plan in a part of the time asked for.
type planKey struct {
	start time.Time
	arn   string
}

// back refuses ranges of time that operations about commitments do not know (API reference: within 13 months, and not in the future).
func (s span) back(now time.Time) error {
	switch {
	case !s.start.Before(s.end):
		return refuse("Start date (and hour) should be before end date (and hour)")
	case s.start.Before(monthStart(now).AddDate(0, -13, 0)):
		return refuse("Start date must be within 13 months.")
	case s.end.After(now.Truncate(dayLength).Add(dayLength)):
		return refuse("End date must not be in the future.")
	case s.cut == costlines.Hourly:
		return refuse("Granularity HOURLY is not supported. Valid values are DAILY, MONTHLY")
	}
	return nil
}

// plans gives what savings plans cost and saved: fees are lines of the owner, use is wherever in the organization it was.
func (q *question) plans(s span, e *model.Expression) (map[planKey]planUse, error) {
	filter, err := q.filter(&planLanguage, e)
	if err != nil {
		return nil, err
	}
	ofPlans(&filter)
	arn := costlines.Field{Name: costlines.SavingsPlanARN}
	fees, _, err := q.ask(costlines.Query{
		Start: s.start, End: s.end, Granularity: s.cut, GroupBy: []costlines.Field{arn},
		Filter:  costlines.Filter{And: []costlines.Filter{ofType(billing.SavingsPlanRecurring), filter}},
		Metrics: []costlines.Metric{costlines.PlanCommitment, costlines.PlanUsed, costlines.PlanUpfront, costlines.PlanRecurring},
	})
	if err != nil || len(fees) == 0 {
		return nil, err
	}
	uses, arns := map[planKey]planUse{}, []string{}
	for i := range fees {
		r := &fees[i]
		uses[planKey{r.Start, r.Keys[0]}] = planUse{committed: r.Sums[0], used: r.Sums[1], upfront: r.Sums[2], recurring: r.Sums[3]}
		arns = append(arns, r.Keys[0])
	}
	slices.Sort(arns)
	covered, err := q.lines.Query(q.Context, costlines.Query{
		View: costlines.View{Payer: q.view.Payer}, Start: s.start, End: s.end, Granularity: s.cut, GroupBy: []costlines.Field{arn},
		Filter: costlines.Filter{And: []costlines.Filter{
			ofType(billing.SavingsPlanCovered), {Match: &costlines.Match{Field: arn, Values: slices.Compact(arns)}},
		}},
		Metrics: []costlines.Metric{costlines.UnblendedCost},
	})
	if err != nil {
		return nil, err
	}
	for i := range covered {
		key := planKey{covered[i].Start, covered[i].Keys[0]}
		use := uses[key]
		use.onDemand = use.onDemand.Add(covered[i].Sums[0])
		uses[key] = use
	}
	return uses, nil
}

// ofPlans has a filter look at what plans say of themselves, and not at the usage they cover.
func ofPlans(f *costlines.Filter) {
	for i := range f.And {
		ofPlans(&f.And[i])
	}
	if f.Match == nil {
		return
	}
	switch m := *f.Match; m.Field.Name {
	case costlines.Region:
		m.Field.Name = planFields["REGION"]
		f.Match = &m
	case costlines.ExplorerFamily:
		m.Field.Name = planFields["INSTANCE_TYPE_FAMILY"]
		f.Match = &m
	case costlines.ExplorerPayment:
		m.Field.Name = planFields["PAYMENT_OPTION"]
		f.Match = &m
	}
}

func ofType(types ...billing.LineType) costlines.Filter {
	m := &costlines.Match{Field: costlines.Field{Name: costlines.LineType}}
	for _, t := range types {
		m.Values = append(m.Values, string(t))
	}
	return costlines.Filter{Match: m}
}

// utilization reads what is asked of the use of plans, and gives it with the order it is wanted in; less is nil for none.
func (q *question) utilization(p *model.DateInterval, granularity string, by *model.SortDefinition, e *model.Expression) (
	s span, uses map[planKey]planUse, less func(a, b planUse) int, err error,
) {
	s, err = period(p, granularity)
	if err == nil {
		err = s.back(q.Now)
	}
	if err == nil {
		less, err = planOrder(by)
	}
	if err == nil {
		uses, err = q.plans(s, e)
	}
	if err == nil && len(uses) == 0 {
		err = fault.New(fault.DataUnavailable, "")
	}
	return s, uses, less, err
}

func getSavingsPlansUtilization(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetSavingsPlansUtilization", noView[model.GetSavingsPlansUtilizationInput], runGetSavingsPlansUtilization)
}

func runGetSavingsPlansUtilization(q *question, in *model.GetSavingsPlansUtilizationInput) (*model.GetSavingsPlansUtilizationOutput, error) {
	s, uses, less, err := q.utilization(in.TimePeriod, cmp.Or(op.Value(in.Granularity), "DAILY"), in.SortBy, in.Filter)
	if err != nil {
		return nil, err
	}
	var total planUse
	byTime := map[time.Time]planUse{}
	for key, use := range uses {
		sum := byTime[key.start]
		sum.add(use)
		byTime[key.start] = sum
		total.add(use)
	}
	parts := s.parts()
	if less != nil {
		slices.SortStableFunc(parts, func(a, b span) int { return less(byTime[a.start], byTime[b.start]) })
	}
	out := &model.GetSavingsPlansUtilizationOutput{Total: total.aggregates()}
	for _, part := range parts {
		a := new(byTime[part.start]).aggregates()
		out.SavingsPlansUtilizationsByTime = append(out.SavingsPlansUtilizationsByTime, model.SavingsPlansUtilizationByTime{
			TimePeriod: part.shown(), Utilization: a.Utilization, Savings: a.Savings, AmortizedCommitment: a.AmortizedCommitment,
		})
	}
	return out, nil
}

// aggregates writes the use of plans as answers have it. What a plan saves is what its use would have cost on demand, less all that
// the plan costs.
func (u *planUse) aggregates() *model.SavingsPlansUtilizationAggregates {
	amortized := u.upfront.Add(u.recurring)
	return &model.SavingsPlansUtilizationAggregates{
		Utilization: &model.SavingsPlansUtilization{
			TotalCommitment: new(amount(u.committed)), UsedCommitment: new(amount(u.used)), UnusedCommitment: new(amount(u.committed.Sub(u.used))),
			UtilizationPercentage: new(amount(percentage(u.used, u.committed))),
		},
		Savings: &model.SavingsPlansSavings{NetSavings: new(amount(u.onDemand.Sub(amortized))), OnDemandCostEquivalent: new(amount(u.onDemand))},
		AmortizedCommitment: &model.SavingsPlansAmortizedCommitment{
			AmortizedRecurringCommitment: new(amount(u.recurring)), AmortizedUpfrontCommitment: new(amount(u.upfront)), TotalAmortizedCommitment: new(amount(amortized)),
		},
	}
}

// percentage gives the part of a whole in percent; 0 of nothing.
func percentage(part, whole decimal.D) decimal.D { return proportion(decimal.Int(100), part, whole) }

// proportion gives of an amount what a part has of a whole; nothing of nothing.
func proportion(of, part, whole decimal.D) decimal.D {
	product, err := of.Mul(part)
	if err != nil || whole.IsZero() {
		return decimal.D{}
	}
	d, err := product.Quo(whole)
	if err != nil {
		return decimal.D{} // beyond what any bill has
	}
	return d
}

// planKeys are what the use of plans is sorted by.
var planKeys = map[string]func(planUse) decimal.D{
	"UtilizationPercentage":        func(u planUse) decimal.D { return percentage(u.used, u.committed) },
	"TotalCommitment":              func(u planUse) decimal.D { return u.committed },
	"UsedCommitment":               func(u planUse) decimal.D { return u.used },
	"UnusedCommitment":             func(u planUse) decimal.D { return u.committed.Sub(u.used) },
	"NetSavings":                   func(u planUse) decimal.D { return u.onDemand.Sub(u.upfront).Sub(u.recurring) },
	"AmortizedRecurringCommitment": func(u planUse) decimal.D { return u.recurring },
	"AmortizedUpfrontCommitment":   func(u planUse) decimal.D { return u.upfront },
}

// planOrder gives the order asked for; nil for none.
func planOrder(by *model.SortDefinition) (func(a, b planUse) int, error) {
	return orderOf(by, planKeys)
}

// orderOf gives the order of a definition, by one of some keys; nil for none. It descends unless told otherwise.
func orderOf[T any](by *model.SortDefinition, keys map[string]func(T) decimal.D) (func(a, b T) int, error) {
	if by == nil {
		return nil, nil
	}
	key := keys[op.Value(by.Key)]
	if key == nil {
		return nil, refuse("SortBy key %s is not supported.", op.Value(by.Key))
	}
	if op.Value(by.SortOrder) == "ASCENDING" {
		return func(a, b T) int { return key(a).Cmp(key(b)) }, nil
	}
	return func(a, b T) int { return key(b).Cmp(key(a)) }, nil
}
