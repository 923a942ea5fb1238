package bills

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/op"
)

// ViewDataAction is the IAM action that lets a principal have what a billing view sees.
const ViewDataAction = "billing:GetBillingViewData"

// ThroughView gives what a billing view of the caller's account sees, nil for everything; "" is the primary view. Errors:
// fault.NotFound, fault.BillingViewUnhealthy.
func ThroughView(c *op.Call, arn string) ([]cost.ViewPart, error) {
	if arn == "" {
		return nil, nil
	}
	payer, err := Payer(c)
	if err != nil {
		return nil, err
	}
	return c.Cost().Seen(c.Caller.Account, payer, arn)
}

// Within gives an engine that answers questions from what a billing view sees alone; without parts it is the engine itself. names gives
// the accounts' names, as for Filter.
func Within(engine costlines.Engine, parts []cost.ViewPart, names map[string]string) (costlines.Engine, error) {
	if len(parts) == 0 {
		return engine, nil
	}
	v := viewed{Engine: engine}
	for _, p := range parts {
		w := window{from: p.From, to: p.To}
		for i := range p.Filters {
			f, err := Filter(&p.Filters[i], names)
			if err != nil {
				return nil, err
			}
			w.filters = append(w.filters, f)
		}
		v.windows = append(v.windows, w)
	}
	return &v, nil
}

// viewed is an engine through a billing view.
type viewed struct {
	costlines.Engine
	windows []window
}

// window is what a part of a view sees.
type window struct {
	from, to time.Time // zero where it is open
	filters  []costlines.Filter
}

// piece is a time within which the same windows see something.
type piece struct {
	start, end time.Time
	filter     costlines.Filter
}

// pieces cuts a range of time where windows begin and end, and leaves out what none sees.
func (v *viewed) pieces(start, end time.Time, asked costlines.Filter) (out []piece) {
	cuts := []time.Time{start, end}
	for _, w := range v.windows {
		for _, t := range []time.Time{w.from, w.to} {
			if t.After(start) && t.Before(end) {
				cuts = append(cuts, t)
			}
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)
	for i := 1; i < len(cuts); i++ {
		if f, any := v.during(cuts[i-1], cuts[i]); any {
			out = append(out, piece{cuts[i-1], cuts[i], costlines.Filter{And: []costlines.Filter{asked, f}}})
		}
	}
	return out
}

// during gives what is seen within a time that no window begins or ends in; any tells whether anything is.
func (v *viewed) during(start, end time.Time) (f costlines.Filter, any bool) {
	var seen []costlines.Filter
	for _, w := range v.windows {
		if w.from.After(start) || !w.to.IsZero() && w.to.Before(end) {
			continue
		}
		if len(w.filters) == 0 {
			return costlines.Filter{}, true
		}
		seen = append(seen, costlines.Filter{And: w.filters})
	}
	return costlines.Filter{Or: seen}, len(seen) > 0
}

// Query implements costlines.Engine.
func (v *viewed) Query(ctx context.Context, q costlines.Query) ([]costlines.Row, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	var rows []costlines.Row
	for _, p := range v.pieces(q.Start, q.End, q.Filter) {
		part := q
		part.Start, part.End, part.Filter = p.start, p.end, p.filter
		more, err := v.Engine.Query(ctx, part)
		if err != nil {
			return nil, err
		}
		for i := range more {
			more[i].Start = begins(&q, more[i].Start)
		}
		rows = append(rows, more...)
	}
	return together(rows), nil
}

// begins gives when the part of a query begins that a time is in.
func begins(q *costlines.Query, t time.Time) time.Time {
	t = t.UTC()
	switch q.Granularity {
	case costlines.Whole:
		t = q.Start
	case costlines.Hourly:
		t = t.Truncate(time.Hour)
	case costlines.Daily:
		t = t.Truncate(24 * time.Hour)
	case costlines.Monthly:
		t = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	if t.Before(q.Start) {
		return q.Start
	}
	return t
}

// together adds up rows of the same time, group and currency, and gives them in order.
func together(rows []costlines.Row) []costlines.Row {
	slices.SortStableFunc(rows, func(a, b costlines.Row) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Keys[0], b.Keys[0]), cmp.Compare(a.Keys[1], b.Keys[1]), cmp.Compare(a.Currency, b.Currency))
	})
	var out []costlines.Row
	for _, r := range rows {
		if n := len(out) - 1; n >= 0 && out[n].Start.Equal(r.Start) && out[n].Keys == r.Keys && out[n].Currency == r.Currency {
			sums := make([]decimal.D, len(r.Sums))
			for i := range sums {
				sums[i] = out[n].Sums[i].Add(r.Sums[i])
			}
			out[n].Lines, out[n].Sums = out[n].Lines+r.Lines, sums
			continue
		}
		out = append(out, r)
	}
	return out
}

// Values implements costlines.Engine.
func (v *viewed) Values(ctx context.Context, q costlines.ValuesQuery) ([]string, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	return v.texts(q.Start, q.End, q.Filter, func(p piece) ([]string, error) {
		part := q
		part.Start, part.End, part.Filter = p.start, p.end, p.filter
		return v.Engine.Values(ctx, part)
	})
}

// Keys implements costlines.Engine.
func (v *viewed) Keys(ctx context.Context, q costlines.KeysQuery) ([]string, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	return v.texts(q.Start, q.End, q.Filter, func(p piece) ([]string, error) {
		part := q
		part.Start, part.End, part.Filter = p.start, p.end, p.filter
		return v.Engine.Keys(ctx, part)
	})
}

func (v *viewed) texts(start, end time.Time, asked costlines.Filter, of func(piece) ([]string, error)) ([]string, error) {
	var all []string
	for _, p := range v.pieces(start, end, asked) {
		some, err := of(p)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Scan implements costlines.Engine.
func (v *viewed) Scan(ctx context.Context, q costlines.ScanQuery, yield func(*billing.Line) error) error {
	if err := q.Validate(); err != nil {
		return err
	}
	for _, p := range v.pieces(q.Start, q.End, q.Filter) {
		part := q
		part.Start, part.End, part.Filter = p.start, p.end, p.filter
		if err := v.Engine.Scan(ctx, part, yield); err != nil {
			return err
		}
	}
	return nil
}

// Bill implements costlines.Engine: what a view sees is no bill.
func (v *viewed) Bill(context.Context, costlines.BillQuery, *costlines.BillPart, func(string, *billing.Row) error) error {
	return errors.New("bills: a billing view has no bill")
}
