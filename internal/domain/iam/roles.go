package iam

import (
	"umbel/iampolicy"
	"umbel/internal/ident"
)

// DefaultMaxSession is the longest session of a role made without saying, in seconds (IAM API, CreateRole).
const DefaultMaxSession = 3600

// RoleSpec is what CreateRole asks for.
type RoleSpec struct {
	Name, Path, Description string
	Trust                   string // the trust policy
	MaxSession              int    // seconds; 0 means DefaultMaxSession
	Boundary                string // ARN
	Tags                    []Tag
}

// CreateRole makes a role. accounts finds the accounts that its trust policy names.
func (s *State) CreateRole(env Env, spec RoleSpec, accounts Accounts) (*Role, error) {
	if _, taken := s.Role(spec.Name); taken {
		return nil, RoleKind.taken(spec.Name)
	}
	if err := within(s.Roles.Len()+1, env.Quotas.Roles, "RolesPerAccount"); err != nil {
		return nil, err
	}
	r := &Role{
		Entity:      Entity{Name: spec.Name, Path: orRoot(spec.Path), Created: env.Now},
		Description: spec.Description, MaxSession: spec.MaxSession,
	}
	if r.MaxSession == 0 {
		r.MaxSession = DefaultMaxSession
	}
	if err := s.trust(env, r, spec.Trust, accounts); err != nil {
		return nil, err
	}
	if err := s.furnish(env, &r.Entity, ident.PrefixRole, spec.Boundary, spec.Tags); err != nil {
		return nil, err
	}
	s.Roles.Put(r)
	return r, nil
}

// trust checks a trust policy and saves it in the role.
func (s *State) trust(env Env, r *Role, text string, accounts Accounts) error {
	if err := checkDocument(iampolicy.KindTrust, text); err != nil {
		return err
	}
	if err := within(iampolicy.Size(iampolicy.KindTrust, text), env.Quotas.TrustPolicySize, "ACLSizePerRole"); err != nil {
		return err
	}
	saved, trusted, err := s.saveTrust(text, r.Trusted, accounts)
	if err != nil {
		return err
	}
	r.Trust, r.Trusted = iampolicy.NewDocument(saved), trusted
	return nil
}

// UpdateTrust replaces a role's trust policy.
func (s *State) UpdateTrust(env Env, name, text string, accounts Accounts) error {
	r, err := s.ownRole(name)
	if err != nil {
		return err
	}
	changed := *r
	if err := s.trust(env, &changed, text, accounts); err != nil {
		return err
	}
	s.Roles.Put(&changed)
	return nil
}

// UpdateRole changes a role's description and longest session; nil means unchanged. A service-linked role lets only its
// description be changed.
func (s *State) UpdateRole(name string, description *string, maxSession *int) (*Role, error) {
	r, err := s.FindRole(name)
	if err != nil {
		return nil, err
	}
	if r.ServiceLinked() && maxSession != nil {
		return nil, protected(r.Name)
	}
	changed := *r
	if description != nil {
		changed.Description = *description
	}
	if maxSession != nil {
		changed.MaxSession = *maxSession
	}
	s.Roles.Put(&changed)
	return &changed, nil
}

// DeleteRole deletes a role that has no policies and is in no instance profile.
func (s *State) DeleteRole(name string) error {
	r, err := s.ownRole(name)
	if err != nil {
		return err
	}
	if _, used := s.profileByRole.First(key(name)); used {
		return conflict("Cannot delete entity, must remove roles from instance profile first.")
	}
	if err := r.deletable(); err != nil {
		return err
	}
	s.Roles.Delete(key(name))
	return nil
}
