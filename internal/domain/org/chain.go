package org

import (
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/ident"
)

type chainKey struct {
	node string
	kind PolicyType
}

// Chain gives the policies of a type that bear on an account, root first and the account last, each node with what is
// attached to it. It is nil where the type binds nothing: the type is not enabled, the account is the management account
// or is no member. The result is shared and must not be changed.
// (Organizations User Guide, "SCP evaluation", "How RCPs apply to accounts".)
func (s *State) Chain(account ident.AccountID, t PolicyType) []iampolicy.Level {
	o, ok := s.Organization()
	if !ok || account == o.Management || !o.Enabled(t) {
		return nil
	}
	a, ok := s.Account(account)
	if !ok {
		return nil
	}
	key := chainKey{string(account), t}
	if c, ok := s.chains.Load(key); ok {
		return c.([]iampolicy.Level)
	}
	c := append(slices.Clip(s.containerChain(o, a.Parent, t)), s.level(o, string(a.ID), t))
	s.chains.Store(key, c)
	return c
}

// containerChain gives the levels from the root down to a root or OU. All accounts in it share them.
func (s *State) containerChain(o *Organization, container string, t PolicyType) []iampolicy.Level {
	key := chainKey{container, t}
	if c, ok := s.chains.Load(key); ok {
		return c.([]iampolicy.Level)
	}
	var c []iampolicy.Level
	if ou, ok := s.OU(ident.OUID(container)); ok {
		c = slices.Clip(s.containerChain(o, ou.Parent, t))
	}
	c = append(c, s.level(o, container, t))
	s.chains.Store(key, c)
	return c
}

func (s *State) level(o *Organization, target string, t PolicyType) iampolicy.Level {
	l := iampolicy.Level{Target: target}
	for _, p := range s.AttachedTo(target, t) {
		l.Policies = append(l.Policies, iampolicy.Source{ID: o.PolicyARN(p), Document: p.Content})
	}
	return l
}

// Path gives the account's path "o-…/r-…/ou-…/" with a trailing slash and without the account, as aws:PrincipalOrgPaths
// shows it, or "" for an account that is no member.
func (s *State) Path(account ident.AccountID) string {
	a, ok := s.Account(account)
	if !ok {
		return ""
	}
	return s.PathOf(a.Parent)
}

// PathOf gives the path "o-…/r-…/ou-…/" of a root or OU, itself included (API_OrganizationalUnit, Path).
func (s *State) PathOf(container string) string {
	o, ok := s.Organization()
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString(string(o.ID) + "/")
	for _, node := range s.lineage(container) {
		b.WriteString(node + "/")
	}
	return b.String()
}

// lineage gives the IDs from the root down to a root or OU, both included.
func (s *State) lineage(container string) []string {
	nodes := []string{container}
	for {
		ou, ok := s.OU(ident.OUID(nodes[len(nodes)-1]))
		if !ok {
			slices.Reverse(nodes)
			return nodes
		}
		nodes = append(nodes, ou.Parent)
	}
}
