package budgets

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/ident"
)

// view gives whose lines an account's budgets count: the payer's those of all its accounts, a member's its own.
func (h household) view(account ident.AccountID) costlines.View {
	v := costlines.View{Payer: string(h.payer)}
	if account != h.payer {
		v.Accounts = []string{string(account)}
	}
	return v
}

// meter measures budgets.
type meter struct {
	lines  costlines.Engine
	view   costlines.View
	names  map[string]string // of the accounts seen
	now    time.Time
	months []billing.Month // that were computed again
}

const day = 24 * time.Hour

// Forecasts are made of what the last days were, and need five weeks of them (Cost Management User Guide, "Managing your costs with
// AWS Budgets").
const (
	forecastDays = 91
	forecastNeed = 35
)

// through measures a budget through its billing view.
func (m *meter) through(ctx context.Context, b seen) (r cost.Reading, ok bool, err error) {
	in := *m
	if in.lines, err = bills.Within(m.lines, b.parts, m.names); err != nil {
		return r, false, err
	}
	return in.read(ctx, b.Budget)
}

// read measures a budget; ok is false before its time.
func (m *meter) read(ctx context.Context, b *cost.Budget) (r cost.Reading, ok bool, err error) {
	p, ok := b.PeriodAt(m.now)
	if !ok {
		return r, false, nil
	}
	r = cost.Reading{Budget: b.Name, Made: b.Made, Revision: b.Revision, Period: p, Known: true}
	past := m.wanted(b, p)
	if b.Type != cost.CostBudget && b.Type != cost.UsageBudget {
		err = m.shares(ctx, b, &r, past)
		return r, true, err
	}
	from := p.Start
	if earliest := m.today().Add(-forecastDays * day); forecasts(b) && earliest.Before(from) {
		from = earliest
	}
	if len(past) > 0 && past[0].Start.Before(from) {
		from = past[0].Start
	}
	d, err := m.daily(ctx, b, from, p.End)
	if err != nil {
		return r, true, err
	}
	r.Actual, _ = d.sum(p)
	for _, q := range past {
		amount, any := d.sum(q)
		r.Past = append(r.Past, cost.PastAmount{Period: q, Amount: amount, Empty: !any})
	}
	if forecasts(b) {
		r.Forecast = d.forecast(p, m.today(), r.Actual)
	}
	return r, true, nil
}

func forecasts(b *cost.Budget) bool { return b.Unit != cost.Daily }

func (m *meter) today() time.Time { return m.now.Truncate(day) }

// wanted gives the ended periods whose amounts are not known, or may have changed: all of them at the first look and when a limit is
// adjusted, later those of months that were computed again, and the last one.
func (m *meter) wanted(b *cost.Budget, p cost.Period) []cost.Period {
	all := b.Past(p)
	if b.Measured == nil || b.Adjust != nil && b.Measured.Period.Start.Before(p.Start) {
		return all
	}
	return slices.DeleteFunc(all, func(q cost.Period) bool {
		if q.End.Equal(p.Start) {
			return false
		}
		return !slices.ContainsFunc(m.months, func(month billing.Month) bool {
			return month.Start().Before(q.End) && q.Start.Before(month.End())
		})
	})
}

// series is an amount for each day that has lines.
type series map[time.Time]decimal.D

// sum adds the days of a period; any tells whether there are lines.
func (s series) sum(p cost.Period) (total decimal.D, any bool) {
	for at, v := range s {
		if !at.Before(p.Start) && at.Before(p.End) {
			total, any = total.Add(v), true
		}
	}
	return total, any
}

// forecast gives what the whole period is expected to come to: what there was on the days that are complete, and what is forecast of
// the others. It is never less than what was spent. nil with less than five weeks of days.
func (s series) forecast(p cost.Period, today time.Time, actual decimal.D) *decimal.D {
	var first, last time.Time
	for at := range s {
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	end := today // of what is complete: today is not, and later days have no lines
	if after := last.Add(day); after.Before(end) {
		end = after
	}
	if begin := end.Add(-forecastDays * day); first.Before(begin) {
		first = begin
	}
	if s == nil || end.Sub(first) < forecastNeed*day {
		return nil
	}
	var known []float64
	for at := first; at.Before(end); at = at.Add(day) {
		known = append(known, float(s[at]))
	}
	begin := end
	if begin.Before(p.Start) {
		begin = p.Start
	}
	o, ok := cost.Forecast(cost.History{First: first, Daily: known})
	if !ok {
		return nil
	}
	rest, _ := o.Predict(begin, p.End)
	done, _ := s.sum(cost.Period{Start: p.Start, End: end})
	expected, err := decimal.Parse(strconv.FormatFloat(float(done)+rest, 'f', 3, 64))
	if err != nil {
		return nil // beyond what numbers hold
	}
	expected = decimal.Max(expected, actual)
	return &expected
}

// float turns an amount into a number for statistics.
func float(d decimal.D) float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil {
		return 0 // the text of a number is one
	}
	return f
}

// metrics gives the metrics of cost lines by their names in the API. Hours are the usage of what is counted in hours.
var metrics = map[string]costlines.Metric{
	"UnblendedCost": costlines.UnblendedCost, "BlendedCost": costlines.BlendedCost, "AmortizedCost": costlines.AmortizedCost,
	"NetUnblendedCost": costlines.NetUnblendedCost, "NetAmortizedCost": costlines.NetAmortizedCost, "UsageQuantity": costlines.UsageQuantity,
	"NormalizedUsageAmount": costlines.NormalizedUsageAmount, "Hours": costlines.UsageQuantity,
}

