// Package savingsplans owns the operations of AWS Savings Plans that Umbel serves: savings plans, their offerings and their rates.
// What can be bought follows from the price book, and what was bought counts on bills.
package savingsplans

import (
	"strings"

	"umbel/internal/bills"
	"umbel/internal/domain/billing"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// Service declares AWS Savings Plans. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "savingsplans",
		Operations: []*op.Operation{
			createSavingsPlan(desk), deleteQueuedSavingsPlan(), describeSavingsPlanRates(desk), describeSavingsPlans(), describeSavingsPlansOfferingRates(desk),
			describeSavingsPlansOfferings(desk), listTagsForResource(), returnSavingsPlan(), tagResource(), untagResource(),
		},
	}
}

// reading declares an operation that reads the caller's plans; resource is what it is authorized on.
func reading[In, Out any](name string, resource func(*op.Call, *In) string, run func(*op.Call, *In) (*Out, error)) *op.Operation {
	return op.Define(op.Decl[In, Out]{
		Service: "savingsplans", Name: name, Access: op.Read, Scope: bills.Reading[In], Run: run,
		Targets: func(c *op.Call, in *In) ([]op.Target, error) { return []op.Target{target(c, resource(c, in))}, nil },
	})
}

// writing declares an operation that changes the caller's plans, and what its payer's bills are made of.
func writing[In, Out any](name string, targets func(*op.Call, *In) op.Target, run func(*op.Call, *In) (*Out, error)) *op.Operation {
	return op.Define(op.Decl[In, Out]{
		Service: "savingsplans", Name: name, Access: op.Write, Run: run,
		Scope: func(c *op.Call, _ *In) (store.Scope, error) {
			payer, err := bills.Payer(c)
			s := store.Scope{Write: []store.Partition{op.CostPartition(c.Caller.Account)}}
			if payer != c.Caller.Account {
				s.Write = append(s.Write, op.CostPartition(payer))
			}
			return s, err
		},
		Targets: func(c *op.Call, in *In) ([]op.Target, error) { return []op.Target{targets(c, in)}, nil },
	})
}

// planARN gives the ARN of one of the caller's plans. Plans are of no Region.
func planARN(c *op.Call, id string) string {
	return ident.ARN{Partition: ident.Partition, Service: "savingsplans", Account: string(c.Caller.Account), Resource: "savingsplan/" + id}.String()
}

// planID gives the ID in a plan's ARN.
func planID(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// target is a plan, with its tags if it is there.
func target(c *op.Call, resource string, keys ...op.Key) op.Target {
	t := op.Target{Resource: resource, Keys: keys}
	if p, ok := c.Cost().Plans.Get(planID(resource)); ok {
		t.Tags = p.Tags
	}
	return t
}

// recompute has the payer's bill of this month made again.
func recompute(c *op.Call) error {
	if err := c.Tx.Claim(op.CommitmentLocator(c.Caller.Account), op.CostPartition(c.Caller.Account)); err != nil {
		return err
	}
	payer, err := bills.Payer(c)
	if err != nil {
		return err
	}
	return bills.Want(c, payer, billing.MonthOf(c.Now).String())
}
