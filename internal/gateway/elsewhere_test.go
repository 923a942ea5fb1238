package gateway_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/sigv4"
)

// ask makes a request, with headers as "Name: value", and signs it for a service.
func (e *env) ask(c sigv4.Credentials, service, region, method, url, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:4566"+url, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	r.Body = io.NopCloser(strings.NewReader(body))
	sigv4.Signer{Service: service, Region: region}.Sign(r, []byte(body), c, e.now)
	return r
}

// guard attaches a service control policy of one statement to the member.
func (e *env) guard(statement string) {
	e.t.Helper()
	p, err := e.org().CreatePolicy(rand.Reader, clock, &e.settings.Org, org.NewPolicy{
		Type: org.ServiceControlPolicy, Name: "guard", Content: `{"Version":"2012-10-17","Statement":[` + statement + `]}`,
	})
	if err != nil {
		e.t.Fatal(err)
	}
	if err := e.org().Attach(&e.settings.Org, p.ID, string(member)); err != nil {
		e.t.Fatal(err)
	}
}

// notInEurope denies everything in the Regions of Europe, and large instances anywhere.
const notInEurope = `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:RequestedRegion":"eu-*"}}},
	{"Sid":"Large","Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringLike":{"ec2:InstanceType":"p5.*"}}}`

const formType = "Content-Type: application/x-www-form-urlencoded; charset=utf-8"

func TestCallsThatAreNotServed(t *testing.T) {
	run := "Action=RunInstances&Version=2016-11-15&ImageId=ami-1&DryRun=true&InstanceType="
	for name, c := range map[string]struct {
		service, region, method, url, body string
		headers                            []string
		status                             int
		want                               string // of the answer
		source, code                       string // of the record
	}{
		"EC2 denied": {"ec2", "us-east-1", "POST", "/", run + "p5.48xlarge", []string{formType}, 403,
			"<Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation. User: arn:aws:iam::222222222222:user/team/Alice is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:us-east-1:222222222222:instance/* with an explicit deny in a service control policy: ",
			"ec2.amazonaws.com", "Client.UnauthorizedOperation"},
		"EC2 dry run": {"ec2", "us-east-1", "POST", "/", run + "t3.micro", []string{formType}, 412, "<Response><Errors><Error><Code>DryRunOperation</Code><Message>Request would have succeeded, but DryRun flag is set.</Message></Error></Errors><RequestID>", "ec2.amazonaws.com", "Client.DryRunOperation"},
		"EC2 by GET":  {"ec2", "us-east-1", "GET", "/?Action=DescribeVpcs&Version=2016-11-15", "", nil, 501, "<Code>NotImplemented</Code><Message>The call is allowed, but Umbel does not serve DescribeVpcs of Amazon Elastic Compute Cloud.</Message>", "ec2.amazonaws.com", "Client.NotImplemented"},
		"S3 denied":   {"s3", "eu-west-1", "GET", "/bucket/key", "", nil, 403, "<Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::222222222222:user/team/Alice is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bucket/key with an explicit deny", "s3.amazonaws.com", "AccessDenied"},
		"S3 allowed":  {"s3", "us-east-1", "PUT", "/bucket/key", "x", []string{"X-Amz-Content-Sha256: UNSIGNED-PAYLOAD"}, 501, "<Error><Code>NotImplemented</Code><Message>The call is allowed, but Umbel does not serve PutObject of Amazon Simple Storage Service.</Message>", "s3.amazonaws.com", "NotImplemented"},
		"awsJson":     {"dynamodb", "eu-west-1", "POST", "/", `{"TableName":"T"}`, []string{"X-Amz-Target: DynamoDB_20120810.GetItem"}, 400, `{"__type":"AccessDeniedException","message":"User: arn:aws:iam::222222222222:user/team/Alice is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:222222222222:table/T with`, "dynamodb.amazonaws.com", "AccessDenied"},
		"restJson":    {"lambda", "eu-west-1", "POST", "/2015-03-31/functions/f/invocations", "{}", nil, 403, `{"message":"User: arn:aws:iam::222222222222:user/team/Alice is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:222222222222:function:f with`, "lambda.amazonaws.com", "AccessDenied"},
		"query":       {"sns", "eu-west-1", "POST", "/", "Action=ListTopics&Version=2010-03-31", []string{formType}, 403, "<Code>AuthorizationError</Code><Message>User: ", "sns.amazonaws.com", "AccessDenied"},
		"rpcv2Cbor":   {"monitoring", "eu-west-1", "POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", "\xa0", []string{"Smithy-Protocol: rpc-v2-cbor"}, 400, "\xa2f__typeuAccessDeniedExceptiongmessage", "monitoring.amazonaws.com", "AccessDenied"},
		"an operation whose body need not be signed": {"lex", "us-east-1", "POST", "/bot/b/alias/a/user/u/content", "x", []string{"X-Amz-Content-Sha256: UNSIGNED-PAYLOAD", "Content-Type: audio/x"}, 501, "Umbel does not serve PostContent", "lex.amazonaws.com", "NotImplementedException"},
		"restXml": {"cloudfront", "us-east-1", "GET", "/2020-05-31/distribution", "", nil, 501, "<ErrorResponse><Error><Type>Receiver</Type><Code>NotImplemented</Code>", "cloudfront.amazonaws.com", "NotImplemented"},
		"of a service that is served": {"iam", "us-east-1", "POST", "/", "Action=ListUsers&Version=2010-05-08", []string{formType}, 501,
			"<Code>NotImplemented</Code><Message>The call is allowed, but Umbel does not serve ListUsers of AWS Identity and Access Management.</Message>", "iam.amazonaws.com", "NotImplemented"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEnv(t, nil)
			e.guard(notInEurope)
			status, body := e.serve(e.ask(longTerm(userKey(member)), c.service, c.region, c.method, c.url, c.body, c.headers...))
			if status != c.status || !strings.Contains(body, c.want) {
				t.Errorf("%d %s\nwant %d %s", status, body, c.status, c.want)
			}
			r := e.records()
			if len(r) != 1 || r[0]["eventSource"] != c.source || r[0]["errorCode"] != c.code || r[0]["recipientAccountId"] != string(member) {
				t.Errorf("audit records: %v", r)
			}
		})
	}
}

