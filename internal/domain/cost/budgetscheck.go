package cost

import (
	"slices"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/fault"
)

func badBudget(format string, args ...any) error {
	return fault.New(fault.InvalidInput, format, args...)
}

// complete checks a budget as it was given, and fills in what was left out (API Reference, Budget). Errors are fault.InvalidInput.
func (b *Budget) complete(now time.Time) error {
	for _, check := range []func(*Budget, time.Time) error{
		(*Budget).checkPeriod, (*Budget).checkKind, (*Budget).checkLimit, (*Budget).checkPlan, (*Budget).checkAdjust,
	} {
		if err := check(b, now); err != nil {
			return err
		}
	}
	_, err := b.Filter()
	return err
}

func (b *Budget) checkPeriod(now time.Time) error {
	if b.Unit == CustomUnit && (b.Start.IsZero() || b.End.IsZero()) {
		return badBudget("A CUSTOM budget needs the start and the end of its time period.")
	}
	if b.Start.IsZero() {
		b.Start = b.Unit.around(now).Start
	}
	if b.End.IsZero() {
		b.End = Forever
	}
	if !b.Start.Before(b.End) {
		return badBudget("Start time should not be after end time.")
	}
	if b.End.After(Forever) {
		return badBudget("The end of the time period must not be after %s.", Forever.Format(time.RFC3339))
	}
	return nil
}

// checkKind holds what goes with which type of budget.
func (b *Budget) checkKind(time.Time) error {
	switch {
	case b.Types != nil && b.Type != CostBudget:
		return badBudget("CostTypes is for budgets of type COST only.")
	case (b.Filters != nil || b.Types != nil) && (b.Expression != nil || len(b.Metrics) > 0):
		return badBudget("Either FilterExpression and Metrics or CostFilters and CostTypes can be given, not both.")
	case b.Types != nil && b.Types.Blended && b.Types.Amortized:
		return badBudget("UseBlended and UseAmortized cannot both be true.")
	case len(b.Metrics) > 1:
		return badBudget("Metrics can have only one member.")
	}
	for _, m := range b.Metrics {
		money := slices.Contains([]string{"BlendedCost", "UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost"}, m)
		if b.Type.percent() || money != (b.Type == CostBudget) {
			return badBudget("The metric %s is not valid for a budget of type %s.", m, b.Type)
		}
	}
	if b.Type == CostBudget && b.Types == nil && b.Expression == nil && len(b.Metrics) == 0 {
		all := AllCosts()
		b.Types = &all
	}
	return nil
}

func (b *Budget) checkLimit(time.Time) error {
	hundred := decimal.Int(100)
	switch {
	case b.Limit != nil && len(b.Planned) > 0:
		return badBudget("BudgetLimit and PlannedBudgetLimits cannot both be given.")
	case b.Type.percent() && b.Limit == nil:
		b.Limit = &Spend{Amount: hundred, Unit: "PERCENTAGE"}
	case b.Type.percent() && b.Limit.Amount.Cmp(hundred) != 0:
		return badBudget("The limit of a budget of type %s must be 100.", b.Type)
	case b.Adjust != nil && (b.Limit != nil || len(b.Planned) > 0):
		return badBudget("An auto-adjusting budget can have neither BudgetLimit nor PlannedBudgetLimits.")
	case b.Adjust == nil && b.Limit == nil && len(b.Planned) == 0:
		return badBudget("A budget of type %s needs a BudgetLimit, PlannedBudgetLimits or AutoAdjustData.", b.Type)
	}
	limits := make([]Spend, 0, len(b.Planned)+1)
	if b.Limit != nil {
		limits = append(limits, *b.Limit)
	}
	for _, p := range b.Planned {
		limits = append(limits, p.Spend)
	}
	for _, l := range limits {
		if l.Amount.Sign() <= 0 {
			return badBudget("The limit of a budget must be greater than 0.")
		}
		if b.Type == CostBudget && l.Unit != "USD" {
			return badBudget("The unit of a cost budget's limit must be USD, the currency of the bill, not %s.", l.Unit)
		}
		if l.Unit != limits[0].Unit {
			return badBudget("All PlannedBudgetLimits must have the same unit.")
		}
	}
	return nil
}

// checkPlan holds that a plan names every period it is for, from the first one on: 12 months or 4 quarters, or fewer if the budget ends.
func (b *Budget) checkPlan(now time.Time) error {
	if len(b.Planned) == 0 {
		return nil
	}
	number := map[TimeUnit]int{Monthly: 12, Quarterly: 4}[b.Unit]
	if number == 0 || b.Type.percent() {
		return badBudget("PlannedBudgetLimits are for monthly and quarterly budgets of cost or usage.")
	}
	slices.SortFunc(b.Planned, func(a, c PlannedLimit) int { return a.Start.Compare(c.Start) })
	first := b.Unit.around(latest(b.Start, now)).Start
	var want []time.Time
	for at := first; len(want) < number && at.Before(b.End); at = b.Unit.around(at).End {
		want = append(want, at)
	}
	if len(want) != len(b.Planned) {
		return badBudget("PlannedBudgetLimits must have %d limits, one for each period from %s on.", len(want), first.Format(time.DateOnly))
	}
	for i, p := range b.Planned {
		if !p.Start.Equal(want[i]) {
			return badBudget("PlannedBudgetLimits must have a limit for the period that begins on %s.", want[i].Format(time.DateOnly))
		}
	}
	return nil
}

// checkAdjust holds how far back an auto-adjusting budget may look (API Reference, HistoricalOptions).
func (b *Budget) checkAdjust(time.Time) error {
	if b.Adjust == nil {
		return nil
	}
	if b.Type.percent() || b.Unit == CustomUnit {
		return badBudget("AutoAdjustData is for recurring budgets of cost or usage.")
	}
	if !b.Adjust.Historical {
		if b.Unit == Daily {
			return badBudget("A daily budget cannot adjust to a forecast.")
		}
		return nil
	}
	most := map[TimeUnit]int{Daily: 60, Monthly: 12, Quarterly: 4, Annually: 1}[b.Unit]
	if b.Adjust.Periods < 1 || b.Adjust.Periods > most {
		return badBudget("BudgetAdjustmentPeriod must be from 1 to %d for a budget of time unit %s.", most, b.Unit)
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
