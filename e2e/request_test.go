package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// request is a call as bytes, signed by AWS's own signer, and then perhaps spoiled.
type request struct {
	service string // of the credential's scope
	region  string
	target  string // X-Amz-Target; empty for a form
	body    string
	at      time.Time
}

// whoAmI is sts:GetCallerIdentity, which answers in XML.
func whoAmI() request {
	return request{service: "sts", region: "us-east-1", body: "Action=GetCallerIdentity&Version=2011-06-15", at: time.Now()}
}

// describe is an operation of Organizations, which answers in JSON.
func describe(operation string) request {
	return request{service: "organizations", region: "us-east-1", target: "AWSOrganizationsV20161128." + operation, body: "{}", at: time.Now()}
}

// sign makes the HTTP request.
func (q request) sign(t *testing.T, cfg aws.Config) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, *cfg.BaseEndpoint+"/", strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if q.target != "" {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", q.target)
	}
	c := cfg.Credentials.(credentials.StaticCredentialsProvider).Value
	if err := v4.NewSigner().SignHTTP(t.Context(), c, r, hashOf(q.body), q.service, q.region, q.at); err != nil {
		t.Fatal(err)
	}
	return r
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// reply is what came back, with the error it tells of in either dialect.
type reply struct {
	status        int
	header        http.Header
	body          string
	code, message string
	requestID     string
}

// send sends a request and reads the answer in its dialect.
func send(t *testing.T, r *http.Request) reply {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := reply{status: res.StatusCode, header: res.Header, body: string(raw), requestID: res.Header.Get("X-Amzn-Requestid")}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/xml") {
		out.readXML(t)
	} else {
		out.readJSON(t)
	}
	return out
}

func (p *reply) readXML(t *testing.T) {
	t.Helper()
	var doc struct {
		Error     struct{ Code, Message string }
		RequestId string
		Metadata  struct{ RequestId string } `xml:"ResponseMetadata"`
	}
	if err := xml.Unmarshal([]byte(p.body), &doc); err != nil {
		t.Fatalf("not XML: %v\n%s", err, p.body)
	}
	p.code, p.message = doc.Error.Code, doc.Error.Message
	if inside := doc.RequestId + doc.Metadata.RequestId; inside != p.requestID {
		t.Errorf("request ID %q in the body, %q in the header", inside, p.requestID)
	}
}

func (p *reply) readJSON(t *testing.T) {
	t.Helper()
	var doc struct {
		Type    string `json:"__type"`
		Message string
	}
	if err := json.Unmarshal([]byte(p.body), &doc); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, p.body)
	}
	p.code, p.message = doc.Type, doc.Message
}

// want checks status, code and the beginning of the message, and that the answer has a request ID.
func (p reply) want(t *testing.T, status int, code, message string) {
	t.Helper()
	if p.status != status || p.code != code || !strings.HasPrefix(p.message, message) {
		t.Errorf("have %d %s: %s\nwant %d %s: %s", p.status, p.code, p.message, status, code, message)
	}
	if len(p.requestID) != 36 {
		t.Errorf("request ID %q", p.requestID)
	}
}
