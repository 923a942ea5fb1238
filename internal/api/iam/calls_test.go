package iam_test

import (
	"maps"

	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// everyCall gives a call of every operation that is served.
func everyCall(c *sdk.Client, x *names) map[string]func() error {
	all := map[string]func() error{}
	for _, some := range []map[string]func() error{userCalls(c, x), roleCalls(c, x), policyCalls(c, x), holderCalls(c, x), accountCalls(c, x), simulationCalls(c, x, nil)} {
		maps.Copy(all, some)
	}
	return all
}

func userCalls(c *sdk.Client, x *names) map[string]func() error {
	return map[string]func() error{
		"CreateUser": func() error {
			return call(c.CreateUser, sdk.CreateUserInput{UserName: ptr("new"), PermissionsBoundary: ptr(denyAll), Tags: tags("team", "a")})
		},
		"GetUser":     func() error { return call(c.GetUser, sdk.GetUserInput{UserName: &x.user}) },
		"UpdateUser":  func() error { return call(c.UpdateUser, sdk.UpdateUserInput{UserName: &x.user, NewPath: ptr("/x/")}) },
		"DeleteUser":  func() error { return call(c.DeleteUser, sdk.DeleteUserInput{UserName: &x.user}) },
		"ListUsers":   func() error { return call(c.ListUsers, sdk.ListUsersInput{}) },
		"CreateGroup": func() error { return call(c.CreateGroup, sdk.CreateGroupInput{GroupName: ptr("new")}) },
		"GetGroup":    func() error { return call(c.GetGroup, sdk.GetGroupInput{GroupName: &x.group}) },
		"UpdateGroup": func() error {
			return call(c.UpdateGroup, sdk.UpdateGroupInput{GroupName: &x.group, NewPath: ptr("/x/")})
		},
		"DeleteGroup": func() error { return call(c.DeleteGroup, sdk.DeleteGroupInput{GroupName: &x.group}) },
		"ListGroups":  func() error { return call(c.ListGroups, sdk.ListGroupsInput{}) },
		"AddUserToGroup": func() error {
			return call(c.AddUserToGroup, sdk.AddUserToGroupInput{GroupName: &x.group, UserName: &x.user})
		},
		"RemoveUserFromGroup": func() error {
			return call(c.RemoveUserFromGroup, sdk.RemoveUserFromGroupInput{GroupName: &x.group, UserName: &x.user})
		},
		"ListGroupsForUser": func() error { return call(c.ListGroupsForUser, sdk.ListGroupsForUserInput{UserName: &x.user}) },
		"CreateAccessKey":   func() error { return call(c.CreateAccessKey, sdk.CreateAccessKeyInput{UserName: &x.user}) },
		"UpdateAccessKey": func() error {
			return call(c.UpdateAccessKey, sdk.UpdateAccessKeyInput{UserName: &x.user, AccessKeyId: &x.key, Status: types.StatusTypeInactive})
		},
		"DeleteAccessKey": func() error {
			return call(c.DeleteAccessKey, sdk.DeleteAccessKeyInput{UserName: &x.user, AccessKeyId: &x.key})
		},
		"ListAccessKeys":       func() error { return call(c.ListAccessKeys, sdk.ListAccessKeysInput{UserName: &x.user}) },
		"GetAccessKeyLastUsed": func() error { return call(c.GetAccessKeyLastUsed, sdk.GetAccessKeyLastUsedInput{AccessKeyId: &x.key}) },
		"CreateLoginProfile": func() error {
			return call(c.CreateLoginProfile, sdk.CreateLoginProfileInput{UserName: &x.user, Password: ptr("Long-enough-1")})
		},
		"GetLoginProfile": func() error { return call(c.GetLoginProfile, sdk.GetLoginProfileInput{UserName: &x.user}) },
		"UpdateLoginProfile": func() error {
			return call(c.UpdateLoginProfile, sdk.UpdateLoginProfileInput{UserName: &x.user, PasswordResetRequired: ptr(true)})
		},
		"DeleteLoginProfile": func() error { return call(c.DeleteLoginProfile, sdk.DeleteLoginProfileInput{UserName: &x.user}) },
		"ListMFADevices":     func() error { return call(c.ListMFADevices, sdk.ListMFADevicesInput{UserName: &x.user}) },
		"ListSigningCertificates": func() error {
			return call(c.ListSigningCertificates, sdk.ListSigningCertificatesInput{UserName: &x.user})
		},
		"ListSSHPublicKeys": func() error { return call(c.ListSSHPublicKeys, sdk.ListSSHPublicKeysInput{UserName: &x.user}) },
		"ListServiceSpecificCredentials": func() error {
			return call(c.ListServiceSpecificCredentials, sdk.ListServiceSpecificCredentialsInput{UserName: &x.user})
		},
	}
}

func roleCalls(c *sdk.Client, x *names) map[string]func() error {
	return map[string]func() error{
		"CreateRole": func() error {
			return call(c.CreateRole, sdk.CreateRoleInput{RoleName: ptr("new"), AssumeRolePolicyDocument: ptr(ec2)})
		},
		"GetRole": func() error { return call(c.GetRole, sdk.GetRoleInput{RoleName: &x.role}) },
		"UpdateRole": func() error {
			return call(c.UpdateRole, sdk.UpdateRoleInput{RoleName: &x.role, MaxSessionDuration: ptr(int32(7200))})
		},
		"UpdateRoleDescription": func() error {
			return call(c.UpdateRoleDescription, sdk.UpdateRoleDescriptionInput{RoleName: &x.role, Description: ptr("d")})
		},
		"UpdateAssumeRolePolicy": func() error {
			return call(c.UpdateAssumeRolePolicy, sdk.UpdateAssumeRolePolicyInput{RoleName: &x.role, PolicyDocument: ptr(ec2)})
		},
		"DeleteRole": func() error { return call(c.DeleteRole, sdk.DeleteRoleInput{RoleName: &x.role}) },
		"ListRoles":  func() error { return call(c.ListRoles, sdk.ListRolesInput{}) },
		"CreateServiceLinkedRole": func() error {
			return call(c.CreateServiceLinkedRole, sdk.CreateServiceLinkedRoleInput{AWSServiceName: ptr("ecs.amazonaws.com")})
		},
		"DeleteServiceLinkedRole": func() error {
			return call(c.DeleteServiceLinkedRole, sdk.DeleteServiceLinkedRoleInput{RoleName: &x.linked})
		},
		"GetServiceLinkedRoleDeletionStatus": func() error {
			return call(c.GetServiceLinkedRoleDeletionStatus, sdk.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: &x.task})
		},
		"CreateInstanceProfile": func() error {
			return call(c.CreateInstanceProfile, sdk.CreateInstanceProfileInput{InstanceProfileName: ptr("new")})
		},
		"GetInstanceProfile": func() error {
			return call(c.GetInstanceProfile, sdk.GetInstanceProfileInput{InstanceProfileName: &x.profile})
		},
		"DeleteInstanceProfile": func() error {
			return call(c.DeleteInstanceProfile, sdk.DeleteInstanceProfileInput{InstanceProfileName: &x.profile})
		},
		"ListInstanceProfiles": func() error { return call(c.ListInstanceProfiles, sdk.ListInstanceProfilesInput{}) },
		"ListInstanceProfilesForRole": func() error {
			return call(c.ListInstanceProfilesForRole, sdk.ListInstanceProfilesForRoleInput{RoleName: &x.role})
		},
		"AddRoleToInstanceProfile": func() error {
			return call(c.AddRoleToInstanceProfile, sdk.AddRoleToInstanceProfileInput{InstanceProfileName: &x.profile, RoleName: &x.role})
		},
		"RemoveRoleFromInstanceProfile": func() error {
			return call(c.RemoveRoleFromInstanceProfile, sdk.RemoveRoleFromInstanceProfileInput{InstanceProfileName: &x.profile, RoleName: &x.role})
		},
	}
}

