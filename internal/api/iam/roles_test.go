package iam_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const away = "444455556666"

func trusting(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
}

func TestRole(t *testing.T) {
	f := newFixture(t)
	spaced := strings.ReplaceAll(ec2, ",", " ,\n ")
	made := must[*sdk.CreateRoleOutput](t)(f.CreateRole(ctx, &sdk.CreateRoleInput{
		RoleName: aws.String("Build"), Path: aws.String("/ci/"), AssumeRolePolicyDocument: &spaced, Description: aws.String("builds"),
		PermissionsBoundary: &f.policy, Tags: tags("team", "a"),
	})).Role
	if *made.Arn != "arn:aws:iam::111122223333:role/ci/Build" || !strings.HasPrefix(*made.RoleId, "AROA") || *made.MaxSessionDuration != 3600 {
		t.Errorf("made %+v", made)
	}
	got := must[*sdk.GetRoleOutput](t)(f.GetRole(ctx, &sdk.GetRoleInput{RoleName: aws.String("build")})).Role
	if text, err := url.PathUnescape(*got.AssumeRolePolicyDocument); err != nil || text != spaced || strings.ContainsAny(*got.AssumeRolePolicyDocument, "+* {") {
		t.Errorf("the trust policy is shown as %s", *got.AssumeRolePolicyDocument)
	}
	if *got.Description != "builds" || len(got.Tags) != 1 || *got.PermissionsBoundary.PermissionsBoundaryArn != f.policy {
		t.Errorf("got %+v", got)
	}
	f.ok(call(f.UpdateRole, sdk.UpdateRoleInput{RoleName: aws.String("Build"), MaxSessionDuration: aws.Int32(43200)}))
	described := must[*sdk.UpdateRoleDescriptionOutput](t)(f.UpdateRoleDescription(ctx, &sdk.UpdateRoleDescriptionInput{RoleName: aws.String("Build"), Description: aws.String("new")})).Role
	if *described.Description != "new" || *described.MaxSessionDuration != 43200 {
		t.Errorf("updated to %+v", described)
	}
	refused(t, call(f.UpdateRole, sdk.UpdateRoleInput{RoleName: aws.String("Build"), MaxSessionDuration: aws.Int32(60)}), "ValidationError", "")
	refused(t, call(f.CreateRole, sdk.CreateRoleInput{RoleName: aws.String("BUILD"), AssumeRolePolicyDocument: aws.String(ec2)}), "EntityAlreadyExists", "Role with name BUILD already exists.")
	refused(t, call(f.CreateRole, sdk.CreateRoleInput{RoleName: aws.String("bad"), AssumeRolePolicyDocument: aws.String("{")}), "MalformedPolicyDocument", "")
	refused(t, call(f.CreateRole, sdk.CreateRoleInput{RoleName: aws.String("long"), AssumeRolePolicyDocument: aws.String(strings.Replace(ec2, "ec2", strings.Repeat("x", 2048), 1))}),
		"LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
	roles := must[*sdk.ListRolesOutput](t)(f.ListRoles(ctx, &sdk.ListRolesInput{PathPrefix: aws.String("/ci/")})).Roles
	if len(roles) != 1 || *roles[0].RoleName != "Build" || roles[0].Tags != nil {
		t.Errorf("under /ci/: %+v", roles)
	}
	f.ok(call(f.DeleteRole, sdk.DeleteRoleInput{RoleName: aws.String("build")}))
	refused(t, call(f.GetRole, sdk.GetRoleInput{RoleName: aws.String("Build")}), "NoSuchEntity", "The role with name Build cannot be found.")
}

// TestTrustEndsWithThePrincipal sees a deleted user, made again under its name, not trusted any more.
func TestTrustEndsWithThePrincipal(t *testing.T) {
	f := newFixture(t)
	annARN := "arn:aws:iam::111122223333:user/team/ann"
	f.ok(call(f.CreateRole, sdk.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(trusting(annARN))}))
	key := must[*sdk.CreateAccessKeyOutput](t)(f.CreateAccessKey(ctx, &sdk.CreateAccessKeyInput{UserName: &f.user})).AccessKey
	assume := func(key *types.AccessKey) error {
		c := sts.NewFromConfig(f.server.Keys(*key.AccessKeyId, *key.SecretAccessKey, ""))
		_, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/r"), RoleSessionName: aws.String("s1")})
		return err
	}
	f.ok(assume(key))
	shown := func() string {
		r := must[*sdk.GetRoleOutput](t)(f.GetRole(ctx, &sdk.GetRoleInput{RoleName: aws.String("r")})).Role
		text, err := url.PathUnescape(*r.AssumeRolePolicyDocument)
		f.ok(err)
		return text
	}
	if shown() != trusting(annARN) {
		t.Errorf("shown as %s", shown())
	}
	for _, id := range []string{f.key, *key.AccessKeyId} {
		f.ok(call(f.DeleteAccessKey, sdk.DeleteAccessKeyInput{UserName: &f.user, AccessKeyId: &id}))
	}
	f.ok(call(f.DeleteUser, sdk.DeleteUserInput{UserName: &f.user}))
	f.ok(call(f.CreateUser, sdk.CreateUserInput{UserName: &f.user, Path: aws.String("/team/")}))
	again := must[*sdk.CreateAccessKeyOutput](t)(f.CreateAccessKey(ctx, &sdk.CreateAccessKeyInput{UserName: &f.user})).AccessKey
	refused(t, assume(again), "AccessDenied", "")
	if !strings.Contains(shown(), `"AIDA`) {
		t.Errorf("shown as %s", shown())
	}
	f.ok(call(f.UpdateAssumeRolePolicy, sdk.UpdateAssumeRolePolicyInput{RoleName: aws.String("r"), PolicyDocument: aws.String(trusting(annARN))}))
	f.ok(assume(again))
}

