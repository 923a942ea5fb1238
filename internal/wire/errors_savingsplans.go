package wire

import "umbel/internal/fault"

// savingsplansErrors is what Savings Plans calls its failures; statuses are the model's.
var savingsplansErrors = table{
	fault.Internal:         {shape: "InternalServerException", message: textInternal},
	fault.InvalidInput:     {shape: "ValidationException"},
	fault.InvalidPageToken: {shape: "ValidationException", message: "Invalid token."},
	fault.NotFound:         {shape: "ResourceNotFoundException"},
	fault.QuotaExceeded:    {shape: "ServiceQuotaExceededException"},
	fault.ValidationFailed: {shape: "ValidationException"},
}
