package organizations

import (
	"umbel/internal/domain/iam"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// The service-linked role of Organizations in every account of an organization with all features
// (User Guide, "AWS Organizations and service-linked roles").
const (
	servicePrincipal       = "organizations.amazonaws.com"
	serviceRoleDescription = "Service-linked role used by AWS Organizations to enable integration of other AWS services with Organizations."
	adminPolicy            = "arn:" + ident.Partition + ":iam::aws:policy/AdministratorAccess"
)

// serviceRoleTarget is what creating the service-linked role is authorized on.
func serviceRoleTarget(account ident.AccountID) op.Target {
	return op.Target{
		Action:   "iam:CreateServiceLinkedRole",
		Resource: iam.LinkedRoleARN(account, servicePrincipal, ""),
		Keys:     []op.Key{{Name: "iam:AWSServiceName", Values: []string{servicePrincipal}}},
	}
}

// environment is what changes to an account's identities need from the call.
func environment(c *op.Call) iam.Env {
	return iam.Env{Now: c.Now, Rand: c.Rand, Quotas: &c.Settings.IAM}
}

// putServiceRole puts the service-linked role unless the account has it.
func putServiceRole(c *op.Call, own *iam.State) error {
	if _, ok := own.RoleByARN(iam.LinkedRoleARN(own.ID(), servicePrincipal, "")); ok {
		return nil
	}
	_, err := own.CreateServiceLinkedRole(environment(c), servicePrincipal, "", serviceRoleDescription)
	return err
}

// putAccessRole puts the role by which the management account administers a created account.
func putAccessRole(c *op.Call, own *iam.State, name string, management ident.AccountID) error {
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + ident.IAM(management, "root") + `"},"Action":"sts:AssumeRole"}]}`
	if _, err := own.CreateRole(environment(c), iam.RoleSpec{Name: name, Trust: trust}, iam.Alone); err != nil {
		return err
	}
	return own.AttachRolePolicy(environment(c), name, adminPolicy)
}
