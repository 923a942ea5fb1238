package iam_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/testenv"
)

func TestUser(t *testing.T) {
	f := newFixture(t)
	made := must[*sdk.CreateUserOutput](t)(f.CreateUser(ctx, &sdk.CreateUserInput{
		UserName: aws.String("Bea"), Path: aws.String("/a/b/"), PermissionsBoundary: aws.String(denyAll), Tags: tags("team", "a", "Env", "x"),
	})).User
	if *made.Arn != "arn:aws:iam::111122223333:user/a/b/Bea" || !strings.HasPrefix(*made.UserId, "AIDA") || len(*made.UserId) != 21 {
		t.Errorf("made %s %s", *made.Arn, *made.UserId)
	}
	got := must[*sdk.GetUserOutput](t)(f.GetUser(ctx, &sdk.GetUserInput{UserName: aws.String("bea")})).User
	if *got.UserName != "Bea" || *got.PermissionsBoundary.PermissionsBoundaryArn != denyAll || len(got.Tags) != 2 || !got.CreateDate.Equal(*made.CreateDate) {
		t.Errorf("got %+v", got)
	}
	refused(t, call(f.CreateUser, sdk.CreateUserInput{UserName: aws.String("BEA")}), "EntityAlreadyExists", "User with name BEA already exists.")
	refused(t, call(f.GetUser, sdk.GetUserInput{UserName: aws.String("cid")}), "NoSuchEntity", "The user with name cid cannot be found.")
	refused(t, call(f.CreateUser, sdk.CreateUserInput{UserName: aws.String("cid"), PermissionsBoundary: aws.String("arn:aws:iam::111122223333:policy/none")}),
		"NoSuchEntity", "Scope ARN: arn:aws:iam::111122223333:policy/none does not exist or is not attachable.")
	refused(t, call(f.CreateUser, sdk.CreateUserInput{UserName: aws.String("a b")}), "ValidationError", "")

	f.ok(call(f.UpdateUser, sdk.UpdateUserInput{UserName: aws.String("bea"), NewUserName: aws.String("Dora"), NewPath: aws.String("/")}))
	users := must[*sdk.ListUsersOutput](t)(f.ListUsers(ctx, &sdk.ListUsersInput{PathPrefix: aws.String("/team/")}))
	if len(users.Users) != 1 || *users.Users[0].UserName != "ann" || users.IsTruncated {
		t.Errorf("under /team/: %v", users.Users)
	}
	f.ok(call(f.DeleteUser, sdk.DeleteUserInput{UserName: aws.String("dora")}))
	refused(t, call(f.DeleteUser, sdk.DeleteUserInput{UserName: aws.String("dora")}), "NoSuchEntity", "")
}

