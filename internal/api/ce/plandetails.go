package ce

import (
	"cmp"
	"slices"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// plansPerPage is how many plans, or coverages, an answer has by default (API reference, MaxResults).
const plansPerPage = 20

func getSavingsPlansUtilizationDetails(desk *bills.Desk) *op.Operation {
	return asking(desk, "GetSavingsPlansUtilizationDetails", noView[model.GetSavingsPlansUtilizationDetailsInput], runGetSavingsPlansUtilizationDetails)
}

func runGetSavingsPlansUtilizationDetails(q *question, in *model.GetSavingsPlansUtilizationDetailsInput) (*model.GetSavingsPlansUtilizationDetailsOutput, error) {
	s, uses, less, err := q.utilization(in.TimePeriod, "", in.SortBy, in.Filter)
	if err != nil {
		return nil, err
	}
	var total planUse
	keys := make([]planKey, 0, len(uses))
	for key, use := range uses {
		keys = append(keys, key)
		total.add(use)
	}
	slices.SortFunc(keys, func(a, b planKey) int { return cmp.Compare(a.arn, b.arn) })
	if less != nil {
		slices.SortStableFunc(keys, func(a, b planKey) int { return less(uses[a], uses[b]) })
	}
	asked := *in
	asked.NextToken = nil
	from, to, next, err := q.page("GetSavingsPlansUtilizationDetails", asked, in.NextToken, len(keys), limitOf(in.MaxResults, plansPerPage))
	if err != nil {
		return nil, err
	}
	attributes, err := q.planAttributes(s)
	if err != nil {
		return nil, err
	}
	out := &model.GetSavingsPlansUtilizationDetailsOutput{
		SavingsPlansUtilizationDetails: []model.SavingsPlansUtilizationDetail{}, Total: total.aggregates(), TimePeriod: s.shown(), NextToken: next,
	}
	for _, key := range keys[from:to] {
		a := new(uses[key]).aggregates()
		d := model.SavingsPlansUtilizationDetail{SavingsPlanArn: &key.arn}
		if asks(in.DataType, "ATTRIBUTES") {
			d.Attributes = attributes[key.arn]
		}
		if asks(in.DataType, "UTILIZATION") {
			d.Utilization = a.Utilization
		}
		if asks(in.DataType, "SAVINGS") {
			d.Savings = a.Savings
		}
		if asks(in.DataType, "AMORTIZED_COMMITMENT") {
			d.AmortizedCommitment = a.AmortizedCommitment
		}
		out.SavingsPlansUtilizationDetails = append(out.SavingsPlansUtilizationDetails, d)
	}
	return out, nil
}

// asks tells whether a kind of data is asked for; without any, all are.
func asks(types []string, kind string) bool { return len(types) == 0 || slices.Contains(types, kind) }

func limitOf(most *int32, limit int) int {
	if most != nil {
		return int(*most)
	}
	return limit
}

// planAttributes gives what is to be told of each plan, from the last of its fees.
func (q *question) planAttributes(s span) (map[string]map[string]string, error) {
	last, out := map[string]time.Time{}, map[string]map[string]string{}
	err := q.lines.Scan(q.Context, costlines.ScanQuery{View: q.view, Start: s.start, End: s.end, Filter: ofType(billing.SavingsPlanRecurring)}, func(l *billing.Line) error {
		p := l.SavingsPlan
		if p == nil || l.Start.Before(last[p.ARN]) {
			return nil
		}
		last[p.ARN] = l.Start
		out[p.ARN] = map[string]string{
			"SavingsPlansType": p.Offering, "Region": p.Region, "InstanceFamily": p.Family, "PaymentOption": p.PaymentOption, "PurchaseTerm": p.PurchaseTerm,
			"AccountId": l.Account, "AccountName": q.names[l.Account], "HourlyCommitment": amount(p.Commitment), "Status": "Active",
			"StartDateTime": stamp(p.StartTime), "EndDateTime": stamp(p.EndTime),
		}
		if !p.EndTime.IsZero() && p.EndTime.Before(q.Now) {
			out[p.ARN]["Status"] = "Retired"
		}
		return nil
	})
	return out, err
}

// stamp writes a time as attributes have it; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
