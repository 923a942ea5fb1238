package cost_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
)

const account = "111122223333"

func usd(n int64) *cost.Spend { return &cost.Spend{Amount: decimal.Int(n), Unit: "USD"} }

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func anna() []cost.Recipient {
	return []cost.Recipient{{Channel: cost.Email, Address: "anna@example.com"}}
}

func over(percent int64, t cost.NotificationType) cost.Notification {
	return cost.Notification{Type: t, Operator: cost.GreaterThan, Threshold: cost.Threshold{Value: decimal.Int(percent), Kind: cost.Percentage}, Subscribers: anna()}
}

// TestPeriods wants the periods of the calendar, cut off where the budget starts and ends.
func TestPeriods(t *testing.T) {
	for name, c := range map[string]struct {
		unit       cost.TimeUnit
		start, end time.Time
		at         time.Time
		want       cost.Period
		none       bool
	}{
		"day":           {cost.Daily, date(2026, 1, 1), cost.Forever, now, cost.Period{Start: date(2026, 11, 28), End: date(2026, 11, 29)}, false},
		"month":         {cost.Monthly, date(2026, 1, 1), cost.Forever, now, cost.Period{Start: date(2026, 11, 1), End: date(2026, 12, 1)}, false},
		"quarter":       {cost.Quarterly, date(2026, 1, 1), cost.Forever, now, cost.Period{Start: date(2026, 10, 1), End: date(2027, 1, 1)}, false},
		"year":          {cost.Annually, date(2026, 1, 1), cost.Forever, now, cost.Period{Start: date(2026, 1, 1), End: date(2027, 1, 1)}, false},
		"custom":        {cost.CustomUnit, date(2026, 5, 7), date(2026, 12, 24), now, cost.Period{Start: date(2026, 5, 7), End: date(2026, 12, 24)}, false},
		"first month":   {cost.Monthly, date(2026, 11, 10), cost.Forever, now, cost.Period{Start: date(2026, 11, 10), End: date(2026, 12, 1)}, false},
		"last month":    {cost.Monthly, date(2026, 1, 1), date(2026, 11, 29), now, cost.Period{Start: date(2026, 11, 1), End: date(2026, 11, 29)}, false},
		"before":        {cost.Monthly, date(2026, 12, 1), cost.Forever, now, cost.Period{}, true},
		"at the end":    {cost.Monthly, date(2026, 1, 1), now, now, cost.Period{}, true},
		"end of a year": {cost.Quarterly, date(2020, 1, 1), cost.Forever, date(2026, 12, 31), cost.Period{Start: date(2026, 10, 1), End: date(2027, 1, 1)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := &cost.Budget{Unit: c.unit, Start: c.start, End: c.end}
			got, ok := b.PeriodAt(c.at)
			if ok == c.none || got != c.want {
				t.Errorf("%v, %v; want %v", got, ok, c.want)
			}
		})
	}
}

