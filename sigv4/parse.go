package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parse reads the signature of a request. Nothing is verified: see Verify. Errors are *Error. The request is kept, and must
// not be changed before Verify.
func Parse(r *http.Request) (*Signed, error) {
	header := r.Header.Get("Authorization")
	inQuery := strings.Contains(r.URL.RawQuery, "X-Amz-Algorithm")
	switch {
	case header != "" && inQuery:
		return nil, &Error{Ambiguous, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."}
	case header != "":
		return parseHeader(r, header)
	case inQuery:
		return parseQuery(r, r.URL.Query())
	case strings.Contains(r.URL.RawQuery, "AWSAccessKeyId="):
		return nil, &Error{Unsupported, "Signature Version 2 is not supported. Sign the request with Signature Version 4."}
	}
	return nil, &Error{Missing, "Request is missing Authentication Token"}
}

// parseHeader reads the Authorization header.
func parseHeader(r *http.Request, header string) (*Signed, error) {
	alg, rest, _ := strings.Cut(header, " ")
	if err := checkAlgorithm(alg); err != nil {
		return nil, err
	}
	p, err := headerParams(header, rest)
	if err != nil {
		return nil, err
	}
	stamp := r.Header.Get("X-Amz-Date")
	if stamp == "" {
		stamp = r.Header.Get("Date")
	}
	if missing := missingParams(p, stamp); missing != "" {
		return nil, &Error{Incomplete, missing + "(Hashed with SHA-256 and encoded with Base64) Authorization=" + fingerprint(header)}
	}
	s := &Signed{
		SessionToken: r.Header.Get("X-Amz-Security-Token"),
		payload:      r.Header.Get("X-Amz-Content-Sha256"),
		signature:    p.signature,
		request:      r,
	}
	return s, s.complete(p, stamp)
}

// params are the parts of a signature, wherever they stand.
type params struct{ credential, headers, signature string }

// headerParams splits "Credential=…, SignedHeaders=…, Signature=…".
func headerParams(header, rest string) (params, error) {
	var p params
	for len(rest) > 0 {
		var part string
		part, rest, _ = strings.Cut(rest, ",")
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return p, &Error{Incomplete, "Invalid key=value pair (missing equal-sign) in Authorization header " +
				"(hashed with SHA-256 and encoded with Base64): '" + fingerprint(header) + "'."}
		}
		switch key {
		case "Credential":
			p.credential = value
		case "SignedHeaders":
			p.headers = value
		case "Signature":
			p.signature = value
		}
	}
	return p, nil
}

func missingParams(p params, stamp string) string {
	text := ""
	for _, c := range []struct{ name, value string }{
		{"Credential", p.credential}, {"Signature", p.signature}, {"SignedHeaders", p.headers},
	} {
		if c.value == "" {
			text += "Authorization header requires '" + c.name + "' parameter. "
		}
	}
	if stamp == "" {
		text += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
	}
	return text
}

// parseQuery reads the X-Amz-… parameters of a presigned request.
func parseQuery(r *http.Request, q url.Values) (*Signed, error) {
	missing := ""
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if q.Get(name) == "" {
			missing += "AWS query-string parameters must include '" + name + "'. "
		}
	}
	if missing != "" {
		return nil, &Error{Incomplete, missing + "Re-examine the query-string parameters."}
	}
	if err := checkAlgorithm(q.Get("X-Amz-Algorithm")); err != nil {
		return nil, err
	}
	s := &Signed{
		SessionToken: q.Get("X-Amz-Security-Token"),
		Expires:      MaxSkew,
		Presigned:    true,
		payload:      r.Header.Get("X-Amz-Content-Sha256"),
		signature:    q.Get("X-Amz-Signature"),
		request:      r,
	}
	if s.payload == "" {
		s.payload = q.Get("X-Amz-Content-Sha256")
	}
	if s.SessionToken == "" {
		s.SessionToken = r.Header.Get("X-Amz-Security-Token")
	}
	if text := q.Get("X-Amz-Expires"); text != "" {
		seconds, err := strconv.Atoi(text)
		switch {
		case err != nil:
			return nil, &Error{Incomplete, "X-Amz-Expires should be a number"}
		case seconds < 0:
			return nil, &Error{Incomplete, "X-Amz-Expires must be non-negative"}
		case seconds > int(MaxExpires/time.Second):
			return nil, &Error{Incomplete, "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"}
		}
		s.Expires = time.Duration(seconds) * time.Second
	}
	p := params{q.Get("X-Amz-Credential"), q.Get("X-Amz-SignedHeaders"), s.signature}
	return s, s.complete(p, q.Get("X-Amz-Date"))
}

