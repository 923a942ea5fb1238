// Package account owns the operations of AWS Account Management. None is served yet; each answers so in the service's own
// dialect (restJson1), so that a client is never left with a page it cannot read.
package account

import "umbel/internal/op"

// Service declares Account Management.
func Service() op.Service {
	return op.Service{
		ID: "account",
		NotOffered: []string{
			"AcceptPrimaryEmailUpdate", "DeleteAlternateContact", "DisableRegion", "EnableRegion", "GetAccountInformation",
			"GetAlternateContact", "GetContactInformation", "GetGovCloudAccountInformation", "GetPrimaryEmail",
			"GetRegionOptStatus", "ListRegions", "PutAccountName", "PutAlternateContact", "PutContactInformation",
			"StartPrimaryEmailUpdate",
		},
	}
}
