// Package billing owns the operations of AWS Billing that Umbel serves: billing views and billing preferences.
package billing

import "umbel/internal/op"

// Service declares AWS Billing.
func Service() op.Service {
	return op.Service{
		ID: "billing",
		NotOffered: []string{
			"AssociateSourceViews", "CreateBillingView", "DeleteBillingView", "DisassociateSourceViews", "GetBillingView", "GetResourcePolicy",
			"ListBillingViews", "ListSourceViewsForBillingView", "ListTagsForResource", "TagResource", "UntagResource", "UpdateBillingView",
		},
	}
}
