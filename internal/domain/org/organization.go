package org

import (
	"io"
	"slices"
	"time"

	"umbel/iampolicy"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// Enabled reports whether a policy type is enabled in the root.
func (o *Organization) Enabled(t PolicyType) bool { return slices.Contains(o.PolicyTypes, t) }

// Founder is the account that an organization is created with and that manages it.
type Founder struct {
	ID    ident.AccountID
	Name  string
	Email string
}

// Create puts a new organization into empty memory, with its root and its management account. No policy type is enabled
// yet. The root's ID is drawn from r.
func (s *State) Create(r io.Reader, now time.Time, id ident.OrgID, f Founder, features FeatureSet) (*Organization, error) {
	if _, ok := s.Organization(); ok {
		return nil, fault.New(fault.AlreadyInOrganization, "The provided account is already a member of an organization.")
	}
	o := &Organization{ID: id, Management: f.ID, FeatureSet: features, Root: ident.NewRootID(r), Created: now}
	s.changed()
	s.organization.Put(o)
	s.accounts.Put(&Account{
		ID: f.ID, Name: f.Name, Email: f.Email, Parent: string(o.Root), State: StateActive, Method: Invited, Joined: now,
	})
	if features == AllFeatures {
		for _, p := range awsPolicies(now) {
			s.policies.Put(p)
		}
	}
	return o, nil
}

// Default is the policy of a type that is attached everywhere from the start.
func Default(t PolicyType) ident.PolicyID {
	switch t {
	case ServiceControlPolicy:
		return "p-FullAWSAccess"
	case ResourceControlPolicy:
		return "p-RCPFullAWSAccess"
	}
	return ""
}

// awsPolicies makes the policies that AWS manages. Their names, descriptions and texts are AWS's.
func awsPolicies(now time.Time) []*Policy {
	return []*Policy{{
		ID: Default(ServiceControlPolicy), Type: ServiceControlPolicy, Name: "FullAWSAccess",
		Description: "Allows access to every operation", AWSManaged: true, Created: now,
		Content: iampolicy.NewDocument(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
}`),
	}, {
		ID: Default(ResourceControlPolicy), Type: ResourceControlPolicy, Name: "RCPFullAWSAccess",
		Description: "Allows access to every operation on every resource", AWSManaged: true, Created: now,
		Content: iampolicy.NewDocument(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": "*",
      "Action": "*",
      "Resource": "*"
    }
  ]
}`),
	}}
}
