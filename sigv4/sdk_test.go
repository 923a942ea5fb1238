package sigv4_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"umbel/sigv4"
)

const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

var signedAt = time.Date(2026, 1, 1, 0, 20, 0, 0, time.UTC)

// gen makes random requests.
type gen struct{ *rand.Rand }

func (g gen) text(alphabet string, most int) string {
	runes := []rune(alphabet)
	var b strings.Builder
	for range g.IntN(most + 1) {
		b.WriteRune(runes[g.IntN(len(runes))])
	}
	return b.String()
}

const (
	word = "abcdefghijkLMNOPQRS0123456789-._~"
	wild = word + " !*'();:@&=+$,/?#[]%\"<>\\^`{|}äß漢字"
)

// request makes a request as a client has it before signing.
func (g gen) request(service string) (*http.Request, []byte) {
	method := []string{"GET", "POST", "PUT", "DELETE", "HEAD"}[g.IntN(5)]
	u := url.URL{Scheme: "http", Host: []string{"127.0.0.1:4566", "iam.amazonaws.com", "[::1]:80", "example.com:443"}[g.IntN(4)], Path: "/"}
	for range g.IntN(4) {
		// Empty and dot segments are left out: AWS normalizes a path before it is signed, the SDK does not.
		u.Path += "x" + g.text(strings.ReplaceAll(wild, "/", ""), 12) + "/"
	}
	q := url.Values{}
	for range g.IntN(5) {
		q.Add("k"+g.text(word, 8), g.text(wild, 12))
	}
	for k, vs := range q {
		if len(vs) > 1 {
			q[k] = vs[:1]
		}
	}
	u.RawQuery = q.Encode()
	body := []byte(g.text(wild, 200))
	r, err := http.NewRequest(method, u.String(), bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	for range g.IntN(4) {
		r.Header.Add("X-Amz-H"+g.text("abc", 2), "v"+g.text(word+"   ,;", 20)+"v")
	}
	if g.IntN(2) == 0 {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	}
	if g.IntN(3) == 0 {
		r.Header.Set("User-Agent", "aws-cli/2  "+g.text(word, 5))
	}
	return r, body
}

// received gives the request as the server reads it off the wire.
func received(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, got.Body); err != nil {
		t.Fatal(err)
	}
	return got
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// sdkSigned signs with the SDK, in the header or presigned, and sends the request over the wire.
func sdkSigned(t testing.TB, g gen, service string, presign bool) (*http.Request, []byte) {
	t.Helper()
	r, body := g.request(service)
	cred := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: secret}
	if g.IntN(2) == 0 {
		cred.SessionToken = "t" + g.text(word+"/+=", 100)
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" })
	if !presign {
		if g.IntN(2) == 0 {
			r.Header.Set("X-Amz-Content-Sha256", hashOf(body))
		}
		if err := signer.SignHTTP(context.Background(), cred, r, hashOf(body), service, "us-east-1", signedAt); err != nil {
			t.Fatal(err)
		}
		return received(t, r), body
	}
	q := r.URL.Query()
	q.Set("X-Amz-Expires", "60")
	r.URL.RawQuery = q.Encode()
	hash := hashOf(body)
	if service == "s3" {
		hash = sigv4.UnsignedPayload
	}
	uri, headers, err := signer.PresignHTTP(context.Background(), cred, r, hash, service, "us-east-1", signedAt)
	if err != nil {
		t.Fatal(err)
	}
	out, err := http.NewRequest(r.Method, uri, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	out.Header = headers.Clone()
	out.Header.Del("Host")
	out.Host = headers.Get("Host")
	return received(t, out), body
}

func options(service string) sigv4.Options {
	return sigv4.Options{Now: signedAt.Add(30 * time.Second), Service: service, AllowUnsignedPayload: service == "s3"}
}

func verify(r *http.Request, body []byte, o sigv4.Options) error {
	s, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	return s.Verify(secret, body, o)
}

func TestVerifyWhatTheSDKSigns(t *testing.T) {
	for _, service := range []string{"iam", "s3"} {
		for _, presign := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s presigned=%v", service, presign), func(t *testing.T) {
				g := gen{rand.New(rand.NewPCG(1, 2))}
				o := options(service)
				o.Keys = sigv4.NewKeyCache(8)
				for range 2000 {
					r, body := sdkSigned(t, g, service, presign)
					if err := verify(r, body, o); err != nil {
						t.Fatalf("%s %s: %v", r.Method, r.RequestURI, err)
					}
				}
			})
		}
	}
}

