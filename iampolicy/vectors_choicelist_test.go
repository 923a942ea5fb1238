package iampolicy

// The choices of docs/policy-decisions.md, in its order.

func layerChoices() []choice {
	all := []Source{fullAccess}
	no, silent := deny("*"), allow("iam:GetUser")
	gap := []Level{level("r", fullAccess), level("a", silent)}
	denying := []Level{level("r", fullAccess, no)}
	rcp := []Level{level("r", Source{ID: "rcp", Document: policy2012(statementOf("Deny", "*", `,"Principal":"*"`))})}
	resource := &Source{ID: "p", Document: policy2012(statementOf("Deny", "*", `,"Principal":"*"`))}
	named := granting(`{"AWS":"` + user.ARN + `"}`)
	return []choice{
		{name: "the-first-of-several-denies", decisions: []decisionCase{
			{"SCP first", Request{Principal: session}, Policies{ServiceControl: denying, ResourceControl: rcp, Resource: resource, Identity: []Source{no}, Boundary: &no, Session: []Source{no}}, ExplicitDeny, LayerServiceControl, "r"},
			{"then RCP", Request{Principal: session}, Policies{ResourceControl: rcp, Resource: resource, Identity: []Source{no}, Boundary: &no, Session: []Source{no}}, ExplicitDeny, LayerResourceControl, "r"},
			{"then the resource's policy", Request{Principal: session}, Policies{Resource: resource, Identity: []Source{no}, Boundary: &no, Session: []Source{no}}, ExplicitDeny, LayerResource, ""},
			{"then identity", Request{Principal: session}, Policies{Identity: []Source{no}, Boundary: &no, Session: []Source{no}}, ExplicitDeny, LayerIdentity, ""},
			{"then the boundary", Request{Principal: session}, Policies{Identity: all, Boundary: &no, Session: []Source{no}}, ExplicitDeny, LayerBoundary, ""},
			{"then the session policy", Request{Principal: session}, Policies{Identity: all, Session: []Source{no}}, ExplicitDeny, LayerSession, ""},
		}},
		{name: "the-first-of-several-gaps", decisions: []decisionCase{
			{"SCP", Request{Principal: session}, Policies{ServiceControl: gap, Boundary: &silent, Session: []Source{silent}}, ImplicitDeny, LayerServiceControl, "a"},
			{"identity before boundary", Request{Principal: session}, Policies{Boundary: &silent, Session: []Source{silent}}, ImplicitDeny, LayerIdentity, ""},
			{"boundary before session", Request{Principal: session}, Policies{Identity: all, Boundary: &silent, Session: []Source{silent}}, ImplicitDeny, LayerBoundary, ""},
			{"across accounts identity before resource", Request{Principal: session, ResourceAccount: other}, Policies{Boundary: &silent}, ImplicitDeny, LayerIdentity, ""},
			{"across accounts resource before boundary", Request{Principal: session, ResourceAccount: other}, Policies{Identity: all, Boundary: &silent}, ImplicitDeny, LayerResource, ""},
		}},
		{name: "who-granted", decisions: []decisionCase{
			{"the resource's policy that names the caller", Request{Principal: user}, Policies{Identity: all, Resource: named}, Allowed, LayerResource, ""},
			{"the identity policy where only the account is named", Request{Principal: user}, Policies{Identity: all, Resource: granting(`{"AWS":"` + own + `"}`)}, Allowed, LayerIdentity, ""},
			{"the resource's policy of another account", Request{Principal: user, ResourceAccount: other}, Policies{Identity: all, Resource: granting(`{"AWS":"` + own + `"}`)}, Allowed, LayerResource, ""},
			{"nothing for the root user", Request{Principal: root}, Policies{}, Allowed, LayerNone, ""},
		}},
	}
}

