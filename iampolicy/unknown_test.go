package iampolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
)

// partialCase is a decision with something unknown: identity policies of statements, each "Effect Condition-JSON".
type partialCase struct {
	name       string
	statements []string
	unknowns   []Unknown
	context    []string
	want       string // "Allowed", "Denied", or the unknowns it depends on
}

func (c *partialCase) run(t *testing.T) {
	t.Helper()
	var statements []string
	for _, s := range c.statements {
		effect, condition, _ := strings.Cut(s, " ")
		statements = append(statements, statementOf(effect, "*", condition))
	}
	ps := &Policies{Identity: []Source{{ID: "p", Document: policy2012(statements...)}}}
	req := &Request{Principal: user, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k/x", Context: keys(c.context...)}
	d, err := DecidePartly(req, ps, c.unknowns)
	got := d.Outcome.String()
	if d.Outcome == Depends {
		got = strings.Join(d.DependsOn, " ")
	}
	if err != nil {
		got = err.Error()
	}
	if got != c.want {
		t.Errorf("%s: %s, want %s", c.name, got, c.want)
	}
}

// cond makes a Condition element of operator, key, JSON values …
func cond(parts ...string) string {
	var out []string
	for i := 0; i < len(parts); i += 3 {
		out = append(out, `"`+parts[i]+`":{"`+parts[i+1]+`":`+parts[i+2]+`}`)
	}
	return `,"Condition":{` + strings.Join(out, ",") + `}`
}

func k(names ...string) []Unknown {
	var out []Unknown
	for _, n := range names {
		out = append(out, Unknown{Name: n})
	}
	return out
}

// manyTexts makes a JSON list of so many texts.
func manyTexts(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%q", fmt.Sprint("x", i)))
	}
	return "[" + strings.Join(out, ",") + "]"
}

// tooMany tells 17 values of each of four keys apart.
func tooMany() (out []string) {
	for _, key := range []string{"a", "b", "c", "d"} {
		for i := range 17 {
			out = append(out, "Allow "+cond("StringEquals", key, fmt.Sprintf(`"%d"`, i)))
		}
	}
	return out
}

// tooManySets tells the sets of 13 values apart.
func tooManySets() (out []string) {
	for i := range 13 {
		out = append(out, "Allow "+cond("ForAnyValue:StringEquals", "aws:TagKeys", fmt.Sprintf(`"%d"`, i)))
	}
	return out
}

