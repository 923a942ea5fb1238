package org

import (
	"time"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

// ExistingAccount finds a member account. Errors: AccountNotFound.
func (s *State) ExistingAccount(id ident.AccountID) (*Account, error) {
	a, ok := s.Account(id)
	if !ok {
		return nil, accountNotFound()
	}
	return a, nil
}

// Move puts an account from one root or OU into another. An account that is not in the source is not found there, which
// is what AWS answers. Errors: AccountNotFound, SourceParentNotFound, DestinationParentNotFound, DuplicateAccount.
func (s *State) Move(id ident.AccountID, source, destination string) error {
	a, err := s.ExistingAccount(id)
	if err != nil {
		return err
	}
	if _, err := s.Container(source); err != nil {
		return fault.New(fault.SourceParentNotFound, "You specified a source parent that doesn't exist.")
	}
	if _, err := s.Container(destination); err != nil {
		return fault.New(fault.DestinationParentNotFound, "You specified a destination parent that doesn't exist.")
	}
	if a.Parent != source {
		return accountNotFound()
	}
	if source == destination {
		return fault.New(fault.DuplicateAccount, "The account is already in the specified destination.")
	}
	moved := *a
	moved.Parent = destination
	s.changed()
	s.accounts.Put(&moved)
	return nil
}

// Remove takes a member account out of the organization, its attachments and object tags with it. A created account must
// have reached the waiting period; a closed one stays until it is closed for good. Errors: AccountNotFound,
// ManagementCannotLeave, ConstraintViolation (WAIT_PERIOD_ACTIVE).
// (API_RemoveAccountFromOrganization, API_LeaveOrganization; User Guide, "Deleting an organization".)
func (s *State) Remove(now time.Time, q *Quotas, id ident.AccountID) error {
	o, err := s.Existing()
	if err != nil {
		return err
	}
	if id == o.Management {
		return fault.New(fault.ManagementCannotLeave, "You can't remove the master account from the organization. If you want the master account to leave the organization, you must delete the organization.")
	}
	a, err := s.ExistingAccount(id)
	if err != nil {
		return err
	}
	if !a.Closing.IsZero() {
		return violated("ACCOUNT_CANNOT_LEAVE_ORGANIZATION", "You can't remove a closed account from the organization until it is permanently closed.")
	}
	if a.Method == Created && now.Before(a.Joined.Add(days(q.RemovalWait))) {
		return violated("WAIT_PERIOD_ACTIVE", "This operation requires a wait period after account creation. Try again later.")
	}
	s.drop(a, now)
	return nil
}

// drop takes an account out, and remembers that it was here until it left.
func (s *State) drop(a *Account, left time.Time) {
	s.changed()
	s.forget(string(a.ID))
	s.accounts.Delete(string(a.ID))
	s.former.Put(&FormerMember{ID: a.ID, Name: a.Name, Method: a.Method, Joined: a.Joined, Left: left})
}

// Close begins the closing of a member account. Errors: AccountNotFound, AccountAlreadyClosed, ConstraintViolation
// (ORGANIZATION_NOT_IN_ALL_FEATURES_MODE, CANNOT_CLOSE_MANAGEMENT_ACCOUNT, CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED,
// CLOSE_ACCOUNT_QUOTA_EXCEEDED). (API_CloseAccount.)
func (s *State) Close(now time.Time, q *Quotas, id ident.AccountID) error {
	o, err := s.Existing()
	if err != nil {
		return err
	}
	if o.FeatureSet != AllFeatures {
		return notAllFeatures()
	}
	a, err := s.ExistingAccount(id)
	if err != nil {
		return err
	}
	if id == o.Management {
		return violated("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You cannot close the management account.")
	}
	if !a.Closing.IsZero() {
		return fault.New(fault.AccountAlreadyClosed, "The provided account is already closed.")
	}
	if err := s.mayClose(now, q); err != nil {
		return err
	}
	closing := *a
	closing.State, closing.Closing = StatePendingClosure, now
	s.accounts.Put(&closing)
	return nil
}

// mayClose checks the quotas of CloseAccount.
func (s *State) mayClose(now time.Time, q *Quotas) error {
	pending, recent := 0, 0
	for _, state := range []AccountState{StatePendingClosure, StateClosed} {
		for _, a := range s.accountByClose.Find(string(state)) {
			if state == StatePendingClosure {
				pending++
			}
			if now.Sub(a.Closing) < days(q.Closures.Days) {
				recent++
			}
		}
	}
	if pending >= q.CloseConcurrency {
		return violated("CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED", "You have exceeded the number of accounts that you can close at a time.")
	}
	if recent >= q.Closures.allowed(s.accounts.Len()-1) {
		return violated("CLOSE_ACCOUNT_QUOTA_EXCEEDED", "You have exceeded close account quota for the past 30 days.")
	}
	return nil
}

// Closed ends the closing of an account. It reports false if there was nothing to end.
func (s *State) Closed(id ident.AccountID) bool {
	a, ok := s.Account(id)
	if !ok || a.State != StatePendingClosure {
		return false
	}
	closed := *a
	closed.State = StateClosed
	s.accounts.Put(&closed)
	return true
}

// Expire drops an account that has been closed for Retention. It reports false if there was nothing to drop.
func (s *State) Expire(now time.Time, id ident.AccountID) bool {
	a, ok := s.Account(id)
	if !ok || a.State != StateClosed || now.Before(a.Closing.Add(Retention)) {
		return false
	}
	s.drop(a, a.Closing)
	return true
}
