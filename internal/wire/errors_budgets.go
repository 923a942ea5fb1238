package wire

import (
	"net/http"

	"umbel/internal/fault"
)

// budgetsErrors is what AWS Budgets calls its failures. Its model gives no statuses: all are answered with 400 but the server's own failure.
var budgetsErrors = table{
	fault.AccessDenied:          {shape: "AccessDeniedException"},
	fault.BillingViewUnhealthy:  {shape: "BillingViewHealthStatusException"},
	fault.CreationLimitExceeded: {shape: "CreationLimitExceededException"},
	fault.DuplicateRecord:       {shape: "DuplicateRecordException"},
	fault.ExpiredPageToken:      {shape: "ExpiredNextTokenException", message: "The pagination token expired."},
	fault.Internal:              {shape: "InternalErrorException", status: http.StatusInternalServerError, message: textInternal},
	fault.InvalidInput:          {shape: "InvalidParameterException"},
	fault.InvalidPageToken:      {shape: "InvalidNextTokenException", message: "The pagination token is invalid."},
	fault.NotFound:              {shape: "NotFoundException"},
	fault.QuotaExceeded:         {shape: "ServiceQuotaExceededException"},
	fault.ResourceLocked:        {shape: "ResourceLockedException"},
	fault.Throttling:            {shape: "ThrottlingException", message: "The number of API requests has exceeded the maximum allowed API request throttling limit for the account."},
	fault.ValidationFailed:      {shape: "InvalidParameterException"},
}