// checkAlgorithm tells SigV4 from what is refused.
func checkAlgorithm(alg string) error {
	switch {
	case alg == algorithm:
		return nil
	case alg == "AWS" || strings.HasPrefix(alg, "AWS3"):
		return &Error{Unsupported, "Signature Version 2 is not supported. Sign the request with Signature Version 4."}
	case strings.HasPrefix(alg, "AWS4-"):
		return &Error{Unsupported, "Unsupported AWS 'algorithm': '" + printable(alg) + "' (only AWS4-HMAC-SHA256 for now). "}
	}
	return &Error{Missing, "Request is missing Authentication Token"}
}

// complete fills in what header and query signatures share.
func (s *Signed) complete(p params, stamp string) error {
	t, err := parseTime(stamp)
	if err != nil {
		return err
	}
	s.Time, s.stamp = t, stamp
	if len(stamp) != len(isoBasic) { // an RFC 1123 Date header
		s.stamp = t.Format(isoBasic)
	}
	if err := s.splitCredential(p.credential); err != nil {
		return err
	}
	if s.stamp[:8] != s.Date {
		return &Error{WrongScope, fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.",
			printable(s.Date), s.stamp[:8], s.stamp)}
	}
	s.Headers = strings.Split(strings.ToLower(p.headers), ";")
	if !slices.IsSorted(s.Headers) {
		slices.Sort(s.Headers)
	}
	if err := s.checkHeaders(); err != nil {
		return err
	}
	if strings.HasPrefix(s.payload, "STREAMING-") && s.payload != streamingUnsigned {
		return &Error{Unsupported, "A body signed in chunks (" + printable(s.payload) + ") is not supported. Sign the whole body."}
	}
	return nil
}

// splitCredential reads "keyid/date/region/service/aws4_request".
func (s *Signed) splitCredential(credential string) error {
	if strings.Count(credential, "/") != 4 {
		return &Error{Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + printable(credential) + "'"}
	}
	var term string
	s.AccessKeyID, credential, _ = strings.Cut(credential, "/")
	s.Date, credential, _ = strings.Cut(credential, "/")
	s.Region, credential, _ = strings.Cut(credential, "/")
	s.Service, term, _ = strings.Cut(credential, "/")
	if term != terminator {
		return &Error{WrongScope, "Credential should be scoped with a valid terminator: 'aws4_request', not '" + printable(term) + "'. "}
	}
	if s.AccessKeyID == "" {
		return &Error{Missing, "Request is missing Authentication Token"}
	}
	return nil
}

// checkHeaders requires that the host and every X-Amz-… header is signed: else a middleman could change what is asked.
func (s *Signed) checkHeaders() error {
	if _, ok := slices.BinarySearch(s.Headers, "host"); !ok {
		if _, ok := slices.BinarySearch(s.Headers, ":authority"); !ok {
			return &Error{Mismatch, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."}
		}
	}
	for name := range s.request.Header {
		if !strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		if _, ok := slices.BinarySearch(s.Headers, strings.ToLower(name)); !ok {
			return &Error{Mismatch, "'" + strings.ToLower(name) + "' must be a 'SignedHeader' in the AWS Authorization."}
		}
	}
	return nil
}

// parseTime reads X-Amz-Date, or a Date header in either form.
func parseTime(stamp string) (time.Time, error) {
	if t, err := time.Parse(isoBasic, stamp); err == nil && len(stamp) == len(isoBasic) {
		return t, nil
	}
	if t, err := http.ParseTime(stamp); err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, &Error{Incomplete, "Date must be in ISO-8601 'basic format'. Got '" + printable(stamp) + "'. See http://en.wikipedia.org/wiki/ISO_8601"}
}

// fingerprint names a header in an error without repeating it.
func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// printable bounds what an error repeats of the request, and drops what is not printable ASCII.
func printable(text string) string {
	const most = 200
	if len(text) > most {
		text = text[:most]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}
