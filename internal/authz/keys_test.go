package authz_test

import (
	"fmt"
	"testing"

	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/op"
)

// TestConditionKeys has a policy that allows only if a key has the value it must have.
func TestConditionKeys(t *testing.T) {
	asRole := func(w *world, policy string) *op.Call {
		e := entity("deployer", "AROA1", policy)
		e.Path, e.Tags = "/team/", map[string]string{"team": "role's", "stage": "prod"}
		return w.role(member, e, iam.Session{Tags: map[string]string{"Team": "session's"}, SourceIdentity: "bob", MFA: true})
	}
	asUser := func(w *world, policy string) *op.Call {
		e := entity("alice", "AIDA1", policy)
		e.Tags = map[string]string{"team": "user's"}
		return w.user(member, e)
	}
	asLone := func(w *world, policy string) *op.Call { return w.user(lone, entity("alice", "AIDA1", policy)) }
	is, unset := "StringEquals", "Null"
	for _, c := range []struct {
		who                  func(*world, string) *op.Call
		operator, key, value string
	}{
		{asRole, is, "aws:PrincipalArn", "arn:aws:iam::222222222222:role/team/deployer"},
		{asRole, is, "aws:PrincipalType", "AssumedRole"},
		{asRole, is, "aws:userid", "AROA1:s1"},
		{asRole, is, "aws:PrincipalTag/team", "session's"},
		{asRole, is, "aws:PrincipalTag/stage", "prod"},
		{asRole, is, "aws:SourceIdentity", "bob"},
		{asRole, is, "aws:TokenIssueTime", "2026-11-01T11:59:00Z"},
		{asRole, "Bool", "aws:MultiFactorAuthPresent", "true"},
		{asRole, "NumericEquals", "aws:MultiFactorAuthAge", "60"},
		{asRole, unset, "aws:username", "true"},
		{asUser, is, "aws:PrincipalArn", "arn:aws:iam::222222222222:user/alice"},
		{asUser, is, "aws:PrincipalType", "User"},
		{asUser, is, "aws:username", "alice"},
		{asUser, is, "aws:PrincipalTag/TEAM", "user's"},
		{asUser, is, "aws:PrincipalAccount", "222222222222"},
		{asUser, is, "aws:PrincipalOrgID", string(ownOrg)},
		{asUser, "ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-aaaaaaaaaa/r-*/ou-*/"},
		{asUser, unset, "aws:MultiFactorAuthPresent", "true"},
		{asUser, unset, "aws:TokenIssueTime", "true"},
		{asUser, unset, "aws:SourceIdentity", "true"},
		{asUser, "Bool", "aws:PrincipalIsAWSService", "false"},
		{asUser, "Bool", "aws:ViaAWSService", "false"},
		{asUser, "Bool", "aws:SecureTransport", "true"},
		{asUser, "IpAddress", "aws:SourceIp", "192.0.2.0/24"},
		{asUser, is, "aws:UserAgent", "aws-cli/2"},
		{asUser, is, "aws:RequestedRegion", "us-east-1"},
		{asUser, "DateEquals", "aws:CurrentTime", "2026-11-01T12:00:00Z"},
		{asUser, "DateEquals", "aws:EpochTime", "1793534400"},
		{asUser, is, "aws:ResourceAccount", "333333333333"},
		{asUser, is, "aws:ResourceOrgID", string(ownOrg)},
		{asUser, "ForAnyValue:StringLike", "aws:ResourceOrgPaths", "o-aaaaaaaaaa/r-*/"},
		{asUser, is, "aws:ResourceTag/cost", "42"},
		{asUser, is, "aws:RequestTag/x", "y"},
		{asUser, "ForAllValues:StringEquals", "aws:TagKeys", "x"},
		{asLone, unset, "aws:PrincipalOrgID", "true"},
		{asLone, unset, "aws:PrincipalOrgPaths", "true"},
	} {
		t.Run(c.key, func(t *testing.T) {
			w := newWorld(t)
			call := c.who(w, fmt.Sprintf(
				`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{%q:{%q:%q}}}]}`, c.operator, c.key, c.value))
			target := op.Target{
				Resource: "arn:aws:iam::333333333333:role/r", Tags: map[string]string{"cost": "42"},
				Keys: []op.Key{{Name: "aws:RequestTag/x", Values: []string{"y"}}, {Name: "aws:TagKeys", Values: []string{"x"}}},
			}
			if call.Caller.Account == member {
				// The resource is a sibling's; its policy lets the caller through, so that the condition alone decides.
				target.Account = sibling
				target.Policy = source(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"*","Resource":"*"}]}`)
			}
			if got := message(t, authorize(call, "iam:GetRole", target)); got != "" {
				t.Error(got)
			}
		})
	}
}

func TestShown(t *testing.T) {
	for _, c := range []struct{ action, resource, want string }{
		{"iam:CreateUser", "arn:aws:iam::1:user/a/bob", "arn:aws:iam::1:user/a/bob"},
		{"iam:GetUser", "arn:aws:iam::1:user/a/bob", "user bob"},
		{"iam:GetRole", "arn:aws:iam::1:role/voclabs", "role voclabs"},
		{"iam:PassRole", "arn:aws:iam::1:role/voclabs", "arn:aws:iam::1:role/voclabs"},
		{"iam:CreatePolicyVersion", "arn:aws:iam::1:policy/p", "policy arn:aws:iam::1:policy/p"},
		{"iam:PutRolePermissionsBoundary", "arn:aws:iam::1:role/r", "arn:aws:iam::1:role/r"},
		{"iam:GetInstanceProfile", "arn:aws:iam::1:instance-profile/web", "instance profile web"},
		{"iam:ListUsers", "arn:aws:iam::1:user/*", "arn:aws:iam::1:user/*"},
		{"iam:GetAccountSummary", "*", "*"},
		{"iam:GetUser", "arn:aws:iam::1:user/*", "arn:aws:iam::1:user/*"},
		{"sts:AssumeRole", "arn:aws:iam::1:role/r", "arn:aws:iam::1:role/r"},
	} {
		if got := authz.Shown(c.action, c.resource); got != c.want {
			t.Errorf("%s on %s is shown as %q, want %q", c.action, c.resource, got, c.want)
		}
	}
}
