package billing

import (
	"fmt"
	"slices"
	"time"
)

// account is an account of the organization, as rating sees it.
type account struct {
	id    string
	index uint32 // its place among the accounts, by ID
	spans []Membership
	since time.Time // of a single membership that never ended; then spans is not looked at
	stays bool
	off   bool // takes no part in sharing of commitments
	group string
}

// member tells whether the account belongs to the organization at a time.
func (a *account) member(t time.Time) bool {
	if a.stays {
		return !t.Before(a.since)
	}
	return slices.ContainsFunc(a.spans, func(m Membership) bool {
		return !t.Before(m.Joined) && (m.Left.IsZero() || t.Before(m.Left))
	})
}

// accounts gives every account that was ever a member, ordered by ID.
func (o *Organization) accounts() (map[string]*account, error) {
	byID := map[string]*account{o.Payer: {id: o.Payer, spans: []Membership{{Account: o.Payer}}}}
	ids := []string{o.Payer}
	for _, m := range o.Members {
		if m.Account == "" || !m.Left.IsZero() && m.Left.Before(m.Joined) {
			return nil, fmt.Errorf("billing: the membership of %q from %s to %s", m.Account, m.Joined.Format(time.DateOnly), m.Left.Format(time.DateOnly))
		}
		if m.Account == o.Payer {
			continue
		}
		a := byID[m.Account]
		if a == nil {
			a = &account{id: m.Account}
			byID[m.Account], ids = a, append(ids, m.Account)
		}
		a.spans = append(a.spans, m)
	}
	slices.Sort(ids)
	for i, id := range ids {
		a := byID[id]
		if len(a.spans) == 1 && a.spans[0].Left.IsZero() {
			a.stays, a.since = true, a.spans[0].Joined
		}
		a.index, a.off, a.group = uint32(i), o.Sharing.Off[id], o.Sharing.Groups[id]
	}
	return byID, nil
}

// reach is how far from its owner a commitment is applied: stage after stage.
type reach int

const (
	toOwner reach = iota
	toGroup
	toAll
)

// reaches tells whether, in a stage, a commitment of the owner covers usage of the receiver.
func (s *Sharing) reaches(stage reach, owner, receiver *account) bool {
	switch {
	case stage == toOwner:
		return owner.index == receiver.index
	case owner.off || receiver.off || owner.index == receiver.index:
		return false
	case stage == toGroup:
		return s.Mode != ShareAll && owner.group != "" && owner.group == receiver.group
	}
	return s.Mode != ShareRestricted
}
