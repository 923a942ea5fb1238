// Package iam owns one account's identities: the account's own record and root user, users, groups, roles, managed and
// inline policies, access keys, boundaries, and the sessions issued to them. It works on the partition "iam/<account>" in
// memory and knows no HTTP, SQL, clock or randomness; time and random sources are passed in. It never decides whether a
// caller may do a thing.
package iam

import (
	"time"

	"umbel/iampolicy"
	"umbel/internal/ident"
	"umbel/internal/table"
)

// State is the memory of one account's partition.
type State struct {
	account  *table.Table[Account] // at most one row; none: the account does not exist
	Users    *table.Table[User]
	Groups   *table.Table[Group]
	Roles    *table.Table[Role]
	Policies *table.Table[ManagedPolicy]
	Keys     *table.Table[AccessKey]
	Profiles *table.Table[InstanceProfile]
	Removals *table.Table[RoleRemoval]

	keyByOwner    *table.Index[AccessKey]
	userByID      *table.Index[User]
	userByGroup   *table.Index[User]
	roleByID      *table.Index[Role]
	profileByRole *table.Index[InstanceProfile]
	// Users, groups and roles by the ARN of a managed policy: attached, or (under boundaryKey) as their boundary.
	userByPolicy  *table.Index[User]
	groupByPolicy *table.Index[Group]
	roleByPolicy  *table.Index[Role]
}

// Account is the account itself: what exists whether or not it is in an organization.
type Account struct {
	ID      ident.AccountID
	Name    string
	Email   string // of the root user; unique over all of Umbel
	Alias   string // unique over all of Umbel; empty for none
	Created time.Time
	// Passwords is the account's own password policy; nil means IAM's default.
	Passwords *PasswordPolicy `json:",omitempty"`
	// Closed is when the account was closed; zero while it is open. Nothing in a closed account can call anything.
	Closed time.Time
}

// Entity is what users, groups and roles share.
type Entity struct {
	Name     string
	Path     string // begins and ends with "/"
	UniqueID string // AIDA…, AGPA…, AROA…
	Created  time.Time
	Inline   []InlinePolicy    `json:",omitempty"` // in order of name
	Attached []string          `json:",omitempty"` // ARNs of attached managed policies, in order of attachment
	Boundary string            `json:",omitempty"` // ARN of the permissions boundary; empty for none
	Tags     map[string]string `json:",omitempty"`
}

// InlinePolicy is a policy that lives and dies with the user, group or role it is in.
type InlinePolicy struct {
	Name     string
	Document *iampolicy.Document
}

// User is an IAM user. Its ID in the table is its name in lower case: names are unique without regard to case.
type User struct {
	Entity
	Groups []string      `json:",omitempty"` // lower-case names of its groups, in order of joining
	Login  *LoginProfile `json:",omitempty"`
}

// LoginProfile tells that a user has a console password. The password itself is checked against the password policy and
// forgotten: there is nothing here to sign in to with it, so it is not kept.
type LoginProfile struct {
	Created       time.Time
	ResetRequired bool
}

// Group is a group of users.
type Group struct{ Entity }

// Role is a role. A service-linked role has the path "/aws-service-role/<service>/".
type Role struct {
	Entity
	Description string
	MaxSession  int // seconds
	// Trust is the trust policy as saved: principals that are users or roles stand in it as unique IDs.
	Trust *iampolicy.Document
	// Trusted tells, by unique ID, the ARN each such principal had when the trust policy was saved.
	Trusted map[string]string `json:",omitempty"`
}

// ManagedPolicy is a customer managed policy with its versions.
type ManagedPolicy struct {
	Name        string
	Path        string
	UniqueID    string // ANPA…
	Description string
	Created     time.Time
	Updated     time.Time
	Versions    []PolicyVersion   // oldest first
	Default     int               // number of the default version
	Next        int               // number the next version gets
	Tags        map[string]string `json:",omitempty"`
	AWS         bool              `json:"-"` // an AWS managed policy: no account owns it
}

// PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	Number   int // 1 for "v1"
	Document *iampolicy.Document
	Created  time.Time
}

// AccessKey is a long-term key of a user, or of the root user (User empty).
type AccessKey struct {
	ID      string
	Secret  string
	User    string // lower-case user name; empty for the root user
	Active  bool
	Created time.Time
}

// InstanceProfile carries at most one role.
type InstanceProfile struct {
	Name     string
	Path     string
	UniqueID string // AIPA…
	Role     string // name of its role; empty for none
	Created  time.Time
	Tags     map[string]string `json:",omitempty"`
}

// RoleRemoval is what became of a request to delete a service-linked role.
type RoleRemoval struct {
	ID     string // the deletion task ID
	Role   string // ARN
	Reason string `json:",omitempty"` // why the role could not be deleted; empty if it was
	// Usage names what still uses the role, by Region.
	Usage map[string][]string `json:",omitempty"`
}
