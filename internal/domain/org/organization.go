package org

import (
	"io"
	"slices"
	"time"

	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/table"
)

// Enabled reports whether a policy type is enabled in the root.
func (o *Organization) Enabled(t PolicyType) bool { return slices.Contains(o.PolicyTypes, t) }

// Founder is the account that an organization is created with and that manages it.
type Founder struct {
	ID    ident.AccountID
	Name  string
	Email string
}

// Create puts a new organization into empty memory, with its root and its management account. No policy type is enabled
// yet. The root's ID is drawn from r. Errors: AlreadyInOrganization.
func (s *State) Create(r io.Reader, now time.Time, id ident.OrgID, f Founder, features FeatureSet) (*Organization, error) {
	if _, ok := s.Organization(); ok {
		return nil, AlreadyIn()
	}
	o := &Organization{ID: id, Management: f.ID, FeatureSet: features, Root: ident.NewRootID(r), Created: now}
	s.changed()
	s.organization.Put(o)
	s.accounts.Put(&Account{
		ID: f.ID, Name: f.Name, Email: f.Email, Parent: string(o.Root), State: StateActive, Method: Invited, Joined: now,
	})
	if features == AllFeatures {
		for _, p := range awsPolicies(now) {
			s.policies.Put(p)
		}
	}
	return o, nil
}

// AlreadyIn is the error of an account that is in an organization and asks for another.
func AlreadyIn() error {
	return fault.New(fault.AlreadyInOrganization, "The provided account is already a member of an organization.")
}

// Delete removes the organization with its OUs and policies. Members, closed ones included, must be gone
// (Organizations User Guide, "Deleting an organization"), and no account may be under way. Errors: OrganizationNotEmpty.
func (s *State) Delete() error {
	if _, ok := s.Organization(); !ok {
		return notInUse()
	}
	if s.accounts.Len() > 1 || len(s.inProgress()) > 0 {
		return fault.New(fault.OrganizationNotEmpty, "To delete an organization you must first remove all member accounts (except the master).")
	}
	s.changed()
	empty(s.organization)
	empty(s.ous)
	empty(s.accounts)
	empty(s.policies)
	empty(s.attachments)
	empty(s.detachments)
	empty(s.requests)
	empty(s.tags)
	empty(s.former)
	return nil
}

// empty deletes every row of a table.
func empty[V any](t *table.Table[V]) {
	var ids []string
	for id := range t.All() {
		ids = append(ids, id)
	}
	for _, id := range ids {
		t.Delete(id)
	}
}

// Existing gives the organization, or NotInOrganization.
func (s *State) Existing() (*Organization, error) {
	o, ok := s.Organization()
	if !ok {
		return nil, notInUse()
	}
	return o, nil
}
