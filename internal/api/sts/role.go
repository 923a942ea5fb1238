package sts

import (
	"slices"
	"strings"

	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// roleRef is a role as its ARN names it.
type roleRef struct {
	ARN     string
	Account ident.AccountID
	Path    string // begins and ends with "/"
	Name    string
}

// parseRole reads a role's ARN. What is not one is refused as STS does, before any authorization.
func parseRole(arn string) (roleRef, error) {
	a, err := ident.ParseARN(arn)
	rest, isRole := strings.CutPrefix(a.Resource, "role/")
	account := ident.AccountID(a.Account)
	if err != nil || !isRole || rest == "" || a.Service != "iam" || a.Region != "" || a.Partition != ident.Partition || !account.Valid() {
		return roleRef{}, fault.New(fault.ValidationFailed, "Request ARN is invalid")
	}
	at := strings.LastIndexByte(rest, '/') + 1
	return roleRef{ARN: arn, Account: account, Path: "/" + rest[:at], Name: rest[at:]}, nil
}

// scope names the partitions of the role's side: its account and, if that is in one, its organization.
func (r roleRef) scope(c *op.Call) (store.Scope, error) {
	if r.Account == c.Caller.Account {
		return store.Scope{}, nil
	}
	sc := store.Scope{Read: []store.Partition{op.IAMPartition(r.Account)}}
	organization, member, err := c.Locate(op.MemberLocator(r.Account), true)
	if err != nil {
		return store.Scope{}, err
	}
	if member {
		sc.Read = append(sc.Read, organization)
	}
	return sc, nil
}

// find gives the role, or false: it does not exist, has another path, or its account is closed.
func (r roleRef) find(c *op.Call) (*iam.Role, bool) {
	state := c.IAMOf(r.Account)
	if account, ok := state.Account(); !ok || !account.Closed.IsZero() || r.closing(c) {
		return nil, false
	}
	role, ok := state.Roles.Get(strings.ToLower(r.Name))
	if !ok || role.Name != r.Name || role.Path != r.Path {
		return nil, false
	}
	return role, true
}

// closing tells that the account is closed in its organization, which knows it before the account itself does.
func (r roleRef) closing(c *op.Call) bool {
	for _, part := range slices.Concat(c.View.Read, c.View.Write) {
		organization, ok := c.Tx.State(part).(*org.State)
		if !ok {
			continue
		}
		if a, member := organization.Account(r.Account); member {
			return a.State == org.StatePendingClosure || a.State == org.StateSuspended || a.State == org.StateClosed
		}
	}
	return false
}

// denied is the refusal of a call to assume the role: the same whether it does not exist or does not let the caller in, so
// that nobody learns which roles there are.
func (r roleRef) denied(c *op.Call) error {
	return fault.New(fault.AccessDenied, "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.Caller.ARN, r.ARN)
}
