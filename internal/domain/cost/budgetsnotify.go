package cost

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/fault"
)

// NotificationType is what is compared with a threshold.
type NotificationType string

// The types of notifications.
const (
	Actual     NotificationType = "ACTUAL"
	Forecasted NotificationType = "FORECASTED"
)

// Comparison operators of notifications.
const (
	GreaterThan = "GREATER_THAN"
	LessThan    = "LESS_THAN"
	EqualTo     = "EQUAL_TO"
)

// Kinds of thresholds.
const (
	Percentage    = "PERCENTAGE" // of the limit
	AbsoluteValue = "ABSOLUTE_VALUE"
)

// States of notifications.
const (
	StateOK    = "OK"
	StateAlarm = "ALARM"
)

// Threshold is what a budget's amount is compared with.
type Threshold struct {
	Value decimal.D
	Kind  string // Percentage or AbsoluteValue
}

// Notification tells subscribers when a budget passes a threshold. Its first three members are its identity within the budget.
type Notification struct {
	Type        NotificationType
	Operator    string
	Threshold   Threshold
	State       string
	Told        time.Time // start of the period in which it last told anybody; zero if never
	Times       int       // how often it told anybody in that period
	Subscribers []Recipient
}

// same tells that two notifications of a budget are one.
func (n *Notification) same(o *Notification) bool {
	return n.Type == o.Type && n.Operator == o.Operator && n.Threshold.Kind == o.Threshold.Kind && n.Threshold.Value.Cmp(o.Threshold.Value) == 0
}

// Find gives where a notification is among the budget's.
func (b *Budget) Find(n Notification) (int, error) {
	at := slices.IndexFunc(b.Notifications, func(o Notification) bool { return n.same(&o) })
	if at < 0 {
		return 0, fault.New(fault.NotFound, "Unable to get notification: the budget %s has no such notification.", b.Name)
	}
	return at, nil
}

// allows checks that a budget can have a notification.
func (b *Budget) allows(n *Notification) error {
	if n.Type == Forecasted {
		// Cost Management User Guide, "Creating a budget": daily budgets and those of utilization and coverage have no forecast.
		if b.Unit == Daily || b.Type.percent() {
			return badBudget("A budget of type %s and time unit %s cannot have a FORECASTED notification.", b.Type, b.Unit)
		}
	}
	if n.Threshold.Value.Sign() < 0 || n.Threshold.Value.IsZero() && n.Operator != GreaterThan {
		return badBudget("The threshold of a notification must be greater than 0.")
	}
	return nil
}

func (b *Budget) addNotification(n Notification) error {
	if len(b.Notifications) >= notificationsMost {
		return fault.New(fault.CreationLimitExceeded, "Error creating notification: the budget %s has %d notifications, and may have no more.", b.Name, notificationsMost)
	}
	if _, err := b.Find(n); err == nil {
		return fault.New(fault.DuplicateRecord, "Error creating notification: the budget %s has the notification already.", b.Name)
	}
	if err := b.allows(&n); err != nil {
		return err
	}
	if err := CheckRecipients(n.Subscribers); err != nil {
		return err
	}
	n.State = StateOK
	b.Notifications = append(slices.Clone(b.Notifications), n)
	return nil
}

// CheckRecipients holds who can be told of a budget (API Reference, Notification): one SNS topic and ten e-mail addresses, each once,
// and at least one of them.
func CheckRecipients(to []Recipient) error {
	number := map[Channel]int{}
	for i, r := range to {
		number[r.Channel]++
		if slices.Contains(to[:i], r) {
			return fault.New(fault.DuplicateRecord, "The subscriber %s is named twice.", r.Address)
		}
		if err := checkRecipient(r); err != nil {
			return err
		}
	}
	switch {
	case len(to) == 0:
		return badBudget("A notification must have at least one subscriber.")
	case number[SNS] > topicsMost:
		return fault.New(fault.CreationLimitExceeded, "A notification can have %d SNS subscriber.", topicsMost)
	case number[Email] > emailsMost:
		return fault.New(fault.CreationLimitExceeded, "A notification can have %d EMAIL subscribers.", emailsMost)
	}
	return nil
}