func TestTrustAcrossAccounts(t *testing.T) {
	f := newFixture(t)
	f.ok(f.server.SignUp(away, "two", "two@example.org"))
	create := func(principal string) error {
		return call(f.CreateRole, sdk.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(trusting(principal))})
	}
	there := "arn:aws:iam::444455556666:user/bea"
	refused(t, create(there), "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"`+there+`"`)
	refused(t, create("arn:aws:iam::111122223333:user/ann"), "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/ann"`) // without its path
	bea := f.server.User(f.server.Administrator(away), "bea", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`)
	f.ok(create(there))
	_, err := sts.NewFromConfig(bea).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/r"), RoleSessionName: aws.String("s1")})
	f.ok(err)
	f.ok(call(f.DeleteRole, sdk.DeleteRoleInput{RoleName: aws.String("r")}))
	f.ok(create("arn:aws:iam::999999999999:role/outside"))
}

func TestServiceLinkedRole(t *testing.T) {
	f := newFixture(t)
	r := must[*sdk.CreateServiceLinkedRoleOutput](t)(f.CreateServiceLinkedRole(ctx, &sdk.CreateServiceLinkedRoleInput{
		AWSServiceName: aws.String("autoscaling.amazonaws.com"), CustomSuffix: aws.String("blue"), Description: aws.String("d"),
	})).Role
	if *r.Arn != "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_blue" {
		t.Errorf("made %s", *r.Arn)
	}
	refused(t, call(f.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: r.RoleName, PolicyArn: aws.String(denyAll)}), "UnmodifiableEntity",
		"Cannot perform the operation on the protected role 'AWSServiceRoleForAutoScaling_blue' - this role is only modifiable by AWS")
	refused(t, call(f.CreateServiceLinkedRole, sdk.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("support.amazonaws.com")}), "InvalidInput",
		"Service role name AWSServiceRoleForSupport has been taken in this account, please try a different suffix.")
	gone := must[*sdk.DeleteServiceLinkedRoleOutput](t)(f.DeleteServiceLinkedRole(ctx, &sdk.DeleteServiceLinkedRoleInput{RoleName: r.RoleName}))
	status := func(task *string) *sdk.GetServiceLinkedRoleDeletionStatusOutput {
		return must[*sdk.GetServiceLinkedRoleDeletionStatusOutput](t)(f.GetServiceLinkedRoleDeletionStatus(ctx, &sdk.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task}))
	}
	if s := status(gone.DeletionTaskId); s.Status != types.DeletionTaskStatusTypeSucceeded {
		t.Errorf("status %s", s.Status)
	}
	f.server.CreateOrganization("")
	kept := must[*sdk.DeleteServiceLinkedRoleOutput](t)(f.DeleteServiceLinkedRole(ctx, &sdk.DeleteServiceLinkedRoleInput{RoleName: aws.String("AWSServiceRoleForOrganizations")}))
	if s := status(kept.DeletionTaskId); s.Status != types.DeletionTaskStatusTypeFailed || len(s.Reason.RoleUsageList) != 1 {
		t.Errorf("status %+v", s)
	}
}

func TestInstanceProfile(t *testing.T) {
	f := newFixture(t)
	made := must[*sdk.CreateInstanceProfileOutput](t)(f.CreateInstanceProfile(ctx, &sdk.CreateInstanceProfileInput{InstanceProfileName: aws.String("db"), Path: aws.String("/x/"), Tags: tags("a", "b")})).InstanceProfile
	if *made.Arn != "arn:aws:iam::111122223333:instance-profile/x/db" || len(made.Roles) != 0 || len(made.Tags) != 1 {
		t.Errorf("made %+v", made)
	}
	add := sdk.AddRoleToInstanceProfileInput{InstanceProfileName: &f.profile, RoleName: &f.role}
	eve := f.speaker("eve", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"},
		{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}]}`)
	refused(t, call(eve.AddRoleToInstanceProfile, add), "AccessDenied",
		"User: arn:aws:iam::111122223333:user/eve is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/deploy because no identity-based policy allows the iam:PassRole action")
	f.ok(call(f.AddRoleToInstanceProfile, add))
	refused(t, call(f.AddRoleToInstanceProfile, add), "LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	got := must[*sdk.GetInstanceProfileOutput](t)(f.GetInstanceProfile(ctx, &sdk.GetInstanceProfileInput{InstanceProfileName: &f.profile})).InstanceProfile
	if len(got.Roles) != 1 || *got.Roles[0].RoleName != f.role {
		t.Errorf("got %+v", got)
	}
	with := must[*sdk.ListInstanceProfilesForRoleOutput](t)(f.ListInstanceProfilesForRole(ctx, &sdk.ListInstanceProfilesForRoleInput{RoleName: &f.role})).InstanceProfiles
	if len(with) != 1 || *with[0].InstanceProfileName != f.profile {
		t.Errorf("profiles of the role: %+v", with)
	}
	refused(t, call(f.DeleteRole, sdk.DeleteRoleInput{RoleName: &f.role}), "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
	f.ok(call(f.RemoveRoleFromInstanceProfile, sdk.RemoveRoleFromInstanceProfileInput{InstanceProfileName: &f.profile, RoleName: &f.role}))
	f.ok(call(f.DeleteInstanceProfile, sdk.DeleteInstanceProfileInput{InstanceProfileName: &f.profile}))
	left := must[*sdk.ListInstanceProfilesOutput](t)(f.ListInstanceProfiles(ctx, &sdk.ListInstanceProfilesInput{})).InstanceProfiles
	if len(left) != 1 || *left[0].InstanceProfileName != "db" {
		t.Errorf("left: %+v", left)
	}
}
