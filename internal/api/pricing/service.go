// Package pricing owns the operations of AWS Price List that Umbel serves: questions to the price book.
package pricing

import (
	"umbel/internal/bills"
	"umbel/internal/op"
)

// Service declares AWS Price List. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "pricing",
		NotOffered: []string{
			"DescribeServices", "GetAttributeValues", "GetPriceListFileUrl", "GetProducts", "ListPriceLists",
		},
	}
}
