package wire

import (
	"net/http"

	"umbel/internal/model"
)

// ec2Query writes failures as Amazon EC2 does.
type ec2Query struct{}

func (ec2Query) common() table { return ec2Errors }

func (ec2Query) encodeError(_ *model.Service, f *failure, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	respond(w, f.status, "text/xml;charset=UTF-8", func(b []byte) []byte {
		b = append(b, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Response><Errors><Error>"...)
		b = appendTextElement(b, "Code", f.code)
		b = appendTextElement(b, "Message", f.message)
		b = append(b, "</Error></Errors>"...)
		return append(appendTextElement(b, "RequestID", requestID), "</Response>"...)
	})
}

// s3XML writes failures as Amazon S3 does. The answer to a HEAD has no body: its client sees the status alone.
type s3XML struct{}

func (s3XML) common() table { return s3Errors }

func (s3XML) encodeError(_ *model.Service, f *failure, requestID string, w http.ResponseWriter) {
	w.Header()["X-Amz-Request-Id"] = []string{requestID}
	identify(w, requestID)
	respond(w, f.status, "application/xml", func(b []byte) []byte {
		b = append(b, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Error>"...)
		b = appendTextElement(b, "Code", f.code)
		b = appendTextElement(b, "Message", f.message)
		return append(appendTextElement(b, "RequestId", requestID), "</Error>"...)
	})
}

// nameAsQuery tells the clients of a service that was a query service what the failure was called there (Smithy, AWS query
// compatible trait).
func nameAsQuery(svc *model.Service, f *failure, w http.ResponseWriter) {
	if !svc.QueryCompatible {
		return
	}
	kind := "Sender"
	if f.status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	w.Header()["X-Amzn-Query-Error"] = []string{f.queryCode + ";" + kind}
}
