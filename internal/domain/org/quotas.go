package org

import "time"

// Quotas are the limits of an organization (Organizations User Guide, "Quotas and service limits for AWS Organizations",
// 2026). Lengths are in characters as sent.
type Quotas struct {
	Accounts          int // accounts of any state; the permanently closed ones are gone
	OUs               int
	OUDepth           int // levels of OUs under the root
	CreateConcurrency int // accounts being created at once
	CloseConcurrency  int // accounts being closed at once
	Closures          ClosureQuota
	RemovalWait       int // days from an account's creation until it may leave its organization
	Tags              int // on one root, OU, account or policy
	Policies          map[PolicyType]PolicyQuotas
}

// ClosureQuota limits how many accounts may be closed within so many days: the greater of Least and Percent of the member
// accounts, and never more than Most.
type ClosureQuota struct{ Days, Least, Percent, Most int }

func (q ClosureQuota) allowed(members int) int {
	return min(q.Most, max(q.Least, members*q.Percent/100))
}

// PolicyQuotas are the limits of one policy type.
type PolicyQuotas struct {
	PerOrganization int
	PerTarget       int // attached to one root, OU or account
	MinPerTarget    int
	Length          int
}

const day = 24 * time.Hour

func days(n int) time.Duration { return time.Duration(n) * day }

// Retention is how long a closed account stays in its organization before it is closed for good
// (Organizations User Guide, "Closing a member account in your organization").
const Retention = 90 * day

// DefaultQuotas gives AWS's.
func DefaultQuotas() Quotas {
	return Quotas{
		Accounts: 10, OUs: 2000, OUDepth: 5, CreateConcurrency: 5, CloseConcurrency: 3,
		Closures: ClosureQuota{Days: 30, Least: 250, Percent: 20, Most: 1000}, RemovalWait: 4, Tags: 50,
		Policies: map[PolicyType]PolicyQuotas{
			ServiceControlPolicy:  {PerOrganization: 10000, PerTarget: 10, MinPerTarget: 1, Length: 10240},
			ResourceControlPolicy: {PerOrganization: 2000, PerTarget: 5, MinPerTarget: 1, Length: 5120},
		},
	}
}