func TestPartly(t *testing.T) {
	allow := "Allow " // everything
	for _, c := range []partialCase{
		{"nothing asked", []string{allow}, k("k"), nil, "Allowed"},
		{"no policy", nil, k("k"), nil, "Denied"},
		{"one key", []string{"Allow " + cond("StringEquals", "k", `"a"`)}, k("k"), nil, "k"},
		{"either way denied", []string{allow, "Deny " + cond("StringEquals", "k", `"a"`), "Deny " + cond("StringNotEquals", "k", `"a"`)}, k("k"), nil, "Denied"},
		{"either way allowed", []string{"Allow " + cond("StringEquals", "k", `"a"`), "Allow " + cond("StringNotEquals", "k", `"a"`)}, k("k"), nil, "Allowed"},
		{"allow and deny the same", []string{"Allow " + cond("StringEquals", "k", `"a"`), "Deny " + cond("StringEquals", "k", `"a"`)}, k("k"), nil, "Denied"},
		{"a subset denied", []string{"Allow " + cond("StringLike", "k", `"a*"`), "Deny " + cond("StringLike", "k", `"*"`)}, k("k"), nil, "Denied"},
		{"two cover all", []string{"Allow " + cond("StringLike", "k", `"a*"`), "Allow " + cond("StringNotLike", "k", `"ab*"`)}, k("k"), nil, "Allowed"},
		{"equal tags", []string{"Allow " + cond("StringEquals", "aws:ResourceTag/t", `"${aws:PrincipalTag/t}"`)}, k("aws:ResourceTag/*", "aws:PrincipalTag/*"), nil, "aws:PrincipalTag/t aws:ResourceTag/t"},
		{"itself", []string{"Allow " + cond("StringEquals", "k", `"${k}"`)}, []Unknown{{Name: "k", Present: true}}, nil, "Allowed"},
		{"numbers", []string{"Allow " + cond("NumericLessThan", "k", `"5"`), "Allow " + cond("NumericGreaterThanEquals", "k", `"5"`)}, k("k"), nil, "k"},
		{"not a number", []string{"Allow " + cond("NumericLessThan", "k", `"5"`, "NumericGreaterThanEquals", "k", `"5"`)}, k("k"), nil, "Denied"},
		{"a gap", []string{"Allow " + cond("NumericLessThan", "k", `"5.1"`, "NumericGreaterThan", "k", `"5"`)}, k("k"), nil, "k"},
		{"halves of a network", []string{"Allow " + cond("IpAddress", "k", `"10.0.0.0/8"`), "Deny " + cond("IpAddress", "k", `["10.0.0.0/9","10.128.0.0/9"]`)}, k("k"), nil, "Denied"},
		{"most of a network", []string{"Allow " + cond("IpAddress", "k", `"10.0.0.0/8"`), "Deny " + cond("IpAddress", "k", `["10.0.0.0/9","10.192.0.0/10"]`)}, k("k"), nil, "k"},
		// Absent, empty, IfExists, Null and set operators.
		{"IfExists and not there", []string{"Allow " + cond("StringEqualsIfExists", "k", `"a"`), "Allow " + cond("StringNotEquals", "k", `"a"`)}, k("k"), nil, "Allowed"},
		{"there or not", []string{"Allow " + cond("Null", "k", `"true"`), "Allow " + cond("Null", "k", `"false"`)}, k("k"), nil, "Allowed"},
		{"there, by the caller's word", []string{"Allow " + cond("Null", "k", `"false"`)}, []Unknown{{Name: "k", Present: true}}, nil, "Allowed"},
		{"never absent", []string{allow, "Deny " + cond("StringNotEquals", "k", `"a"`)}, []Unknown{{Name: "k", Present: true, Values: []string{"a"}}}, nil, "Allowed"},
		{"absent after all", []string{allow, "Deny " + cond("StringNotEquals", "k", `"a"`)}, []Unknown{{Name: "k", Values: []string{"a"}}}, nil, "k"},
		{"all of nothing", []string{"Allow " + cond("ForAllValues:StringEquals", "k", `"a"`, "ForAllValues:StringNotEquals", "k", `"a"`)}, k("k"), nil, "k"},
		{"all of nothing, but there", []string{"Allow " + cond("ForAllValues:StringEquals", "k", `"a"`, "ForAllValues:StringNotEquals", "k", `"a"`, "StringLike", "k", `"?*"`)}, k("k"), nil, "Denied"},
		{"some and some", []string{"Allow " + cond("ForAnyValue:StringEquals", "aws:TagKeys", `"a"`, "ForAnyValue:StringNotEquals", "aws:TagKeys", `"a"`)}, k("aws:TagKeys"), nil, "aws:TagKeys"},
		{"some and some of one", []string{"Allow " + cond("ForAnyValue:StringEquals", "k", `"a"`, "ForAnyValue:StringNotEquals", "k", `"a"`)}, k("k"), nil, "Denied"},
		{"one of each, and neither empty", []string{"Allow " + cond("ForAnyValue:StringEquals", "aws:TagKeys", `"a"`, "ForAnyValue:StringNotEquals", "aws:TagKeys", `["a",""]`)}, k("aws:TagKeys"), nil, "aws:TagKeys"},
		{"two alike", []string{"Allow " + cond("ForAllValues:StringEquals", "aws:TagKeys", `"a"`, "ForAnyValue:StringEquals", "aws:TagKeys", `"a"`), "Deny " + cond("StringLike", "aws:TagKeys", `"*"`), "Deny " + cond("StringNotLike", "aws:TagKeys", `"*"`)}, k("aws:TagKeys"), nil, "aws:TagKeys"},
		{"one of several", []string{allow, "Deny " + cond("StringLike", "aws:TagKeys", `"*"`), "Deny " + cond("StringNotLike", "aws:TagKeys", `"*"`)}, k("aws:TagKeys"), nil, "aws:TagKeys"},
		// Case, and both grammars of patterns.
		{"any case", []string{"Allow " + cond("StringEqualsIgnoreCase", "k", `"a"`), "Deny " + cond("StringEquals", "k", `["a","A"]`)}, k("k"), nil, "Denied"},
		{"any case, with the Kelvin sign", []string{"Allow " + cond("StringEqualsIgnoreCase", "k", `"k"`), "Deny " + cond("StringEquals", "k", `["k","K"]`)}, k("k"), nil, "k"},
		{"true in any case", []string{"Allow " + cond("Bool", "k", `"true"`), "Deny " + cond("StringEqualsIgnoreCase", "k", `"TRUE"`)}, k("k"), nil, "Denied"},
		{"anything else is false", []string{"Allow " + cond("Bool", "k", `"true"`), "Allow " + cond("Bool", "k", `"False"`)}, []Unknown{{Name: "k", Present: true}}, nil, "Allowed"},
		{"but not in a policy", []string{"Allow " + cond("Bool", "k", `"no"`)}, k("k"), nil, "Denied"},
		{"a boolean variable", []string{"Allow " + cond("Bool", "j", `"${k}"`), "Deny " + cond("StringEqualsIgnoreCase", "k", `"false"`)}, k("k"), []string{"j", "no"}, "Denied"},
		{"set of booleans", []string{"Allow " + cond("ForAllValues:Bool", "k", `["true","false"]`)}, k("k"), nil, "Allowed"},
		{"a colon in a segment", []string{"Allow " + cond("ArnLike", "k", `"arn:aws:iam::*:role"`, "StringLike", "k", `"arn:aws:iam::*:*:role"`)}, k("k"), nil, "Denied"},
		{"no ARN", []string{"Allow " + cond("ArnNotLike", "k", `"*"`, "StringLike", "k", `"a*"`)}, k("k"), nil, "k"},
		{"not an ARN and yet one", []string{"Allow " + cond("ArnNotLike", "k", `"*"`, "StringLike", "k", `"arn:aws:iam::1:role/*"`)}, k("k"), nil, "Denied"},
	} {
		c.run(t)
	}
}