func TestOwnUser(t *testing.T) {
	f := newFixture(t)
	eve := f.speaker("eve", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUser","iam:*AccessKey*"],"Resource":"arn:aws:iam::*:user/${aws:username}"}]}`)
	me := must[*sdk.GetUserOutput](t)(eve.GetUser(ctx, &sdk.GetUserInput{})).User
	if *me.UserName != "eve" {
		t.Errorf("without a name: %s", *me.UserName)
	}
	keys := must[*sdk.ListAccessKeysOutput](t)(eve.ListAccessKeys(ctx, &sdk.ListAccessKeysInput{})).AccessKeyMetadata
	if len(keys) != 1 || *keys[0].UserName != "eve" || keys[0].Status != types.StatusTypeActive {
		t.Errorf("own keys: %+v", keys)
	}
	refused(t, call(eve.GetUser, sdk.GetUserInput{UserName: &f.user}), "AccessDenied",
		"User: arn:aws:iam::111122223333:user/eve is not authorized to perform: iam:GetUser on resource: user ann because no identity-based policy allows the iam:GetUser action")

	root := sdk.NewFromConfig(f.server.Root(account))
	mine := must[*sdk.GetUserOutput](t)(root.GetUser(ctx, &sdk.GetUserInput{})).User
	if *mine.Arn != "arn:aws:iam::111122223333:root" || *mine.UserId != account {
		t.Errorf("the root user is %s %s", *mine.Arn, *mine.UserId)
	}
	made := must[*sdk.CreateAccessKeyOutput](t)(root.CreateAccessKey(ctx, &sdk.CreateAccessKeyInput{})).AccessKey
	key := sdk.NewFromConfig(f.server.Keys(*made.AccessKeyId, *made.SecretAccessKey, ""))
	if again := must[*sdk.GetUserOutput](t)(key.GetUser(ctx, &sdk.GetUserInput{})).User; *again.Arn != *mine.Arn {
		t.Errorf("the root user's key speaks as %s", *again.Arn)
	}
	f.ok(call(root.DeleteAccessKey, sdk.DeleteAccessKeyInput{AccessKeyId: made.AccessKeyId}))
	refused(t, call(f.GetUser, sdk.GetUserInput{}), "ValidationError", "Must specify userName when calling with non-User credentials")
}

func TestAccessKey(t *testing.T) {
	f := newFixture(t)
	made := must[*sdk.CreateAccessKeyOutput](t)(f.CreateAccessKey(ctx, &sdk.CreateAccessKeyInput{UserName: &f.user})).AccessKey
	refused(t, call(f.CreateAccessKey, sdk.CreateAccessKeyInput{UserName: &f.user}), "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	if len(*made.AccessKeyId) != 20 || len(*made.SecretAccessKey) != 40 {
		t.Errorf("made %s %s", *made.AccessKeyId, *made.SecretAccessKey)
	}
	f.ok(call(f.PutUserPolicy, sdk.PutUserPolicyInput{UserName: &f.user, PolicyName: aws.String("p"), PolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}]}`)}))
	last := func() *types.AccessKeyLastUsed {
		out := must[*sdk.GetAccessKeyLastUsedOutput](t)(f.GetAccessKeyLastUsed(ctx, &sdk.GetAccessKeyLastUsedInput{AccessKeyId: made.AccessKeyId}))
		if *out.UserName != f.user {
			t.Errorf("the key is %s's", *out.UserName)
		}
		return out.AccessKeyLastUsed
	}
	if used := last(); used.LastUsedDate != nil || *used.ServiceName != "N/A" || *used.Region != "N/A" {
		t.Errorf("before its first use: %+v", used)
	}
	ann := sdk.NewFromConfig(f.server.Keys(*made.AccessKeyId, *made.SecretAccessKey, ""))
	f.ok(call(ann.ListUsers, sdk.ListUsersInput{}))
	if used := last(); used.LastUsedDate == nil || *used.ServiceName != "iam" || *used.Region != "us-east-1" {
		t.Errorf("after its use: %+v", used)
	}

	f.ok(call(f.UpdateAccessKey, sdk.UpdateAccessKeyInput{UserName: &f.user, AccessKeyId: made.AccessKeyId, Status: types.StatusTypeInactive}))
	refused(t, call(ann.ListUsers, sdk.ListUsersInput{}), "InvalidClientTokenId", "")
	f.ok(call(f.UpdateAccessKey, sdk.UpdateAccessKeyInput{UserName: &f.user, AccessKeyId: made.AccessKeyId, Status: types.StatusTypeActive}))
	f.ok(call(ann.ListUsers, sdk.ListUsersInput{}))
	refused(t, call(f.DeleteAccessKey, sdk.DeleteAccessKeyInput{UserName: &f.user, AccessKeyId: aws.String("AKIAAAAAAAAAAAAAAAAA")}),
		"NoSuchEntity", "The Access Key with id AKIAAAAAAAAAAAAAAAAA cannot be found.")
	f.ok(call(f.DeleteAccessKey, sdk.DeleteAccessKeyInput{UserName: &f.user, AccessKeyId: made.AccessKeyId}))
	refused(t, call(ann.ListUsers, sdk.ListUsersInput{}), "InvalidClientTokenId", "")
}

func TestLoginProfile(t *testing.T) {
	f := newFixture(t)
	weak := sdk.CreateLoginProfileInput{UserName: &f.user, Password: aws.String("password")}
	var violation *types.PasswordPolicyViolationException
	if err := call(f.CreateLoginProfile, weak); !errors.As(err, &violation) {
		t.Errorf("a weak password: %v", err)
	}
	f.ok(call(f.UpdateAccountPasswordPolicy, sdk.UpdateAccountPasswordPolicyInput{}))
	f.ok(call(f.CreateLoginProfile, weak))
	refused(t, call(f.CreateLoginProfile, weak), "EntityAlreadyExists", "Login Profile for user ann already exists.")
	f.ok(call(f.UpdateLoginProfile, sdk.UpdateLoginProfileInput{UserName: &f.user, PasswordResetRequired: aws.Bool(true)}))
	got := must[*sdk.GetLoginProfileOutput](t)(f.GetLoginProfile(ctx, &sdk.GetLoginProfileInput{UserName: &f.user})).LoginProfile
	if *got.UserName != f.user || !got.PasswordResetRequired {
		t.Errorf("got %+v", got)
	}
	f.ok(call(f.DeleteLoginProfile, sdk.DeleteLoginProfileInput{UserName: &f.user}))
	refused(t, call(f.GetLoginProfile, sdk.GetLoginProfileInput{UserName: &f.user}), "NoSuchEntity", "Login Profile for User ann cannot be found.")
}

func TestGroup(t *testing.T) {
	f := newFixture(t)
	made := must[*sdk.CreateGroupOutput](t)(f.CreateGroup(ctx, &sdk.CreateGroupInput{GroupName: aws.String("Ops"), Path: aws.String("/x/")})).Group
	if *made.Arn != "arn:aws:iam::111122223333:group/x/Ops" || !strings.HasPrefix(*made.GroupId, "AGPA") {
		t.Errorf("made %s %s", *made.Arn, *made.GroupId)
	}
	f.ok(call(f.AddUserToGroup, sdk.AddUserToGroupInput{GroupName: aws.String("ops"), UserName: &f.user}))
	f.ok(call(f.AddUserToGroup, sdk.AddUserToGroupInput{GroupName: &f.group, UserName: &f.user}))
	f.ok(call(f.UpdateGroup, sdk.UpdateGroupInput{GroupName: aws.String("ops"), NewGroupName: aws.String("Sre")}))
	of := must[*sdk.ListGroupsForUserOutput](t)(f.ListGroupsForUser(ctx, &sdk.ListGroupsForUserInput{UserName: &f.user})).Groups
	if len(of) != 2 || *of[0].GroupName != "Sre" || *of[1].GroupName != "devs" {
		t.Errorf("groups of the user: %v", of)
	}
	got := must[*sdk.GetGroupOutput](t)(f.GetGroup(ctx, &sdk.GetGroupInput{GroupName: aws.String("sre")}))
	if len(got.Users) != 1 || *got.Users[0].UserName != f.user || *got.Group.GroupId != *made.GroupId {
		t.Errorf("got %+v", got)
	}
	refused(t, call(f.DeleteGroup, sdk.DeleteGroupInput{GroupName: aws.String("sre")}), "DeleteConflict", "Cannot delete entity, must remove users from group first.")
	f.ok(call(f.RemoveUserFromGroup, sdk.RemoveUserFromGroupInput{GroupName: aws.String("sre"), UserName: &f.user}))
	f.ok(call(f.DeleteGroup, sdk.DeleteGroupInput{GroupName: aws.String("sre")}))
}

// TestGroupPoliciesBindMembers sees a group's policies decide for its members, at once.
func TestGroupPoliciesBindMembers(t *testing.T) {
	f := newFixture(t)
	eve := f.speaker("eve", "")
	list := func() error { return call(eve.ListUsers, sdk.ListUsersInput{}) }
	f.ok(call(f.AttachGroupPolicy, sdk.AttachGroupPolicyInput{GroupName: &f.group, PolicyArn: aws.String("arn:aws:iam::aws:policy/IAMReadOnlyAccess")}))
	refused(t, list(), "AccessDenied", "User: arn:aws:iam::111122223333:user/eve is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111122223333:user/ because no identity-based policy allows the iam:ListUsers action")
	f.ok(call(f.AddUserToGroup, sdk.AddUserToGroupInput{GroupName: &f.group, UserName: aws.String("eve")}))
	f.ok(list())
	f.ok(call(f.PutUserPermissionsBoundary, sdk.PutUserPermissionsBoundaryInput{UserName: aws.String("eve"), PermissionsBoundary: &f.policy}))
	refused(t, list(), "AccessDenied", "User: arn:aws:iam::111122223333:user/eve is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111122223333:user/ because no permissions boundary allows the iam:ListUsers action")
	f.ok(call(f.DeleteUserPermissionsBoundary, sdk.DeleteUserPermissionsBoundaryInput{UserName: aws.String("eve")}))
	f.ok(call(f.AttachUserPolicy, sdk.AttachUserPolicyInput{UserName: aws.String("eve"), PolicyArn: aws.String(denyAll)}))
	refused(t, list(), "AccessDenied", "User: arn:aws:iam::111122223333:user/eve is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111122223333:user/ with an explicit deny in an identity-based policy: "+denyAll)
	f.ok(call(f.DetachUserPolicy, sdk.DetachUserPolicyInput{UserName: aws.String("eve"), PolicyArn: aws.String(denyAll)}))
	f.ok(list())
}

func TestPages(t *testing.T) {
	f := newFixture(t, testenv.Quota("iam-users=300"))
	want := []string{f.user}
	for i := range 104 {
		name := fmt.Sprintf("u%03d", i)
		f.ok(call(f.CreateUser, sdk.CreateUserInput{UserName: &name, Path: aws.String("/many/")}))
		want = append(want, name)
	}
	first := must[*sdk.ListUsersOutput](t)(f.ListUsers(ctx, &sdk.ListUsersInput{}))
	if len(first.Users) != 100 || !first.IsTruncated || first.Marker == nil {
		t.Errorf("the first page has %d users, truncated %t", len(first.Users), first.IsTruncated)
	}
	var got []string
	for p := sdk.NewListUsersPaginator(f, &sdk.ListUsersInput{MaxItems: aws.Int32(10)}); p.HasMorePages(); {
		page := must[*sdk.ListUsersOutput](t)(p.NextPage(ctx))
		for _, u := range page.Users {
			got = append(got, *u.UserName)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	refused(t, call(f.ListUsers, sdk.ListUsersInput{Marker: first.Marker, PathPrefix: aws.String("/many/")}), "ValidationError", "Invalid Marker.")
	refused(t, call(f.ListGroups, sdk.ListGroupsInput{Marker: first.Marker}), "ValidationError", "Invalid Marker.")
	for _, n := range []int32{0, 1001} {
		refused(t, call(f.ListUsers, sdk.ListUsersInput{MaxItems: &n}), "ValidationError", "")
	}
}
