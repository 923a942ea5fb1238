package iampolicy

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDecodeAndDecide(t *testing.T) {
	const full = `{"Version":"2012-10-17","Statement":{"Sid":"Full","Effect":"Allow","Action":"*","Resource":"*"}}`
	const regions = `{"Version":"2012-10-17","Statement":[{"Sid":"Regions","Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1"]}}}]}`
	policies := `{"serviceControl":[{"target":"r-ab12","policies":[{"name":"FullAWSAccess","document":` + full + `},{"name":"Regions","document":` + asJSON(regions) + `}]}],"resourceControl":[],"identity":[{"name":"p","document":` + full + `}],"boundary":null,"session":[],"resource":null}`
	shared, err := DecodePolicies([]byte(policies))
	if err != nil {
		t.Fatal(err)
	}
	request := func(region, extra string) string {
		return `{"principal":"arn:aws:sts::111122223333:assumed-role/deployer/s1","action":"ec2:TerminateInstances","resource":"arn:aws:ec2:eu-west-1:111122223333:instance/i-1","resourceAccount":"111122223333","context":{"aws:RequestedRegion":"` + region + `","aws:TagKeys":["x","y"],"n":1,"b":true}` + extra + `}`
	}
	for _, tt := range []struct {
		request string
		shared  *PolicySet
		want    string
	}{
		{request("eu-west-1", `,"policies":`+policies), nil, `{"decision":"Allowed","layer":"identity","policy":"p","statement":0,"sid":"Full"}`},
		{request("eu-west-1", ""), shared, `{"decision":"Allowed","layer":"identity","policy":"p","statement":0,"sid":"Full"}`},
		{request("us-east-1", ""), shared, `{"decision":"ExplicitDeny","layer":"serviceControl","target":"r-ab12","policy":"Regions","statement":0,"sid":"Regions"}`},
		{request("us-east-1", `,"policies":{"identity":[]}`), shared, `{"decision":"ImplicitDeny","layer":"identity"}`},
		{`{"principal":"arn:aws:iam::111122223333:root","action":"s3:GetObject","resource":"*","policies":{}}`, nil, `{"decision":"Allowed"}`},
		{`{"principal":"arn:aws:iam::111122223333:user/a","action":"sts:AssumeRole","resource":"arn:aws:iam::444455556666:role/r","policies":{"identity":[{"name":"p","document":` + full + `}]}}`, nil, `{"decision":"ImplicitDeny","layer":"resource"}`},
		{`{"principal":"*","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","resourceAccount":"111122223333","policies":{"resource":{"name":"b","document":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}}}}`, nil, `{"decision":"Allowed","layer":"resource","policy":"b","statement":0}`},
	} {
		req, ps, err := DecodeRequest([]byte(tt.request), tt.shared)
		if err != nil {
			t.Errorf("%s: %v", tt.request, err)
			continue
		}
		got, err := json.Marshal(Decide(req, ps))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s\n got %s (%v)\nwant %s", tt.request, got, err, tt.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct{ request, want string }{
		{`{`, "ends too early"},
		{``, "ends too early"},
		{`{} {}`, "after the end"},
		{`{"principle":"*"}`, "principle"},
		{`{"principal":"*","action":"s3:Get","resource":"*"}`, "no policies"},
		{`{"principal":"*","action":"Get","resource":"*","policies":{}}`, `action: "Get"`},
		{`{"principal":"*","action":"s3:Get","policies":{}}`, "resource: missing"},
		{`{"action":"s3:Get","resource":"*","policies":{}}`, "principal: missing"},
		{`{"principal":"bob","action":"s3:Get","resource":"*","policies":{}}`, `principal: "bob"`},
		{`{"principal":"arn:aws:iam::1:user/a","action":"s3:Get","resource":"*","policies":{}}`, "not the ARN of a principal"},
		{`{"principal":"arn:aws:iam::111122223333:role/a","action":"s3:Get","resource":"*","policies":{}}`, "cannot make a request"},
		{`{"principal":"arn:aws:sts::111122223333:assumed-role/a","action":"s3:Get","resource":"*","policies":{}}`, "cannot make a request"},
		{`{"principal":"*","action":"s3:Get","resource":"*","policies":{"identity":[{"name":"p","document":{}}]}}`, `policies: identity[0]: the policy "p": line 1, column 1: the element Statement is missing`},
		{`{"principal":"*","action":"s3:Get","resource":"*","policies":{"serviceControl":[{"target":"r","policies":[{"name":"p"}]}]}}`, `serviceControl[0][0]: the policy "p" has no document`},
		{`{"principal":"*","action":"s3:Get","resource":"*","policies":{"boundary":{"name":"p","document":"{"}}}`, `boundary: the policy "p"`},
		{`{"principal":"*","action":"s3:Get","resource":"*","policies":{},"context":{"a":{}}}`, "context: a:"},
		{`{"principal":"*","action":"s3:Get","resource":"*","policies":{},"context":{"a":"1","A":"2"}}`, "given twice"},
	} {
		if _, _, err := DecodeRequest([]byte(tt.request), nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want … %s …", tt.request, err, tt.want)
		}
	}
}

func TestParsePrincipal(t *testing.T) {
	for _, tt := range []struct {
		in, arnKey string
		want       Principal
	}{
		{"arn:aws:iam::111122223333:user/a/b", "", Principal{Kind: User, Account: own, ARN: "arn:aws:iam::111122223333:user/a/b"}},
		{"arn:aws:iam::111122223333:root", "", Principal{Kind: RootUser, Account: own, ARN: "arn:aws:iam::111122223333:root"}},
		{"arn:aws:sts::111122223333:federated-user/f", "", Principal{Kind: FederatedUser, Account: own, ARN: "arn:aws:sts::111122223333:federated-user/f"}},
		{session.ARN, "", Principal{Kind: AssumedRole, Account: own, ARN: session.ARN, RoleARN: "arn:aws:iam::111122223333:role/app"}},
		{session.ARN, session.RoleARN, Principal{Kind: AssumedRole, Account: own, ARN: session.ARN, RoleARN: session.RoleARN}},
		{session.ARN, "arn:aws:iam::111122223333:role/other", Principal{Kind: AssumedRole, Account: own, ARN: session.ARN, RoleARN: "arn:aws:iam::111122223333:role/app"}},
		{"arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/s", "", Principal{Kind: AssumedRole, Account: own, ARN: "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/s",
			RoleARN: "arn:aws:iam::111122223333:role/AWSServiceRoleForX", ServiceLinked: true}},
		{"cloudtrail.amazonaws.com", "", service},
		{"*", "", anonymous},
	} {
		ctx := new(Context)
		if tt.arnKey != "" {
			ctx.Set("aws:PrincipalArn", tt.arnKey)
		}
		if got, err := ParsePrincipal(tt.in, ctx); err != nil || got != tt.want {
			t.Errorf("%s: %+v (%v)", tt.in, got, err)
		}
	}
}
