package wire

import "umbel/internal/fault"

// accessanalyzerErrors is what IAM Access Analyzer calls its failures: a ValidationException always has a reason.
var accessanalyzerErrors = table{
	fault.AccessDenied:     {shape: "AccessDeniedException"},
	fault.InvalidPageToken: {shape: "ValidationException", message: "Invalid token.", reason: "fieldValidationFailed"},
	fault.MalformedRequest: {shape: "ValidationException", reason: "cannotParse"},
	fault.Throttling:       {shape: "ThrottlingException", message: textThrottled},
	fault.ValidationFailed: {shape: "ValidationException", reason: "fieldValidationFailed"},
}
