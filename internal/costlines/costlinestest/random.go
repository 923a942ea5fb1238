package costlinestest

import (
	"math/rand/v2"
	"time"

	"umbel/internal/costlines"
)

// asker makes questions about the lines of a Generator.
type asker struct{ r *rand.Rand }

func pickOf[T any](a asker, values ...T) T { return values[a.r.IntN(len(values))] }

func (a asker) field() costlines.Field {
	return pickOf(a,
		costlines.Field{Name: costlines.Account}, costlines.Field{Name: costlines.Product}, costlines.Field{Name: costlines.UsageType},
		costlines.Field{Name: costlines.LineType}, costlines.Field{Name: costlines.Region}, costlines.Field{Name: costlines.Resource},
		costlines.Field{Name: costlines.InstanceType}, costlines.Field{Name: costlines.ReservationARN}, costlines.Field{Name: costlines.Zone},
		costlines.Field{Name: costlines.Platform}, costlines.Field{Name: costlines.Currency}, costlines.Field{Name: "identity_line_item_id"},
		costlines.Field{Kind: costlines.Tag, Name: "user:team"}, costlines.Field{Kind: costlines.Tag, Name: "user:env"},
		costlines.Field{Kind: costlines.Tag, Name: "user:none"}, costlines.Field{Kind: costlines.Category, Name: "Unit"},
		costlines.Field{Name: costlines.ExplorerService}, costlines.Field{Name: costlines.ExplorerRecord}, costlines.Field{Name: costlines.ExplorerPurchase},
		costlines.Field{Name: costlines.ExplorerFamily}, costlines.Field{Name: costlines.ExplorerUsageGroup}, costlines.Field{Name: costlines.ExplorerReservation})
}

func (a asker) filter(depth int) costlines.Filter {
	kind := a.r.IntN(8)
	if depth == 0 {
		kind = 3 + a.r.IntN(5)
	}
	switch kind {
	case 0:
		return costlines.Filter{And: a.filters(depth - 1)}
	case 1:
		return costlines.Filter{Or: a.filters(depth - 1)}
	case 2:
		f := a.filter(depth - 1)
		return costlines.Filter{Not: &f}
	case 3:
		return costlines.Filter{}
	}
	m := &costlines.Match{Field: a.field(), Op: costlines.Op(a.r.IntN(int(costlines.AtLeast) + 1)), IgnoreCase: a.r.IntN(3) == 0}
	for range a.r.IntN(4) {
		m.Values = append(m.Values, pickOf(a, "", "111111111111", "222222222222", "999", "AmazonEC2", "AWS", "m5", "M5.large", "Requests", "Usage", "Credit",
			"eu-west-1", "us-", "i-0001", "i-00", "red", "RED", "e", "prod", "Sales", "R&D", "7.5", "10", "arn:ri/1", "USD", "line-00000007", "EC2 - Other", "Upfront",
			"On Demand Instances"))
	}
	return costlines.Filter{Match: m}
}

func (a asker) filters(depth int) []costlines.Filter {
	out := make([]costlines.Filter, a.r.IntN(4))
	for i := range out {
		out[i] = a.filter(depth)
	}
	return out
}

func (a asker) span() (start, end time.Time) {
	if a.r.IntN(3) == 0 {
		return First, First.AddDate(0, 3, 0)
	}
	start = First.Add(time.Duration(a.r.IntN(92*24*60)) * time.Minute)
	return start, start.Add(time.Duration(1+a.r.IntN(40*24*60)) * time.Minute)
}

func (a asker) view() costlines.View {
	v := costlines.View{Payer: Payer}
	switch a.r.IntN(8) {
	case 0:
		v.Accounts = []string{"222222222222", "444444444444"}
	case 1:
		v.Accounts = []string{"111111111111"}
	case 2:
		v.Accounts = []string{}
	}
	return v
}

func (a asker) query() costlines.Query {
	q := costlines.Query{View: a.view(), Granularity: costlines.Granularity(a.r.IntN(int(costlines.Monthly) + 1)), Filter: a.filter(3)}
	q.Start, q.End = a.span()
	for range a.r.IntN(3) {
		q.GroupBy = append(q.GroupBy, a.field())
	}
	for m := costlines.UnblendedCost; m <= costlines.ReservationRecurring; m++ {
		if a.r.IntN(2) == 0 {
			q.Metrics = append(q.Metrics, m)
		}
	}
	return q
}