// tampering is a change to a signed request that must make it fail.
type tampering struct {
	name string
	do   func(r *http.Request, body []byte) []byte
}

var tamperings = []tampering{
	{"method", func(r *http.Request, b []byte) []byte { r.Method += "X"; return b }},
	{"path", func(r *http.Request, b []byte) []byte { r.RequestURI = "/y" + r.RequestURI; return b }},
	{"query added", func(r *http.Request, b []byte) []byte { r.URL.RawQuery += "&z=1"; return b }},
	{"host", func(r *http.Request, b []byte) []byte { r.Host = "x" + r.Host; return b }},
	{"body", func(_ *http.Request, b []byte) []byte { return append(b, 'x') }},
	{"header added", func(r *http.Request, b []byte) []byte { r.Header.Set("X-Amz-Target", "A.B"); return b }},
	{"date", replaceEverywhere("20260101T002000Z", "20260101T002001Z")},
	{"region", replaceEverywhere("us-east-1", "us-east-2")},
	{"signature emptied", func(r *http.Request, b []byte) []byte {
		return replaceSignature(r, b, func(string) string { return "" })
	}},
	{"signature cut", func(r *http.Request, b []byte) []byte {
		return replaceSignature(r, b, func(s string) string { return s[:63] })
	}},
	{"signature in capitals", func(r *http.Request, b []byte) []byte { return replaceSignature(r, b, strings.ToUpper) }},
	{"signature bit", func(r *http.Request, b []byte) []byte {
		return replaceSignature(r, b, func(s string) string {
			if s[0] == 'a' {
				return "b" + s[1:]
			}
			return "a" + s[1:]
		})
	}},
}

// replaceEverywhere changes what the signature covers, in headers and query.
func replaceEverywhere(from, to string) func(*http.Request, []byte) []byte {
	return func(r *http.Request, b []byte) []byte {
		for _, vs := range r.Header {
			for i := range vs {
				vs[i] = strings.ReplaceAll(vs[i], from, to)
			}
		}
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, from, to)
		return b
	}
}

func replaceSignature(r *http.Request, b []byte, change func(string) string) []byte {
	edit := func(s, mark string) string {
		before, sig, ok := strings.Cut(s, mark)
		if !ok {
			return s
		}
		return before + mark + change(sig[:64]) + sig[64:]
	}
	r.Header.Set("Authorization", edit(r.Header.Get("Authorization"), "Signature="))
	if r.Header.Get("Authorization") == "" {
		r.Header.Del("Authorization")
	}
	r.URL.RawQuery = edit(r.URL.RawQuery, "X-Amz-Signature=")
	return b
}

func TestVerifyRefusesTampering(t *testing.T) {
	for _, presign := range []bool{false, true} {
		for _, c := range tamperings {
			t.Run(fmt.Sprintf("%s presigned=%v", c.name, presign), func(t *testing.T) {
				g := gen{rand.New(rand.NewPCG(3, 4))}
				for range 100 {
					r, body := sdkSigned(t, g, "iam", presign)
					body = c.do(r, body)
					err := verify(r, body, options("iam"))
					var e *sigv4.Error
					if !errors.As(err, &e) {
						t.Fatalf("accepted: %s %s (%v)", r.Method, r.RequestURI, err)
					}
				}
			})
		}
	}
}
