package e2e_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"umbel/internal/testenv"
)

// TestResourceControlPerimeter closes a member's roles to everyone outside the organization, as the User Guide's example
// does ("RCP examples"): a stand-alone account and another organization stay outside, its own principals pass.
func TestResourceControlPerimeter(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member, sibling := o.Account("", "member"), o.Account("", "sibling")
	role := makeRole(t, s.Role(member, ""), "open", trusting(`{"AWS":"*"}`))
	lone := signedUp(t, s, "200000000002")
	foreign := signedUp(t, s, "300000000003")
	s.CreateOrganization("300000000003")
	callers := map[string]aws.Config{
		"lone account": lone, "other organization's user": foreign, "other organization's role": s.Administrator("300000000003"),
		"same account": s.User(s.Root(member), "own", all), "sibling": s.User(s.Root(sibling), "sib", all), "management": s.User(s.Administrator(""), "mgmt", all),
	}
	outside := []string{"lone account", "other organization's user", "other organization's role"}
	for who, cfg := range callers {
		_, err := assume(t, cfg, role, "")
		wantAllowed(t, who+" before", err)
	}
	o.Policy(rcp, "perimeter", forbid(`,"Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"`+o.ID+`"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`, "sts:AssumeRole"), o.Root)
	for _, who := range outside {
		_, err := assume(t, callers[who], role, "")
		// Whoever is outside is told no more than that.
		wantRefused(t, who, err, "AccessDenied: User: "+identityOf(t, callers[who])+" is not authorized to perform: sts:AssumeRole on resource: "+role)
		delete(callers, who)
	}
	for who, cfg := range callers {
		_, err := assume(t, cfg, role, "")
		wantAllowed(t, who+" inside the perimeter", err)
	}
}

// TestResourceControlBindsEveryCaller denies the roles of members to all: RCPs go by the resource's account, whoever calls.
// The management account's own roles are exempt, and so is what RCPs do not cover.
func TestResourceControlBindsEveryCaller(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member := o.Account("", "member")
	callers := map[string]aws.Config{
		"management account's user": s.User(s.Administrator(""), "alice", all), "management account's role": s.Administrator(""),
		"own user": s.User(s.Root(member), "bob", all), "own role": s.Role(member, ""),
	}
	role := makeRole(t, s.Role(member, ""), "open", trusting(`{"AWS":"*"}`))
	managed := makeRole(t, s.Administrator(""), "open", trusting(`{"AWS":"*"}`))
	policy := o.Policy(rcp, "no roles", forbid("", "sts:*"), o.Root)
	for who, cfg := range callers {
		_, err := assume(t, cfg, role, "")
		wantRefused(t, who, err, "AccessDenied: User: "+identityOf(t, cfg)+" is not authorized to perform: sts:AssumeRole on resource: "+role+
			" with an explicit deny in a resource control policy: "+policyARN(o, s, "resource_control_policy", policy))
		_, err = assume(t, cfg, managed, "")
		wantAllowed(t, who+" on the management account's role", err)
	}
	wantAllowed(t, "IAM has no RCPs", probes()["iam:ListUsers"](t, s.Role(member, "")))
	detach(t, o, policy, o.Root)
	for who, cfg := range callers {
		_, err := assume(t, cfg, role, "")
		wantAllowed(t, who+" after", err)
	}
}

// signedUp makes a stand-alone account, and gives an administrator of it.
func signedUp(t *testing.T, s *testenv.Server, id string) aws.Config {
	t.Helper()
	if err := s.SignUp(id, "account "+id, id+"@example.com"); err != nil {
		t.Fatal(err)
	}
	return s.User(s.Root(id), "admin", all)
}
