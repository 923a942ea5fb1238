package iampolicy

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// toPrincipal is a policy that allows an action to principals.
func toPrincipal(kind Kind, members string) string {
	if kind == KindTrust {
		return trusting(members + `,"Action":"sts:AssumeRole"`)
	}
	return badStatement(members)
}

var principalCases = []lintCase{
	{"ALLOW_WITH_NOT_PRINCIPAL", KindResource, toPrincipal(KindResource, `«"NotPrincipal"»:{"AWS":"111122223333"}`), badStatement(`"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"}`)},
	{"WILDCARD_PRINCIPAL_WITHOUT_CONDITION", KindResource, toPrincipal(KindResource, `"Principal":«"*"»`), toPrincipal(KindResource, `"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a"}}`)},
	{"WILDCARD_PRINCIPAL_WITHOUT_CONDITION", KindTrust, toPrincipal(KindTrust, `"Principal":«{"AWS":["111122223333","*"]}»`), toPrincipal(KindTrust, `"Principal":{"AWS":"111122223333"}`)},
	{"UNSUPPORTED_WILDCARD_IN_PRINCIPAL", KindResource, toPrincipal(KindResource, `"Principal":{"AWS":«"arn:aws:iam::111122223333:role/*"»}`), toPrincipal(KindResource, `"Principal":{"AWS":"*"}`)},
	{"INVALID_ROLE_REFERENCE", KindResource, toPrincipal(KindResource, `"Principal":{"AWS":«"AROAEXAMPLEAPP000000"»}`), toPrincipal(KindResource, `"Principal":{"AWS":"111122223333"}`)},
	{"INVALID_USER_REFERENCE", KindResource, toPrincipal(KindResource, `"Principal":{"AWS":«"AIDAEXAMPLEAPP000000"»}`), toPrincipal(KindResource, `"Principal":{"AWS":"AROAEXAMPLEAPP000000"}`)},
	{"FEDERATED_PRINCIPAL_NOT_SUPPORTED", KindResource, toPrincipal(KindResource, `"Principal":{"Federated":«"accounts.google.com"»}`), toPrincipal(KindTrust, `"Principal":{"Service":"ec2.amazonaws.com"}`)},
	{"INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", KindTrust, toPrincipal(KindTrust, `"Principal":{"Federated":«"google"»}`), toPrincipal(KindTrust, `"Principal":{"Federated":["accounts.google.com","arn:aws:iam::111122223333:saml-provider/a","arn:aws:iam::111122223333:oidc-provider/a"]}`)},
	{"MISMATCHED_ACTION_FOR_PRINCIPAL", KindTrust, trusting(`"Principal":{"Federated":"accounts.google.com"},"Action":«"sts:AssumeRole"»`), trusting(`"Principal":{"Federated":"accounts.google.com"},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"]`)},
	{"MISMATCHED_ACTION_FOR_PRINCIPAL", KindTrust, trusting(`"Principal":{"AWS":"111122223333"},"Action":«"sts:AssumeRoleWithSAML"»`), trusting(`"Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/a"},"Action":"sts:AssumeRoleWithSAML"`)},
	{"MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", KindTrust, trusting(`"Principal":{"Service":"rolesanywhere.amazonaws.com"},"Action":«["sts:AssumeRole","sts:TagSession"]»`), trusting(`"Principal":{"Service":"rolesanywhere.amazonaws.com"},"Action":["sts:Assume*","sts:TagSession","sts:SetSourceIdentity"]`)},
	{"REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", KindTrust, toPrincipal(KindTrust, `"Principal":{"AWS":["arn:aws:iam::111122223333:role/p/r",«"arn:aws:sts::111122223333:assumed-role/r/s"»]}`), toPrincipal(KindTrust, `"Principal":{"AWS":["arn:aws:iam::111122223333:role/r","arn:aws:sts::111122223333:assumed-role/q/s"]}`)},
}

