package budgets

import (
	"errors"
	"strconv"
	"time"

	"umbel/internal/bills"
	"umbel/internal/decimal"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/budgets"
	"umbel/internal/op"
)

// message gives the text of an error for a client.
func message(err error) string {
	var coded *fault.Error
	if errors.As(err, &coded) {
		return coded.Message
	}
	return err.Error()
}

func readBudget(in *model.Budget) (*cost.Budget, error) {
	b := &cost.Budget{
		Name: *in.BudgetName, Type: cost.BudgetType(*in.BudgetType), Unit: cost.TimeUnit(*in.TimeUnit), Filters: in.CostFilters,
		Types: readTypes(in.CostTypes), Expression: readExpression(in.FilterExpression), Metrics: in.Metrics, View: op.Value(in.BillingViewArn),
	}
	if len(in.CostFilters) == 0 {
		b.Filters = nil
	}
	if p := in.TimePeriod; p != nil {
		b.Start, b.End = op.Value(p.Start).UTC(), op.Value(p.End).UTC()
		if p.Start == nil {
			b.Start = time.Time{}
		}
		if p.End == nil {
			b.End = time.Time{}
		}
	}
	if in.BudgetLimit != nil {
		s, err := readSpend(in.BudgetLimit)
		if err != nil {
			return nil, err
		}
		b.Limit = &s
	}
	for at, spend := range in.PlannedBudgetLimits {
		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return nil, fault.New(fault.InvalidInput, "The key %q of PlannedBudgetLimits is not a time in seconds since 1970.", at)
		}
		s, err := readSpend(&spend)
		if err != nil {
			return nil, err
		}
		b.Planned = append(b.Planned, cost.PlannedLimit{Start: time.Unix(seconds, 0).UTC(), Spend: s})
	}
	if a := in.AutoAdjustData; a != nil {
		b.Adjust = &cost.AutoAdjust{Historical: *a.AutoAdjustType == "HISTORICAL"}
		if b.Adjust.Historical != (a.HistoricalOptions != nil) {
			return nil, fault.New(fault.InvalidInput, "HistoricalOptions is required for AutoAdjustType HISTORICAL, and for no other.")
		}
		if b.Adjust.Historical {
			b.Adjust.Periods = int(*a.HistoricalOptions.BudgetAdjustmentPeriod)
		}
	}
	return b, nil
}

func readSpend(in *model.Spend) (cost.Spend, error) {
	d, err := decimal.Parse(*in.Amount)
	if err != nil {
		return cost.Spend{}, fault.New(fault.InvalidInput, "The amount %q is not a number.", *in.Amount)
	}
	return cost.Spend{Amount: d, Unit: *in.Unit}, nil
}

func readTypes(in *model.CostTypes) *cost.CostTypes {
	if in == nil {
		return nil
	}
	t := cost.AllCosts()
	for _, f := range []struct {
		given *bool
		flag  *bool
	}{
		{in.IncludeTax, &t.Tax}, {in.IncludeSubscription, &t.Subscription}, {in.UseBlended, &t.Blended}, {in.IncludeRefund, &t.Refund},
		{in.IncludeCredit, &t.Credit}, {in.IncludeUpfront, &t.Upfront}, {in.IncludeRecurring, &t.Recurring},
		{in.IncludeOtherSubscription, &t.OtherSubscription}, {in.IncludeSupport, &t.Support}, {in.IncludeDiscount, &t.Discount},
		{in.UseAmortized, &t.Amortized},
	} {
		if f.given != nil {
			*f.flag = *f.given
		}
	}
	return &t
}

func showTypes(t *cost.CostTypes) *model.CostTypes {
	if t == nil {
		return nil
	}
	c := *t
	return &model.CostTypes{
		IncludeTax: &c.Tax, IncludeSubscription: &c.Subscription, UseBlended: &c.Blended, IncludeRefund: &c.Refund, IncludeCredit: &c.Credit,
		IncludeUpfront: &c.Upfront, IncludeRecurring: &c.Recurring, IncludeOtherSubscription: &c.OtherSubscription, IncludeSupport: &c.Support,
		IncludeDiscount: &c.Discount, UseAmortized: &c.Amortized,
	}
}

