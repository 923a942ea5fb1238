// Package sigv4 verifies and makes AWS Signature Version 4 signatures, in the Authorization header and in the query
// (presigned). It needs only the standard library, knows no accounts and stores no secrets: the caller looks the secret up
// by the access key ID that Parse finds.
//
// Rules: IAM User Guide, "AWS Signature Version 4 for API requests". SigV4A, SigV2 and chunk-signed bodies are recognized and
// refused with a clear error.
package sigv4

import (
	"net/http"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	// isoBasic is the layout of X-Amz-Date.
	isoBasic = "20060102T150405Z"
	// UnsignedPayload in X-Amz-Content-Sha256 tells that the body is not part of the signature.
	UnsignedPayload = "UNSIGNED-PAYLOAD"
	// streamingUnsigned is the same for a body in chunks, with checksums behind it.
	streamingUnsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	// emptyHash is the SHA-256 of nothing.
	emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	// MaxSkew is how far a signature's time may lie from the verifier's clock, either way.
	MaxSkew = 15 * time.Minute
	// MaxExpires is the longest life of a presigned request.
	MaxExpires = 7 * 24 * time.Hour
)

// Reason is why a signature is refused.
type Reason int

// The reasons.
const (
	Missing     Reason = iota + 1 // the request is not signed at all
	Incomplete                    // a parameter is missing or has the wrong form
	Unsupported                   // SigV2, SigV4A or a chunk-signed body
	Ambiguous                     // signed in the header and in the query
	WrongScope                    // the credential names another date, Region or service
	Expired                       // signed too long ago
	NotYetValid                   // signed in the future
	Mismatch                      // the signature is not the one calculated
)

// Error is a refused signature. Message is AWS's own text where that is known.
type Error struct {
	Reason  Reason
	Message string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Signed is what a request says of its signature, before it is verified.
type Signed struct {
	AccessKeyID  string
	Date         string // of the credential scope, YYYYMMDD
	Region       string
	Service      string
	Time         time.Time // when it was signed, UTC
	Expires      time.Duration
	SessionToken string // X-Amz-Security-Token; empty for long-term keys
	// Headers are the names of the signed headers, in lower case, sorted.
	Headers []string
	// Presigned tells that the signature is in the query.
	Presigned bool

	stamp     string // Time as signed
	signature string
	payload   string // X-Amz-Content-Sha256; empty if not sent
	request   *http.Request
}

// Scope gives the credential scope: "20260101/us-east-1/iam/aws4_request".
func (s *Signed) Scope() string {
	return s.Date + "/" + s.Region + "/" + s.Service + "/" + terminator
}
