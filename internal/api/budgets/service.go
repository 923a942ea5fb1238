// Package budgets owns the operations of AWS Budgets that Umbel serves: budgets, their notifications and their actions.
package budgets

import "umbel/internal/op"

// Service declares AWS Budgets.
func Service() op.Service {
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
