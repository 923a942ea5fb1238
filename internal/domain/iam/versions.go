package iam

import (
	"slices"
	"strconv"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/fault"
)

// VersionID gives the ID of a policy version: "v1".
func VersionID(number int) string { return "v" + strconv.Itoa(number) }

// FindVersion gives a version of a managed policy by its ID, or NoSuchEntity.
func (s *State) FindVersion(arn, id string) (*ManagedPolicy, *PolicyVersion, error) {
	p, err := s.FindPolicy(arn)
	if err != nil {
		return nil, nil, err
	}
	v, err := p.find(arn, id)
	return p, v, err
}

func (p *ManagedPolicy) find(arn, id string) (*PolicyVersion, error) {
	number, err := strconv.Atoi(strings.TrimPrefix(id, "v"))
	if err == nil {
		if v, ok := p.Version(number); ok {
			return v, nil
		}
	}
	return nil, noSuch("Policy %s version %s does not exist or is not attachable.", arn, id)
}

// CreatePolicyVersion adds a version to a customer managed policy, and puts it in force if it is to be the default.
func (s *State) CreatePolicyVersion(env Env, arn, document string, isDefault bool) (v PolicyVersion, err error) {
	err = s.changePolicy(arn, func(p *ManagedPolicy) error {
		if limit := env.Quotas.VersionsPerPolicy; len(p.Versions) >= limit {
			return fault.New(fault.LimitExceeded, "A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", limit)
		}
		if err := checkManaged(env, document); err != nil {
			return err
		}
		v = PolicyVersion{Number: p.Next, Document: iampolicy.NewDocument(document), Created: env.Now}
		p.Versions = append(p.Versions, v)
		p.Next++
		p.Updated = env.Now
		if isDefault {
			p.Default = v.Number
		}
		return nil
	})
	return v, err
}

// SetDefaultPolicyVersion puts a version in force.
func (s *State) SetDefaultPolicyVersion(env Env, arn, id string) error {
	return s.changePolicy(arn, func(p *ManagedPolicy) error {
		v, err := p.find(arn, id)
		if err != nil {
			return err
		}
		p.Default, p.Updated = v.Number, env.Now
		return nil
	})
}

// DeletePolicyVersion deletes a version that is not in force. Its number is not used again.
func (s *State) DeletePolicyVersion(env Env, arn, id string) error {
	return s.changePolicy(arn, func(p *ManagedPolicy) error {
		v, err := p.find(arn, id)
		if err != nil {
			return err
		}
		if v.Number == p.Default {
			return conflict("Cannot delete the default version of a policy.")
		}
		p.Versions = slices.DeleteFunc(p.Versions, func(o PolicyVersion) bool { return o.Number == v.Number })
		p.Updated = env.Now
		return nil
	})
}
