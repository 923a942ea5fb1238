// Package organizations owns AWS Organizations as Umbel serves it: for every operation what it is authorized on, and the
// way from the API's input through package org to the API's output. It never decides whether a caller may do a thing, and
// keeps no state of its own.
package organizations

import "umbel/internal/op"

// service is the ID of the service's model.
const service = "organizations"

// Service lists what is served.
func Service() op.Service {
	return op.Service{
		ID: service,
		Operations: []*op.Operation{
			createOrganization(), describeOrganization(), deleteOrganization(), listRoots(),

			createAccount(), describeCreateAccountStatus(), listCreateAccountStatus(), describeAccount(), listAccounts(),
			listAccountsForParent(), moveAccount(), closeAccount(), removeAccountFromOrganization(), leaveOrganization(),

			createOrganizationalUnit(), updateOrganizationalUnit(), deleteOrganizationalUnit(), describeOrganizationalUnit(),
			listOrganizationalUnitsForParent(), listChildren(), listParents(),

			createPolicy(), updatePolicy(), deletePolicy(), describePolicy(), listPolicies(), listPoliciesForTarget(),
			listTargetsForPolicy(), attachPolicy(), detachPolicy(), enablePolicyType(), disablePolicyType(),

			tagResource(), untagResource(), listTagsForResource(),
		},
		Jobs: []*op.Job{createAccountJob(), closeAccountJob(), expireAccountJob()},
		NotOffered: []string{
			"CreateGovCloudAccount", "EnableAllFeatures",
			// Management policies.
			"DescribeEffectivePolicy", "ListAccountsWithInvalidEffectivePolicy", "ListEffectivePolicyValidationErrors",
			// Handshakes and transfers.
			"InviteAccountToOrganization", "AcceptHandshake", "DeclineHandshake", "CancelHandshake", "DescribeHandshake",
			"ListHandshakesForAccount", "ListHandshakesForOrganization", "InviteOrganizationToTransferResponsibility",
			"DescribeResponsibilityTransfer", "UpdateResponsibilityTransfer", "TerminateResponsibilityTransfer",
			"ListInboundResponsibilityTransfers", "ListOutboundResponsibilityTransfers",
			// Integration with other services, and delegation.
			"EnableAWSServiceAccess", "DisableAWSServiceAccess", "ListAWSServiceAccessForOrganization",
			"RegisterDelegatedAdministrator", "DeregisterDelegatedAdministrator", "ListDelegatedAdministrators",
			"ListDelegatedServicesForAccount", "PutResourcePolicy", "DescribeResourcePolicy", "DeleteResourcePolicy",
		},
	}
}
