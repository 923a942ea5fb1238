package wire

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"umbel/internal/fault"
	"umbel/internal/model"
)

// entry is what a service calls a kind of failure. Either shape or code is set.
type entry struct {
	shape   string // the exception of the service's model, which knows its wire code and status
	code    string // the wire code of an error that the model does not have
	status  int    // of an error that the model does not have; else it overrides the model's
	message string // for a failure that brings no message
	reason  string // for a failure that brings no reason code
	fixed   bool   // the message is this one, whatever the failure brings
}

// table maps the kinds of failure to what a service, or a protocol, calls them. Nothing changes a table.
type table map[fault.Code]entry

// serviceErrors gives the table of a service. A code that is in neither this table nor its protocol's is one that the
// service never raises; it is answered as an internal failure.
func serviceErrors(id string) table {
	switch id {
	case "accessanalyzer":
		return accessanalyzerErrors
	case "bcm-data-exports":
		return bcmdataexportsErrors
	case "billing":
		return billingErrors
	case "budgets":
		return budgetsErrors
	case "ce":
		return ceErrors
	case "cloudtrail":
		return cloudtrailErrors
	case "cloudwatch":
		return cloudwatchErrors
	case "cur":
		return curErrors
	case "freetier":
		return freetierErrors
	case "iam":
		return iamErrors
	case "invoicing":
		return invoicingErrors
	case "organizations":
		return organizationsErrors
	case "pricing":
		return pricingErrors
	case "savingsplans":
		return savingsplansErrors
	case "sns":
		return snsErrors
	case "sts":
		return stsErrors
	}
	return nil
}

// failure is an error ready to be written.
type failure struct {
	code        string
	queryCode   string // what a query service calls it
	status      int
	message     string
	messageName string // of the message, in JSON
	members     []failureMember
}

type failureMember struct {
	name  string
	value any
}

// text is the member's value as XML has it.
func (m failureMember) text() string { return fmt.Sprint(m.value) }

// failureOf finds what a service says of an error.
func failureOf(svc *model.Service, op *model.Operation, common table, err error) *failure {
	var e *fault.Error
	if !errors.As(err, &e) || e.Code == fault.Internal {
		e = &fault.Error{Code: fault.Internal} // whatever it says is for the log
	}
	row, ok := serviceErrors(svc.ID)[e.Code]
	if !ok {
		row, ok = common[e.Code]
	}
	if !ok {
		return failureOf(svc, op, common, nil)
	}
	f := &failure{code: row.code, status: row.status, messageName: "message"}
	f.message = cmp.Or(e.Message, row.message)
	if row.fixed {
		f.message = row.message
	}
	f.queryCode = cmp.Or(queryErrors[e.Code].code, f.code)
	shape := svc.Shapes[cmp.Or(row.shape, row.code)] // some models have what the protocol defines, too
	if shape != nil {
		f.describe(svc, shape)
	}
	if e.Code == fault.NotOffered && e.Message == "" && op != nil {
		f.message = fmt.Sprintf("Umbel does not serve %s of %s.", op.Name, svc.FullName)
	}
	if reason := cmp.Or(e.Reason, row.reason); reason != "" {
		f.add(shape, "Reason", reason)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		f.add(shape, name, e.Fields[name])
	}
	return f
}

// describe takes code, status and the message's name from the model. A service that was a query service keeps the code of that
// time for its query clients; in its other protocols an exception is called what the model calls it.
func (f *failure) describe(svc *model.Service, s *model.Shape) {
	f.code, f.queryCode = s.Code(), s.Code()
	if svc.QueryCompatible && svc.Protocol != model.Query {
		f.code = s.Name
	}
	if f.status == 0 {
		f.status = cmp.Or(s.ErrorStatus, http.StatusBadRequest)
		if s.Fault && s.ErrorStatus == 0 {
			f.status = http.StatusInternalServerError
		}
	}
	for _, m := range s.Members {
		if strings.EqualFold(m.Name, "message") {
			f.messageName = m.WireName()
		}
	}
}

// add gives the failure a further member, if the error of the model has it or the error is not in the model.
func (f *failure) add(shape *model.Shape, name string, value any) {
	if shape != nil {
		i := slices.IndexFunc(shape.Members, func(m *model.Member) bool { return strings.EqualFold(m.Name, name) }) // "Reason" or "reason"
		if i < 0 {
			return
		}
		name = shape.Members[i].WireName()
	}
	f.members = append(f.members, failureMember{name, value})
}

// Fallback gives something that speaks the dialect a request looks like, for errors of requests that name no service.
func Fallback(req *Request) *model.Service {
	if req != nil && req.Header.Get("Smithy-Protocol") == "rpc-v2-cbor" {
		return nobody(model.RPCv2CBOR)
	}
	if req != nil && (req.Header.Get("X-Amz-Target") != "" || strings.Contains(req.Header.Get("Content-Type"), "json")) {
		return nobody(model.JSON)
	}
	return nobody(model.Query)
}

// nobody is a service without operations.
func nobody(p model.Protocol) *model.Service {
	return &model.Service{Protocol: p, JSONVersion: "1.1", FullName: "an unknown service"}
}
