package ce

import (
	"strconv"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// anomaliesKept is how long anomalies are shown (Cost Explorer API Reference, GetAnomalies).
const anomaliesKept = 90 * 24 * time.Hour

func getAnomalies() *op.Operation {
	return controlling("GetAnomalies", op.Read,
		func(c *op.Call, in *model.GetAnomaliesInput) []op.Target {
			if in.MonitorArn == nil {
				return named(c, monitorKind, nil)
			}
			return named(c, monitorKind, []string{*in.MonitorArn})
		},
		runGetAnomalies)
}

func runGetAnomalies(c *op.Call, in *model.GetAnomaliesInput) (*model.GetAnomaliesOutput, error) {
	from, to, err := interval(in.DateInterval)
	if err != nil {
		return nil, err
	}
	fits, err := impactFilter(in.TotalImpact)
	if err != nil {
		return nil, err
	}
	limit, err := pageSize(in.MaxResults, 100, 100)
	if err != nil {
		return nil, err
	}
	from = max(from, day(c.Now.Add(-anomaliesKept)))
	watched := idOf(c, monitorKind, op.Value(in.MonitorArn))
	rows, next, err := op.Page(c, "ce/anomalies/"+string(c.Caller.Account), op.Value(in.NextPageToken), limit, c.Cost().Anomalies.After,
		func(a *cost.Anomaly) bool {
			return a.End >= from && (to == "" || a.End <= to) && (in.MonitorArn == nil || a.Monitor == watched) &&
				(in.Feedback == nil || a.Feedback == *in.Feedback) && fits(a.Impact())
		})
	if err != nil {
		return nil, err
	}
	out := &model.GetAnomaliesOutput{Anomalies: []model.Anomaly{}, NextPageToken: op.Optional(next)}
	for _, a := range rows {
		one, err := shownAnomaly(c, a)
		if err != nil {
			return nil, err
		}
		out.Anomalies = append(out.Anomalies, *one)
	}
	return out, nil
}

// interval gives the first and the last day; the last is "" if it is open.
func interval(in *model.AnomalyDateInterval) (from, to string, err error) {
	if from, err = date("StartDate", in.StartDate); err != nil {
		return "", "", err
	}
	if in.EndDate == nil {
		return from, "", nil
	}
	if to, err = date("EndDate", in.EndDate); err != nil {
		return "", "", err
	}
	if to < from {
		return "", "", fault.New(fault.ValidationFailed, "StartDate must not be after EndDate")
	}
	return from, to, nil
}

func date(what string, text *string) (string, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, *text); err == nil {
			return day(t), nil
		}
	}
	return "", fault.New(fault.ValidationFailed, "%s is not a valid date: %s", what, *text)
}

// impactFilter decides a total impact.
func impactFilter(f *model.TotalImpactFilter) (func(decimal.D) bool, error) {
	if f == nil {
		return func(decimal.D) bool { return true }, nil
	}
	start, err := number(*f.StartValue)
	if err != nil {
		return nil, err
	}
	if *f.NumericOperator == model.NumericOperatorBetween {
		if f.EndValue == nil || *f.EndValue < *f.StartValue {
			return nil, fault.New(fault.ValidationFailed, "EndValue must be set for BETWEEN, and not below StartValue")
		}
		end, err := number(*f.EndValue)
		if err != nil {
			return nil, err
		}
		return func(d decimal.D) bool { return d.Cmp(start) >= 0 && d.Cmp(end) <= 0 }, nil
	}
	compare, ok := map[string]func(int) bool{
		model.NumericOperatorEqual:              func(n int) bool { return n == 0 },
		model.NumericOperatorGreaterThanOrEqual: func(n int) bool { return n >= 0 },
		model.NumericOperatorLessThanOrEqual:    func(n int) bool { return n <= 0 },
		model.NumericOperatorGreaterThan:        func(n int) bool { return n > 0 },
		model.NumericOperatorLessThan:           func(n int) bool { return n < 0 },
	}[*f.NumericOperator]
	if !ok {
		return nil, fault.New(fault.ValidationFailed, "NumericOperator %s is not supported", *f.NumericOperator)
	}
	return func(d decimal.D) bool { return compare(d.Cmp(start)) }, nil
}

// number takes a number of the API as it was written.
func number(f float64) (decimal.D, error) {
	d, err := decimal.Parse(strconv.FormatFloat(f, 'f', -1, 64))
	if err != nil {
		return d, fault.New(fault.ValidationFailed, "Not a valid number: %v", f).Because(err)
	}
	return d, nil
}

// double gives an amount as the API has it: a number that loses what no double holds.
func double(d decimal.D) (*float64, error) {
	f, err := strconv.ParseFloat(d.String(), 64)
	return &f, err
}

func shownAnomaly(c *op.Call, a *cost.Anomaly) (*model.Anomaly, error) {
	out := &model.Anomaly{
		AnomalyId: &a.ID, AnomalyStartDate: new(a.Start + "T00:00:00Z"), AnomalyEndDate: new(a.End + "T00:00:00Z"), DimensionValue: op.Optional(a.Value),
		AnomalyScore: &model.AnomalyScore{MaxScore: &a.MaxScore, CurrentScore: &a.Score}, MonitorArn: new(arn(c.Caller.Account, monitorKind, a.Monitor)),
		Feedback: op.Optional(a.Feedback), RootCauses: []model.RootCause{}, Impact: &model.Impact{},
	}
	for _, one := range []struct {
		of decimal.D
		to **float64
	}{
		{a.MaxImpact, &out.Impact.MaxImpact}, {a.Impact(), &out.Impact.TotalImpact}, {a.Actual, &out.Impact.TotalActualSpend},
		{a.Expected, &out.Impact.TotalExpectedSpend},
	} {
		f, err := double(one.of)
		if err != nil {
			return nil, err
		}
		*one.to = f
	}
	if p, ok := a.Percentage(); ok {
		f, err := double(p.Round(2))
		if err != nil {
			return nil, err
		}
		out.Impact.TotalImpactPercentage = f
	}
	for _, r := range a.Causes {
		f, err := double(r.Contribution)
		if err != nil {
			return nil, err
		}
		out.RootCauses = append(out.RootCauses, model.RootCause{
			Service: op.Optional(r.Service), Region: op.Optional(r.Region), LinkedAccount: op.Optional(r.Account),
			LinkedAccountName: op.Optional(r.AccountName), UsageType: op.Optional(r.UsageType), Impact: &model.RootCauseImpact{Contribution: f},
		})
	}
	return out, nil
}

func provideAnomalyFeedback() *op.Operation {
	return controlling("ProvideAnomalyFeedback", op.Write, anywhere[model.ProvideAnomalyFeedbackInput],
		func(c *op.Call, in *model.ProvideAnomalyFeedbackInput) (*model.ProvideAnomalyFeedbackOutput, error) {
			a, ok := c.Cost().Anomalies.Get(*in.AnomalyId)
			if !ok {
				return nil, fault.New(fault.ValidationFailed, "Anomaly not found: %s", *in.AnomalyId)
			}
			next := *a
			next.Feedback = *in.Feedback
			c.Cost().Anomalies.Put(&next)
			return &model.ProvideAnomalyFeedbackOutput{AnomalyId: in.AnomalyId}, nil
		})
}