// TestPartlyVariables: unknowns as policy variables, and conditions on numbers, dates and addresses beside texts.
func TestPartlyVariables(t *testing.T) {
	for _, c := range []partialCase{
		{"a variable in a known text", []string{"Allow " + cond("StringLike", "j", `"x/${k}/*"`), "Deny " + cond("StringNotEquals", "k", `"y"`)}, k("k"), []string{"j", "x/y/z"}, "k"},
		{"that cannot match", []string{"Allow " + cond("StringLike", "j", `"y/${k}/*"`)}, k("k"), []string{"j", "x/y/z"}, "Denied"},
		{"two variables in a known text", []string{"Allow " + cond("StringEquals", "j", `"${k}-${l}"`), "Deny " + cond("StringEquals", "k", `"a"`), "Deny " + cond("StringEquals", "k", `"a-b"`)}, k("k", "l"), []string{"j", "a-b-c"}, "Denied"},
		{"a default", []string{"Allow " + cond("StringEquals", "j", `"${k, 'a'}"`), "Deny " + cond("Null", "k", `"false"`)}, k("k"), []string{"j", "a"}, "k"},
		{"a default against an unknown", []string{"Allow " + cond("StringEquals", "j", `"${k, 'a'}"`, "Null", "k", `"true"`), "Deny " + cond("StringEquals", "j", `"a"`)}, k("j", "k"), nil, "Denied"},
		{"a variable in no ARN", []string{"Allow " + cond("ArnLike", "j", `"${k}"`)}, k("k"), []string{"j", "a"}, "Denied"},
		{"a variable without value", []string{"Allow " + cond("StringEquals", "k", `"${none}"`)}, k("k"), nil, "Denied"},
		{"itself and more", []string{"Allow " + cond("StringLike", "k", `"${k}?*"`)}, k("k"), nil, "Denied"},
		{"itself, an ARN", []string{"Allow " + cond("ArnEquals", "k", `"${k}"`), "Deny " + cond("ArnLike", "k", `"*"`)}, k("k"), nil, "Denied"},
		{"alike and not", []string{"Allow " + cond("StringEquals", "j", `"${k}"`, "StringEquals", "k", `"a"`), "Deny " + cond("StringEquals", "j", `"a"`)}, k("j", "k"), nil, "Denied"},
		{"alike, of a few", []string{"Allow " + cond("StringEquals", "j", `"${k}"`)}, []Unknown{{Name: "j", Values: []string{"a"}}, {Name: "k", Values: []string{"b", "c"}}}, nil, "Denied"},
		{"alike, and a number", []string{"Allow " + cond("StringEquals", "j", `"${k}"`, "NumericEquals", "j", `"5"`)}, k("j", "k"), nil, "j k"},
		{"around another", []string{"Allow " + cond("StringLike", "j", `"x-${k}?*"`)}, k("j", "k"), nil, "j k"},
		{"around another, with texts to match", []string{"Allow " + cond("StringEqualsIgnoreCase", "j", `"${k}-${l}"`, "StringEquals", "j", `"a-b"`)}, k("j", "k", "l"), nil, "j k l"},
		{"around another, denied anyway", []string{"Allow " + cond("StringLike", "j", `"x-${k}"`), "Deny "}, k("j", "k"), nil, "Denied"},
		{"around another, one of three kinds of denial", []string{"Deny " + cond("StringLike", "j", `"x-${k}"`, "StringLike", "j", `"?-*"`, "Null", "l", `"true"`)}, k("j", "k", "l"), nil, "Denied"},
		// Types.
		{"numbers and texts", []string{"Allow " + cond("NumericEquals", "k", `"5"`), "Deny " + cond("StringEquals", "k", `["5","-0","5.0"]`)}, k("k"), nil, "k"},
		{"negative numbers and texts", []string{"Allow " + cond("NumericLessThan", "k", `"-5"`), "Deny " + cond("StringNotLike", "k", `"x*"`)}, k("k"), nil, "cannot decide with k unknown: a condition compares two of them in a way that the values tried do not settle"},
		{"addresses and texts", []string{"Allow " + cond("IpAddress", "k", `["10.0.0.0/8","2001:db8::/32"]`), "Deny " + cond("StringEquals", "k", `"10.0.0.0"`)}, k("k"), nil, "k"},
		{"dates and texts", []string{"Allow " + cond("DateLessThan", "k", `"2026-01-01T00:00:00Z"`), "Deny " + cond("StringEquals", "k", `"2026"`)}, k("k"), nil, "k"},
		{"dates and numbers", []string{"Allow " + cond("DateEquals", "k", `"2026-01-01T00:00:00Z"`, "NumericLessThan", "k", `"5"`)}, k("k"), nil, "cannot decide with k unknown: a condition compares two of them in a way that the values tried do not settle"},
		{"an instant", []string{"Allow " + cond("DateLessThan", "k", `"2026-01-01T00:00:00Z"`, "DateGreaterThan", "k", `"2025-12-31T23:59:59.999999999Z"`)}, k("k"), nil, "Denied"},
		{"the end of time", []string{"Allow " + cond("DateGreaterThanEquals", "k", `"9223372036854774"`)}, k("k"), nil, "k"},
		{"a network and its only address", []string{"Allow " + cond("IpAddress", "k", `"10.0.0.1"`), "Deny " + cond("IpAddress", "k", `"10.0.0.1/32"`)}, k("k"), nil, "Denied"},
		{"IPv4 as IPv6", []string{"Allow " + cond("IpAddress", "k", `"::ffff:0:0/96"`)}, k("k"), nil, "Denied"},
		{"a type of part of a text", []string{"Allow " + cond("NumericEquals", "aws:username", `"5"`)}, k("principal:arn"), nil, "principal:arn"},
		{"a name as long as none", []string{"Allow " + cond("StringLike", "aws:username", `"`+strings.Repeat("?", 600)+`"`)}, k("principal:arn"), nil, "Denied"},
	} {
		c.run(t)
	}
}

