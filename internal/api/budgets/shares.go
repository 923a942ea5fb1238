package budgets

import (
	"context"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
)

// shares measures a budget of utilization or coverage, in percent. Where there is nothing to have a share of, nothing is known.
func (m *meter) shares(ctx context.Context, b *cost.Budget, r *cost.Reading, past []cost.Period) error {
	e, err := b.Filter()
	if err != nil {
		return err
	}
	f, err := bills.Filter(e, m.names)
	if err != nil {
		return err
	}
	userTags(&f)
	measure := map[cost.BudgetType]func(context.Context, costlines.Filter, cost.Period) (part, whole decimal.D, err error){
		cost.RIUtilization: m.reserved, cost.RICoverage: m.covered, cost.PlanUtilization: m.planned, cost.PlanCoverage: m.planCovered,
	}[b.Type]
	share := func(p cost.Period) (decimal.D, bool, error) {
		part, whole, err := measure(ctx, f, p)
		if err != nil || whole.Sign() <= 0 {
			return decimal.D{}, false, err
		}
		hundredfold, err := part.Mul(decimal.Int(100))
		if err != nil {
			return decimal.D{}, false, err
		}
		percent, err := hundredfold.Quo(whole)
		return decimal.Min(percent.Round(2), decimal.Int(100)), true, err
	}
	if r.Actual, r.Known, err = share(r.Period); err != nil {
		return err
	}
	for _, p := range past {
		v, any, err := share(p)
		if err != nil {
			return err
		}
		r.Past = append(r.Past, cost.PastAmount{Period: p, Amount: v, Empty: !any})
	}
	return nil
}

// total sums metrics over the lines that fit.
func (m *meter) total(ctx context.Context, f costlines.Filter, p cost.Period, metrics ...costlines.Metric) ([]decimal.D, error) {
	rows, err := m.lines.Query(ctx, costlines.Query{View: m.view, Start: p.Start, End: p.End, Filter: f, Metrics: metrics})
	if err != nil {
		return nil, err
	}
	sums := make([]decimal.D, len(metrics))
	for _, row := range rows {
		for i := range sums {
			sums[i] = sums[i].Add(row.Sums[i])
		}
	}
	return sums, nil
}

// planned gives what of savings plans' commitments was used, and what was committed to.
func (m *meter) planned(ctx context.Context, f costlines.Filter, p cost.Period) (part, whole decimal.D, err error) {
	sums, err := m.total(ctx, and(f, is(costlines.LineType, string(billing.SavingsPlanRecurring))), p, costlines.PlanUsed, costlines.PlanCommitment)
	if err != nil {
		return part, whole, err
	}
	return sums[0], sums[1], nil
}

// planCovered gives what usage under savings plans would have cost on demand, and that together with what was used on demand of the
// services that savings plans cover.
func (m *meter) planCovered(ctx context.Context, f costlines.Filter, p cost.Period) (part, whole decimal.D, err error) {
	covered, err := m.total(ctx, and(f, is(costlines.LineType, string(billing.SavingsPlanCovered))), p, costlines.UnblendedCost)
	if err != nil {
		return part, whole, err
	}
	eligible := costlines.Filter{Or: []costlines.Filter{
		and(is(costlines.Product, "AmazonEC2"), not(absent(costlines.InstanceType))), is(costlines.Product, "AmazonECS", "AmazonEKS", "AWSLambda"),
	}}
	demand, err := m.total(ctx, and(f, is(costlines.LineType, string(billing.Usage)), eligible), p, costlines.UnblendedCost)
	if err != nil {
		return part, whole, err
	}
	return covered[0], covered[0].Add(demand[0]), nil
}

// covered gives the hours of instances that reservations covered, and those together with hours on demand.
func (m *meter) covered(ctx context.Context, f costlines.Filter, p cost.Period) (part, whole decimal.D, err error) {
	instances := and(f, not(absent(costlines.InstanceType)))
	reserved, err := m.total(ctx, and(instances, is(costlines.LineType, string(billing.DiscountedUsage))), p, costlines.UsageQuantity)
	if err != nil {
		return part, whole, err
	}
	demand, err := m.total(ctx, and(instances, is(costlines.LineType, string(billing.Usage))), p, costlines.UsageQuantity)
	if err != nil {
		return part, whole, err
	}
	return reserved[0], reserved[0].Add(demand[0]), nil
}

// reserved gives what of reservations was used, and what they were, in normalized units where there are any. What is unused stands on
// the fees of a whole month: of a part of the month it is a part as large.
func (m *meter) reserved(ctx context.Context, f costlines.Filter, p cost.Period) (part, whole decimal.D, err error) {
	for at := billing.MonthOf(p.Start); at.Start().Before(p.End); at = at.Next() {
		month := cost.Period{Start: at.Start(), End: at.End()}
		inside := month
		if inside.Start.Before(p.Start) {
			inside.Start = p.Start
		}
		if inside.End.After(p.End) {
			inside.End = p.End
		}
		usedInside, err := m.discounted(ctx, f, inside)
		if err != nil {
			return part, whole, err
		}
		all, err := m.held(ctx, f, month)
		if err != nil {
			return part, whole, err
		}
		if inside != month {
			elapsed := cost.Period{Start: month.Start, End: earlier(month.End, m.now)}
			if hours(elapsed).Sign() <= 0 {
				continue
			}
			if all, err = all.Mul(hours(cost.Period{Start: inside.Start, End: earlier(inside.End, m.now)})); err != nil {
				return part, whole, err
			}
			if all, err = all.Quo(hours(elapsed)); err != nil {
				return part, whole, err
			}
		}
		part, whole = part.Add(usedInside), whole.Add(all)
	}
	return part, whole, nil
}

// discounted gives what reservations covered within a time.
func (m *meter) discounted(ctx context.Context, f costlines.Filter, p cost.Period) (decimal.D, error) {
	sums, err := m.total(ctx, and(f, is(costlines.LineType, string(billing.DiscountedUsage))), p, costlines.NormalizedUsageAmount, costlines.UsageQuantity)
	if err != nil {
		return decimal.D{}, err
	}
	if sums[0].IsZero() {
		return sums[1], nil
	}
	return sums[0], nil
}

// held gives what reservations were within a month: used and unused.
func (m *meter) held(ctx context.Context, f costlines.Filter, month cost.Period) (decimal.D, error) {
	total, err := m.discounted(ctx, f, month)
	if err != nil {
		return total, err
	}
	q := costlines.ScanQuery{View: m.view, Start: month.Start, End: month.End, Filter: and(f, is(costlines.LineType, string(billing.ReservationFee)))}
	err = m.lines.Scan(ctx, q, func(l *billing.Line) error {
		if r := l.Reservation; r != nil && r.UnusedNormalized.IsZero() {
			total = total.Add(r.UnusedQuantity)
		} else if r != nil {
			total = total.Add(r.UnusedNormalized)
		}
		return nil
	})
	return total, err
}

func hours(p cost.Period) decimal.D { return decimal.Int(int64(p.End.Sub(p.Start) / time.Hour)) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
