package iam

import (
	"iter"
	"slices"

	"umbel/internal/ident"
)

// CreateGroup makes a group. An empty path means "/".
func (s *State) CreateGroup(env Env, name, path string) (*Group, error) {
	if _, taken := s.Group(name); taken {
		return nil, GroupKind.taken(name)
	}
	if err := within(s.Groups.Len()+1, env.Quotas.Groups, "GroupsPerAccount"); err != nil {
		return nil, err
	}
	g := &Group{Entity{Name: name, Path: orRoot(path), UniqueID: ident.NewUniqueID(env.Rand, ident.PrefixGroup), Created: env.Now}}
	s.Groups.Put(g)
	return g, nil
}

// UpdateGroup renames or moves a group; empty means unchanged. Its members and policies stay with it.
func (s *State) UpdateGroup(name, newName, newPath string) error {
	g, err := s.FindGroup(name)
	if err != nil {
		return err
	}
	if newName == "" {
		newName = g.Name
	}
	if other, taken := s.Group(newName); taken && other != g {
		return GroupKind.taken(newName)
	}
	changed := *g
	changed.Name = newName
	if newPath != "" {
		changed.Path = newPath
	}
	if from, to := key(g.Name), key(newName); from != to {
		for _, u := range slices.Collect(values(s.userByGroup.Find(from))) {
			moved := *u
			moved.Groups = slices.Clone(u.Groups)
			moved.Groups[slices.Index(u.Groups, from)] = to
			s.Users.Put(&moved)
		}
		s.Groups.Delete(from)
	}
	s.Groups.Put(&changed)
	return nil
}

// DeleteGroup deletes a group without members and policies.
func (s *State) DeleteGroup(name string) error {
	g, err := s.FindGroup(name)
	if err != nil {
		return err
	}
	if _, member := s.userByGroup.First(key(name)); member {
		return conflict("Cannot delete entity, must remove users from group first.")
	}
	if err := g.deletable(); err != nil {
		return err
	}
	s.Groups.Delete(key(name))
	return nil
}

// AddUserToGroup makes a user a member. Doing so twice changes nothing.
func (s *State) AddUserToGroup(env Env, group, user string) error {
	if _, err := s.FindGroup(group); err != nil {
		return err
	}
	u, err := s.FindUser(user)
	if err != nil || slices.Contains(u.Groups, key(group)) {
		return err
	}
	if err := within(len(u.Groups)+1, env.Quotas.GroupsPerUser, "GroupsPerUser"); err != nil {
		return err
	}
	changed := *u
	changed.Groups = append(slices.Clone(u.Groups), key(group))
	s.Users.Put(&changed)
	return nil
}

// RemoveUserFromGroup ends a membership.
func (s *State) RemoveUserFromGroup(group, user string) error {
	if _, err := s.FindGroup(group); err != nil {
		return err
	}
	u, err := s.FindUser(user)
	if err != nil {
		return err
	}
	at := slices.Index(u.Groups, key(group))
	if at < 0 {
		return UserKind.missing(user)
	}
	changed := *u
	changed.Groups = slices.Delete(slices.Clone(u.Groups), at, at+1)
	s.Users.Put(&changed)
	return nil
}

// Members walks the members of a group in order of name, beginning after an ID.
func (s *State) Members(group, after string) iter.Seq2[string, *User] {
	return s.userByGroup.FindAfter(key(group), after)
}

// values drops the keys of a walk.
func values[V any](rows iter.Seq2[string, V]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, row := range rows {
			if !yield(row) {
				return
			}
		}
	}
}

// GroupsOf gives the groups of a user, in order of joining.
func (s *State) GroupsOf(u *User) []*Group {
	groups := make([]*Group, 0, len(u.Groups))
	for _, name := range u.Groups {
		if g, ok := s.Groups.Get(name); ok {
			groups = append(groups, g)
		}
	}
	return groups
}
