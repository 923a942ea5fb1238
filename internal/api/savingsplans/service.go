// Package savingsplans owns the operations of AWS Savings Plans that Umbel serves: savings plans, their offerings and their rates.
package savingsplans

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Savings Plans. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "savingsplans",
		NotOffered: []string{
			"CreateSavingsPlan", "DeleteQueuedSavingsPlan", "DescribeSavingsPlanRates", "DescribeSavingsPlans", "DescribeSavingsPlansOfferingRates",
			"DescribeSavingsPlansOfferings", "ListTagsForResource", "ReturnSavingsPlan", "TagResource", "UntagResource",
		},
	}
}
