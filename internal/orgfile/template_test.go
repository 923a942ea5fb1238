package orgfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/iampolicy"
	"umbel/internal/yamlfile"
)

// templated gives the document that a template makes of parameters written in YAML.
func templated(t *testing.T, name, with string) string {
	t.Helper()
	f := mustParse(t, fmt.Sprintf("policies:\n  - {name: p, template: %s, with: %s}\n", name, with))
	return f.Policies[0].Text()
}

func TestTemplates(t *testing.T) {
	tests := []struct{ template, with, want string }{
		{"deny-leave-organization", "{}", `{"Version":"2012-10-17","Statement":[{"Sid":"DenyLeaveOrganization","Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}]}`},
		{"protect-cloudtrail", "{trails: 'arn:aws:cloudtrail:*:*:trail/org', exemptRoles: ['arn:aws:iam::*:role/A', 'arn:aws:iam::*:role/B']}",
			`{"Version":"2012-10-17","Statement":[{"Sid":"ProtectCloudTrail","Effect":"Deny","Action":["cloudtrail:DeleteEventDataStore","cloudtrail:DeleteTrail","cloudtrail:PutEventSelectors","cloudtrail:PutInsightSelectors","cloudtrail:StopEventDataStoreIngestion","cloudtrail:StopLogging","cloudtrail:UpdateEventDataStore","cloudtrail:UpdateTrail"],"Resource":["arn:aws:cloudtrail:*:*:trail/org"],"Condition":{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/A","arn:aws:iam::*:role/B"]}}}]}`},
		{"deny-expensive-instances", "{instanceTypes: ['p5*']}",
			`{"Version":"2012-10-17","Statement":[{"Sid":"DenyLaunch","Effect":"Deny","Action":["ec2:RunInstances","ec2:StartInstances"],"Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringLike":{"ec2:InstanceType":["p5*"]}}},{"Sid":"DenyResize","Effect":"Deny","Action":"ec2:ModifyInstanceAttribute","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringLike":{"ec2:Attribute/InstanceType":["p5*"]}}}]}`},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, templated(t, tt.template, tt.with)); diff != "" {
			t.Errorf("%s with %s (-want +got):\n%s", tt.template, tt.with, diff)
		}
	}
	if got := templated(t, "protect-cloudtrail", "{}"); strings.Contains(got, "Condition") {
		t.Errorf("without exempt roles there is no condition: %s", got)
	}
}

