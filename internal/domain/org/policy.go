package org

import (
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"umbel/iampolicy"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// NewPolicy is what CreatePolicy asks for.
type NewPolicy struct {
	Type                       PolicyType
	Name, Description, Content string
	Tags                       map[string]string
}

// CreatePolicy puts a new policy. Errors: PolicyTypeNotAvailable, DuplicatePolicy, MalformedPolicy, ConstraintViolation
// (POLICY_NUMBER_LIMIT_EXCEEDED, POLICY_CONTENT_LIMIT_EXCEEDED, MAX_TAG_LIMIT_EXCEEDED), InvalidInput.
func (s *State) CreatePolicy(r io.Reader, now time.Time, q *Quotas, n NewPolicy) (*Policy, error) {
	if err := s.available(n.Type); err != nil {
		return nil, err
	}
	if err := s.freePolicyName(n.Type, n.Name, ""); err != nil {
		return nil, err
	}
	if err := checkContent(q, n.Type, n.Content); err != nil {
		return nil, err
	}
	if s.countPolicies(n.Type) >= q.Policies[n.Type].PerOrganization {
		return nil, violated("POLICY_NUMBER_LIMIT_EXCEEDED", "You have exceeded the maximum number of policies.")
	}
	p := &Policy{
		ID: ident.NewPolicyID(r), Type: n.Type, Name: n.Name, Description: n.Description,
		Content: iampolicy.NewDocument(n.Content), Created: now,
	}
	if err := s.setTags(q, string(p.ID), n.Tags); err != nil {
		return nil, err
	}
	s.changed()
	s.policies.Put(p)
	return p, nil
}

// PolicyChange is what UpdatePolicy asks for; nil leaves a part as it is.
type PolicyChange struct{ Name, Description, Content *string }

// UpdatePolicy changes a policy wherever it is attached. Errors: PolicyNotFound, DuplicatePolicy, MalformedPolicy,
// ConstraintViolation (POLICY_CONTENT_LIMIT_EXCEEDED), InvalidInput (IMMUTABLE_POLICY).
func (s *State) UpdatePolicy(q *Quotas, id ident.PolicyID, c PolicyChange) (*Policy, error) {
	p, err := s.ownPolicy(id)
	if err != nil {
		return nil, err
	}
	updated := *p
	if c.Name != nil {
		if err := s.freePolicyName(p.Type, *c.Name, id); err != nil {
			return nil, err
		}
		updated.Name = *c.Name
	}
	if c.Description != nil {
		updated.Description = *c.Description
	}
	if c.Content != nil {
		if err := checkContent(q, p.Type, *c.Content); err != nil {
			return nil, err
		}
		updated.Content = iampolicy.NewDocument(*c.Content)
	}
	s.changed()
	s.policies.Put(&updated)
	return &updated, nil
}

// DeletePolicy removes a policy that is attached nowhere. Errors: PolicyNotFound, PolicyInUse, InvalidInput (IMMUTABLE_POLICY).
func (s *State) DeletePolicy(id ident.PolicyID) error {
	if _, err := s.ownPolicy(id); err != nil {
		return err
	}
	if _, attached := s.attachByPolicy.First(string(id)); attached {
		return fault.New(fault.PolicyInUse, "This policy is attached to one or more targets. You must detach it from all roots, organizational units, and accounts before you can delete it.")
	}
	s.changed()
	s.tags.Delete(string(id))
	s.policies.Delete(string(id))
	return nil
}

// ExistingPolicy finds a policy. Errors: PolicyNotFound.
func (s *State) ExistingPolicy(id ident.PolicyID) (*Policy, error) {
	p, ok := s.Policy(id)
	if !ok {
		return nil, policyNotFound()
	}
	return p, nil
}

// ownPolicy finds a policy that the organization itself may change.
func (s *State) ownPolicy(id ident.PolicyID) (*Policy, error) {
	p, err := s.ExistingPolicy(id)
	if err == nil && p.AWSManaged {
		return nil, immutablePolicy()
	}
	return p, err
}

// available checks that the organization can have policies of a type.
func (s *State) available(t PolicyType) error {
	o, err := s.Existing()
	if err != nil {
		return err
	}
	if o.FeatureSet != AllFeatures || Default(t) == "" {
		return typeNotAvailable()
	}
	return nil
}

// EnablePolicyType enables a type in the root; its default policy is attached everywhere from then on.
// Errors: RootNotFound, PolicyTypeNotAvailable, PolicyTypeAlreadyEnabled.
func (s *State) EnablePolicyType(root ident.RootID, t PolicyType) (*Organization, error) {
	if err := s.available(t); err != nil {
		return nil, err
	}
	o, err := s.rooted(root)
	if err != nil {
		return nil, err
	}
	if o.Enabled(t) {
		return nil, fault.New(fault.PolicyTypeAlreadyEnabled, "The specified policy type is already enabled.")
	}
	return s.putTypes(o, append(slices.Clone(o.PolicyTypes), t)), nil
}

// DisablePolicyType disables a type in the root and detaches all its policies for good.
// Errors: RootNotFound, PolicyTypeNotEnabled.
func (s *State) DisablePolicyType(root ident.RootID, t PolicyType) (*Organization, error) {
	o, err := s.rooted(root)
	if err != nil {
		return nil, err
	}
	if !o.Enabled(t) {
		return nil, typeNotEnabled()
	}
	s.detachAll(t)
	return s.putTypes(o, slices.DeleteFunc(slices.Clone(o.PolicyTypes), func(e PolicyType) bool { return e == t })), nil
}

func (s *State) putTypes(o *Organization, types []PolicyType) *Organization {
	changed := *o
	changed.PolicyTypes = types
	s.changed()
	s.organization.Put(&changed)
	return &changed
}

func (s *State) rooted(root ident.RootID) (*Organization, error) {
	o, err := s.Existing()
	if err == nil && o.Root != root {
		return nil, rootNotFound()
	}
	return o, err
}

func (s *State) freePolicyName(t PolicyType, name string, self ident.PolicyID) error {
	if err := plainName(name); err != nil {
		return err
	}
	if other, ok := s.policyByName.First(string(t) + "/" + name); ok && other.ID != self {
		return fault.New(fault.DuplicatePolicy, "A policy with the specified name and type already exists.")
	}
	return nil
}

// countPolicies counts the organization's own policies of a type.
func (s *State) countPolicies(t PolicyType) int {
	n := 0
	for _, p := range s.PoliciesOf(t, "") {
		if !p.AWSManaged {
			n++
		}
	}
	return n
}

// checkContent checks a document's length, as sent, and its grammar.
func checkContent(q *Quotas, t PolicyType, content string) error {
	if utf8.RuneCountInString(content) > q.Policies[t].Length {
		return violated("POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum policy size.")
	}
	kind := iampolicy.KindServiceControl
	if t == ResourceControlPolicy {
		kind = iampolicy.KindResourceControl
	}
	if err := iampolicy.Validate(kind, content); err != nil {
		return fault.New(fault.MalformedPolicy, "The provided policy document does not meet the requirements of the specified policy type.").Because(err)
	}
	return nil
}