// TestBudgetRules wants what cannot be a budget refused.
func TestBudgetRules(t *testing.T) {
	plan := func(unit cost.TimeUnit, starts ...time.Time) *cost.Budget {
		b := &cost.Budget{Type: cost.CostBudget, Unit: unit}
		for i, s := range starts {
			b.Planned = append(b.Planned, cost.PlannedLimit{Start: s, Spend: *usd(int64(100 + i))})
		}
		return b
	}
	var year []time.Time
	for m := range 12 {
		year = append(year, date(2026, 11+time.Month(m), 1))
	}
	for name, c := range map[string]struct {
		b    *cost.Budget
		want string // part of the message; "" if it is a budget
	}{
		"plain":               {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly, Limit: usd(1)}, ""},
		"no limit":            {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly}, "needs a BudgetLimit"},
		"nothing":             {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly, Limit: usd(0)}, "greater than 0"},
		"euro":                {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly, Limit: &cost.Spend{Amount: decimal.Int(1), Unit: "EUR"}}, "USD"},
		"backwards":           {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly, Limit: usd(1), Start: now, End: date(2026, 1, 1)}, "Start time"},
		"too long":            {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly, Limit: usd(1), End: date(2100, 1, 1)}, "must not be after"},
		"custom, open":        {&cost.Budget{Type: cost.CostBudget, Unit: cost.CustomUnit, Limit: usd(1), Start: now}, "CUSTOM"},
		"utilization":         {&cost.Budget{Type: cost.RIUtilization, Unit: cost.Daily}, ""},
		"utilization of 50":   {&cost.Budget{Type: cost.RIUtilization, Unit: cost.Daily, Limit: &cost.Spend{Amount: decimal.Int(50), Unit: "PERCENTAGE"}}, "must be 100"},
		"types of usage":      {&cost.Budget{Type: cost.UsageBudget, Unit: cost.Daily, Limit: usd(1), Types: &cost.CostTypes{}}, "COST only"},
		"blended, amortized":  {&cost.Budget{Type: cost.CostBudget, Unit: cost.Daily, Limit: usd(1), Types: &cost.CostTypes{Blended: true, Amortized: true}}, "cannot both"},
		"filters of two ages": {&cost.Budget{Type: cost.CostBudget, Unit: cost.Daily, Limit: usd(1), Filters: map[string][]string{"Region": {"x"}}, Metrics: []string{"UnblendedCost"}}, "not both"},
		"metric of usage":     {&cost.Budget{Type: cost.CostBudget, Unit: cost.Daily, Limit: usd(1), Metrics: []string{"UsageQuantity"}}, "not valid"},
		"unknown filter":      {&cost.Budget{Type: cost.CostBudget, Unit: cost.Daily, Limit: usd(1), Filters: map[string][]string{"Weather": {"x"}}}, "Weather"},
		"tag without value":   {&cost.Budget{Type: cost.CostBudget, Unit: cost.Daily, Limit: usd(1), Filters: map[string][]string{"TagKeyValue": {"user:team"}}}, "KEY$VALUE"},
		"plan":                {plan(cost.Monthly, year...), ""},
		"plan of 11":          {plan(cost.Monthly, year[:11]...), "12 limits"},
		"plan from last year": {plan(cost.Quarterly, date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)), "2026-10-01"},
		"daily plan":          {plan(cost.Daily, date(2026, 11, 28)), "monthly and quarterly"},
		"adjusting":           {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly, Adjust: &cost.AutoAdjust{Historical: true, Periods: 12}}, ""},
		"adjusting to more":   {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly, Adjust: &cost.AutoAdjust{Historical: true, Periods: 13}}, "from 1 to 12"},
		"adjusting a limit":   {&cost.Budget{Type: cost.CostBudget, Unit: cost.Monthly, Limit: usd(1), Adjust: &cost.AutoAdjust{}}, "neither"},
	} {
		t.Run(name, func(t *testing.T) {
			s := cost.NewState()
			c.b.Name = "b"
			err := s.CreateBudget(c.b, now)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (!fault.Is(err, fault.InvalidInput) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// world is an account with one monthly budget of 100 dollars.
type world struct {
	*cost.State
	t *testing.T
}

func newWorld(t *testing.T, b *cost.Budget) world {
	t.Helper()
	w := world{cost.NewState(), t}
	b.Name = "all"
	if b.Type == "" {
		b.Type = cost.CostBudget
	}
	if b.Unit == "" {
		b.Unit = cost.Monthly
	}
	if b.Limit == nil && b.Adjust == nil && len(b.Planned) == 0 {
		b.Limit = usd(100)
	}
	if err := w.CreateBudget(b, now); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) budget() *cost.Budget {
	w.t.Helper()
	b, err := w.Existing("all")
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// spend has an amount measured in the period of a time, and gives what follows.
func (w world) spend(at time.Time, actual, forecast int64) cost.Verdict {
	w.t.Helper()
	b := w.budget()
	p, ok := b.PeriodAt(at)
	if !ok {
		w.t.Fatalf("the budget has no period at %v", at)
	}
	r := cost.Reading{Budget: b.Name, Made: b.Made, Revision: b.Revision, Period: p, Actual: decimal.Int(actual), Known: true}
	if forecast > 0 {
		f := decimal.Int(forecast)
		r.Forecast = &f
	}
	return w.Assess(account, r, at)
}

// TestActualOncePerPeriod wants subscribers told once a period of what was spent, whatever it does meanwhile.
func TestActualOncePerPeriod(t *testing.T) {
	w := newWorld(t, &cost.Budget{Notifications: []cost.Notification{over(80, cost.Actual)}})
	december := now.AddDate(0, 0, 5)
	causes := map[string]bool{}
	for i, c := range []struct {
		at     time.Time
		actual int64
		alerts int
		state  string
	}{
		{now, 80, 0, cost.StateOK}, {now, 81, 1, cost.StateAlarm}, {now, 81, 0, cost.StateAlarm}, {now, 500, 0, cost.StateAlarm},
		{now, 10, 0, cost.StateOK}, {now, 90, 0, cost.StateAlarm}, {december, 5, 0, cost.StateOK}, {december, 85, 1, cost.StateAlarm},
		{now, 99, 0, cost.StateAlarm}, // November again, after December: too late
	} {
		v := w.spend(c.at, c.actual, 0)
		if len(v.Alerts) != c.alerts || w.budget().Notifications[0].State != c.state {
			t.Fatalf("step %d: %d alerts and %s, want %d and %s", i, len(v.Alerts), w.budget().Notifications[0].State, c.alerts, c.state)
		}
		for _, a := range v.Alerts {
			if causes[a.Cause] {
				t.Errorf("step %d: the cause %s came before", i, a.Cause)
			}
			causes[a.Cause] = true
			if diff := cmp.Diff(anna(), a.To); diff != "" || !strings.Contains(a.Body, "Budgeted Amount: $100.00") {
				t.Errorf("step %d: %s\n%s", i, diff, a.Body)
			}
		}
	}
}

// TestForecastAgain wants subscribers told of a forecast whenever it passes the threshold.
func TestForecastAgain(t *testing.T) {
	w := newWorld(t, &cost.Budget{Notifications: []cost.Notification{over(100, cost.Forecasted)}})
	causes := map[string]bool{}
	for i, c := range []struct{ forecast, alerts int }{{0, 0}, {150, 1}, {160, 0}, {90, 0}, {120, 1}} {
		v := w.spend(now, 10, int64(c.forecast))
		if len(v.Alerts) != c.alerts {
			t.Fatalf("step %d: %d alerts, want %d", i, len(v.Alerts), c.alerts)
		}
		for _, a := range v.Alerts {
			if causes[a.Cause] {
				t.Errorf("step %d: the cause %s came before", i, a.Cause)
			}
			causes[a.Cause] = true
		}
	}
}

// TestThresholds wants every comparison made as it is called.
func TestThresholds(t *testing.T) {
	for name, c := range map[string]struct {
		operator, kind string
		value, actual  int64
		alarm          bool
	}{
		"more than a share":      {cost.GreaterThan, cost.Percentage, 50, 51, true},
		"a share":                {cost.GreaterThan, cost.Percentage, 50, 50, false},
		"more than an amount":    {cost.GreaterThan, cost.AbsoluteValue, 70, 71, true},
		"less than a share":      {cost.LessThan, cost.Percentage, 50, 49, true},
		"not less than a share":  {cost.LessThan, cost.Percentage, 50, 50, false},
		"equal to an amount":     {cost.EqualTo, cost.AbsoluteValue, 42, 42, true},
		"not equal to an amount": {cost.EqualTo, cost.AbsoluteValue, 42, 43, false},
	} {
		t.Run(name, func(t *testing.T) {
			n := over(1, cost.Actual)
			n.Operator, n.Threshold = c.operator, cost.Threshold{Value: decimal.Int(c.value), Kind: c.kind}
			w := newWorld(t, &cost.Budget{Notifications: []cost.Notification{n}})
			if got := len(w.spend(now, c.actual, 0).Alerts) == 1; got != c.alarm {
				t.Errorf("alarm is %v", got)
			}
		})
	}
}

// TestUpdateForgets wants a changed budget measured anew, and a reading of the old one ignored.
func TestUpdateForgets(t *testing.T) {
	w := newWorld(t, &cost.Budget{Notifications: []cost.Notification{over(100, cost.Actual)}})
	if v := w.spend(now, 150, 0); len(v.Alerts) != 1 {
		t.Fatalf("%d alerts", len(v.Alerts))
	}
	old := w.budget()
	if err := w.UpdateBudget(&cost.Budget{Name: "all", Type: cost.CostBudget, Unit: cost.Monthly, Limit: usd(120)}, now); err != nil {
		t.Fatal(err)
	}
	if b := w.budget(); b.Measured != nil || b.Notifications[0].State != cost.StateOK || len(b.Notifications) != 1 {
		t.Errorf("after an update: %+v", b)
	}
	stale := cost.Reading{Budget: "all", Made: old.Made, Revision: old.Revision, Period: old.Measured.Period, Actual: decimal.Int(999), Known: true}
	if v := w.Assess(account, stale, now); len(v.Alerts) != 0 || w.budget().Measured != nil {
		t.Errorf("a reading of the old budget counts: %+v", w.budget().Measured)
	}
	if v := w.spend(now, 150, 0); len(v.Alerts) != 1 {
		t.Errorf("the new limit of 120 is passed by 150, and nobody is told")
	}
}

// TestAdjust wants the limit of an auto-adjusting budget to be the mean of the past that has data, once a period.
func TestAdjust(t *testing.T) {
	w := newWorld(t, &cost.Budget{Adjust: &cost.AutoAdjust{Historical: true, Periods: 3}})
	b := w.budget()
	r := cost.Reading{Budget: "all", Made: b.Made, Revision: b.Revision, Period: cost.Period{Start: date(2026, 11, 1), End: date(2026, 12, 1)}, Known: true}
	for m, amount := range map[time.Month]int64{7: 1000, 8: 0, 9: 100, 10: 200} {
		r.Past = append(r.Past, cost.PastAmount{
			Period: cost.Period{Start: date(2026, m, 1), End: date(2026, m+1, 1)}, Amount: decimal.Int(amount), Empty: amount == 0,
		})
	}
	slices.SortFunc(r.Past, func(a, b cost.PastAmount) int { return a.Period.Start.Compare(b.Period.Start) })
	w.Assess(account, r, now)
	b = w.budget()
	if b.Limit == nil || b.Limit.Amount.Cmp(decimal.Int(150)) != 0 || b.Adjust.Available != 2 || !b.Adjust.At.Equal(now) {
		t.Fatalf("limit %v, %+v", b.Limit, b.Adjust)
	}
	r.Past[3].Amount = decimal.Int(900)
	w.Assess(account, r, now.Add(time.Hour))
	if b = w.budget(); b.Limit.Amount.Cmp(decimal.Int(150)) != 0 {
		t.Errorf("adjusted twice in a period: %v", b.Limit)
	}
	if got := b.History[len(b.History)-1].Actual; got.Cmp(decimal.Int(900)) != 0 {
		t.Errorf("late usage of October does not count: %v", got)
	}
}

func scp(automatic bool) cost.Action {
	return cost.Action{
		ID: "a", Budget: "all", Kind: cost.ApplySCP, Type: cost.Actual, Threshold: cost.Threshold{Value: decimal.Int(100), Kind: cost.Percentage},
		Policy: "p-12345678", Targets: []string{"ou-1"}, Automatic: automatic, Subscribers: anna(),
	}
}

// end ends the step that is under way.
func (w world) end(v cost.Step, applied []string, failure string) *cost.Action {
	w.t.Helper()
	a, ok := w.Begun(v)
	if !ok {
		w.t.Fatalf("step %+v has not begun", v)
	}
	return w.End(a, applied, failure, now)
}

// TestActionLife leads an action through its states: executed once, reset by a new period, approved, failed, tried again, reversed.
func TestActionLife(t *testing.T) {
	w := newWorld(t, &cost.Budget{})
	if err := w.CreateAction(scp(true), now); err != nil {
		t.Fatal(err)
	}
	status := func(want cost.ActionStatus) {
		t.Helper()
		if a, err := w.ExistingAction("all", "a"); err != nil || a.Status != want {
			t.Fatalf("the action is %v, %v; want %s", a, err, want)
		}
	}
	if v := w.spend(now, 100, 0); len(v.Steps) != 0 {
		t.Fatal("100 of 100 is not over")
	}
	v := w.spend(now, 101, 0)
	if len(v.Steps) != 1 {
		t.Fatalf("%+v", v)
	}
	status(cost.Executing)
	if again := w.spend(now, 102, 0); len(again.Steps) != 0 {
		t.Error("executed twice")
	}
	w.end(v.Steps[0], []string{"ou-1"}, "")
	status(cost.Executed)
	if _, ok := w.Begun(v.Steps[0]); ok {
		t.Error("a step that is done is to be done again")
	}
	if again := w.spend(now, 200, 0); len(again.Steps) != 0 {
		t.Error("executed twice in a period")
	}
	december := now.AddDate(0, 0, 5)
	v = w.spend(december, 1, 0)
	status(cost.Resetting)
	w.end(v.Steps[0], nil, "")
	status(cost.Standby)
	if _, _, err := w.UpdateAction("all", "a", now, func(a *cost.Action) error { a.Automatic = false; return nil }); err != nil {
		t.Fatal(err)
	}
	if v = w.spend(december, 300, 0); len(v.Steps) != 0 || len(v.Alerts) != 1 {
		t.Fatalf("approval is to be asked for: %+v", v)
	}
	status(cost.ActionPending)
	if _, err := w.Execute("all", "a", "REVERSE_BUDGET_ACTION", now); !fault.Is(err, fault.ResourceLocked) {
		t.Errorf("reversed before it was executed: %v", err)
	}
	step, err := w.Execute("all", "a", "APPROVE_BUDGET_ACTION", now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.DeleteAction("all", "a"); !fault.Is(err, fault.ResourceLocked) {
		t.Errorf("deleted while it is executed: %v", err)
	}
	w.end(step, nil, "no permission")
	status(cost.ExecutionFailed)
	step, err = w.Execute("all", "a", "RETRY_BUDGET_ACTION", now)
	if err != nil {
		t.Fatal(err)
	}
	w.end(step, []string{"ou-1"}, "")
	if _, _, err := w.UpdateAction("all", "a", now, func(a *cost.Action) error { a.Policy = "p-87654321"; return nil }); !fault.Is(err, fault.ResourceLocked) {
		t.Errorf("another policy while this one is attached: %v", err)
	}
	if step, err = w.Execute("all", "a", "REVERSE_BUDGET_ACTION", now); err != nil {
		t.Fatal(err)
	}
	w.end(step, nil, "")
	status(cost.Reversed)
	if v = w.spend(december, 400, 0); len(v.Steps)+len(v.Alerts) != 0 {
		t.Errorf("what was reversed stays so for the period: %+v", v)
	}
	if step, err = w.Execute("all", "a", "RESET_BUDGET_ACTION", now); err != nil {
		t.Fatal(err)
	}
	w.end(step, nil, "")
	status(cost.Standby)
	checkActionHistory(t, w)
}

// checkActionHistory compares the history of the action that TestActionLife led through its states.
func checkActionHistory(t *testing.T, w world) {
	t.Helper()
	var words []string
	for _, e := range w.EventsOf("a") {
		words = append(words, string(e.Type)+" "+string(e.Status))
	}
	want := []string{
		"CREATE_ACTION STANDBY", "SYSTEM EXECUTION_IN_PROGRESS", "SYSTEM EXECUTION_SUCCESS", "SYSTEM RESET_IN_PROGRESS", "SYSTEM STANDBY",
		"UPDATE_ACTION STANDBY", "SYSTEM PENDING", "EXECUTE_ACTION EXECUTION_IN_PROGRESS", "SYSTEM EXECUTION_FAILURE",
		"EXECUTE_ACTION EXECUTION_IN_PROGRESS", "SYSTEM EXECUTION_SUCCESS", "EXECUTE_ACTION REVERSE_IN_PROGRESS", "SYSTEM REVERSE_SUCCESS",
		"EXECUTE_ACTION RESET_IN_PROGRESS", "SYSTEM STANDBY",
	}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Errorf("history: -want +got\n%s", diff)
	}
}

// TestNotificationQuotas holds the documented numbers.
func TestNotificationQuotas(t *testing.T) {
	w := newWorld(t, &cost.Budget{})
	for i := range int64(10) {
		if err := w.CreateNotification("all", over(i+1, cost.Actual)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.CreateNotification("all", over(11, cost.Actual)); !fault.Is(err, fault.CreationLimitExceeded) {
		t.Errorf("the eleventh notification: %v", err)
	}
	if err := w.CreateNotification("all", over(10, cost.Actual)); !fault.Is(err, fault.CreationLimitExceeded) && !fault.Is(err, fault.DuplicateRecord) {
		t.Errorf("the same notification: %v", err)
	}
	n := over(1, cost.Actual)
	for i := range 9 {
		if err := w.CreateSubscriber("all", n, cost.Recipient{Channel: cost.Email, Address: string(rune('a'+i)) + "@example.com"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.CreateSubscriber("all", n, cost.Recipient{Channel: cost.Email, Address: "z@example.com"}); !fault.Is(err, fault.CreationLimitExceeded) {
		t.Errorf("the eleventh address: %v", err)
	}
	topic := cost.Recipient{Channel: cost.SNS, Address: "arn:aws:sns:us-east-1:111122223333:alerts"}
	if err := w.CreateSubscriber("all", n, topic); err != nil {
		t.Error(err)
	}
	if err := w.CreateSubscriber("all", n, topic); !fault.Is(err, fault.DuplicateRecord) {
		t.Errorf("the same topic: %v", err)
	}
	if err := w.DeleteSubscriber("all", over(2, cost.Actual), anna()[0]); err != nil {
		t.Fatal(err)
	}
	if n := len(w.budget().Notifications); n != 9 {
		t.Errorf("a notification without subscribers is still there: %d", n)
	}
}

// TestTell wants one delivery for each cause and address, ever, and old records dropped.
func TestTell(t *testing.T) {
	s := cost.NewState()
	al := cost.Alert{Cause: "c", Subject: "s", Body: "b", To: anna()}
	first, err := s.Tell(account, al, now)
	if err != nil || len(first) != 2 {
		t.Fatalf("%v, %v", first, err)
	}
	if again, err := s.Tell(account, al, now.Add(time.Hour)); err != nil || len(again) != 0 {
		t.Errorf("told again: %v, %v", again, err)
	}
	al.Cause = "d"
	if _, err := s.Tell(account, al, now.AddDate(0, 13, 0)); err != nil || s.Deliveries.Len() != 4 {
		t.Errorf("%d records after 13 months, %v", s.Deliveries.Len(), err)
	}
	al.Cause = "e"
	if _, err := s.Tell(account, al, now.AddDate(0, 14, 3)); err != nil || s.Deliveries.Len() != 4 {
		t.Errorf("%d records after 14 months, %v", s.Deliveries.Len(), err)
	}
}
