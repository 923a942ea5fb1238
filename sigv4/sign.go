package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Credentials sign requests.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // empty for long-term keys
}

// Signer signs requests for one service in one Region. It is safe for concurrent use.
type Signer struct {
	Service string
	Region  string
	Keys    *KeyCache // optional
}

// Sign puts a signature of the request and its whole body into the Authorization header. It signs the host, the content
// type and every X-Amz-… header.
func (s Signer) Sign(r *http.Request, body []byte, c Credentials, now time.Time) {
	stamp := now.UTC().Format(isoBasic)
	r.Header.Set("X-Amz-Date", stamp)
	if c.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", c.SessionToken)
	}
	headers := headersToSign(r)
	scope := stamp[:8] + "/" + s.Region + "/" + s.Service + "/" + terminator
	canonical := appendCanonical(make([]byte, 0, 1024), r, s.Service, headers, "", bodyHash(r, body))
	sig := s.signature(c, stamp, scope, canonical)
	r.Header.Set("Authorization", algorithm+" Credential="+c.AccessKeyID+"/"+scope+
		", SignedHeaders="+strings.Join(headers, ";")+", Signature="+sig)
}

// Presign gives the request's URL with a signature in its query, good for the given time. Of the headers only the host is
// signed, so the request must not carry X-Amz-… headers. For s3 the body is not signed.
func (s Signer) Presign(r *http.Request, body []byte, c Credentials, now time.Time, life time.Duration) string {
	stamp := now.UTC().Format(isoBasic)
	scope := stamp[:8] + "/" + s.Region + "/" + s.Service + "/" + terminator
	u := *r.URL
	q := u.Query()
	q.Set("X-Amz-Algorithm", algorithm)
	q.Set("X-Amz-Credential", c.AccessKeyID+"/"+scope)
	q.Set("X-Amz-Date", stamp)
	q.Set("X-Amz-Expires", strconv.Itoa(int(life/time.Second)))
	q.Set("X-Amz-SignedHeaders", "host")
	if c.SessionToken != "" {
		q.Set("X-Amz-Security-Token", c.SessionToken)
	}
	u.RawQuery = q.Encode()
	signed := &http.Request{Method: r.Method, URL: &u, Host: r.Host, Header: http.Header{}}
	hash := bodyHash(r, body)
	if s.Service == "s3" {
		hash = UnsignedPayload
	}
	canonical := appendCanonical(make([]byte, 0, 1024), signed, s.Service, []string{"host"}, "", hash)
	u.RawQuery += "&X-Amz-Signature=" + url.QueryEscape(s.signature(c, stamp, scope, canonical))
	return u.String()
}

func (s Signer) signature(c Credentials, stamp, scope string, canonical []byte) string {
	key := s.Keys.get(c.AccessKeyID, c.SecretAccessKey, stamp[:8], s.Region, s.Service)
	sig := sign(key, appendToSign(make([]byte, 0, 160), stamp, scope, canonical))
	return string(sig[:])
}

func bodyHash(r *http.Request, body []byte) string {
	if h := r.Header.Get("X-Amz-Content-Sha256"); h != "" {
		return h
	}
	if len(body) == 0 {
		return emptyHash
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func headersToSign(r *http.Request) []string {
	names := []string{"host"}
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Amz-") || name == "Content-Type" {
			names = append(names, strings.ToLower(name))
		}
	}
	slices.Sort(names)
	return names
}