// TestPartlyLimits: what takes too much work, what cannot be unknown, and parts of the principal.
func TestPartlyLimits(t *testing.T) {
	allow := "Allow "
	for _, c := range []partialCase{
		{"too many combinations", tooMany(), k("a", "b", "c", "d"), nil, "cannot decide with a, b, c, d unknown: there are more than 65536 combinations of values"},
		{"too many values", []string{"Allow " + cond("StringEquals", "aws:TagKeys", manyTexts(2000))}, k("aws:TagKeys"), nil, "aws:TagKeys"},
		{"too many sets", tooManySets(), k("aws:TagKeys"), nil, "cannot decide with aws:TagKeys unknown: the policies tell too many values of it apart"},
		{"too long a search", []string{"Allow " + cond("StringLike", "k", `"*a?????????????????"`, "StringNotLike", "k", `"*b????????????????"`)}, k("k"), nil, "cannot decide with k unknown: the policies tell too many values of it apart"},
		{"too long a search, denied anyway", []string{"Deny " + cond("StringLike", "k", `"*a?????????????????"`, "StringNotLike", "k", `"*b????????????????"`)}, k("k"), nil, "Denied"},
		{"too long a search, allowed anyway", []string{allow, "Allow " + cond("StringLike", "k", `"*a?????????????????"`, "StringNotLike", "k", `"*b????????????????"`)}, k("k"), nil, "Allowed"},
		{"too long a search around another", []string{"Allow " + cond("StringLike", "j", `"*a?????????????????${k}"`)}, k("j", "k"), nil, "cannot decide with j unknown: the policies tell too many values of it apart"},
		{"too many values between two", []string{"Allow " + cond("StringEquals", "j", `"x-${aws:TagKeys}"`) + ``, "Deny " + cond("StringLike", "j", `"*a?????????????????"`)}, k("j", "aws:TagKeys"), nil, "cannot decide with j unknown: the policies tell too many values of it apart"},
		// Names.
		{"twice", nil, k("k", "K"), nil, "unknown: K is named twice"},
		{"no name", nil, k(""), nil, "unknown: an empty name"},
		{"no value", nil, []Unknown{{Name: "k", Present: true, Values: []string{}}}, nil, "unknown: k is present and has no values"},
		{"no policy of that name", nil, k("policy:q"), nil, `unknown: there is no policy "q"`},
		{"no layer", nil, k("further:nothing"), nil, `unknown: "nothing" is no layer of policies`},
		{"no part of a principal", nil, k("principal:shoe"), nil, `unknown: "principal:shoe": a principal has "principal:arn", "principal:sessionName" and "principal:uniqueId"`},
		{"no session", nil, k("principal:sessionName"), nil, "unknown: principal:sessionName is for the session of a known role"},
		{"what follows", nil, k("principal:arn", "aws:PrincipalArn"), nil, "unknown: aws:principalarn follows the principal, which is unknown itself"},
		{"a family's stated key", []string{"Allow " + cond("StringEquals", "aws:ResourceTag/t", `"a"`)}, k("aws:ResourceTag/*"), []string{"aws:ResourceTag/T", "a"}, "Allowed"},
		{"policy", []string{allow}, k("policy:p"), nil, "policy:p"},
		{"further", []string{allow}, k("further:session"), nil, "further:session"},
		{"user name", []string{"Allow " + cond("StringEquals", "aws:username", `"a b"`)}, k("principal:arn"), nil, "Denied"},
		{"user name ", []string{"Allow " + cond("StringEquals", "aws:username", `"ab"`)}, k("principal:arn"), nil, "principal:arn"},
		{"user name and ARN", []string{"Allow " + cond("StringEquals", "aws:username", `"ab"`, "ArnLike", "aws:PrincipalArn", `"arn:aws:iam::*:user/*/ab"`)}, k("principal:arn"), nil, "principal:arn"},
		{"user name, another ARN", []string{"Allow " + cond("StringEquals", "aws:username", `"ab"`, "ArnLike", "aws:PrincipalArn", `"arn:aws:iam::*:user/*c"`)}, k("principal:arn"), nil, "Denied"},
	} {
		c.run(t)
	}
}

