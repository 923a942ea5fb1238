package org

// Quotas are the limits of an organization (Organizations User Guide, "Quotas for AWS Organizations", 2026).
// Lengths are in characters as sent.
type Quotas struct {
	Accounts          int
	OUs               int
	OUDepth           int
	CreateConcurrency int // accounts being created at once
	CloseConcurrency  int // accounts being closed at once
	Tags              int
	Policies          map[PolicyType]PolicyQuotas
}

// PolicyQuotas are the limits of one policy type.
type PolicyQuotas struct {
	PerOrganization int
	PerTarget       int // attached to one root, OU or account
	MinPerTarget    int
	Length          int
}

// DefaultQuotas gives AWS's.
func DefaultQuotas() Quotas {
	return Quotas{
		Accounts: 10, OUs: 2000, OUDepth: 5, CreateConcurrency: 5, CloseConcurrency: 3, Tags: 50,
		Policies: map[PolicyType]PolicyQuotas{
			ServiceControlPolicy:  {PerOrganization: 10000, PerTarget: 10, MinPerTarget: 1, Length: 10240},
			ResourceControlPolicy: {PerOrganization: 2000, PerTarget: 5, MinPerTarget: 1, Length: 5120},
		},
	}
}
