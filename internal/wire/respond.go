package wire

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"umbel/internal/jsonquote"
	"umbel/internal/model"
)

// buffers holds bodies under construction for reuse.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the largest buffer worth keeping.
const maxKept = 64 << 10

// respond builds a body in a reused buffer and sends it. Other headers are set before.
func respond(w http.ResponseWriter, status int, contentType string, build func(b []byte) []byte) {
	buf := buffers.Get().(*[]byte)
	body := build((*buf)[:0])
	h := w.Header()
	if contentType != "" {
		h["Content-Type"] = []string{contentType}
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone away hears nothing anyway
	if cap(body) <= maxKept {
		*buf = body
		buffers.Put(buf)
	}
}

// identify names the request in the header that AWS clients read.
func identify(w http.ResponseWriter, requestID string) {
	w.Header()["X-Amzn-Requestid"] = []string{requestID}
}

// awsJSON is awsJson 1.0 and 1.1: everything in one JSON body, the operation in X-Amz-Target.
type awsJSON struct{}

func (awsJSON) decode(_ *model.Operation, req *Request, in *bound) error {
	return decodeJSON(req.Body, in.node, in.value)
}

func (awsJSON) encode(op *model.Operation, out *bound, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	respond(w, http.StatusOK, jsonContentType(op.Service), func(b []byte) []byte {
		return appendStructure(b, out.node, out.value, true)
	})
}

func (awsJSON) encodeError(svc *model.Service, f *failure, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	nameAsQuery(svc, f, w)
	respond(w, f.status, jsonContentType(svc), func(b []byte) []byte {
		b = append(append(b, `{"__type":`...), jsonquote.Append(nil, f.code)...)
		return append(appendFailure(b, f), '}')
	})
}

func (awsJSON) common() table { return jsonErrors }

// jsonContentType is application/x-amz-json-1.1 for nearly every service.
func jsonContentType(svc *model.Service) string {
	if svc.JSONVersion == "1.0" {
		return "application/x-amz-json-1.0"
	}
	return "application/x-amz-json-1.1"
}

// appendFailure writes the message and the further members of an error, each after a comma.
func appendFailure(b []byte, f *failure) []byte {
	b = append(jsonquote.Append(append(b, ','), f.messageName), ':')
	b = jsonquote.Append(b, f.message)
	for _, m := range f.members {
		raw, err := json.Marshal(m.value)
		if err != nil {
			continue // not a value: the error is more useful without it than not at all
		}
		b = append(jsonquote.Append(append(b, ','), m.name), ':')
		b = append(b, raw...)
	}
	return b
}

// awsQuery is the protocol of the oldest services: a form in, XML out.
type awsQuery struct{}

func (awsQuery) decode(_ *model.Operation, req *Request, in *bound) error {
	text := formText(req)
	f, err := parseForm(text)
	if err != nil {
		return err
	}
	return f.structure(in.node, in.value, "")
}

// formText is the parameters of a request: the body, or the query of a request that has none.
func formText(req *Request) string {
	if len(req.Body) == 0 {
		return req.RawQuery
	}
	if req.RawQuery == "" {
		return string(req.Body)
	}
	return string(req.Body) + "&" + req.RawQuery
}

func (awsQuery) encode(op *model.Operation, out *bound, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	respond(w, http.StatusOK, "text/xml", func(b []byte) []byte {
		b = append(append(append(b, '<'), op.Name...), `Response xmlns="`...)
		b = append(append(b, op.Service.XMLNamespace...), `">`...)
		if op.ResultWrapper != "" {
			b = openTag(b, op.ResultWrapper)
		}
		b = appendElements(b, out.node, out.value, true)
		if op.ResultWrapper != "" {
			b = closeTag(b, op.ResultWrapper)
		}
		b = append(b, "<ResponseMetadata><RequestId>"...)
		b = append(appendEscaped(b, requestID), "</RequestId></ResponseMetadata></"...)
		return append(append(b, op.Name...), "Response>"...)
	})
}

func (awsQuery) encodeError(svc *model.Service, f *failure, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	respond(w, f.status, "text/xml", func(b []byte) []byte {
		b = append(b, "<ErrorResponse"...)
		if svc.XMLNamespace != "" {
			b = append(append(append(b, ` xmlns="`...), svc.XMLNamespace...), '"')
		}
		b = append(b, "><Error>"...)
		fault := "Sender"
		if f.status >= http.StatusInternalServerError {
			fault = "Receiver"
		}
		b = appendTextElement(b, "Type", fault)
		b = appendTextElement(b, "Code", f.code)
		b = appendTextElement(b, "Message", f.message)
		for _, m := range f.members {
			b = appendTextElement(b, m.name, m.text())
		}
		b = append(b, "</Error>"...)
		return append(appendTextElement(b, "RequestId", requestID), "</ErrorResponse>"...)
	})
}

func (awsQuery) common() table { return queryErrors }

func appendTextElement(b []byte, name, text string) []byte {
	return closeTag(appendEscaped(openTag(b, name), text), name)
}
