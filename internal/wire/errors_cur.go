package wire

import "umbel/internal/fault"

// curErrors is what Cost and Usage Reports calls its failures.
var curErrors = table{
	fault.DuplicateReportName: {shape: "DuplicateReportNameException"},
	fault.Internal:            {shape: "InternalErrorException", message: textInternal},
	fault.InvalidInput:        {shape: "ValidationException"},
	fault.InvalidPageToken:    {shape: "ValidationException", message: "Invalid token."},
	fault.NotFound:            {shape: "ResourceNotFoundException"},
	fault.ReportLimitReached:  {shape: "ReportLimitReachedException"},
	fault.ValidationFailed:    {shape: "ValidationException"},
}
