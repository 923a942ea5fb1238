package cloudwatch

import (
	"context"
	"strconv"
	"strings"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	model "umbel/internal/model/cloudwatch"
)

// The one metric there is (Amazon CloudWatch User Guide, "Create a billing alarm to monitor your estimated AWS charges"): billing
// metric data is kept in us-east-1 and represents worldwide charges.
const (
	namespace  = "AWS/Billing"
	metricName = "EstimatedCharges"
	region     = "us-east-1"
)

// step is how often charges are estimated: AWS does so "several times daily".
const step = 6 * time.Hour

// retention is how long CloudWatch keeps what has a point an hour or fewer.
const retention = 455 * 24 * time.Hour

// metric is EstimatedCharges with its dimensions.
type metric struct{ currency, account, service string }

// metricOf reads the metric that a request names; ok is false for one that there is not, which is no error: it has no data.
func metricOf(space, name string, dimensions []model.Dimension) (m metric, ok bool) {
	if space != namespace || name != metricName {
		return m, false
	}
	for _, d := range dimensions {
		switch *d.Name {
		case "Currency":
			m.currency = *d.Value
		case "LinkedAccount":
			m.account = *d.Value
		case "ServiceName":
			m.service = *d.Value
		default:
			return m, false
		}
	}
	return m, m.currency != ""
}

// shown is the metric as ListMetrics lists it.
func (m metric) shown() model.Metric {
	space, name := namespace, metricName
	out := model.Metric{Namespace: &space, MetricName: &name}
	for _, d := range []struct{ name, value string }{{"ServiceName", m.service}, {"LinkedAccount", m.account}, {"Currency", m.currency}} {
		if d.value != "" {
			out.Dimensions = append(out.Dimensions, model.Dimension{Name: &d.name, Value: &d.value})
		}
	}
	return out
}

// sample is an estimate: what the month that at is in had cost by the end of the step that begins at it.
type sample struct {
	at    time.Time
	value decimal.D
}

// ours leaves out what AWS does not sell itself: the metric has no Marketplace charges.
func ours() costlines.Filter {
	sold := equals(costlines.BillingEntity, billing.EntityMarketplace)
	return costlines.Filter{Not: &sold}
}

func equals(dimension, value string) costlines.Filter {
	return costlines.Filter{Match: &costlines.Match{Field: costlines.Field{Name: dimension}, Values: []string{value}}}
}

// samples gives the estimates of a metric that were made within [from, to). A month has some from its first charge on.
func samples(ctx context.Context, lines costlines.Engine, v costlines.View, m metric, from, to, now time.Time) ([]sample, error) {
	if earliest := now.Add(-retention); from.Before(earliest) {
		from = earliest
	}
	if now.Before(to) {
		to = now.Add(1) // the step that has begun is estimated
	}
	if !from.Before(to) || m.account != "" && v.Accounts != nil {
		return nil, nil // a member has no metrics by account
	}
	start := monthStart(from)
	parts := []costlines.Filter{ours(), equals(costlines.Currency, m.currency)}
	if m.account != "" {
		parts = append(parts, equals(costlines.Account, m.account))
	}
	if m.service != "" {
		parts = append(parts, equals(costlines.Service, m.service))
	}
	rows, err := lines.Query(ctx, costlines.Query{
		View: v, Start: start, End: to.Add(step).Truncate(step), Granularity: costlines.Hourly,
		Filter: costlines.Filter{And: parts}, Metrics: []costlines.Metric{costlines.UnblendedCost},
	})
	if err != nil {
		return nil, err
	}
	return estimate(rows, start, from, to), nil
}

// estimate sums up the hours of charges, which begin with the month that start begins, and gives the sums within [from, to).
func estimate(rows []costlines.Row, start, from, to time.Time) (all []sample) {
	sum, any := decimal.D{}, false
	for at := start; at.Before(to); at = at.Add(step) {
		if at.Equal(monthStart(at)) {
			sum, any = decimal.D{}, false
		}
		for len(rows) > 0 && rows[0].Start.Before(at.Add(step)) {
			sum, any = sum.Add(rows[0].Sums[0]), true
			rows = rows[1:]
		}
		if any && !at.Before(from) {
			all = append(all, sample{at, sum})
		}
	}
	return all
}

func monthStart(t time.Time) time.Time { return billing.MonthOf(t.UTC()).Start() }

// bucket is the estimates of one period.
type bucket struct {
	start         time.Time
	count         int64
	sum, min, max decimal.D
}

// buckets puts estimates into periods that are counted from the start of the request.
func buckets(all []sample, start time.Time, period time.Duration) (out []bucket) {
	for _, s := range all {
		at := start.Add(s.at.Sub(start).Truncate(period))
		if n := len(out); n > 0 && out[n-1].start.Equal(at) {
			b := &out[n-1]
			b.count, b.sum = b.count+1, b.sum.Add(s.value)
			b.min, b.max = decimal.Min(b.min, s.value), decimal.Max(b.max, s.value)
			continue
		}
		out = append(out, bucket{at, 1, s.value, s.value, s.value})
	}
	return out
}

// statistic gives a statistic of a bucket, as a floating-point number: CloudWatch knows no others.
func (b *bucket) statistic(name string) (float64, error) {
	switch name {
	case model.StatisticSampleCount:
		return float64(b.count), nil
	case model.StatisticSum:
		return float(b.sum), nil
	case model.StatisticMinimum:
		return float(b.min), nil
	case model.StatisticMaximum:
		return float(b.max), nil
	case model.StatisticAverage:
		return float(b.sum) / float64(b.count), nil
	}
	return 0, fault.New(fault.NotOffered, "Umbel does not compute the statistic %s.", name)
}

func float(d decimal.D) float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil { // not reached: a decimal's text is a number
		return 0
	}
	return f
}

// aligned moves the start of a request down to where periods begin (GetMetricStatistics, StartTime): whole minutes, five minutes
// for what is older than 15 days, hours for what is older than 63.
func aligned(start, now time.Time) time.Time {
	switch age := now.Sub(start); {
	case age < 15*24*time.Hour:
		return start.UTC().Truncate(time.Minute)
	case age < 63*24*time.Hour:
		return start.UTC().Truncate(5 * time.Minute)
	}
	return start.UTC().Truncate(time.Hour)
}

// checkRange refuses what is no range of time or no period.
func checkRange(start, end time.Time, period int32) error {
	switch {
	case !start.Before(end):
		return fault.New(fault.InvalidParameterValue, "The parameter StartTime must be less than the parameter EndTime.")
	case period%60 != 0 && !(period == 1 || period == 5 || period == 10 || period == 20 || period == 30):
		return fault.New(fault.InvalidParameterValue, "The parameter Period must be a multiple of 60, or one of 1, 5, 10, 20, 30.")
	}
	return nil
}

// known tells whether a request for a metric can have data: of the namespace, in the Region it is kept in.
func known(space, signedFor string) bool {
	return strings.EqualFold(signedFor, region) && space == namespace
}
