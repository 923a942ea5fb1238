package org

import (
	"cmp"
	"slices"

	"umbel/internal/ident"
)

// AttachedTo gives the policies of a type that are attached to a root, OU or account, in order of ID. It is empty while
// the type is not enabled.
func (s *State) AttachedTo(target string, t PolicyType) []*Policy {
	o, ok := s.Organization()
	if !ok || !o.Enabled(t) {
		return nil
	}
	var ps []*Policy
	if s.hasDefault(target, t) {
		ps = s.appendPolicy(ps, Default(t))
	}
	for _, a := range s.attachByTarget.Find(target) {
		if a.Type == t {
			ps = s.appendPolicy(ps, a.Policy)
		}
	}
	slices.SortFunc(ps, func(a, b *Policy) int { return cmp.Compare(a.ID, b.ID) })
	return ps
}

func (s *State) appendPolicy(ps []*Policy, id ident.PolicyID) []*Policy {
	if p, ok := s.Policy(id); ok {
		ps = append(ps, p)
	}
	return ps
}

// hasDefault reports whether the default policy of an enabled type is attached to a target.
func (s *State) hasDefault(target string, t PolicyType) bool {
	_, gone := s.detachments.Get(attachmentID(target, Default(t)))
	return !gone
}
