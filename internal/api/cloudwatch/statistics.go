package cloudwatch

import (
	"time"

	"umbel/internal/bills"
	"umbel/internal/fault"
	model "umbel/internal/model/cloudwatch"
	"umbel/internal/op"
)

// maxDatapoints is how many points GetMetricStatistics gives (API reference).
const maxDatapoints = 1440

func getMetricStatistics(desk *bills.Desk) *op.Operation {
	return op.Define(op.Decl[model.GetMetricStatisticsInput, model.GetMetricStatisticsOutput]{
		Service: "cloudwatch", Name: "GetMetricStatistics", Action: "cloudwatch:GetMetricStatistics", Access: op.Read, Targets: anything[model.GetMetricStatisticsInput],
		Run: func(c *op.Call, in *model.GetMetricStatisticsInput) (*model.GetMetricStatisticsOutput, error) {
			if err := checkStatistics(in); err != nil {
				return nil, err
			}
			out := &model.GetMetricStatisticsOutput{Label: in.MetricName, Datapoints: []model.Datapoint{}}
			m, ok := metricOf(*in.Namespace, *in.MetricName, in.Dimensions)
			if !ok || !known(*in.Namespace, c.Region) || !unitless(in.Unit) {
				return out, nil
			}
			found, err := inBuckets(c, desk, m, *in.StartTime, *in.EndTime, *in.Period)
			if err != nil {
				return nil, err
			}
			for i := range found {
				p, err := datapoint(&found[i], in.Statistics)
				if err != nil {
					return nil, err
				}
				out.Datapoints = append(out.Datapoints, p)
			}
			return out, nil
		},
	})
}

// checkStatistics refuses what GetMetricStatistics does (API reference).
func checkStatistics(in *model.GetMetricStatisticsInput) error {
	if err := checkRange(*in.StartTime, *in.EndTime, *in.Period); err != nil {
		return err
	}
	switch {
	case len(in.Statistics) == 0 && len(in.ExtendedStatistics) == 0:
		return fault.New(fault.MissingParameter, "Must specify either Statistics or ExtendedStatistics")
	case len(in.Statistics) > 0 && len(in.ExtendedStatistics) > 0:
		return fault.New(fault.InvalidParameterCombination, "Statistics and ExtendedStatistics cannot both be specified.")
	case len(in.ExtendedStatistics) > 0:
		return fault.New(fault.NotOffered, "Umbel does not compute the statistic %s.", in.ExtendedStatistics[0])
	}
	if n := int64(in.EndTime.Sub(*in.StartTime)) / int64(time.Duration(*in.Period)*time.Second); n > maxDatapoints {
		return fault.New(fault.InvalidParameterCombination, "You have requested up to %d datapoints, which exceeds the limit of %d. "+
			"You may reduce the datapoints requested by increasing Period, or decreasing the time range.", n, maxDatapoints)
	}
	return nil
}

// inBuckets asks for the estimates of a metric as the caller sees them, in periods.
func inBuckets(c *op.Call, desk *bills.Desk, m metric, from, to time.Time, period int32) ([]bucket, error) {
	lines, err := desk.Lines()
	if err != nil {
		return nil, err
	}
	view, err := bills.View(c)
	if err != nil {
		return nil, err
	}
	from = aligned(from, c.Now)
	all, err := samples(c.Context, lines, view, m, from, to, c.Now)
	return buckets(all, from, time.Duration(period)*time.Second), err
}

// datapoint is a bucket with the statistics asked for.
func datapoint(b *bucket, statistics []string) (model.Datapoint, error) {
	unit := model.StandardUnitNone
	p := model.Datapoint{Timestamp: &b.start, Unit: &unit}
	for _, name := range statistics {
		v, err := b.statistic(name)
		if err != nil {
			return p, err
		}
		switch name {
		case model.StatisticSampleCount:
			p.SampleCount = &v
		case model.StatisticAverage:
			p.Average = &v
		case model.StatisticSum:
			p.Sum = &v
		case model.StatisticMinimum:
			p.Minimum = &v
		case model.StatisticMaximum:
			p.Maximum = &v
		}
	}
	return p, nil
}

// unitless tells whether data without a unit are asked for: those of other units there are none of.
func unitless(unit *string) bool { return unit == nil || *unit == model.StandardUnitNone }

func anything[In any](*op.Call, *In) ([]op.Target, error) { return []op.Target{{Resource: "*"}}, nil }