func policyCalls(c *sdk.Client, x *names) map[string]func() error {
	return map[string]func() error{
		"CreatePolicy": func() error {
			return call(c.CreatePolicy, sdk.CreatePolicyInput{PolicyName: ptr("new"), PolicyDocument: ptr(allow)})
		},
		"GetPolicy":    func() error { return call(c.GetPolicy, sdk.GetPolicyInput{PolicyArn: &x.policy}) },
		"DeletePolicy": func() error { return call(c.DeletePolicy, sdk.DeletePolicyInput{PolicyArn: &x.policy}) },
		"ListPolicies": func() error { return call(c.ListPolicies, sdk.ListPoliciesInput{}) },
		"CreatePolicyVersion": func() error {
			return call(c.CreatePolicyVersion, sdk.CreatePolicyVersionInput{PolicyArn: &x.policy, PolicyDocument: ptr(allow)})
		},
		"GetPolicyVersion": func() error {
			return call(c.GetPolicyVersion, sdk.GetPolicyVersionInput{PolicyArn: &x.policy, VersionId: ptr("v1")})
		},
		"ListPolicyVersions": func() error { return call(c.ListPolicyVersions, sdk.ListPolicyVersionsInput{PolicyArn: &x.policy}) },
		"SetDefaultPolicyVersion": func() error {
			return call(c.SetDefaultPolicyVersion, sdk.SetDefaultPolicyVersionInput{PolicyArn: &x.policy, VersionId: ptr("v1")})
		},
		"DeletePolicyVersion": func() error {
			return call(c.DeletePolicyVersion, sdk.DeletePolicyVersionInput{PolicyArn: &x.policy, VersionId: ptr("v1")})
		},
		"ListEntitiesForPolicy": func() error {
			return call(c.ListEntitiesForPolicy, sdk.ListEntitiesForPolicyInput{PolicyArn: &x.policy})
		},
	}
}

