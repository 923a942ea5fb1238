// Package billing owns the operations of AWS Billing that Umbel serves: billing views and billing preferences.
package billing

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Billing. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "billing",
		NotOffered: []string{
			"AssociateSourceViews", "CreateBillingView", "DeleteBillingView", "DisassociateSourceViews", "GetBillingView", "GetResourcePolicy",
			"ListBillingViews", "ListSourceViewsForBillingView", "ListTagsForResource", "TagResource", "UntagResource", "UpdateBillingView",
		},
	}
}
