package gateway

import (
	"errors"
	"net/url"

	"umbel/internal/authz"
	"umbel/internal/fault"
	"umbel/internal/model"
	"umbel/internal/op"
	"umbel/internal/unserved"
	"umbel/sigv4"
)

// findElsewhere looks for the operation among those of all AWS services, when no service that is served has it.
func (x *exchange) findElsewhere(signed *sigv4.Signed, routeErr error) error {
	if routeErr == nil || x.svc.ID != "" || signed == nil {
		return routeErr
	}
	call, err := x.finder.Find(&x.req, x.r.Host, signed.Service)
	x.svc, x.operation = call.Service, call.Operation
	if err == nil {
		x.elsewhere = call
	}
	return err
}

// notOffered treats an operation that a served service does not offer as those of services that are not served. Only what
// needs no signature is refused as it stands: there is nobody to authorize.
func (x *exchange) notOffered() error {
	if x.operation.Unsigned {
		return fault.New(fault.NotOffered, "")
	}
	x.elsewhere = unserved.NewCall(x.operation, &x.req)
	x.declareElsewhere()
	return nil
}

// declareElsewhere declares a call of an operation that is not served: it is authorized and recorded like any other.
func (x *exchange) declareElsewhere() {
	x.declared, x.in, x.readOnly = x.deriver.Declare(x.elsewhere)
	if x.elsewhere.Region != "" {
		x.region = x.elsewhere.Region
	}
}

// verifyOptions are what a signature has to satisfy. S3 takes bodies that are not signed, and so do a few operations of others.
func (x *exchange) verifyOptions() sigv4.Options {
	return sigv4.Options{
		Now: x.now, Service: x.svc.SigningName, Region: x.goodRegion(x.svc), Keys: x.keys,
		AllowUnsignedPayload: x.svc.SigningName == "s3" || x.operation != nil && x.operation.UnsignedBody,
	}
}

// explained gives a refusal of EC2 the encoded message that DecodeAuthorizationMessage explains.
func (x *exchange) explained(c *op.Call, err error) error {
	var refusal *authz.Refusal
	var refused *fault.Error
	if x.svc.Protocol != model.EC2 || !errors.As(err, &refusal) || !errors.As(err, &refused) {
		return err
	}
	message, sealErr := refusal.Encode(c.Messages)
	if sealErr != nil {
		return sealErr
	}
	return fault.New(fault.AccessDenied, "You are not authorized to perform this operation. %s. Encoded authorization failure message: %s",
		refused.Message, message).Because(refusal)
}

// newElsewhere makes what finds and derives calls that are not served.
func newElsewhere(endpoint string) (*unserved.Finder, *unserved.Deriver) {
	return &unserved.Finder{Host: hostOf(endpoint)}, unserved.NewDeriver()
}

// hostOf gives the host name of an endpoint, or "".
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
