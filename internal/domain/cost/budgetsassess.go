package cost

import (
	"fmt"
	"slices"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/ident"
)

// Reading is what was measured for a budget: the amount of its current period, what is forecast of it, and what earlier periods were.
type Reading struct {
	Budget   string
	Made     time.Time // of the budget that it is of
	Revision int64
	Period   Period
	Actual   decimal.D
	// Known tells that there is something to compare: a utilization of nothing is none.
	Known    bool
	Forecast *decimal.D
	Past     []PastAmount // of ended periods, oldest first
}

// PastAmount is what an ended period was. Empty tells that it had no data.
type PastAmount struct {
	Period Period
	Amount decimal.D
	Empty  bool
}

// Verdict is what follows from a reading: whom to tell, and what to do.
type Verdict struct {
	Alerts []Alert
	Steps  []Step
}

// Assess puts a reading into its budget, and decides what follows. It decides from the state, so the same reading again has no
// consequences; neither has one of a budget that was changed meanwhile, or of a period that is over.
func (s *Budgeting) Assess(account ident.AccountID, r Reading, now time.Time) (v Verdict) {
	old, ok := s.Budgets.Get(r.Budget)
	if !ok || !old.Made.Equal(r.Made) || old.Revision != r.Revision || old.Measured != nil && r.Period.Start.Before(old.Measured.Period.Start) {
		return Verdict{}
	}
	b := *old
	fresh := old.Measured == nil || !old.Measured.Period.Start.Equal(r.Period.Start)
	b.remember(r)
	b.adjust(r, now)
	b.Measured = &Measurement{Period: r.Period, Actual: r.Actual, Forecast: r.Forecast, At: now}
	limit, limited := b.LimitAt(r.Period.Start)
	b.Notifications = slices.Clone(b.Notifications)
	for i := range b.Notifications {
		n := &b.Notifications[i]
		if fresh {
			n.State = StateOK
		}
		if !r.Known || !limited {
			continue
		}
		if b.notify(n, r, limit) {
			v.Alerts = append(v.Alerts, b.alert(account, n, r, limit))
		}
	}
	s.Budgets.Put(&b)
	for _, a := range s.ActionsOf(b.Name) {
		s.act(account, &b, *a, r, limit, limited, now, &v)
	}
	return v
}

// remember keeps the amounts of ended periods, as long as the history goes.
func (b *Budget) remember(r Reading) {
	b.History = slices.Clone(b.History)
	for _, p := range r.Past {
		limit, _ := b.LimitAt(p.Period.Start)
		at, found := slices.BinarySearchFunc(b.History, p.Period.Start, func(c Comparison, t time.Time) int { return c.Period.Start.Compare(t) })
		switch {
		case found:
			b.History[at].Actual = p.Amount // late usage; what was budgeted then stays
		case !p.Empty:
			b.History = slices.Insert(b.History, at, Comparison{Period: p.Period, Budgeted: limit.Amount, Actual: p.Amount})
		}
	}
	if extra := len(b.History) - b.Unit.kept(); extra > 0 {
		b.History = b.History[extra:]
	}
}

// adjust sets the limit of an auto-adjusting budget, once for each period.
func (b *Budget) adjust(r Reading, now time.Time) {
	if b.Adjust == nil || !b.Adjust.At.Before(r.Period.Start) && b.Limit != nil {
		return
	}
	unit := "USD"
	if b.Type == UsageBudget {
		unit = "N/A"
	}
	next := *b.Adjust
	if !next.Historical {
		if r.Forecast == nil {
			return
		}
		b.Limit = &Spend{*r.Forecast, unit}
	} else {
		past := r.Past[max(0, len(r.Past)-next.Periods):]
		for len(past) > 0 && past[0].Empty {
			past = past[1:] // periods before the first with data do not count
		}
		if len(past) == 0 {
			return
		}
		total := decimal.D{}
		for _, p := range past {
			total = total.Add(p.Amount)
		}
		mean, err := total.Quo(decimal.Int(int64(len(past))))
		if err != nil {
			return // beyond what numbers hold: the limit stays
		}
		b.Limit = &Spend{mean.Round(2), unit}
		next.Available = len(past)
	}
	next.At = now
	b.Adjust = &next
}

