package budgets

import (
	"iter"
	"strconv"

	"umbel/internal/domain/cost"
	model "umbel/internal/model/budgets"
	"umbel/internal/op"
)

func createNotification() *op.Operation {
	return declared[model.CreateNotificationInput, model.CreateNotificationOutput]{
		name: "CreateNotification", action: "ModifyBudget",
		account: func(in *model.CreateNotificationInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.CreateNotificationInput) []op.Target { return onBudget(c, in.BudgetName) },
		run: func(sc *scene, in *model.CreateNotificationInput) (*model.CreateNotificationOutput, error) {
			n, err := readNotification(in.Notification, in.Subscribers)
			if err != nil {
				return nil, err
			}
			if err := sc.s.CreateNotification(*in.BudgetName, n); err != nil {
				return nil, err
			}
			return done[model.CreateNotificationOutput](sc.look(*in.BudgetName))
		},
	}.writing()
}

func updateNotification() *op.Operation {
	return declared[model.UpdateNotificationInput, model.UpdateNotificationOutput]{
		name: "UpdateNotification", action: "ModifyBudget",
		account: func(in *model.UpdateNotificationInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.UpdateNotificationInput) []op.Target { return onBudget(c, in.BudgetName) },
		run: func(sc *scene, in *model.UpdateNotificationInput) (*model.UpdateNotificationOutput, error) {
			from, err := readNotification(in.OldNotification, nil)
			if err != nil {
				return nil, err
			}
			to, err := readNotification(in.NewNotification, nil)
			if err != nil {
				return nil, err
			}
			if err := sc.s.UpdateNotification(*in.BudgetName, from, to); err != nil {
				return nil, err
			}
			return done[model.UpdateNotificationOutput](sc.look(*in.BudgetName))
		},
	}.writing()
}

func deleteNotification() *op.Operation {
	return declared[model.DeleteNotificationInput, model.DeleteNotificationOutput]{
		name: "DeleteNotification", action: "ModifyBudget",
		account: func(in *model.DeleteNotificationInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DeleteNotificationInput) []op.Target { return onBudget(c, in.BudgetName) },
		run: func(sc *scene, in *model.DeleteNotificationInput) (*model.DeleteNotificationOutput, error) {
			n, err := readNotification(in.Notification, nil)
			if err != nil {
				return nil, err
			}
			return done[model.DeleteNotificationOutput](sc.s.DeleteNotification(*in.BudgetName, n))
		},
	}.writing()
}

func describeNotificationsForBudget() *op.Operation {
	return declared[model.DescribeNotificationsForBudgetInput, model.DescribeNotificationsForBudgetOutput]{
		name: "DescribeNotificationsForBudget", action: "ViewBudget",
		account: func(in *model.DescribeNotificationsForBudgetInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DescribeNotificationsForBudgetInput) []op.Target {
			return onBudget(c, in.BudgetName)
		},
		run: func(sc *scene, in *model.DescribeNotificationsForBudgetInput) (*model.DescribeNotificationsForBudgetOutput, error) {
			b, err := sc.s.Existing(*in.BudgetName)
			if err != nil {
				return nil, err
			}
			rows, next, err := page(sc, b.Name, in.NextToken, in.MaxResults, 100, few(b.Notifications, notificationID), showNotification)
			if err != nil {
				return nil, err
			}
			return &model.DescribeNotificationsForBudgetOutput{Notifications: rows, NextToken: next}, nil
		},
	}.reading()
}

func notificationID(n cost.Notification) string {
	return string(n.Type) + "/" + n.Operator + "/" + n.Threshold.Kind + "/" + n.Threshold.Value.String()
}

