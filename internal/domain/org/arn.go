package org

import (
	"strings"

	"umbel/internal/ident"
)

// The ARN forms are those of the Service Authorization Reference, "Resource types defined by AWS Organizations".

// ARN gives the organization's own ARN.
func (o *Organization) ARN() string {
	return ident.Organizations(o.Management, "organization/"+string(o.ID))
}

// AccountARN gives the ARN of an account as a member.
func (o *Organization) AccountARN(id ident.AccountID) string {
	return o.resource("account", string(id))
}

// PolicyARN gives a policy's ARN.
func (o *Organization) PolicyARN(p *Policy) string {
	kind := strings.ToLower(string(p.Type))
	if p.AWSManaged {
		return ident.Organizations("aws", "policy/"+kind+"/"+string(p.ID))
	}
	return o.resource("policy", kind+"/"+string(p.ID))
}

// NodeARN gives the ARN of a root, OU or account by its ID, whether it exists or not.
func (o *Organization) NodeARN(id string) string {
	switch {
	case strings.HasPrefix(id, "r-"):
		return o.resource("root", id)
	case strings.HasPrefix(id, "ou-"):
		return o.resource("ou", id)
	}
	return o.resource("account", id)
}

func (o *Organization) resource(kind, id string) string {
	return ident.Organizations(o.Management, kind+"/"+string(o.ID)+"/"+id)
}
