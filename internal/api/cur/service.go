// Package cur owns the operations of AWS Cost and Usage Reports that Umbel serves: report definitions, which are exports of the legacy kind.
package cur

import "umbel/internal/op"

// Service declares AWS Cost and Usage Reports.
func Service() op.Service {
	return op.Service{
		ID: "cur",
		NotOffered: []string{
			"DeleteReportDefinition", "DescribeReportDefinitions", "ListTagsForResource", "ModifyReportDefinition", "PutReportDefinition",
			"TagResource", "UntagResource",
		},
	}
}
