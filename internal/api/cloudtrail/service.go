// Package cloudtrail owns the operations of AWS CloudTrail that Umbel serves: the event history of an account. It reads the
// audit ledger and never writes it; what a record looks like is package audit's.
package cloudtrail

import "umbel/internal/op"

// Service declares CloudTrail over the events of the ledger.
func Service(events Events) op.Service {
	return op.Service{
		ID:         "cloudtrail",
		Operations: []*op.Operation{lookupEvents(events)},
		NotOffered: []string{
			"AddTags", "CancelQuery", "CreateChannel", "CreateDashboard", "CreateEventDataStore", "CreateTrail", "DeleteChannel",
			"DeleteDashboard", "DeleteEventDataStore", "DeleteResourcePolicy", "DeleteTrail", "DeregisterOrganizationDelegatedAdmin",
			"DescribeQuery", "DescribeTrails", "DisableFederation", "EnableFederation", "GenerateQuery", "GetChannel", "GetDashboard",
			"GetEventConfiguration", "GetEventDataStore", "GetEventSelectors", "GetImport", "GetInsightSelectors", "GetQueryResults",
			"GetResourcePolicy", "GetTrail", "GetTrailStatus", "ListChannels", "ListDashboards", "ListEventDataStores",
			"ListImportFailures", "ListImports", "ListInsightsData", "ListInsightsMetricData", "ListPublicKeys", "ListQueries",
			"ListTags", "ListTrails", "PutEventConfiguration", "PutEventSelectors", "PutInsightSelectors", "PutResourcePolicy",
			"RegisterOrganizationDelegatedAdmin", "RemoveTags", "RestoreEventDataStore", "SearchSampleQueries", "StartDashboardRefresh",
			"StartEventDataStoreIngestion", "StartImport", "StartLogging", "StartQuery", "StopEventDataStoreIngestion", "StopImport",
			"StopLogging", "UpdateChannel", "UpdateDashboard", "UpdateEventDataStore", "UpdateTrail",
		},
	}
}
