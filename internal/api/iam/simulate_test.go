package iam_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"umbel/internal/testenv"
)

func simulationCalls(c *sdk.Client, x *names, marker *string) map[string]func() error {
	source := "arn:aws:iam::" + account + ":user/" + x.user
	return map[string]func() error{
		"SimulateCustomPolicy": func() error {
			return call(c.SimulateCustomPolicy, sdk.SimulateCustomPolicyInput{PolicyInputList: []string{allow}, ActionNames: []string{"s3:GetObject"}, Marker: marker})
		},
		"SimulatePrincipalPolicy": func() error {
			return call(c.SimulatePrincipalPolicy, sdk.SimulatePrincipalPolicyInput{PolicySourceArn: &source, ActionNames: []string{"s3:GetObject"}, Marker: marker})
		},
		"GetContextKeysForCustomPolicy": func() error {
			return call(c.GetContextKeysForCustomPolicy, sdk.GetContextKeysForCustomPolicyInput{PolicyInputList: []string{allow}})
		},
		"GetContextKeysForPrincipalPolicy": func() error {
			return call(c.GetContextKeysForPrincipalPolicy, sdk.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: &source})
		},
	}
}

// verdict is a result as the tests compare it.
type verdict struct {
	Decision, Resource string
	Matched            []string // "policy type line:column-line:column"
	Missing            []string
	ByOrganization     string
	ByBoundary         string
}

func verdictOf(r types.EvaluationResult) verdict {
	v := verdict{Decision: string(r.EvalDecision), Resource: *r.EvalResourceName, Missing: r.MissingContextValues}
	for _, s := range r.MatchedStatements {
		v.Matched = append(v.Matched, *s.SourcePolicyId+" "+string(s.SourcePolicyType)+" "+place(s.StartPosition)+"-"+place(s.EndPosition))
	}
	if d := r.OrganizationsDecisionDetail; d != nil {
		v.ByOrganization = yes(d.AllowedByOrganizations)
	}
	if d := r.PermissionsBoundaryDecisionDetail; d != nil {
		v.ByBoundary = yes(d.AllowedByPermissionsBoundary)
	}
	return v
}

func place(p *types.Position) string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func TestSimulateCustomPolicy(t *testing.T) {
	f := newFixture(t)
	const (
		tagged = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}]}`
		denied = "{\"Version\":\"2012-10-17\",\n \"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"
	)
	for name, c := range map[string]struct {
		in   sdk.SimulateCustomPolicyInput
		want verdict
	}{
		"allowed": {sdk.SimulateCustomPolicyInput{PolicyInputList: []string{allow}},
			verdict{Decision: "allowed", Resource: "*", Matched: []string{"PolicyInputList.1 IAM Policy 1:38-1:87"}}},
		"nothing allows": {sdk.SimulateCustomPolicyInput{PolicyInputList: []string{ec2Only}}, verdict{Decision: "implicitDeny", Resource: "*"}},
		"the statement that denies is the only one named": {sdk.SimulateCustomPolicyInput{PolicyInputList: []string{allow, denied}},
			verdict{Decision: "explicitDeny", Resource: "*", Matched: []string{"PolicyInputList.2 IAM Policy 2:15-2:63"}}},
		"a key is missing": {sdk.SimulateCustomPolicyInput{PolicyInputList: []string{tagged}},
			verdict{Decision: "implicitDeny", Resource: "*", Missing: []string{"aws:RequestedRegion"}}},
		"the boundary does not allow": {sdk.SimulateCustomPolicyInput{PolicyInputList: []string{allow}, PermissionsBoundaryPolicyInputList: []string{ec2Only}},
			verdict{Decision: "implicitDeny", Resource: "*", ByBoundary: "no"}},
		"the boundary allows": {sdk.SimulateCustomPolicyInput{PolicyInputList: []string{allow}, PermissionsBoundaryPolicyInputList: []string{allow}},
			verdict{Decision: "allowed", Resource: "*", ByBoundary: "yes", Matched: []string{"PolicyInputList.1 IAM Policy 1:38-1:87"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.ActionNames = []string{"s3:GetObject"}
			out := must[*sdk.SimulateCustomPolicyOutput](t)(f.SimulateCustomPolicy(ctx, &c.in))
			if diff := cmp.Diff(c.want, verdictOf(out.EvaluationResults[0]), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const ec2Only = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`

// TestSimulateResources: with resources, each has a result of its own, and the whole is the worst of them.
func TestSimulateResources(t *testing.T) {
	f := newFixture(t)
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*","Condition":{"Null":{"s3:x":"true"}}}]}`
	out := must[*sdk.SimulateCustomPolicyOutput](t)(f.SimulateCustomPolicy(ctx, &sdk.SimulateCustomPolicyInput{
		PolicyInputList: []string{policy}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{"arn:aws:s3:::a/1", "arn:aws:s3:::b/1"},
	}))
	r := out.EvaluationResults[0]
	if len(out.EvaluationResults) != 1 || r.EvalDecision != "implicitDeny" || len(r.ResourceSpecificResults) != 2 {
		t.Fatalf("got %+v", out.EvaluationResults)
	}
	a, b := r.ResourceSpecificResults[0], r.ResourceSpecificResults[1]
	if a.EvalResourceDecision != "allowed" || b.EvalResourceDecision != "implicitDeny" || !slices.Equal(a.MissingContextValues, []string{"s3:x"}) {
		t.Errorf("got %+v and %+v", a, b)
	}
	if len(r.MissingContextValues) != 0 {
		t.Errorf("missing keys belong to the resources: %v", r.MissingContextValues)
	}
}

