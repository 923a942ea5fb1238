package ce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// Watch seeks anomalies after bills were computed, tells subscribers, and notes what backfills have come to: a bills.Follower.
type Watch struct {
	Store store.Store
	Desk  *bills.Desk
	Now   func() time.Time
	// Tell has a message delivered, once for each cause, with the Update that it is called in; nil if nobody is told.
	Tell func(tx store.Tx, account ident.AccountID, m Message, now time.Time) error
}

// Name implements bills.Follower.
func (w *Watch) Name() string { return "cost anomalies" }

// The days looked at: those whose anomalies are shown, and before them what they are compared with.
const (
	shownDays   = 90
	watchedDays = shownDays + 60
)

// Follow implements bills.Follower. Monitors look again when a month was computed, and once a day.
func (w *Watch) Follow(ctx context.Context, payer ident.AccountID, months []billing.Month) error {
	now := w.Now().UTC()
	if err := w.settleBackfills(ctx, payer, now); err != nil {
		return err
	}
	accounts, names, err := w.accounts(ctx, payer)
	if err != nil {
		return err
	}
	var errs []error
	for _, account := range accounts {
		s := &sighting{watch: w, ctx: ctx, payer: payer, account: account, names: names, now: now, again: len(months) > 0}
		errs = append(errs, s.look())
	}
	return errors.Join(errs...)
}

func (w *Watch) meta(action string, now time.Time) store.Meta {
	return store.Meta{Actor: "ce", Action: action, At: now}
}

func (w *Watch) settleBackfills(ctx context.Context, payer ident.AccountID, now time.Time) error {
	part, open := op.CostPartition(payer), false
	err := w.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		s := tx.State(part).(*cost.State)
		for _, b := range s.Backfills.All() {
			_, done := s.BackfillDone(b)
			open = open || done && b.Completed.IsZero()
		}
		return nil
	})
	if err != nil || !open {
		return err
	}
	return w.Store.Update(ctx, w.meta("ce:StartCostAllocationTagBackfill", now), store.Scope{Write: []store.Partition{part}}, func(tx store.Tx) error {
		tx.State(part).(*cost.State).SettleBackfills()
		return nil
	})
}

// accounts lists the accounts whose bills a payer pays, and their names.
func (w *Watch) accounts(ctx context.Context, payer ident.AccountID) ([]ident.AccountID, map[string]string, error) {
	accounts, names := []ident.AccountID{payer}, map[string]string{}
	part, member, err := w.Store.Locate(ctx, op.MemberLocator(payer), true)
	if err != nil || !member {
		return accounts, names, err
	}
	err = w.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		accounts, names = []ident.AccountID{payer}, map[string]string{}
		s := tx.State(part).(*org.State)
		if o, ok := s.Organization(); !ok || o.Management != payer {
			return nil
		}
		for id, a := range s.Accounts("") {
			if names[string(id)] = a.Name; a.ID != payer {
				accounts = append(accounts, a.ID)
			}
		}
		return nil
	})
	return accounts, names, err
}

// sighting is one look at what the monitors of an account watch.
type sighting struct {
	watch          *Watch
	ctx            context.Context
	payer, account ident.AccountID
	names          map[string]string
	now            time.Time
	again          bool
}

// seen is what a monitor has seen.
type seen struct {
	monitor   string
	values    int
	anomalies []cost.Anomaly
}

func (s *sighting) part() store.Partition { return op.CostPartition(s.account) }

