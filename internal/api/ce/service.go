// Package ce owns the operations of AWS Cost Explorer that Umbel serves: questions about cost and usage, cost categories, cost allocation tags and cost anomalies.
package ce

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Cost Explorer. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID:   "ce",
		Jobs: []*op.Job{desk.Job()},
		Operations: []*op.Operation{
			getCostAndUsage(desk), getCostAndUsageWithResources(desk), getDimensionValues(desk), getTags(desk), getCostCategories(desk),
			getCostForecast(desk), getUsageForecast(desk), getReservationUtilization(desk), getReservationCoverage(desk),
			getSavingsPlansUtilization(desk), getSavingsPlansUtilizationDetails(desk), getSavingsPlansCoverage(desk),

			createCostCategoryDefinition(), updateCostCategoryDefinition(), describeCostCategoryDefinition(), deleteCostCategoryDefinition(),
			listCostCategoryDefinitions(),

			listCostAllocationTags(), updateCostAllocationTagsStatus(), startCostAllocationTagBackfill(), listCostAllocationTagBackfillHistory(),

			createAnomalyMonitor(), updateAnomalyMonitor(), deleteAnomalyMonitor(), getAnomalyMonitors(),
			createAnomalySubscription(), updateAnomalySubscription(), deleteAnomalySubscription(), getAnomalySubscriptions(),
			getAnomalies(), provideAnomalyFeedback(),

			tagResource(), untagResource(), listTagsForResource(),
		},
		NotOffered: []string{
			"GetApproximateUsageRecords", "GetCommitmentPurchaseAnalysis", "GetCostAndUsageComparisons", "GetCostComparisonDrivers",
			"GetReservationPurchaseRecommendation", "GetRightsizingRecommendation", "GetSavingsPlanPurchaseRecommendationDetails",
			"GetSavingsPlansPurchaseRecommendation", "ListCommitmentPurchaseAnalyses", "ListCostCategoryResourceAssociations",
			"ListSavingsPlansPurchaseRecommendationGeneration", "StartCommitmentPurchaseAnalysis", "StartSavingsPlansPurchaseRecommendationGeneration",
		},
	}
}
