// Package iam owns IAM as Umbel serves it: for every operation what it is authorized on, and the way from the API's input
// through package domain/iam to the API's output. It never decides whether a caller may do a thing, and keeps no state of
// its own.
package iam

import "umbel/internal/op"

// service is the ID of the service's model.
const service = "iam"

// Service lists what is served. events tell when access keys were last used.
func Service(events Events) op.Service {
	return op.Service{
		ID: service,
		Operations: []*op.Operation{
			createUser(), getUser(), updateUser(), deleteUser(), listUsers(),

			createGroup(), getGroup(), updateGroup(), deleteGroup(), listGroups(), addUserToGroup(),
			removeUserFromGroup(), listGroupsForUser(),

			createRole(), getRole(), updateRole(), updateRoleDescription(), updateAssumeRolePolicy(), deleteRole(),
			listRoles(),

			createServiceLinkedRole(), deleteServiceLinkedRole(), getServiceLinkedRoleDeletionStatus(),

			createPolicy(), getPolicy(), deletePolicy(), listPolicies(), createPolicyVersion(), getPolicyVersion(),
			listPolicyVersions(), setDefaultPolicyVersion(), deletePolicyVersion(),

			attachUserPolicy(), attachGroupPolicy(), attachRolePolicy(), detachUserPolicy(), detachGroupPolicy(),
			detachRolePolicy(), listAttachedUserPolicies(), listAttachedGroupPolicies(), listAttachedRolePolicies(),
			listEntitiesForPolicy(),

			putUserPolicy(), putGroupPolicy(), putRolePolicy(), getUserPolicy(), getGroupPolicy(), getRolePolicy(),
			deleteUserPolicy(), deleteGroupPolicy(), deleteRolePolicy(), listUserPolicies(), listGroupPolicies(),
			listRolePolicies(),

			putUserPermissionsBoundary(), putRolePermissionsBoundary(), deleteUserPermissionsBoundary(),
			deleteRolePermissionsBoundary(),

			createAccessKey(), updateAccessKey(), deleteAccessKey(), listAccessKeys(),
			getAccessKeyLastUsed(events),

			createInstanceProfile(), getInstanceProfile(), deleteInstanceProfile(), listInstanceProfiles(),
			listInstanceProfilesForRole(), addRoleToInstanceProfile(), removeRoleFromInstanceProfile(),

			tagUser(), untagUser(), listUserTags(), tagRole(), untagRole(), listRoleTags(), tagInstanceProfile(),
			untagInstanceProfile(), listInstanceProfileTags(), tagPolicy(), untagPolicy(), listPolicyTags(),

			createAccountAlias(), deleteAccountAlias(), listAccountAliases(), getAccountSummary(),
			getAccountAuthorizationDetails(), getAccountPasswordPolicy(), updateAccountPasswordPolicy(), deleteAccountPasswordPolicy(),

			createLoginProfile(), getLoginProfile(), updateLoginProfile(), deleteLoginProfile(),

			listMFADevices(), listVirtualMFADevices(), listSigningCertificates(), listSSHPublicKeys(),
			listServiceSpecificCredentials(),

			simulateCustomPolicy(), simulatePrincipalPolicy(), getContextKeysForCustomPolicy(),
			getContextKeysForPrincipalPolicy(),
		},
		NotOffered: notOffered(),
	}
}

// notOffered lists the operations of the model that Umbel does not serve.
func notOffered() []string {
	return []string{
		// Identity providers.
		"AddClientIDToOpenIDConnectProvider", "CreateOpenIDConnectProvider", "CreateSAMLProvider",
		"DeleteOpenIDConnectProvider", "DeleteSAMLProvider", "GetOpenIDConnectProvider", "GetSAMLProvider",
		"ListOpenIDConnectProviderTags", "ListOpenIDConnectProviders", "ListSAMLProviderTags", "ListSAMLProviders",
		"RemoveClientIDFromOpenIDConnectProvider", "TagOpenIDConnectProvider", "TagSAMLProvider",
		"UntagOpenIDConnectProvider", "UntagSAMLProvider", "UpdateOpenIDConnectProviderThumbprint",
		"UpdateSAMLProvider",
		// Devices, keys and credentials other than access keys and passwords.
		"CreateServiceSpecificCredential", "CreateVirtualMFADevice", "DeactivateMFADevice", "DeleteSSHPublicKey",
		"DeleteServerCertificate", "DeleteServiceSpecificCredential", "DeleteSigningCertificate",
		"DeleteVirtualMFADevice", "EnableMFADevice", "GetMFADevice", "GetSSHPublicKey", "GetServerCertificate",
		"ListMFADeviceTags", "ListServerCertificateTags", "ListServerCertificates",
		"ResetServiceSpecificCredential", "ResyncMFADevice", "TagMFADevice", "TagServerCertificate",
		"UntagMFADevice", "UntagServerCertificate", "UpdateSSHPublicKey", "UpdateServerCertificate",
		"UpdateServiceSpecificCredential", "UpdateSigningCertificate", "UploadSSHPublicKey",
		"UploadServerCertificate", "UploadSigningCertificate",
		// Delegation requests.
		"AcceptDelegationRequest", "AssociateDelegationRequest", "CreateDelegationRequest", "GetDelegationRequest",
		"GetHumanReadableSummary", "ListDelegationRequests", "RejectDelegationRequest", "SendDelegationToken",
		"UpdateDelegationRequest",
		// Reports.
		"GenerateCredentialReport", "GenerateOrganizationsAccessReport", "GenerateServiceLastAccessedDetails",
		"GetCredentialReport", "GetOrganizationsAccessReport", "GetServiceLastAccessedDetails",
		"GetServiceLastAccessedDetailsWithEntities", "ListPoliciesGrantingServiceAccess",
		// Organization-wide and account-wide settings.
		"DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions",
		"DisableOutboundWebIdentityFederation", "EnableOrganizationsRootCredentialsManagement",
		"EnableOrganizationsRootSessions", "EnableOutboundWebIdentityFederation",
		"GetOutboundWebIdentityFederationInfo", "ListOrganizationsFeatures", "SetSecurityTokenServicePreferences",
		// Changing one's own password: there is nothing to sign in to with it.
		"ChangePassword",
	}
}
