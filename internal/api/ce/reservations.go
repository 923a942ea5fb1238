package ce

import (
	"cmp"
	"slices"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// reservationLanguage is the filter language of operations about reservations (API reference, GetReservationUtilization, Filter).
var reservationLanguage = bills.Language{
	Dimensions: []string{
		"AZ", "CACHE_ENGINE", "DATABASE_ENGINE", "DEPLOYMENT_OPTION", "INSTANCE_TYPE", "LINKED_ACCOUNT", "OPERATING_SYSTEM", "PLATFORM", "REGION",
		"SERVICE", "SUBSCRIPTION_ID", "TENANCY",
	},
	DimensionOptions: usageLanguage.DimensionOptions, TagOptions: usageLanguage.TagOptions, Flat: true,
}

// reservation is a reservation with its fees, each of a month or what of it the reservation was held.
type reservation struct {
	fees []billing.Line
}

func (r *reservation) last() *billing.Line { return &r.fees[len(r.fees)-1] }

// reservedUse is what of reservations was bought and used, and what it cost.
type reservedUse struct {
	bought, used, unitsBought, unitsUsed decimal.D // hours, and normalized units
	upfront, recurring, unused           decimal.D // fees, and the part of them that nothing used
	onDemand                             decimal.D // what the use would have cost
}

func (u *reservedUse) add(v reservedUse) {
	for _, p := range [][2]*decimal.D{
		{&u.bought, &v.bought}, {&u.used, &v.used}, {&u.unitsBought, &v.unitsBought}, {&u.unitsUsed, &v.unitsUsed},
		{&u.upfront, &v.upfront}, {&u.recurring, &v.recurring}, {&u.unused, &v.unused}, {&u.onDemand, &v.onDemand},
	} {
		*p[0] = p[0].Add(*p[1])
	}
}

// serviceOr adds the default of the SERVICE filter: instances of EC2.
func serviceOr(in *model.Expression, f costlines.Filter) costlines.Filter {
	if mentions(in, "SERVICE") {
		return f
	}
	compute := costlines.Filter{Match: &costlines.Match{Field: costlines.Field{Name: costlines.ExplorerService}, Values: []string{billing.ExplorerCompute}}}
	return costlines.Filter{And: []costlines.Filter{compute, f}}
}

// reservations gives the reservations with fees in the months of a range of time, by ID.
func (q *question) reservations(s span, filter costlines.Filter) (map[string]*reservation, error) {
	out := map[string]*reservation{}
	err := q.lines.Scan(q.Context, costlines.ScanQuery{
		View: q.view, Start: monthStart(s.start), End: s.end, Filter: costlines.Filter{And: []costlines.Filter{ofType(billing.ReservationFee), filter}},
	}, func(l *billing.Line) error {
		if l.Reservation == nil || l.Reservation.ARN == "" {
			return nil
		}
		r := out[l.Reservation.ARN]
		if r == nil {
			r = &reservation{}
			out[l.Reservation.ARN] = r
		}
		r.fees = append(r.fees, *l)
		return nil
	})
	for _, r := range out {
		slices.SortFunc(r.fees, func(a, b billing.Line) int { return a.Start.Compare(b.Start) })
	}
	return out, err
}

// reservedRows gives sums of the usage that reservations covered, wherever in the organization it was: by time and reservation.
func (q *question) reservedRows(s span, arns []string) (map[planKey][]decimal.D, error) {
	arn := costlines.Field{Name: costlines.ReservationARN}
	rows, err := q.lines.Query(q.Context, costlines.Query{
		View: costlines.View{Payer: q.view.Payer}, Start: s.start, End: s.end, Granularity: s.cut, GroupBy: []costlines.Field{arn},
		Filter:  costlines.Filter{And: []costlines.Filter{ofType(billing.DiscountedUsage), {Match: &costlines.Match{Field: arn, Values: arns}}}},
		Metrics: []costlines.Metric{costlines.UsageQuantity, costlines.NormalizedUsageAmount, costlines.PublicCost, costlines.ReservationUpfront},
	})
	out := make(map[planKey][]decimal.D, len(rows))
	for i := range rows {
		out[planKey{rows[i].Start, rows[i].Keys[0]}] = rows[i].Sums
	}
	return out, err
}

// reservedUses gives the use of each reservation in each part of a range of time.
func (q *question) reservedUses(s span, filter costlines.Filter) (map[planKey]reservedUse, map[string]*reservation, error) {
	found, err := q.reservations(s, filter)
	if err != nil || len(found) == 0 {
		return nil, nil, err
	}
	arns := make([]string, 0, len(found))
	for arn := range found {
		arns = append(arns, arn)
	}
	slices.Sort(arns)
	used, err := q.reservedRows(s, arns)
	if err != nil {
		return nil, nil, err
	}
	months, err := q.reservedRows(span{monthStart(s.start), monthStart(s.end.Add(-1)).AddDate(0, 1, 0), costlines.Monthly}, arns)
	if err != nil {
		return nil, nil, err
	}
	out := map[planKey]reservedUse{}
	for arn, r := range found {
		for _, part := range s.parts() {
			key := planKey{part.start, arn}
			if use, ok := r.use(part, used[key], months, arn); ok {
				out[key] = use
			}
		}
	}
	return out, found, nil
}

// use puts together what of a reservation was bought and used in a part of time. Fees of a month are spread evenly over the time
// in which the reservation was held.
func (r *reservation) use(part span, used []decimal.D, months map[planKey][]decimal.D, arn string) (u reservedUse, ok bool) {
	for i := range r.fees {
		fee := &r.fees[i]
		count := fee.Reservation.Count
		if count.IsZero() {
			count = decimal.Int(1)
		}
		held := proportion(decimal.Int(1), fee.Usage, count) // hours
		hours := overlap(fee.Start, held, part)
		if hours.Sign() <= 0 {
			continue
		}
		ok = true
		bought := proportion(fee.Usage, hours, held)
		upfront := fee.Reservation.UnusedAmortizedUpfront
		if sums := months[planKey{monthStart(fee.Start), arn}]; sums != nil {
			upfront = upfront.Add(sums[3])
		}
		u.bought = u.bought.Add(bought)
		u.unitsBought = u.unitsBought.Add(proportion(fee.Normalized, hours, held))
		u.upfront = u.upfront.Add(proportion(upfront, hours, held))
		u.recurring = u.recurring.Add(proportion(fee.Unblended, hours, held))
	}
	if used != nil {
		ok = true
		u.unitsUsed, u.onDemand = used[1], used[2]
		// Sizes count by their units: an hour of a large instance uses two of a medium one.
		if u.used = used[0]; !u.unitsBought.IsZero() {
			u.used = proportion(u.bought, u.unitsUsed, u.unitsBought)
		}
	}
	u.unused = proportion(u.upfront.Add(u.recurring), u.bought.Sub(u.used), u.bought)
	return u, ok
}

// overlap gives the hours of a part of time in which something was held that began at a time and was held for some hours.
func overlap(start time.Time, held decimal.D, part span) decimal.D {
	hour := func(t time.Time) decimal.D {
		return proportion(decimal.Int(1), decimal.Int(int64(t.Sub(start)/time.Second)), decimal.Int(3600))
	}
	from, to := decimal.Max(hour(part.start), decimal.D{}), decimal.Min(hour(part.end), held)
	return to.Sub(from)
}

func getReservationUtilization(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetReservationUtilization", noView[model.GetReservationUtilizationInput], runGetReservationUtilization)
}

func runGetReservationUtilization(q *question, in *model.GetReservationUtilizationInput) (*model.GetReservationUtilizationOutput, error) {
	s, err := reservationSpan(q, in)
	if err != nil {
		return nil, err
	}
	less, err := orderOf(in.SortBy, reservedKeys)
	if err != nil {
		return nil, err
	}
	filter, err := q.filter(&reservationLanguage, in.Filter)
	if err != nil {
		return nil, err
	}
	uses, found, err := q.reservedUses(s, serviceOr(in.Filter, filter))
	if err != nil {
		return nil, err
	}
	if len(uses) == 0 {
		return nil, fault.New(fault.DataUnavailable, "")
	}
	var total reservedUse
	byTime := map[time.Time]reservedUse{}
	keys := make([]planKey, 0, len(uses))
	for key, use := range uses {
		sum := byTime[key.start]
		sum.add(use)
		byTime[key.start] = sum
		total.add(use)
		keys = append(keys, key)
	}
	out := &model.GetReservationUtilizationOutput{Total: total.aggregates()}
	if len(in.GroupBy) > 0 {
		slices.SortFunc(keys, func(a, b planKey) int { return cmp.Compare(a.arn, b.arn) })
		if less != nil {
			slices.SortStableFunc(keys, func(a, b planKey) int { return less(uses[a], uses[b]) })
		}
		asked := *in
		asked.NextPageToken = nil
		from, to, next, err := q.page("GetReservationUtilization", asked, in.NextPageToken, len(keys), limitOf(in.MaxResults, valuesPerPage))
		if err != nil {
			return nil, err
		}
		one := model.UtilizationByTime{TimePeriod: s.shown(), Total: total.aggregates(), Groups: []model.ReservationUtilizationGroup{}}
		for _, key := range keys[from:to] {
			one.Groups = append(one.Groups, model.ReservationUtilizationGroup{
				Key: new("SUBSCRIPTION_ID"), Value: new(billing.ExplorerReservation(key.arn)), Attributes: q.reservationAttributes(found[key.arn], key.arn),
				Utilization: new(uses[key]).aggregates(),
			})
		}
		out.UtilizationsByTime, out.NextPageToken = []model.UtilizationByTime{one}, next
		return out, nil
	}
	parts := s.parts()
	if less != nil {
		slices.SortStableFunc(parts, func(a, b span) int { return less(byTime[a.start], byTime[b.start]) })
	}
	for _, part := range parts {
		out.UtilizationsByTime = append(out.UtilizationsByTime, model.UtilizationByTime{
			TimePeriod: part.shown(), Groups: []model.ReservationUtilizationGroup{}, Total: new(byTime[part.start]).aggregates(),
		})
	}
	return out, nil
}

// reservationSpan reads the range of time: days unless told otherwise, and uncut if there are groups.
func reservationSpan(q *question, in *model.GetReservationUtilizationInput) (span, error) {
	granularity := op.Value(in.Granularity)
	switch {
	case len(in.GroupBy) > 0 && granularity != "":
		return span{}, refuse("Granularity is not supported when specifying groupBy")
	case len(in.GroupBy) > 1 || len(in.GroupBy) == 1 && op.Value(in.GroupBy[0].Key) != "SUBSCRIPTION_ID":
		return span{}, refuse("Only SUBSCRIPTION_ID is supported for groupBy with type DIMENSION")
	case len(in.GroupBy) == 0 && granularity == "":
		granularity = "DAILY"
	}
	s, err := period(in.TimePeriod, granularity)
	if err == nil {
		err = s.back(q.Now)
	}
	return s, err
}

// reservationAttributes tells of a reservation what its last fee says.
func (q *question) reservationAttributes(r *reservation, arn string) map[string]string {
	l := r.last()
	scope := "Region"
	if l.Zone != "" {
		scope = "Availability Zone"
	}
	return map[string]string{
		"accountId": l.Account, "accountName": q.names[l.Account], "availabilityZone": l.Zone, "instanceType": l.Detail.InstanceType,
		"leaseId": billing.ExplorerReservation(arn), "numberOfInstances": amount(l.Reservation.Count), "offeringType": l.Pricing.OfferingClass,
		"platform": l.Detail.Platform, "region": l.Detail.Region, "scope": scope, "tenancy": l.Detail.Tenancy, "subscriptionId": billing.ExplorerReservation(arn),
		"subscriptionType": l.Pricing.PurchaseOption, "startDateTime": stamp(l.Reservation.Start), "endDateTime": stamp(l.Reservation.End),
	}
}

func (u reservedUse) fee() decimal.D { return u.upfront.Add(u.recurring) }

// potential is what all that was bought would have cost on demand, less its fees.
func (u reservedUse) potential() decimal.D {
	return proportion(u.onDemand, u.bought, u.used).Sub(u.fee())
}

// realized is what the use would have cost on demand, less the part of the fees that was used.
func (u reservedUse) realized() decimal.D { return u.onDemand.Sub(u.fee().Sub(u.unused)) }

// reservedKeys are what the use of reservations is sorted by.
var reservedKeys = map[string]func(reservedUse) decimal.D{
	"UtilizationPercentage":        func(u reservedUse) decimal.D { return percentage(u.used, u.bought) },
	"UtilizationPercentageInUnits": func(u reservedUse) decimal.D { return percentage(u.unitsUsed, u.unitsBought) },
	"PurchasedHours":               func(u reservedUse) decimal.D { return u.bought },
	"PurchasedUnits":               func(u reservedUse) decimal.D { return u.unitsBought },
	"TotalActualHours":             func(u reservedUse) decimal.D { return u.used },
	"TotalActualUnits":             func(u reservedUse) decimal.D { return u.unitsUsed },
	"UnusedHours":                  func(u reservedUse) decimal.D { return u.bought.Sub(u.used) },
	"UnusedUnits":                  func(u reservedUse) decimal.D { return u.unitsBought.Sub(u.unitsUsed) },
	"OnDemandCostOfRIHoursUsed":    func(u reservedUse) decimal.D { return u.onDemand },
	"NetRISavings":                 func(u reservedUse) decimal.D { return u.onDemand.Sub(u.fee()) },
	"TotalPotentialRISavings":      reservedUse.potential,
	"AmortizedUpfrontFee":          func(u reservedUse) decimal.D { return u.upfront },
	"AmortizedRecurringFee":        func(u reservedUse) decimal.D { return u.recurring },
	"TotalAmortizedFee":            reservedUse.fee,
	"RICostForUnusedHours":         func(u reservedUse) decimal.D { return u.unused },
	"RealizedSavings":              reservedUse.realized,
	"UnrealizedSavings":            func(u reservedUse) decimal.D { return u.potential().Sub(u.realized()) },
}

func (u *reservedUse) aggregates() *model.ReservationAggregates {
	of := func(key string) *string { return new(amount(reservedKeys[key](*u))) }
	return &model.ReservationAggregates{
		UtilizationPercentage: of("UtilizationPercentage"), UtilizationPercentageInUnits: of("UtilizationPercentageInUnits"),
		PurchasedHours: of("PurchasedHours"), PurchasedUnits: of("PurchasedUnits"), TotalActualHours: of("TotalActualHours"),
		TotalActualUnits: of("TotalActualUnits"), UnusedHours: of("UnusedHours"), UnusedUnits: of("UnusedUnits"),
		OnDemandCostOfRIHoursUsed: of("OnDemandCostOfRIHoursUsed"), NetRISavings: of("NetRISavings"), TotalPotentialRISavings: of("TotalPotentialRISavings"),
		AmortizedUpfrontFee: of("AmortizedUpfrontFee"), AmortizedRecurringFee: of("AmortizedRecurringFee"), TotalAmortizedFee: of("TotalAmortizedFee"),
		RICostForUnusedHours: of("RICostForUnusedHours"), RealizedSavings: of("RealizedSavings"), UnrealizedSavings: of("UnrealizedSavings"),
	}
}
