package iam

import (
	"iter"
	"slices"
	"strings"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

// AttachPolicy attaches a managed policy to a user, group or role. Doing so twice changes nothing.
func (s *State) AttachPolicy(env Env, k Kind, name, arn string) error {
	return s.changeOwn(k, name, func(e *Entity) error {
		if parsed, err := ident.ParseARN(arn); err != nil || parsed.Service != "iam" || !strings.HasPrefix(parsed.Resource, "policy/") {
			return fault.New(fault.InvalidInput, "ARN %s is not valid.", arn)
		}
		p, ok := s.Policy(arn)
		if !ok {
			return noSuch("Policy %s does not exist or is not attachable.", arn)
		}
		if p.AWS && strings.HasPrefix(p.Path, serviceLinkedPath) {
			return fault.New(fault.PolicyNotAttachable, "Cannot attach a Service Role Policy to a Customer Role.")
		}
		if slices.Contains(e.Attached, arn) {
			return nil
		}
		if err := within(len(e.Attached)+1, env.Quotas.attached(k), "PoliciesPer"+k.title()); err != nil {
			return err
		}
		e.Attached = append(slices.Clone(e.Attached), arn)
		return nil
	})
}

func (q *Quotas) attached(k Kind) int {
	switch k {
	case UserKind:
		return q.PoliciesPerUser
	case GroupKind:
		return q.PoliciesPerGroup
	}
	return q.PoliciesPerRole
}

// DetachPolicy detaches a managed policy.
func (s *State) DetachPolicy(k Kind, name, arn string) error {
	return s.changeOwn(k, name, func(e *Entity) error {
		at := slices.Index(e.Attached, arn)
		if at < 0 {
			return noSuch("Policy %s was not found.", arn)
		}
		e.Attached = slices.Delete(slices.Clone(e.Attached), at, at+1)
		return nil
	})
}

// AttachRolePolicy attaches a managed policy to a role.
func (s *State) AttachRolePolicy(env Env, role, arn string) error {
	return s.AttachPolicy(env, RoleKind, role, arn)
}

// PutBoundary sets the permissions boundary of a user or role.
func (s *State) PutBoundary(k Kind, name, arn string) error {
	return s.changeOwn(k, name, func(e *Entity) (err error) {
		e.Boundary, err = s.boundaryARN(arn)
		return err
	})
}

// DeleteBoundary takes the permissions boundary away.
func (s *State) DeleteBoundary(k Kind, name string) error {
	return s.changeOwn(k, name, func(e *Entity) error {
		if e.Boundary == "" {
			return noSuch("The %s with name %s does not have a permissions boundary attached.", k, e.Name)
		}
		e.Boundary = ""
		return nil
	})
}

// boundaryARN accepts the ARN of a managed policy as a boundary.
func (s *State) boundaryARN(arn string) (string, error) {
	if _, ok := s.Policy(arn); !ok {
		return "", noSuch("Scope ARN: %s does not exist or is not attachable.", arn)
	}
	return arn, nil
}

// Usage counts the users, groups and roles of an account that use a managed policy.
type Usage struct{ Attached, Boundaries int }

// Usage counts who in the account uses a managed policy.
func (s *State) Usage(arn string) Usage {
	return Usage{
		Attached:   count(s.userByPolicy.Find(arn)) + count(s.groupByPolicy.Find(arn)) + count(s.roleByPolicy.Find(arn)),
		Boundaries: count(s.userByPolicy.Find(boundaryKey(arn))) + count(s.roleByPolicy.Find(boundaryKey(arn))),
	}
}

func count[V any](rows iter.Seq2[string, V]) (n int) {
	for range rows {
		n++
	}
	return n
}

// UsersWith walks the users who have the policy attached, or as their boundary, in order of name, beginning after an ID.
func (s *State) UsersWith(arn string, boundary bool) func(after string) iter.Seq2[string, *User] {
	return func(after string) iter.Seq2[string, *User] {
		return s.userByPolicy.FindAfter(policyKey(arn, boundary), after)
	}
}

// GroupsWith walks the groups that have the policy attached, in order of name, beginning after an ID.
func (s *State) GroupsWith(arn string) func(after string) iter.Seq2[string, *Group] {
	return func(after string) iter.Seq2[string, *Group] { return s.groupByPolicy.FindAfter(arn, after) }
}

// RolesWith walks the roles that have the policy attached, or as their boundary, in order of name, beginning after an ID.
func (s *State) RolesWith(arn string, boundary bool) func(after string) iter.Seq2[string, *Role] {
	return func(after string) iter.Seq2[string, *Role] {
		return s.roleByPolicy.FindAfter(policyKey(arn, boundary), after)
	}
}

func policyKey(arn string, boundary bool) string {
	if boundary {
		return boundaryKey(arn)
	}
	return arn
}
