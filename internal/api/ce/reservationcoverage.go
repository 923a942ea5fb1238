package ce

import (
	"slices"
	"strings"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// reservedGroups are what the coverage of reservations is grouped by, with the names of their attributes.
var reservedGroups = map[string]string{
	"AZ": "availabilityZone", "CACHE_ENGINE": "cacheEngine", "DATABASE_ENGINE": "databaseEngine", "DEPLOYMENT_OPTION": "deploymentOption",
	"INSTANCE_TYPE": "instanceType", "INVOICING_ENTITY": "invoicingEntity", "LINKED_ACCOUNT": "linkedAccount", "OPERATING_SYSTEM": "operatingSystem",
	"PLATFORM": "platform", "REGION": "region", "TENANCY": "tenancy",
}

// reservedCovered is instance usage, under reservations and else: hours, normalized units, and what the rest cost on demand.
type reservedCovered struct {
	hours, reservedHours, units, reservedUnits, cost decimal.D
}

func (c *reservedCovered) add(v reservedCovered) {
	c.hours, c.reservedHours, c.units = c.hours.Add(v.hours), c.reservedHours.Add(v.reservedHours), c.units.Add(v.units)
	c.reservedUnits, c.cost = c.reservedUnits.Add(v.reservedUnits), c.cost.Add(v.cost)
}

var reservedCoverKeys = map[string]func(reservedCovered) decimal.D{
	"OnDemandCost":                      func(c reservedCovered) decimal.D { return c.cost },
	"OnDemandHours":                     func(c reservedCovered) decimal.D { return c.hours },
	"ReservedHours":                     func(c reservedCovered) decimal.D { return c.reservedHours },
	"TotalRunningHours":                 func(c reservedCovered) decimal.D { return c.hours.Add(c.reservedHours) },
	"CoverageHoursPercentage":           func(c reservedCovered) decimal.D { return percentage(c.reservedHours, c.hours.Add(c.reservedHours)) },
	"OnDemandNormalizedUnits":           func(c reservedCovered) decimal.D { return c.units },
	"ReservedNormalizedUnits":           func(c reservedCovered) decimal.D { return c.reservedUnits },
	"TotalRunningNormalizedUnits":       func(c reservedCovered) decimal.D { return c.units.Add(c.reservedUnits) },
	"CoverageNormalizedUnitsPercentage": func(c reservedCovered) decimal.D { return percentage(c.reservedUnits, c.units.Add(c.reservedUnits)) },
}

func getReservationCoverage(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetReservationCoverage", noView[model.GetReservationCoverageInput], runGetReservationCoverage)
}

func runGetReservationCoverage(q *question, in *model.GetReservationCoverageInput) (*model.GetReservationCoverageOutput, error) {
	if err := onlyMetrics(in.Metrics, "Hour", "Unit", "Cost"); err != nil {
		return nil, err
	}
	s, groups, err := reservedCut(q, in)
	if err != nil {
		return nil, err
	}
	less, err := orderOf(in.SortBy, reservedCoverKeys)
	if err != nil {
		return nil, err
	}
	filter, err := q.filter(&reservationLanguage, in.Filter)
	if err != nil {
		return nil, err
	}
	found, err := q.reservedCoverage(s, groups, serviceOr(in.Filter, filter))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.DataUnavailable, "")
	}
	var total reservedCovered
	for _, c := range found {
		total.add(c)
	}
	out := &model.GetReservationCoverageOutput{Total: total.shown(in.Metrics)}
	if len(groups) == 0 {
		parts := s.parts()
		if less != nil {
			slices.SortStableFunc(parts, func(a, b span) int {
				return less(found[coverageKey{start: a.start}], found[coverageKey{start: b.start}])
			})
		}
		for _, part := range parts {
			c := found[coverageKey{start: part.start}]
			out.CoveragesByTime = append(out.CoveragesByTime, model.CoverageByTime{
				TimePeriod: part.shown(), Groups: []model.ReservationCoverageGroup{}, Total: c.shown(in.Metrics),
			})
		}
		return out, nil
	}
	keys := make([]coverageKey, 0, len(found))
	for key := range found {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b coverageKey) int {
		return strings.Compare(a.values[0]+"\x00"+a.values[1], b.values[0]+"\x00"+b.values[1])
	})
	if less != nil {
		slices.SortStableFunc(keys, func(a, b coverageKey) int { return less(found[a], found[b]) })
	}
	asked := *in
	asked.NextPageToken = nil
	from, to, next, err := q.page("GetReservationCoverage", asked, in.NextPageToken, len(keys), limitOf(in.MaxResults, valuesPerPage))
	if err != nil {
		return nil, err
	}
	one := model.CoverageByTime{TimePeriod: s.shown(), Total: total.shown(in.Metrics), Groups: []model.ReservationCoverageGroup{}}
	for _, key := range keys[from:to] {
		c := found[key]
		g := model.ReservationCoverageGroup{Attributes: map[string]string{}, Coverage: c.shown(in.Metrics)}
		for i, by := range groups {
			g.Attributes[reservedGroups[by.dimension]] = by.show(key.values[i])
		}
		one.Groups = append(one.Groups, g)
	}
	out.CoveragesByTime, out.NextPageToken = []model.CoverageByTime{one}, next
	return out, nil
}

