// Package pricing owns the operations of AWS Price List that Umbel serves: questions to the price book.
package pricing

import "umbel/internal/op"

// Service declares AWS Price List.
func Service() op.Service {
	return op.Service{
		ID: "pricing",
		NotOffered: []string{
			"DescribeServices", "GetAttributeValues", "GetPriceListFileUrl", "GetProducts", "ListPriceLists",
		},
	}
}
