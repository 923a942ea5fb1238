package wire

import (
	"net/http"

	"umbel/internal/fault"
)

// Texts of AWS's own (IAM user guide, "Common errors", and what the services answer).
const (
	textInternal         = "The request processing has failed because of an unknown error, exception or failure."
	textUnavailable      = "The request has failed due to a temporary failure of the server."
	textThrottled        = "Rate exceeded"
	textTooLarge         = "The request is too large."
	textMissingToken     = "Request is missing Authentication Token"
	textInvalidToken     = "The security token included in the request is invalid."
	textExpiredToken     = "The security token included in the request is expired"
	textMismatch         = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	textIncomplete       = "The request signature does not conform to AWS standards."
	textScope            = "Credential should be scoped to a valid region."
	textSubscription     = "The AWS Access Key Id needs a subscription for the service"
	textNotOffered       = "Umbel does not serve this operation."
	textUnknownOperation = "The requested operation is not known to this service."
)

// jsonErrors is what awsJson services call the failures that they do not define themselves. AWS answers nearly all of
// them with 400.
var jsonErrors = table{
	fault.AccessDenied:     {code: "AccessDeniedException", status: http.StatusBadRequest},
	fault.Internal:         {code: "InternalFailure", status: http.StatusInternalServerError, message: textInternal},
	fault.MalformedRequest: {code: "SerializationException", status: http.StatusBadRequest},
	fault.NotOffered:       {code: "NotImplementedException", status: http.StatusNotImplemented, message: textNotOffered},
	fault.RequestTooLarge:  {code: "RequestEntityTooLargeException", status: http.StatusRequestEntityTooLarge, message: textTooLarge},
	fault.Throttling:       {code: "ThrottlingException", status: http.StatusBadRequest, message: textThrottled},
	fault.Unavailable:      {code: "ServiceUnavailableException", status: http.StatusServiceUnavailable, message: textUnavailable},
	fault.UnknownOperation: {code: "UnknownOperationException", status: http.StatusBadRequest, message: textUnknownOperation},
	fault.ValidationFailed: {code: "ValidationException", status: http.StatusBadRequest},
	fault.InvalidPageToken: {code: "ValidationException", status: http.StatusBadRequest, message: "Invalid token."},
	fault.ConcurrentChange: {code: "ConflictException", status: http.StatusBadRequest},

	fault.MissingAuthentication: {code: "MissingAuthenticationTokenException", status: http.StatusBadRequest, message: "Missing Authentication Token"},
	fault.IncompleteSignature:   {code: "IncompleteSignatureException", status: http.StatusBadRequest, message: textIncomplete},
	fault.InvalidClientToken:    {code: "UnrecognizedClientException", status: http.StatusBadRequest, message: textInvalidToken},
	fault.SignatureMismatch:     {code: "InvalidSignatureException", status: http.StatusBadRequest, message: textMismatch},
	fault.RequestExpired:        {code: "InvalidSignatureException", status: http.StatusBadRequest, message: "Signature expired"},
	fault.ExpiredToken:          {code: "ExpiredTokenException", status: http.StatusBadRequest, message: textExpiredToken},
	fault.WrongScope:            {code: "InvalidSignatureException", status: http.StatusBadRequest, message: textScope},
	fault.OptInRequired:         {code: "SubscriptionRequiredException", status: http.StatusBadRequest, message: textSubscription},
	fault.RegionDisabled:        {code: "UnrecognizedClientException", status: http.StatusBadRequest, message: textInvalidToken},
}

// queryErrors is what awsQuery services call the failures that they do not define themselves.
var queryErrors = table{
	fault.AccessDenied:     {code: "AccessDenied", status: http.StatusForbidden},
	fault.Internal:         {code: "InternalFailure", status: http.StatusInternalServerError, message: textInternal},
	fault.MalformedRequest: {code: "MalformedInput", status: http.StatusBadRequest},
	fault.NotOffered:       {code: "NotImplemented", status: http.StatusNotImplemented, message: textNotOffered},
	fault.RequestTooLarge:  {code: "RequestEntityTooLarge", status: http.StatusRequestEntityTooLarge, message: textTooLarge},
	fault.Throttling:       {code: "Throttling", status: http.StatusBadRequest, message: textThrottled},
	fault.Unavailable:      {code: "ServiceUnavailable", status: http.StatusServiceUnavailable, message: textUnavailable},
	fault.UnknownOperation: {code: "InvalidAction", status: http.StatusBadRequest, message: textUnknownOperation},
	fault.ValidationFailed: {code: "ValidationError", status: http.StatusBadRequest},
	fault.InvalidPageToken: {code: "ValidationError", status: http.StatusBadRequest, message: "Invalid Marker."},

	fault.MissingAuthentication: {code: "MissingAuthenticationToken", status: http.StatusForbidden, message: textMissingToken},
	fault.IncompleteSignature:   {code: "IncompleteSignature", status: http.StatusBadRequest, message: textIncomplete},
	fault.InvalidClientToken:    {code: "InvalidClientTokenId", status: http.StatusForbidden, message: textInvalidToken},
	fault.SignatureMismatch:     {code: "SignatureDoesNotMatch", status: http.StatusForbidden, message: textMismatch},
	fault.RequestExpired:        {code: "SignatureDoesNotMatch", status: http.StatusForbidden, message: "Signature expired"},
	fault.ExpiredToken:          {code: "ExpiredToken", status: http.StatusForbidden, message: textExpiredToken},
	fault.WrongScope:            {code: "SignatureDoesNotMatch", status: http.StatusForbidden, message: textScope},
	fault.OptInRequired:         {code: "OptInRequired", status: http.StatusForbidden, message: textSubscription},
	fault.RegionDisabled:        {code: "RegionDisabledException", status: http.StatusForbidden},
}

// restErrors is what restJson services call the failures that they do not define themselves. They use the names of the
// awsJson services with the statuses of HTTP.
var restErrors = func() table {
	status := map[fault.Code]int{fault.UnknownOperation: http.StatusNotFound, fault.Throttling: http.StatusTooManyRequests, fault.ConcurrentChange: http.StatusConflict}
	for _, c := range []fault.Code{
		fault.AccessDenied, fault.MissingAuthentication, fault.IncompleteSignature, fault.InvalidClientToken, fault.SignatureMismatch,
		fault.RequestExpired, fault.ExpiredToken, fault.WrongScope, fault.OptInRequired, fault.RegionDisabled,
	} {
		status[c] = http.StatusForbidden
	}
	t := table{}
	for c, e := range jsonErrors {
		if s := status[c]; s != 0 {
			e.status = s
		}
		t[c] = e
	}
	return t
}()
