package organizations

import (
	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// The service-linked role of Organizations in every account of an organization with all features
// (User Guide, "AWS Organizations and service-linked roles").
const (
	servicePrincipal  = "organizations.amazonaws.com"
	serviceRolePath   = "/aws-service-role/" + servicePrincipal + "/"
	serviceRoleName   = "AWSServiceRoleForOrganizations"
	serviceRolePolicy = "arn:" + ident.Partition + ":iam::aws:policy/aws-service-role/AWSOrganizationsServiceTrustPolicy"
	adminPolicy       = "arn:" + ident.Partition + ":iam::aws:policy/AdministratorAccess"
)

// serviceRoleTarget is what creating the service-linked role is authorized on.
func serviceRoleTarget(account ident.AccountID) op.Target {
	return op.Target{
		Action:   "iam:CreateServiceLinkedRole",
		Resource: ident.IAM(account, "role"+serviceRolePath+serviceRoleName),
		Keys:     []op.Key{{Name: "iam:AWSServiceName", Values: []string{servicePrincipal}}},
	}
}

// putServiceRole puts the service-linked role unless the account has it.
func putServiceRole(c *op.Call, own *iam.State) {
	putRole(c, own, &iam.Role{
		Entity:      iam.Entity{Name: serviceRoleName, Path: serviceRolePath, Attached: []string{serviceRolePolicy}},
		Description: "Service-linked role used by AWS Organizations to enable integration of other AWS services with Organizations.",
		Trust:       trust(`{"Service":"` + servicePrincipal + `"}`),
	})
}

// putAccessRole puts the role by which the management account administers a created account.
func putAccessRole(c *op.Call, own *iam.State, name string, management ident.AccountID) {
	putRole(c, own, &iam.Role{
		Entity: iam.Entity{Name: name, Path: "/", Attached: []string{adminPolicy}},
		Trust:  trust(`{"AWS":"` + ident.IAM(management, "root") + `"}`),
	})
}

func putRole(c *op.Call, own *iam.State, r *iam.Role) {
	if _, ok := own.Role(r.Name); ok {
		return
	}
	r.UniqueID, r.Created, r.MaxSession = ident.NewUniqueID(c.Rand, ident.PrefixRole), c.Now, iam.DefaultMaxSession
	own.Roles.Put(r)
}

func trust(principal string) *iampolicy.Document {
	return iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`)
}
