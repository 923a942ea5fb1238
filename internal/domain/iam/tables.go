package iam

import (
	"strings"

	"umbel/internal/ident"
	"umbel/internal/table"
)

// NewState makes empty memory.
func NewState() *State {
	s := &State{
		account:  table.New("iam-account", func(a *Account) string { return string(a.ID) }),
		Users:    table.New("user", func(u *User) string { return key(u.Name) }),
		Groups:   table.New("group", func(g *Group) string { return key(g.Name) }),
		Roles:    table.New("role", func(r *Role) string { return key(r.Name) }),
		Policies: table.New("managed-policy", func(p *ManagedPolicy) string { return key(p.Name) }),
		Keys:     table.New("access-key", func(k *AccessKey) string { return k.ID }),
		Profiles: table.New("instance-profile", func(p *InstanceProfile) string { return key(p.Name) }),
		Removals: table.New("role-removal", func(r *RoleRemoval) string { return r.ID }),
	}
	s.keyByOwner = s.Keys.Index(func(k *AccessKey) []string { return []string{k.User} })
	s.userByID = s.Users.Index(func(u *User) []string { return []string{u.UniqueID} })
	s.userByGroup = s.Users.Index(func(u *User) []string { return u.Groups })
	s.roleByID = s.Roles.Index(func(r *Role) []string { return []string{r.UniqueID} })
	s.profileByRole = s.Profiles.Index(func(p *InstanceProfile) []string { return []string{key(p.Role)} })
	s.userByPolicy = s.Users.Index(func(u *User) []string { return u.policyKeys() })
	s.groupByPolicy = s.Groups.Index(func(g *Group) []string { return g.policyKeys() })
	s.roleByPolicy = s.Roles.Index(func(r *Role) []string { return r.policyKeys() })
	return s
}

// Tables lists the tables for the store.
func (s *State) Tables() []table.Any {
	return []table.Any{s.account, s.Users, s.Groups, s.Roles, s.Policies, s.Keys, s.Profiles, s.Removals}
}

// key gives the ID of a row: names are unique without regard to case (IAM API, CreateUser, CreateRole …).
func key(name string) string { return strings.ToLower(name) }

// boundaryKey is the index key of those who have the policy as their boundary.
func boundaryKey(arn string) string { return "boundary " + arn }

func (e *Entity) policyKeys() []string {
	if e.Boundary == "" {
		return e.Attached
	}
	return append(e.Attached[:len(e.Attached):len(e.Attached)], boundaryKey(e.Boundary))
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

// ID gives the account's ID, or "" if the partition holds no account.
func (s *State) ID() ident.AccountID {
	a, ok := s.Account()
	if !ok {
		return ""
	}
	return a.ID
}

// User finds a user by its name, without regard to case.
func (s *State) User(name string) (*User, bool) { return s.Users.Get(key(name)) }

// UserByID finds a user by its unique ID.
func (s *State) UserByID(id string) (*User, bool) { return s.userByID.First(id) }

// Group finds a group by its name, without regard to case.
func (s *State) Group(name string) (*Group, bool) { return s.Groups.Get(key(name)) }

// Role finds a role by its name, without regard to case. For the role an ARN names see RoleByARN.
func (s *State) Role(name string) (*Role, bool) { return s.Roles.Get(key(name)) }

// RoleByID finds a role by its unique ID. A role made again under the same name is another one.
func (s *State) RoleByID(id string) (*Role, bool) { return s.roleByID.First(id) }

// RoleByARN finds the role an ARN names. Unlike a name, an ARN has one spelling: its path and case count
// (IAM API, CreateRole: "when a role name is used in a policy or as part of an ARN, the role name is case sensitive").
func (s *State) RoleByARN(arn string) (*Role, bool) {
	r, ok := s.Role(lastSegment(arn))
	if !ok || s.RoleARN(r) != arn {
		return nil, false
	}
	return r, true
}

// UserByARN finds the user an ARN names.
func (s *State) UserByARN(arn string) (*User, bool) {
	u, ok := s.User(lastSegment(arn))
	if !ok || s.UserARN(u) != arn {
		return nil, false
	}
	return u, true
}

// Key finds an access key.
func (s *State) Key(id string) (*AccessKey, bool) { return s.Keys.Get(id) }

// Profile finds an instance profile by its name, without regard to case.
func (s *State) Profile(name string) (*InstanceProfile, bool) { return s.Profiles.Get(key(name)) }

// lastSegment gives what follows the last slash of an ARN: the name, whatever the path.
func lastSegment(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
