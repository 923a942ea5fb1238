// Package invoicing owns the operations of AWS Invoicing that Umbel serves: invoice units and invoice summaries.
package invoicing

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Invoicing. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "invoicing",
		NotOffered: []string{
			"BatchGetInvoiceProfile", "CreateInvoiceUnit", "CreateProcurementPortalPreference", "DeleteInvoiceUnit",
			"DeleteProcurementPortalPreference", "GetInvoicePDF", "GetInvoiceUnit", "GetProcurementPortalPreference", "ListInvoiceSummaries",
			"ListInvoiceUnits", "ListProcurementPortalPreferences", "ListTagsForResource", "PutProcurementPortalPreference", "TagResource",
			"UntagResource", "UpdateInvoiceUnit", "UpdateProcurementPortalPreferenceStatus",
		},
	}
}
