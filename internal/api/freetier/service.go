// Package freetier owns the operations of AWS Free Tier that Umbel serves: what of the free tier a month used.
package freetier

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Free Tier. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID:         "freetier",
		Operations: []*op.Operation{getFreeTierUsage(desk)},
		NotOffered: []string{"GetAccountActivity", "GetAccountPlanState", "ListAccountActivities", "UpgradeAccountPlan"},
	}
}
