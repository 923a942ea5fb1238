// Package bcmdataexports owns the operations of AWS Data Exports that Umbel serves: exports of cost data on a schedule, and their runs.
package bcmdataexports

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Data Exports. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "bcm-data-exports",
		NotOffered: []string{
			"CreateExport", "DeleteExport", "GetExecution", "GetExport", "GetTable", "ListExecutions", "ListExports", "ListTables",
			"ListTagsForResource", "TagResource", "UntagResource", "UpdateExport",
		},
	}
}
