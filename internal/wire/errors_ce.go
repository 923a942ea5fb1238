package wire

import (
	"net/http"

	"umbel/internal/fault"
)

// ceErrors is what Cost Explorer calls its failures. What violates a constraint is a ValidationException, which its model does not have.
var ceErrors = table{
	fault.AnalysisNotFound:      {shape: "AnalysisNotFoundException"},
	fault.BackfillLimitExceeded: {shape: "BackfillLimitExceededException"},
	fault.BillExpiration:        {shape: "BillExpirationException"},
	fault.BillingViewUnhealthy:  {shape: "BillingViewHealthStatusException"},
	fault.DataUnavailable:       {shape: "DataUnavailableException", message: "The requested data is unavailable."},
	fault.GenerationExists:      {shape: "GenerationExistsException"},
	fault.InvalidInput:          {code: "ValidationException", status: http.StatusBadRequest},
	fault.InvalidPageToken:      {shape: "InvalidNextTokenException", message: "The pagination token is invalid. Try again without a pagination token."},
	fault.LimitExceeded:         {shape: "LimitExceededException"},
	fault.NotFound:              {shape: "ResourceNotFoundException"},
	fault.QuotaExceeded:         {shape: "ServiceQuotaExceededException"},
	fault.RequestChanged:        {shape: "RequestChangedException", message: "Your request parameters changed between pages. Try again with the old parameters or without a pagination token."},
	fault.Throttling:            {shape: "LimitExceededException", message: "You made too many calls in a short period of time. Try again later."},
	fault.TooManyTags:           {shape: "TooManyTagsException"},
	fault.UnknownMonitor:        {shape: "UnknownMonitorException"},
	fault.UnknownSubscription:   {shape: "UnknownSubscriptionException"},
	fault.UnresolvableUsageUnit: {shape: "UnresolvableUsageUnitException"},
}