// TestSimulateAcrossAccounts: with a resource's policy both accounts have a say, and the details tell of either.
func TestSimulateAcrossAccounts(t *testing.T) {
	f := newFixture(t)
	ann := "arn:aws:iam::" + account + ":user/team/ann"
	bucket := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`
	}
	for name, c := range map[string]struct {
		identity, policy, owner string
		want                    types.PolicyEvaluationDecisionType
		details                 map[string]types.PolicyEvaluationDecisionType
	}{
		"same account, the resource's policy is enough": {ec2Only, bucket(ann), account, "allowed", nil},
		"both sides allow":                 {allow, bucket(account), "999999999999", "allowed", map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "allowed", "Resource Policy": "allowed"}},
		"the caller's side does not":       {ec2Only, bucket(account), "999999999999", "implicitDeny", map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}},
		"the resource's side does not":     {allow, bucket("888888888888"), "999999999999", "implicitDeny", map[string]types.PolicyEvaluationDecisionType{"IAM Policy": "allowed", "Resource Policy": "implicitDeny"}},
		"another principal of the account": {ec2Only, bucket(ann + "e"), account, "implicitDeny", nil},
	} {
		t.Run(name, func(t *testing.T) {
			out := must[*sdk.SimulateCustomPolicyOutput](t)(f.SimulateCustomPolicy(ctx, &sdk.SimulateCustomPolicyInput{
				PolicyInputList: []string{c.identity}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{"arn:aws:s3:::b/k"},
				ResourcePolicy: &c.policy, ResourceOwner: ptr("arn:aws:iam::" + c.owner + ":root"), CallerArn: &ann,
			}))
			r := out.EvaluationResults[0]
			if r.EvalDecision != c.want || !maps.Equal(r.EvalDecisionDetails, c.details) {
				t.Errorf("got %s %v", r.EvalDecision, r.EvalDecisionDetails)
			}
		})
	}
}

// TestSimulatePrincipalPolicy takes the principal's own policies, its groups', its boundary and its account's SCPs.
func TestSimulatePrincipalPolicy(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member := o.Account("", "member")
	admin := s.Role(member, "")
	c := sdk.NewFromConfig(admin)
	s.User(admin, "ann", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::${aws:username}/*"}]}`)
	must[*sdk.CreateGroupOutput](t)(c.CreateGroup(ctx, &sdk.CreateGroupInput{GroupName: ptr("devs")}))
	must[*sdk.PutGroupPolicyOutput](t)(c.PutGroupPolicy(ctx, &sdk.PutGroupPolicyInput{GroupName: ptr("devs"), PolicyName: ptr("lists"), PolicyDocument: ptr(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}`)}))
	must[*sdk.AddUserToGroupOutput](t)(c.AddUserToGroup(ctx, &sdk.AddUserToGroupInput{GroupName: ptr("devs"), UserName: ptr("ann")}))
	must[*sdk.AttachUserPolicyOutput](t)(c.AttachUserPolicy(ctx, &sdk.AttachUserPolicyInput{UserName: ptr("ann"), PolicyArn: ptr("arn:aws:iam::aws:policy/AWSDenyAll")}))
	must[*sdk.DetachUserPolicyOutput](t)(c.DetachUserPolicy(ctx, &sdk.DetachUserPolicyInput{UserName: ptr("ann"), PolicyArn: ptr("arn:aws:iam::aws:policy/AWSDenyAll")}))
	must[*sdk.AttachUserPolicyOutput](t)(c.AttachUserPolicy(ctx, &sdk.AttachUserPolicyInput{UserName: ptr("ann"), PolicyArn: ptr("arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess")}))
	o.Policy("SERVICE_CONTROL_POLICY", "no puts", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}]}`, member)
	arn := "arn:aws:iam::" + member + ":user/ann"

	for action, want := range map[string]verdict{
		"s3:GetObject":          {Decision: "allowed", ByOrganization: "yes"},
		"s3:PutObject":          {Decision: "explicitDeny", ByOrganization: "no"},
		"s3:ListBucket":         {Decision: "allowed", ByOrganization: "yes"},
		"s3:DeleteObject":       {Decision: "implicitDeny", ByOrganization: "yes"},
		"ec2:DescribeInstances": {Decision: "allowed", ByOrganization: "yes"},
	} {
		t.Run(action, func(t *testing.T) {
			out := must[*sdk.SimulatePrincipalPolicyOutput](t)(c.SimulatePrincipalPolicy(ctx, &sdk.SimulatePrincipalPolicyInput{
				PolicySourceArn: &arn, ActionNames: []string{action}, ResourceArns: []string{"arn:aws:s3:::ann/k"},
			}))
			r := out.EvaluationResults[0]
			got := verdictOf(r)
			if got.Decision != want.Decision || got.ByOrganization != want.ByOrganization {
				t.Errorf("got %+v", got)
			}
			source := map[string]string{"s3:GetObject": "user_ann_inline", "s3:ListBucket": "group_devs_lists", "ec2:DescribeInstances": "AmazonEC2ReadOnlyAccess"}[action]
			if source != "" && (len(r.MatchedStatements) == 0 || *r.MatchedStatements[0].SourcePolicyId != source) {
				t.Errorf("want a statement of %s, got %v", source, got.Matched)
			}
		})
	}
	keys := must[*sdk.GetContextKeysForPrincipalPolicyOutput](t)(c.GetContextKeysForPrincipalPolicy(ctx, &sdk.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: &arn}))
	if !slices.Equal(keys.ContextKeyNames, []string{"aws:username"}) {
		t.Errorf("keys: %v", keys.ContextKeyNames)
	}
}

