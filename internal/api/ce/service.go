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
		NotOffered: []string{
			"CreateAnomalyMonitor", "CreateAnomalySubscription", "CreateCostCategoryDefinition", "DeleteAnomalyMonitor", "DeleteAnomalySubscription",
			"DeleteCostCategoryDefinition", "DescribeCostCategoryDefinition", "GetAnomalies", "GetAnomalyMonitors", "GetAnomalySubscriptions",
			"GetApproximateUsageRecords", "GetCommitmentPurchaseAnalysis", "GetCostAndUsage", "GetCostAndUsageComparisons",
			"GetCostAndUsageWithResources", "GetCostCategories", "GetCostComparisonDrivers", "GetCostForecast", "GetDimensionValues",
			"GetReservationCoverage", "GetReservationPurchaseRecommendation", "GetReservationUtilization", "GetRightsizingRecommendation",
			"GetSavingsPlanPurchaseRecommendationDetails", "GetSavingsPlansCoverage", "GetSavingsPlansPurchaseRecommendation",
			"GetSavingsPlansUtilization", "GetSavingsPlansUtilizationDetails", "GetTags", "GetUsageForecast", "ListCommitmentPurchaseAnalyses",
			"ListCostAllocationTagBackfillHistory", "ListCostAllocationTags", "ListCostCategoryDefinitions", "ListCostCategoryResourceAssociations",
			"ListSavingsPlansPurchaseRecommendationGeneration", "ListTagsForResource", "ProvideAnomalyFeedback", "StartCommitmentPurchaseAnalysis",
			"StartCostAllocationTagBackfill", "StartSavingsPlansPurchaseRecommendationGeneration", "TagResource", "UntagResource",
			"UpdateAnomalyMonitor", "UpdateAnomalySubscription", "UpdateCostAllocationTagsStatus", "UpdateCostCategoryDefinition",
		},
	}
}