func holderCalls(c *sdk.Client, x *names) map[string]func() error {
	return map[string]func() error{
		"AttachUserPolicy": func() error {
			return call(c.AttachUserPolicy, sdk.AttachUserPolicyInput{UserName: &x.user, PolicyArn: &x.policy})
		},
		"AttachGroupPolicy": func() error {
			return call(c.AttachGroupPolicy, sdk.AttachGroupPolicyInput{GroupName: &x.group, PolicyArn: &x.policy})
		},
		"AttachRolePolicy": func() error {
			return call(c.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: &x.role, PolicyArn: &x.policy})
		},
		"DetachUserPolicy": func() error {
			return call(c.DetachUserPolicy, sdk.DetachUserPolicyInput{UserName: &x.user, PolicyArn: &x.policy})
		},
		"DetachGroupPolicy": func() error {
			return call(c.DetachGroupPolicy, sdk.DetachGroupPolicyInput{GroupName: &x.group, PolicyArn: &x.policy})
		},
		"DetachRolePolicy": func() error {
			return call(c.DetachRolePolicy, sdk.DetachRolePolicyInput{RoleName: &x.role, PolicyArn: &x.policy})
		},
		"ListAttachedUserPolicies": func() error {
			return call(c.ListAttachedUserPolicies, sdk.ListAttachedUserPoliciesInput{UserName: &x.user})
		},
		"ListAttachedGroupPolicies": func() error {
			return call(c.ListAttachedGroupPolicies, sdk.ListAttachedGroupPoliciesInput{GroupName: &x.group})
		},
		"ListAttachedRolePolicies": func() error {
			return call(c.ListAttachedRolePolicies, sdk.ListAttachedRolePoliciesInput{RoleName: &x.role})
		},
		"PutUserPolicy": func() error {
			return call(c.PutUserPolicy, sdk.PutUserPolicyInput{UserName: &x.user, PolicyName: ptr("inline"), PolicyDocument: ptr(allow)})
		},
		"PutGroupPolicy": func() error {
			return call(c.PutGroupPolicy, sdk.PutGroupPolicyInput{GroupName: &x.group, PolicyName: ptr("inline"), PolicyDocument: ptr(allow)})
		},
		"PutRolePolicy": func() error {
			return call(c.PutRolePolicy, sdk.PutRolePolicyInput{RoleName: &x.role, PolicyName: ptr("inline"), PolicyDocument: ptr(allow)})
		},
		"GetUserPolicy": func() error {
			return call(c.GetUserPolicy, sdk.GetUserPolicyInput{UserName: &x.user, PolicyName: ptr("inline")})
		},
		"GetGroupPolicy": func() error {
			return call(c.GetGroupPolicy, sdk.GetGroupPolicyInput{GroupName: &x.group, PolicyName: ptr("inline")})
		},
		"GetRolePolicy": func() error {
			return call(c.GetRolePolicy, sdk.GetRolePolicyInput{RoleName: &x.role, PolicyName: ptr("inline")})
		},
		"DeleteUserPolicy": func() error {
			return call(c.DeleteUserPolicy, sdk.DeleteUserPolicyInput{UserName: &x.user, PolicyName: ptr("inline")})
		},
		"DeleteGroupPolicy": func() error {
			return call(c.DeleteGroupPolicy, sdk.DeleteGroupPolicyInput{GroupName: &x.group, PolicyName: ptr("inline")})
		},
		"DeleteRolePolicy": func() error {
			return call(c.DeleteRolePolicy, sdk.DeleteRolePolicyInput{RoleName: &x.role, PolicyName: ptr("inline")})
		},
		"ListUserPolicies":  func() error { return call(c.ListUserPolicies, sdk.ListUserPoliciesInput{UserName: &x.user}) },
		"ListGroupPolicies": func() error { return call(c.ListGroupPolicies, sdk.ListGroupPoliciesInput{GroupName: &x.group}) },
		"ListRolePolicies":  func() error { return call(c.ListRolePolicies, sdk.ListRolePoliciesInput{RoleName: &x.role}) },
		"PutUserPermissionsBoundary": func() error {
			return call(c.PutUserPermissionsBoundary, sdk.PutUserPermissionsBoundaryInput{UserName: &x.user, PermissionsBoundary: &x.policy})
		},
		"PutRolePermissionsBoundary": func() error {
			return call(c.PutRolePermissionsBoundary, sdk.PutRolePermissionsBoundaryInput{RoleName: &x.role, PermissionsBoundary: &x.policy})
		},
		"DeleteUserPermissionsBoundary": func() error {
			return call(c.DeleteUserPermissionsBoundary, sdk.DeleteUserPermissionsBoundaryInput{UserName: &x.user})
		},
		"DeleteRolePermissionsBoundary": func() error {
			return call(c.DeleteRolePermissionsBoundary, sdk.DeleteRolePermissionsBoundaryInput{RoleName: &x.role})
		},
	}
}