// dangerous are the twelve cases of two actions.
func dangerous() (cases []lintCase) {
	limits := map[string]string{"PASS_ROLE": `"iam:PassedToService"`, "CREATE_SLR": `"iam:AWSServiceName"`}
	for prefix, action := range map[string]string{"PASS_ROLE": "iam:PassRole", "CREATE_SLR": "iam:CreateServiceLinkedRole"} {
		named, wild, but := `"Action":«"`+action+`"»`, `"Action":["s3:GetObject",«"iam:*"»]`, `«"NotAction"»:"s3:*"`
		all, not := `"Resource":"arn:aws:iam::*:role/*"`, `"NotResource":"arn:aws:iam::111122223333:role/a"`
		limited := ofStatements(`{"Effect":"Allow","Action":"` + action + `","Resource":"*","Condition":{"StringEquals":{` + limits[prefix] + `:"ec2.amazonaws.com"}}}`)
		for code, members := range map[string]string{
			"_WITH_NOT_RESOURCE": named + "," + not, "_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": wild + "," + not, "_WITH_NOT_ACTION_AND_NOT_RESOURCE": but + "," + not,
			"_WITH_STAR_IN_RESOURCE": named + "," + all, "_WITH_STAR_IN_ACTION_AND_RESOURCE": wild + "," + all, "_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": but + "," + all,
		} {
			cases = append(cases, lintCase{prefix + code, KindIdentity, ofStatements(`{"Effect":"Allow",` + members + `}`), limited},
				lintCase{prefix + code, KindSession, ofStatements(`{"Effect":"Allow",` + members + `}`), ofStatements(`{"Effect":"Allow","NotAction":["` + action + `","iam:Get*"],"Resource":"*"}`)},
				lintCase{prefix + code, KindIdentity, ofStatements(`{"Effect":"Allow",` + members + `}`), ofStatements(`{"Effect":"Allow","Action":"` + action + `","Resource":["arn:aws:iam::*:role/Service*","arn:aws:iam::*:role/a"]}`)})
		}
	}
	return cases
}

// denyUnless is a policy that denies everything but under a condition.
func denyUnless(condition string) string { return asking("Deny", `"Action":"*"`, condition) }

// ofRCP is an RCP with a condition.
func ofRCP(condition string) string {
	return ofStatements(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{` + condition + `}}`)
}

var guardrailCases = []lintCase{
	{"MISSING_VIA_AWS_SERVICE_EXEMPTION", KindServiceControl, denyUnless(`"NotIpAddress":{«"aws:SourceIp"»:"203.0.113.0/24"}`), denyUnless(`"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"},"Bool":{"aws:ViaAWSService":"false"}`)},
	{"MISSING_GLOBAL_SERVICES_EXEMPTION", KindServiceControl, denyUnless(`"StringNotEquals":{"aws:RequestedRegion":«["eu-west-1","us-west-2"]»}`), denyUnless(`"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}`)},
	{"MISSING_GLOBAL_SERVICES_EXEMPTION", KindServiceControl, denyUnless(`"StringNotEquals":{"aws:RequestedRegion":«"eu-west-1"»}`), asking("Deny", `"NotAction":["iam:*"]`, `"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}`)},
	{"MISSING_GLOBAL_SERVICES_EXEMPTION", KindServiceControl, denyUnless(`"StringNotLike":{"aws:RequestedRegion":«"eu-*"»}`), denyUnless(`"StringNotLike":{"aws:RequestedRegion":"us-*"}`)},
	{"MISSING_PRINCIPAL_IS_AWS_SERVICE_EXEMPTION", KindResource, ofRCP(`"StringNotEquals":{«"aws:PrincipalOrgID"»:"o-a"}`), ofRCP(`"StringNotEquals":{"aws:PrincipalOrgID":"o-a"},"Bool":{"aws:PrincipalIsAWSService":"false"}`)},
	{"RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", KindResourceControl, ofRCP(`"StringNotEqualsIfExists":{«"aws:PrincipalOrgID"»:"o-a"}`), ofRCP(`"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}`)},
	{"RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", KindResourceControl, ofRCP(`"StringNotEqualsIfExists":{«"aws:SourceOrgID"»:"o-a"}`), ofRCP(`"StringNotEqualsIfExists":{"aws:SourceOrgID":"o-a"},"Bool":{"aws:PrincipalIsAWSService":"true"}`)},
	{"RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", KindResourceControl, ofRCP(`"StringNotEqualsIfExists":{«"aws:SourceOrgID"»:"o-a"}`), ofRCP(`"StringNotEqualsIfExists":{"aws:SourceOrgID":"o-a"},"Null":{"aws:SourceAccount":"false"}`)},
}

