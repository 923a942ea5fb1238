//lint:file-ignore SA1019 the API model served has PackedPolicySize; only the newest SDK prefers another name

package sts_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"umbel/internal/testenv"
)

func TestGetSessionToken(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("iam:*", "organizations:*", "sts:*"))
	out, err := sts.NewFromConfig(alice).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(*out.Credentials.Expiration); left < 12*time.Hour-time.Minute || left > 12*time.Hour+time.Minute {
		t.Errorf("lasts %v, want 12 hours", left)
	}
	session := w.speak(out.Credentials)
	if who := w.whoami(session); who != "arn:aws:iam::"+w.account+":user/alice" {
		t.Errorf("session is %s", who)
	}

	// It has the user's permissions, except on IAM and STS.
	arn := w.simpleRole("open", trust("arn:aws:iam::"+w.account+":root", ""), "")
	w.assume(session, sts.AssumeRoleInput{RoleArn: &arn})
	_, err = organizations.NewFromConfig(session).DescribeOrganization(t.Context(), &organizations.DescribeOrganizationInput{})
	refused(t, err, "AWSOrganizationsNotInUseException", "")
	_, err = iam.NewFromConfig(session).ListUsers(t.Context(), &iam.ListUsersInput{})
	refused(t, err, "InvalidClientTokenId", "")
	_, err = sts.NewFromConfig(session).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	refused(t, err, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	_, err = sts.NewFromConfig(session).GetAccessKeyInfo(t.Context(), &sts.GetAccessKeyInfoInput{AccessKeyId: out.Credentials.AccessKeyId})
	refused(t, err, "AccessDenied", "")
	_, err = sts.NewFromConfig(alice).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(129601)})
	refused(t, err, "ValidationError", "durationSeconds")
	_, err = sts.NewFromConfig(w.admin).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	refused(t, err, "AccessDenied", "Cannot call GetSessionToken with session credentials")
}

func TestGetFederationToken(t *testing.T) {
	w := start(t)
	bob := w.User(w.admin, "bob", "")
	_, err := sts.NewFromConfig(bob).GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: aws.String("app")})
	notAuthorized(t, err, "arn:aws:iam::"+w.account+":user/bob", "sts:GetFederationToken", "arn:aws:sts::"+w.account+":federated-user/app")

	alice := w.User(w.admin, "alice", allow("sts:GetFederationToken", "organizations:DescribeOrganization"))
	_, err = sts.NewFromConfig(alice).GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: aws.String("app"), Tags: stsTags("a", "1")})
	notAuthorized(t, err, "arn:aws:iam::"+w.account+":user/alice", "sts:TagSession", "arn:aws:sts::"+w.account+":federated-user/app")
	out, err := sts.NewFromConfig(alice).GetFederationToken(t.Context(), &sts.GetFederationTokenInput{
		Name: aws.String("app"), Policy: aws.String(allow("organizations:*", "sts:*")), DurationSeconds: aws.Int32(900),
	})
	if err != nil {
		t.Fatal(err)
	}
	arn := "arn:aws:sts::" + w.account + ":federated-user/app"
	if *out.FederatedUser.Arn != arn || *out.FederatedUser.FederatedUserId != w.account+":app" || out.PackedPolicySize == nil {
		t.Errorf("got %s, %s, %v", *out.FederatedUser.Arn, *out.FederatedUser.FederatedUserId, out.PackedPolicySize)
	}
	session := w.speak(out.Credentials)
	if who := w.whoami(session); who != arn {
		t.Errorf("session is %s", who)
	}
	_, err = organizations.NewFromConfig(session).DescribeOrganization(t.Context(), &organizations.DescribeOrganizationInput{})
	refused(t, err, "AWSOrganizationsNotInUseException", "")
	_, err = organizations.NewFromConfig(session).ListRoots(t.Context(), &organizations.ListRootsInput{})
	refused(t, err, "AccessDeniedException", "organizations:ListRoots")
	role := w.simpleRole("open", trust("*", ""), "")
	_, err = assumeRole(t.Context(), session, sts.AssumeRoleInput{RoleArn: &role})
	notAuthorized(t, err, arn, "sts:AssumeRole", role)
	_, err = sts.NewFromConfig(session).GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: aws.String("app")})
	refused(t, err, "AccessDenied", "Cannot call GetFederationToken with session credentials")
}

func TestGetAccessKeyInfo(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:GetAccessKeyInfo"))
	long, err := alice.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	arn := w.simpleRole("open", trust("arn:aws:iam::"+w.account+":user/alice", ""), "")
	out, _ := w.assume(alice, sts.AssumeRoleInput{RoleArn: &arn})
	for _, id := range []string{long.AccessKeyID, *out.Credentials.AccessKeyId} {
		got, err := sts.NewFromConfig(alice).GetAccessKeyInfo(t.Context(), &sts.GetAccessKeyInfoInput{AccessKeyId: &id})
		if err != nil || *got.Account != w.account {
			t.Errorf("%s: got %v, %v", id, got, err)
		}
	}
	_, err = sts.NewFromConfig(alice).GetAccessKeyInfo(t.Context(), &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE")})
	refused(t, err, "ValidationError", "AKIAIOSFODNN7EXAMPLE")
	bob := w.User(w.admin, "bob", "")
	_, err = sts.NewFromConfig(bob).GetAccessKeyInfo(t.Context(), &sts.GetAccessKeyInfoInput{AccessKeyId: &long.AccessKeyID})
	notAuthorized(t, err, "arn:aws:iam::"+w.account+":user/bob", "sts:GetAccessKeyInfo", "*")
}

func TestSessionsExpire(t *testing.T) {
	clock := &testenv.ManualClock{}
	w := start(t, testenv.Clock(clock))
	alice := w.User(w.admin, "alice", allow("sts:*"))
	arn := w.simpleRole("open", trust("arn:aws:iam::"+w.account+":root", ""), "")
	_, session := w.assume(alice, sts.AssumeRoleInput{RoleArn: &arn, DurationSeconds: aws.Int32(900)})
	client := sts.NewFromConfig(session, func(o *sts.Options) { o.HTTPSignerV4 = late{clock.Now} })
	clock.Advance(14 * time.Minute)
	if _, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil {
		t.Errorf("after 14 minutes: %v", err)
	}
	clock.Advance(2 * time.Minute)
	_, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	refused(t, err, "ExpiredToken", "The security token included in the request is expired")
}

// TestSessionsOfAGoneRole: a role that was deleted takes its sessions with it, also if another one gets its name.
func TestSessionsOfAGoneRole(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:*"))
	document := trust("arn:aws:iam::"+w.account+":root", "")
	arn := w.simpleRole("open", document, "")
	_, session := w.assume(alice, sts.AssumeRoleInput{RoleArn: &arn})
	client := iam.NewFromConfig(w.admin)
	if _, err := client.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: aws.String("open")}); err != nil {
		t.Fatal(err)
	}
	_, err := sts.NewFromConfig(session).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	refused(t, err, "InvalidClientTokenId", "")
	w.simpleRole("open", document, allow("iam:*"))
	_, err = iam.NewFromConfig(session).ListUsers(t.Context(), &iam.ListUsersInput{})
	refused(t, err, "InvalidClientTokenId", "")
}
