package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestAccountAlias(t *testing.T) {
	f := newFixture(t)
	f.ok(f.server.SignUp(away, "two", "two@example.org"))
	second := sdk.NewFromConfig(f.server.Administrator(away))
	alias := func(c *sdk.Client) []string {
		return must[*sdk.ListAccountAliasesOutput](t)(c.ListAccountAliases(ctx, &sdk.ListAccountAliasesInput{})).AccountAliases
	}
	create := func(c *sdk.Client, name string) error {
		return call(c.CreateAccountAlias, sdk.CreateAccountAliasInput{AccountAlias: &name})
	}
	if got := alias(f.Client); len(got) != 0 {
		t.Errorf("a new account has %v", got)
	}
	f.ok(create(f.Client, "acme"))
	refused(t, create(second, "acme"), "EntityAlreadyExists", "The account alias acme already exists.")
	f.ok(create(f.Client, "umbrella")) // overwrites
	f.ok(create(second, "acme"))
	if got := alias(f.Client); len(got) != 1 || got[0] != "umbrella" {
		t.Errorf("the alias is %v", got)
	}
	refused(t, create(f.Client, "Not-Valid"), "ValidationError", "")
	refused(t, call(f.DeleteAccountAlias, sdk.DeleteAccountAliasInput{AccountAlias: aws.String("acme")}), "NoSuchEntity", "The account alias acme cannot be found.")
	f.ok(call(f.DeleteAccountAlias, sdk.DeleteAccountAliasInput{AccountAlias: aws.String("umbrella")}))
	f.ok(create(second, "umbrella"))
}

func TestPasswordPolicy(t *testing.T) {
	f := newFixture(t)
	refused(t, call(f.GetAccountPasswordPolicy, sdk.GetAccountPasswordPolicyInput{}), "NoSuchEntity", "The Password Policy with domain name 111122223333 cannot be found.")
	f.ok(call(f.UpdateAccountPasswordPolicy, sdk.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(14), RequireNumbers: true, MaxPasswordAge: aws.Int32(90)}))
	p := must[*sdk.GetAccountPasswordPolicyOutput](t)(f.GetAccountPasswordPolicy(ctx, &sdk.GetAccountPasswordPolicyInput{})).PasswordPolicy
	if *p.MinimumPasswordLength != 14 || !p.RequireNumbers || p.RequireSymbols || !p.ExpirePasswords || *p.MaxPasswordAge != 90 {
		t.Errorf("got %+v", p)
	}
	refused(t, call(f.UpdateAccountPasswordPolicy, sdk.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(5)}), "ValidationError", "")
	f.ok(call(f.DeleteAccountPasswordPolicy, sdk.DeleteAccountPasswordPolicyInput{}))
	refused(t, call(f.DeleteAccountPasswordPolicy, sdk.DeleteAccountPasswordPolicyInput{}), "NoSuchEntity", "")
}

func TestAccountSummary(t *testing.T) {
	f := newFixture(t)
	got := must[*sdk.GetAccountSummaryOutput](t)(f.GetAccountSummary(ctx, &sdk.GetAccountSummaryInput{})).SummaryMap
	for name, want := range map[string]int32{"Users": 1, "Groups": 1, "Policies": 1, "InstanceProfiles": 1, "UsersQuota": 5000, "AccessKeysPerUserQuota": 2, "PolicyVersionsInUse": 1, "AssumeRolePolicySizeQuota": 2048} {
		if got[name] != want {
			t.Errorf("%s is %d, want %d", name, got[name], want)
		}
	}
}