// sized is a document of a size.
func sized(kind Kind, members string, size int) string {
	text := `{"Version":"2012-10-17","Id":"","Statement":[{"Effect":"Deny",` + members + `}]}`
	return strings.Replace(text, `"Id":""`, `"Id":"`+strings.Repeat("x", size-Size(kind, text))+`"`, 1)
}

func sizeCases() (cases []lintCase) {
	for code, row := range map[string]struct {
		kind    Kind
		members string
	}{
		"SCP": {KindServiceControl, `"Action":"s3:*","Resource":"*"`}, "RCP": {KindResourceControl, `"Principal":"*","Action":"s3:*","Resource":"*"`},
		"DELEGATION_POLICY": {KindDelegation, `"Principal":{"AWS":"111122223333"},"Action":"organizations:*","Resource":"*"`},
		"SESSION_POLICY":    {KindSession, `"Action":"s3:*","Resource":"*"`}, "BOUNDARY": {KindBoundary, `"Action":"s3:*","Resource":"*"`},
		"IDENTITY_POLICY": {KindIdentity, `"Action":"s3:*","Resource":"*"`}, "ROLE_TRUST_POLICY": {KindTrust, `"Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"`},
	} {
		quota := Quota(row.kind)
		cases = append(cases,
			lintCase{"POLICY_SIZE_EXCEEDS_" + code + "_QUOTA", row.kind, "«" + sized(row.kind, row.members, quota+1) + "»", sized(row.kind, row.members, quota)},
			lintCase{"POLICY_SIZE_NEAR_QUOTA", row.kind, "«" + sized(row.kind, row.members, quota) + "»", sized(row.kind, row.members, quota*9/10-1)})
	}
	return cases
}

// TestManagedPolicies: IAM User Guide, "IAM policy validation check reference", names managed policies with these findings.
func TestManagedPolicies(t *testing.T) {
	raw, err := os.ReadFile("../internal/domain/iam/awsmanaged/policies.tsv")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for line := range strings.Lines(string(raw)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch fields[1] {
		case "AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "AdministratorAccess-Amplify", "AWSOrganizationsServiceTrustPolicy":
			for _, f := range Lint(fields[5], KindIdentity) {
				found[fields[1]] = append(found[fields[1]], f.Code)
			}
		}
	}
	for name, want := range map[string][]string{
		"AdministratorAccess":                {"PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE"},
		"IAMFullAccess":                      {"PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE"},
		"PowerUserAccess":                    {"CREATE_SLR_WITH_STAR_IN_RESOURCE"},
		"AdministratorAccess-Amplify":        {"PASS_ROLE_WITH_STAR_IN_RESOURCE"},
		"AWSOrganizationsServiceTrustPolicy": {"CREATE_SLR_WITH_STAR_IN_RESOURCE"},
	} {
		for _, code := range want {
			if !slices.Contains(found[name], code) {
				t.Errorf("%s has no %s, but %v", name, code, found[name])
			}
		}
	}
	if got := fmt.Sprint(found["AdministratorAccess"]); got != "[CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE]" {
		t.Errorf("AdministratorAccess: %s", got)
	}
}