func readExpression(in *model.Expression) *cost.Expression {
	if in == nil {
		return nil
	}
	e := &cost.Expression{Not: readExpression(in.Not)}
	for i := range in.Or {
		e.Or = append(e.Or, *readExpression(&in.Or[i]))
	}
	for i := range in.And {
		e.And = append(e.And, *readExpression(&in.And[i]))
	}
	if d := in.Dimensions; d != nil {
		e.Dimensions = &cost.DimensionValues{Key: *d.Key, Values: d.Values, MatchOptions: d.MatchOptions}
	}
	if t := in.Tags; t != nil {
		e.Tags = &cost.KeyedValues{Key: op.Value(t.Key), Values: t.Values, MatchOptions: t.MatchOptions}
	}
	if c := in.CostCategories; c != nil {
		e.CostCategories = &cost.KeyedValues{Key: op.Value(c.Key), Values: c.Values, MatchOptions: c.MatchOptions}
	}
	return e
}

func showExpression(e *cost.Expression) *model.Expression {
	if e == nil {
		return nil
	}
	out := &model.Expression{Not: showExpression(e.Not)}
	for i := range e.Or {
		out.Or = append(out.Or, *showExpression(&e.Or[i]))
	}
	for i := range e.And {
		out.And = append(out.And, *showExpression(&e.And[i]))
	}
	if d := e.Dimensions; d != nil {
		out.Dimensions = &model.ExpressionDimensionValues{Key: &d.Key, Values: d.Values, MatchOptions: d.MatchOptions}
	}
	if t := e.Tags; t != nil {
		out.Tags = &model.TagValues{Key: &t.Key, Values: t.Values, MatchOptions: t.MatchOptions}
	}
	if c := e.CostCategories; c != nil {
		out.CostCategories = &model.CostCategoryValues{Key: &c.Key, Values: c.Values, MatchOptions: c.MatchOptions}
	}
	return out
}

func showSpend(s cost.Spend) *model.Spend {
	text := s.Amount.String()
	return &model.Spend{Amount: &text, Unit: &s.Unit}
}

// budget shows a budget. The limit of a planned one is that of the current period; expression asks for the filter expression.
func (sc *scene) budget(b *cost.Budget, expression bool) model.Budget {
	name, kind, unit := b.Name, string(b.Type), string(b.Unit)
	start, end, updated := b.Start, b.End, b.Updated
	out := model.Budget{
		BudgetName: &name, BudgetType: &kind, TimeUnit: &unit, CostFilters: b.Filters, CostTypes: showTypes(b.Types), Metrics: b.Metrics,
		TimePeriod: &model.TimePeriod{Start: &start, End: &end}, LastUpdatedTime: &updated, BillingViewArn: op.Optional(b.View),
		HealthStatus: &model.HealthStatus{Status: text(model.HealthStatusValueHealthy), LastUpdatedTime: &updated},
	}
	if _, err := bills.ThroughView(sc.Call, b.View); err != nil {
		out.HealthStatus.Status, out.HealthStatus.StatusReason = text(model.HealthStatusValueUnhealthy), text(model.HealthStatusReasonBillingViewUnhealthy)
	}
	if expression {
		out.FilterExpression = showExpression(b.Expression)
	}
	if out.CostFilters == nil && b.Expression == nil {
		out.CostFilters = map[string][]string{}
	}
	p, _ := b.PeriodAt(sc.Now)
	limit, ok := b.LimitAt(p.Start)
	if ok {
		out.BudgetLimit = showSpend(limit)
	}
	for _, l := range b.Planned {
		if out.PlannedBudgetLimits == nil {
			out.PlannedBudgetLimits = map[string]model.Spend{}
		}
		out.PlannedBudgetLimits[strconv.FormatInt(l.Start.Unix(), 10)] = *showSpend(l.Spend)
	}
	spent := &model.CalculatedSpend{ActualSpend: showSpend(cost.Spend{Unit: unitOf(b, limit)})}
	if m := b.Measured; m != nil {
		spent.ActualSpend = showSpend(cost.Spend{Amount: m.Actual, Unit: unitOf(b, limit)})
		if m.Forecast != nil {
			spent.ForecastedSpend = showSpend(cost.Spend{Amount: *m.Forecast, Unit: unitOf(b, limit)})
		}
	}
	out.CalculatedSpend = spent
	if a := b.Adjust; a != nil {
		out.AutoAdjustData = showAdjust(a)
	}
	return out
}

