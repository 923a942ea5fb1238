// Package freetier owns the operations of AWS Free Tier that Umbel serves: what of the free tier a month used.
package freetier

import "umbel/internal/op"

// Service declares AWS Free Tier.
func Service() op.Service {
	return op.Service{
		ID: "freetier",
		NotOffered: []string{
			"GetAccountActivity", "GetAccountPlanState", "GetFreeTierUsage", "ListAccountActivities", "UpgradeAccountPlan",
		},
	}
}