// TestNotServedAndUnknown wants what does not name an operation, or does not prove who sent it, to be refused as the service
// would, without a record.
func TestNotServedAndUnknown(t *testing.T) {
	alice := longTerm(userKey(member))
	wrong := alice
	wrong.SecretAccessKey += "x"
	ec2 := "Action=DescribeVpcs&Version=2016-11-15"
	refuse(t, map[string]refusal{
		"unknown action of EC2": {func(e *env) *http.Request {
			return e.ask(alice, "ec2", "us-east-1", "POST", "/", "Action=Fly&Version=2016-11-15", formType)
		}, 400, "<Code>InvalidAction</Code><Message>The action Fly is not valid for this web service.</Message>"},
		"unknown target": {func(e *env) *http.Request {
			return e.ask(alice, "dynamodb", "us-east-1", "POST", "/", "{}", "X-Amz-Target: DynamoDB_20120810.Fly")
		}, 400, `{"__type":"UnknownOperationException"`},
		"unknown route": {func(e *env) *http.Request { return e.ask(alice, "lambda", "us-east-1", "GET", "/fly", "") }, 404, `{"message":"The requested operation is not known to this service."}`},
		"unknown method of S3": {func(e *env) *http.Request { return e.ask(alice, "s3", "us-east-1", "PATCH", "/b", "") }, 405,
			"<Error><Code>MethodNotAllowed</Code>"},
		"unknown service": {func(e *env) *http.Request { return e.ask(alice, "nobody", "us-east-1", "GET", "/", "") }, 400,
			"<Code>InvalidAction</Code><Message>No service is known that signs its requests for 'nobody'.</Message>"},
		"wrong secret for EC2": {func(e *env) *http.Request { return e.ask(wrong, "ec2", "us-east-1", "POST", "/", ec2, formType) }, 401,
			"<Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message>"},
		"unknown key for S3": {func(e *env) *http.Request { return e.ask(longTerm("AKIANOBODY"), "s3", "us-east-1", "GET", "/", "") }, 403,
			"<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message>"},
		"no such Region": {func(e *env) *http.Request { return e.ask(alice, "ec2", "mars-1", "POST", "/", ec2, formType) }, 401, "<Code>AuthFailure</Code>"},
		"UNSIGNED-PAYLOAD for another than S3": {func(e *env) *http.Request {
			return e.ask(alice, "lambda", "us-east-1", "GET", "/2015-03-31/functions", "", "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD")
		}, 403, "not allowed for this service"},
		"needs no signature, but is not offered": {func(e *env) *http.Request {
			return e.ask(alice, "sts", "us-east-1", "POST", "/", "Action=AssumeRoleWithWebIdentity&Version=2011-06-15", formType)
		}, 501, "Umbel does not serve AssumeRoleWithWebIdentity"},
	})
}

// TestGlobalServicesAreInOneRegion wants a call of a service with one endpoint to be one of us-east-1, whatever it is signed for.
func TestGlobalServicesAreInOneRegion(t *testing.T) {
	e := newEnv(t, nil)
	e.guard(notInEurope)
	status, body := e.serve(e.ask(longTerm(userKey(member)), "route53", "eu-west-1", "GET", "/2013-04-01/hostedzone", ""))
	if r := e.records(); status != http.StatusNotImplemented || len(r) != 1 || r[0]["awsRegion"] != "us-east-1" {
		t.Errorf("%d %s %v", status, body, r)
	}
}

// TestResourceOfAnotherAccount wants nobody to reach across accounts: no resource is there whose policy could allow it.
func TestResourceOfAnotherAccount(t *testing.T) {
	for _, owner := range []ident.AccountID{lone, management, "999999999999"} {
		e := newEnv(t, nil)
		status, body := e.serve(e.ask(longTerm(userKey(member)), "lambda", "us-east-1", "GET", "/2015-03-31/functions/"+string(owner)+"%3Afunction%3Af", ""))
		if status != http.StatusForbidden || !strings.Contains(body, "lambda:GetFunction on resource: arn:aws:lambda:us-east-1:"+string(owner)+":function:f") {
			t.Errorf("%s: %d %s", owner, status, body)
		}
	}
}
