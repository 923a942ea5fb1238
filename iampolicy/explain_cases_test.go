package iampolicy

import (
	"strings"
	"testing"
)

// explained is a request and what its explanation has to say of it.
type explained struct {
	name     string
	req      Request
	policies Policies
	says     []string // parts of the text, line breaks and runs of spaces counting as one space
}

func (c *explained) run(t *testing.T) {
	t.Helper()
	t.Run(c.name, func(t *testing.T) {
		if c.req.Action == "" {
			c.req.Action = "s3:GetObject"
		}
		if c.req.Resource == "" {
			c.req.Resource = "arn:aws:s3:::b/k"
		}
		e := Explain(&c.req, &c.policies)
		checkText(t, e)
		text := strings.Join(strings.Fields(e.Text()), " ")
		for _, s := range c.says {
			if !strings.Contains(text, s) {
				t.Errorf("does not say %q:\n%s", s, e.Text())
			}
		}
	})
}

func TestExplainLayers(t *testing.T) {
	for _, c := range []explained{
		{"nothing can deny it", Request{Principal: user, Action: "sts:GetCallerIdentity"}, Policies{Identity: []Source{deny("*")}},
			[]string{"ALLOWED sts:GetCallerIdentity", "No permission is needed for it, and nothing can deny it."}},
		{"root user", Request{Principal: root}, Policies{}, []string{"The root user of an account needs no policy", "silent the caller's identity policies: there are none"}},
		{"SCP at an OU", Request{Principal: user}, Policies{ServiceControl: []Level{level("r-ab12", fullAccess), level("ou-ab12-11111111", deny("s3:*"))}, Identity: []Source{fullAccess}},
			[]string{`The service control policy deny s3:*, attached to the OU ou-ab12-11111111, denies it in the first statement.`, "1. Detach the service control policy deny s3:* from the OU ou-ab12-11111111. And then: attach to the OU ou-ab12-11111111"}},
		{"SCP at the account by ARN", Request{Principal: user}, Policies{ServiceControl: []Level{level(own, Source{ID: "arn:aws:organizations::" + own + ":policy/o-x/service_control_policy/p-abc", Document: deny("*").Document})}},
			[]string{"The service control policy p-abc, attached to the account 111122223333, denies"}},
		{"SCP at what has no known form", Request{Principal: user}, Policies{ServiceControl: []Level{level("sandbox", deny("*"))}}, []string{"attached to sandbox, denies"}},
		{"RCP without an allow", Request{Principal: user}, Policies{ResourceControl: []Level{level("r-ab12")}, Identity: []Source{fullAccess}},
			[]string{"No resource control policy attached to the root r-ab12 allows it.", "NO ALLOW resource control policies at the root r-ab12: there are none", "1. Attach to the root r-ab12 a resource control policy that allows s3:GetObject."}},
		{"RCP of a service it does not cover", Request{Principal: root, Action: "iam:GetUser"}, Policies{ResourceControl: []Level{level("r-ab12", deny("iam:*"))}},
			[]string{"not asked resource control policies at the root r-ab12: resource control policies do not cover the service iam"}},
		{"RCP and no resource", Request{Principal: root, Action: "s3:ListAllMyBuckets", Resource: "*"}, Policies{ResourceControl: []Level{level("r-ab12", deny("s3:*"))}},
			[]string{"resource control policies bind actions on resources, and this one is on none"}},
		{"RCP and a service-linked role's trust policy", Request{Principal: root, Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + own + ":role/aws-service-role/x.amazonaws.com/r"},
			Policies{ResourceControl: []Level{level("r-ab12", deny("sts:*"))}}, []string{"resource control policies do not bind the trust policies of service-linked roles"}},
		{"RCP and an AWS managed key", Request{Principal: root, Action: "kms:Decrypt", Context: keys("kms:ResourceAliases", "alias/aws/s3")}, Policies{ResourceControl: []Level{level("r-ab12", deny("kms:*"))}},
			[]string{"resource control policies do not bind AWS managed keys"}},
		{"RCP and kms:RetireGrant", Request{Principal: root, Action: "kms:RetireGrant"}, Policies{ResourceControl: []Level{level("r-ab12", deny("kms:*"))}}, []string{"resource control policies do not bind kms:RetireGrant"}},
		{"service-linked role", Request{Principal: Principal{Kind: AssumedRole, Account: own, ARN: session.ARN, RoleARN: session.RoleARN, ServiceLinked: true}},
			Policies{ServiceControl: []Level{level("r-ab12", deny("*"))}, ResourceControl: []Level{level("r-ab12", deny("*"))}, Identity: []Source{allow("s3:*")}},
			[]string{"service control policies do not bind service-linked roles", "resource control policies do not bind service-linked roles", "The identity policy allow s3:* allows it"}},
		{"a service", Request{Principal: service}, Policies{ServiceControl: []Level{level("r-ab12", deny("*"))}, Resource: granting(`{"AWS":"` + own + `"}`)},
			[]string{"service control policies bind only users, roles and root users of accounts", "The resource's policy does not allow it, and the caller has no policies of its own.", "names no service, and the caller is one",
				`Add "cloudtrail.amazonaws.com" to the Principal of the first statement of the resource's policy.`}},
		{"nobody", Request{Principal: anonymous}, Policies{Resource: granting(`{"AWS":"` + own + `"}`)}, []string{"by anonymous", `only "*" takes in callers without credentials`}},
		{"a key policy", Request{Principal: user, Action: "kms:Decrypt"}, Policies{Identity: []Source{fullAccess}, Resource: granting(`{"Service":"ec2.amazonaws.com"}`), ResourceMustAllow: true},
			[]string{"The resource's policy does not allow it. For this action it always has to, within one account too.", "names no AWS principal: services and identity providers only"}},
		{"a limit that the resource's policy waives", Request{Principal: session}, Policies{Boundary: &Source{ID: "b", Document: allow("ec2:*").Document}, Resource: granting(`{"AWS":"` + session.ARN + `"}`)},
			[]string{"silent the caller's permissions boundary, which does not matter here", "This would get it denied 1. Take the first statement out of the resource's policy."}},
		{"neither side across accounts", Request{Principal: user, ResourceAccount: other}, Policies{}, []string{"both sides have to allow, and neither does", "NO ALLOW the resource's policy: there is none"}},
		{"a document that cannot be read", Request{Principal: user}, Policies{Identity: []Source{{ID: "torn", Document: NewDocument(`{"Version":`)}}},
			[]string{`The identity policy "torn" cannot be read, and what it would have denied is not known.`, "line 1, column 12: the document ends too early", `1. Repair the identity policy "torn", or take it away.`}},
		{"a boundary that cannot be read", Request{Principal: user}, Policies{Identity: []Source{fullAccess}, Boundary: &Source{ID: "torn", Document: NewDocument(`{"Version":`)}}, []string{"1. Repair the permissions boundary torn, or take it away."}},
		{"a federated user", Request{Principal: federated}, Policies{Identity: []Source{fullAccess}}, []string{"The session of a federated user has no session policy", "1. Get the session with a session policy that allows s3:GetObject"}},
		{"a session policy by ARN", Request{Principal: session}, Policies{Identity: []Source{fullAccess}, Session: []Source{{ID: "arn:aws:iam::aws:policy/X", Document: deny("*").Document}}},
			[]string{"The session policy arn:aws:iam::aws:policy/X denies it", "1. Get the session without the first statement of the session policy arn:aws:iam::aws:policy/X."}},
	} {
		c.run(t)
	}
}