func TestSimulationRefusesBadInput(t *testing.T) {
	f := newFixture(t)
	custom := func(change func(*sdk.SimulateCustomPolicyInput)) error {
		in := sdk.SimulateCustomPolicyInput{PolicyInputList: []string{allow}, ActionNames: []string{"s3:GetObject"}}
		change(&in)
		return call(f.SimulateCustomPolicy, in)
	}
	source := func(arn string) error {
		return call(f.SimulatePrincipalPolicy, sdk.SimulatePrincipalPolicyInput{PolicySourceArn: &arn, ActionNames: []string{"s3:GetObject"}})
	}
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"a policy that is none": {custom(func(in *sdk.SimulateCustomPolicyInput) { in.PolicyInputList = []string{"{}"} }), "InvalidInput"},
		"a boundary that is none": {custom(func(in *sdk.SimulateCustomPolicyInput) {
			in.PermissionsBoundaryPolicyInputList = []string{`{"Version":"2012-10-17"}`}
		}), "InvalidInput"},
		"an action without service": {custom(func(in *sdk.SimulateCustomPolicyInput) { in.ActionNames = []string{"GetObject"} }), "InvalidInput"},
		"an action with a wildcard": {custom(func(in *sdk.SimulateCustomPolicyInput) { in.ActionNames = []string{"s3:Get*"} }), "InvalidInput"},
		"a resource that is no ARN": {custom(func(in *sdk.SimulateCustomPolicyInput) { in.ResourceArns = []string{"bucket"} }), "InvalidInput"},
		"a resource policy without caller": {custom(func(in *sdk.SimulateCustomPolicyInput) {
			in.ResourcePolicy = ptr(ec2)
		}), "InvalidInput"},
		"a caller that is a role": {custom(func(in *sdk.SimulateCustomPolicyInput) { in.CallerArn = ptr("arn:aws:iam::111122223333:role/deploy") }), "InvalidInput"},
		"an owner that is no account": {custom(func(in *sdk.SimulateCustomPolicyInput) {
			in.ResourceOwner = ptr("arn:aws:s3:::bucket")
		}), "InvalidInput"},
		"two values of one type": {custom(func(in *sdk.SimulateCustomPolicyInput) {
			in.ContextEntries = []types.ContextEntry{{ContextKeyName: ptr("s3:prefix"), ContextKeyType: "string", ContextKeyValues: []string{"a", "b"}}}
		}), "InvalidInput"},
		"a source that is no ARN":     {source("arn:aws:iam-----user"), "InvalidInput"},
		"a source that is a session":  {source("arn:aws:sts::111122223333:assumed-role/deploy/s"), "InvalidInput"},
		"a source that is not there":  {source("arn:aws:iam::111122223333:role/none"), "NoSuchEntity"},
		"a source of another account": {source("arn:aws:iam::999999999999:user/ann"), "NoSuchEntity"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.err, c.code, "") })
	}
}

// TestSimulationPages: a marker goes on where the page ended, and only for the same simulation.
func TestSimulationPages(t *testing.T) {
	f := newFixture(t)
	in := sdk.SimulateCustomPolicyInput{PolicyInputList: []string{allow}, ActionNames: []string{"s3:GetObject", "ec2:RunInstances", "s3:PutObject"}, MaxItems: ptr(int32(2))}
	first := must[*sdk.SimulateCustomPolicyOutput](t)(f.SimulateCustomPolicy(ctx, &in))
	in.Marker = first.Marker
	second := must[*sdk.SimulateCustomPolicyOutput](t)(f.SimulateCustomPolicy(ctx, &in))
	if !first.IsTruncated || second.IsTruncated || len(first.EvaluationResults) != 2 || *second.EvaluationResults[0].EvalActionName != "s3:PutObject" {
		t.Errorf("got %+v and %+v", first, second)
	}
	in.PolicyInputList = []string{ec2Only}
	refused(t, call(f.SimulateCustomPolicy, in), "ValidationError", "Invalid Marker.")
}