// look looks at all monitors that are to look again, and writes what they see.
func (s *sighting) look() error {
	var due []cost.AnomalyMonitor
	subscribed := false
	err := s.watch.Store.View(s.ctx, store.Scope{Read: []store.Partition{s.part()}}, func(tx store.Tx) error {
		state := tx.State(s.part()).(*cost.State)
		due, subscribed = nil, state.AnomalySubscriptions.Len() > 0
		for _, m := range state.AnomalyMonitors.All() {
			if s.again || m.Evaluated.IsZero() || day(m.Evaluated) != day(s.now) {
				due = append(due, *m)
			}
		}
		return nil
	})
	if err != nil || len(due) == 0 && !subscribed {
		return err
	}
	var all []seen
	for i := range due {
		one, err := s.watchOne(&due[i])
		if err != nil {
			return fmt.Errorf("ce: anomaly monitor %s: %w", due[i].ID, err)
		}
		all = append(all, *one)
	}
	return s.watch.Store.Update(s.ctx, s.watch.meta("ce:GetAnomalies", s.now), store.Scope{Write: []store.Partition{s.part()}}, func(tx store.Tx) error {
		state := tx.State(s.part()).(*cost.State)
		for i := range all {
			state.SawAnomalies(all[i].monitor, all[i].values, all[i].anomalies, day(s.now.AddDate(0, 0, -shownDays)), s.now)
		}
		return s.tell(tx, state)
	})
}

// watchOne asks what a monitor's values cost by day, and finds what is odd.
func (s *sighting) watchOne(m *cost.AnomalyMonitor) (*seen, error) {
	start := s.today().AddDate(0, 0, -watchedDays)
	q, err := s.question(m, start)
	if err != nil {
		return nil, err
	}
	series, err := s.daily(q, func(r *costlines.Row) string { return r.Keys[0] + "\x00" + r.Currency })
	if err != nil {
		return nil, err
	}
	out := &seen{monitor: m.ID, values: len(series.costs)}
	for key, costs := range series.costs {
		value, _, _ := strings.Cut(key, "\x00")
		for _, run := range cost.Detect(costs) {
			a := cost.Anomaly{
				Monitor: m.ID, Value: value, Start: day(series.first.AddDate(0, 0, run.First)), End: day(series.first.AddDate(0, 0, run.Last)),
				Actual: run.Actual, Expected: run.Expected, MaxImpact: run.MaxImpact, MaxScore: run.MaxScore, Score: run.LastScore, Detected: s.now,
			}
			if a.End < day(s.today().AddDate(0, 0, -shownDays)) {
				continue
			}
			a.ID = anomalyID(s.account, &a)
			if a.Causes, err = s.causes(q, value, series.first, run); err != nil {
				return nil, err
			}
			out.anomalies = append(out.anomalies, a)
		}
	}
	slices.SortFunc(out.anomalies, func(a, b cost.Anomaly) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

func (s *sighting) today() time.Time { return s.now.Truncate(24 * time.Hour) }

// anomalyID follows from what the anomaly is, so that finding it again makes no other.
func anomalyID(account ident.AccountID, a *cost.Anomaly) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(account), a.Monitor, a.Value, a.Start}, "\x00")))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// watchedCharges are the charges that are watched: fees, taxes, credits and what sellers charge come when they come (Cost Management User
// Guide, "Detecting unusual spend", on what is not supported).
var watchedCharges = []string{string(billing.Usage), string(billing.DiscountedUsage), string(billing.SavingsPlanCovered)}

// question asks for what a monitor watches, by day and value, up to today.
func (s *sighting) question(m *cost.AnomalyMonitor, start time.Time) (costlines.Query, error) {
	q := costlines.Query{
		View: costlines.View{Payer: string(s.payer)}, Start: start, End: s.today(), Granularity: costlines.Daily,
		Metrics: []costlines.Metric{costlines.NetAmortizedCost},
	}
	if s.account != s.payer {
		q.View.Accounts = []string{string(s.account)}
	}
	dimension := func(name string, values ...string) costlines.Filter {
		return costlines.Filter{Match: &costlines.Match{Field: costlines.Field{Name: name}, Values: values}}
	}
	notSold := dimension(costlines.BillingEntity, billing.EntityMarketplace)
	q.Filter.And = []costlines.Filter{dimension(costlines.LineType, watchedCharges...), {Not: &notSold}}
	if m.Type == cost.CustomMonitor {
		f, err := bills.Filter(m.Specification, s.names)
		q.Filter.And = append(q.Filter.And, f)
		return q, err
	}
	var by costlines.Field
	switch m.Dimension {
	case "TAG":
		by = costlines.Field{Kind: costlines.Tag, Name: cost.LineTag(m.Specification.Tags.Key)}
	case "COST_CATEGORY":
		by = costlines.Field{Kind: costlines.Category, Name: m.Specification.CostCategories.Key}
	default:
		by, _ = bills.Field(m.Dimension)
	}
	q.GroupBy = []costlines.Field{by}
	return q, nil
}

