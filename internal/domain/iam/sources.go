package iam

import (
	"umbel/iampolicy"
)

// UserPolicies gives what a user is allowed by: its inline and attached policies and those of its groups, and its
// permissions boundary, nil for none.
func (s *State) UserPolicies(u *User) (identity []iampolicy.Source, boundary *iampolicy.Source) {
	identity = s.sources(make([]iampolicy.Source, 0, len(u.Inline)+len(u.Attached)+4*len(u.Groups)), &u.Entity)
	for _, name := range u.Groups {
		if g, ok := s.Groups.Get(name); ok {
			identity = s.sources(identity, &g.Entity)
		}
	}
	return identity, s.boundary(&u.Entity)
}

// RolePolicies gives what the sessions of a role are allowed by, and its permissions boundary, nil for none.
func (s *State) RolePolicies(r *Role) (identity []iampolicy.Source, boundary *iampolicy.Source) {
	identity = s.sources(make([]iampolicy.Source, 0, len(r.Inline)+len(r.Attached)), &r.Entity)
	return identity, s.boundary(&r.Entity)
}

// ManagedSource gives the policy an ARN names as a source, in its default version. It is how session policies given by
// ARN are found.
func (s *State) ManagedSource(arn string) (iampolicy.Source, bool) {
	p, ok := s.Policy(arn)
	if !ok {
		return iampolicy.Source{}, false
	}
	return iampolicy.Source{ID: arn, Document: p.DefaultVersion().Document}, true
}

func (s *State) sources(to []iampolicy.Source, e *Entity) []iampolicy.Source {
	for i := range e.Inline {
		to = append(to, iampolicy.Source{ID: e.Inline[i].Name, Document: e.Inline[i].Document})
	}
	for _, arn := range e.Attached {
		if src, ok := s.ManagedSource(arn); ok {
			to = append(to, src)
		}
	}
	return to
}

func (s *State) boundary(e *Entity) *iampolicy.Source {
	if e.Boundary == "" {
		return nil
	}
	src, ok := s.ManagedSource(e.Boundary)
	if !ok {
		// A boundary that cannot be found must not lift the limit: an empty document allows nothing.
		src = iampolicy.Source{ID: e.Boundary, Document: iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":[]}`)}
	}
	return &src
}
