package cloudwatch

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/fault"
	model "umbel/internal/model/cloudwatch"
	"umbel/internal/op"
)

const (
	metricsPage = 500
	// listed is how long a metric without new data is listed (ListMetrics).
	listed = 14 * 24 * time.Hour
	recent = 3 * time.Hour // RecentlyActive
)

func listMetrics(desk *bills.Desk) *op.Operation {
	return op.Define(op.Decl[model.ListMetricsInput, model.ListMetricsOutput]{
		Service: "cloudwatch", Name: "ListMetrics", Action: "cloudwatch:ListMetrics", Access: op.Read, Targets: anything[model.ListMetricsInput],
		Run: func(c *op.Call, in *model.ListMetricsInput) (*model.ListMetricsOutput, error) {
			all, err := metricsListed(c, desk, in)
			if err != nil {
				return nil, err
			}
			what := fmt.Sprintf("cloudwatch.ListMetrics %s", c.Caller.Account)
			rows, next, err := op.Page(c, what, op.Value(in.NextToken), metricsPage, walk(all), nil)
			if fault.Is(err, fault.InvalidPageToken) { // only GetMetricData has an error of its own for that
				return nil, fault.New(fault.InvalidParameterValue, "The value %s for parameter NextToken is invalid.", *in.NextToken).Because(err)
			}
			if err != nil {
				return nil, err
			}
			out := &model.ListMetricsOutput{Metrics: []model.Metric{}, OwningAccounts: []string{}, NextToken: op.Optional(next)}
			for _, m := range rows {
				out.Metrics = append(out.Metrics, m.shown())
				if op.Value(in.IncludeLinkedAccounts) {
					out.OwningAccounts = append(out.OwningAccounts, string(c.Caller.Account))
				}
			}
			return out, nil
		},
	})
}

// metricsListed gives the metrics that have data and that the request asks for, in a fixed order.
func metricsListed(c *op.Call, desk *bills.Desk, in *model.ListMetricsInput) ([]metric, error) {
	if !known(cmp.Or(op.Value(in.Namespace), namespace), c.Region) || in.MetricName != nil && *in.MetricName != metricName ||
		in.OwningAccount != nil && *in.OwningAccount != string(c.Caller.Account) {
		return nil, nil
	}
	from := c.Now.Add(-listed)
	if in.RecentlyActive != nil {
		from = c.Now.Add(-recent)
	}
	lines, err := desk.Lines()
	if err != nil {
		return nil, err
	}
	view, err := bills.View(c)
	if err != nil {
		return nil, err
	}
	all, err := metrics(c.Context, lines, view, from, c.Now)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m metric) bool { return !m.fits(in.Dimensions) }), nil
}

// metrics gives the metrics that have an estimate within [from, now], sorted.
func metrics(ctx context.Context, lines costlines.Engine, v costlines.View, from, now time.Time) ([]metric, error) {
	found := map[metric]bool{}
	last := now.Truncate(step) // of the estimates
	for month := monthStart(last); !last.Before(from); {
		rows, err := lines.Query(ctx, costlines.Query{
			View: v, Start: month, End: last.Add(step), Filter: ours(), Metrics: []costlines.Metric{costlines.UnblendedCost},
			GroupBy: []costlines.Field{{Name: costlines.Account}, {Name: costlines.Service}},
		})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			account, service := r.Keys[0], r.Keys[1]
			found[metric{currency: r.Currency}], found[metric{currency: r.Currency, service: service}] = true, true
			if v.Accounts == nil {
				found[metric{currency: r.Currency, account: account}], found[metric{r.Currency, account, service}] = true, true
			}
		}
		last = month.Add(-step) // of the month before
		month = monthStart(last)
	}
	all := make([]metric, 0, len(found))
	for m := range found {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b metric) int { return strings.Compare(a.key(), b.key()) })
	return all, nil
}

func (m metric) key() string { return m.currency + "/" + m.account + "/" + m.service }

// fits tells whether a metric has all of the dimensions, with the values where the request gives some.
func (m metric) fits(filters []model.DimensionFilter) bool {
	for _, f := range filters {
		value := map[string]string{"Currency": m.currency, "LinkedAccount": m.account, "ServiceName": m.service}[*f.Name]
		if value == "" || f.Value != nil && *f.Value != value {
			return false
		}
	}
	return true
}

// walk gives metrics from behind a key on.
func walk(all []metric) func(string) iter.Seq2[string, metric] {
	return func(after string) iter.Seq2[string, metric] {
		return func(yield func(string, metric) bool) {
			for _, m := range all {
				if m.key() > after && !yield(m.key(), m) {
					return
				}
			}
		}
	}
}