// daily asks what a budget of cost or usage counts, day by day. Of costs only those in the limit's currency count.
func (m *meter) daily(ctx context.Context, b *cost.Budget, from, to time.Time) (series, error) {
	f, err := m.filter(b)
	if err != nil {
		return nil, err
	}
	rows, err := m.lines.Query(ctx, costlines.Query{
		View: m.view, Start: from, End: to, Granularity: costlines.Daily, Filter: f, Metrics: []costlines.Metric{metrics[b.Metric()]},
	})
	if err != nil {
		return nil, err
	}
	s := series{}
	for _, row := range rows {
		if b.Type == cost.UsageBudget || row.Currency == "USD" {
			at := row.Start.Truncate(day)
			s[at] = s[at].Add(row.Sums[0])
		}
	}
	return s, nil
}

// filter gives what a budget counts.
func (m *meter) filter(b *cost.Budget) (costlines.Filter, error) {
	e, err := b.Filter()
	if err != nil {
		return costlines.Filter{}, err
	}
	f, err := bills.Filter(e, m.names)
	if err != nil {
		return costlines.Filter{}, err
	}
	userTags(&f)
	all := []costlines.Filter{f}
	if b.Types != nil {
		all = append(all, exclusions(b.Types)...)
	}
	if b.Type == cost.UsageBudget {
		all = append(all, usage(b)...)
	}
	return costlines.Filter{And: all}, nil
}

// userTags gives tags the names that lines have for them: those of users begin with "user:" there, and in Cost Explorer do not.
func userTags(f *costlines.Filter) {
	if f.Match != nil && f.Match.Field.Kind == costlines.Tag && !strings.HasPrefix(f.Match.Field.Name, "user:") && !strings.HasPrefix(f.Match.Field.Name, "aws:") {
		f.Match.Field.Name = "user:" + f.Match.Field.Name
	}
	for _, parts := range [][]costlines.Filter{f.And, f.Or} {
		for i := range parts {
			userTags(&parts[i])
		}
	}
	if f.Not != nil {
		userTags(f.Not)
	}
}

// units are the names that one unit has in price lists, and among people.
var units = [][]string{{"Hrs", "Hours", "Hour", "hrs", "hours"}, {"GB", "GB-Mo", "GB-month", "GB-Month", "GigaBytes"}, {"Requests", "Request", "requests"}}

// usage leaves of the lines those of usage, in the budget's unit if it has one: amounts of different units do not add up.
func usage(b *cost.Budget) []costlines.Filter {
	out := []costlines.Filter{is(costlines.LineType, string(billing.Usage), string(billing.DiscountedUsage), string(billing.SavingsPlanCovered))}
	unit := ""
	if limit, ok := b.LimitAt(b.Start); ok && limit.Unit != "N/A" {
		unit = limit.Unit
	}
	if b.Metric() == "Hours" {
		unit = "Hrs"
	}
	if unit == "" || b.Metric() == "NormalizedUsageAmount" {
		return out
	}
	names := []string{unit}
	for _, same := range units {
		if slices.Contains(same, unit) {
			names = same
		}
	}
	return append(out, is(costlines.Unit, names...))
}

func is(dimension string, values ...string) costlines.Filter {
	return costlines.Filter{Match: &costlines.Match{Field: costlines.Field{Kind: costlines.Dimension, Name: dimension}, Values: values}}
}

func absent(dimension string) costlines.Filter {
	return costlines.Filter{Match: &costlines.Match{Field: costlines.Field{Kind: costlines.Dimension, Name: dimension}, Op: costlines.Absent}}
}

func not(f costlines.Filter) costlines.Filter { return costlines.Filter{Not: &f} }

func and(f ...costlines.Filter) costlines.Filter { return costlines.Filter{And: f} }

// exclusions gives what cost types leave out. A one-time fee is the upfront payment of a reservation or savings plan, support, or
// another subscription; the fees that recur are those of reservations and savings plans.
func exclusions(t *cost.CostTypes) []costlines.Filter {
	kind := func(kinds ...billing.LineType) costlines.Filter {
		names := make([]string, len(kinds))
		for i, k := range kinds {
			names[i] = string(k)
		}
		return is(costlines.LineType, names...)
	}
	support := costlines.Filter{Or: []costlines.Filter{
		{Match: &costlines.Match{Field: costlines.Field{Kind: costlines.Dimension, Name: costlines.Product}, Op: costlines.StartsWith, Values: []string{"AWSSupport"}}},
		is(costlines.Product, "AWSDeveloperSupport", "OCBPremiumSupport"),
	}}
	fee := kind(billing.Fee)
	var out []costlines.Filter
	leave := func(counts bool, f costlines.Filter) {
		if !counts {
			out = append(out, not(f))
		}
	}
	leave(t.Tax, kind(billing.Tax))
	leave(t.Refund, kind(billing.Refund))
	leave(t.Credit, kind(billing.Credit))
	leave(t.Discount, kind(billing.BundledDiscount, billing.PrivateRate, billing.EnterpriseDiscount, billing.DistributorDiscount, billing.SolutionProvider, billing.ReservationVolume))
	leave(t.Upfront && t.Subscription, kind(billing.SavingsPlanUpfront))
	leave(t.Upfront && t.Subscription, and(fee, not(absent(costlines.ReservationARN))))
	leave(t.Recurring && t.Subscription, kind(billing.ReservationFee, billing.SavingsPlanRecurring))
	leave(t.Support, support)
	leave(t.OtherSubscription && t.Subscription, and(fee, absent(costlines.ReservationARN), not(support)))
	return out
}