func principalChoices() []choice {
	all := []Source{fullAccess}
	silent := allow("iam:GetUser")
	byKey := &Source{ID: "p", Document: policy2012(statementOf("Allow", "*", `,"Principal":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"`+session.RoleARN+`"}}`))}
	keyed := keys("aws:PrincipalArn", session.RoleARN)
	except := func(names string) *Source {
		return &Source{ID: "p", Document: policy2012(statementOf("Deny", "*", `,"NotPrincipal":`+names), statementOf("Allow", "*", `,"Principal":"*"`))}
	}
	scp := []Level{level("r", deny("*"))}
	rcp := []Level{level("r", Source{ID: "rcp", Document: policy2012(statementOf("Deny", "*", `,"Principal":"*"`))})}
	linked := session
	linked.ServiceLinked = true
	noPrincipal := func(effect string) *Source {
		return &Source{ID: "p", Document: policy2012(statementOf(effect, "*", ""))}
	}
	return []choice{
		{name: "federated-user-without-session-policy", decisions: []decisionCase{
			{"nothing of its user's", Request{Principal: federated}, Policies{Identity: all}, ImplicitDeny, LayerSession, ""},
			{"what a resource gives it", Request{Principal: federated}, Policies{Resource: granting(`{"AWS":"` + federated.ARN + `"}`)}, Allowed, LayerResource, ""},
		}},
		{name: "role-named-in-one-account", decisions: []decisionCase{
			{"no identity policy", Request{Principal: session}, Policies{Resource: granting(`{"AWS":"` + session.RoleARN + `"}`)}, Allowed, LayerResource, ""},
			{"boundary", Request{Principal: session}, Policies{Boundary: &silent, Resource: granting(`{"AWS":"` + session.RoleARN + `"}`)}, ImplicitDeny, LayerBoundary, ""},
		}},
		{name: "everyone-with-a-condition-on-the-role", decisions: []decisionCase{
			{"neither boundary nor session policy limits", Request{Principal: session, Context: keyed}, Policies{Boundary: &silent, Session: []Source{silent}, Resource: byKey}, Allowed, LayerResource, ""},
			{"their denies do", Request{Principal: session, Context: keyed}, Policies{Session: []Source{deny("s3:*")}, Resource: byKey}, ExplicitDeny, LayerSession, ""},
		}},
		{name: "both-forms-of-everyone", decisions: []decisionCase{
			{"anonymous", Request{Principal: anonymous, ResourceAccount: own}, Policies{Resource: granting(`{"AWS":"*"}`)}, Allowed, LayerResource, ""},
			{"a service", Request{Principal: service, ResourceAccount: own}, Policies{Resource: granting(`{"AWS":"*"}`)}, Allowed, LayerResource, ""},
			{"a service, by the string", Request{Principal: service, ResourceAccount: own}, Policies{Resource: granting(`"*"`)}, Allowed, LayerResource, ""},
		}},
		{name: "account-named-in-one-account", decisions: []decisionCase{
			{"grants nothing by itself", Request{Principal: user}, Policies{Resource: granting(`{"AWS":"` + own + `"}`)}, ImplicitDeny, LayerIdentity, ""},
		}},
		{name: "not-principal-leaves-out", decisions: []decisionCase{
			{"user and account", Request{Principal: user}, Policies{Identity: all, Resource: except(`{"AWS":["` + user.ARN + `","` + own + `"]}`)}, Allowed, LayerResource, ""},
			{"role and account are not enough for a session", Request{Principal: session}, Policies{Identity: all, Resource: except(`{"AWS":["` + session.RoleARN + `","` + own + `"]}`)}, ExplicitDeny, LayerResource, ""},
			{"session, role and account", Request{Principal: session}, Policies{Identity: all, Resource: except(`{"AWS":["` + session.ARN + `","` + session.RoleARN + `","` + own + `"]}`)}, Allowed, LayerResource, ""},
			{"the account for a root user", Request{Principal: root}, Policies{Resource: except(`{"AWS":"` + own + `"}`)}, Allowed, LayerResource, ""},
		}},
		{name: "not-principal-and-boundaries", decisions: []decisionCase{
			{"always denied", Request{Principal: user}, Policies{Identity: all, Boundary: &fullAccess, Resource: except(`{"AWS":["` + user.ARN + `","` + own + `"]}`)}, ExplicitDeny, LayerResource, ""},
		}},
		{name: "scp-and-services", decisions: []decisionCase{
			{"a service", Request{Principal: service, ResourceAccount: own}, Policies{ServiceControl: scp, Resource: granting(`"*"`)}, Allowed, LayerResource, ""},
			{"an anonymous caller", Request{Principal: anonymous, ResourceAccount: own}, Policies{ServiceControl: scp, Resource: granting(`"*"`)}, Allowed, LayerResource, ""},
		}},
		{name: "tasks-without-scp", decisions: []decisionCase{
			{"reverse DNS as root", Request{Principal: root, Action: "ec2:ModifyAddressAttribute"}, Policies{ServiceControl: scp}, Allowed, LayerNone, ""},
			{"the support level is restricted", Request{Principal: root, Action: "support:CreateCase"}, Policies{ServiceControl: scp}, ExplicitDeny, LayerServiceControl, "r"},
		}},
		{name: "rcp-without-effect", decisions: []decisionCase{
			{"service-linked role", Request{Principal: linked}, Policies{ResourceControl: rcp, Identity: all}, Allowed, LayerIdentity, ""},
			{"kms:RetireGrant", Request{Principal: user, Action: "kms:RetireGrant", Resource: "arn:aws:kms:eu-west-1:1:key/k"}, Policies{ResourceControl: rcp, Identity: all}, Allowed, LayerIdentity, ""},
			{"a service outside the list", Request{Principal: user, Action: "iam:GetUser"}, Policies{ResourceControl: rcp, Identity: all}, Allowed, LayerIdentity, ""},
		}},
		{name: "rcp-on-no-resource", decisions: []decisionCase{
			{"authorized on *", Request{Principal: user, Action: "sqs:ListQueues", Resource: "*"}, Policies{ResourceControl: rcp, Identity: all}, Allowed, LayerIdentity, ""},
		}},
		{name: "aws-managed-keys", decisions: []decisionCase{
			{"known by the alias", Request{Principal: user, Action: "kms:Decrypt", Resource: "arn:aws:kms:eu-west-1:1:key/k", Context: of("kms:ResourceAliases", "alias/aws/ebs")}, Policies{ResourceControl: rcp, Identity: all}, Allowed, LayerIdentity, ""},
			{"a customer's alias", Request{Principal: user, Action: "kms:Decrypt", Resource: "arn:aws:kms:eu-west-1:1:key/k", Context: of("kms:ResourceAliases", "alias/ebs")}, Policies{ResourceControl: rcp, Identity: all}, ExplicitDeny, LayerResourceControl, "r"},
		}},
		{name: "get-caller-identity", decisions: []decisionCase{
			{"under a deny", Request{Principal: user, Action: "sts:GetCallerIdentity"}, Policies{ServiceControl: scp, Identity: []Source{deny("*")}}, Allowed, LayerNone, ""},
		}},
		{name: "documents-that-are-none", decisions: []decisionCase{
			{"deny", Request{Principal: user}, Policies{Identity: []Source{fullAccess, {ID: "bad", Document: NewDocument("{")}}}, ExplicitDeny, LayerIdentity, ""},
		}},
		{name: "resource-policies-without-principal", decisions: []decisionCase{
			{"a deny applies", Request{Principal: user}, Policies{Identity: all, Resource: noPrincipal("Deny")}, ExplicitDeny, LayerResource, ""},
			{"an allow gives nothing", Request{Principal: user}, Policies{Resource: noPrincipal("Allow")}, ImplicitDeny, LayerIdentity, ""},
		}},
	}
}

