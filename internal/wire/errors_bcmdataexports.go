package wire

import "umbel/internal/fault"

// bcmdataexportsErrors is what Data Exports calls its failures: a ValidationException of its has a reason.
var bcmdataexportsErrors = table{
	fault.AccessDenied:     {shape: "AccessDeniedException"},
	fault.Internal:         {shape: "InternalServerException", message: textInternal},
	fault.InvalidInput:     {shape: "ValidationException", reason: "other"},
	fault.InvalidPageToken: {shape: "ValidationException", message: "Invalid token.", reason: "fieldValidationFailed"},
	fault.NotFound:         {shape: "ResourceNotFoundException"},
	fault.QuotaExceeded:    {shape: "ServiceQuotaExceededException"},
	fault.Throttling:       {shape: "ThrottlingException", message: textThrottled},
	fault.ValidationFailed: {shape: "ValidationException", reason: "fieldValidationFailed"},
}
