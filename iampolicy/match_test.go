package iampolicy

import "testing"

// TestResources: IAM User Guide, "IAM JSON policy elements: Resource".
func TestResources(t *testing.T) {
	ctx := keys("aws:username", "ana", "aws:PrincipalTag/team", "blue", "star", "*")
	for _, tt := range []struct {
		pattern, resource string
		want              bool
	}{
		{"*", "arn:aws:s3:::b/k", true},
		{"*", "*", true},
		{"arn:aws:s3:::b", "*", false},
		{"arn:aws:iam::1:user/accounting/*", "arn:aws:iam::1:user/accounting/a/b", true},
		{"arn:aws:iam::1:user/Bob", "arn:aws:iam::1:user/bob", false},
		{"arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1///test///object.jpg", true},
		{"arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket//test/object.jpg", true},
		{"arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/test/", true},
		{"arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1-test/object.jpg", false},
		{"arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/test/object.jpg", false},
		{"arn:aws:s3:::bucket/k?", "arn:aws:s3:::bucket/k1", true},
		{"arn:aws:s3:::bucket/k?", "arn:aws:s3:::bucket/k", false},
		{"arn:aws:s3:::bucket/k?", "arn:aws:s3:::bucket/ké", true},
		// A star that ends its segment runs on over colons; one within a segment does not.
		{"arn:aws:dynamodb:*:table/prod-*", "arn:aws:dynamodb:eu-west-1:1:table/prod-x", true},
		{"arn:aws:dynamodb:*:table/prod-*", "arn:aws:dynamodb:eu-west-1:1:table/dev-x", false},
		{"arn:aws:sns:eu-*-1:1:t", "arn:aws:sns:eu-west-1:1:t", true},
		{"arn:aws:sns:e*1:1:t", "arn:aws:sns:eu-west:1:1:t", false},
		{"arn:aws:sns:eu?west-1:1:t", "arn:aws:sns:eu:west-1:1:t", false},
		{"arn:aws:logs:*:*:log-group:a*b", "arn:aws:logs:eu-west-1:1:log-group:a:c:b", true},
		// Missing parts at the end are any.
		{"arn:aws:sqs", "arn:aws:sqs:eu-west-1:1:q", true},
		{"arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-1:1:q", true},
		{"arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-2:1:q", false},
		{"arn:aws:s3:*", "arn:aws:s3:::b/k", true},
		// Variables, after the fifth colon only.
		{"arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/ana", true},
		{"arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/bob", false},
		{"arn:aws:sqs:eu-west-1:1:${aws:PrincipalTag/team}-*", "arn:aws:sqs:eu-west-1:1:blue-q", true},
		{"arn:aws:sqs:eu-west-1:1:${aws:PrincipalTag/none}*", "arn:aws:sqs:eu-west-1:1:q", false},
		{"arn:aws:s3:::b/${star}/k", "arn:aws:s3:::b/x/k", false},
		{"arn:aws:s3:::b/${star}/k", "arn:aws:s3:::b/*/k", true},
		{"arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", false},
		{"arn:aws:sns:${aws:username}:1:t", "arn:aws:sns:ana:1:t", false},
	} {
		r := compileResource(tt.pattern, true)
		if got := r.matches(tt.resource, ctx); got != tt.want {
			t.Errorf("%s against %s = %v, want %v", tt.pattern, tt.resource, got, tt.want)
		}
	}
}

// TestActions: IAM User Guide, "IAM JSON policy elements: Action".
func TestActions(t *testing.T) {
	for _, tt := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "s3:GetObject", true},
		{"*:*", "s3:GetObject", true},
		{"s3:*", "s3:GetObject", true},
		{"s3:*", "sqs:SendMessage", false},
		{"iam:ListAccessKeys", "IAM:listaccesskeys", true},
		{"S3:getOBJECT", "s3:GetObject", true},
		{"iam:*AccessKey*", "iam:CreateAccessKey", true},
		{"iam:*AccessKey*", "iam:CreateUser", false},
		{"s3:Get*", "s3:GetObject", true},
		{"s3:Get*", "s3:PutObject", false},
		{"s3:Get*", "s3:Ge", false},
		{"ec2:Describe?pcs", "ec2:DescribeVpcs", true},
		{"s3:GetObject", "s3:GetObjectAcl", false},
	} {
		p, a := compileAction(tt.pattern), splitAction(tt.action)
		if got := p.matches(&a); got != tt.want {
			t.Errorf("%s against %s = %v, want %v", tt.pattern, tt.action, got, tt.want)
		}
	}
}

