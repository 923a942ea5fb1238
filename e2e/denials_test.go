package e2e_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"umbel/internal/testenv"
)

// TestDenialNamesItsLayer wants of each layer of the decision the exact words in which it denies, explicitly and by not
// allowing (IAM User Guide, "Troubleshoot access denied error messages"; with the ARN of the denying policy since 2026).
func TestDenialNamesItsLayer(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	account := o.Account("", "member")
	admin := s.Role(account, "")
	base := "AccessDenied: User: arn:aws:iam::" + account + ":user/alice is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::" + account + ":user/"
	because := func(kind string) string { return " because no " + kind + " allows the iam:ListUsers action" }
	explicit := func(kind string) string { return " with an explicit deny in " + kind }
	managed := makePolicy(t, admin, "no-lists", deny("iam:ListUsers"))
	narrow := makePolicy(t, admin, "narrow", allow("s3:*"))
	alice := s.User(admin, "alice", "")
	client := iam.NewFromConfig(admin)
	name := aws.String("alice")
	list := func() error { return probes()["iam:ListUsers"](t, alice) }
	put := func(policy string) {
		t.Helper()
		if _, err := client.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("inline"), PolicyDocument: &policy}); err != nil {
			t.Fatal(err)
		}
	}
	bound := func(arn string) {
		t.Helper()
		if _, err := client.PutUserPermissionsBoundary(t.Context(), &iam.PutUserPermissionsBoundaryInput{UserName: name, PermissionsBoundary: &arn}); err != nil {
			t.Fatal(err)
		}
	}

	wantRefused(t, "no policy", list(), base+because("identity-based policy"))
	put(deny("iam:ListUsers"))
	wantRefused(t, "inline policy", list(), base+explicit("an identity-based policy"))
	put(all)
	wantAllowed(t, "inline policy", list())
	bound(narrow)
	wantRefused(t, "boundary", list(), base+because("permissions boundary"))
	bound(managed)
	wantRefused(t, "boundary that denies", list(), base+explicit("a permissions boundary: "+managed))
	if _, err := client.DeleteUserPermissionsBoundary(t.Context(), &iam.DeleteUserPermissionsBoundaryInput{UserName: name}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: name, PolicyArn: &managed}); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "managed policy", list(), base+explicit("an identity-based policy: "+managed))
	if _, err := client.DetachUserPolicy(t.Context(), &iam.DetachUserPolicyInput{UserName: name, PolicyArn: &managed}); err != nil {
		t.Fatal(err)
	}
	guardrail := o.Policy(scp, "no lists", deny("iam:ListUsers"), account)
	wantRefused(t, "SCP", list(), base+explicit("a service control policy: "+scpARN(o, s, guardrail)))
	attach(t, o, o.Policy(scp, "narrow", allow("s3:*")), account)
	detach(t, o, guardrail, account)
	detach(t, o, full, account)
	wantRefused(t, "SCPs that do not allow", list(), base+because("service control policy"))
}

// TestSessionPolicyDenies words what a session policy denies.
func TestSessionPolicyDenies(t *testing.T) {
	s := testenv.Start(t)
	admin := s.Administrator("")
	account := string(s.First)
	role := makeRole(t, admin, "worker", trusting(`{"AWS":"`+account+`"}`))
	putRolePolicy(t, admin, "worker", all)
	base := "AccessDenied: User: arn:aws:sts::" + account + ":assumed-role/worker/session is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::" + account + ":user/"
	for _, tt := range []struct{ name, policy, words string }{
		{"none", "", ""},
		{"allows", allow("iam:*"), ""},
		{"does not allow", allow("s3:*"), base + " because no session policy allows the iam:ListUsers action"},
		{"denies", deny("iam:ListUsers"), base + " with an explicit deny in a session policy"},
	} {
		session, err := assume(t, admin, role, tt.policy)
		if err != nil {
			t.Fatal(err)
		}
		wantRefused(t, tt.name, probes()["iam:ListUsers"](t, speakAs(s, session)), tt.words)
	}
}

// TestTrustPolicyDenies words what a trust policy denies: a role that does not trust the caller is refused in the words of
// one that does not exist.
func TestTrustPolicyDenies(t *testing.T) {
	s := testenv.Start(t)
	admin := s.Administrator("")
	account := string(s.First)
	alice := s.User(admin, "alice", all)
	base := "AccessDenied: User: arn:aws:iam::" + account + ":user/alice is not authorized to perform: sts:AssumeRole on resource: "
	closed := makeRole(t, admin, "closed", trusting(`{"Service":"ec2.amazonaws.com"}`))
	never := makeRole(t, admin, "never", document("Deny", `,"Principal":{"AWS":"*"}`, "sts:AssumeRole"))
	missing := "arn:aws:iam::" + account + ":role/missing"
	for role, words := range map[string]string{
		closed: base + closed, missing: base + missing, never: base + never + " with an explicit deny in the role trust policy",
	} {
		_, err := assume(t, alice, role, "")
		wantRefused(t, role, err, words)
	}
}

// TestClosedAccount closes an account: none of its principals can do anything, and nobody can get into it.
func TestClosedAccount(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	account := o.Account("", "member")
	role := makeRole(t, s.Role(account, ""), "open", trusting(`{"AWS":"*"}`))
	session, err := assume(t, s.Administrator(""), role, "")
	if err != nil {
		t.Fatal(err)
	}
	callers := map[string]aws.Config{
		"user": s.User(s.Root(account), "alice", all), "role": s.Role(account, ""), "root user": s.Root(account), "assumed role": speakAs(s, session),
	}
	for who, cfg := range callers {
		if identityOf(t, cfg) == "" {
			t.Errorf("%s is nobody", who)
		}
	}
	if _, err := o.CloseAccount(t.Context(), &organizations.CloseAccountInput{AccountId: &account}); err != nil {
		t.Fatal(err)
	}
	const invalid = ": The security token included in the request is invalid."
	refused := func() {
		t.Helper()
		for who, cfg := range callers {
			wantRefused(t, who, probes()["iam:ListUsers"](t, cfg), "InvalidClientTokenId"+invalid)
			wantRefused(t, who, probes()["organizations:DescribeOrganization"](t, cfg), "UnrecognizedClientException"+invalid)
		}
		_, err := assume(t, s.Administrator(""), role, "")
		wantDenied(t, "assume a role in it", err, " is not authorized to perform: sts:AssumeRole on resource: "+role)
	}
	refused()
	s.Settle() // from pending closure to suspended
	refused()
}
