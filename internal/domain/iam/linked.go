package iam

import (
	_ "embed" // for the table of services
	"strings"
	"sync"

	"github.com/google/uuid"

	"umbel/iampolicy"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// servicesText tells of each service that has a service-linked role its name, the role's name, the AWS managed policy
// attached to it, and "suffix" if an account may have several (IAM User Guide, "AWS services that work with IAM").
//
//go:embed awsmanaged/servicelinked.tsv
var servicesText string

var linkedServices = sync.OnceValue(readLinkedServices)

type linkedService struct {
	role, policy string
	suffix       bool
}

func readLinkedServices() map[string]linkedService {
	all := map[string]linkedService{}
	for line := range strings.Lines(servicesText) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all[f[0]] = linkedService{role: f[1], policy: awsManagedARN + serviceLinkedPath[1:] + f[2], suffix: len(f) > 3}
	}
	return all
}

// LinkedRoleARN gives the ARN that a service's service-linked role has or would have in an account.
func LinkedRoleARN(account ident.AccountID, service, suffix string) string {
	name := "*"
	if s, ok := linkedServices()[service]; ok {
		name = s.name(suffix)
	}
	return ident.IAM(account, "role"+serviceLinkedPath+service+"/"+name)
}

func (s linkedService) name(suffix string) string {
	if suffix == "" {
		return s.role
	}
	return s.role + "_" + suffix
}

// CreateServiceLinkedRole makes the service-linked role of a service, named by its principal ("organizations.amazonaws.com").
func (s *State) CreateServiceLinkedRole(env Env, service, suffix, description string) (*Role, error) {
	known, ok := linkedServices()[service]
	switch {
	case !ok:
		return nil, fault.New(fault.InvalidInput, "Service principal %s has no service-linked role.", service)
	case suffix != "" && !known.suffix:
		return nil, fault.New(fault.InvalidInput, "Custom suffix is not allowed for %s", service)
	}
	name := known.name(suffix)
	if _, taken := s.Role(name); taken {
		return nil, fault.New(fault.InvalidInput, "Service role name %s has been taken in this account, please try a different suffix.", name)
	}
	r := &Role{
		Entity: Entity{
			Name: name, Path: serviceLinkedPath + service + "/", UniqueID: ident.NewUniqueID(env.Rand, ident.PrefixRole),
			Created: env.Now, Attached: []string{known.policy},
		},
		Description: description, MaxSession: DefaultMaxSession,
		Trust: iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`),
	}
	s.Roles.Put(r)
	return r, nil
}

// DeleteServiceLinkedRole tries to delete a service-linked role and keeps what became of it under the ID it gives.
// usage names, by Region, what of the service still uses the role: then it stays.
func (s *State) DeleteServiceLinkedRole(env Env, name string, usage map[string][]string) (taskID string, err error) {
	r, err := s.FindRole(name)
	if err != nil {
		return "", err
	}
	if !r.ServiceLinked() {
		return "", fault.New(fault.InvalidInput, "The role %s is not a service-linked role.", r.Name)
	}
	id, err := uuid.NewRandomFromReader(env.Rand)
	if err != nil {
		return "", err
	}
	gone := &RoleRemoval{ID: "task" + r.Path + r.Name + "/" + id.String(), Role: s.RoleARN(r), Usage: usage}
	if len(usage) > 0 {
		gone.Reason = "The role is in use by its service."
	} else {
		s.Roles.Delete(key(name))
	}
	s.Removals.Put(gone)
	return gone.ID, nil
}

// FindRemoval tells what became of a request to delete a service-linked role.
func (s *State) FindRemoval(taskID string) (*RoleRemoval, error) {
	if r, ok := s.Removals.Get(taskID); ok {
		return r, nil
	}
	return nil, noSuch("The deletion task id %s cannot be found.", taskID)
}
