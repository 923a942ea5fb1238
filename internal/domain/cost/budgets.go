package cost

import (
	"slices"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/fault"
	"umbel/internal/table"
)

// Budgeting is an account's budgets, with their notifications and actions.
type Budgeting struct {
	Budgets        *table.Table[Budget]      // by name
	Actions        *table.Table[Action]      // by ID
	Events         *table.Table[ActionEvent] // by action and number
	actionsOf      *table.Index[Action]      // by budget
	eventsOfAction *table.Index[ActionEvent] // by action
}

func newBudgeting() Budgeting {
	b := Budgeting{
		Budgets: table.New("budget", func(b *Budget) string { return b.Name }),
		Actions: table.New("budgetaction", func(a *Action) string { return a.ID }),
		Events:  table.New("budgetevent", (*ActionEvent).id),
	}
	b.actionsOf = b.Actions.Index(func(a *Action) []string { return []string{a.Budget} })
	b.eventsOfAction = b.Events.Index(func(e *ActionEvent) []string { return []string{e.Action.ID} })
	return b
}

func (b *Budgeting) tables() []table.Any { return []table.Any{b.Budgets, b.Actions, b.Events} }

// BudgetType is what a budget watches (AWS Budgets API Reference, Budget: BudgetType).
type BudgetType string

// The types of budgets.
const (
	CostBudget      BudgetType = "COST"
	UsageBudget     BudgetType = "USAGE"
	RIUtilization   BudgetType = "RI_UTILIZATION"
	RICoverage      BudgetType = "RI_COVERAGE"
	PlanUtilization BudgetType = "SAVINGS_PLANS_UTILIZATION"
	PlanCoverage    BudgetType = "SAVINGS_PLANS_COVERAGE"
)

// percent tells that what is watched is a share of 100.
func (t BudgetType) percent() bool { return t != CostBudget && t != UsageBudget }

// Spend is an amount of money or usage.
type Spend struct {
	Amount decimal.D
	Unit   string
}

// Budget is one budget of an account.
type Budget struct {
	Name       string
	Type       BudgetType
	Unit       TimeUnit
	Limit      *Spend              // nil where Planned gives limits
	Planned    []PlannedLimit      `json:",omitempty"` // by start
	Filters    map[string][]string `json:",omitempty"` // CostFilters: "Service", "LinkedAccount", "TagKeyValue", …
	Types      *CostTypes          `json:",omitempty"` // of a cost budget without Metrics
	Expression *Expression         `json:",omitempty"` // FilterExpression, beside Metrics
	Metrics    []string            `json:",omitempty"` // at most one
	Start, End time.Time
	Adjust     *AutoAdjust       `json:",omitempty"`
	View       string            `json:",omitempty"` // BillingViewArn
	Tags       map[string]string `json:",omitempty"`
	Made       time.Time         // tells a budget from an earlier one of the same name
	Updated    time.Time
	// Revision grows when what is measured, or against what, changes: a measurement is of one revision.
	Revision      int64
	Notifications []Notification `json:",omitempty"`
	Measured      *Measurement   `json:",omitempty"` // nil until there is one of this revision
	History       []Comparison   `json:",omitempty"` // of ended periods, oldest first
}

// CostTypes says which charges a cost budget counts, and at which cost (AWS Budgets API Reference, CostTypes).
type CostTypes struct {
	Tax, Subscription, Refund, Credit, Upfront, Recurring, OtherSubscription, Support, Discount bool
	Blended, Amortized                                                                          bool
}

// AllCosts are the cost types of a budget that says nothing of them: everything, unblended.
func AllCosts() CostTypes {
	return CostTypes{Tax: true, Subscription: true, Refund: true, Credit: true, Upfront: true, Recurring: true, OtherSubscription: true, Support: true, Discount: true}
}

// PlannedLimit is the limit from a period on.
type PlannedLimit struct {
	Start time.Time
	Spend Spend
}

// AutoAdjust says that the limit follows the past, or the forecast.
type AutoAdjust struct {
	Historical bool // else by forecast
	Periods    int  // of the past to average
	Available  int  // how many of them had data when the limit was last adjusted
	At         time.Time
}

// Measurement is what a budget has measured of a period.
type Measurement struct {
	Period   Period
	Actual   decimal.D
	Forecast *decimal.D `json:",omitempty"` // of the whole period; nil where nothing can be said
	At       time.Time
}

// Comparison is an ended period.
type Comparison struct {
	Period           Period
	Budgeted, Actual decimal.D
}

