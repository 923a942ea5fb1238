package org

import (
	"io"
	"maps"
	"strings"
	"time"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

// NewAccount is what CreateAccount asks for.
type NewAccount struct {
	Name     string
	Email    string
	RoleName string // empty means DefaultRoleName
	Tags     map[string]string
}

// DefaultRoleName is the role that a created account gets for its organization's management account.
const DefaultRoleName = "OrganizationAccountAccessRole"

// The reasons for which a CreateAccount request fails here (API_CreateAccountStatus, FailureReason).
const (
	FailureAccountLimit   = "ACCOUNT_LIMIT_EXCEEDED"
	FailureEmailExists    = "EMAIL_ALREADY_EXISTS"
	FailureInvalidEmail   = "INVALID_EMAIL"
	FailureConcurrent     = "CONCURRENT_ACCOUNT_MODIFICATION"
	FailureInternal       = "INTERNAL_FAILURE"
	reservedRoleNameStart = "AWSServiceRoleFor"
)

// RequestAccount records the wish for an account and chooses its ID. Errors: InvalidInput (INVALID_ROLE_NAME, …),
// ConstraintViolation (ACCOUNT_NUMBER_LIMIT_EXCEEDED, MAX_TAG_LIMIT_EXCEEDED), Throttling when too many are under way.
func (s *State) RequestAccount(r io.Reader, now time.Time, q *Quotas, n NewAccount) (*CreateRequest, error) {
	if _, err := s.Existing(); err != nil {
		return nil, err
	}
	if strings.HasPrefix(n.RoleName, reservedRoleNameStart) {
		return nil, invalid("INVALID_ROLE_NAME", "You specified a role name that begins with the reserved prefix AWSServiceRoleFor.")
	}
	if err := checkTags(q, n.Tags); err != nil {
		return nil, err
	}
	if s.accounts.Len() >= q.Accounts {
		return nil, violated("ACCOUNT_NUMBER_LIMIT_EXCEEDED", "You have exceeded the allowed number of AWS Accounts.")
	}
	if len(s.inProgress()) >= q.CreateConcurrency {
		return nil, fault.New(fault.Throttling, "AWS Organizations can't complete your request because another request is already in progress. Try again later.")
	}
	req := &CreateRequest{
		ID: ident.NewCreateAccountRequestID(r), Account: ident.NewAccountID(r), Name: n.Name, Email: n.Email,
		RoleName: n.RoleName, State: RequestInProgress, Requested: now, Tags: maps.Clone(n.Tags),
	}
	if req.RoleName == "" {
		req.RoleName = DefaultRoleName
	}
	s.requests.Put(req)
	return req, nil
}

// Refusal gives the reason for which a request in progress must fail, or "" if the account can be made. That the e-mail
// address is free in all of Umbel is for the caller to find out.
func (s *State) Refusal(q *Quotas, req *CreateRequest) string {
	if !validEmail(req.Email) {
		return FailureInvalidEmail
	}
	if s.accounts.Len() >= q.Accounts {
		return FailureAccountLimit
	}
	for _, other := range s.inProgress() {
		if other.ID != req.ID && strings.EqualFold(other.Email, req.Email) && other.Requested.Before(req.Requested) {
			return FailureConcurrent
		}
	}
	return ""
}

// Admit makes the requested account a member, in the root, and ends the request. The organization must exist.
func (s *State) Admit(now time.Time, req *CreateRequest) (*Account, error) {
	o, err := s.Existing()
	if err != nil {
		return nil, err
	}
	a := &Account{
		ID: req.Account, Name: req.Name, Email: req.Email, Parent: string(o.Root), State: StateActive, Method: Created, Joined: now,
	}
	s.changed()
	s.accounts.Put(a)
	s.putTags(string(a.ID), req.Tags)
	s.end(now, req, RequestSucceeded, "")
	return a, nil
}

// Fail ends a request without an account.
func (s *State) Fail(now time.Time, req *CreateRequest, reason string) {
	s.end(now, req, RequestFailed, reason)
}

func (s *State) end(now time.Time, req *CreateRequest, state, reason string) {
	done := *req
	done.State, done.Failure, done.Completed, done.Tags = state, reason, now, nil
	s.requests.Put(&done)
}

// ExistingRequest finds a CreateAccount request. Errors: CreateAccountStatusNotFound.
func (s *State) ExistingRequest(id string) (*CreateRequest, error) {
	req, ok := s.Request(id)
	if !ok {
		return nil, requestNotFound()
	}
	return req, nil
}

func (s *State) inProgress() []*CreateRequest {
	var rs []*CreateRequest
	for _, r := range s.RequestsIn(RequestInProgress, "") {
		rs = append(rs, r)
	}
	return rs
}