func accountCalls(c *sdk.Client, x *names) map[string]func() error {
	return map[string]func() error{
		"TagUser": func() error { return call(c.TagUser, sdk.TagUserInput{UserName: &x.user, Tags: tags("team", "a")}) },
		"UntagUser": func() error {
			return call(c.UntagUser, sdk.UntagUserInput{UserName: &x.user, TagKeys: []string{"team"}})
		},
		"TagRole": func() error { return call(c.TagRole, sdk.TagRoleInput{RoleName: &x.role, Tags: tags("team", "a")}) },
		"UntagRole": func() error {
			return call(c.UntagRole, sdk.UntagRoleInput{RoleName: &x.role, TagKeys: []string{"team"}})
		},
		"TagInstanceProfile": func() error {
			return call(c.TagInstanceProfile, sdk.TagInstanceProfileInput{InstanceProfileName: &x.profile, Tags: tags("team", "a")})
		},
		"UntagInstanceProfile": func() error {
			return call(c.UntagInstanceProfile, sdk.UntagInstanceProfileInput{InstanceProfileName: &x.profile, TagKeys: []string{"team"}})
		},
		"TagPolicy": func() error {
			return call(c.TagPolicy, sdk.TagPolicyInput{PolicyArn: &x.policy, Tags: tags("team", "a")})
		},
		"UntagPolicy": func() error {
			return call(c.UntagPolicy, sdk.UntagPolicyInput{PolicyArn: &x.policy, TagKeys: []string{"team"}})
		},
		"ListUserTags": func() error { return call(c.ListUserTags, sdk.ListUserTagsInput{UserName: &x.user}) },
		"ListRoleTags": func() error { return call(c.ListRoleTags, sdk.ListRoleTagsInput{RoleName: &x.role}) },
		"ListInstanceProfileTags": func() error {
			return call(c.ListInstanceProfileTags, sdk.ListInstanceProfileTagsInput{InstanceProfileName: &x.profile})
		},
		"ListPolicyTags": func() error { return call(c.ListPolicyTags, sdk.ListPolicyTagsInput{PolicyArn: &x.policy}) },
		"CreateAccountAlias": func() error {
			return call(c.CreateAccountAlias, sdk.CreateAccountAliasInput{AccountAlias: ptr("new-alias")})
		},
		"DeleteAccountAlias": func() error {
			return call(c.DeleteAccountAlias, sdk.DeleteAccountAliasInput{AccountAlias: ptr("none")})
		},
		"ListAccountAliases":       func() error { return call(c.ListAccountAliases, sdk.ListAccountAliasesInput{}) },
		"GetAccountSummary":        func() error { return call(c.GetAccountSummary, sdk.GetAccountSummaryInput{}) },
		"GetAccountPasswordPolicy": func() error { return call(c.GetAccountPasswordPolicy, sdk.GetAccountPasswordPolicyInput{}) },
		"UpdateAccountPasswordPolicy": func() error {
			return call(c.UpdateAccountPasswordPolicy, sdk.UpdateAccountPasswordPolicyInput{RequireNumbers: true})
		},
		"DeleteAccountPasswordPolicy":    func() error { return call(c.DeleteAccountPasswordPolicy, sdk.DeleteAccountPasswordPolicyInput{}) },
		"GetAccountAuthorizationDetails": func() error { return call(c.GetAccountAuthorizationDetails, sdk.GetAccountAuthorizationDetailsInput{}) },
		"ListVirtualMFADevices":          func() error { return call(c.ListVirtualMFADevices, sdk.ListVirtualMFADevicesInput{}) },
	}
}