func checkRecipient(r Recipient) error {
	switch r.Channel {
	case Email:
		if a, err := mail.ParseAddress(r.Address); err != nil || a.Address != r.Address || len(r.Address) > 50 {
			return badBudget("%q is not an e-mail address of at most 50 characters.", r.Address)
		}
	case SNS:
		if parts := strings.Split(r.Address, ":"); len(parts) != 6 || parts[0] != "arn" || parts[2] != "sns" || parts[5] == "" || strings.ContainsAny(r.Address, " \r\n") {
			return badBudget("%q is not the ARN of an SNS topic.", r.Address)
		}
	default:
		return badBudget("The subscription type %s is not known.", r.Channel)
	}
	return nil
}

// CreateNotification adds a notification to a budget.
func (s *Budgeting) CreateNotification(budget string, n Notification) error {
	return s.change(budget, func(b *Budget) error { return b.addNotification(n) })
}

// UpdateNotification replaces a notification by another one with the same subscribers.
func (s *Budgeting) UpdateNotification(budget string, from, to Notification) error {
	return s.changeNotification(budget, from, func(b *Budget, n *Notification) error {
		if _, err := b.Find(to); err == nil && !from.same(&to) {
			return fault.New(fault.DuplicateRecord, "Error updating notification: the budget %s has the new notification already.", budget)
		}
		if err := b.allows(&to); err != nil {
			return err
		}
		to.State, to.Subscribers = StateOK, n.Subscribers
		if from.same(&to) {
			to.State, to.Told, to.Times = n.State, n.Told, n.Times
		}
		*n = to
		return nil
	})
}

// DeleteNotification removes a notification with its subscribers.
func (s *Budgeting) DeleteNotification(budget string, n Notification) error {
	return s.change(budget, func(b *Budget) error {
		at, err := b.Find(n)
		if err != nil {
			return err
		}
		b.Notifications = slices.Delete(slices.Clone(b.Notifications), at, at+1)
		return nil
	})
}

// changeNotification replaces a notification of a budget by what fn makes of its copy.
func (s *Budgeting) changeNotification(budget string, n Notification, fn func(*Budget, *Notification) error) error {
	return s.change(budget, func(b *Budget) error {
		at, err := b.Find(n)
		if err != nil {
			return err
		}
		b.Notifications = slices.Clone(b.Notifications)
		return fn(b, &b.Notifications[at])
	})
}

// CreateSubscriber adds somebody to be told.
func (s *Budgeting) CreateSubscriber(budget string, n Notification, r Recipient) error {
	return s.changeNotification(budget, n, func(_ *Budget, n *Notification) error {
		n.Subscribers = append(slices.Clone(n.Subscribers), r)
		return CheckRecipients(n.Subscribers)
	})
}

// UpdateSubscriber replaces somebody who is told.
func (s *Budgeting) UpdateSubscriber(budget string, n Notification, from, to Recipient) error {
	return s.changeNotification(budget, n, func(_ *Budget, n *Notification) error {
		at, err := n.subscriber(from)
		if err != nil {
			return err
		}
		n.Subscribers = slices.Clone(n.Subscribers)
		n.Subscribers[at] = to
		return CheckRecipients(n.Subscribers)
	})
}

// DeleteSubscriber removes somebody; with the last subscriber goes the notification (API Reference, DeleteSubscriber).
func (s *Budgeting) DeleteSubscriber(budget string, n Notification, r Recipient) error {
	last := false
	err := s.changeNotification(budget, n, func(_ *Budget, n *Notification) error {
		at, err := n.subscriber(r)
		if err != nil {
			return err
		}
		n.Subscribers = slices.Delete(slices.Clone(n.Subscribers), at, at+1)
		last = len(n.Subscribers) == 0
		return nil
	})
	if err != nil || !last {
		return err
	}
	return s.DeleteNotification(budget, n)
}

func (n *Notification) subscriber(r Recipient) (int, error) {
	at := slices.Index(n.Subscribers, r)
	if at < 0 {
		return 0, fault.New(fault.NotFound, "Unable to get subscriber: the notification has no subscriber %s.", r.Address)
	}
	return at, nil
}
