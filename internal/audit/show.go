package audit

import (
	"reflect"
	"strconv"
	"unicode/utf8"
)

// treatment is what a record does with a member.
type treatment int

const (
	show treatment = iota
	omit           // leave it out: secrets
	mask           // show "****": personal data, as Organizations does
)

// treat tells what becomes of a member. Secrets never reach a trail: what CloudTrail leaves out for IAM and STS is left out,
// and the name and e-mail address of an account are masked as in the Organizations User Guide, "Logging AWS Organizations
// API calls" (CreateAccount).
func treat(service, name string) treatment {
	switch service {
	case "iam":
		switch name {
		case "password", "oldPassword", "newPassword", "secretAccessKey", "privateKey", "servicePassword",
			"serviceCredentialSecret", "base32StringSeed", "qRCodePNG", "authenticationCode1", "authenticationCode2":
			return omit
		}
	case "sts":
		switch name {
		case "secretAccessKey", "tokenCode", "sAMLAssertion", "webIdentityToken":
			return omit
		}
	case "organizations":
		switch name {
		case "email", "accountName":
			return mask
		}
	}
	return show
}

// timeLayout is how a service's records show times.
func timeLayout(service string) string {
	if service == "sts" {
		return "Jan 2, 2006, 3:04:05 PM"
	}
	return "Jan 2, 2006 3:04:05 PM"
}

// showsOutput tells whether a record has responseElements: those of changes do, and those of new credentials.
func (c *Call) showsOutput() bool {
	if !c.ReadOnly {
		return true
	}
	switch c.Name {
	case "AssumeRole", "GetSessionToken", "GetFederationToken":
		return c.Service == "sts"
	}
	return false
}

// input appends requestParameters. A record of a refused call does not show what was asked for.
func (r *Recorder) input(b []byte, c *Call) []byte {
	if c.Failure != nil && c.Failure.Denied {
		return append(b, "null"...)
	}
	return r.elements(b, c, "requestParameters", c.Input)
}

// output appends responseElements.
func (r *Recorder) output(b []byte, c *Call) []byte {
	if c.Failure != nil || !c.showsOutput() {
		return append(b, "null"...)
	}
	return r.elements(b, c, "responseElements", c.Output)
}

// The limits of a record's fields (CloudTrail User Guide, "CloudTrail record contents").
const (
	maxText     = 1 << 10   // userAgent and errorMessage
	maxElements = 100 << 10 // requestParameters and responseElements
)

// elements appends an input or output: null if there is nothing in it, and a note in its place if it is too large.
func (r *Recorder) elements(b []byte, c *Call, what string, value any) []byte {
	v := reflect.ValueOf(value)
	if value == nil || absent(v) {
		return append(b, "null"...)
	}
	start := len(b)
	b = writer{&r.plans, c.Service}.value(b, v)
	switch size := len(b) - start; {
	case size == len("{}"):
		return append(b[:start], "null"...)
	case size > maxElements:
		b = append(b[:start], `{"omitted":true,"originalSize":`...)
		b = strconv.AppendInt(b, int64(size), 10)
		b = append(b, `,"reason":"`...)
		b = append(b, what...)
		return append(b, ` too large"}`...)
	}
	return b
}

// limited cuts a text to what a record holds, between characters.
func limited(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
