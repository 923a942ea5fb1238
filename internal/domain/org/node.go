package org

import (
	"strings"

	"umbel/internal/ident"
)

// NodeKind is what a node of the tree is (API_PolicyTargetSummary, Type).
type NodeKind string

// The kinds of node.
const (
	RootNode    NodeKind = "ROOT"
	OUNode      NodeKind = "ORGANIZATIONAL_UNIT"
	AccountNode NodeKind = "ACCOUNT"
)

// Node is a root, OU or account.
type Node struct {
	ID     string
	Kind   NodeKind
	Name   string
	Parent string // empty for the root
}

// Node finds a root, OU or account by its ID.
func (s *State) Node(id string) (Node, bool) {
	if o, ok := s.Organization(); ok && id == string(o.Root) {
		return Node{ID: id, Kind: RootNode, Name: "Root"}, true
	}
	if ou, ok := s.OU(ident.OUID(id)); ok {
		return Node{ID: id, Kind: OUNode, Name: ou.Name, Parent: ou.Parent}, true
	}
	if a, ok := s.Account(ident.AccountID(id)); ok {
		return Node{ID: id, Kind: AccountNode, Name: a.Name, Parent: a.Parent}, true
	}
	return Node{}, false
}

// Container finds a root or OU by its ID. Errors: ParentNotFound.
func (s *State) Container(id string) (Node, error) {
	n, ok := s.Node(id)
	if !ok || n.Kind == AccountNode {
		return Node{}, parentNotFound()
	}
	return n, nil
}

// Parent gives the root or OU that an OU or account is in. Errors: ChildNotFound.
func (s *State) Parent(child string) (Node, error) {
	n, ok := s.Node(child)
	if !ok || n.Kind == RootNode {
		return Node{}, childNotFound()
	}
	p, ok := s.Node(n.Parent)
	if !ok {
		return Node{}, childNotFound()
	}
	return p, nil
}

// Target finds a root, OU or account that a policy may be attached to. Errors: TargetNotFound.
func (s *State) Target(id string) (Node, error) {
	n, ok := s.Node(id)
	if !ok {
		return Node{}, targetNotFound()
	}
	return n, nil
}

// plainName refuses a name that holds a NUL, which the model's pattern lets through and the indexes need for themselves.
func plainName(name string) error {
	if strings.ContainsRune(name, 0) {
		return invalid("INVALID_PATTERN", "You provided a value that does not match the required pattern.")
	}
	return nil
}
