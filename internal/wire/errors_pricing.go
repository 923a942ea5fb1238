package wire

import "umbel/internal/fault"

// pricingErrors is what the Price List service calls its failures.
var pricingErrors = table{
	fault.AccessDenied:     {shape: "AccessDeniedException"},
	fault.ExpiredPageToken: {shape: "ExpiredNextTokenException", message: "The pagination token expired."},
	fault.Internal:         {shape: "InternalErrorException", message: textInternal},
	fault.InvalidInput:     {shape: "InvalidParameterException"},
	fault.InvalidPageToken: {shape: "InvalidNextTokenException", message: "The pagination token is invalid."},
	fault.NotFound:         {shape: "NotFoundException"},
	fault.Throttling:       {shape: "ThrottlingException", message: textThrottled},
	fault.ValidationFailed: {shape: "InvalidParameterException"},
}
