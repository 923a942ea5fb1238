package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Options say what a verifier expects.
type Options struct {
	Now time.Time
	// Service is the name that the credential must be scoped to; empty accepts any.
	Service string
	// Region tells whether a Region is good for the service; nil accepts any.
	Region func(string) bool
	// AllowUnsignedPayload accepts UNSIGNED-PAYLOAD, and bodies in chunks that are not signed; for presigned requests to s3 it is also what is assumed.
	AllowUnsignedPayload bool
	// Keys remembers derived signing keys; nil derives each time.
	Keys *KeyCache
}

// Verify checks the signature of the request against the secret access key and the whole body. Errors are *Error. The order is: scope,
// time, body hash, signature.
func (s *Signed) Verify(secret string, body []byte, o Options) error {
	if err := s.checkScope(o); err != nil {
		return err
	}
	if err := s.checkTime(o.Now); err != nil {
		return err
	}
	hash, err := s.payloadHash(body, o)
	if err != nil {
		return err
	}
	skip := ""
	if s.Presigned {
		skip = "X-Amz-Signature"
	}
	canonical := appendCanonical(make([]byte, 0, 1024), s.request, s.Service, s.Headers, skip, hash)
	toSign := appendToSign(make([]byte, 0, 160), s.stamp, s.Scope(), canonical)
	want := sign(o.Keys.get(s.AccessKeyID, secret, s.Date, s.Region, s.Service), toSign)
	if len(s.signature) != len(want) || subtle.ConstantTimeCompare([]byte(s.signature), want[:]) != 1 {
		return mismatch(canonical, toSign)
	}
	return nil
}

func (s *Signed) checkScope(o Options) error {
	text := ""
	if o.Region != nil && !o.Region(s.Region) {
		text = "Credential should be scoped to a valid region. "
	}
	if o.Service != "" && s.Service != o.Service {
		text += "Credential should be scoped to correct service: '" + o.Service + "'. "
	}
	if text != "" {
		return &Error{WrongScope, text}
	}
	return nil
}

// checkTime allows 15 minutes either way; a presigned request lives as long as it says.
func (s *Signed) checkTime(now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	life := MaxSkew
	if s.Presigned {
		life = s.Expires
	}
	if earliest := now.Add(-life); s.Time.Before(earliest) {
		return &Error{Expired, fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s.)",
			s.stamp, earliest.Format(isoBasic), now.Format(isoBasic), span(life))}
	}
	if latest := now.Add(MaxSkew); s.Time.After(latest) {
		return &Error{NotYetValid, fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %s.)",
			s.stamp, latest.Format(isoBasic), now.Format(isoBasic), span(MaxSkew))}
	}
	return nil
}

func span(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d sec", d/time.Second)
}

// payloadHash gives the body's hash as it stands in the canonical request. A hash that was sent must be the body's.
func (s *Signed) payloadHash(body []byte, o Options) (string, error) {
	if sent := s.unsignedPayload(); sent != "" {
		if o.AllowUnsignedPayload {
			return sent, nil
		}
		return "", &Error{Mismatch, "The payload must be signed: '" + sent + "' is not allowed for this service."}
	}
	hash := emptyHash
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		hash = hex.EncodeToString(sum[:])
	}
	if s.payload != "" && !strings.EqualFold(s.payload, hash) {
		return "", &Error{Mismatch, "The provided 'x-amz-content-sha256' header does not match what was computed."}
	}
	if s.payload != "" {
		return s.payload, nil
	}
	return hash, nil
}

// unsignedPayload gives what stands for the body's hash where the body is not signed; empty where it is.
func (s *Signed) unsignedPayload() string {
	switch {
	case s.payload == UnsignedPayload, s.payload == streamingUnsigned:
		return s.payload
	case s.payload == "" && s.Presigned && s.Service == "s3":
		return UnsignedPayload
	}
	return ""
}

// appendToSign builds the string to sign.
func appendToSign(b []byte, stamp, scope string, canonical []byte) []byte {
	b = append(b, algorithm...)
	b = append(b, '\n')
	b = append(b, stamp...)
	b = append(b, '\n')
	b = append(b, scope...)
	b = append(b, '\n')
	sum := sha256.Sum256(canonical)
	return hex.AppendEncode(b, sum[:])
}

// sign gives the signature in lower-case hexadecimal.
func sign(key [32]byte, toSign []byte) [64]byte {
	var out [64]byte
	h := hmac.New(sha256.New, key[:])
	h.Write(toSign)
	var sum [32]byte
	hex.Encode(out[:], h.Sum(sum[:0]))
	return out
}

// mismatch tells the client what it should have signed: that follows from the request alone and gives no secret away.
func mismatch(canonical, toSign []byte) error {
	return &Error{Mismatch, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key " +
		"and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'" +
		string(canonical) + "'\n\nThe String-to-Sign should have been\n'" + string(toSign) + "'\n"}
}
