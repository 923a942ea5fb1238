package ce

import (
	"slices"
	"strconv"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// forecastLanguage is the filter language of forecasts (API reference, GetCostForecast, Filter).
var forecastLanguage = bills.Language{
	Dimensions: []string{
		"AZ", "BILLING_ENTITY", "DATABASE_ENGINE", "DEPLOYMENT_OPTION", "INSTANCE_TYPE", "INSTANCE_TYPE_FAMILY", "LEGAL_ENTITY_NAME", "LINKED_ACCOUNT",
		"LINKED_ACCOUNT_NAME", "OPERATING_SYSTEM", "OPERATION", "PLATFORM", "PURCHASE_TYPE", "RECORD_TYPE", "REGION", "RESERVATION_ID",
		"SAVINGS_PLAN_ARN", "SERVICE", "SUBSCRIPTION_ID", "TENANCY", "USAGE_TYPE", "USAGE_TYPE_GROUP",
	},
	DimensionOptions: usageLanguage.DimensionOptions, TagOptions: usageLanguage.TagOptions,
}

// How far forecasts go (API reference, GetCostForecast, Granularity).
const (
	dailyForecastMonths   = 3
	monthlyForecastMonths = 18
)

func getCostForecast(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetCostForecast", func(in *model.GetCostForecastInput) *string { return in.BillingViewArn },
		func(q *question, in *model.GetCostForecastInput) (*model.GetCostForecastOutput, error) {
			f := forecast{question: q, level: in.PredictionIntervalLevel}
			m, err := f.metric(op.Value(in.Metric), false)
			if err != nil {
				return nil, err
			}
			total, results, err := f.answer(in.TimePeriod, op.Value(in.Granularity), in.Filter, m)
			return &model.GetCostForecastOutput{Total: total, ForecastResultsByTime: results}, err
		})
}

func getUsageForecast(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetUsageForecast", func(in *model.GetUsageForecastInput) *string { return in.BillingViewArn },
		func(q *question, in *model.GetUsageForecastInput) (*model.GetUsageForecastOutput, error) {
			f := forecast{question: q, level: in.PredictionIntervalLevel}
			m, err := f.metric(op.Value(in.Metric), true)
			if err != nil {
				return nil, err
			}
			total, results, err := f.answer(in.TimePeriod, op.Value(in.Granularity), in.Filter, m)
			return &model.GetUsageForecastOutput{Total: total, ForecastResultsByTime: results}, err
		})
}

// forecast is a question for what will be.
type forecast struct {
	*question
	level *int32 // of the prediction interval in percent; nil for none
}

// metric finds the metric, which must be one of usage, or one of costs.
func (f *forecast) metric(name string, ofUsage bool) (metric, error) {
	m, err := metricOf(name)
	if err == nil && (m.unit != "") != ofUsage {
		err = refuse("Metric %s is not supported for this request.", name)
	}
	return m, err
}

func (f *forecast) answer(p *model.DateInterval, granularity string, e *model.Expression, m metric) (*model.MetricValue, []model.ForecastResult, error) {
	s, err := f.period(p, granularity)
	if err != nil {
		return nil, nil, err
	}
	filter, err := f.filter(&forecastLanguage, e)
	if err != nil {
		return nil, nil, err
	}
	h, unit, err := f.history(filter, m)
	if err != nil {
		return nil, nil, err
	}
	outlook, ok := cost.Forecast(h)
	if !ok {
		return nil, nil, fault.New(fault.DataUnavailable, "Insufficient amount of historical data.")
	}
	mean, _ := outlook.Predict(s.start, s.end)
	return f.total(mean, unit), f.results(outlook, s), nil
}

// period reads the range of time to be forecast: from today on.
func (f *forecast) period(p *model.DateInterval, granularity string) (span, error) {
	s, err := period(p, granularity)
	months := monthlyForecastMonths
	if s.cut == costlines.Daily {
		months = dailyForecastMonths
	}
	today := f.Now.Truncate(dayLength)
	switch {
	case err != nil:
		return s, err
	case s.cut == costlines.Hourly:
		return s, refuse("Granularity HOURLY is not supported for forecasts. Valid values are DAILY, MONTHLY")
	case !s.start.Before(s.end):
		return s, refuse("Requested Start: %s must be before requested End: %s", op.Value(p.Start), op.Value(p.End))
	case s.start.Before(today):
		return s, refuse("Start date must be equal to or later than the current date.")
	case s.end.After(today.AddDate(0, months, 1)):
		return s, refuse("End date must be within %d months of the current date for granularity %s.", months, granularity)
	}
	return s, nil
}

// mostHistory is how many days back a forecast looks.
const mostHistory = 180

// history gives the complete days before today, from the first that has lines, and their unit.
func (f *forecast) history(filter costlines.Filter, m metric) (h cost.History, unit string, err error) {
	end := f.Now.Truncate(dayLength)
	q := costlines.Query{
		Start: end.AddDate(0, 0, -mostHistory), End: end, Granularity: costlines.Daily, Filter: filter, Metrics: []costlines.Metric{m.of},
	}
	rows, currency, err := f.ask(q)
	if err != nil {
		return h, "", err
	}
	if len(rows) == 0 {
		return h, "", nil
	}
	if unit = currency; m.of == costlines.UsageQuantity {
		if unit, err = f.unit(q); err != nil {
			return h, "", err
		}
	} else if m.unit != "" {
		unit = m.unit
	}
	h.First = rows[0].Start
	h.Daily = make([]float64, int(end.Sub(h.First)/dayLength))
	for i := range rows {
		value, err := strconv.ParseFloat(rows[i].Sums[0].String(), 64)
		if err != nil {
			return h, "", err
		}
		h.Daily[int(rows[i].Start.Sub(h.First)/dayLength)] = value
	}
	return h, unit, nil
}

// unit gives the one unit of usage; several cannot be forecast together.
func (f *forecast) unit(q costlines.Query) (string, error) {
	q.Granularity, q.GroupBy = costlines.Whole, []costlines.Field{{Name: costlines.Unit}}
	rows, _, err := f.ask(q)
	if err != nil {
		return "", err
	}
	rows = slices.DeleteFunc(rows, func(r costlines.Row) bool { return r.Sums[0].IsZero() })
	if len(rows) != 1 {
		return "", fault.New(fault.UnresolvableUsageUnit, "Cost Explorer was unable to identify the usage unit. Provide UsageType/UsageTypeGroup filter selections that contain matching units, for example: hours.")
	}
	return rows[0].Keys[0], nil
}

func (f *forecast) total(mean float64, unit string) *model.MetricValue {
	return &model.MetricValue{Amount: new(decimals(mean)), Unit: &unit}
}

func (f *forecast) results(of *cost.Outlook, s span) []model.ForecastResult {
	var out []model.ForecastResult
	for _, part := range s.parts() {
		mean, deviation := of.Predict(part.start, part.end)
		r := model.ForecastResult{TimePeriod: part.shown(), MeanValue: new(decimals(mean))}
		if f.level != nil {
			low, high := of.Bounds(mean, deviation, *f.level)
			r.PredictionIntervalLowerBound, r.PredictionIntervalUpperBound = new(decimals(low)), new(decimals(high))
		}
		out = append(out, r)
	}
	return out
}

// decimals writes a number of statistics, with the places of amounts.
func decimals(f float64) string { return strconv.FormatFloat(f, 'f', amountPlaces, 64) }