// statements makes an identity policy of statements, on lines of their own.
func statements(s ...string) []Source {
	return []Source{{ID: "p", Document: NewDocument("{\"Version\":\"2012-10-17\",\"Statement\":[\n" + strings.Join(s, ",\n") + "\n]}")}}
}

func TestExplainConditions(t *testing.T) {
	of := func(effect, condition string) Policies {
		return Policies{Identity: statements(statementOf("Allow", "ec2:*", ""), statementOf(effect, "s3:*", "\n,\"Condition\":"+condition), statementOf("Allow", "s3:*", `,"Condition":{"Null":{"n":"false"}}`))}
	}
	for _, c := range []explained{
		{"absent key", Request{Principal: user, Context: keys("n", "1")}, of("Deny", `{"StringNotEquals":{"k":"a"}}`), []string{"The second statement (lines 3 to 4), part by part",
			`StringNotEquals k "a": the request does not have this key — and so a negated operator holds`, "Asked for by policies, and not in the request: k", `1. Let the request have k = "a" (the request does not have this key).`}},
		{"IfExists", Request{Principal: user, Context: keys("n", "1")}, of("Deny", `{"StringNotEqualsIfExists":{"k":"a"}}`), []string{"and so …IfExists holds"}},
		{"ForAllValues", Request{Principal: user, Context: keys("n", "1")}, of("Deny", `{"ForAllValues:StringEquals":{"k":"a"}}`), []string{"and so ForAllValues holds"}},
		{"no value", Request{Principal: user, Context: func() *Context { c := keys("n", "1"); c.Set("k"); return c }()}, of("Deny", `{"ForAllValues:StringEquals":{"k":"a"}}`), []string{"the request has this key without a value"}},
		{"another value", Request{Principal: user, Context: keys("n", "1", "k", "a")}, of("Deny", `{"StringEquals":{"k":"a"}}`), []string{`1. Let the request have another value for k (the request has "a").`}},
		{"another principal", Request{Principal: user, Context: keys("n", "1", "aws:PrincipalArn", user.ARN)}, of("Deny", `{"ArnEquals":{"aws:PrincipalArn":"`+user.ARN+`"}}`), []string{"1. Take the second statement out", "2. Call as a principal with another aws:PrincipalArn (the request has"}},
		{"a key that must be absent", Request{Principal: user, Context: keys("n", "1", "k", "a")}, of("Deny", `{"Null":{"k":"false"}}`), []string{`1. Make the request without the key k (it has "a").`}},
		{"a tag that must be absent", Request{Principal: user, Context: keys("n", "1", "aws:RequestTag/cost", "a")}, of("Deny", `{"Null":{"aws:RequestTag/cost":"false"}}`), []string{`1. Leave the tag cost out of the request.`}},
		{"a tag that is wanted", Request{Principal: user, Context: keys("n", "1")}, of("Deny", `{"Null":{"aws:RequestTag/cost":"true"}}`), []string{`1. Pass the tag cost in the request.`}},
		{"a key that is wanted", Request{Principal: user}, of("Allow", `{"StringEquals":{"aws:requesttag/cost":"x"}}`), []string{"Nearest comes the second statement", "As near comes the third statement", "Let the request have the key n.", `Tag the resource in the request: cost = "x" (the request does not have this key).`}},
		{"a pattern", Request{Principal: user, Context: keys("k", "b")}, of("Allow", `{"StringLike":{"k":"a*?"}}`), []string{`Let the request have k like "a*?" (the request has "b").`}},
		{"an ARN", Request{Principal: user, Context: keys("k", "b")}, of("Allow", `{"ArnLike":{"k":"arn:aws:s3:::x"}}`), []string{`Let the request have k = "arn:aws:s3:::x" (the request has "b").`}},
		{"an address", Request{Principal: user, Context: keys("aws:SourceIp", "192.0.2.1")}, of("Allow", `{"IpAddress":{"aws:SourceIp":"10.1.0.0/16"}}`), []string{`Call from an address in 10.1.0.0/16 (the request has "192.0.2.1").`}},
		{"HTTPS", Request{Principal: user, Context: keys("aws:SecureTransport", "false")}, of("Allow", `{"Bool":{"aws:SecureTransport":"true"}}`), []string{`Call over HTTPS.`}},
		{"MFA", Request{Principal: user}, of("Allow", `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`), []string{`Call with a session that was made with an MFA code (aws:MultiFactorAuthPresent).`}},
		{"wrong case", Request{Principal: user, Context: keys("k", "B")}, of("Allow", `{"StringEquals":{"k":"b"}}`), []string{"differs only in upper and lower case"}},
		{"wildcards that are none", Request{Principal: user, Context: keys("k", "bc")}, of("Allow", `{"StringEquals":{"k":"b*"}}`), []string{"with StringEquals * and ? are ordinary characters"}},
		{"a variable without a value", Request{Principal: user, Context: keys("k", "bc")}, of("Allow", `{"StringEquals":{"k":"${aws:PrincipalTag/t}"}}`), []string{"the variable ${aws:PrincipalTag/t} has no value", "not in the request: aws:PrincipalTag/t, n"}},
		{"only some of several values", Request{Principal: user, Context: func() *Context { c := new(Context); c.Set("aws:TagKeys", "a", "b"); return c }()}, of("Allow", `{"ForAllValues:StringEquals":{"aws:TagKeys":["a","c"]}}`), []string{`Send only these tag keys in the request: "a" (the request has "a", "b").`}},
		{"a value besides", Request{Principal: user, Context: keys("k", "b")}, of("Allow", `{"ForAnyValue:StringEquals":{"k":["a"]}}`), []string{`Let the request have k = "a"`}},
		{"two operators, odd characters", Request{Principal: user, Context: keys("k", "b")}, of("Allow", `{"StringEquals":{"k":"\"\\\u0007","j":"x"},"StringLike":{"k":"b"}}`), []string{"s3:GetObject"}},
	} {
		c.run(t)
	}
}

