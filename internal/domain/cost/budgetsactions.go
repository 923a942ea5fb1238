package cost

import (
	"fmt"
	"slices"
	"time"

	"umbel/internal/fault"
)

// ActionType is what an action does.
type ActionType string

// The types of actions. Systems Manager documents are not run here.
const (
	ApplySCP ActionType = "APPLY_SCP_POLICY"
	ApplyIAM ActionType = "APPLY_IAM_POLICY"
	RunSSM   ActionType = "RUN_SSM_DOCUMENTS"
)

// ActionStatus is where an action stands (API Reference, Action: Status).
type ActionStatus string

// The states of actions.
const (
	Standby         ActionStatus = "STANDBY"
	ActionPending   ActionStatus = "PENDING" // waits for approval
	Executing       ActionStatus = "EXECUTION_IN_PROGRESS"
	Executed        ActionStatus = "EXECUTION_SUCCESS"
	ExecutionFailed ActionStatus = "EXECUTION_FAILURE"
	Reversing       ActionStatus = "REVERSE_IN_PROGRESS"
	Reversed        ActionStatus = "REVERSE_SUCCESS"
	ReversalFailed  ActionStatus = "REVERSE_FAILURE"
	Resetting       ActionStatus = "RESET_IN_PROGRESS"
	ResetFailed     ActionStatus = "RESET_FAILURE"
)

// busy tells that a step is under way.
func (s ActionStatus) busy() bool { return s == Executing || s == Reversing || s == Resetting }

// ended gives the state in which a step ends.
func (s ActionStatus) ended(well bool) ActionStatus {
	switch {
	case s == Executing && well:
		return Executed
	case s == Executing:
		return ExecutionFailed
	case s == Reversing && well:
		return Reversed
	case s == Reversing:
		return ReversalFailed
	case well:
		return Standby
	}
	return ResetFailed
}

// Action is what a budget does when it passes a threshold.
type Action struct {
	ID          string // a UUID
	Budget      string
	Kind        ActionType
	Type        NotificationType
	Threshold   Threshold
	Policy      string   // the ID of an SCP, or the ARN of an IAM policy
	Targets     []string `json:",omitempty"` // of an SCP: accounts and OUs
	Users       []string `json:",omitempty"`
	Groups      []string `json:",omitempty"`
	Roles       []string `json:",omitempty"`
	Role        string   // ARN of the role that acts
	Automatic   bool     // else it waits for approval
	Status      ActionStatus
	Subscribers []Recipient
	Tags        map[string]string `json:",omitempty"`
	Made        time.Time
	// Applied is what the execution attached the policy to and was not taken back: not what had it before. "user/NAME", "group/NAME",
	// "role/NAME", or an SCP's target.
	Applied []string `json:",omitempty"`
	// Period is the start of the budget's period that the state is of.
	Period time.Time
	// Step grows with each step that begins: a job is of one step.
	Step   int64
	Events int // how many there are, and were
}

// EventType is who caused an event of an action.
type EventType string

// The types of events.
const (
	BySystem   EventType = "SYSTEM"
	ByCreate   EventType = "CREATE_ACTION"
	ByDelete   EventType = "DELETE_ACTION"
	ByUpdate   EventType = "UPDATE_ACTION"
	ByExecute  EventType = "EXECUTE_ACTION"
	eventsKept           = 1000 // of one action
)

// ActionEvent is something that happened to an action.
type ActionEvent struct {
	Number  int
	At      time.Time
	Type    EventType
	Status  ActionStatus // after it
	Message string
	Action  Action // as it was then
}

func (e *ActionEvent) id() string { return eventID(e.Action.ID, e.Number) }

func eventID(action string, number int) string { return fmt.Sprintf("%s/%010d", action, number) }

// ActionsOf gives a budget's actions by ID.
func (s *Budgeting) ActionsOf(budget string) []*Action {
	var out []*Action
	for _, a := range s.actionsOf.Find(budget) {
		out = append(out, a)
	}
	return out
}

// EventsOf gives an action's history, oldest first.
func (s *Budgeting) EventsOf(action string) []*ActionEvent {
	var out []*ActionEvent
	for _, e := range s.eventsOfAction.Find(action) {
		out = append(out, e)
	}
	return out
}

// ExistingAction gives an action of a budget.
func (s *Budgeting) ExistingAction(budget, id string) (*Action, error) {
	if _, err := s.Existing(budget); err != nil {
		return nil, err
	}
	a, ok := s.Actions.Get(id)
	if !ok || a.Budget != budget {
		return nil, fault.New(fault.NotFound, "Unable to get action: %s - the budget %s has no such action.", id, budget)
	}
	return a, nil
}

// put keeps an action after a change, and the event that tells of it.
func (s *Budgeting) put(a Action, by EventType, now time.Time, format string, args ...any) *Action {
	a.Events++
	s.Actions.Put(&a)
	s.Events.Put(&ActionEvent{Number: a.Events, At: now, Type: by, Status: a.Status, Message: fmt.Sprintf(format, args...), Action: a})
	if old := a.Events - eventsKept; old > 0 {
		s.Events.Delete(eventID(a.ID, old))
	}
	return &a
}

// checkAction holds what an action of a budget can be.
func (s *Budgeting) checkAction(b *Budget, a *Action) error {
	if b.Type.percent() {
		return badBudget("Actions are for budgets of type COST and USAGE, not %s.", b.Type)
	}
	if err := b.allows(&Notification{Type: a.Type, Operator: GreaterThan, Threshold: a.Threshold}); err != nil {
		return err
	}
	if a.Kind == ApplyIAM && len(a.Users)+len(a.Groups)+len(a.Roles) == 0 {
		return badBudget("An IAM action needs at least one user, group or role.")
	}
	return CheckRecipients(a.Subscribers)
}

