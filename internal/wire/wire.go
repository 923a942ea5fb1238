// Package wire owns the AWS protocols: how a request names an operation, how bytes become the operation's typed input
// and its output becomes bytes, what the model's constraints say about an input, and what each service calls an error.
// Everything follows from the models; no operation has code of its own here. The package never authenticates, never
// authorizes and never looks at state, and it is the only place where the wire names of errors are written.
package wire

import (
	"fmt"
	"net/http"
	"reflect"

	"umbel/internal/fault"
	"umbel/internal/model"
)

// Request is what the codecs see of an HTTP request.
type Request struct {
	Method   string
	Path     string // as sent: still percent-encoded, from the request line
	RawQuery string
	Header   http.Header
	Body     []byte
}

// protocol is one way of writing requests and responses. There is one value for each that is served; a new one is
// added here and in protocolOf, nowhere else.
type protocol interface {
	dialect
	// decode fills in, a pointer to a structure, from the request.
	decode(op *model.Operation, req *Request, in *bound) error
	// encode writes a successful response.
	encode(op *model.Operation, out *bound, requestID string, w http.ResponseWriter)
}

// dialect is the way a protocol writes failures. Every protocol of AWS has one here, those of services that are not served
// included.
type dialect interface {
	// encodeError writes a failure.
	encodeError(svc *model.Service, f *failure, requestID string, w http.ResponseWriter)
	// common is the table of the errors that a service does not define itself.
	common() table
}

// protocolOf gives the protocol of a service, or nil if it is not served.
func protocolOf(svc *model.Service) protocol {
	switch svc.Protocol {
	case model.JSON:
		return awsJSON{}
	case model.Query:
		return awsQuery{}
	case model.RESTJSON:
		return restJSON{}
	case model.RPCv2CBOR:
		return rpcCBOR{}
	}
	return nil
}

// dialectOf gives the dialect of a service's failures. Of REST services that speak XML only S3 has one of its own; the others
// write what query services do.
func dialectOf(svc *model.Service) dialect {
	switch svc.Protocol {
	case model.EC2:
		return ec2Query{}
	case model.RESTXML:
		if svc.ID == "s3" {
			return s3XML{}
		}
	}
	if p := protocolOf(svc); p != nil {
		return p
	}
	return awsQuery{}
}

// Decode reads the input of an operation into in, a pointer to its input type, and checks it against the constraints of
// the model. What the protocol does not allow is fault.MalformedRequest; a violated constraint is the error that the
// service gives for it, in most cases fault.ValidationFailed.
func Decode(op *model.Operation, req *Request, in any) error {
	b, err := bind(op.Input, in)
	if err != nil {
		return err
	}
	p := protocolOf(op.Service)
	if p == nil {
		return fmt.Errorf("wire: %s speaks %s, which is not served", op.Service.ID, op.Service.Protocol)
	}
	if err := p.decode(op, req, b); err != nil {
		return err
	}
	if vs := validate(b); len(vs) > 0 {
		return violated(op.Service, vs)
	}
	return nil
}

// Encode writes the output of an operation, a pointer to its output type, as a successful response. Lists at the top of
// an output are always written, as AWS does; every other member that is nil is left out. A value that is not of the
// operation's output type is a defect and becomes an internal failure.
func Encode(op *model.Operation, out any, requestID string, w http.ResponseWriter) {
	b, err := bind(op.Output, out)
	if err != nil {
		EncodeError(op.Service, op, err, requestID, w)
		return
	}
	p := protocolOf(op.Service)
	if p == nil {
		http.Error(w, http.StatusText(http.StatusNotImplemented), http.StatusNotImplemented)
		return
	}
	p.encode(op, b, requestID, w)
}

// EncodeError writes an error in the dialect of the service. Without one, which only a request that never got to
// routing has, the query protocol's XML is written; Fallback finds something better if the request is known. op may be
// nil. An error without a code is answered as an internal failure that tells nothing.
func EncodeError(svc *model.Service, op *model.Operation, err error, requestID string, w http.ResponseWriter) {
	svc, d, f := describe(svc, op, err)
	d.encodeError(svc, f, requestID, w)
}

// Describe gives the code, status and message that EncodeError would write, for logs, metrics and the audit trail.
func Describe(svc *model.Service, op *model.Operation, err error) (code string, status int, message string) {
	_, _, f := describe(svc, op, err)
	return f.code, f.status, f.message
}

// describe finds who answers an error, how, and with what.
func describe(svc *model.Service, op *model.Operation, err error) (*model.Service, dialect, *failure) {
	if svc == nil {
		svc = nobody(model.Query)
	}
	d := dialectOf(svc)
	return svc, d, failureOf(svc, op, d.common(), err)
}

// Validate checks a value, a pointer to a structure, against the constraints of its shape, in the model's order.
func Validate(shape *model.Shape, in any) ([]Violation, error) {
	b, err := bind(shape, in)
	if err != nil {
		return nil, err
	}
	return validate(b), nil
}

// Unbound lists what of a shape a Go type cannot carry, as paths of member names. The list has to be empty for every
// type that is given to Decode and Encode: it is checked at start-up.
func Unbound(shape *model.Shape, t reflect.Type) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return unbound(shape, t)
}

// malformed is the error for a request that is not what its protocol says.
func malformed(format string, args ...any) error {
	return fault.New(fault.MalformedRequest, format, args...)
}
