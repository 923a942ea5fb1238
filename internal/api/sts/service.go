// Package sts owns the operations of AWS Security Token Service that Umbel serves: who am I, and temporary credentials for
// roles, users and federated users. The credentials are self-contained and sealed: nothing is written to issue them. It
// declares what a call is authorized on; package authz decides.
package sts

import "umbel/internal/op"

// Service declares STS.
func Service() op.Service {
	k := new(packer)
	return op.Service{
		ID: "sts",
		Operations: []*op.Operation{
			assumeRole(k), decodeAuthorizationMessage(), getAccessKeyInfo(), getCallerIdentity(), getFederationToken(k), getSessionToken(),
		},
		NotOffered: []string{
			"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetDelegatedAccessToken", "GetWebIdentityToken",
		},
	}
}
