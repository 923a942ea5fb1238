package organizations_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"umbel/internal/testenv"
)

const control = types.PolicyTypeServiceControlPolicy

func TestPolicies(t *testing.T) {
	f := newFixture(t)
	content := "{\n  " + scp[1:]
	made := must[*sdk.CreatePolicyOutput](t)(f.CreatePolicy(ctx, &sdk.CreatePolicyInput{
		Type: control, Name: aws.String("n"), Description: aws.String("d"), Content: &content, Tags: tagged("team", "a"),
	})).Policy
	sum := made.PolicySummary
	matches(t, "ID", sum.Id, `p-[a-z0-9]{8}`)
	matches(t, "ARN", sum.Arn, `arn:aws:organizations::\d{12}:policy/`+f.ID+`/service_control_policy/`+*sum.Id)
	if *made.Content != content || sum.AwsManaged || *sum.Description != "d" {
		t.Errorf("the policy is %+v, %s", sum, *made.Content)
	}
	updated := must[*sdk.UpdatePolicyOutput](t)(f.UpdatePolicy(ctx, &sdk.UpdatePolicyInput{PolicyId: sum.Id, Name: aws.String("m")})).Policy
	if *updated.PolicySummary.Name != "m" || *updated.Content != content {
		t.Errorf("updated to %+v", updated)
	}
	seen := must[*sdk.DescribePolicyOutput](t)(f.DescribePolicy(ctx, &sdk.DescribePolicyInput{PolicyId: sum.Id})).Policy
	if *seen.PolicySummary.Name != "m" || *seen.Content != content {
		t.Errorf("described as %+v", seen)
	}
	create := func(kind types.PolicyType, name, content string) error {
		return call(f.CreatePolicy, sdk.CreatePolicyInput{Type: kind, Name: &name, Description: aws.String(""), Content: &content})
	}
	refused(t, create(control, "m", scp), "DuplicatePolicyException", "")
	refused(t, create(control, "x", `{"Version":"2012-10-17"}`), "MalformedPolicyDocumentException", "")
	refused(t, create(control, "x", scp+strings.Repeat(" ", 10240)), "ConstraintViolationException", "POLICY_CONTENT_LIMIT_EXCEEDED")
	refused(t, create(types.PolicyTypeTagPolicy, "x", "{}"), "PolicyTypeNotAvailableForOrganizationException", "")
	refused(t, create("NO_POLICY", "x", scp), "InvalidInputException", "INVALID_ENUM_POLICY_TYPE")
	none, managed := aws.String("p-00000000"), aws.String("p-FullAWSAccess")
	refused(t, call(f.DescribePolicy, sdk.DescribePolicyInput{PolicyId: none}), "PolicyNotFoundException", "")
	refused(t, call(f.UpdatePolicy, sdk.UpdatePolicyInput{PolicyId: none}), "PolicyNotFoundException", "")
	refused(t, call(f.UpdatePolicy, sdk.UpdatePolicyInput{PolicyId: managed}), "InvalidInputException", "IMMUTABLE_POLICY")
	refused(t, call(f.DeletePolicy, sdk.DeletePolicyInput{PolicyId: managed}), "InvalidInputException", "IMMUTABLE_POLICY")
	refused(t, call(f.ListTargetsForPolicy, sdk.ListTargetsForPolicyInput{PolicyId: none}), "PolicyNotFoundException", "")
	if err := call(f.DeletePolicy, sdk.DeletePolicyInput{PolicyId: sum.Id}); err != nil {
		t.Error(err)
	}
	refused(t, call(f.DeletePolicy, sdk.DeletePolicyInput{PolicyId: sum.Id}), "PolicyNotFoundException", "")
}

func TestListPolicies(t *testing.T) {
	f := newFixture(t)
	want := map[string]bool{"FullAWSAccess": true, "deny-s3": true}
	for _, name := range numbered("p", 43) {
		f.Policy(control, name, scp)
		want[name] = true
	}
	got := map[string]bool{}
	for _, p := range pages(t, func(token *string) ([]types.PolicySummary, *string, error) {
		out, err := f.ListPolicies(ctx, &sdk.ListPoliciesInput{Filter: control, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Policies, out.NextToken, nil
	}) {
		got[*p.Name] = true
	}
	if !maps.Equal(got, want) {
		t.Errorf("listed %v", got)
	}
	rcps := must[*sdk.ListPoliciesOutput](t)(f.ListPolicies(ctx, &sdk.ListPoliciesInput{Filter: types.PolicyTypeResourceControlPolicy})).Policies
	if len(rcps) != 1 || *rcps[0].Arn != "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess" || !rcps[0].AwsManaged {
		t.Errorf("the RCPs are %+v", rcps)
	}
	if tags := must[*sdk.ListPoliciesOutput](t)(f.ListPolicies(ctx, &sdk.ListPoliciesInput{Filter: types.PolicyTypeTagPolicy})).Policies; len(tags) != 0 {
		t.Errorf("the tag policies are %v", tags)
	}
	refused(t, call(f.ListPolicies, sdk.ListPoliciesInput{Filter: "NO_POLICY"}), "InvalidInputException", "INVALID_ENUM_POLICY_TYPE")
}

func TestAttach(t *testing.T) {
	f := newFixture(t)
	attach := func(policy, target string) error {
		return call(f.AttachPolicy, sdk.AttachPolicyInput{PolicyId: &policy, TargetId: &target})
	}
	detach := func(policy, target string) error {
		return call(f.DetachPolicy, sdk.DetachPolicyInput{PolicyId: &policy, TargetId: &target})
	}
	attached := func(target string) []string {
		t.Helper()
		var out []string
		for _, p := range pages(t, func(token *string) ([]types.PolicySummary, *string, error) {
			page, err := f.ListPoliciesForTarget(ctx, &sdk.ListPoliciesForTargetInput{TargetId: &target, Filter: control, NextToken: token, MaxResults: aws.Int32(1)})
			if err != nil {
				return nil, nil, err
			}
			return page.Policies, page.NextToken, nil
		}) {
			out = append(out, *p.Id)
		}
		return out
	}
	const full = "p-FullAWSAccess"
	for _, target := range []string{f.root, f.ou, f.account} {
		if got := attached(target); !slices.Equal(got, []string{full}) {
			t.Errorf("%s begins with %v", target, got)
		}
		if err := attach(f.policy, target); err != nil {
			t.Fatal(err)
		}
		if got := attached(target); len(got) != 2 || !slices.Contains(got, f.policy) {
			t.Errorf("%s has %v", target, got)
		}
	}
	targets := must[*sdk.ListTargetsForPolicyOutput](t)(f.ListTargetsForPolicy(ctx, &sdk.ListTargetsForPolicyInput{PolicyId: &f.policy})).Targets
	if len(targets) != 3 || targets[0].Type != types.TargetTypeAccount || *targets[0].Name != "one" || *targets[2].Name != "Root" {
		t.Errorf("the targets are %+v", targets)
	}
	refused(t, attach(f.policy, f.root), "DuplicatePolicyAttachmentException", "")
	refused(t, attach(f.policy, "999999999999"), "TargetNotFoundException", "")
	refused(t, attach(f.policy, "ou-none-00000000"), "TargetNotFoundException", "")
	refused(t, attach("p-00000000", f.root), "PolicyNotFoundException", "")
	refused(t, detach(f.policy, f.other), "PolicyNotAttachedException", "")
	refused(t, detach("p-RCPFullAWSAccess", f.root), "InvalidInputException", "NON_DETACHABLE_POLICY")
	refused(t, detach(full, f.other), "ConstraintViolationException", "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	refused(t, call(f.DeletePolicy, sdk.DeletePolicyInput{PolicyId: &f.policy}), "PolicyInUseException", "")
	refused(t, call(f.ListPoliciesForTarget, sdk.ListPoliciesForTargetInput{TargetId: aws.String("999999999999"), Filter: control}),
		"TargetNotFoundException", "")
	if err := detach(full, f.root); err != nil {
		t.Fatal(err)
	}
	refused(t, detach(f.policy, f.root), "ConstraintViolationException", "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	for _, name := range numbered("p", 9) {
		f.Policy(control, name, scp, f.root)
	}
	refused(t, attach(full, f.root), "ConstraintViolationException", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
}

func TestPolicyTypes(t *testing.T) {
	f := newFixture(t)
	enable := sdk.EnablePolicyTypeInput{RootId: &f.root, PolicyType: control}
	disable := sdk.DisablePolicyTypeInput{RootId: &f.root, PolicyType: control}
	refused(t, call(f.EnablePolicyType, enable), "PolicyTypeAlreadyEnabledException", "")
	root := must[*sdk.DisablePolicyTypeOutput](t)(f.DisablePolicyType(ctx, &disable)).Root
	if len(root.PolicyTypes) != 1 || root.PolicyTypes[0].Type != types.PolicyTypeResourceControlPolicy {
		t.Errorf("after disabling SCPs the root has %v", root.PolicyTypes)
	}
	refused(t, call(f.DisablePolicyType, disable), "PolicyTypeNotEnabledException", "")
	refused(t, everyCall(f.Client, f.ids)["AttachPolicy"](), "PolicyTypeNotEnabledException", "")
	root = must[*sdk.EnablePolicyTypeOutput](t)(f.EnablePolicyType(ctx, &enable)).Root
	if len(root.PolicyTypes) != 2 || root.PolicyTypes[1].Status != types.PolicyTypeStatusEnabled {
		t.Errorf("after enabling SCPs the root has %v", root.PolicyTypes)
	}
	none := aws.String("r-none")
	refused(t, call(f.EnablePolicyType, sdk.EnablePolicyTypeInput{RootId: none, PolicyType: control}), "RootNotFoundException", "")
	refused(t, call(f.DisablePolicyType, sdk.DisablePolicyTypeInput{RootId: none, PolicyType: control}), "RootNotFoundException", "")
	refused(t, call(f.EnablePolicyType, sdk.EnablePolicyTypeInput{RootId: &f.root, PolicyType: types.PolicyTypeBackupPolicy}),
		"PolicyTypeNotAvailableForOrganizationException", "")
}

func TestConsolidatedBilling(t *testing.T) {
	s := testenv.Start(t)
	c := sdk.NewFromConfig(s.Administrator(""))
	must[*sdk.CreateOrganizationOutput](t)(c.CreateOrganization(ctx, &sdk.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetConsolidatedBilling}))
	root := must[*sdk.ListRootsOutput](t)(c.ListRoots(ctx, &sdk.ListRootsInput{})).Roots[0].Id
	for name, want := range map[string]string{
		"EnablePolicyType": "PolicyTypeNotAvailableForOrganizationException",
		"CreatePolicy":     "PolicyTypeNotAvailableForOrganizationException",
	} {
		refused(t, everyCall(c, ids{root: *root})[name](), want, "")
	}
	refused(t, call(c.AttachPolicy, sdk.AttachPolicyInput{PolicyId: aws.String("p-FullAWSAccess"), TargetId: root}),
		"ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
	account := string(s.First)
	refused(t, call(c.CloseAccount, sdk.CloseAccountInput{AccountId: &account}),
		"ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
}

func TestTags(t *testing.T) {
	f := newFixture(t)
	for _, id := range []string{f.root, f.ou, f.account, f.policy} {
		for _, tags := range [][]types.Tag{tagged("a", "1"), tagged("b", ""), tagged("a", "2")} {
			if err := call(f.TagResource, sdk.TagResourceInput{ResourceId: &id, Tags: tags}); err != nil {
				t.Fatal(err)
			}
		}
		if err := call(f.UntagResource, sdk.UntagResourceInput{ResourceId: &id, TagKeys: []string{"b"}}); err != nil {
			t.Fatal(err)
		}
		tags := must[*sdk.ListTagsForResourceOutput](t)(f.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceId: &id})).Tags
		if len(tags) != 1 || *tags[0].Key != "a" || *tags[0].Value != "2" {
			t.Errorf("the tags of %s are %v", id, tags)
		}
	}
	tag := func(id string, tags ...types.Tag) error {
		return call(f.TagResource, sdk.TagResourceInput{ResourceId: &id, Tags: tags})
	}
	twice := slices.Concat(tagged("k", "1"), tagged("k", "2"))
	refused(t, tag(f.root, twice...), "InvalidInputException", "DUPLICATE_TAG_KEY")
	refused(t, tag(f.root, tagged("aws:k", "")...), "InvalidInputException", "INVALID_SYSTEM_TAGS_PARAMETER")
	refused(t, tag("999999999999", tagged("k", "")...), "TargetNotFoundException", "")
	refused(t, tag("p-FullAWSAccess", tagged("k", "")...), "InvalidInputException", "TARGET_NOT_SUPPORTED")
	var many []types.Tag
	for _, k := range numbered("k", 51) {
		many = append(many, tagged(k, "")...)
	}
	refused(t, tag(f.ou, many...), "ConstraintViolationException", "MAX_TAG_LIMIT_EXCEEDED")
	refused(t, call(f.UntagResource, sdk.UntagResourceInput{ResourceId: aws.String("p-00000000"), TagKeys: []string{"k"}}), "TargetNotFoundException", "")
	if got := must[*sdk.ListTagsForResourceOutput](t)(f.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceId: aws.String("p-FullAWSAccess")})); len(got.Tags) != 0 {
		t.Errorf("FullAWSAccess has the tags %v", got.Tags)
	}
	refused(t, call(f.ListTagsForResource, sdk.ListTagsForResourceInput{ResourceId: aws.String("ou-none-00000000")}), "TargetNotFoundException", "")
}
