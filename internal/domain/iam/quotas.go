package iam

// Quotas are the limits of one account (IAM User Guide, "IAM and AWS STS quotas"). The operator may raise them.
type Quotas struct {
	Users, Groups, Roles, Policies, InstanceProfiles int
	// PoliciesPerUser, PoliciesPerGroup and PoliciesPerRole count attached managed policies.
	PoliciesPerUser, PoliciesPerGroup, PoliciesPerRole int
	GroupsPerUser, AccessKeysPerUser                   int
	VersionsPerPolicy, Tags                            int
	// Policy lengths count characters other than white space; the inline ones are totals per user, group or role.
	ManagedPolicySize, TrustPolicySize              int
	UserInlineSize, GroupInlineSize, RoleInlineSize int
}

// DefaultQuotas gives AWS's.
func DefaultQuotas() Quotas {
	return Quotas{
		Users: 5000, Groups: 300, Roles: 1000, Policies: 1500, InstanceProfiles: 1000,
		PoliciesPerUser: 10, PoliciesPerGroup: 10, PoliciesPerRole: 10,
		GroupsPerUser: 10, AccessKeysPerUser: 2,
		VersionsPerPolicy: 5, Tags: 50,
		ManagedPolicySize: 6144, TrustPolicySize: 2048,
		UserInlineSize: 2048, GroupInlineSize: 5120, RoleInlineSize: 10240,
	}
}