func showAdjust(a *cost.AutoAdjust) *model.AutoAdjustData {
	out := &model.AutoAdjustData{AutoAdjustType: text("FORECAST")}
	if a.Historical {
		periods := int32(a.Periods)
		out.AutoAdjustType, out.HistoricalOptions = text("HISTORICAL"), &model.HistoricalOptions{BudgetAdjustmentPeriod: &periods}
		if n := int32(a.Available); n > 0 {
			out.HistoricalOptions.LookBackAvailablePeriods = &n
		}
	}
	if !a.At.IsZero() {
		at := a.At
		out.LastAutoAdjustTime = &at
	}
	return out
}

// unitOf is the unit of a budget's amounts.
func unitOf(b *cost.Budget, limit cost.Spend) string {
	switch {
	case limit.Unit != "":
		return limit.Unit
	case b.Type == cost.CostBudget:
		return "USD"
	}
	return "N/A"
}

func text(s string) *string { return &s }

// period reads a time range that may be open on either side.
func period(in *model.TimePeriod) cost.Period {
	p := cost.Period{End: cost.Forever}
	if in != nil && in.Start != nil {
		p.Start = *in.Start
	}
	if in != nil && in.End != nil {
		p.End = *in.End
	}
	return p
}

func compared(b *cost.Budget, c cost.Comparison) model.BudgetedAndActualAmounts {
	limit, _ := b.LimitAt(c.Period.Start)
	unit := unitOf(b, limit)
	start, end := c.Period.Start, c.Period.End
	return model.BudgetedAndActualAmounts{
		BudgetedAmount: showSpend(cost.Spend{Amount: c.Budgeted, Unit: unit}), ActualAmount: showSpend(cost.Spend{Amount: c.Actual, Unit: unit}),
		TimePeriod: &model.TimePeriod{Start: &start, End: &end},
	}
}

// number takes a threshold, which the API has as a binary fraction, by its shortest decimal text: 0.1 is 0.1.
func number(f float64) (decimal.D, error) {
	d, err := decimal.Parse(strconv.FormatFloat(f, 'f', -1, 64))
	if err != nil {
		return d, fault.New(fault.InvalidInput, "The threshold %v cannot be used.", f)
	}
	return d, nil
}

func fraction(d decimal.D) *float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil {
		return nil // the text of a number is one
	}
	return &f
}

func readNotification(in *model.Notification, to []model.Subscriber) (cost.Notification, error) {
	v, err := number(*in.Threshold)
	n := cost.Notification{
		Type: cost.NotificationType(*in.NotificationType), Operator: *in.ComparisonOperator,
		Threshold: cost.Threshold{Value: v, Kind: cost.Percentage}, Subscribers: readSubscribers(to),
	}
	if in.ThresholdType != nil {
		n.Threshold.Kind = *in.ThresholdType
	}
	return n, err
}

func showNotification(n cost.Notification) model.Notification {
	kind := string(n.Type)
	return model.Notification{
		NotificationType: &kind, ComparisonOperator: &n.Operator, Threshold: fraction(n.Threshold.Value), ThresholdType: &n.Threshold.Kind,
		NotificationState: &n.State,
	}
}

func readSubscriber(in *model.Subscriber) cost.Recipient {
	return cost.Recipient{Channel: cost.Channel(*in.SubscriptionType), Address: *in.Address}
}

func readSubscribers(in []model.Subscriber) []cost.Recipient {
	out := make([]cost.Recipient, len(in))
	for i := range in {
		out[i] = readSubscriber(&in[i])
	}
	return out
}

func showSubscriber(r cost.Recipient) model.Subscriber {
	kind := string(r.Channel)
	return model.Subscriber{SubscriptionType: &kind, Address: &r.Address}
}
