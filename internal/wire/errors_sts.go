package wire

import (
	"net/http"

	"umbel/internal/fault"
)

// stsErrors is what STS calls its failures; codes and statuses are the model's. It has a packed policy that is too large
// and an encoded message that is invalid, and no errors about entities: a role that does not exist is denied.
var stsErrors = table{
	fault.InvalidAuthorizationMsg: {shape: "InvalidAuthorizationMessageException"},
	fault.MalformedPolicy:         {shape: "MalformedPolicyDocumentException"},
	fault.PackedPolicyTooLarge:    {shape: "PackedPolicyTooLargeException"},
	fault.RegionDisabled:          {shape: "RegionDisabledException"},
	fault.InvalidParameterValue:   {code: "InvalidParameterValue", status: http.StatusBadRequest},
}