func TestAuthorizationDetails(t *testing.T) {
	f := newFixture(t)
	f.ok(call(f.AddUserToGroup, sdk.AddUserToGroupInput{GroupName: &f.group, UserName: &f.user}))
	f.ok(call(f.PutUserPolicy, sdk.PutUserPolicyInput{UserName: &f.user, PolicyName: aws.String("in"), PolicyDocument: aws.String(allow)}))
	f.ok(call(f.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: &f.role, PolicyArn: aws.String(denyAll)}))
	var all sdk.GetAccountAuthorizationDetailsOutput
	pages := 0
	for p := sdk.NewGetAccountAuthorizationDetailsPaginator(f, &sdk.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(1)}); p.HasMorePages(); pages++ {
		out := must[*sdk.GetAccountAuthorizationDetailsOutput](t)(p.NextPage(ctx))
		all.UserDetailList = append(all.UserDetailList, out.UserDetailList...)
		all.GroupDetailList = append(all.GroupDetailList, out.GroupDetailList...)
		all.RoleDetailList = append(all.RoleDetailList, out.RoleDetailList...)
		all.Policies = append(all.Policies, out.Policies...)
	}
	rows := len(all.UserDetailList) + len(all.GroupDetailList) + len(all.RoleDetailList) + len(all.Policies)
	if pages != rows || len(all.UserDetailList) != 1 || len(all.GroupDetailList) != 1 || len(all.RoleDetailList) < 2 || len(all.Policies) < 3 {
		t.Errorf("%d pages, %d users, %d groups, %d roles, %d policies", pages, len(all.UserDetailList), len(all.GroupDetailList), len(all.RoleDetailList), len(all.Policies))
	}
	if u := all.UserDetailList[0]; u.GroupList[0] != f.group || len(u.UserPolicyList) != 1 {
		t.Errorf("the user is %+v", u)
	}
	local := must[*sdk.GetAccountAuthorizationDetailsOutput](t)(f.GetAccountAuthorizationDetails(ctx, &sdk.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeLocalManagedPolicy}}))
	if len(local.Policies) != 1 || len(local.UserDetailList) != 0 || len(local.Policies[0].PolicyVersionList) != 1 {
		t.Errorf("local policies: %+v", local)
	}
}

func TestTags(t *testing.T) {
	f := newFixture(t)
	f.ok(call(f.TagRole, sdk.TagRoleInput{RoleName: &f.role, Tags: tags("team", "a", "env", "x")}))
	f.ok(call(f.TagUser, sdk.TagUserInput{UserName: &f.user, Tags: tags("team", "a")}))
	f.ok(call(f.TagPolicy, sdk.TagPolicyInput{PolicyArn: &f.policy, Tags: tags("team", "a")}))
	f.ok(call(f.TagInstanceProfile, sdk.TagInstanceProfileInput{InstanceProfileName: &f.profile, Tags: tags("team", "a")}))
	f.ok(call(f.UntagRole, sdk.UntagRoleInput{RoleName: &f.role, TagKeys: []string{"ENV"}}))
	counts := map[string]int{
		"role":    len(must[*sdk.ListRoleTagsOutput](t)(f.ListRoleTags(ctx, &sdk.ListRoleTagsInput{RoleName: &f.role})).Tags),
		"user":    len(must[*sdk.ListUserTagsOutput](t)(f.ListUserTags(ctx, &sdk.ListUserTagsInput{UserName: &f.user})).Tags),
		"policy":  len(must[*sdk.ListPolicyTagsOutput](t)(f.ListPolicyTags(ctx, &sdk.ListPolicyTagsInput{PolicyArn: &f.policy})).Tags),
		"profile": len(must[*sdk.ListInstanceProfileTagsOutput](t)(f.ListInstanceProfileTags(ctx, &sdk.ListInstanceProfileTagsInput{InstanceProfileName: &f.profile})).Tags),
	}
	for kind, n := range counts {
		if n != 1 {
			t.Errorf("a %s has %d tags", kind, n)
		}
	}
	refused(t, call(f.TagRole, sdk.TagRoleInput{RoleName: &f.role, Tags: tags("a", "1", "A", "2")}), "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	f.ok(call(f.UntagUser, sdk.UntagUserInput{UserName: &f.user, TagKeys: []string{"team"}}))
	f.ok(call(f.UntagPolicy, sdk.UntagPolicyInput{PolicyArn: &f.policy, TagKeys: []string{"team"}}))
	f.ok(call(f.UntagInstanceProfile, sdk.UntagInstanceProfileInput{InstanceProfileName: &f.profile, TagKeys: []string{"team"}}))
}

// TestTagsDecide sees tags of the resource and of the request decide who may do what.
func TestTagsDecide(t *testing.T) {
	f := newFixture(t)
	eve := f.speaker("eve", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"iam:GetRole","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/team":"a"}}},
		{"Effect":"Allow","Action":"iam:DeleteRole","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}},
		{"Effect":"Allow","Action":["iam:CreateUser","iam:TagUser"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"a"},"ForAllValues:StringEquals":{"aws:TagKeys":"team"}}}]}`)
	get := func() error { return call(eve.GetRole, sdk.GetRoleInput{RoleName: &f.role}) }
	refused(t, get(), "AccessDenied", "")
	f.ok(call(f.TagRole, sdk.TagRoleInput{RoleName: &f.role, Tags: tags("team", "a")}))
	f.ok(get())
	f.ok(call(eve.DeleteRole, sdk.DeleteRoleInput{RoleName: &f.role}))
	refused(t, call(eve.CreateUser, sdk.CreateUserInput{UserName: aws.String("x")}), "AccessDenied", "")
	refused(t, call(eve.CreateUser, sdk.CreateUserInput{UserName: aws.String("x"), Tags: tags("team", "a", "more", "b")}), "AccessDenied", "")
	f.ok(call(eve.CreateUser, sdk.CreateUserInput{UserName: aws.String("x"), Tags: tags("team", "a")}))

	fay := f.speaker("fay", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:CreateUser","Resource":"*"}]}`)
	refused(t, call(fay.CreateUser, sdk.CreateUserInput{UserName: aws.String("y"), Tags: tags("team", "a")}), "AccessDenied",
		"User: arn:aws:iam::111122223333:user/fay is not authorized to perform: iam:TagUser on resource: arn:aws:iam::111122223333:user/y because no identity-based policy allows the iam:TagUser action")
}

