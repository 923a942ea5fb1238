// Package cur owns the operations of AWS Cost and Usage Reports that Umbel serves: report definitions, which are exports of the legacy kind.
package cur

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Cost and Usage Reports. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "cur",
		NotOffered: []string{
			"DeleteReportDefinition", "DescribeReportDefinitions", "ListTagsForResource", "ModifyReportDefinition", "PutReportDefinition",
			"TagResource", "UntagResource",
		},
	}
}
