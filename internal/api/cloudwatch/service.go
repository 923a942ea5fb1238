// Package cloudwatch owns the operations of Amazon CloudWatch that Umbel serves: the metric AWS/Billing EstimatedCharges.
package cloudwatch

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares Amazon CloudWatch. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID:         "cloudwatch",
		Operations: []*op.Operation{getMetricData(desk), getMetricStatistics(desk), listMetrics(desk)},
		NotOffered: []string{
			"DeleteAlarmMuteRule", "DeleteAlarms", "DeleteAnomalyDetector", "DeleteDashboards", "DeleteInsightRules", "DeleteMetricStream",
			"DescribeAlarmContributors", "DescribeAlarmHistory", "DescribeAlarms", "DescribeAlarmsForMetric", "DescribeAnomalyDetectors",
			"DescribeInsightRules", "DisableAlarmActions", "DisableInsightRules", "EnableAlarmActions", "EnableInsightRules", "GetAlarmMuteRule",
			"GetDashboard", "GetInsightRuleReport", "GetMetricStream", "GetMetricWidgetImage",
			"GetOTelEnrichment", "ListAlarmMuteRules", "ListDashboards", "ListManagedInsightRules", "ListMetricStreams",
			"ListTagsForResource", "PutAlarmMuteRule", "PutAnomalyDetector", "PutCompositeAlarm", "PutDashboard", "PutInsightRule",
			"PutManagedInsightRules", "PutMetricAlarm", "PutMetricData", "PutMetricStream", "SetAlarmState", "StartMetricStreams",
			"StartOTelEnrichment", "StopMetricStreams", "StopOTelEnrichment", "TagResource", "UntagResource",
		},
	}
}
