package org

import (
	"cmp"
	"iter"
	"slices"

	"umbel/internal/fault"
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

// TargetsOf walks the roots, OUs and accounts that a policy is attached to, behind an ID: accounts first, then OUs, then
// the root, which is the order of their IDs.
func (s *State) TargetsOf(p *Policy, after string) iter.Seq2[string, Node] {
	if p.ID == Default(p.Type) {
		return s.defaultTargets(p.Type, after)
	}
	return func(yield func(string, Node) bool) {
		from := ""
		if after != "" {
			from = attachmentID(after, p.ID)
		}
		for _, a := range s.attachByPolicy.FindAfter(string(p.ID), from) {
			if n, ok := s.Node(a.Target); ok && !yield(n.ID, n) {
				return
			}
		}
	}
}

// defaultTargets walks every node that still has the default policy of a type.
func (s *State) defaultTargets(t PolicyType, after string) iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) {
		o, ok := s.Organization()
		if !ok || !o.Enabled(t) {
			return
		}
		give := func(id string) bool {
			n, ok := s.Node(id)
			return !ok || !s.hasDefault(id, t) || yield(id, n)
		}
		for id := range s.accounts.After(after) {
			if !give(id) {
				return
			}
		}
		for id := range s.ous.After(after) {
			if !give(id) {
				return
			}
		}
		if after < string(o.Root) {
			give(string(o.Root))
		}
	}
}

// Attach attaches a policy to a root, OU or account. Errors: PolicyNotFound, TargetNotFound, PolicyTypeNotEnabled,
// DuplicatePolicyAttachment, ConstraintViolation (MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED,
// ORGANIZATION_NOT_IN_ALL_FEATURES_MODE).
func (s *State) Attach(q *Quotas, id ident.PolicyID, target string) error {
	o, p, err := s.pair(id, target)
	if err != nil {
		return err
	}
	if !o.Enabled(p.Type) {
		return typeNotEnabled()
	}
	attached := s.AttachedTo(target, p.Type)
	if contains(attached, id) {
		// The text is AWS's, although it speaks of another thing.
		return fault.New(fault.DuplicatePolicyAttachment, "A policy with the specified name and type already exists.")
	}
	if len(attached) >= q.Policies[p.Type].PerTarget {
		return violated("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You have attached the maximum number of policies to the specified target.")
	}
	s.changed()
	if id == Default(p.Type) {
		s.detachments.Delete(attachmentID(target, id))
		return nil
	}
	s.attachments.Put(&Attachment{Policy: id, Target: target, Type: p.Type, Order: s.lastOrder(target) + 1})
	return nil
}

// Detach detaches a policy from a root, OU or account. Errors: PolicyNotFound, TargetNotFound, PolicyNotAttached,
// InvalidInput (NON_DETACHABLE_POLICY), ConstraintViolation (MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED,
// ORGANIZATION_NOT_IN_ALL_FEATURES_MODE).
func (s *State) Detach(q *Quotas, id ident.PolicyID, target string) error {
	_, p, err := s.pair(id, target)
	if err != nil {
		return err
	}
	if id == Default(ResourceControlPolicy) {
		return invalid("NON_DETACHABLE_POLICY", "You can't detach this AWS managed policy.")
	}
	attached := s.AttachedTo(target, p.Type)
	if !contains(attached, id) {
		return fault.New(fault.PolicyNotAttached, "The policy isn't attached to the specified target.")
	}
	if len(attached) <= q.Policies[p.Type].MinPerTarget {
		return violated("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.")
	}
	s.changed()
	if id == Default(p.Type) {
		s.detachments.Put(&Detachment{Policy: id, Target: target})
		return nil
	}
	s.attachments.Delete(attachmentID(target, id))
	return nil
}

// pair finds a policy and a target that exist, in an organization that can have policies.
func (s *State) pair(id ident.PolicyID, target string) (*Organization, *Policy, error) {
	o, err := s.Existing()
	if err != nil {
		return nil, nil, err
	}
	if o.FeatureSet != AllFeatures {
		return nil, nil, notAllFeatures()
	}
	p, err := s.ExistingPolicy(id)
	if err != nil {
		return nil, nil, err
	}
	_, err = s.Target(target)
	return o, p, err
}

func contains(ps []*Policy, id ident.PolicyID) bool {
	return slices.ContainsFunc(ps, func(p *Policy) bool { return p.ID == id })
}

func (s *State) lastOrder(target string) int64 {
	last := int64(0)
	for _, a := range s.attachByTarget.Find(target) {
		last = max(last, a.Order)
	}
	return last
}

// detachAll detaches every policy of a type from everything and lets its default policy be attached everywhere again.
func (s *State) detachAll(t PolicyType) {
	var gone []string
	for id, a := range s.attachments.All() {
		if a.Type == t {
			gone = append(gone, id)
		}
	}
	for _, id := range gone {
		s.attachments.Delete(id)
	}
	gone = gone[:0]
	for id, d := range s.detachments.All() {
		if d.Policy == Default(t) {
			gone = append(gone, id)
		}
	}
	for _, id := range gone {
		s.detachments.Delete(id)
	}
}
