package iam

import (
	"strings"

	"umbel/internal/table"
)

// NewState makes empty memory.
func NewState() *State {
	s := &State{
		account:  table.New("iam-account", func(a *Account) string { return string(a.ID) }),
		Users:    table.New("user", func(u *User) string { return strings.ToLower(u.Name) }),
		Groups:   table.New("group", func(g *Group) string { return strings.ToLower(g.Name) }),
		Roles:    table.New("role", func(r *Role) string { return strings.ToLower(r.Name) }),
		Policies: table.New("managed-policy", func(p *ManagedPolicy) string { return strings.ToLower(p.Name) }),
		Keys:     table.New("access-key", func(k *AccessKey) string { return k.ID }),
		Profiles: table.New("instance-profile", func(p *InstanceProfile) string { return strings.ToLower(p.Name) }),
	}
	s.keyByOwner = s.Keys.Index(func(k *AccessKey) []string { return []string{k.User} })
	return s
}

// Tables lists the tables for the store.
func (s *State) Tables() []table.Any {
	return []table.Any{s.account, s.Users, s.Groups, s.Roles, s.Policies, s.Keys, s.Profiles}
}

// Account gives the account's own record, or false if the partition holds none.
func (s *State) Account() (*Account, bool) {
	for _, a := range s.account.All() {
		return a, true
	}
	return nil, false
}

// PutAccount puts the account's own record.
func (s *State) PutAccount(a *Account) { s.account.Put(a) }
