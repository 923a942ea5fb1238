package iampolicy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestFarOverTheQuotas: documents that no service would save are refused, or decided all the same.
func TestFarOverTheQuotas(t *testing.T) {
	all := func(statements []string) string { return doc("[" + strings.Join(statements, ",") + "]") }
	if _, err := Parse(all(slices.Repeat([]string{`{"Effect":"Deny","Action":"*"}`}, maxStatements+1))); err == nil || !strings.Contains(err.Error(), "too many statements") {
		t.Errorf("too many statements: %v", err)
	}
	var statements []string
	for s := range maxStatements/100 + 1 {
		var keys []string
		for k := range 100 {
			keys = append(keys, fmt.Sprintf(`"k%d":"v"`, 100*s+k))
		}
		statements = append(statements, `{"Effect":"Deny","Action":"*","Condition":{"StringEquals":{`+strings.Join(keys, ",")+`}}}`)
	}
	if _, err := Parse(all(statements)); err == nil || !strings.Contains(err.Error(), "too many conditions") {
		t.Errorf("too many conditions: %v", err)
	}
	// More conditions than are remembered: the last statement holds, and those before it do not.
	p := NewDocument(all(statements[:8]))
	ctx := new(Context)
	for k := range 100 {
		ctx.Set(fmt.Sprintf("k%d", 700+k), "v")
	}
	req := &Request{Principal: user, Action: "s3:GetObject", Resource: "*", Context: ctx}
	ps := &Policies{Identity: []Source{{ID: "p", Document: p}}}
	for _, e := range enginesFor(ps, nil) {
		if d := e.decide(req); d.Outcome != ExplicitDeny || d.Statement != 7 {
			t.Errorf("%s: %+v", e.name, d)
		}
	}
}

// TestPlaceOfInvalidUTF8: the error stands at the first byte that is none, not at a replacement character that was written.
func TestPlaceOfInvalidUTF8(t *testing.T) {
	_, err := Parse("{\"\uFFFD\":\n \"\xff\"}")
	if err == nil || err.Error() != "line 2, column 3: the text is not valid UTF-8" {
		t.Errorf("%v", err)
	}
}

// TestOddVariables: what only looks like a variable is text; a value that is not UTF-8 is no value.
func TestOddVariables(t *testing.T) {
	for _, c := range []struct {
		wanted, given string
		match         bool
	}{
		{"${}", "${}", true},
		{"${k", "${k", true},
		{"a${k}", "ax", true},
		{"a${k}", "a${k}", false},
		{"a${bad}", "a\xff", false},
		{"a${bad}", "aa", false},
		{"${k,x}", "x", false},
	} {
		ctx := keys("given", c.given, "k", "x", "bad", "\xff")
		if got := conditionHolds(t, asJSON(map[string]any{"StringLike": map[string]any{"given": c.wanted}}), ctx); got != c.match {
			t.Errorf("%q against %q: %v", c.wanted, c.given, got)
		}
	}
}

// TestUnknownOperators: names that begin like an operator of numbers or dates, too.
func TestUnknownOperators(t *testing.T) {
	for _, name := range []string{"NumericLike", "DateLike", "Date", "Strings", "ForAllValues:ForAnyValue:StringEquals", "NullIfExists"} {
		if _, err := Parse(doc(`{"Effect":"Deny","Action":"*","Condition":{"` + name + `":{"k":"v"}}}`)); err == nil || !strings.Contains(err.Error(), "unknown condition operator") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRequestOfMalformedPolicies: the error names the place of the policy in the request.
func TestRequestOfMalformedPolicies(t *testing.T) {
	for layer, written := range map[string]string{
		"serviceControl[0][0]": `"serviceControl":[{"policies":[%s]}]`, "resourceControl[0][0]": `"resourceControl":[{"policies":[%s]}]`,
		"identity[0]": `"identity":[%s]`, "session[0]": `"session":[%s]`, "boundary": `"boundary":%s`, "resource": `"resource":%s`,
	} {
		for _, document := range []string{`{"name":"p"}`, `{"name":"p","document":{"Statement":1}}`, `{"name":"p","document":"{"}`} {
			if _, err := DecodePolicies([]byte("{" + fmt.Sprintf(written, document) + "}")); err == nil || !strings.HasPrefix(err.Error(), layer+`: the policy "p"`) {
				t.Errorf("%s, %s: %v", layer, document, err)
			}
		}
	}
}

// TestRequestOfMalformedParts: unknown members and values that are no JSON of ours are refused.
func TestRequestOfMalformedParts(t *testing.T) {
	if _, err := DecodePolicies([]byte(`{"identities":[]}`)); err == nil || !strings.Contains(err.Error(), "identities") {
		t.Errorf("an unknown layer: %v", err)
	}
	request := `{"principal":"*","action":"s3:GetObject","resource":"*","policies":{},"context":{"k":{"a":1,"a":1}}}`
	if _, _, err := DecodeRequest([]byte(request), nil); err == nil || !strings.HasPrefix(err.Error(), "context: k: ") {
		t.Errorf("a key twice: %v", err)
	}
}

// TestEndOfTime: dates go as far as milliseconds in 64 bits.
func TestEndOfTime(t *testing.T) {
	for wanted, match := range map[string]bool{"9223372036854775": true, "9223372036854776": false, "9223372036854775807": false, "99999999999999999999": false,
		"292278993-12-31T23:59:59Z": true, "292278994-01-01T00:00:00Z": false} {
		if got := conditionHolds(t, `{"DateLessThan":{"d":"`+wanted+`"}}`, keys("d", "2026-11-21T05:00:00Z")); got != match {
			t.Errorf("before %s: %v", wanted, got)
		}
	}
}

// TestColonsInVariables: a value with colons does not move the parts of the ARN that a policy wrote.
func TestColonsInVariables(t *testing.T) {
	ctx := keys("arn", "arn:aws:sns:eu-west-1:111122223333:a:b", "place", "eu-west-1:111122223333")
	for wanted, match := range map[string]bool{"arn:aws:sns:${place}:a:b": true, "arn:aws:sns:${place}:*": true, "arn:aws:sns:${place}:*b": false, "arn:aws:sns:*:*:*b": true} {
		if got := conditionHolds(t, `{"ArnLike":{"arn":"`+wanted+`"}}`, ctx); got != match {
			t.Errorf("%s: %v", wanted, got)
		}
	}
}

// TestLettersOfKeys: the case of ASCII letters in condition keys does not matter, that of others does.
func TestLettersOfKeys(t *testing.T) {
	ctx := keys("aws:PrincipalTag/Ära", "1")
	for key, match := range map[string]bool{"aws:PrincipalTag/Ära": true, "AWS:principaltag/ÄRA": true, "aws:PrincipalTag/ära": false} {
		if got := conditionHolds(t, `{"StringEquals":{"`+key+`":"1"}}`, ctx); got != match {
			t.Errorf("%s: %v", key, got)
		}
	}
}
