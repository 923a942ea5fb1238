package iam

import (
	"strings"

	"umbel/internal/ident"
)

// UserARN gives a user's ARN, with its path.
func (s *State) UserARN(u *User) string { return ident.IAM(s.ID(), "user"+u.Path+u.Name) }

// GroupARN gives a group's ARN, with its path.
func (s *State) GroupARN(g *Group) string { return ident.IAM(s.ID(), "group"+g.Path+g.Name) }

// RoleARN gives a role's ARN, with its path.
func (s *State) RoleARN(r *Role) string { return ident.IAM(s.ID(), "role"+r.Path+r.Name) }

// ProfileARN gives an instance profile's ARN, with its path.
func (s *State) ProfileARN(p *InstanceProfile) string {
	return ident.IAM(s.ID(), "instance-profile"+p.Path+p.Name)
}

// PolicyARN gives a managed policy's ARN, with its path. AWS managed policies have the account "aws".
func (s *State) PolicyARN(p *ManagedPolicy) string {
	owner := s.ID()
	if p.AWS {
		owner = "aws"
	}
	return ident.IAM(owner, "policy"+p.Path+p.Name)
}

// serviceLinkedPath begins the path of every service-linked role.
const serviceLinkedPath = "/aws-service-role/"

// ServiceLinked reports whether the role is a service-linked role: only its service may use or change it.
func (r *Role) ServiceLinked() bool { return strings.HasPrefix(r.Path, serviceLinkedPath) }

// Service gives the principal of the service that a service-linked role is for; "" for any other role.
func (r *Role) Service() string {
	if !r.ServiceLinked() {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(r.Path, serviceLinkedPath), "/")
}
