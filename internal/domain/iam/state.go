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

	keyByOwner *table.Index[AccessKey]
}

// Account is the account itself: what exists whether or not it is in an organization.
type Account struct {
	ID      ident.AccountID
	Name    string
	Email   string // of the root user; unique over all of Umbel
	Alias   string
	Created time.Time
	// Closed is when the account was closed; zero while it is open. Nothing in a closed account can call anything.
	Closed time.Time
}

// Entity is what users, groups and roles share.
type Entity struct {
	Name     string
	Path     string // begins and ends with "/"
	UniqueID string // AIDA…, AGPA…, AROA…
	Created  time.Time
	Inline   map[string]*iampolicy.Document // inline policies by name
	Attached []string                       // ARNs of attached managed policies, in order of attachment
	Boundary string                         // ARN of the permissions boundary; empty for none
	Tags     map[string]string
}

// User is an IAM user. Its ID in the table is its name in lower case: names are unique without regard to case.
type User struct {
	Entity
	Groups []string // names of its groups, in order of joining
	Login  *LoginProfile
}

// LoginProfile is a user's console password, kept as a salted hash.
type LoginProfile struct {
	Created       time.Time
	Hash          string
	ResetRequired bool
}

// Group is a group of users.
type Group struct{ Entity }

// Role is a role. A service-linked role has the path "/aws-service-role/<service>/".
type Role struct {
	Entity
	Description string
	MaxSession  int // seconds
	Trust       *iampolicy.Document
	LastUsed    time.Time
}

// ManagedPolicy is a customer managed policy with its versions.
type ManagedPolicy struct {
	Name        string
	Path        string
	UniqueID    string // ANPA…
	Description string
	Created     time.Time
	Updated     time.Time
	Versions    []PolicyVersion // oldest first
	Default     int             // number of the default version
	Next        int             // number the next version gets
	Tags        map[string]string
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
	UniqueID string
	Role     string
	Created  time.Time
	Tags     map[string]string
}
