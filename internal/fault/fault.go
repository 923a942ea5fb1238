// Package fault owns the one coded error used inside Umbel. A code names what went wrong in the field's terms; the name,
// status and shape a client sees live in package wire, in one table per service. An error without a code is a defect:
// the wire answers it with an opaque internal failure, and its cause goes to the log.
package fault

import (
	"errors"
	"fmt"
)

// Code names a kind of failure.
type Code string

// Error is a failure that a client may see.
type Error struct {
	Code    Code
	Reason  string         // the service's reason code, such as INVALID_PATTERN; empty where it has none
	Message string         // text for the client, AWS's own where it is known
	Fields  map[string]any // further members of the modelled error, by member name
	cause   error
}

// Error gives the code and the message, and the cause if there is one.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Reason != "" {
		s += " (" + e.Reason + ")"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause, which is logged and never sent to a client.
func (e *Error) Unwrap() error { return e.cause }

// New makes a coded error with a message for the client.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// WithReason makes a coded error with the service's reason code.
func WithReason(code Code, reason, format string, args ...any) *Error {
	return &Error{Code: code, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// Because returns a copy of the error that carries its cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// CodeOf gives the code of the first coded error in err's chain, or "" where there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }
