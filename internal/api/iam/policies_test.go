package iam_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestPolicy(t *testing.T) {
	f := newFixture(t)
	spaced := strings.ReplaceAll(allow, ",", " ,\n ")
	made := must[*sdk.CreatePolicyOutput](t)(f.CreatePolicy(ctx, &sdk.CreatePolicyInput{
		PolicyName: aws.String("Write"), Path: aws.String("/p/"), PolicyDocument: &spaced, Description: aws.String("writes"), Tags: tags("a", "b"),
	})).Policy
	if *made.Arn != "arn:aws:iam::111122223333:policy/p/Write" || !strings.HasPrefix(*made.PolicyId, "ANPA") || *made.DefaultVersionId != "v1" || !made.IsAttachable || *made.AttachmentCount != 0 {
		t.Errorf("made %+v", made)
	}
	refused(t, call(f.CreatePolicy, sdk.CreatePolicyInput{PolicyName: aws.String("WRITE"), PolicyDocument: aws.String(allow)}), "EntityAlreadyExists", "A policy called WRITE already exists. Duplicate names are not allowed.")
	refused(t, call(f.CreatePolicy, sdk.CreatePolicyInput{PolicyName: aws.String("x"), PolicyDocument: aws.String("{}")}), "MalformedPolicyDocument", "")
	refused(t, call(f.CreatePolicy, sdk.CreatePolicyInput{PolicyName: aws.String("x"), PolicyDocument: aws.String(strings.Replace(allow, `"*"`, `"arn:aws:s3:::`+strings.Repeat("x", 6144)+`"`, 1))}),
		"LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
	f.ok(call(f.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: &f.role, PolicyArn: made.Arn}))
	f.ok(call(f.PutUserPermissionsBoundary, sdk.PutUserPermissionsBoundaryInput{UserName: &f.user, PermissionsBoundary: made.Arn}))
	got := must[*sdk.GetPolicyOutput](t)(f.GetPolicy(ctx, &sdk.GetPolicyInput{PolicyArn: made.Arn})).Policy
	if *got.AttachmentCount != 1 || *got.PermissionsBoundaryUsageCount != 1 || *got.Description != "writes" || len(got.Tags) != 1 {
		t.Errorf("got %+v", got)
	}
	who := must[*sdk.ListEntitiesForPolicyOutput](t)(f.ListEntitiesForPolicy(ctx, &sdk.ListEntitiesForPolicyInput{PolicyArn: made.Arn}))
	if len(who.PolicyRoles) != 1 || *who.PolicyRoles[0].RoleName != f.role || len(who.PolicyUsers) != 1 || *who.PolicyUsers[0].UserName != f.user || len(who.PolicyGroups) != 0 {
		t.Errorf("used by %+v", who)
	}
	refused(t, call(f.DeletePolicy, sdk.DeletePolicyInput{PolicyArn: made.Arn}), "DeleteConflict", "Cannot delete a policy attached to entities.")
	f.ok(call(f.DetachRolePolicy, sdk.DetachRolePolicyInput{RoleName: &f.role, PolicyArn: made.Arn}))
	refused(t, call(f.DeletePolicy, sdk.DeletePolicyInput{PolicyArn: made.Arn}), "DeleteConflict", "")
	f.ok(call(f.DeleteUserPermissionsBoundary, sdk.DeleteUserPermissionsBoundaryInput{UserName: &f.user}))
	f.ok(call(f.DeletePolicy, sdk.DeletePolicyInput{PolicyArn: made.Arn}))
	refused(t, call(f.GetPolicy, sdk.GetPolicyInput{PolicyArn: made.Arn}), "NoSuchEntity", "Policy arn:aws:iam::111122223333:policy/p/Write was not found.")
}

func TestPoliciesOfOthers(t *testing.T) {
	f := newFixture(t)
	got := must[*sdk.GetPolicyOutput](t)(f.GetPolicy(ctx, &sdk.GetPolicyInput{PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})).Policy
	if *got.DefaultVersionId != "v1" || *got.PolicyName != "AdministratorAccess" {
		t.Errorf("got %+v", got)
	}
	for _, arn := range []string{"arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::444455556666:policy/x"} {
		refused(t, call(f.CreatePolicyVersion, sdk.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: aws.String(allow)}), "AccessDenied", "")
		refused(t, call(f.DeletePolicy, sdk.DeletePolicyInput{PolicyArn: &arn}), "AccessDenied", "")
	}
	refused(t, call(f.GetPolicy, sdk.GetPolicyInput{PolicyArn: aws.String("arn:aws:iam::444455556666:policy/x")}), "AccessDenied", "")
	refused(t, call(f.GetPolicy, sdk.GetPolicyInput{PolicyArn: aws.String("AdministratorAccess-is-not-an-ARN")}), "InvalidInput", "ARN AdministratorAccess-is-not-an-ARN is not valid.")
	refused(t, call(f.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: &f.role, PolicyArn: aws.String("arn:aws:iam::aws:policy/None")}), "NoSuchEntity", "Policy arn:aws:iam::aws:policy/None does not exist or is not attachable.")
	refused(t, call(f.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: &f.role, PolicyArn: aws.String("AdministratorAccess-is-not-an-ARN")}), "InvalidInput", "ARN AdministratorAccess-is-not-an-ARN is not valid.")
}

func TestPolicyVersions(t *testing.T) {
	f := newFixture(t)
	for i := 2; i <= 5; i++ {
		v := must[*sdk.CreatePolicyVersionOutput](t)(f.CreatePolicyVersion(ctx, &sdk.CreatePolicyVersionInput{PolicyArn: &f.policy, PolicyDocument: aws.String(allow), SetAsDefault: i == 3})).PolicyVersion
		if *v.VersionId != fmt.Sprintf("v%d", i) || v.IsDefaultVersion != (i == 3) {
			t.Errorf("made %+v", v)
		}
	}
	refused(t, call(f.CreatePolicyVersion, sdk.CreatePolicyVersionInput{PolicyArn: &f.policy, PolicyDocument: aws.String(allow)}), "LimitExceeded",
		"A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
	refused(t, call(f.DeletePolicyVersion, sdk.DeletePolicyVersionInput{PolicyArn: &f.policy, VersionId: aws.String("v3")}), "DeleteConflict", "Cannot delete the default version of a policy.")
	f.ok(call(f.SetDefaultPolicyVersion, sdk.SetDefaultPolicyVersionInput{PolicyArn: &f.policy, VersionId: aws.String("v5")}))
	f.ok(call(f.DeletePolicyVersion, sdk.DeletePolicyVersionInput{PolicyArn: &f.policy, VersionId: aws.String("v3")}))
	var ids []string
	for _, v := range must[*sdk.ListPolicyVersionsOutput](t)(f.ListPolicyVersions(ctx, &sdk.ListPolicyVersionsInput{PolicyArn: &f.policy})).Versions {
		ids = append(ids, *v.VersionId)
	}
	if !slices.Equal(ids, []string{"v5", "v4", "v2", "v1"}) {
		t.Errorf("versions %v", ids)
	}
	v := must[*sdk.GetPolicyVersionOutput](t)(f.GetPolicyVersion(ctx, &sdk.GetPolicyVersionInput{PolicyArn: &f.policy, VersionId: aws.String("v5")})).PolicyVersion
	if text, err := url.PathUnescape(*v.Document); err != nil || text != allow || !v.IsDefaultVersion {
		t.Errorf("got %+v", v)
	}
	refused(t, call(f.GetPolicyVersion, sdk.GetPolicyVersionInput{PolicyArn: &f.policy, VersionId: aws.String("v3")}), "NoSuchEntity",
		"Policy arn:aws:iam::111122223333:policy/team/read version v3 does not exist or is not attachable.")
}

func TestListPolicies(t *testing.T) {
	f := newFixture(t)
	names := func(in sdk.ListPoliciesInput) (all []string) {
		for p := sdk.NewListPoliciesPaginator(f, &in); p.HasMorePages(); {
			for _, policy := range must[*sdk.ListPoliciesOutput](t)(p.NextPage(ctx)).Policies {
				all = append(all, *policy.PolicyName)
			}
		}
		return all
	}
	if got := names(sdk.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal}); !slices.Equal(got, []string{"read"}) {
		t.Errorf("local: %v", got)
	}
	aws1 := names(sdk.ListPoliciesInput{Scope: types.PolicyScopeTypeAws, MaxItems: aws.Int32(1000)})
	all := names(sdk.ListPoliciesInput{MaxItems: aws.Int32(700)})
	if len(aws1) < 1500 || len(all) != len(aws1)+1 || !slices.Equal(all[1:], aws1) {
		t.Errorf("AWS has %d, all are %d", len(aws1), len(all))
	}
	f.ok(call(f.AttachRolePolicy, sdk.AttachRolePolicyInput{RoleName: &f.role, PolicyArn: aws.String(denyAll)}))
	f.ok(call(f.PutRolePermissionsBoundary, sdk.PutRolePermissionsBoundaryInput{RoleName: &f.role, PermissionsBoundary: &f.policy}))
	if got := names(sdk.ListPoliciesInput{OnlyAttached: true}); !slices.Contains(got, "AWSDenyAll") || !slices.Contains(got, "read") || len(got) > 5 {
		t.Errorf("attached: %v", got)
	}
	if got := names(sdk.ListPoliciesInput{PolicyUsageFilter: types.PolicyUsageTypePermissionsBoundary}); !slices.Equal(got, []string{"read"}) {
		t.Errorf("boundaries: %v", got)
	}
	if got := names(sdk.ListPoliciesInput{PathPrefix: aws.String("/job-function/")}); !slices.Contains(got, "Billing") || slices.Contains(got, "AWSDenyAll") {
		t.Errorf("under /job-function/: %v", got)
	}
}