// TestConditionKeysOfIAM sees iam:PolicyARN and iam:PermissionsBoundary decide.
func TestConditionKeysOfIAM(t *testing.T) {
	f := newFixture(t)
	eve := f.speaker("eve", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"`+denyAll+`"}}},
		{"Effect":"Allow","Action":"iam:CreateRole","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"`+f.policy+`"}}}]}`)
	f.ok(call(eve.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: &f.role, PolicyArn: aws.String(denyAll)}))
	refused(t, call(eve.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: &f.role, PolicyArn: &f.policy}), "AccessDenied", "")
	refused(t, call(eve.CreateRole, sdk.CreateRoleInput{RoleName: aws.String("x"), AssumeRolePolicyDocument: aws.String(ec2)}), "AccessDenied", "")
	f.ok(call(eve.CreateRole, sdk.CreateRoleInput{RoleName: aws.String("x"), AssumeRolePolicyDocument: aws.String(ec2), PermissionsBoundary: &f.policy}))
}

func TestNothingOfTheKind(t *testing.T) {
	f := newFixture(t)
	for name, list := range map[string]func() error{
		"ListMFADevices":                 everyCall(f.Client, &f.names)["ListMFADevices"],
		"ListSigningCertificates":        everyCall(f.Client, &f.names)["ListSigningCertificates"],
		"ListSSHPublicKeys":              everyCall(f.Client, &f.names)["ListSSHPublicKeys"],
		"ListServiceSpecificCredentials": everyCall(f.Client, &f.names)["ListServiceSpecificCredentials"],
		"ListVirtualMFADevices":          everyCall(f.Client, &f.names)["ListVirtualMFADevices"],
	} {
		if err := list(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused(t, call(f.CreateOpenIDConnectProvider, sdk.CreateOpenIDConnectProviderInput{Url: aws.String("https://example.org")}), "NotImplemented", "")
}
