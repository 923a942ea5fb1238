package ce

import (
	"slices"
	"sort"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// usageDimensions are the dimensions that filters of GetCostAndUsage know (GetDimensionValues, context COST_AND_USAGE).
var usageDimensions = []string{
	"AZ", "BILLING_ENTITY", "CACHE_ENGINE", "DATABASE_ENGINE", "DEPLOYMENT_OPTION", "INSTANCE_TYPE", "INSTANCE_TYPE_FAMILY", "INVOICING_ENTITY",
	"LEGAL_ENTITY_NAME", "LINKED_ACCOUNT", "OPERATING_SYSTEM", "OPERATION", "PAYER_ACCOUNT", "PLATFORM", "PURCHASE_TYPE", "RECORD_TYPE", "REGION",
	"RESERVATION_ID", "SAVINGS_PLANS_TYPE", "SAVINGS_PLAN_ARN", "SERVICE", "TENANCY", "USAGE_TYPE", "USAGE_TYPE_GROUP",
}

var usageLanguage = bills.Language{
	Dimensions: usageDimensions, DimensionOptions: []string{"EQUALS", "CASE_SENSITIVE"}, TagOptions: []string{"EQUALS", "ABSENT", "CASE_SENSITIVE"},
}

// resourceLanguage is that of GetCostAndUsageWithResources, which knows resources, too.
var resourceLanguage = bills.Language{
	Dimensions:       append(slices.Clone(usageDimensions), resourceID),
	DimensionOptions: usageLanguage.DimensionOptions, TagOptions: usageLanguage.TagOptions,
}

const resourceID = "RESOURCE_ID"

// groupsPerPage is how many groups, or periods without groups, an answer has at most.
const groupsPerPage = 5000

func getCostAndUsage(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetCostAndUsage", func(in *model.GetCostAndUsageInput) *string { return in.BillingViewArn },
		func(q *question, in *model.GetCostAndUsageInput) (*model.GetCostAndUsageOutput, error) {
			u := usage{question: q, name: "GetCostAndUsage", token: in.NextPageToken}
			asked := *in
			asked.NextPageToken = nil
			u.asked = asked
			a, err := u.answer(in.TimePeriod, op.Value(in.Granularity), in.Metrics, in.GroupBy, in.Filter, &usageLanguage, groupDimensions)
			if err != nil {
				return nil, err
			}
			return &model.GetCostAndUsageOutput{
				GroupDefinitions: in.GroupBy, ResultsByTime: a.results, DimensionValueAttributes: a.attributes, NextPageToken: a.next,
			}, nil
		})
}

func getCostAndUsageWithResources(desk *bills.Desk) *op.Operation {
	dimensions := append(slices.Clone(groupDimensions), resourceID)
	return asking(desk, "GetCostAndUsageWithResources", func(in *model.GetCostAndUsageWithResourcesInput) *string { return in.BillingViewArn },
		func(q *question, in *model.GetCostAndUsageWithResourcesInput) (*model.GetCostAndUsageWithResourcesOutput, error) {
			if err := aboutResources(in, q); err != nil {
				return nil, err
			}
			u := usage{question: q, name: "GetCostAndUsageWithResources", token: in.NextPageToken}
			asked := *in
			asked.NextPageToken = nil
			u.asked = asked
			a, err := u.answer(in.TimePeriod, op.Value(in.Granularity), in.Metrics, in.GroupBy, in.Filter, &resourceLanguage, dimensions)
			if err != nil {
				return nil, err
			}
			return &model.GetCostAndUsageWithResourcesOutput{
				GroupDefinitions: in.GroupBy, ResultsByTime: a.results, DimensionValueAttributes: a.attributes, NextPageToken: a.next,
			}, nil
		})
}

// aboutResources wants resources to be asked for, of the last two weeks (API reference, GetCostAndUsageWithResources).
func aboutResources(in *model.GetCostAndUsageWithResourcesInput, q *question) error {
	s, err := period(in.TimePeriod, op.Value(in.Granularity))
	if err != nil {
		return err
	}
	if s.start.Before(q.Now.AddDate(0, 0, -hourlyDays).Truncate(dayLength)) {
		return refuse("Start date is more than %d days ago for hourly granularity. Please adjust start date as we support only %d days of data at hourly granularity.", hourlyDays, hourlyDays)
	}
	grouped := slices.ContainsFunc(in.GroupBy, func(g model.GroupDefinition) bool { return op.Value(g.Key) == resourceID })
	if !grouped && !mentions(in.Filter, resourceID) {
		return refuse("GetCostAndUsageWithResources requires that you either group by or filter by a ResourceId.")
	}
	return nil
}

func mentions(e *model.Expression, dimension string) bool {
	if e == nil {
		return false
	}
	among := func(e model.Expression) bool { return mentions(&e, dimension) }
	return e.Dimensions != nil && op.Value(e.Dimensions.Key) == dimension || mentions(e.Not, dimension) ||
		slices.ContainsFunc(e.And, among) || slices.ContainsFunc(e.Or, among)
}

// usage is a question for sums over time.
type usage struct {
	*question
	name  string
	asked any // without its token
	token *string

	span    span
	metrics []metric
	groups  []group
	filter  costlines.Filter
}

