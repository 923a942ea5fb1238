package freetier

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	model "umbel/internal/model/freetier"
	"umbel/internal/op"
)

// freeTier is how lines of the free tier are described: everything else about them is as of other usage.
const freeTier = "under monthly free tier"

const defaultPage = 10

func getFreeTierUsage(desk *bills.Desk) *op.Operation {
	return op.Define(op.Decl[model.GetFreeTierUsageInput, model.GetFreeTierUsageOutput]{
		Service: "freetier", Name: "GetFreeTierUsage", Access: op.Read,
		Targets: func(*op.Call, *model.GetFreeTierUsageInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: func(c *op.Call, in *model.GetFreeTierUsageInput) (*model.GetFreeTierUsageOutput, error) {
			if err := checkExpression(in.Filter); err != nil {
				return nil, err
			}
			all, err := usages(c, desk)
			if err != nil {
				return nil, err
			}
			all = slices.DeleteFunc(all, func(u usage) bool { return !u.holds(in.Filter) })
			asked, err := json.Marshal(in.Filter)
			if err != nil {
				return nil, fmt.Errorf("freetier: page token: %w", err)
			}
			what := fmt.Sprintf("freetier.GetFreeTierUsage %s %s", c.Caller.Account, asked)
			rows, next, err := op.Page(c, what, op.Value(in.NextToken), int(cmp.Or(op.Value(in.MaxResults), defaultPage)), walk(all), nil)
			if err != nil {
				return nil, err
			}
			out := &model.GetFreeTierUsageOutput{FreeTierUsages: []model.FreeTierUsage{}, NextToken: op.Optional(next)}
			for i := range rows {
				out.FreeTierUsages = append(out.FreeTierUsages, rows[i].shown())
			}
			return out, nil
		},
	})
}

// usage is what a month used of one allowance by one kind of usage.
type usage struct {
	price              *billing.Price
	usageType, region  string
	used, limit, ahead decimal.D // ahead is what the month will use if it goes on like this
}

// key is what the usage is of, and its place in the list.
func (u *usage) key() string {
	return u.price.Service + "/" + u.usageType + "/" + u.price.Key.Operation + "/" + u.region
}

// usages gives what the month so far has used of the free tier. Only the account that pays sees it: it is the organization's as a
// whole (Billing User Guide, "Tracking your Free Tier usage").
func usages(c *op.Call, desk *bills.Desk) ([]usage, error) {
	payer, err := bills.Payer(c)
	if err != nil {
		return nil, err
	}
	if payer != c.Caller.Account {
		return nil, fault.New(fault.AccessDenied, "Only the management account of an organization can see its use of the free tier.")
	}
	lines, err := desk.Lines()
	if err != nil {
		return nil, err
	}
	month := billing.MonthOf(c.Now)
	rows, err := lines.Query(c.Context, costlines.Query{
		View: costlines.View{Payer: string(payer)}, Start: month.Start(), End: month.End(),
		Filter: costlines.Filter{And: []costlines.Filter{
			{Match: &costlines.Match{Field: costlines.Field{Name: description}, Op: costlines.EndsWith, Values: []string{freeTier}}},
			{Match: &costlines.Match{Field: costlines.Field{Name: costlines.BillingEntity}, Values: []string{billing.EntityAWS}}},
		}},
		GroupBy: []costlines.Field{{Name: costlines.UsageType}, {Name: costlines.Region}}, Metrics: []costlines.Metric{costlines.UsageQuantity},
	})
	if err != nil {
		return nil, err
	}
	prices := withAllowance(desk.Book())
	var all []usage
	for _, r := range rows {
		p := prices.find(r.Keys[0], r.Keys[1])
		if p == nil {
			continue // the book has changed since: how much was free is not known
		}
		u := usage{price: p, usageType: r.Keys[0], region: cmp.Or(r.Keys[1], "global"), used: r.Sums[0], limit: p.Allowance.Quantity}
		if u.ahead, err = ahead(u.used, month, c.Now); err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b usage) int { return cmp.Compare(a.key(), b.key()) })
	return all, nil
}

const description = "line_item_line_item_description"

// ahead goes on with a month's usage as it was so far.
func ahead(used decimal.D, month billing.Month, now time.Time) (decimal.D, error) {
	gone, whole := now.Sub(month.Start()), month.End().Sub(month.Start())
	if gone < time.Hour {
		return used, nil
	}
	product, err := used.Mul(decimal.Int(int64(whole / time.Second)))
	if err != nil {
		return used, err
	}
	return product.Quo(decimal.Int(int64(gone / time.Second)))
}

// allowances are the prices that have a free tier, by usage type.
type allowances map[string][]*billing.Price

func withAllowance(book *billing.Book) allowances {
	found := allowances{}
	for _, p := range book.Prices() {
		if p.Allowance != nil {
			found[p.Key.UsageType] = append(found[p.Key.UsageType], p)
		}
	}
	return found
}

// find gives the price of a usage type in a Region: its own, or that of every Region; its usage types lack the Region's prefix.
func (a allowances) find(usageType, region string) *billing.Price {
	for _, name := range []string{usageType, unprefixed(usageType)} {
		for _, p := range a[name] {
			if p.Key.Region == region || p.Key.Region == "" {
				return p
			}
		}
	}
	return nil
}

// shown is the usage in the service's words.
func (u *usage) shown() model.FreeTierUsage {
	used, limit, forecast := float(u.used), float(u.limit), float(u.ahead)
	kind := u.kind()
	text := u.description()
	return model.FreeTierUsage{
		Service: op.Optional(u.price.Name), Operation: op.Optional(u.price.Key.Operation), UsageType: &u.usageType, Region: &u.region,
		ActualUsageAmount: &used, ForecastedUsageAmount: &forecast, Limit: &limit, Unit: op.Optional(u.price.Unit), Description: &text, FreeTierType: &kind,
	}
}

// kind is the kind of the allowance, by AWS's names.
func (u *usage) kind() string {
	if u.price.Allowance.Months > 0 {
		return "12 Months Free"
	}
	return "Always Free"
}

func (u *usage) description() string {
	return fmt.Sprintf("%s %s free per month as part of AWS Free Usage Tier (Global-%s)", u.limit, u.price.Unit, u.price.Key.UsageType)
}

// float is a quantity as the service's model has it.
func float(d decimal.D) float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil { // not reached: a decimal's text is a number
		return 0
	}
	return f
}

// walk gives rows from behind a key on.
func walk(all []usage) func(string) iter.Seq2[string, usage] {
	return func(after string) iter.Seq2[string, usage] {
		return func(yield func(string, usage) bool) {
			for _, u := range all {
				if u.key() > after && !yield(u.key(), u) {
					return
				}
			}
		}
	}
}
