// Package billing owns the operations of AWS Billing that Umbel serves: billing views. What a view sees, Cost Explorer and Budgets ask
// package bills.
package billing

import (
	"umbel/internal/bills"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/billing"
	"umbel/internal/op"
)

// Service declares AWS Billing.
func Service() op.Service {
	return op.Service{
		ID: "billing",
		Operations: []*op.Operation{
			createBillingView(), updateBillingView(), deleteBillingView(), getBillingView(), listBillingViews(),
			associateSourceViews(), disassociateSourceViews(), listSourceViewsForBillingView(), tagResource(), untagResource(), listTagsForResource(),
		},
		NotOffered: []string{"GetResourcePolicy"},
	}
}

// targets gives what a call is authorized on.
type targets[In any] func(*op.Call, *In) []op.Target

func (t targets[In]) all(c *op.Call, in *In) ([]op.Target, error) { return t(c, in), nil }

func reading[In, Out any](name string, on targets[In], run func(*op.Call, *In) (*Out, error)) *op.Operation {
	return op.Define(op.Decl[In, Out]{Service: "billing", Name: name, Access: op.Read, Scope: bills.Reading[In], Targets: on.all, Run: run})
}

func writing[In, Out any](name string, on targets[In], run func(*op.Call, *In) (*Out, error)) *op.Operation {
	return op.Define(op.Decl[In, Out]{Service: "billing", Name: name, Access: op.Write, Scope: bills.Writing[In], Targets: on.all, Run: run})
}

// on is the target of operations on a view, whether it exists or not. One of another account is refused there, as nothing is shared.
func on(c *op.Call, arn string, keys ...op.Key) op.Target {
	t := op.Target{Resource: arn, Keys: keys}
	if a, err := ident.ParseARN(arn); err == nil && a.Account != string(c.Caller.Account) {
		t.Account = ident.AccountID(a.Account)
		return t
	}
	if v, ok := c.Cost().Views.Get(cost.ViewID(c.Caller.Account, arn)); ok {
		t.Tags = v.Tags
	}
	return t
}

// using adds the sources that a view is to have (Service Authorization Reference, "AWS Billing": billing:UseSourceView).
func using(c *op.Call, list []op.Target, sources []string) []op.Target {
	for _, arn := range sources {
		t := on(c, arn)
		t.Action = "billing:UseSourceView"
		list = append(list, t)
	}
	return list
}

// managing gives the state of an account that may have billing views of its own (Cost Management User Guide, "Getting started with
// custom billing views": those that pay for themselves).
func managing(c *op.Call) (*cost.State, error) {
	payer, err := bills.Payer(c)
	if err != nil {
		return nil, err
	}
	if payer != c.Caller.Account {
		return nil, fault.New(fault.AccessDenied, "Only the management account of an organization can have custom billing views.")
	}
	return c.Cost(), nil
}

func requestTags(tags []model.ResourceTag) []op.Key {
	return op.RequestTags(tags, func(t *model.ResourceTag) (key, value string) { return *t.Key, op.Value(t.Value) })
}

func tagMap(tags []model.ResourceTag) map[string]string {
	out := make(map[string]string, len(tags))
	for _, t := range tags {
		out[*t.Key] = op.Value(t.Value)
	}
	return out
}
