package iam

import (
	"umbel/internal/fault"
)

// Kind is a kind of holder of policies.
type Kind string

// The kinds, as they stand in ARNs and messages.
const (
	UserKind  Kind = "user"
	GroupKind Kind = "group"
	RoleKind  Kind = "role"
)

// title gives the kind as it begins names of quotas: "PoliciesPerUser".
func (k Kind) title() string {
	switch k {
	case UserKind:
		return "User"
	case GroupKind:
		return "Group"
	}
	return "Role"
}

func (k Kind) missing(name string) error {
	return noSuch("The %s with name %s cannot be found.", k, name)
}

func (k Kind) taken(name string) error {
	return exists("%s with name %s already exists.", k.title(), name)
}

// FindUser gives the user, or NoSuchEntity.
func (s *State) FindUser(name string) (*User, error) {
	if u, ok := s.User(name); ok {
		return u, nil
	}
	return nil, UserKind.missing(name)
}

// FindGroup gives the group, or NoSuchEntity.
func (s *State) FindGroup(name string) (*Group, error) {
	if g, ok := s.Group(name); ok {
		return g, nil
	}
	return nil, GroupKind.missing(name)
}

// FindRole gives the role, or NoSuchEntity.
func (s *State) FindRole(name string) (*Role, error) {
	if r, ok := s.Role(name); ok {
		return r, nil
	}
	return nil, RoleKind.missing(name)
}

// ownRole gives a role that the account may change: service-linked roles are not.
func (s *State) ownRole(name string) (*Role, error) {
	r, err := s.FindRole(name)
	if err == nil && r.ServiceLinked() {
		return nil, protected(r.Name)
	}
	return r, err
}

func protected(role string) error {
	return fault.New(fault.UnmodifiableEntity,
		"Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", role)
}

// Entity gives what a user, group or role has in common with the others, or NoSuchEntity.
func (s *State) Entity(k Kind, name string) (*Entity, error) {
	switch k {
	case UserKind:
		if u, ok := s.User(name); ok {
			return &u.Entity, nil
		}
	case GroupKind:
		if g, ok := s.Group(name); ok {
			return &g.Entity, nil
		}
	case RoleKind:
		if r, ok := s.Role(name); ok {
			return &r.Entity, nil
		}
	}
	return nil, k.missing(name)
}

// change puts a user, group or role again as fn changes it. fn gets a copy, whose slices and maps it must not write into.
func (s *State) change(k Kind, name string, fn func(*Entity) error) error {
	switch k {
	case UserKind:
		return changeRow(s.User, s.Users.Put, k, name, fn, func(u *User) *Entity { return &u.Entity })
	case GroupKind:
		return changeRow(s.Group, s.Groups.Put, k, name, fn, func(g *Group) *Entity { return &g.Entity })
	}
	return changeRow(s.Role, s.Roles.Put, k, name, fn, func(r *Role) *Entity { return &r.Entity })
}

func changeRow[V any](get func(string) (*V, bool), put func(*V), k Kind, name string, fn func(*Entity) error, in func(*V) *Entity) error {
	row, ok := get(name)
	if !ok {
		return k.missing(name)
	}
	changed := *row
	if err := fn(in(&changed)); err != nil {
		return err
	}
	put(&changed)
	return nil
}

// changeOwn is change for what service-linked roles refuse.
func (s *State) changeOwn(k Kind, name string, fn func(*Entity) error) error {
	if k == RoleKind {
		if _, err := s.ownRole(name); err != nil {
			return err
		}
	}
	return s.change(k, name, fn)
}
