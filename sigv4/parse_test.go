package sigv4_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"umbel/sigv4"
)

const authorization = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc"

// request makes a GET with headers given as name, value, ….
func request(uri string, headers ...string) *http.Request {
	r := httptest.NewRequest("GET", uri, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func TestParseRefuses(t *testing.T) {
	date := []string{"X-Amz-Date", "20260101T000000Z"}
	auth := func(value string) []string { return append([]string{"Authorization", value}, date...) }
	query := "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID/20260101/us-east-1/iam/aws4_request&X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=abc"
	for name, c := range map[string]struct {
		uri     string
		headers []string
		reason  sigv4.Reason
		message string
	}{
		"nothing":       {"/", nil, sigv4.Missing, "Request is missing Authentication Token"},
		"basic":         {"/", auth("Basic abc"), sigv4.Missing, "Request is missing Authentication Token"},
		"both":          {query, auth(authorization), sigv4.Ambiguous, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
		"SigV2 header":  {"/", auth("AWS AKID:abc="), sigv4.Unsupported, "Signature Version 2 is not supported."},
		"SigV2 query":   {"/?AWSAccessKeyId=AKID&Signature=abc", nil, sigv4.Unsupported, "Signature Version 2 is not supported."},
		"SigV4A":        {"/", auth(strings.Replace(authorization, "HMAC-SHA256", "ECDSA-P256-SHA256", 1)), sigv4.Unsupported, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). "},
		"SigV4A query":  {strings.Replace(query, "HMAC-SHA256", "ECDSA-P256-SHA256", 1), nil, sigv4.Unsupported, "Unsupported AWS 'algorithm'"},
		"no parameters": {"/", []string{"Authorization", "AWS4-HMAC-SHA256"}, sigv4.Incomplete, "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization="},
		"no credential": {"/", auth("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=a"), sigv4.Incomplete, "Authorization header requires 'Credential' parameter. (Hashed"},
		"no equal sign": {"/", auth("AWS4-HMAC-SHA256 Credential"), sigv4.Incomplete, "Invalid key=value pair (missing equal-sign) in Authorization header"},
		"no date":       {"/", []string{"Authorization", authorization}, sigv4.Incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "},
		"odd date":      {"/", []string{"Authorization", authorization, "X-Amz-Date", "yesterday"}, sigv4.Incomplete, "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601"},
		"short scope":   {"/", auth(strings.Replace(authorization, "/aws4_request", "", 1)), sigv4.Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKID/20260101/us-east-1/iam'"},
		"terminator":    {"/", auth(strings.Replace(authorization, "aws4_request", "aws5", 1)), sigv4.WrongScope, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "},
		"scope's date":  {"/", auth(strings.Replace(authorization, "20260101", "20251231", 1)), sigv4.WrongScope, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20251231' != '20260101', from '20260101T000000Z'."},
		"host unsigned": {"/", auth(strings.Replace(authorization, "host;", "", 1)), sigv4.Mismatch, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		"date unsigned": {"/", auth(strings.Replace(authorization, ";x-amz-date", "", 1)), sigv4.Mismatch, "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization."},
		"target unsigned": {"/", append(auth(authorization), "X-Amz-Target", "A.B"), sigv4.Mismatch,
			"'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."},
		"chunks": {"/", append(auth(strings.Replace(authorization, "host;", "host;x-amz-content-sha256;", 1)), "X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
			sigv4.Unsupported, "A body signed in chunks (STREAMING-AWS4-HMAC-SHA256-PAYLOAD) is not supported."},
		"query lacks most": {"/?X-Amz-Algorithm=AWS4-HMAC-SHA256", nil, sigv4.Incomplete, "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters."},
		"life no number":   {query + "&X-Amz-Expires=x", nil, sigv4.Incomplete, "X-Amz-Expires should be a number"},
		"life negative":    {query + "&X-Amz-Expires=-1", nil, sigv4.Incomplete, "X-Amz-Expires must be non-negative"},
		"life too long":    {query + "&X-Amz-Expires=604801", nil, sigv4.Incomplete, "X-Amz-Expires must be less than a week"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := sigv4.Parse(request(c.uri, c.headers...))
			var e *sigv4.Error
			if !errors.As(err, &e) {
				t.Fatalf("accepted: %+v, %v", s, err)
			}
			if e.Reason != c.reason || !strings.HasPrefix(e.Message, c.message) {
				t.Errorf("reason %d, %q\nwant   %d, %q", e.Reason, e.Message, c.reason, c.message)
			}
		})
	}
}

func TestParse(t *testing.T) {
	s, err := sigv4.Parse(request("/", "Authorization", strings.ReplaceAll(authorization, ", ", ","), "Date", "Thu, 01 Jan 2026 00:00:00 GMT"))
	if err != nil {
		t.Fatal(err)
	}
	if s.AccessKeyID != "AKID" || s.Scope() != "20260101/us-east-1/iam/aws4_request" || !s.Time.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) || s.Presigned {
		t.Errorf("parsed %+v", s)
	}
}

func TestVerifyTimesAndScope(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 20, 0, 0, time.UTC)
	cred := sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: secret}
	signer := sigv4.Signer{Service: "iam", Region: "us-east-1"}
	header := func() *http.Request {
		r := request("http://h/")
		signer.Sign(r, nil, cred, at)
		return r
	}
	presigned := func() *http.Request {
		return request(signer.Presign(request("http://h/"), nil, cred, at, 90*time.Second))
	}
	for name, c := range map[string]struct {
		r       *http.Request
		o       sigv4.Options
		message string
	}{
		"at the end":          {header(), sigv4.Options{Now: at.Add(15 * time.Minute)}, ""},
		"expired":             {header(), sigv4.Options{Now: at.Add(15*time.Minute + time.Second)}, "Signature expired: 20260101T002000Z is now earlier than 20260101T002001Z (20260101T003501Z - 15 min.)"},
		"at the beginning":    {header(), sigv4.Options{Now: at.Add(-15 * time.Minute)}, ""},
		"not yet current":     {header(), sigv4.Options{Now: at.Add(-16 * time.Minute)}, "Signature not yet current: 20260101T002000Z is still later than 20260101T001900Z (20260101T000400Z + 15 min.)"},
		"presigned":           {presigned(), sigv4.Options{Now: at.Add(90 * time.Second)}, ""},
		"presigned, expired":  {presigned(), sigv4.Options{Now: at.Add(91 * time.Second)}, "Signature expired: 20260101T002000Z is now earlier than 20260101T002001Z (20260101T002131Z - 90 sec.)"},
		"service":             {header(), sigv4.Options{Now: at, Service: "sts"}, "Credential should be scoped to correct service: 'sts'. "},
		"region":              {header(), sigv4.Options{Now: at, Region: func(r string) bool { return r == "eu-west-1" }}, "Credential should be scoped to a valid region. "},
		"region and service":  {header(), sigv4.Options{Now: at, Service: "sts", Region: func(string) bool { return false }}, "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'sts'. "},
		"cached keys, once":   {header(), sigv4.Options{Now: at, Keys: sigv4.NewKeyCache(0)}, ""},
		"region and service ": {presigned(), sigv4.Options{Now: at, Service: "iam", Region: func(string) bool { return true }}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := verify(c.r, nil, c.o); err != nil {
				got = err.Error()
			}
			if got != c.message {
				t.Errorf("got  %q\nwant %q", got, c.message)
			}
		})
	}
}

func TestPayload(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 20, 0, 0, time.UTC)
	cred := sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: secret}
	for name, c := range map[string]struct {
		service, sent string
		presign       bool
		allow         bool
		body          string
		good          bool
	}{
		"hash sent":                     {"iam", hashOf([]byte("b")), false, false, "b", true},
		"another body's hash sent":      {"iam", hashOf([]byte("c")), false, false, "b", false},
		"unsigned, not allowed":         {"iam", sigv4.UnsignedPayload, false, false, "b", false},
		"unsigned, allowed":             {"s3", sigv4.UnsignedPayload, false, true, "b", true},
		"unsigned chunks, not allowed":  {"iam", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, false, "b", false},
		"unsigned chunks, allowed":      {"s3", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, true, "b", true},
		"presigned for s3":              {"s3", "", true, true, "b", true},
		"presigned for s3, not allowed": {"s3", "", true, false, "b", false},
		"presigned":                     {"iam", "", true, false, "b", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := request("http://h/x%2Fy")
			if c.sent != "" {
				r.Header.Set("X-Amz-Content-Sha256", c.sent)
			}
			signer := sigv4.Signer{Service: c.service, Region: "us-east-1"}
			if c.presign {
				r = request(signer.Presign(r, []byte(c.body), cred, at, time.Minute))
			} else {
				signer.Sign(r, []byte(c.body), cred, at)
			}
			err := verify(r, []byte(c.body), sigv4.Options{Now: at, AllowUnsignedPayload: c.allow})
			if (err == nil) != c.good {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestMismatchTellsWhatToSign(t *testing.T) {
	r := request("http://h/")
	sigv4.Signer{Service: "iam", Region: "us-east-1"}.Sign(r, nil, sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "wrong"}, signedAt)
	want := "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
		"Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n" +
		"'GET\n/\n\nhost:h\nx-amz-date:20260101T002000Z\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\n" +
		"The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260101T002000Z\n20260101/us-east-1/iam/aws4_request\n"
	err := verify(r, nil, options("iam"))
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestKeyCacheHeedsTheSecret(t *testing.T) {
	keys := sigv4.NewKeyCache(2)
	signer := sigv4.Signer{Service: "iam", Region: "us-east-1", Keys: keys}
	for i := range 10 {
		for _, s := range []string{"one", "two"} {
			r := request("http://h/")
			signer.Sign(r, nil, sigv4.Credentials{AccessKeyID: strings.Repeat("A", 1+i%4), SecretAccessKey: s}, signedAt)
			signed, err := sigv4.Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := signed.Verify(s, nil, sigv4.Options{Now: signedAt}); err != nil {
				t.Fatalf("key %d of secret %s: %v", i, s, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(authorization, "20260101T000000Z", "a=b&X-Amz-Date=1")
	f.Add("AWS4-HMAC-SHA256 Credential=////,SignedHeaders=;;host,Signature=", "Thu, 01 Jan 2026 00:00:00 GMT", "%zz&=&&;")
	f.Add("", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20260101/r/s/aws4_request&X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=0&X-Amz-Expires=9")
	f.Fuzz(func(t *testing.T, header, date, query string) {
		r := request("http://h/a/../b")
		r.URL.RawQuery = query
		r.Header["X-Amz-Date"] = []string{date}
		if header != "" {
			r.Header["Authorization"] = []string{header}
		}
		s, err := sigv4.Parse(r)
		var e *sigv4.Error
		switch {
		case err != nil && !errors.As(err, &e):
			t.Fatalf("an error without a reason: %v", err)
		case err != nil:
			return
		case s.AccessKeyID == "" || len(s.Date) != 8:
			t.Fatalf("parsed %+v", s)
		}
		if err := s.Verify("secret", nil, sigv4.Options{Now: s.Time}); err == nil {
			t.Fatal("a signature nobody made was accepted")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	r := request("http://127.0.0.1:4566/", "X-Amz-Target", "AWSOrganizationsV20161128.DescribeOrganization",
		"Content-Type", "application/x-amz-json-1.1", "User-Agent", "aws-sdk-go-v2/1.0")
	cred := sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: secret}
	sigv4.Signer{Service: "organizations", Region: "us-east-1"}.Sign(r, []byte("{}"), cred, signedAt)
	o := sigv4.Options{Now: signedAt, Service: "organizations", Keys: sigv4.NewKeyCache(8)}
	b.ReportAllocs()
	for b.Loop() {
		if err := verify(r, []byte("{}"), o); err != nil {
			b.Fatal(err)
		}
	}
}