// TestElements decides by whole statements: NotAction, NotResource, versions.
func TestElements(t *testing.T) {
	for _, tt := range []struct {
		name, document, action, resource string
		want                             Outcome
	}{
		{"NotAction allows the rest", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}`, "s3:GetObject", "*", Allowed},
		{"NotAction leaves out", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}}`, "iam:CreateUser", "*", ImplicitDeny},
		{"NotAction denies the rest", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}`, "s3:GetObject", "*", ExplicitDeny},
		{"NotResource allows others", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::secret/*"}}`, "s3:GetObject", "arn:aws:s3:::b/k", Allowed},
		{"NotResource leaves out", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotResource":["arn:aws:s3:::secret","arn:aws:s3:::secret/*"]}}`, "s3:GetObject", "arn:aws:s3:::secret/k", ImplicitDeny},
		{"NotResource of everything", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotResource":"*"}}`, "s3:GetObject", "arn:aws:s3:::b/k", ImplicitDeny},
		{"variables in 2012-10-17", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}`, "s3:GetObject", "arn:aws:s3:::b/ana", Allowed},
		{"literal in 2008-10-17", `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}`, "s3:GetObject", "arn:aws:s3:::b/ana", ImplicitDeny},
		{"literal in 2008-10-17, the text itself", `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}`, "s3:GetObject", "arn:aws:s3:::b/${aws:username}", Allowed},
		{"literal without version", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}`, "s3:GetObject", "arn:aws:s3:::b/ana", ImplicitDeny},
	} {
		d := Decide(&Request{Principal: user, Action: tt.action, Resource: tt.resource, Context: keys("aws:username", "ana")},
			&Policies{Identity: []Source{{ID: "p", Document: NewDocument(tt.document)}}})
		if d.Outcome != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, d.Outcome, tt.want)
		}
	}
}

// TestDocumentedDivergences decides cases in which simulators are known to differ from the documentation.
func TestDocumentedDivergences(t *testing.T) {
	one := func(statement string) Policies {
		return Policies{Identity: []Source{fullAccess, {ID: "p", Document: policy2012(statement)}}}
	}
	denyIf := func(condition string) Policies { return one(statementOf("Deny", "*", `,"Condition":`+condition)) }
	allowIf := func(condition string) Policies {
		return Policies{Identity: []Source{{ID: "p", Document: policy2012(statementOf("Allow", "*", `,"Condition":`+condition))}}}
	}
	slr := session
	slr.ServiceLinked = true
	old := Policies{Identity: []Source{{ID: "p", Document: NewDocument(`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}"}}`)}}}
	queue := Policies{Identity: []Source{{ID: "p", Document: policy2012(`{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:eu-west-1:111122223333:${aws:PrincipalTag/team}-*"}`)}}}
	scp := []Level{level("r", fullAccess, deny("*"))}
	rcp := []Level{level("r", Source{Document: policy2012(statementOf("Allow", "*", `,"Principal":"*"`), statementOf("Deny", "*", `,"Principal":"*"`))})}
	silent := []Source{allow("iam:GetUser")}
	for _, c := range []decisionCase{
		{"root user of a member, no policies", Request{Principal: root}, Policies{}, Allowed, LayerNone, ""},
		{"service-linked role under an SCP", Request{Principal: slr}, Policies{ServiceControl: scp, Identity: []Source{fullAccess}}, Allowed, LayerIdentity, ""},
		{"variable in version 2008-10-17", Request{Principal: user, Resource: "arn:aws:s3:::ana", Context: keys("aws:username", "ana")}, old, ImplicitDeny, LayerIdentity, ""},
		{"negated operator, variable without value", Request{Principal: user, Context: keys("aws:RequestTag/team", "x")}, denyIf(`{"StringNotEquals":{"aws:RequestTag/team":"${aws:PrincipalTag/team}"}}`), ExplicitDeny, LayerIdentity, ""},
		{"session named, session policy silent", Request{Principal: session}, Policies{Identity: []Source{fullAccess}, Session: silent, Resource: granting(`{"AWS":"` + session.ARN + `"}`)}, Allowed, LayerResource, ""},
		{"RCP on a service without them", Request{Principal: user, Action: "iam:CreateUser"}, Policies{ResourceControl: rcp, Identity: []Source{fullAccess}}, Allowed, LayerIdentity, ""},
		{"slash inside a variable", Request{Principal: user, Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111122223333:blue-1", Context: keys("aws:PrincipalTag/team", "blue")}, queue, Allowed, LayerIdentity, ""},
		{"epoch against ISO", Request{Principal: user, Context: keys("aws:CurrentTime", "1577836802")}, allowIf(`{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:01Z"}}`), Allowed, LayerIdentity, ""},
		{"ISO against epoch", Request{Principal: user, Context: keys("aws:CurrentTime", "2020-01-01T00:00:01Z")}, allowIf(`{"DateLessThan":{"aws:CurrentTime":"1577836802"}}`), Allowed, LayerIdentity, ""},
		{"IPv6 in another spelling", Request{Principal: user, Context: keys("aws:SourceIp", "2001:0db8:0:0:0:0:0:1")}, allowIf(`{"IpAddress":{"aws:SourceIp":"2001:DB8::1"}}`), Allowed, LayerIdentity, ""},
		{"not a number", Request{Principal: user, Context: keys("n", "10")}, allowIf(`{"NumericEquals":{"n":"10abc"}}`), ImplicitDeny, LayerIdentity, ""},
		{"negated, not an ARN", Request{Principal: user, Context: keys("aws:SourceArn", "x")}, denyIf(`{"ArnNotLike":{"aws:SourceArn":"arn:aws:s3:::*"}}`), ExplicitDeny, LayerIdentity, ""},
		{"federated user, no session policy", Request{Principal: federated}, Policies{Identity: []Source{fullAccess}}, ImplicitDeny, LayerSession, ""},
	} {
		c.run(t)
	}
}

// TestContext checks replacing, clearing, and case.
func TestContext(t *testing.T) {
	var c Context
	c.Set("aws:Key", "1", "2")
	c.Set("AWS:key", "3")
	c.Set("empty")
	if v, ok := c.Get("aws:KEY"); !ok || len(v) != 1 || v[0] != "3" {
		t.Errorf("replaced: %v %v", v, ok)
	}
	if v, ok := c.Get("empty"); !ok || len(v) != 0 {
		t.Errorf("empty: %v %v", v, ok)
	}
	if _, ok := c.Get("none"); ok {
		t.Error("a key that was never set is present")
	}
	n := 0
	c.Keys(func(string, []string) bool { n++; return true })
	c.Reset()
	if _, ok := c.Get("aws:key"); ok || n != 2 {
		t.Errorf("after Reset, or %d keys, want 2", n)
	}
	if _, ok := (*Context)(nil).Get("a"); ok {
		t.Error("no context has a key")
	}
}
