package org

import (
	"time"

	"umbel/iampolicy"
	"umbel/internal/ident"
	"umbel/internal/table"
)

// FeatureSet is what an organization can do (API_Organization, FeatureSet).
type FeatureSet string

// The feature sets.
const (
	AllFeatures         FeatureSet = "ALL"
	ConsolidatedBilling FeatureSet = "CONSOLIDATED_BILLING"
)

// Organization is the organization itself with its one root.
type Organization struct {
	ID          ident.OrgID
	Management  ident.AccountID
	FeatureSet  FeatureSet
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

// Status gives the older member of the same meaning (API_Account, Status): a closed account shows as SUSPENDED.
func (s AccountState) Status() string {
	switch s {
	case StateClosed, StateSuspended:
		return "SUSPENDED"
	case StatePendingClosure:
		return "PENDING_CLOSURE"
	}
	return "ACTIVE"
}

// JoinedMethod is how an account came into the organization (API_Account, JoinedMethod).
type JoinedMethod string

// The ways to join. The management account is INVITED, as AWS shows it.
const (
	Created JoinedMethod = "CREATED"
	Invited JoinedMethod = "INVITED"
)

// Account is an account as a member of the organization.
type Account struct {
	ID      ident.AccountID
	Name    string
	Email   string
	Parent  string // the root's or an OU's ID
	State   AccountState
	Method  JoinedMethod
	Joined  time.Time
	Closing time.Time // when CloseAccount was asked; zero if never
}

// ShareTexts implements table.Sharer: an organization's accounts have few parents and states between them.
func (a *Account) ShareTexts() {
	a.Parent, a.State, a.Method = table.Shared(a.Parent), table.Shared(a.State), table.Shared(a.Method)
}

// FormerMember is an account that was in the organization: its bills remember it.
type FormerMember struct {
	ID           ident.AccountID
	Name         string
	Method       JoinedMethod
	Joined, Left time.Time // Left is when a closed account was closed
}

func formerID(m *FormerMember) string {
	return string(m.ID) + "/" + m.Left.UTC().Format(time.RFC3339Nano)
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

// Attachment ties a policy to a root, OU or account. The default policy of a type (see Default) has none: it is
// attached to every root, OU and account unless a Detachment says otherwise.
type Attachment struct {
	Policy ident.PolicyID
	Target string
	Type   PolicyType
	Order  int64 // order of attachment at the target
}

// Detachment tells that the default policy of a type was detached from a root, OU or account.
type Detachment struct {
	Policy ident.PolicyID
	Target string
}

func attachmentID(target string, policy ident.PolicyID) string { return target + "/" + string(policy) }

// The states of a CreateAccount request (API_CreateAccountStatus, State).
const (
	RequestInProgress = "IN_PROGRESS"
	RequestSucceeded  = "SUCCEEDED"
	RequestFailed     = "FAILED"
)

// CreateRequest is a CreateAccount request and what became of it.
type CreateRequest struct {
	ID        string
	Account   ident.AccountID // chosen with the request, shown once it succeeded
	Name      string
	Email     string
	RoleName  string
	State     string
	Failure   string // the reason code (API_CreateAccountStatus, FailureReason)
	Requested time.Time
	Completed time.Time
	Tags      map[string]string `json:",omitempty"`
}

// ShareTexts implements table.Sharer: requests name few roles and states between them.
func (r *CreateRequest) ShareTexts() {
	r.RoleName, r.State, r.Failure = table.Shared(r.RoleName), table.Shared(r.State), table.Shared(r.Failure)
}

// ShareTexts implements table.Sharer: most attachments are of few policies.
func (a *Attachment) ShareTexts() { a.Policy, a.Type = table.Shared(a.Policy), table.Shared(a.Type) }

// Tags are the tags of one root, OU, account or policy, by its ID.
type Tags struct {
	Resource string
	Tags     map[string]string
}
