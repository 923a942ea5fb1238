package iam

import (
	"time"

	"umbel/internal/ident"
)

// Session is what a session token carries, sealed: everything needed to know who calls, on any replica and after a restart.
type Session struct {
	AccessKeyID    string
	Account        ident.AccountID
	Kind           SessionKind
	RoleName       string            `json:",omitempty"`
	RoleID         string            `json:",omitempty"` // AROA…: a role made again under the same name is another one
	Name           string            `json:",omitempty"` // role session name, or name of the federated user
	UserName       string            `json:",omitempty"` // who asked, for GetSessionToken and GetFederationToken
	UserID         string            `json:",omitempty"`
	Policies       []string          `json:",omitempty"` // inline session policy text
	PolicyARNs     []string          `json:",omitempty"` // managed session policies
	Tags           map[string]string `json:",omitempty"`
	TransitiveTags []string          `json:",omitempty"`
	SourceIdentity string            `json:",omitempty"`
	Chained        bool              `json:",omitempty"` // the role was assumed with a role's session
	MFA            bool              `json:",omitempty"`
	Issued         time.Time
	Expires        time.Time
}

// SessionKind is how a session came to be.
type SessionKind int

// The kinds of session.
const (
	RoleSession      SessionKind = iota + 1 // AssumeRole
	UserSession                             // GetSessionToken of a user
	RootSession                             // GetSessionToken of the root user
	FederatedSession                        // GetFederationToken
)
