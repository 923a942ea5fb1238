package iam

// Quotas are the limits of one account (IAM User Guide, "IAM and AWS STS quotas"). Policy lengths leave white space out.
type Quotas struct {
	Users, Groups, Roles, Policies int
}

// DefaultQuotas gives AWS's.
func DefaultQuotas() Quotas { return Quotas{Users: 5000, Groups: 300, Roles: 1000, Policies: 1500} }
