// Package org owns the organization: its tree of root, organizational units and accounts, the accounts' life cycle, the
// policies and their attachments, tags and quotas. It works on the partition "org/<id>" in memory and knows no HTTP, SQL,
// clock or randomness; time and random sources are passed in. It never decides whether a caller may do a thing.
package org

import (
	"time"

	"umbel/iampolicy"
	"umbel/internal/ident"
	"umbel/internal/table"
)

// State is the memory of one organization's partition.
type State struct {
	organization *table.Table[Organization] // at most one row; none: the organization does not exist (any more)
	OUs          *table.Table[OU]
	Accounts     *table.Table[Account]
	Policies     *table.Table[Policy]
	Attachments  *table.Table[Attachment]
	Requests     *table.Table[CreateRequest]
	Tags         *table.Table[Tags]

	ouByParent      *table.Index[OU]
	accountByParent *table.Index[Account]
	accountByEmail  *table.Index[Account]
	policyByType    *table.Index[Policy]
	attachByTarget  *table.Index[Attachment]
	attachByPolicy  *table.Index[Attachment]
}

// Organization is the organization itself with its one root.
type Organization struct {
	ID          ident.OrgID
	Management  ident.AccountID
	FeatureSet  string // "ALL" or "CONSOLIDATED_BILLING"
	Root        ident.RootID
	PolicyTypes []PolicyType // enabled in the root
	Created     time.Time
}

// OU is an organizational unit. Parent is the ID of the root or of another OU.
type OU struct {
	ID      ident.OUID
	Name    string
	Parent  string
	Created time.Time
}

// AccountState is where an account is in its life cycle (API_Account, State).
type AccountState string

// The states of an account.
const (
	StatePendingActivation AccountState = "PENDING_ACTIVATION"
	StateActive            AccountState = "ACTIVE"
	StateSuspended         AccountState = "SUSPENDED"
	StatePendingClosure    AccountState = "PENDING_CLOSURE"
	StateClosed            AccountState = "CLOSED"
)

// Account is an account as a member of the organization.
type Account struct {
	ID      ident.AccountID
	Name    string
	Email   string
	Parent  string // the root's or an OU's ID
	State   AccountState
	Method  string // "CREATED" or "INVITED"; the management account is INVITED
	Joined  time.Time
	Closing time.Time // when CloseAccount was asked; zero if never
}

// PolicyType is an organization policy type (API_Policy, Type).
type PolicyType string

// The policy types that authorize.
const (
	ServiceControlPolicy  PolicyType = "SERVICE_CONTROL_POLICY"
	ResourceControlPolicy PolicyType = "RESOURCE_CONTROL_POLICY"
)

// Policy is an organization policy. AWS's own (p-FullAWSAccess, p-RCPFullAWSAccess) are rows too.
type Policy struct {
	ID          ident.PolicyID
	Type        PolicyType
	Name        string
	Description string
	Content     *iampolicy.Document
	AWSManaged  bool
	Created     time.Time
}

// Attachment ties a policy to a root, OU or account.
type Attachment struct {
	Policy ident.PolicyID
	Target string
	Type   PolicyType
	Order  int64 // order of attachment at the target
}

// CreateRequest is a CreateAccount request and what became of it.
type CreateRequest struct {
	ID        string
	Account   ident.AccountID // chosen with the request, shown once it succeeded
	Name      string
	Email     string
	RoleName  string
	State     string // "IN_PROGRESS", "SUCCEEDED", "FAILED"
	Failure   string // the reason code
	Requested time.Time
	Completed time.Time
	Tags      map[string]string
}

// Tags are the tags of one root, OU, account or policy, by its ID.
type Tags struct {
	Resource string
	Tags     map[string]string
}

// NewState makes empty memory.
func NewState() *State {
	s := &State{
		organization: table.New("organization", func(o *Organization) string { return string(o.ID) }),
		OUs:          table.New("ou", func(o *OU) string { return string(o.ID) }),
		Accounts:     table.New("account", func(a *Account) string { return string(a.ID) }),
		Policies:     table.New("policy", func(p *Policy) string { return string(p.ID) }),
		Attachments:  table.New("attachment", func(a *Attachment) string { return a.Target + "/" + string(a.Policy) }),
		Requests:     table.New("create-request", func(r *CreateRequest) string { return r.ID }),
		Tags:         table.New("tags", func(t *Tags) string { return t.Resource }),
	}
	s.ouByParent = s.OUs.Index(func(o *OU) []string { return []string{o.Parent} })
	s.accountByParent = s.Accounts.Index(func(a *Account) []string { return []string{a.Parent} })
	s.accountByEmail = s.Accounts.Index(func(a *Account) []string { return []string{a.Email} })
	s.policyByType = s.Policies.Index(func(p *Policy) []string { return []string{string(p.Type)} })
	s.attachByTarget = s.Attachments.Index(func(a *Attachment) []string { return []string{a.Target} })
	s.attachByPolicy = s.Attachments.Index(func(a *Attachment) []string { return []string{string(a.Policy)} })
	return s
}

// Tables lists the tables for the store.
func (s *State) Tables() []table.Any {
	return []table.Any{s.organization, s.OUs, s.Accounts, s.Policies, s.Attachments, s.Requests, s.Tags}
}

// Organization gives the organization, or false if the partition holds none.
func (s *State) Organization() (*Organization, bool) {
	for _, o := range s.organization.All() {
		return o, true
	}
	return nil, false
}

// Chain gives the policies of a type that bear on an account, root first and the account last, each node with what is
// attached to it. It is nil where the type binds nothing: the type is not enabled, the account is the management account
// or is no member. The result is shared and must not be changed.
func (s *State) Chain(account ident.AccountID, t PolicyType) []iampolicy.Level {
	return nil // to be written
}

// Path gives the account's path "o-…/r-…/ou-…/" with a trailing slash and without the account, as aws:PrincipalOrgPaths
// shows it, or "" for an account that is no member.
func (s *State) Path(account ident.AccountID) string {
	return "" // to be written
}
