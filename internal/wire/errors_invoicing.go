package wire

import "umbel/internal/fault"

// invoicingErrors is what AWS Invoicing calls its failures: a ValidationException of its has a reason.
var invoicingErrors = table{
	fault.AccessDenied:     {shape: "AccessDeniedException"},
	fault.ConcurrentChange: {shape: "ConflictException"},
	fault.Conflict:         {shape: "ConflictException"},
	fault.Internal:         {shape: "InternalServerException", message: textInternal},
	fault.InvalidInput:     {shape: "ValidationException", reason: "invalidInput"},
	fault.InvalidPageToken: {shape: "ValidationException", message: "Invalid token.", reason: "invalidNextToken"},
	fault.NotFound:         {shape: "ResourceNotFoundException"},
	fault.QuotaExceeded:    {shape: "ServiceQuotaExceededException"},
	fault.Throttling:       {shape: "ThrottlingException", message: textThrottled},
	fault.ValidationFailed: {shape: "ValidationException", reason: "fieldValidationFailed"},
}
