package org

import (
	"time"

	"umbel/iampolicy"
	"umbel/internal/ident"
)

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
		Description: "Allow access to every operation", AWSManaged: true, Created: now,
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
