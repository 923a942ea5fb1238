package wire

import "umbel/internal/fault"

// cloudwatchErrors is what CloudWatch calls its failures; its clients of every protocol get the code of the query protocol.
var cloudwatchErrors = table{
	fault.Internal:                    {shape: "InternalServiceFault", message: textInternal},
	fault.InvalidInput:                {shape: "InvalidParameterValueException"},
	fault.InvalidPageToken:            {shape: "InvalidNextToken", message: "The next token specified is invalid."},
	fault.InvalidParameterCombination: {shape: "InvalidParameterCombinationException"},
	fault.InvalidParameterValue:       {shape: "InvalidParameterValueException"},
	fault.LimitExceeded:               {shape: "LimitExceededFault"},
	fault.MissingParameter:            {shape: "MissingRequiredParameterException"},
	fault.NotFound:                    {shape: "ResourceNotFound"},
}
