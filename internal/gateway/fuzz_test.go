package gateway_test

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzRequest sends bytes as a client might: nothing may come back but an answer that is not the server's own failure.
func FuzzRequest(f *testing.F) {
	f.Add([]byte("POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSOrganizationsV20161128.ListRoots\r\nContent-Length: 2\r\n\r\n{}"))
	f.Add([]byte("GET /?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256 HTTP/1.1\r\nHost: x\r\n\r\n"))
	f.Add([]byte("POST //%2e/ HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/sts/aws4_request,SignedHeaders=host;x-amz-date,Signature=0\r\nX-Amz-Date: 20261101T120000Z\r\n\r\n"))
	e := newEnv(f, nil)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil || strings.HasPrefix(r.URL.Path, "/_umbel/") || r.URL.Path == "/metrics" {
			return
		}
		e.log.Reset()
		w := httptest.NewRecorder()
		e.gateway.ServeHTTP(w, r)
		if w.Code < 400 || w.Code >= 500 {
			t.Fatalf("%d %s\n%s", w.Code, w.Body, e.log)
		}
	})
}

// FuzzBody sends a body signed by a user who may do everything.
func FuzzBody(f *testing.F) {
	f.Add("Action=CreateUser&UserName=bob&Tags.member.1.Key=a&Version=2010-05-08", "iam")
	f.Add("Action=ListRoles&MaxItems=x&Version=2010-05-08", "iam")
	f.Add(`{"NextToken":"x","MaxResults":1e9}`, "organizations")
	f.Fuzz(func(t *testing.T, body, service string) {
		e := newEnv(t, nil)
		r := query("iam", "")
		if service != "iam" {
			service = "organizations"
			r = target("ListRoots", "")
		}
		r.Body = http.NoBody
		if body != "" {
			r = r.Clone(r.Context())
			r.Body = readCloser{strings.NewReader(body)}
		}
		status, answer := e.serve(e.sign(r, service, longTerm(userKey(member))))
		if status >= 500 && status != http.StatusNotImplemented && !strings.Contains(e.log.String(), "on fire") && !strings.Contains(e.log.String(), "asked to") {
			t.Fatalf("%d %s\n%s", status, answer, e.log)
		}
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
