package iam

import (
	"iter"

	"umbel/internal/ident"
)

// CreateAccessKey makes a key of a user, or of the root user where user is "".
func (s *State) CreateAccessKey(env Env, user string) (*AccessKey, error) {
	if user != "" {
		if _, err := s.FindUser(user); err != nil {
			return nil, err
		}
	}
	n := 0
	for range s.KeysOf(user, "") {
		n++
	}
	if err := within(n+1, env.Quotas.AccessKeysPerUser, "AccessKeysPerUser"); err != nil {
		return nil, err
	}
	k := &AccessKey{
		ID: ident.NewAccessKeyID(env.Rand, ident.PrefixAccessKey), Secret: ident.NewSecretAccessKey(env.Rand),
		User: key(user), Active: true, Created: env.Now,
	}
	s.Keys.Put(k)
	return k, nil
}

// KeysOf walks the keys of a user, or of the root user where user is "", beginning after an ID.
func (s *State) KeysOf(user, after string) iter.Seq2[string, *AccessKey] {
	return s.keyByOwner.FindAfter(key(user), after)
}

// keyOf gives a key that is the user's own.
func (s *State) keyOf(user, id string) (*AccessKey, error) {
	if user != "" {
		if _, err := s.FindUser(user); err != nil {
			return nil, err
		}
	}
	k, ok := s.Key(id)
	if !ok || k.User != key(user) {
		return nil, noSuch("The Access Key with id %s cannot be found.", id)
	}
	return k, nil
}

// SetKeyActive switches a key on or off.
func (s *State) SetKeyActive(user, id string, active bool) error {
	k, err := s.keyOf(user, id)
	if err != nil {
		return err
	}
	changed := *k
	changed.Active = active
	s.Keys.Put(&changed)
	return nil
}

// DeleteAccessKey deletes a key.
func (s *State) DeleteAccessKey(user, id string) error {
	if _, err := s.keyOf(user, id); err != nil {
		return err
	}
	s.Keys.Delete(id)
	return nil
}