// TestTemplatesDecide asks the policy engine what the templates deny.
func TestTemplatesDecide(t *testing.T) {
	role := iampolicy.Principal{Kind: iampolicy.AssumedRole, Account: "222222222222", ARN: "arn:aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/s", RoleARN: "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole"}
	other := iampolicy.Principal{Kind: iampolicy.AssumedRole, Account: "222222222222", ARN: "arn:aws:sts::222222222222:assumed-role/dev/s", RoleARN: "arn:aws:iam::222222222222:role/dev"}
	root := iampolicy.Principal{Kind: iampolicy.RootUser, Account: "222222222222", ARN: "arn:aws:iam::222222222222:root"}
	accessRole := "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole"
	tests := []struct {
		template, with, action, resource string
		who                              iampolicy.Principal
		context                          map[string]string
		denied                           bool
	}{
		{"deny-root-user", "{}", "iam:CreateUser", "*", root, nil, true},
		{"deny-root-user", "{}", "iam:CreateUser", "*", role, nil, false},
		{"deny-root-user", "{}", "s3:DeleteBucketPolicy", "*", root, map[string]string{"aws:AssumedRoot": "true"}, false},
		{"deny-leave-organization", "{}", "organizations:LeaveOrganization", "*", role, nil, true},
		{"deny-leave-organization", "{}", "organizations:DescribeOrganization", "*", role, nil, false},
		{"approved-regions", "{regions: eu-west-1}", "ec2:RunInstances", "*", role, map[string]string{"aws:RequestedRegion": "us-east-1"}, true},
		{"approved-regions", "{regions: eu-west-1}", "ec2:RunInstances", "*", role, map[string]string{"aws:RequestedRegion": "eu-west-1"}, false},
		{"approved-regions", "{regions: eu-west-1}", "iam:CreateUser", "*", role, map[string]string{"aws:RequestedRegion": "us-east-1"}, false},
		{"approved-regions", "{regions: eu-west-1, exemptActions: 'bedrock:Invoke*'}", "bedrock:InvokeModel", "*", role, map[string]string{"aws:RequestedRegion": "us-east-1"}, false},
		{"approved-regions", "{regions: eu-west-1, exemptRoles: 'arn:aws:iam::*:role/Organization*'}", "ec2:RunInstances", "*", role, map[string]string{"aws:RequestedRegion": "us-east-1"}, false},
		{"approved-regions", "{regions: eu-west-1, exemptRoles: 'arn:aws:iam::*:role/Organization*'}", "ec2:RunInstances", "*", other, map[string]string{"aws:RequestedRegion": "us-east-1"}, true},
		{"protect-cloudtrail", "{}", "cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:222222222222:trail/t", role, nil, true},
		{"protect-cloudtrail", "{}", "cloudtrail:LookupEvents", "*", role, nil, false},
		{"deny-expensive-instances", "{}", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:222222222222:instance/*", role, map[string]string{"ec2:InstanceType": "p5.48xlarge"}, true},
		{"deny-expensive-instances", "{}", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:222222222222:instance/*", role, map[string]string{"ec2:InstanceType": "hpc7a.12xlarge"}, true},
		{"deny-expensive-instances", "{}", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:222222222222:instance/*", role, map[string]string{"ec2:InstanceType": "t4g.micro"}, false},
		{"deny-expensive-instances", "{}", "ec2:ModifyInstanceAttribute", "arn:aws:ec2:eu-west-1:222222222222:instance/i-1", role, map[string]string{"ec2:Attribute/InstanceType": "u-24tb1.metal"}, true},
		{"protect-access-role", "{}", "iam:DeleteRole", accessRole, other, nil, true},
		{"protect-access-role", "{}", "iam:DeleteRole", accessRole, role, nil, false},
		{"protect-access-role", "{}", "iam:DeleteRole", "arn:aws:iam::222222222222:role/dev", other, nil, false},
		{"protect-access-role", "{role: dev}", "iam:DeleteRole", "arn:aws:iam::222222222222:role/dev", role, nil, true},
	}
	for _, tt := range tests {
		rq := &iampolicy.Request{Principal: tt.who, Action: tt.action, Resource: tt.resource, Context: &iampolicy.Context{}}
		arn := tt.who.RoleARN
		if arn == "" {
			arn = tt.who.ARN
		}
		rq.Context.Set("aws:PrincipalArn", arn)
		for k, v := range tt.context {
			rq.Context.Set(k, v)
		}
		all := iampolicy.Source{ID: FullAccess, Document: iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)}
		scp := iampolicy.Source{ID: tt.template, Document: iampolicy.NewDocument(templated(t, tt.template, tt.with))}
		d := iampolicy.Decide(rq, &iampolicy.Policies{ServiceControl: []iampolicy.Level{{Target: "r-1", Policies: []iampolicy.Source{all, scp}}}, Identity: []iampolicy.Source{all}})
		if denied := d.Outcome == iampolicy.ExplicitDeny && d.Policy == tt.template; denied != tt.denied {
			t.Errorf("%s with %s: %s by %s: %+v, want denied: %t", tt.template, tt.with, tt.action, arn, d, tt.denied)
		}
	}
}

// TestTemplateParameters checks that every parameter is used and explained, and that defaults fit their own patterns.
func TestTemplateParameters(t *testing.T) {
	all, err := Templates()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 6 {
		t.Errorf("%d templates", len(all))
	}
	for _, tpl := range all {
		if tpl.Title == "" || tpl.Description == "" || len(tpl.Description) > 512 {
			t.Errorf("%s: title %q, description %q", tpl.Name, tpl.Title, tpl.Description)
		}
		for name, p := range tpl.Parameters {
			if !strings.Contains(string(tpl.Document), "<"+name+">") || p.Description == "" || (p.Pattern == "") != (p.Say == "") {
				t.Errorf("%s: parameter %s is not used, or not explained", tpl.Name, name)
			}
			for _, v := range p.Default {
				if !yamlfile.Matches(p.Pattern, v) {
					t.Errorf("%s: the default %q of %s does not fit its own pattern", tpl.Name, v, name)
				}
			}
		}
	}
}