// TestPartlyEverywhere decides requests as they are written in JSON, with unknowns of all kinds in all layers.
func TestPartlyEverywhere(t *testing.T) {
	const (
		ana     = "arn:aws:iam::111122223333:user/ana"
		app     = "arn:aws:sts::111122223333:assumed-role/app/s1"
		fed     = "arn:aws:sts::111122223333:federated-user/bob"
		service = "cloudtrail.amazonaws.com"
	)
	policy := func(statements ...string) string {
		return `{"name":"p","document":{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}}`
	}
	full := policy(statementOf("Allow", "*", ""))
	for _, tt := range []struct{ name, principal, unknown, policies, more, want string }{
		{"an unknown policy denied above", ana, ``, `"serviceControl":[{"target":"r","policies":[` + policy(statementOf("Deny", "*", "")) + `]}],"identity":[{"name":"q","unknown":true}]`, "",
			`{"decision":"ExplicitDeny","layer":"serviceControl","target":"r","policy":"p","statement":0}`},
		{"an unknown policy named twice", ana, `"policy:q"`, `"identity":[{"name":"q","unknown":true}]`, "", "DependsOn policy:q"},
		{"one policy in two places", ana, ``, `"serviceControl":[{"target":"r","policies":[{"name":"q","unknown":true}]},{"target":"ou","policies":[{"name":"q","unknown":true},` + full + `]}],"identity":[` + full + `]`, "", "DependsOn policy:q"},
		{"unknown and not asked", ana, ``, `"identity":[` + full + `],"resource":{"name":"q","unknown":true}`, "", "DependsOn policy:q"},
		{"a denial, be there an earlier one or not", app, `"further:identity"`, `"identity":[` + full + `],"session":[` + policy(statementOf("Deny", "*", "")) + `]`, "", `{"decision":"ExplicitDeny"}`},
		{"further guardrails", ana, `"further:serviceControl","further:resourceControl"`, `"serviceControl":[{"target":"r","policies":[]}],"resourceControl":[{"target":"r","policies":[]}],"identity":[` + full + `]`, "", "DependsOn further:resourceControl further:serviceControl"},
		{"a further policy of the resource", ana, `"further:resource"`, ``, "", "DependsOn further:resource"},
		{"a second policy of the resource", ana, `"further:resource"`, `"resource":` + full, "", "there is one already"},
		{"two kinds of denial", ana, `"k"`, `"identity":[` + policy(statementOf("Deny", "*", cond("StringEquals", "k", `"a"`))) + `]`, "", `{"decision":"ImplicitDeny"}`},
		{"two places of denial", ana, `"k"`, `"identity":[` + policy(statementOf("Deny", "*", cond("StringEquals", "k", `"a"`)), statementOf("Deny", "*", cond("StringNotEquals", "k", `"a"`))) + `]`, "", `{"decision":"ExplicitDeny","layer":"identity","policy":"p"}`},
		{"two policies that deny", ana, `"k"`, `"identity":[` + policy(statementOf("Deny", "*", cond("StringEquals", "k", `"a"`))) + `,{"name":"q","document":{"Version":"2012-10-17","Statement":` + statementOf("Deny", "*", cond("StringNotEquals", "k", `"a"`)) + `}}]`, "", `{"decision":"ExplicitDeny","layer":"identity"}`},
		{"two nodes that deny", ana, `"k"`, `"serviceControl":[{"target":"r","policies":[` + policy(statementOf("Allow", "*", cond("StringEquals", "k", `"a"`))) + `]},{"target":"ou","policies":[` + policy(statementOf("Allow", "*", cond("StringNotEquals", "k", `"a"`))) + `]}]`, "", `{"decision":"ImplicitDeny","layer":"serviceControl"}`},
		{"two layers that deny", ana, `"k"`, `"identity":[` + policy(statementOf("Deny", "*", cond("StringEquals", "k", `"a"`))) + `],"boundary":` + policy(statementOf("Deny", "*", cond("StringNotEquals", "k", `"a"`))), "", `{"decision":"ExplicitDeny"}`},
		{"a resource's policy without Principal", ana, `"k"`, `"resource":` + policy(statementOf("Allow", "*", cond("StringEquals", "k", `"a"`))), "", `{"decision":"ImplicitDeny","layer":"identity"}`},
		{"NotResource", ana, `"k"`, `"identity":[` + policy(`{"Effect":"Allow","Action":"*","NotResource":["arn:aws:s3:::b/${k}","arn:aws:s3:::c"]}`) + `]`, "", "DependsOn k"},
		{"two in the resource", ana, `"k","l"`, `"identity":[` + policy(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${k}/${l}"}`) + `]`, "", "DependsOn k l"},
		{"a session's name", app, `"principal:sessionName"`, `"resource":` + policy(statementOf("Allow", "*", `,"Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s2"}`)), "", "DependsOn principal:sessionName"},
		{"a session's name in aws:userid", app, `"principal:sessionName"`, `"identity":[` + policy(statementOf("Allow", "*", cond("StringLike", "aws:userid", `"AROAX:*2"`))) + `]`, `,"context":{"aws:userid":"AROAX:s1"}`, "DependsOn principal:sessionName"},
		{"a name too short", app, `"principal:sessionName"`, `"identity":[` + policy(statementOf("Allow", "*", cond("StringLike", "aws:userid", `"AROAX:?"`))) + `]`, `,"context":{"aws:userid":"AROAX:s1"}`, `{"decision":"ImplicitDeny","layer":"identity"}`},
		{"a role", app, `"principal:arn"`, `"resource":` + policy(statementOf("Allow", "*", `,"Principal":{"AWS":["arn:aws:sts::111122223333:assumed-role/app/s2","arn:aws:iam::111122223333:role/x/app2"]}`)) + `,"identity":[` + policy(statementOf("Allow", "*", cond("ArnLike", "aws:PrincipalArn", `"arn:aws:iam::*:role/x/*"`))) + `]`, "", "DependsOn principal:arn"},
		{"a role in a name", app, `"principal:arn","k"`, `"identity":[` + policy(statementOf("Allow", "*", cond("StringEquals", "k", `"${aws:PrincipalArn}"`))) + `]`, "", "DependsOn k principal:arn"},
		{"a role as a variable", app, `"principal:arn"`, `"identity":[` + policy(statementOf("Allow", "*", cond("StringEquals", "k", `"${aws:PrincipalArn}"`))) + `]`, `,"context":{"k":"arn:aws:iam::111122223333:role/x"}`, "DependsOn principal:arn"},
		{"a federated user", fed, `"principal:arn"`, `"resource":` + policy(statementOf("Allow", "*", `,"Principal":{"AWS":"arn:aws:sts::111122223333:federated-user/eve"}`)), "", "DependsOn principal:arn"},
		{"a federated user's name", fed, `"principal:arn"`, `"resource":` + policy(statementOf("Allow", "*", `,"Principal":"*"`+cond("StringLike", "aws:userid", `"111122223333:e*"`, "Null", "aws:SourceIp", `"true"`))), "", "DependsOn principal:arn"},
		{"a unique ID", app, `"principal:uniqueId"`, `"identity":[` + policy(statementOf("Allow", "*", cond("StringLike", "aws:userid", `["AROA*:s1","*:s2","A?:"]`))) + `]`, "", "DependsOn principal:uniqueId"},
		{"a unique ID that is no ARN", app, `"principal:uniqueId"`, `"identity":[` + policy(statementOf("Allow", "*", cond("ArnLike", "aws:userid", `"*"`))) + `]`, "", `{"decision":"ImplicitDeny","layer":"identity"}`},
		{"a user's unique ID", ana, `"principal:uniqueId"`, `"identity":[` + policy(statementOf("Allow", "*", cond("StringEquals", "aws:userid", `"AIDAX"`))) + `]`, "", "DependsOn principal:uniqueId"},
		{"a unique ID and a session", app, `"principal:uniqueId","principal:sessionName"`, `"identity":[` + policy(statementOf("Allow", "*", cond("StringLike", "aws:userid", `"*X?s2"`))) + `]`, "", "DependsOn principal:sessionName principal:uniqueId"},
		{"parts of another", app, `"principal:uniqueId","principal:sessionName","k"`, `"identity":[` + policy(statementOf("Allow", "*", cond("StringLike", "aws:userid", `"${k}:??"`))) + `]`, "", "DependsOn k principal:sessionName principal:uniqueId"},
		{"NotPrincipal and a name", ana, `"principal:arn"`, `"identity":[` + full + `],"resource":` + policy(statementOf("Deny", "*", `,"NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:user/eve"]}`)), "", "DependsOn principal:arn"},
		{"NotPrincipal and a boundary", ana, `"further:boundary"`, `"identity":[` + full + `],"resource":` + policy(statementOf("Deny", "*", `,"NotPrincipal":{"AWS":["111122223333","`+ana+`"]}`)), "", "DependsOn further:boundary"},
		{"a service has no name to be unknown", service, `"principal:arn"`, ``, "", "that could be unknown"},
		{"a document that is none", ana, `"k"`, `"identity":[` + full + `]`, `,"broken":true`, "broken"},
		{"AWS's own key", ana, `"kms:ResourceAliases"`, `"identity":[` + full + `],"resourceControl":[{"target":"r","policies":[` + policy(statementOf("Deny", "*", `,"Principal":"*"`)) + `]}],"resource":` + policy(statementOf("Allow", "*", `,"Principal":"*"`)), `,"action":"kms:Decrypt"`, "DependsOn kms:ResourceAliases"},
		{"given and unknown", ana, `"aws:sourceip"`, ``, `,"context":{"aws:SourceIp":"10.0.0.1"}`, "context: aws:SourceIp: given, and unknown at once"},
		{"unknown with a document", ana, ``, `"identity":[{"name":"q","unknown":true,"document":{}}]`, "", "an unknown policy has a name and no document"},
		{"an object", ana, `{"name":"k","present":true,"multiValued":true,"values":["a"]}`, `"identity":[` + policy(statementOf("Allow", "*", cond("ForAllValues:StringEquals", "k", `"a"`))) + `]`, "", `{"decision":"Allowed","layer":"identity","policy":"p","statement":0}`},
		{"an object with more", ana, `{"key":"k"}`, ``, "", "key"},
	} {
		action := `,"action":"s3:GetObject"`
		if strings.Contains(tt.more, "action") {
			action = ""
		}
		text := `{"principal":"` + tt.principal + `"` + action + `,"resource":"arn:aws:s3:::b/k/x","resourceAccount":"111122223333","unknown":[` + tt.unknown + `],"policies":{` + tt.policies + `}` + tt.more + `}`
		if got := decidePartlyJSON(text); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// decidePartlyJSON decides a request and gives the answer: of what depends, only on what.
func decidePartlyJSON(text string) string {
	req, ps, unknowns, err := DecodePartialRequest([]byte(text), nil)
	if err != nil {
		return err.Error()
	}
	d, err := DecidePartly(req, ps, unknowns)
	if err != nil {
		return err.Error()
	}
	if d.Outcome == Depends {
		return d.Outcome.String() + " " + strings.Join(d.DependsOn, " ")
	}
	out, err := json.Marshal(d)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// TestPartlyExamples: the examples of either side are decided as they say.
func TestPartlyExamples(t *testing.T) {
	ps := &Policies{Identity: []Source{{ID: "p", Document: policy2012(statementOf("Allow", "*", cond("StringLike", "k", `"a*"`)))}, {ID: "q"}}}
	req := &Request{Principal: user, Action: "s3:GetObject", Resource: "*"}
	d, err := DecidePartly(req, ps, k("k", "policy:q", "principal:uniqueId"))
	if err != nil || d.Outcome != Depends {
		t.Fatalf("%+v (%v)", d, err)
	}
	got, err := json.Marshal(d)
	const want = `{"decision":"DependsOn","dependsOn":["k","policy:q"],"allowing":{"values":{"k":[],"policy:q":["allow"]},"decision":{"decision":"Allowed","layer":"identity","policy":"q"}},` +
		`"denying":{"values":{"k":[],"policy:q":["nothing"]},"decision":{"decision":"ImplicitDeny","layer":"identity"}}}`
	if err != nil || string(got) != want {
		t.Errorf("%s (%v)\nwant %s", got, err, want)
	}
	d, err = DecidePartly(req, &Policies{Resource: granting(`{"AWS":"` + user.ARN + `"}`)}, k("principal:arn"))
	if err != nil || d.Allowing.Values["principal:arn"][0] != user.ARN || d.Denying.Values["principal:arn"][0] == user.ARN {
		t.Errorf("%+v (%v)", d, err)
	}
	broken := &Policies{Identity: []Source{{ID: "p", Document: NewDocument("{")}}}
	if d, err = DecidePartly(req, broken, k("k")); err != nil || d.Decision.Outcome != ExplicitDeny {
		t.Errorf("%+v (%v)", d, err)
	}
	if _, _, err = DecodeRequest([]byte(`{"principal":"*","action":"s3:Get","resource":"*","policies":{},"unknown":["k"]}`), nil); err == nil {
		t.Error("a request with unknowns was taken for one without")
	}
	var undecided *UndecidedError
	if _, err = DecidePartly(req, &Policies{Identity: []Source{{ID: "p", Document: policy2012(statementOf("Allow", "*", cond("StringLike", "j", `"x${k}"`, "Null", "j", `"true"`)))}}}, k("j", "k")); !errors.As(err, &undecided) {
		t.Errorf("%v", err)
	}
}

// TestCasesOfCharacters: the characters that a token takes in any case are all that are alike in lower case.
func TestCasesOfCharacters(t *testing.T) {
	alike := map[rune]int{}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		alike[lowerRune(r)]++
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if n := len(token{set: foldRune, r: r}.cases()); n != alike[lowerRune(r)] {
			t.Errorf("%q has %d cases, not %d", r, alike[lowerRune(r)], n)
		}
	}
	if (token{set: endOfPattern}).takes('x') {
		t.Error("something stands behind the end")
	}
}