func TestExplainStatements(t *testing.T) {
	resource := func(s string) Policies {
		return Policies{Identity: []Source{fullAccess}, Resource: &Source{ID: "r", Document: policy2012(s)}, ResourceMustAllow: true}
	}
	principal := func(p string) Policies {
		return resource(`{"Effect":"Allow","Action":["s3:*","ec2:*"],"Principal":{"AWS":` + p + `}}`)
	}
	for _, c := range []explained{
		{"wrong case of a resource", Request{Principal: user}, Policies{Identity: statements(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::B/*"}`)}, []string{"differs only in upper and lower case"}},
		{"a list for an action without resources", Request{Principal: user, Resource: "*"}, Policies{Identity: statements(`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::${aws:username}"]}`)}, []string{"the variable ${aws:username} has no value"}},
		{"an action without resources", Request{Principal: user, Resource: "*"}, Policies{Identity: statements(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"}`)}, []string{`the action is checked against "*": it has no resource of its own here`}},
		{"no resource at all", Request{Principal: user}, Policies{Identity: statements(`{"Effect":"Allow","Action":"s3:*"}`)}, []string{"the statement has no Resource, so that it allows nothing"}},
		{"NotResource", Request{Principal: user}, Policies{Identity: statements(`{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b/*"}`)}, []string{`NO NotResource arn:aws:s3:::b/k matches "arn:aws:s3:::b/*"`}},
		{"exceptions to a denial", Request{Principal: user}, Policies{Identity: []Source{fullAccess, statements(`{"Effect":"Deny","NotAction":["iam:*","sts:*"],"NotResource":"arn:aws:s3:::c"}`)[0]}},
			[]string{`Add "s3:GetObject" to the NotAction`, `Add "arn:aws:s3:::b/k" to the NotResource`}},
		{"another role's session", Request{Principal: session}, principal(`"arn:aws:sts::` + own + `:assumed-role/app/s2"`), []string{"names one session, and the caller is another: name the role itself, " + session.RoleARN}},
		{"the same name elsewhere", Request{Principal: user}, principal(`"arn:aws:iam::` + other + `:user/ana"`), []string{"the same name in another account: the caller is of 111122223333"}},
		{"wrong case of a user", Request{Principal: user}, principal(`"arn:aws:iam::` + own + `:user/Ana"`), []string{"differs only in upper and lower case"}},
		{"wildcards in a name", Request{Principal: user}, principal(`"arn:aws:iam::` + own + `:user/an*"`), []string{"wildcards do not work inside a Principal: only a lone * does"}},
		{"another account", Request{Principal: user}, principal(`["` + other + `","AIDAEXAMPLEBOB000000"]`), []string{"the caller is of the account 111122223333", `1. Add "arn:aws:iam::111122223333:user/ana" to the Principal`}},
		{"another user", Request{Principal: user}, principal(`"AIDAEXAMPLEBOB000000"`), []string{`the caller is not named by "AIDAEXAMPLEBOB000000"`}},
		{"nobody named", Request{Principal: user}, resource(`{"Effect":"Allow","Action":"s3:*"}`), []string{"a resource's policy allows only whom it names", `1. Add "arn:aws:iam::111122223333:user/ana" to the Principal`}},
		{"the account form", Request{Principal: user}, Policies{Resource: granting(`{"AWS":"` + own + `"}`)}, []string{"names only the account, which leaves the decision to the caller's own policies", `1. Add "arn:aws:iam::111122223333:user/ana" to the Principal of the first statement`}},
		{"a boundary under NotPrincipal", Request{Principal: user}, Policies{Identity: []Source{fullAccess}, Boundary: &fullAccess, Resource: &Source{Document: policy2012(`{"Effect":"Deny","Action":"*","NotPrincipal":{"AWS":"` + user.ARN + `"}}`)}},
			[]string{"NotPrincipal denies whoever has a permissions boundary"}},
		{"half a NotPrincipal", Request{Principal: session}, Policies{Identity: []Source{fullAccess}, Resource: &Source{Document: policy2012(`{"Effect":"Deny","Action":"*","NotPrincipal":{"AWS":["` + session.RoleARN + `","` + own + `"]}}`)}},
			[]string{"to be left out, the caller needs every form listed"}},
		{"many values", Request{Principal: user}, Policies{Identity: statements(`{"Effect":"Allow","Action":["s3:A","s3:B","s3:C","s3:D","s3:E","s3:F","s3:G","s3:H"],"Resource":"*"}`)}, []string{`matches none of "s3:A", "s3:B", "s3:C", "s3:D", "s3:E", "s3:F", and 2 more`}},
		{"the matching of many values", Request{Principal: user}, Policies{Identity: statements(`{"Effect":"Deny","Action":["s3:A","s3:B","s3:C","s3:D","s3:E","s3:F","s3:G","s3:Get*"],"Resource":"*"}`)}, []string{`matches one of "s3:Get*", "s3:A", "s3:B", "s3:C", "s3:D", "s3:E", and 2 more`}},
		{"another service's allows", Request{Principal: user}, Policies{Identity: []Source{allow("ec2:*")}}, []string{"Nothing comes near: none of the statements there that allow names s3:GetObject or another s3 action."}},
	} {
		c.run(t)
	}
}

// TestExplainNames: names stand beside IDs, those of principals too.
func TestExplainNames(t *testing.T) {
	names := map[string]string{"ou-ab12-11111111": "Workloads", own: "dev", "AIDAEXAMPLEBOB000000": "arn:aws:iam::" + own + ":user/bob", "arn:aws:iam::1:policy/b": "B"}
	name := func(id string) string { return names[id] }
	trust := &Source{ID: "t", Document: policy2012(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":["AIDAEXAMPLEBOB000000","x"]}}`)}
	req := &Request{Principal: user, Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + own + ":role/r"}
	ps := &Policies{ServiceControl: []Level{level("ou-ab12-11111111", fullAccess), level(own, fullAccess)}, Identity: []Source{fullAccess}, Resource: trust, ResourceMustAllow: true}
	text := Explain(req, ps).TextWith(name)
	for _, want := range []string{`at the OU "Workloads" (ou-ab12-11111111)`, `at the account "dev" (111122223333)`, `is named by none of`, `"AIDAEXAMPLEBOB000000"` + "\n                    (arn:aws:iam::111122223333:user/bob), \"x\"", "The role's trust policy does not allow it."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for n, want := range map[int]string{1: "first", 5: "fifth", 6: "6th", 11: "11th", 12: "12th", 21: "21st", 32: "32nd", 43: "43rd", 111: "111th"} {
		if got := ordinal(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// TestExplainRewrites: a policy that is written anew says the same.
func TestExplainRewrites(t *testing.T) {
	text := `{"Version":"2008-10-17","Statement":[{"Sid":"A","Effect":"Deny","NotPrincipal":{"AWS":["a","b"],"Service":"c"},"NotAction":["d"],"NotResource":["e"],"Condition":{"StringLike":{"f":["g","h"],"i":"j"},"Null":{"k":true}}},` +
		`{"Effect":"Allow","Principal":"*","Action":["*"],"Resource":["\u0007\"\\"]}]}`
	want := `{"Version":"2008-10-17","Statement":[{"Sid":"A","Effect":"Deny","NotPrincipal":{"AWS":["a","b"],"Service":["c"]},"NotAction":["d"],"NotResource":["e"],"Condition":{"StringLike":{"f":["g","h"],"i":["j"]},"Null":{"k":["true"]}}},` +
		`{"Effect":"Allow","Principal":"*","Action":["*"],"Resource":["\u0007\"\\"]}]}`
	tree, f := parseTree(text)
	if f != nil {
		t.Fatal(f)
	}
	if got := tree.write(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
