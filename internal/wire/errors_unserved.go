package wire

import (
	"net/http"

	"umbel/internal/fault"
)

// textAuthFailure is EC2's for every kind of bad credentials.
const textAuthFailure = "AWS was not able to validate the provided access credentials"

// ec2Errors is what Amazon EC2 calls its failures (EC2 API reference, "Error codes for the Amazon EC2 API").
var ec2Errors = derive(queryErrors, table{
	fault.AccessDenied:       {code: "UnauthorizedOperation", status: http.StatusForbidden, message: "You are not authorized to perform this operation."},
	fault.DryRun:             {code: "DryRunOperation", status: http.StatusPreconditionFailed, message: "Request would have succeeded, but DryRun flag is set."},
	fault.Internal:           {code: "InternalError", status: http.StatusInternalServerError, message: "An internal error has occurred"},
	fault.Unavailable:        {code: "Unavailable", status: http.StatusServiceUnavailable, message: textUnavailable},
	fault.Throttling:         {code: "RequestLimitExceeded", status: http.StatusServiceUnavailable, message: "Request limit exceeded."},
	fault.InvalidClientToken: {code: "AuthFailure", status: http.StatusUnauthorized, message: textAuthFailure, fixed: true},
	fault.SignatureMismatch:  {code: "AuthFailure", status: http.StatusUnauthorized, message: textAuthFailure, fixed: true},
	fault.WrongScope:         {code: "AuthFailure", status: http.StatusUnauthorized, message: textAuthFailure, fixed: true},
	fault.RequestExpired:     {code: "RequestExpired", status: http.StatusBadRequest, message: "Request has expired.", fixed: true},
	fault.ExpiredToken:       {code: "RequestExpired", status: http.StatusBadRequest, message: "Request has expired.", fixed: true},
})

// s3Errors is what Amazon S3 calls its failures (S3 API reference, "List of error codes").
var s3Errors = derive(queryErrors, table{
	fault.Internal:              {code: "InternalError", status: http.StatusInternalServerError, message: "We encountered an internal error. Please try again."},
	fault.Unavailable:           {code: "ServiceUnavailable", status: http.StatusServiceUnavailable, message: "Please reduce your request rate."},
	fault.Throttling:            {code: "SlowDown", status: http.StatusServiceUnavailable, message: "Please reduce your request rate."},
	fault.RequestTooLarge:       {code: "EntityTooLarge", status: http.StatusBadRequest, message: "Your proposed upload exceeds the maximum allowed object size."},
	fault.MalformedRequest:      {code: "InvalidRequest", status: http.StatusBadRequest},
	fault.UnknownOperation:      {code: "MethodNotAllowed", status: http.StatusMethodNotAllowed, message: "The specified method is not allowed against this resource."},
	fault.MissingAuthentication: {code: "AccessDenied", status: http.StatusForbidden, message: "Access Denied"},
	fault.IncompleteSignature:   {code: "AuthorizationHeaderMalformed", status: http.StatusBadRequest},
	fault.WrongScope:            {code: "AuthorizationHeaderMalformed", status: http.StatusBadRequest},
	fault.InvalidClientToken:    {code: "InvalidAccessKeyId", status: http.StatusForbidden, message: "The AWS Access Key Id you provided does not exist in our records.", fixed: true},
	fault.RequestExpired:        {code: "RequestTimeTooSkewed", status: http.StatusForbidden, message: "The difference between the request time and the current time is too large.", fixed: true},
	fault.ExpiredToken:          {code: "ExpiredToken", status: http.StatusBadRequest, message: "The provided token has expired.", fixed: true},
})

// snsErrors is what Amazon SNS calls a refusal (SNS API reference, "Errors" of each operation).
var snsErrors = table{fault.AccessDenied: {code: "AuthorizationError", status: http.StatusForbidden}}

// derive gives a table with further rows over those of another.
func derive(from, rows table) table {
	t := table{}
	for c, e := range from {
		t[c] = e
	}
	for c, e := range rows {
		t[c] = e
	}
	return t
}
