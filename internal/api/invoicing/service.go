// Package invoicing owns the operations of AWS Invoicing that Umbel serves: invoice units, and what invoices there are.
package invoicing

import (
	"strings"

	"umbel/internal/bills"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// Service declares AWS Invoicing. The desk is what knows bills; nil where the operations are only listed.
func Service(desk *bills.Desk) op.Service {
	return op.Service{
		ID: "invoicing",
		Operations: []*op.Operation{
			createInvoiceUnit(), deleteInvoiceUnit(), getInvoiceUnit(), listInvoiceSummaries(desk), listInvoiceUnits(), listTagsForResource(), tagResource(), untagResource(), updateInvoiceUnit(),
		},
		NotOffered: []string{
			"BatchGetInvoiceProfile", "CreateProcurementPortalPreference", "DeleteProcurementPortalPreference", "GetInvoicePDF",
			"GetProcurementPortalPreference", "ListProcurementPortalPreferences", "PutProcurementPortalPreference",
			"UpdateProcurementPortalPreferenceStatus",
		},
	}
}

// targets gives what a call is authorized on: one invoice unit.
type targets[In any] func(*op.Call, *In) op.Target

func (t targets[In]) all(c *op.Call, in *In) ([]op.Target, error) { return []op.Target{t(c, in)}, nil }

func reading[In, Out any](name string, on targets[In], run func(*op.Call, *In) (*Out, error)) *op.Operation {
	return op.Define(op.Decl[In, Out]{Service: "invoicing", Name: name, Access: op.Read, Scope: bills.Reading[In], Targets: on.all, Run: guarded(run)})
}

func writing[In, Out any](name string, on targets[In], run func(*op.Call, *In) (*Out, error)) *op.Operation {
	return op.Define(op.Decl[In, Out]{Service: "invoicing", Name: name, Access: op.Write, Scope: bills.Writing[In], Targets: on.all, Run: guarded(run)})
}

// guarded lets only the account that pays configure invoices (Billing User Guide, "Invoice configuration": management accounts).
func guarded[In, Out any](run func(*op.Call, *In) (*Out, error)) func(*op.Call, *In) (*Out, error) {
	return func(c *op.Call, in *In) (*Out, error) {
		payer, err := bills.Payer(c)
		if err != nil {
			return nil, err
		}
		if payer != c.Caller.Account {
			return nil, fault.New(fault.AccessDenied, "Only the management account of an organization can configure invoices.")
		}
		return run(c, in)
	}
}

// arnOf gives the ARN of one of the caller's invoice units.
func arnOf(c *op.Call, id string) string {
	return ident.ARN{Partition: ident.Partition, Service: "invoicing", Account: string(c.Caller.Account), Resource: "invoice-unit/" + id}.String()
}

func idOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// target is an invoice unit, with its tags if it is there.
func target(c *op.Call, arn string, keys ...op.Key) op.Target {
	t := op.Target{Resource: arn, Keys: keys}
	if u, ok := c.Cost().InvoiceUnits.Get(idOf(arn)); ok {
		t.Tags = u.Tags
	}
	return t
}

// unit finds an invoice unit by its ARN.
func unit(c *op.Call, arn string) (*cost.InvoiceUnit, cost.InvoiceUnitVersion, error) {
	id := idOf(arn)
	if arn != arnOf(c, id) {
		id = "" // of another account, or none at all
	}
	u, v, err := c.Cost().InvoiceUnit(id)
	return u, v, missing(err, arn)
}

// missing names the unit that was not found.
func missing(err error, arn string) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return &fault.Error{Code: fault.NotFound, Message: "The invoice unit was not found.", Fields: map[string]any{"resourceName": arn}}
}