// reservedCut reads the range of time with its granularity, or with its groups.
func reservedCut(q *question, in *model.GetReservationCoverageInput) (s span, groups []group, err error) {
	granularity := op.Value(in.Granularity)
	switch {
	case granularity != "" && len(in.GroupBy) > 0:
		return s, nil, refuse("Granularity is not supported when specifying groupBy")
	case len(in.GroupBy) > 2:
		return s, nil, refuse("Only up to 2 group definitions are supported.")
	case granularity == "" && len(in.GroupBy) == 0:
		granularity = "DAILY"
	}
	if s, err = period(in.TimePeriod, granularity); err == nil {
		err = s.back(q.Now)
	}
	if err != nil {
		return s, nil, err
	}
	for i := range in.GroupBy {
		key := op.Value(in.GroupBy[i].Key)
		if reservedGroups[key] == "" || op.Value(in.GroupBy[i].Type) != "DIMENSION" {
			return s, nil, refuse("Only AZ, CACHE_ENGINE, DATABASE_ENGINE, DEPLOYMENT_OPTION, INSTANCE_TYPE, INVOICING_ENTITY, LINKED_ACCOUNT, OPERATING_SYSTEM, PLATFORM, REGION, TENANCY is supported for groupBy with type DIMENSION")
		}
		field, _ := bills.Field(key)
		groups = append(groups, group{field: field, dimension: key})
	}
	return s, groups, nil
}

// running holds for usage of instances, whose hours reservations could cover.
func running() costlines.Filter {
	return costlines.Filter{Match: &costlines.Match{
		Field: costlines.Field{Name: costlines.UsageType}, Op: costlines.Contains, Values: []string{"BoxUsage", "DedicatedUsage", "InstanceUsage", "Multi-AZUsage", "NodeUsage", "Node:"},
	}}
}

// reservedCoverage sums usage of instances. What savings plans cover counts as not reserved.
func (q *question) reservedCoverage(s span, groups []group, filter costlines.Filter) (map[coverageKey]reservedCovered, error) {
	out := map[coverageKey]reservedCovered{}
	for _, of := range []struct {
		lines costlines.Filter
		use   func(sums []decimal.D) reservedCovered
	}{
		{ofType(billing.DiscountedUsage), func(sums []decimal.D) reservedCovered {
			return reservedCovered{reservedHours: sums[0], reservedUnits: sums[1]}
		}},
		{ofType(billing.Usage, billing.SavingsPlanCovered), func(sums []decimal.D) reservedCovered {
			return reservedCovered{hours: sums[0], units: sums[1], cost: sums[2]}
		}},
	} {
		rows, _, err := q.ask(costlines.Query{
			Start: s.start, End: s.end, Granularity: s.cut, GroupBy: fieldsOf(groups),
			Filter:  costlines.Filter{And: []costlines.Filter{of.lines, running(), filter}},
			Metrics: []costlines.Metric{costlines.UsageQuantity, costlines.NormalizedUsageAmount, costlines.UnblendedCost},
		})
		if err != nil {
			return nil, err
		}
		for i := range rows {
			key := coverageKey{time.Time{}, rows[i].Keys}
			if len(groups) == 0 {
				key.start = rows[i].Start
			}
			c := out[key]
			c.add(of.use(rows[i].Sums))
			out[key] = c
		}
	}
	return out, nil
}

// shown writes coverage, in the measurements asked for; without any, all.
func (c reservedCovered) shown(metrics []string) *model.Coverage {
	of := func(key string) *string { return new(amount(reservedCoverKeys[key](c))) }
	out := &model.Coverage{}
	if asks(metrics, "Hour") {
		out.CoverageHours = &model.CoverageHours{
			OnDemandHours: of("OnDemandHours"), ReservedHours: of("ReservedHours"), TotalRunningHours: of("TotalRunningHours"),
			CoverageHoursPercentage: of("CoverageHoursPercentage"),
		}
	}
	if asks(metrics, "Unit") {
		out.CoverageNormalizedUnits = &model.CoverageNormalizedUnits{
			OnDemandNormalizedUnits: of("OnDemandNormalizedUnits"), ReservedNormalizedUnits: of("ReservedNormalizedUnits"),
			TotalRunningNormalizedUnits: of("TotalRunningNormalizedUnits"), CoverageNormalizedUnitsPercentage: of("CoverageNormalizedUnitsPercentage"),
		}
	}
	if asks(metrics, "Cost") {
		out.CoverageCost = &model.CoverageCost{OnDemandCost: of("OnDemandCost")}
	}
	return out
}