// CreateAction adds an action to a budget.
func (s *Budgeting) CreateAction(a Action, now time.Time) error {
	b, err := s.Existing(a.Budget)
	if err != nil {
		return err
	}
	if err := s.checkAction(b, &a); err != nil {
		return err
	}
	others := s.ActionsOf(a.Budget)
	if len(others) >= actionsMost {
		return fault.New(fault.CreationLimitExceeded, "Error creating action: the budget %s has %d actions, and may have no more.", a.Budget, actionsMost)
	}
	for _, o := range others {
		if o.equal(&a) {
			return fault.New(fault.DuplicateRecord, "Error creating action: the budget %s has the same action already: %s.", a.Budget, o.ID)
		}
	}
	if len(a.Tags) > tagsMost {
		return tooManyTags()
	}
	a.Status, a.Made = Standby, now
	s.put(a, ByCreate, now, "The action was created.")
	return nil
}

// equal tells that two actions do the same when the same happens.
func (a *Action) equal(o *Action) bool {
	return a.Kind == o.Kind && a.Type == o.Type && a.Threshold.Kind == o.Threshold.Kind && a.Threshold.Value.Cmp(o.Threshold.Value) == 0 && a.Policy == o.Policy &&
		slices.Equal(a.Targets, o.Targets) && slices.Equal(a.Users, o.Users) && slices.Equal(a.Groups, o.Groups) && slices.Equal(a.Roles, o.Roles)
}

func locked(a *Action) error {
	return fault.New(fault.ResourceLocked, "The action %s is in status %s: try again when that has ended.", a.ID, a.Status)
}

// UpdateAction changes an action by fn. One that is under way is locked; of one whose policy is attached only subscribers and approval
// can change, for what it did has to be undone first.
func (s *Budgeting) UpdateAction(budget, id string, now time.Time, fn func(*Action) error) (old, updated *Action, err error) {
	old, err = s.ExistingAction(budget, id)
	if err != nil {
		return nil, nil, err
	}
	if old.Status.busy() {
		return nil, nil, locked(old)
	}
	next := *old
	if err := fn(&next); err != nil {
		return nil, nil, err
	}
	b, err := s.Existing(budget)
	if err != nil {
		return nil, nil, err
	}
	if err := s.checkAction(b, &next); err != nil {
		return nil, nil, err
	}
	if len(old.Applied) > 0 && !old.equal(&next) {
		return nil, nil, fault.New(fault.ResourceLocked, "The action %s is in status %s: reverse it before you change what it does.", old.ID, old.Status)
	}
	return old, s.put(next, ByUpdate, now, "The action was updated."), nil
}

// DeleteAction removes an action that is not under way. What it has attached stays attached.
func (s *Budgeting) DeleteAction(budget, id string) (*Action, error) {
	a, err := s.ExistingAction(budget, id)
	if err != nil {
		return nil, err
	}
	if a.Status.busy() {
		return nil, locked(a)
	}
	s.removeAction(a)
	return a, nil
}

func (s *Budgeting) removeAction(a *Action) {
	for _, e := range s.EventsOf(a.ID) {
		s.Events.Delete(e.id())
	}
	s.Actions.Delete(a.ID)
}

// executions gives the step that each kind of execution begins, and from which states it may (API Reference, ExecuteBudgetAction).
var executions = map[string]map[ActionStatus]ActionStatus{
	"APPROVE_BUDGET_ACTION": {ActionPending: Executing},
	"RETRY_BUDGET_ACTION":   {ExecutionFailed: Executing, ReversalFailed: Reversing, ResetFailed: Resetting},
	"REVERSE_BUDGET_ACTION": {Executed: Reversing, ReversalFailed: Reversing},
	"RESET_BUDGET_ACTION":   {Executed: Resetting, Reversed: Resetting, ExecutionFailed: Resetting, ReversalFailed: Resetting, ResetFailed: Resetting},
}

// Execute begins a step of an action as somebody asked for. The step given is to be done. Errors: fault.ResourceLocked.
func (s *Budgeting) Execute(budget, id, execution string, now time.Time) (Step, error) {
	a, err := s.ExistingAction(budget, id)
	if err != nil {
		return Step{}, err
	}
	to, ok := executions[execution][a.Status]
	if !ok {
		return Step{}, fault.New(fault.ResourceLocked, "%s is not possible while the action %s is in status %s.", execution, a.ID, a.Status)
	}
	return s.begin(*a, to, ByExecute, now, "%s was asked for.", execution), nil
}

// Step is a step of an action that has begun, and is to be done in the background.
type Step struct {
	Action string
	Number int64
}

func (s *Budgeting) begin(a Action, to ActionStatus, by EventType, now time.Time, format string, args ...any) Step {
	a.Status = to
	a.Step++
	s.put(a, by, now, format, args...)
	return Step{a.ID, a.Step}
}

// Begun gives the action of a step that is still to be done; ok is false if it is done, or nobody wants it any more.
func (s *Budgeting) Begun(step Step) (a *Action, ok bool) {
	a, ok = s.Actions.Get(step.Action)
	return a, ok && a.Step == step.Number && a.Status.busy()
}

// End notes how a step ended: failure is "" if it ended well, and applied is what has the policy now because of the action.
func (s *Budgeting) End(a *Action, applied []string, failure string, now time.Time) *Action {
	next := *a
	next.Status = a.Status.ended(failure == "")
	next.Applied = applied
	if failure != "" {
		return s.put(next, BySystem, now, "%s", failure)
	}
	return s.put(next, BySystem, now, "%s", map[ActionStatus]string{
		Executed: "The action was executed.", Reversed: "The action was reversed.", Standby: "The action was reset.",
	}[next.Status])
}