// lists gives a call of every list that has pages.
func lists(c *sdk.Client, x *names, marker *string) map[string]func() error {
	all := simulationCalls(c, x, marker)
	delete(all, "GetContextKeysForCustomPolicy")
	delete(all, "GetContextKeysForPrincipalPolicy")
	maps.Copy(all, map[string]func() error{
		"ListUsers":            func() error { return call(c.ListUsers, sdk.ListUsersInput{Marker: marker}) },
		"ListGroups":           func() error { return call(c.ListGroups, sdk.ListGroupsInput{Marker: marker}) },
		"ListRoles":            func() error { return call(c.ListRoles, sdk.ListRolesInput{Marker: marker}) },
		"ListPolicies":         func() error { return call(c.ListPolicies, sdk.ListPoliciesInput{Marker: marker}) },
		"ListInstanceProfiles": func() error { return call(c.ListInstanceProfiles, sdk.ListInstanceProfilesInput{Marker: marker}) },
		"GetGroup":             func() error { return call(c.GetGroup, sdk.GetGroupInput{GroupName: &x.group, Marker: marker}) },
		"ListGroupsForUser": func() error {
			return call(c.ListGroupsForUser, sdk.ListGroupsForUserInput{UserName: &x.user, Marker: marker})
		},
		"ListAccessKeys": func() error {
			return call(c.ListAccessKeys, sdk.ListAccessKeysInput{UserName: &x.user, Marker: marker})
		},
		"ListInstanceProfilesForRole": func() error {
			return call(c.ListInstanceProfilesForRole, sdk.ListInstanceProfilesForRoleInput{RoleName: &x.role, Marker: marker})
		},
		"ListEntitiesForPolicy": func() error {
			return call(c.ListEntitiesForPolicy, sdk.ListEntitiesForPolicyInput{PolicyArn: &x.policy, Marker: marker})
		},
		"ListPolicyVersions": func() error {
			return call(c.ListPolicyVersions, sdk.ListPolicyVersionsInput{PolicyArn: &x.policy, Marker: marker})
		},
		"GetAccountAuthorizationDetails": func() error {
			return call(c.GetAccountAuthorizationDetails, sdk.GetAccountAuthorizationDetailsInput{Marker: marker})
		},
		"ListAttachedUserPolicies": func() error {
			return call(c.ListAttachedUserPolicies, sdk.ListAttachedUserPoliciesInput{UserName: &x.user, Marker: marker})
		},
		"ListAttachedGroupPolicies": func() error {
			return call(c.ListAttachedGroupPolicies, sdk.ListAttachedGroupPoliciesInput{GroupName: &x.group, Marker: marker})
		},
		"ListAttachedRolePolicies": func() error {
			return call(c.ListAttachedRolePolicies, sdk.ListAttachedRolePoliciesInput{RoleName: &x.role, Marker: marker})
		},
		"ListUserPolicies": func() error {
			return call(c.ListUserPolicies, sdk.ListUserPoliciesInput{UserName: &x.user, Marker: marker})
		},
		"ListGroupPolicies": func() error {
			return call(c.ListGroupPolicies, sdk.ListGroupPoliciesInput{GroupName: &x.group, Marker: marker})
		},
		"ListRolePolicies": func() error {
			return call(c.ListRolePolicies, sdk.ListRolePoliciesInput{RoleName: &x.role, Marker: marker})
		},
		"ListUserTags": func() error { return call(c.ListUserTags, sdk.ListUserTagsInput{UserName: &x.user, Marker: marker}) },
		"ListRoleTags": func() error { return call(c.ListRoleTags, sdk.ListRoleTagsInput{RoleName: &x.role, Marker: marker}) },
		"ListInstanceProfileTags": func() error {
			return call(c.ListInstanceProfileTags, sdk.ListInstanceProfileTagsInput{InstanceProfileName: &x.profile, Marker: marker})
		},
		"ListPolicyTags": func() error {
			return call(c.ListPolicyTags, sdk.ListPolicyTagsInput{PolicyArn: &x.policy, Marker: marker})
		},
	})
	return all
}
