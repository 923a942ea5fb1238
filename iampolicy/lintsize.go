package iampolicy

import "fmt"

// sizeRules are about quotas. Where Access Analyzer takes a policy that is too large for a warning, a quota can be raised.
var sizeRules = []lintRule{
	{code: "POLICY_SIZE_EXCEEDS_SCP_QUOTA", kind: FindingError, title: "policy size exceeds scp quota", summary: "an SCP of more than 10,240 characters, white space included", document: exceeds(KindServiceControl,
		"The %d characters in the service control policy (SCP) exceed the %d character maximum for SCPs. We recommend that you use multiple granular policies.")},
	{code: "POLICY_SIZE_EXCEEDS_RCP_QUOTA", kind: FindingError, title: "policy size exceeds rcp quota", summary: "an RCP of more than 5,120 characters, white space included", document: exceeds(KindResourceControl,
		"The %d characters in the resource control policy (RCP) exceed the %d character maximum for RCPs. We recommend that you use multiple granular policies.")},
	{code: "POLICY_SIZE_EXCEEDS_DELEGATION_POLICY_QUOTA", kind: FindingError, summary: "a delegation policy of more than 40,000 characters, white space included", document: exceeds(KindDelegation,
		"The %d characters in the delegation policy exceed the %d character maximum.")},
	{code: "POLICY_SIZE_EXCEEDS_SESSION_POLICY_QUOTA", kind: FindingError, summary: "a session policy of more than 2,048 characters", document: exceeds(KindSession,
		"The %d characters in the session policy, excluding whitespace, exceed the %d character maximum.")},
	{code: "POLICY_SIZE_EXCEEDS_BOUNDARY_QUOTA", kind: FindingError, summary: "a permissions boundary, which is a managed policy, of more than 6,144 characters", document: exceeds(KindBoundary,
		"The %d characters in the permissions boundary, excluding whitespace, exceed the %d character maximum for managed policies.")},
	{code: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", kind: FindingWarning, title: "policy size exceeds identity policy quota", summary: "an identity policy of more than 6,144 characters", document: exceeds(KindIdentity,
		"The %d characters in the identity policy, excluding whitespace, exceed the %d character maximum for inline and managed policies. We recommend that you use multiple granular policies.")},
	{code: "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", kind: FindingWarning, title: "policy size exceeds role trust policy quota", summary: "a trust policy of more than 2,048 characters, a quota that can be raised", document: exceeds(KindTrust,
		"The %d characters in the role trust policy, excluding whitespace, exceed the character maximum of %d. We recommend that you request a role trust policy length quota increase using Service Quotas and AWS Support Center. If the quotas have already been increased, then you can ignore this warning.")},
	{code: "POLICY_SIZE_NEAR_QUOTA", kind: FindingWarning, summary: "a policy of at least nine tenths of the largest size", document: (*linter).checkNearQuota},
}

// exceeds makes the check of the size of policies of a kind.
func exceeds(kind Kind, message string) func(*linter) {
	return func(l *linter) {
		if size := Size(kind, l.text); l.kind == kind && size > Quota(kind) {
			l.report(fmt.Sprintf(message, size, Quota(kind)), l.doc.at)
		}
	}
}

func (l *linter) checkNearQuota() {
	if size, quota := Size(l.kind, l.text), Quota(l.kind); size <= quota && 10*size >= 9*quota {
		l.report(fmt.Sprintf("The policy has %d of at most %d characters.", size, quota), l.doc.at)
	}
}