// value gives what a notification or action of a type looks at.
func (r *Reading) value(t NotificationType) (decimal.D, bool) {
	if t == Actual {
		return r.Actual, true
	}
	if r.Forecast == nil {
		return decimal.D{}, false
	}
	return *r.Forecast, true
}

// passes compares an amount with a threshold.
func (t Threshold) passes(operator string, v decimal.D, limit Spend) bool {
	mark := t.Value
	if t.Kind == Percentage {
		share, err := t.Value.Mul(limit.Amount)
		if err != nil {
			return false // a mark beyond all numbers
		}
		if mark, err = share.Quo(decimal.Int(100)); err != nil {
			return false
		}
	}
	switch operator {
	case LessThan:
		return v.Less(mark)
	case EqualTo:
		return v.Cmp(mark) == 0
	}
	return mark.Less(v)
}

// notify moves a notification to the state that the reading puts it in, and reports whether subscribers are to be told: of actual
// amounts once in a period, of forecasts whenever they pass the threshold again (Cost Management User Guide, "Best practices for AWS
// Budgets", setting budget alerts).
func (b *Budget) notify(n *Notification, r Reading, limit Spend) bool {
	v, ok := r.value(n.Type)
	if !ok || !n.Threshold.passes(n.Operator, v, limit) {
		n.State = StateOK
		return false
	}
	again := n.Told.Equal(r.Period.Start)
	tell := !again || n.Type == Forecasted && n.State == StateOK
	n.State = StateAlarm
	if !tell {
		return false
	}
	if !again {
		n.Told, n.Times = r.Period.Start, 0
	}
	n.Times++
	return true
}

// act decides what an action does about a reading.
func (s *Budgeting) act(account ident.AccountID, b *Budget, a Action, r Reading, limit Spend, limited bool, now time.Time, v *Verdict) {
	if a.Status.busy() {
		return // what is under way ends first; the next look decides on
	}
	if !a.Period.IsZero() && a.Period.Before(r.Period.Start) {
		a.Period = time.Time{}
		switch {
		case len(a.Applied) > 0:
			v.Steps = append(v.Steps, s.begin(a, Resetting, BySystem, now, "A new budget period has begun."))
			return
		case a.Status != Standby:
			a.Status = Standby
			a = *s.put(a, BySystem, now, "A new budget period has begun.")
		}
	}
	value, ok := r.value(a.Type)
	if a.Status != Standby || !r.Known || !limited || !ok || !a.Threshold.passes(GreaterThan, value, limit) {
		return
	}
	a.Period = r.Period.Start
	if a.Automatic {
		v.Steps = append(v.Steps, s.begin(a, Executing, BySystem, now, "The budget has passed the action's threshold."))
		return
	}
	a.Status = ActionPending
	a = *s.put(a, BySystem, now, "The budget has passed the action's threshold; the action waits for approval.")
	v.Alerts = append(v.Alerts, s.ActionAlert(account, &a, "The action waits for your approval."))
}

// DropOver deletes a budget whose time is over; ok tells that it did.
func (s *Budgeting) DropOver(name string, now time.Time) (ok bool) {
	b, found := s.Budgets.Get(name)
	if !found || !b.Over(now) {
		return false
	}
	return s.DeleteBudget(name) == nil
}

// occasion tells one alert of a notification from all others of the account.
func (b *Budget) occasion(n *Notification, period Period) string {
	return fmt.Sprintf("budget/%s/%d.%d/%s/%s/%s/%s/%s/%d", b.Name, b.Made.UnixNano(), b.Revision, n.Type, n.Operator, n.Threshold.Kind,
		n.Threshold.Value, period.Start.Format(time.DateOnly), n.Times)
}
