package wire

import "umbel/internal/fault"

// billingErrors is what AWS Billing calls its failures: a ValidationException of its has a reason.
var billingErrors = table{
	fault.AccessDenied:         {shape: "AccessDeniedException"},
	fault.BillingViewUnhealthy: {shape: "BillingViewHealthStatusException"},
	fault.ConcurrentChange:     {shape: "ConflictException"},
	fault.Conflict:             {shape: "ConflictException"},
	fault.Internal:             {shape: "InternalServerException", message: textInternal},
	fault.InvalidInput:         {shape: "ValidationException", reason: "other"},
	fault.InvalidPageToken:     {shape: "ValidationException", message: "Invalid token.", reason: "fieldValidationFailed"},
	fault.NotFound:             {shape: "ResourceNotFoundException"},
	fault.QuotaExceeded:        {shape: "ServiceQuotaExceededException"},
	fault.Throttling:           {shape: "ThrottlingException", message: textThrottled},
	fault.ValidationFailed:     {shape: "ValidationException", reason: "fieldValidationFailed"},
}
