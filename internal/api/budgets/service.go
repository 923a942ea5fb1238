// Package budgets owns the operations of AWS Budgets that Umbel serves: budgets, their notifications and their actions.
package budgets

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Budgets. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "budgets",
		NotOffered: []string{
			"CreateBudget", "CreateBudgetAction", "CreateNotification", "CreateSubscriber", "DeleteBudget", "DeleteBudgetAction", "DeleteNotification",
			"DeleteSubscriber", "DescribeBudget", "DescribeBudgetAction", "DescribeBudgetActionHistories", "DescribeBudgetActionsForAccount",
			"DescribeBudgetActionsForBudget", "DescribeBudgetNotificationsForAccount", "DescribeBudgetPerformanceHistory", "DescribeBudgets",
			"DescribeNotificationsForBudget", "DescribeSubscribersForNotification", "ExecuteBudgetAction", "ListTagsForResource", "TagResource",
			"UntagResource", "UpdateBudget", "UpdateBudgetAction", "UpdateNotification", "UpdateSubscriber",
		},
	}
}
