package wire

import "umbel/internal/fault"

// cloudtrailErrors is what CloudTrail calls its failures. Its model gives no statuses: all are answered with 400.
var cloudtrailErrors = table{
	fault.ConcurrentChange:        {shape: "ConcurrentModificationException", message: "You are trying to update a resource when another request is in progress."},
	fault.InvalidEventCategory:    {shape: "InvalidEventCategoryException"},
	fault.InvalidInput:            {shape: "InvalidParameterException"},
	fault.InvalidLookupAttributes: {shape: "InvalidLookupAttributesException"},
	fault.InvalidMaxResults:       {shape: "InvalidMaxResultsException"},
	fault.InvalidPageToken:        {shape: "InvalidNextTokenException", message: "Invalid token."},
	fault.InvalidTimeRange:        {shape: "InvalidTimeRangeException"},
	fault.Throttling:              {shape: "ThrottlingException", message: textThrottled},
}
