// Package pricing owns the operations of AWS Price List that Umbel serves: questions to the price book.
package pricing

import (
	"umbel/internal/bills"
	"umbel/internal/domain/billing"
	"umbel/internal/op"
)

// Service declares AWS Price List. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID:         "pricing",
		Operations: []*op.Operation{describeServices(desk), getAttributeValues(desk), getProducts(desk)},
		NotOffered: []string{"GetPriceListFileUrl", "ListPriceLists"},
	}
}

// reading declares an operation, all of which are questions about no resource in particular (Service Authorization Reference, AWS
// Price List). answer gets the prices of the book.
func reading[In, Out any](name string, desk *bills.Desk, answer func(*op.Call, *In, *billing.Book) (*Out, error)) *op.Operation {
	return op.Define(op.Decl[In, Out]{
		Service: "pricing", Name: name, Access: op.Read,
		Targets: func(*op.Call, *In) ([]op.Target, error) { return []op.Target{{Resource: "*"}}, nil },
		Run:     func(c *op.Call, in *In) (*Out, error) { return answer(c, in, desk.Book()) },
	})
}
