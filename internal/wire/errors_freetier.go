package wire

import "umbel/internal/fault"

// freetierErrors is what Free Tier calls its failures.
var freetierErrors = table{
	fault.AccessDenied:     {shape: "AccessDeniedException"},
	fault.Internal:         {shape: "InternalServerException", message: textInternal},
	fault.InvalidInput:     {shape: "ValidationException"},
	fault.InvalidPageToken: {shape: "ValidationException", message: "Invalid token."},
	fault.NotFound:         {shape: "ResourceNotFoundException"},
	fault.Throttling:       {shape: "ThrottlingException", message: textThrottled},
	fault.ValidationFailed: {shape: "ValidationException"},
}