type usageAnswer struct {
	results    []model.ResultByTime
	attributes []model.DimensionValuesWithAttributes
	next       *string
}

func (u *usage) answer(p *model.DateInterval, granularity string, names []string, by []model.GroupDefinition, e *model.Expression, l *bills.Language, dimensions []string) (*usageAnswer, error) {
	var err error
	if u.span, err = period(p, granularity); err != nil {
		return nil, err
	}
	if err := u.span.past(u.Now); err != nil {
		return nil, err
	}
	if u.metrics, err = metricsOf(names); err != nil {
		return nil, err
	}
	if u.groups, err = groupsOf(by, dimensions); err != nil {
		return nil, err
	}
	if u.filter, err = u.question.filter(l, e); err != nil {
		return nil, err
	}
	rows, currency, err := u.ask(costlines.Query{
		Start: u.span.start, End: u.span.end, Granularity: u.span.cut, Filter: u.filter, GroupBy: fieldsOf(u.groups), Metrics: sumsOf(u.metrics),
	})
	if err != nil {
		return nil, err
	}
	units, err := u.units()
	if err != nil {
		return nil, err
	}
	return u.paged(rows, currency, units)
}

// paged gives a page of the results. Rows are in order of time, then of keys.
func (u *usage) paged(rows []costlines.Row, currency string, units *units) (*usageAnswer, error) {
	parts := u.span.parts()
	total := len(rows)
	if len(u.groups) == 0 {
		total = len(parts)
	}
	from, to, next, err := u.page(u.name, u.asked, u.token, total, groupsPerPage)
	if err != nil {
		return nil, err
	}
	out := &usageAnswer{next: next}
	if len(u.groups) == 0 {
		out.results = u.totals(parts[from:to], rows, currency, units)
	} else {
		out.results = u.grouped(parts, rows, from, to, currency, units)
		out.attributes = u.accounts(rows[from:to])
	}
	return out, nil
}

// totals gives the sum of each part; parts without lines are there, too.
func (u *usage) totals(parts []span, rows []costlines.Row, currency string, units *units) []model.ResultByTime {
	out := make([]model.ResultByTime, len(parts))
	at := 0
	for i, part := range parts {
		for at < len(rows) && rows[at].Start.Before(part.start) {
			at++
		}
		var sums []decimal.D
		unit := ""
		if at < len(rows) && rows[at].Start.Before(part.end) {
			sums, unit = rows[at].Sums, units.of(&rows[at])
		}
		out[i] = model.ResultByTime{
			TimePeriod: part.shown(), Total: values(u.metrics, sums, currency, unit), Groups: []model.Group{}, Estimated: new(u.estimated(part.start)),
		}
	}
	return out
}

// grouped gives the groups from one row to another, below the parts they are of. A page ends with the part of its last row, and
// the next one begins where that ended, so that parts without lines are there once.
func (u *usage) grouped(parts []span, rows []costlines.Row, from, to int, currency string, units *units) []model.ResultByTime {
	partOf := func(row int) int {
		return sort.Search(len(parts), func(i int) bool { return parts[i].end.After(rows[row].Start) })
	}
	first, last := 0, len(parts)-1
	if from > 0 {
		if first = partOf(from - 1); partOf(from) != first {
			first++
		}
	}
	if to < len(rows) {
		last = partOf(to - 1)
	}
	out := make([]model.ResultByTime, 0, last-first+1)
	at := from
	for _, part := range parts[first : last+1] {
		groups := []model.Group{}
		for ; at < to && rows[at].Start.Before(part.end); at++ {
			groups = append(groups, u.group(&rows[at], currency, units))
		}
		out = append(out, model.ResultByTime{
			TimePeriod: part.shown(), Total: map[string]model.MetricValue{}, Groups: groups, Estimated: new(u.estimated(part.start)),
		})
	}
	return out
}

func (u *usage) group(row *costlines.Row, currency string, units *units) model.Group {
	g := model.Group{Keys: make([]string, len(u.groups)), Metrics: values(u.metrics, row.Sums, currency, units.of(row))}
	for i, by := range u.groups {
		g.Keys[i] = by.show(row.Keys[i])
	}
	return g
}

// accounts tells the names of the accounts that rows are grouped by.
func (u *usage) accounts(rows []costlines.Row) []model.DimensionValuesWithAttributes {
	n := slices.IndexFunc(u.groups, func(g group) bool { return g.dimension == "LINKED_ACCOUNT" })
	if n < 0 {
		return nil
	}
	seen := map[string]bool{}
	var ids []string
	for i := range rows {
		if id := rows[i].Keys[n]; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	out := make([]model.DimensionValuesWithAttributes, len(ids))
	for i, id := range ids {
		out[i] = u.account(id)
	}
	return out
}

// account is an account with its name.
func (q *question) account(id string) model.DimensionValuesWithAttributes {
	v := model.DimensionValuesWithAttributes{Value: &id, Attributes: map[string]string{}}
	if name := q.names[id]; name != "" {
		v.Attributes["description"] = name
	}
	return v
}