// bySeries are daily costs by a key, all over the same days.
type bySeries struct {
	first time.Time
	costs map[string][]decimal.D
}

// daily asks a question cut by day. The days begin with the first that has lines, and end with the question.
func (s *sighting) daily(q costlines.Query, key func(*costlines.Row) string) (*bySeries, error) {
	engine, err := s.watch.Desk.Lines()
	if err != nil {
		return nil, err
	}
	rows, err := engine.Query(s.ctx, q)
	if err != nil || len(rows) == 0 {
		return &bySeries{first: q.Start}, err
	}
	out := &bySeries{first: rows[0].Start, costs: map[string][]decimal.D{}}
	days := int(q.End.Sub(out.first) / (24 * time.Hour))
	for i := range rows {
		k := key(&rows[i])
		if out.costs[k] == nil {
			out.costs[k] = make([]decimal.D, days)
		}
		at := &out.costs[k][int(rows[i].Start.Sub(out.first)/(24*time.Hour))]
		*at = at.Add(rows[i].Sums[0])
	}
	return out, nil
}

// mostDetailed is how many pairs of service and account are looked into for their Regions and usage types.
const mostDetailed = 3

// causes asks what of a value made a run odd: first which services and accounts, then which of their Regions and usage types.
func (s *sighting) causes(q costlines.Query, value string, first time.Time, run cost.Run) ([]cost.RootCause, error) {
	q.Start, q.End = first.AddDate(0, 0, max(0, run.First-60)), first.AddDate(0, 0, run.Last+1)
	q.Filter.And = slices.Clone(q.Filter.And)
	if len(q.GroupBy) > 0 {
		q.Filter.And = append(q.Filter.And, is(q.GroupBy[0], value))
	}
	service, _ := bills.Field("SERVICE")
	account := costlines.Field{Name: costlines.Account}
	rough, err := s.parts(q, first, run, service, account, cost.RootCause{})
	if err != nil {
		return nil, err
	}
	var fine []cost.Part
	whole := run
	for i, pair := range cost.Causes(rough, whole) {
		if i == mostDetailed {
			break
		}
		of := q
		of.Filter.And = append(slices.Clone(q.Filter.And), is(service, pair.Service), is(account, pair.Account))
		parts, err := s.parts(of, first, run, costlines.Field{Name: costlines.Region}, costlines.Field{Name: costlines.UsageType},
			cost.RootCause{Service: pair.Service, Account: pair.Account, AccountName: s.names[pair.Account]})
		if err != nil {
			return nil, err
		}
		fine = append(fine, parts...)
	}
	return cost.Causes(fine, whole), nil
}

func is(f costlines.Field, value string) costlines.Filter {
	return costlines.Filter{Match: &costlines.Match{Field: f, Values: []string{value}}}
}

// parts asks what parts of a value cost by day: by service and account, or, where of names those, by Region and usage type. The
// days are those that run counts in.
func (s *sighting) parts(q costlines.Query, first time.Time, run cost.Run, a, b costlines.Field, of cost.RootCause) ([]cost.Part, error) {
	q.GroupBy = []costlines.Field{a, b}
	series, err := s.daily(q, func(r *costlines.Row) string { return r.Keys[0] + "\x00" + r.Keys[1] })
	if err != nil {
		return nil, err
	}
	var parts []cost.Part
	skipped := int(series.first.Sub(first) / (24 * time.Hour))
	for key, costs := range series.costs {
		p := cost.Part{Cause: of, Costs: append(make([]decimal.D, skipped), costs...)}
		one, two, _ := strings.Cut(key, "\x00")
		if of.Service == "" && of.Account == "" {
			p.Cause.Service, p.Cause.Account = one, two
		} else {
			p.Cause.Region, p.Cause.UsageType = one, two
		}
		parts = append(parts, p)
	}
	return parts, nil
}