func elementChoices() []choice {
	return []choice{
		{name: "star-in-the-first-parts-of-a-resource", resources: []resourceChoice{
			{"arn:aws:dynamodb:*:table/prod-*", "arn:aws:dynamodb:eu-west-1:1:table/prod-x", true},
			{"arn:aws:sns:eu-*-1:1:t", "arn:aws:sns:eu-west-1:1:t", true},
			{"arn:aws:sns:e*1:1:t", "arn:aws:sns:eu-west:1:1:t", false},
		}},
		{name: "short-resource-arns", resources: []resourceChoice{
			{"arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-1:1:q", true}, {"arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-2:1:q", false},
		}},
		{name: "case-in-resource", resources: []resourceChoice{{"arn:aws:iam::1:user/Bob", "arn:aws:iam::1:user/bob", false}}},
		{name: "variables-before-the-fifth-colon", resources: []resourceChoice{
			{"arn:aws:sns:eu-west-1:${aws:PrincipalAccount}:t", "arn:aws:sns:eu-west-1:" + own + ":t", false},
			{"arn:aws:sns:eu-west-1:${aws:PrincipalAccount}:t", "arn:aws:sns:eu-west-1:${aws:PrincipalAccount}:t", true},
		}},
		{name: "substituted-wildcards", resources: []resourceChoice{
			{"arn:aws:s3:::b/${star}", "arn:aws:s3:::b/x", false}, {"arn:aws:s3:::b/${star}", "arn:aws:s3:::b/*", true}, {"arn:aws:s3:::b/${none, '*'}", "arn:aws:s3:::b/x", false},
		}},
		{name: "question-mark-is-one-character", resources: []resourceChoice{
			{"arn:aws:s3:::b/?", "arn:aws:s3:::b/é", true}, {"arn:aws:s3:::b/?", "arn:aws:s3:::b/𐐀", true}, {"arn:aws:s3:::b/??", "arn:aws:s3:::b/𐐀", false},
		}},
		{name: "short-arns-in-conditions", conditions: []conditionChoice{
			{`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*"}}`, keys("aws:SourceArn", "arn:aws:sns:eu-west-1:1:t"), true},
			{`{"ArnLike":{"aws:SourceArn":"*"}}`, keys("aws:SourceArn", "arn:aws:sns:eu-west-1:1:t"), true},
			{`{"ArnLike":{"aws:SourceArn":"arn:aws:sns"}}`, keys("aws:SourceArn", "arn:aws:sns:eu-west-1:1:t"), false},
		}},
		{name: "negated-and-no-arn", conditions: []conditionChoice{
			{`{"ArnNotLike":{"aws:SourceArn":"arn:aws:s3:::*"}}`, keys("aws:SourceArn", "x"), true},
			{`{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, keys("aws:SourceIp", "x"), true},
		}},
		{name: "case-of-names", documents: []documentChoice{
			{KindIdentity, allowing(`"action":"*","Resource":"*"`), syntaxText},
			{KindIdentity, when(`{"stringequals":{"a":"b"}}`), syntaxText},
			{KindIdentity, when(`{"StringEquals":{"AWS:USERNAME":"b"}}`), ""},
		}},
	}
}

func conditionChoices() []choice {
	tags := func(values ...string) *Context { return of("aws:TagKeys", values...) }
	return []choice{
		{name: "several-values-without-set-operator", conditions: []conditionChoice{
			{`{"StringEquals":{"aws:TagKeys":"a"}}`, tags("a", "b"), false}, {`{"StringNotEquals":{"aws:TagKeys":"c"}}`, tags("a", "b"), false},
			{`{"StringEqualsIfExists":{"aws:TagKeys":"a"}}`, tags("a", "b"), false}, {`{"StringNotEquals":{"aws:TagKeys":"c"}}`, nil, true},
		}},
		{name: "if-exists-with-set-operator", conditions: []conditionChoice{
			{`{"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"a"}}`, nil, true}, {`{"ForAllValues:StringNotEqualsIfExists":{"aws:TagKeys":"a"}}`, nil, true},
			{`{"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"a"}}`, tags("b"), false},
		}},
		{name: "present-without-values", conditions: []conditionChoice{
			{`{"Null":{"aws:TagKeys":"true"}}`, tags(), true}, {`{"StringEquals":{"aws:TagKeys":"a"}}`, tags(), false}, {`{"StringNotEquals":{"aws:TagKeys":"a"}}`, tags(), true},
			{`{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}`, tags(), true}, {`{"ForAnyValue:StringNotEquals":{"aws:TagKeys":"a"}}`, tags(), false},
		}},
		{name: "only-empty-strings", conditions: []conditionChoice{
			{`{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}`, tags(""), true}, {`{"ForAnyValue:StringEquals":{"aws:TagKeys":""}}`, tags(""), false}, {`{"Null":{"aws:TagKeys":"false"}}`, tags(""), true},
		}},
		{name: "what-bool-takes-for-false", conditions: []conditionChoice{
			{`{"Bool":{"x":"true"}}`, keys("x", "TRUE"), true}, {`{"Bool":{"x":"false"}}`, keys("x", "yes"), true}, {`{"Bool":{"x":"false"}}`, keys("x", ""), true}, {`{"Bool":{"x":"yes"}}`, keys("x", "true"), false},
			{`{"Bool":{"x":"yes"}}`, keys("x", "false"), false}, {`{"Bool":{"x":"falſe"}}`, keys("x", "false"), false},
			{`{"Bool":{"x":"${y}"}}`, keys("x", "true", "y", "True"), true}, {`{"Bool":{"x":"${y}"}}`, keys("x", "false"), false},
		}},
		{name: "forms-of-numbers", conditions: []conditionChoice{
			{`{"NumericEquals":{"n":"1"}}`, keys("n", "+1"), true}, {`{"NumericEquals":{"n":"1"}}`, keys("n", "1e0"), true}, {`{"NumericEquals":{"n":"1"}}`, keys("n", "01.0"), true},
			{`{"NumericEquals":{"n":"1"}}`, keys("n", "0x1"), false}, {`{"NumericNotEquals":{"n":"1"}}`, keys("n", "NaN"), true}, {`{"NumericLessThan":{"n":"9007199254740993"}}`, keys("n", "9007199254740992"), true},
		}},
		{name: "forms-of-dates", conditions: []conditionChoice{
			{`{"DateEquals":{"d":"2026-11-21t5:00:00z"}}`, keys("d", "2026-11-21T05:00:00Z"), true}, {`{"DateEquals":{"d":"2026-11-21T05:00:00+02"}}`, keys("d", "2026-11-21T03:00:00Z"), true},
			{`{"DateEquals":{"d":"2026-01T"}}`, keys("d", "2026-01-01T00:00:00Z"), true}, {`{"DateEquals":{"d":"2026"}}`, keys("d", "1970-01-01T00:33:46Z"), true},
		}},
		{name: "forms-of-addresses", conditions: []conditionChoice{
			{`{"IpAddress":{"ip":"192.0.2.5/24"}}`, keys("ip", "192.0.2.9"), true}, {`{"IpAddress":{"ip":"192.000.002.0/24"}}`, keys("ip", "192.0.2.9"), true},
			{`{"IpAddress":{"ip":"192.0.2.9"}}`, keys("ip", "::ffff:192.0.2.9"), true}, {`{"IpAddress":{"ip":"2001:db8::1"}}`, keys("ip", "2001:db8::2"), false},
			{`{"IpAddress":{"ip":"2001:db8::5/64"}}`, keys("ip", "2001:db8::5"), false}, {`{"IpAddress":{"ip":"::ffff:192.0.2.9"}}`, keys("ip", "192.0.2.9"), false},
		}},
		{name: "forms-of-binaries", conditions: []conditionChoice{
			{`{"BinaryEquals":{"b":"YQ=="}}`, keys("b", "YQ=="), true}, {`{"BinaryEquals":{"b":"YQ=="}}`, keys("b", "YQ"), false}, {`{"BinaryEquals":{"b":"YQ=="}}`, keys("b", "YR=="), false},
		}},
		{name: "ignoring-case", conditions: []conditionChoice{
			{`{"StringEqualsIgnoreCase":{"s":"É"}}`, keys("s", "é"), true}, {`{"StringEqualsIgnoreCase":{"s":"s"}}`, keys("s", "ſ"), false}, {`{"StringEqualsIgnoreCase":{"s":"Σ"}}`, keys("s", "ς"), false},
		}},
		{name: "variables-without-one-value", conditions: []conditionChoice{
			{`{"StringEquals":{"x":"${t}"}}`, keys("x", "a"), false}, {`{"StringNotEquals":{"x":"${t}"}}`, keys("x", "a"), true}, {`{"StringEquals":{"aws:username":"${aws:TagKeys, 'a'}"}}`, tags("a", "b"), false},
		}},
	}
}

func documentChoices() []choice {
	const bad = PolicyTypeMessage
	rcp := func(members string) string { return doc(`{"Effect":"Deny",` + members + `,"Resource":"*"}`) }
	return []choice{
		{name: "versions-by-kind", documents: []documentChoice{
			{KindIdentity, `{"Version":"2008-10-17","Statement":` + okStatement + `}`, versionText},
			{KindTrust, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"` + own + `"},"Action":"sts:AssumeRole"}}`, ""},
			{KindResource, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}`, ""},
		}},
		{name: "id-in-identity-policies", documents: []documentChoice{{KindIdentity, `{"Version":"2012-10-17","Id":"x","Statement":` + okStatement + `}`, ""}}},
		{name: "unknown-operator-without-keys", documents: []documentChoice{{KindIdentity, when(`{"StringIs":{}}`), ""}, {KindServiceControl, doc(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringIs":{}}}`), ""}}},
		{name: "values-that-cannot-be-read", documents: []documentChoice{
			{KindIdentity, when(`{"NumericEquals":{"a":"x"}}`), ""}, {KindIdentity, when(`{"IpAddress":{"a":"x"}}`), ""}, {KindIdentity, when(`{"DateEquals":{"a":"x"}}`), legacyText},
		}},
		{name: "partitions", documents: []documentChoice{
			{KindIdentity, on("arn:aws-cn:s3:::b"), ""}, {KindIdentity, on("arn:*:s3:::b"), ""}, {KindIdentity, on("arn:azure:s3:::b"), `Partition "azure" is not valid for resource "arn:azure:s3:::b".`},
		}},
		{name: "s3-arns-with-region", documents: []documentChoice{
			{KindIdentity, on("arn:aws:s3:eu-west-1:111122223333:accesspoint/a"), ""}, {KindIdentity, on("arn:aws:s3:eu-west-1::b"), "Resource arn:aws:s3:eu-west-1::b can not contain region information."},
		}},
		{name: "everyone-in-trust-policies", documents: []documentChoice{
			{KindTrust, doc(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`), `AssumeRolepolicy contained an invalid principal: "STAR":"*".`},
			{KindTrust, doc(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`), ""},
		}},
		{name: "organization-policies", documents: []documentChoice{
			{KindServiceControl, doc(`{"Sid":"a b","Effect":"Deny","Action":"*","Resource":"*"}`), bad}, {KindServiceControl, doc(`{"Effect":"Deny","Action":"*","Resource":"arn:aws"}`), bad},
			{KindServiceControl, doc(`{"Effect":"Deny","Action":"S3:*","Resource":"arn:aws:s3"}`), ""},
		}},
		{name: "principal-of-an-rcp", documents: []documentChoice{{KindResourceControl, rcp(`"Principal":"*","Action":"s3:*"`), ""}, {KindResourceControl, rcp(`"Principal":{"AWS":"*"},"Action":"s3:*"`), bad}}},
		{name: "actions-of-an-rcp", documents: []documentChoice{{KindResourceControl, rcp(`"Principal":"*","Action":"iam:*"`), ""}, {KindResourceControl, rcp(`"Principal":"*","Action":"*:*"`), bad}}},
	}
}