// Quotas of AWS Budgets (Cost Management User Guide, "Quotas and restrictions"; API Reference, Notification). How many actions a
// budget may have is not documented.
const (
	budgetsMost       = 20_000
	notificationsMost = 10
	emailsMost        = 10
	topicsMost        = 1
	actionsMost       = 10
	tagsMost          = 50
)

// Existing gives a budget.
func (s *Budgeting) Existing(name string) (*Budget, error) {
	b, ok := s.Budgets.Get(name)
	if !ok {
		return nil, fault.New(fault.NotFound, "Unable to get budget: %s - the budget doesn't exist.", name)
	}
	return b, nil
}

// CreateBudget adds a budget with its notifications. Errors: fault.DuplicateRecord, fault.CreationLimitExceeded, fault.InvalidInput.
func (s *Budgeting) CreateBudget(b *Budget, now time.Time) error {
	if _, ok := s.Budgets.Get(b.Name); ok {
		return fault.New(fault.DuplicateRecord, "Error creating budget: %s - the budget already exists.", b.Name)
	}
	if s.Budgets.Len() >= budgetsMost {
		return fault.New(fault.CreationLimitExceeded, "Error creating budget: %s - the account has %d budgets, and may have no more.", b.Name, budgetsMost)
	}
	if err := b.complete(now); err != nil {
		return err
	}
	if len(b.Tags) > tagsMost {
		return tooManyTags()
	}
	b.Made, b.Updated, b.Revision = now, now, 1
	notifications := b.Notifications
	b.Notifications = nil
	for _, n := range notifications {
		if err := b.addNotification(n); err != nil {
			return err
		}
	}
	s.Budgets.Put(b)
	return nil
}

// UpdateBudget replaces everything of a budget but its name, notifications, tags and history. What it measured is forgotten.
func (s *Budgeting) UpdateBudget(b *Budget, now time.Time) error {
	old, err := s.Existing(b.Name)
	if err != nil {
		return err
	}
	if b.Start.IsZero() && b.Unit == old.Unit {
		b.Start = old.Start
	}
	if err := b.complete(now); err != nil {
		return err
	}
	for _, a := range s.ActionsOf(b.Name) {
		if b.Type.percent() {
			return fault.New(fault.InvalidInput, "The budget has the action %s, and budgets of type %s cannot have actions.", a.ID, b.Type)
		}
	}
	b.Made, b.Updated, b.Revision, b.Tags, b.History = old.Made, now, old.Revision+1, old.Tags, old.History
	for _, n := range old.Notifications {
		if err := b.allows(&n); err != nil {
			return err
		}
		n.State, n.Told = StateOK, time.Time{}
		b.Notifications = append(b.Notifications, n)
	}
	s.Budgets.Put(b)
	return nil
}

// DeleteBudget removes a budget with its notifications and actions. What actions have attached stays attached.
func (s *Budgeting) DeleteBudget(name string) error {
	if _, err := s.Existing(name); err != nil {
		return err
	}
	for _, a := range s.ActionsOf(name) {
		s.removeAction(a)
	}
	s.Budgets.Delete(name)
	return nil
}

// change replaces a budget by what fn makes of its copy.
func (s *Budgeting) change(name string, fn func(*Budget) error) error {
	b, err := s.Existing(name)
	if err != nil {
		return err
	}
	next := *b
	if err := fn(&next); err != nil {
		return err
	}
	s.Budgets.Put(&next)
	return nil
}

func tooManyTags() error {
	return fault.New(fault.QuotaExceeded, "A resource can have at most %d tags.", tagsMost)
}

// CheckTags holds how many tags a budget or an action can have.
func CheckTags(tags map[string]string) error {
	if len(tags) > tagsMost {
		return tooManyTags()
	}
	return nil
}

// BadTag tells what is wrong with a tag.
func BadTag(format string, args ...any) error { return badBudget(format, args...) }

// Performance gives the periods of a budget that lie within a time, the current one included, the latest first.
func (b *Budget) Performance(within Period) []Comparison {
	var out []Comparison
	if m := b.Measured; m != nil {
		limit, _ := b.LimitAt(m.Period.Start)
		out = append(out, Comparison{Period: m.Period, Budgeted: limit.Amount, Actual: m.Actual})
	}
	for i := len(b.History) - 1; i >= 0; i-- {
		out = append(out, b.History[i])
	}
	return slices.DeleteFunc(out, func(c Comparison) bool {
		return c.Period.Start.Before(within.Start) || !c.Period.Start.Before(within.End)
	})
}
