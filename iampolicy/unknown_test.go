package iampolicy

import (
	"strings"
	"testing"
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
