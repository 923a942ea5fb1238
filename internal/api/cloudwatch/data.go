package cloudwatch

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"umbel/internal/bills"
	"umbel/internal/fault"
	model "umbel/internal/model/cloudwatch"
	"umbel/internal/op"
)

// Limits of GetMetricData (API reference).
const (
	maxQueries    = 500
	maxDataPoints = 100_800
)

// queryID is what the ID of a query has to look like.
var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

func getMetricData(desk *bills.Desk) *op.Operation {
	return op.Define(op.Decl[model.GetMetricDataInput, model.GetMetricDataOutput]{
		Service: "cloudwatch", Name: "GetMetricData", Action: "cloudwatch:GetMetricData", Access: op.Read, Targets: anything[model.GetMetricDataInput],
		Run: func(c *op.Call, in *model.GetMetricDataInput) (*model.GetMetricDataOutput, error) {
			if err := checkQueries(in); err != nil {
				return nil, err
			}
			bound, skip, err := position(c, in)
			if err != nil {
				return nil, err
			}
			limit := maxDataPoints
			if in.MaxDatapoints != nil {
				limit = min(limit, int(*in.MaxDatapoints))
			}
			p := page{skip: skip, left: limit}
			out := &model.GetMetricDataOutput{MetricDataResults: []model.MetricDataResult{}, Messages: []model.MessageData{}}
			for i := range in.MetricDataQueries {
				q := &in.MetricDataQueries[i]
				if q.ReturnData != nil && !*q.ReturnData {
					continue
				}
				r, err := result(c, desk, in, q)
				if err != nil {
					return nil, err
				}
				if p.cut(&r) {
					out.MetricDataResults = append(out.MetricDataResults, r)
				}
			}
			if p.more {
				token := c.Pages.Seal([]byte(strconv.Itoa(skip+limit)), bound)
				out.NextToken = &token
			}
			return out, nil
		},
	})
}

// checkQueries refuses what is no query, and those that are expressions.
func checkQueries(in *model.GetMetricDataInput) error {
	switch n := len(in.MetricDataQueries); {
	case n == 0:
		return fault.New(fault.MissingParameter, "The parameter MetricDataQueries is required.")
	case n > maxQueries:
		return fault.New(fault.ValidationFailed, "The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	case in.MaxDatapoints != nil && *in.MaxDatapoints < 1:
		return fault.New(fault.ValidationFailed, "The value %d for parameter MaxDatapoints is not supported.", *in.MaxDatapoints)
	}
	var ids []string
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		at := fmt.Sprintf("MetricDataQueries.member.%d", i+1)
		switch {
		case !queryID.MatchString(*q.Id):
			return fault.New(fault.ValidationFailed, "The value %s for parameter %s.Id is not matching the expected pattern %s.", *q.Id, at, queryID)
		case slices.Contains(ids, *q.Id):
			return fault.New(fault.ValidationFailed, "The values for parameter id in MetricDataQueries are not unique.")
		case (q.Expression == nil) == (q.MetricStat == nil):
			return fault.New(fault.ValidationFailed, "The parameter %s must have exactly one of Expression and MetricStat.", at)
		case q.Expression != nil:
			return fault.New(fault.NotOffered, "Umbel does not evaluate expressions: query %s has one.", *q.Id)
		}
		if err := checkRange(*in.StartTime, *in.EndTime, *q.MetricStat.Period); err != nil {
			return err
		}
		ids = append(ids, *q.Id)
	}
	return nil
}

// position opens a page token: how many points were given before. A token belongs to the caller's account and to the request.
func position(c *op.Call, in *model.GetMetricDataInput) (bound []byte, skip int, err error) {
	same := *in
	same.NextToken, same.MaxDatapoints = nil, nil
	raw, err := json.Marshal(&same)
	if err != nil {
		return nil, 0, fmt.Errorf("cloudwatch: page token: %w", err)
	}
	bound = append([]byte("cloudwatch.GetMetricData "+c.Caller.Account+" "), raw...)
	if in.NextToken == nil {
		return bound, 0, nil
	}
	text, err := c.Pages.Open(*in.NextToken, bound)
	if err == nil {
		skip, err = strconv.Atoi(string(text))
	}
	if err != nil {
		return nil, 0, fault.New(fault.InvalidPageToken, "").Because(err)
	}
	return bound, skip, nil
}

// result answers one query.
func result(c *op.Call, desk *bills.Desk, in *model.GetMetricDataInput, q *model.MetricDataQuery) (model.MetricDataResult, error) {
	s := q.MetricStat
	status := model.StatusCodeComplete
	r := model.MetricDataResult{Id: q.Id, Label: q.Label, Timestamps: []time.Time{}, Values: []float64{}, StatusCode: &status}
	if r.Label == nil {
		r.Label = s.Metric.MetricName
	}
	space := op.Value(s.Metric.Namespace)
	m, ok := metricOf(space, op.Value(s.Metric.MetricName), s.Metric.Dimensions)
	if !ok || !known(space, c.Region) || !unitless(s.Unit) {
		return r, nil
	}
	found, err := inBuckets(c, desk, m, *in.StartTime, *in.EndTime, *s.Period)
	if err != nil {
		return r, err
	}
	if op.Value(in.ScanBy) != model.ScanByTimestampAscending {
		slices.Reverse(found)
	}
	for i := range found {
		v, err := found[i].statistic(*s.Stat)
		if err != nil {
			return r, err
		}
		r.Timestamps, r.Values = append(r.Timestamps, found[i].start), append(r.Values, v)
	}
	return r, nil
}

// page cuts the points of all results, one result after another, into pages.
type page struct {
	skip, left int
	more       bool // than there is room for
}

// cut leaves of a result what is on the page, and tells whether it is: one without points is on the page where its turn comes.
func (p *page) cut(r *model.MetricDataResult) bool {
	n := len(r.Values)
	if n == 0 {
		return p.skip == 0 && !p.more
	}
	gone := min(p.skip, n)
	p.skip -= gone
	kept := min(n-gone, p.left)
	p.left -= kept
	r.Timestamps, r.Values = r.Timestamps[gone:gone+kept], r.Values[gone:gone+kept]
	if gone+kept < n {
		p.more = true
		partial := model.StatusCodePartialData
		r.StatusCode = &partial
	}
	return kept > 0
}
