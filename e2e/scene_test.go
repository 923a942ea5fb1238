package e2e_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"umbel/internal/testenv"
)

const (
	scp  = types.PolicyTypeServiceControlPolicy
	rcp  = types.PolicyTypeResourceControlPolicy
	full = "p-FullAWSAccess"
	all  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

// document is a policy of one statement. Further members follow the effect and actions: `,"Resource":"*"`.
func document(effect, more string, actions ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":["` + strings.Join(actions, `","`) + `"]` + more + `}]}`
}

func allow(actions ...string) string { return document("Allow", `,"Resource":"*"`, actions...) }
func deny(actions ...string) string  { return document("Deny", `,"Resource":"*"`, actions...) }

// forbid is an RCP.
func forbid(more string, actions ...string) string {
	return document("Deny", `,"Principal":"*","Resource":"*"`+more, actions...)
}

// trusting is a trust policy; the principal as JSON.
func trusting(principal string) string {
	return document("Allow", `,"Principal":`+principal, "sts:AssumeRole", "sts:TagSession")
}

// refusal is the code and message of an AWS error: "AccessDenied: User: …". Of no error it is empty.
func refusal(err error) string {
	var e smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.ErrorCode() + ": " + e.ErrorMessage()
	}
	return "not an answer: " + err.Error()
}

// wantAllowed fails the test if the call was refused.
func wantAllowed(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: want it allowed, have %s", what, refusal(err))
	}
}

// wantRefused fails the test unless the call was refused in these words.
func wantRefused(t *testing.T, what string, err error, words string) {
	t.Helper()
	if have := refusal(err); have != words {
		t.Errorf("%s:\nhave %q\nwant %q", what, have, words)
	}
}

// wantDenied fails the test unless the call was denied for a reason that ends so.
func wantDenied(t *testing.T, what string, err error, ending string) {
	t.Helper()
	have := refusal(err)
	if !strings.HasPrefix(have, "AccessDenied") || !strings.HasSuffix(have, ending) {
		t.Errorf("%s: have %q, want a denial …%q", what, have, ending)
	}
}

// probe is a call that needs no more than its permission.
type probe func(t *testing.T, cfg aws.Config) error

// probes gives calls by their action.
func probes() map[string]probe {
	return map[string]probe{
		"iam:ListUsers": func(t *testing.T, cfg aws.Config) error {
			_, err := iam.NewFromConfig(cfg).ListUsers(t.Context(), &iam.ListUsersInput{})
			return err
		},
		"iam:ListRoles": func(t *testing.T, cfg aws.Config) error {
			_, err := iam.NewFromConfig(cfg).ListRoles(t.Context(), &iam.ListRolesInput{})
			return err
		},
		"iam:CreateGroup": func(t *testing.T, cfg aws.Config) error {
			client := iam.NewFromConfig(cfg)
			_, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("probe")})
			if err != nil {
				return err
			}
			_, err = client.DeleteGroup(t.Context(), &iam.DeleteGroupInput{GroupName: aws.String("probe")})
			return err
		},
		"cloudtrail:LookupEvents": func(t *testing.T, cfg aws.Config) error {
			_, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)})
			return err
		},
		"organizations:DescribeOrganization": func(t *testing.T, cfg aws.Config) error {
			_, err := organizations.NewFromConfig(cfg).DescribeOrganization(t.Context(), &organizations.DescribeOrganizationInput{})
			return err
		},
	}
}

// identityOf asks who the credentials stand for.
func identityOf(t *testing.T, cfg aws.Config) string {
	t.Helper()
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatalf("get caller identity: %v", err)
	}
	return *out.Arn
}

// makeRole makes a role and gives its ARN.
func makeRole(t *testing.T, cfg aws.Config, name, trust string) string {
	t.Helper()
	out, err := iam.NewFromConfig(cfg).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatalf("create role %s: %v", name, err)
	}
	return *out.Role.Arn
}

// putRolePolicy gives a role an inline policy.
func putRolePolicy(t *testing.T, cfg aws.Config, role, policy string) {
	t.Helper()
	in := &iam.PutRolePolicyInput{RoleName: &role, PolicyName: aws.String("inline"), PolicyDocument: &policy}
	if _, err := iam.NewFromConfig(cfg).PutRolePolicy(t.Context(), in); err != nil {
		t.Fatalf("policy of role %s: %v", role, err)
	}
}

// makePolicy makes a customer managed policy and gives its ARN.
func makePolicy(t *testing.T, cfg aws.Config, name, policy string) string {
	t.Helper()
	out, err := iam.NewFromConfig(cfg).CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &policy})
	if err != nil {
		t.Fatalf("create policy %s: %v", name, err)
	}
	return *out.Policy.Arn
}

// assume assumes a role, with a session policy unless that is empty.
func assume(t *testing.T, cfg aws.Config, role, sessionPolicy string) (*ststypes.Credentials, error) {
	t.Helper()
	in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("session")}
	if sessionPolicy != "" {
		in.Policy = &sessionPolicy
	}
	out, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), in)
	if err != nil {
		return nil, err
	}
	return out.Credentials, nil
}

// speakAs gives the configuration that speaks with session credentials.
func speakAs(s *testenv.Server, c *ststypes.Credentials) aws.Config {
	return s.Keys(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

// policyARN is the ARN of a policy of the organization, as denials name it.
func policyARN(o *testenv.Organization, s *testenv.Server, kind, policy string) string {
	return "arn:aws:organizations::" + string(s.First) + ":policy/" + o.ID + "/" + kind + "/" + policy
}

func scpARN(o *testenv.Organization, s *testenv.Server, policy string) string {
	return policyARN(o, s, "service_control_policy", policy)
}

// attach attaches a policy.
func attach(t *testing.T, o *testenv.Organization, policy, target string) {
	t.Helper()
	if _, err := o.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: &policy, TargetId: &target}); err != nil {
		t.Fatalf("attach %s: %v", policy, err)
	}
}

// detach detaches a policy.
func detach(t *testing.T, o *testenv.Organization, policy, target string) {
	t.Helper()
	if _, err := o.DetachPolicy(t.Context(), &organizations.DetachPolicyInput{PolicyId: &policy, TargetId: &target}); err != nil {
		t.Fatalf("detach %s: %v", policy, err)
	}
}

// move moves an account.
func move(t *testing.T, o *testenv.Organization, account, from, to string) {
	t.Helper()
	in := &organizations.MoveAccountInput{AccountId: &account, SourceParentId: &from, DestinationParentId: &to}
	if _, err := o.MoveAccount(t.Context(), in); err != nil {
		t.Fatalf("move account: %v", err)
	}
}
