// Package budgets owns AWS Budgets as Umbel serves it: for every operation what it is authorized on, and the way from the API's input
// through package cost to the API's output; the questions to cost lines that tell what a budget has spent; and the doing of budget
// actions. What follows from an amount is package cost's to decide, how people are told package alert's.
package budgets

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// service is the ID of the service's model.
const service = "budgets"

// Service declares AWS Budgets. The desk is what knows bills; nil where the operations are only listed. Follower has the rest of the
// background work.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: service,
		Operations: []*op.Operation{
			createBudget(), updateBudget(), deleteBudget(), describeBudget(), describeBudgets(), describeBudgetPerformanceHistory(),

			createNotification(), updateNotification(), deleteNotification(), describeNotificationsForBudget(),
			describeBudgetNotificationsForAccount(), createSubscriber(), updateSubscriber(), deleteSubscriber(),
			describeSubscribersForNotification(),

			createBudgetAction(), updateBudgetAction(), deleteBudgetAction(), executeBudgetAction(), describeBudgetAction(),
			describeBudgetActionsForAccount(), describeBudgetActionsForBudget(), describeBudgetActionHistories(),

			tagResource(), untagResource(), listTagsForResource(),
		},
		Jobs: []*op.Job{actJob()},
	}
}
