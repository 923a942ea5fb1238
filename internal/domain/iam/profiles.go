package iam

import (
	"iter"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

func missingProfile(name string) error { return noSuch("Instance Profile %s cannot be found.", name) }

// FindProfile gives the instance profile, or NoSuchEntity.
func (s *State) FindProfile(name string) (*InstanceProfile, error) {
	if p, ok := s.Profile(name); ok {
		return p, nil
	}
	return nil, missingProfile(name)
}

// CreateInstanceProfile makes an instance profile without a role. An empty path means "/".
func (s *State) CreateInstanceProfile(env Env, name, path string, tags []Tag) (*InstanceProfile, error) {
	if _, taken := s.Profile(name); taken {
		return nil, exists("Instance Profile %s already exists.", name)
	}
	if err := within(s.Profiles.Len()+1, env.Quotas.InstanceProfiles, "InstanceProfilesPerAccount"); err != nil {
		return nil, err
	}
	made, err := addTags(env, nil, tags)
	if err != nil {
		return nil, err
	}
	p := &InstanceProfile{
		Name: name, Path: orRoot(path), UniqueID: ident.NewUniqueID(env.Rand, ident.PrefixProfile), Created: env.Now, Tags: made,
	}
	s.Profiles.Put(p)
	return p, nil
}

func (s *State) changeProfile(name string, fn func(*InstanceProfile) error) error {
	p, err := s.FindProfile(name)
	if err != nil {
		return err
	}
	changed := *p
	if err := fn(&changed); err != nil {
		return err
	}
	s.Profiles.Put(&changed)
	return nil
}

// AddRoleToInstanceProfile puts a role into an instance profile, which holds at most one.
func (s *State) AddRoleToInstanceProfile(profile, role string) error {
	return s.changeProfile(profile, func(p *InstanceProfile) error {
		r, err := s.ownRole(role)
		if err != nil {
			return err
		}
		if p.Role != "" {
			return fault.New(fault.LimitExceeded, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
		}
		p.Role = r.Name
		return nil
	})
}

// RemoveRoleFromInstanceProfile takes the role out.
func (s *State) RemoveRoleFromInstanceProfile(profile, role string) error {
	return s.changeProfile(profile, func(p *InstanceProfile) error {
		if p.Role == "" || key(p.Role) != key(role) {
			return noSuch("The role with name %s cannot be found.", role)
		}
		p.Role = ""
		return nil
	})
}

// DeleteInstanceProfile deletes an instance profile without a role.
func (s *State) DeleteInstanceProfile(name string) error {
	p, err := s.FindProfile(name)
	if err != nil {
		return err
	}
	if p.Role != "" {
		return conflict("Cannot delete entity, must remove roles from instance profile first.")
	}
	s.Profiles.Delete(key(name))
	return nil
}

// ProfilesOf walks the instance profiles a role is in, beginning after an ID.
func (s *State) ProfilesOf(role, after string) iter.Seq2[string, *InstanceProfile] {
	return s.profileByRole.FindAfter(key(role), after)
}

// TagProfile adds tags to an instance profile.
func (s *State) TagProfile(env Env, name string, tags []Tag) error {
	return s.changeProfile(name, func(p *InstanceProfile) (err error) {
		p.Tags, err = addTags(env, p.Tags, tags)
		return err
	})
}

// UntagProfile takes tags from an instance profile.
func (s *State) UntagProfile(name string, keys []string) error {
	return s.changeProfile(name, func(p *InstanceProfile) error {
		p.Tags = removeTags(p.Tags, keys)
		return nil
	})
}
