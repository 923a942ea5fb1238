package org

import "time"

// Quotas are the limits of an organization (Organizations User Guide, "Quotas and service limits for AWS Organizations",
// 2026). Lengths are in characters as sent.
type Quotas struct {
	Accounts          int // accounts of any state; the permanently closed ones are gone
	OUs               int
	OUDepth           int // levels of OUs under the root
	CreateConcurrency int // accounts being created at once
	Tags              int // on one root, OU, account or policy
	// RemovalWait is how old a created account must be before it may leave its organization.
	RemovalWait time.Duration
	Close       CloseQuotas
	Policies    map[PolicyType]PolicyQuotas
}

// CloseQuotas limit CloseAccount. Within Window no more accounts may be closed than the greater of Least and Percent of
// the member accounts, and never more than Most.
type CloseQuotas struct {
	Concurrency          int
	Window               time.Duration
	Least, Percent, Most int
}

// allowed is the number of accounts that an organization with so many members may close within the window.
func (q CloseQuotas) allowed(members int) int {
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

// Retention is how long a closed account stays in its organization before it is closed for good
// (Organizations User Guide, "Closing a member account in your organization").
const Retention = 90 * day

// DefaultQuotas gives AWS's.
func DefaultQuotas() Quotas {
	return Quotas{
		Accounts: 10, OUs: 2000, OUDepth: 5, CreateConcurrency: 5, Tags: 50, RemovalWait: 4 * day,
		Close: CloseQuotas{Concurrency: 3, Window: 30 * day, Least: 250, Percent: 20, Most: 1000},
		Policies: map[PolicyType]PolicyQuotas{
			ServiceControlPolicy:  {PerOrganization: 10000, PerTarget: 10, MinPerTarget: 1, Length: 10240},
			ResourceControlPolicy: {PerOrganization: 2000, PerTarget: 5, MinPerTarget: 1, Length: 5120},
		},
	}
}
