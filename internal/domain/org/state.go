// Package org owns the organization: its tree of root, organizational units and accounts, the accounts' life cycle, the
// policies and their attachments, tags and quotas. It works on the partition "org/<id>" in memory and knows no HTTP, SQL,
// clock or randomness; time and random sources are passed in. It never decides whether a caller may do a thing.
package org

import (
	"iter"
	"sync"

	"umbel/internal/ident"
	"umbel/internal/table"
)

// State is the memory of one organization's partition.
type State struct {
	organization *table.Table[Organization] // at most one row; none: the organization does not exist (any more)
	ous          *table.Table[OU]
	accounts     *table.Table[Account]
	policies     *table.Table[Policy]
	attachments  *table.Table[Attachment]
	detachments  *table.Table[Detachment]
	requests     *table.Table[CreateRequest]
	tags         *table.Table[Tags]
	former       *table.Table[FormerMember]

	ouByParent      *table.Index[OU]
	ouByName        *table.Index[OU] // parent and name
	accountByParent *table.Index[Account]
	accountByClose  *table.Index[Account] // the few that were asked to close, by state
	policyByType    *table.Index[Policy]
	policyByName    *table.Index[Policy] // type and name
	attachByTarget  *table.Index[Attachment]
	attachByPolicy  *table.Index[Attachment]
	requestByState  *table.Index[CreateRequest]

	// chains holds the chains worked out so far. A State does not change once published, so they live as long as it.
	chains *sync.Map
}

// NewState makes empty memory.
func NewState() *State {
	s := &State{
		organization: table.New("organization", func(o *Organization) string { return string(o.ID) }),
		ous:          table.New("ou", func(o *OU) string { return string(o.ID) }),
		accounts:     table.New("account", func(a *Account) string { return string(a.ID) }),
		policies:     table.New("policy", func(p *Policy) string { return string(p.ID) }),
		attachments:  table.New("attachment", func(a *Attachment) string { return attachmentID(a.Target, a.Policy) }),
		detachments:  table.New("detachment", func(d *Detachment) string { return attachmentID(d.Target, d.Policy) }),
		requests:     table.New("create-request", func(r *CreateRequest) string { return r.ID }),
		tags:         table.New("tags", func(t *Tags) string { return t.Resource }),
		former:       table.New("former-member", formerID),
		chains:       new(sync.Map),
	}
	s.ouByParent = s.ous.Index(func(o *OU) []string { return []string{o.Parent} })
	s.ouByName = s.ous.Index(func(o *OU) []string { return []string{o.Parent + "/" + o.Name} })
	s.accountByParent = s.accounts.Index(func(a *Account) []string { return []string{a.Parent} })
	s.accountByClose = s.accounts.Index(func(a *Account) []string {
		if a.Closing.IsZero() {
			return nil
		}
		return []string{string(a.State)}
	})
	s.policyByType = s.policies.Index(func(p *Policy) []string { return []string{string(p.Type)} })
	s.policyByName = s.policies.Index(func(p *Policy) []string { return []string{string(p.Type) + "/" + p.Name} })
	s.attachByTarget = s.attachments.Index(func(a *Attachment) []string { return []string{a.Target} })
	s.attachByPolicy = s.attachments.Index(func(a *Attachment) []string { return []string{string(a.Policy)} })
	s.requestByState = s.requests.Index(func(r *CreateRequest) []string { return []string{r.State} })
	return s
}

// Tables lists the tables for the store.
func (s *State) Tables() []table.Any {
	return []table.Any{s.organization, s.ous, s.accounts, s.policies, s.attachments, s.detachments, s.requests, s.tags, s.former}
}

// changed drops what was worked out from rows that are about to change. Every function of this package that changes
// the tree, a policy or an attachment calls it.
func (s *State) changed() { s.chains = new(sync.Map) }

// Organization gives the organization, or false if the partition holds none.
func (s *State) Organization() (*Organization, bool) {
	for _, o := range s.organization.All() {
		return o, true
	}
	return nil, false
}

// Account finds a member account, the management account included.
func (s *State) Account(id ident.AccountID) (*Account, bool) { return s.accounts.Get(string(id)) }

// Accounts walks the accounts behind an ID.
func (s *State) Accounts(after string) iter.Seq2[string, *Account] { return s.accounts.After(after) }

// Former walks the accounts that were in the organization once, by ID and in the order they left. One that came back is among
// them too.
func (s *State) Former() iter.Seq2[string, *FormerMember] { return s.former.All() }

// AccountCount is the number of accounts in the organization, closed ones included.
func (s *State) AccountCount() int { return s.accounts.Len() }

// AccountsIn walks the accounts directly in a root or OU, behind an ID.
func (s *State) AccountsIn(parent, after string) iter.Seq2[string, *Account] {
	return s.accountByParent.FindAfter(parent, after)
}

// OU finds an organizational unit.
func (s *State) OU(id ident.OUID) (*OU, bool) { return s.ous.Get(string(id)) }

// OUsIn walks the OUs directly in a root or OU, behind an ID.
func (s *State) OUsIn(parent, after string) iter.Seq2[string, *OU] {
	return s.ouByParent.FindAfter(parent, after)
}

// Policy finds an organization policy.
func (s *State) Policy(id ident.PolicyID) (*Policy, bool) { return s.policies.Get(string(id)) }

// PoliciesOf walks the policies of a type behind an ID, AWS's own included.
func (s *State) PoliciesOf(t PolicyType, after string) iter.Seq2[string, *Policy] {
	return s.policyByType.FindAfter(string(t), after)
}

// Request finds a CreateAccount request.
func (s *State) Request(id string) (*CreateRequest, bool) { return s.requests.Get(id) }

// Requests walks the CreateAccount requests behind an ID.
func (s *State) Requests(after string) iter.Seq2[string, *CreateRequest] {
	return s.requests.After(after)
}

// RequestsIn walks the CreateAccount requests that are in a state, behind an ID.
func (s *State) RequestsIn(state, after string) iter.Seq2[string, *CreateRequest] {
	return s.requestByState.FindAfter(state, after)
}
