package iam

import (
	"slices"

	"umbel/internal/ident"
)

// UserSpec is what CreateUser asks for.
type UserSpec struct {
	Name     string
	Path     string // "" means "/"
	Boundary string // ARN
	Tags     []Tag
}

// CreateUser makes a user.
func (s *State) CreateUser(env Env, spec UserSpec) (*User, error) {
	if _, taken := s.User(spec.Name); taken {
		return nil, UserKind.taken(spec.Name)
	}
	if err := within(s.Users.Len()+1, env.Quotas.Users, "UsersPerAccount"); err != nil {
		return nil, err
	}
	u := &User{Entity: Entity{Name: spec.Name, Path: orRoot(spec.Path), Created: env.Now}}
	if err := s.furnish(env, &u.Entity, ident.PrefixUser, spec.Boundary, spec.Tags); err != nil {
		return nil, err
	}
	s.Users.Put(u)
	return u, nil
}

// furnish gives a new user or role its unique ID, boundary and tags.
func (s *State) furnish(env Env, e *Entity, prefix ident.UniquePrefix, boundary string, tags []Tag) (err error) {
	if boundary != "" {
		if e.Boundary, err = s.boundaryARN(boundary); err != nil {
			return err
		}
	}
	if e.Tags, err = addTags(env, nil, tags); err != nil {
		return err
	}
	e.UniqueID = ident.NewUniqueID(env.Rand, prefix)
	return nil
}

// UpdateUser renames or moves a user; empty means unchanged. Its keys, groups and policies stay with it.
func (s *State) UpdateUser(name, newName, newPath string) error {
	u, err := s.FindUser(name)
	if err != nil {
		return err
	}
	if newName == "" {
		newName = u.Name
	}
	if other, taken := s.User(newName); taken && other != u {
		return UserKind.taken(newName)
	}
	changed := *u
	changed.Name = newName
	if newPath != "" {
		changed.Path = newPath
	}
	if key(newName) != key(u.Name) {
		s.Users.Delete(key(u.Name))
		for _, k := range slices.Collect(values(s.keyByOwner.Find(key(u.Name)))) {
			moved := *k
			moved.User = key(newName)
			s.Keys.Put(&moved)
		}
	}
	s.Users.Put(&changed)
	return nil
}

// DeleteUser deletes a user that has nothing left (IAM API, DeleteUser).
func (s *State) DeleteUser(name string) error {
	u, err := s.FindUser(name)
	if err != nil {
		return err
	}
	_, hasKey := s.keyByOwner.First(key(u.Name))
	switch {
	case len(u.Groups) > 0:
		return conflict("Cannot delete entity, must remove users from group first.")
	case hasKey:
		return conflict("Cannot delete entity, must delete access keys first.")
	case u.Login != nil:
		return conflict("Cannot delete entity, must delete login profile first.")
	}
	if err := u.deletable(); err != nil {
		return err
	}
	s.Users.Delete(key(u.Name))
	return nil
}

// deletable refuses to delete what still has policies.
func (e *Entity) deletable() error {
	switch {
	case len(e.Attached) > 0:
		return conflict("Cannot delete entity, must detach all policies first.")
	case len(e.Inline) > 0:
		return conflict("Cannot delete entity, must delete policies first.")
	}
	return nil
}
