package wire

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"umbel/internal/fault"
	"umbel/internal/model"
)

// TestDialectsOfOthers writes the failures of services that are not served, each as its service does.
func TestDialectsOfOthers(t *testing.T) {
	denied := fault.New(fault.AccessDenied, "No <you> may not.")
	long := strings.Repeat("x", 300)
	for name, c := range map[string]struct {
		svc    model.Service
		err    error
		status int
		body   string
		header string
	}{
		"EC2": {model.Service{ID: "ec2", Protocol: model.EC2}, denied, 403,
			`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>No &lt;you&gt; may not.</Message></Error></Errors><RequestID>req-1</RequestID></Response>`, ""},
		"EC2, what authentication found is not told": {model.Service{ID: "ec2", Protocol: model.EC2}, fault.New(fault.SignatureMismatch, "secret"), 401,
			`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Response><Errors><Error><Code>AuthFailure</Code><Message>` + textAuthFailure + `</Message></Error></Errors><RequestID>req-1</RequestID></Response>`, ""},
		"S3": {model.Service{ID: "s3", Protocol: model.RESTXML}, denied, 403,
			`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Error><Code>AccessDenied</Code><Message>No &lt;you&gt; may not.</Message><RequestId>req-1</RequestId></Error>`, ""},
		"other XML": {model.Service{ID: "route53", Protocol: model.RESTXML, XMLNamespace: "https://example.com/"}, denied, 403,
			`<ErrorResponse xmlns="https://example.com/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>No &lt;you&gt; may not.</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`, ""},
		"CBOR":               {model.Service{ID: "x", Protocol: model.RPCv2CBOR}, denied, 400, "\xa2f__typeuAccessDeniedExceptiongmessageqNo <you> may not.", ""},
		"CBOR, a long text":  {model.Service{ID: "x", Protocol: model.RPCv2CBOR}, fault.New(fault.AccessDenied, "%s", long), 400, "\xa2f__typeuAccessDeniedExceptiongmessage\x79\x01\x2c" + long, ""},
		"JSON, once a query": {model.Service{ID: "sqs", Protocol: model.JSON, QueryCompatible: true}, denied, 400, `{"__type":"AccessDeniedException","message":"No <you> may not."}`, "AccessDenied;Sender"},
		"CBOR, once a query": {model.Service{ID: "x", Protocol: model.RPCv2CBOR, QueryCompatible: true}, errors.New("disk on fire"), 500,
			"\xa2f__typeoInternalFailuregmessage\x78\x54" + textInternal, "InternalFailure;Receiver"},
		"SNS": {model.Service{ID: "sns", Protocol: model.Query}, denied, 403,
			`<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>No &lt;you&gt; may not.</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			EncodeError(&c.svc, nil, c.err, "req-1", w)
			if w.Code != c.status || w.Body.String() != c.body || w.Header().Get("x-amzn-query-error") != c.header {
				t.Errorf("%d %v\n%q\n%q", w.Code, w.Header(), w.Body, c.body)
			}
		})
	}
}

// TestTextsOfAnySize writes CBOR text strings around the sizes at which their heads grow.
func TestTextsOfAnySize(t *testing.T) {
	for size, head := range map[int]string{0: "\x60", 23: "\x77", 24: "\x78\x18", 255: "\x78\xff", 256: "\x79\x01\x00", 65535: "\x79\xff\xff", 65536: "\x7a\x00\x01\x00\x00"} {
		text := strings.Repeat("x", size)
		if got := string(appendCBORText(nil, text)); got != head+text {
			t.Errorf("%d: %x", size, got[:5])
		}
	}
}