func describeBudgetNotificationsForAccount() *op.Operation {
	return declared[model.DescribeBudgetNotificationsForAccountInput, model.DescribeBudgetNotificationsForAccountOutput]{
		name: "DescribeBudgetNotificationsForAccount", action: "ViewBudget",
		account: func(in *model.DescribeBudgetNotificationsForAccountInput) *string { return in.AccountId },
		targets: func(c *op.Call, _ *model.DescribeBudgetNotificationsForAccountInput) []op.Target {
			return onAllBudgets(c)
		},
		run: func(sc *scene, in *model.DescribeBudgetNotificationsForAccountInput) (*model.DescribeBudgetNotificationsForAccountOutput, error) {
			rows, next, err := page(sc, "", in.NextToken, in.MaxResults, 50,
				func(after string) iter.Seq2[string, *cost.Budget] { return sc.s.Budgets.After(after) },
				func(b *cost.Budget) model.BudgetNotificationsForAccount {
					of := model.BudgetNotificationsForAccount{BudgetName: &b.Name, Notifications: []model.Notification{}}
					for _, n := range b.Notifications {
						of.Notifications = append(of.Notifications, showNotification(n))
					}
					return of
				})
			if err != nil {
				return nil, err
			}
			return &model.DescribeBudgetNotificationsForAccountOutput{BudgetNotificationsForAccount: rows, NextToken: next}, nil
		},
	}.reading()
}

func createSubscriber() *op.Operation {
	return declared[model.CreateSubscriberInput, model.CreateSubscriberOutput]{
		name: "CreateSubscriber", action: "ModifyBudget",
		account: func(in *model.CreateSubscriberInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.CreateSubscriberInput) []op.Target { return onBudget(c, in.BudgetName) },
		run: func(sc *scene, in *model.CreateSubscriberInput) (*model.CreateSubscriberOutput, error) {
			n, err := readNotification(in.Notification, nil)
			if err != nil {
				return nil, err
			}
			return done[model.CreateSubscriberOutput](sc.s.CreateSubscriber(*in.BudgetName, n, readSubscriber(in.Subscriber)))
		},
	}.writing()
}

func updateSubscriber() *op.Operation {
	return declared[model.UpdateSubscriberInput, model.UpdateSubscriberOutput]{
		name: "UpdateSubscriber", action: "ModifyBudget",
		account: func(in *model.UpdateSubscriberInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.UpdateSubscriberInput) []op.Target { return onBudget(c, in.BudgetName) },
		run: func(sc *scene, in *model.UpdateSubscriberInput) (*model.UpdateSubscriberOutput, error) {
			n, err := readNotification(in.Notification, nil)
			if err != nil {
				return nil, err
			}
			return done[model.UpdateSubscriberOutput](sc.s.UpdateSubscriber(*in.BudgetName, n, readSubscriber(in.OldSubscriber), readSubscriber(in.NewSubscriber)))
		},
	}.writing()
}

func deleteSubscriber() *op.Operation {
	return declared[model.DeleteSubscriberInput, model.DeleteSubscriberOutput]{
		name: "DeleteSubscriber", action: "ModifyBudget",
		account: func(in *model.DeleteSubscriberInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DeleteSubscriberInput) []op.Target { return onBudget(c, in.BudgetName) },
		run: func(sc *scene, in *model.DeleteSubscriberInput) (*model.DeleteSubscriberOutput, error) {
			n, err := readNotification(in.Notification, nil)
			if err != nil {
				return nil, err
			}
			return done[model.DeleteSubscriberOutput](sc.s.DeleteSubscriber(*in.BudgetName, n, readSubscriber(in.Subscriber)))
		},
	}.writing()
}

func describeSubscribersForNotification() *op.Operation {
	return declared[model.DescribeSubscribersForNotificationInput, model.DescribeSubscribersForNotificationOutput]{
		name: "DescribeSubscribersForNotification", action: "ViewBudget",
		account: func(in *model.DescribeSubscribersForNotificationInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DescribeSubscribersForNotificationInput) []op.Target {
			return onBudget(c, in.BudgetName)
		},
		run: func(sc *scene, in *model.DescribeSubscribersForNotificationInput) (*model.DescribeSubscribersForNotificationOutput, error) {
			b, err := sc.s.Existing(*in.BudgetName)
			if err != nil {
				return nil, err
			}
			n, err := readNotification(in.Notification, nil)
			if err != nil {
				return nil, err
			}
			at, err := b.Find(n)
			if err != nil {
				return nil, err
			}
			rows, next, err := page(sc, b.Name+"/"+strconv.Itoa(at), in.NextToken, in.MaxResults, 100,
				few(b.Notifications[at].Subscribers, func(r cost.Recipient) string { return string(r.Channel) + r.Address }), showSubscriber)
			if err != nil {
				return nil, err
			}
			return &model.DescribeSubscribersForNotificationOutput{Subscribers: rows, NextToken: next}, nil
		},
	}.reading()
}
