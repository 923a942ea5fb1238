package iampolicy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse: nothing makes the parser fail otherwise than with an error that has a place; it takes what the oracle takes; what
// is valid for a kind of policy can be parsed.
func FuzzParse(f *testing.F) {
	var files []string
	for _, pattern := range []string{"testdata/scp-examples/*/*.json", "testdata/scp-examples/*/*/*.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			f.Fatalf("no seeds at %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(doc(`{"Effect":"Allow","Principal":{"AWS":["*","111122223333"]},"NotAction":"s3:*","NotResource":["arn:aws:s3:::${a, 'b'}*"],"Condition":{"ForAnyValue:ArnLikeIfExists":{"a":["arn:aws:*","${*}"]}}}`))
	f.Add(`{"Version":"2012-10-17","Statement":[{"Sid":"\ud83d\ude00","Effect":"Deny"`)
	for _, text := range malformed {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if tooDeep := err != nil && strings.Contains(err.Error(), "nested too deeply"); (err != nil) != readDocument(text).malformed && !tooDeep {
			t.Errorf("parsed: %v, the oracle differs", err)
		}
		if (err == nil) != (p != nil) {
			t.Errorf("policy %v with error %v", p, err)
		}
		if syntax, ok := err.(*SyntaxError); err != nil && (!ok || syntax.Line < 1 || syntax.Column < 1 || syntax.Message == "") {
			t.Errorf("an error without a place: %v", err)
		}
		for kind := KindIdentity; kind <= KindResourceControl; kind++ {
			if bad := Validate(kind, text); bad == nil && err != nil {
				t.Errorf("valid for kind %d, but %v", kind, err)
			}
		}
	})
}

// FuzzDecide: a decision is the same each time, a denial of everything denies, and no policies allow nothing.
func FuzzDecide(f *testing.F) {
	f.Add(doc(okStatement), "s3:ListBucket", "arn:aws:s3:::example", "aws:username", "ana")
	f.Add(doc(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${k}/*","Condition":{"StringLike":{"k":"a*${k}"}}}`), "s3:Get", "arn:aws:s3:::a/b", "k", "a")
	f.Add(doc(`{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"*:*","Resource":"*","Condition":{"DateLessThan":{"k":"2020-01-01"},"IpAddress":{"k":"::/0"},"NumericEquals":{"k":1},"BinaryEquals":{"k":"YQ=="}}}`), "s3:Get", "*", "k", "\xff*")
	f.Fuzz(func(t *testing.T, document, action, resource, key, value string) {
		p := Source{ID: "p", Document: NewDocument(document)}
		for _, who := range []Principal{user, session, federated, root, service, anonymous} {
			req := &Request{Principal: who, Action: action, Resource: resource, ResourceAccount: own, Context: keys(key, value)}
			ps := Policies{ServiceControl: []Level{level("r", p)}, ResourceControl: []Level{level("r", p)}, Identity: []Source{p}, Boundary: &p, Session: []Source{p}, Resource: &p}
			first := Decide(req, &ps)
			if want := newOracle(req).decide(everywhere(oracleSource{"p", readDocument(document)})); first != want && strings.Contains(action, ":") && utf8.ValidString(resource+" "+key+" "+value) {
				t.Errorf("%+v, the oracle says %+v", first, want)
			}
			if again := Decide(req, &ps); again != first {
				t.Errorf("%+v, then %+v", first, again)
			}
			if strings.EqualFold(action, "sts:GetCallerIdentity") {
				continue
			}
			ps.Identity = []Source{p, deny("*")}
			if d := Decide(req, &ps); d.Outcome != ExplicitDeny {
				t.Errorf("%+v under a denial of everything", d)
			}
			if d := Decide(req, &Policies{}); d.Outcome != ImplicitDeny && who.Kind != RootUser {
				t.Errorf("%+v without policies", d)
			}
		}
	})
}

// everywhere puts one policy into every layer.
func everywhere(s oracleSource) *oraclePolicies {
	chain := []oracleLevel{{"r", []oracleSource{s}}}
	return &oraclePolicies{serviceControl: chain, resourceControl: chain, identity: []oracleSource{s}, session: []oracleSource{s}, boundary: &s, resource: &s}
}

// FuzzDecision compares the engine with the oracle on what the generator makes of some bytes.
func FuzzDecision(f *testing.F) {
	for n := range byte(8) {
		choices := make([]byte, 2000)
		d := seeded(uint64(n), 3)
		for i := range choices {
			choices[i] = byte(d.Uint64())
		}
		f.Add(choices)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		s := newStock(dice{&bytesSource{choices}}, 1, 2)
		set := s.set()
		for _, o := range s.requests {
			want := o.decide(&set.plain)
			for _, e := range enginesFor(&set.engine, nil) {
				if got := e.decide(o.req); got != want {
					t.Fatal(report(shrink(newScenario(o.req, &set.engine), differs)))
				}
			}
		}
	})
}

// FuzzConditions compares one condition with the oracle. Values are separated by line breaks; no text is a key without values.
func FuzzConditions(f *testing.F) {
	operators := operatorNames()
	for i := range contextKeys {
		k := &contextKeys[i]
		for n, operator := range k.operators {
			f.Add(uint8(slices.Index(operators, operator)), k.wanted[n%len(k.wanted)]+"\n"+k.wanted[(n+3)%len(k.wanted)], k.given[n%len(k.given)], n%2 == 0)
		}
	}
	f.Add(uint8(slices.Index(operators, "Null")), "true", "", true)
	f.Add(uint8(slices.Index(operators, "ForAllValues:StringLikeIfExists")), "a*\n${other}", "a\nb", true)
	f.Fuzz(func(t *testing.T, operator uint8, policy, request string, version2012 bool) {
		name := operators[int(operator)%len(operators)]
		if !utf8.ValidString(policy+" "+request) || strings.Count(policy, "*") > 6 {
			return
		}
		req := &Request{Principal: user, Action: "s3:GetObject", Resource: "*", Context: keys("other", "a*c")}
		if request != "absent" {
			req.Context.Set("k", strings.Split(request, "\n")[:min(len(request), 1+strings.Count(request, "\n"))]...)
		}
		document := map[string]any{"Version": map[bool]string{true: "2012-10-17", false: "2008-10-17"}[version2012], "Statement": map[string]any{
			"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": map[string]any{name: map[string]any{"K": strings.Split(policy, "\n")}}}}
		m := newMember("p", asJSON(document))
		got := Decide(req, &Policies{Identity: []Source{m.source}})
		if want := newOracle(req).decide(&oraclePolicies{identity: []oracleSource{m.read}}); got != want {
			t.Errorf("%s of %q against %q: %+v, the oracle says %+v", name, policy, request, got, want)
		}
	})
}

// FuzzMatch compares patterns of all kinds, with variables, with the plain definition of wildcards.
func FuzzMatch(f *testing.F) {
	f.Add("arn:aws:s3:*:a*b:c?d*", "arn:aws:s3:x:y:ab:c1d2", "x")
	f.Add("*a*b*:*c", "xaybz:c", "")
	f.Add("a?*é*", "aéxé", "é")
	f.Add("arn:aws:s3:::${v}*${*}${w, '}'}", "arn:aws:s3:::x*y*}", "x*")
	f.Add("arn:aws:s3", "arn:aws:s3:::b", "")
	f.Add("arn:a*s:${v}:*:1?", "arn:aws:s3:x:12:y", "s3:x")
	f.Fuzz(func(t *testing.T, raw, s, value string) {
		if len(raw) > 60 || len(s) > 60 || len(value) > 20 || strings.Count(raw, "*") > 6 || !utf8.ValidString(raw+" "+s+" "+value) {
			return
		}
		req := &Request{Context: keys("v", value)}
		o := newOracle(req)
		for _, variables := range []bool{false, true} {
			for how, g := range map[reading]grammar{noWildcards: grammarPlain, freeWildcards: grammarLike, arnWildcards: grammarArn} {
				p := compileTemplate(raw, g, variables)
				if got, want := p.matches(s, req.Context), o.matches(read(raw, how, variables), s); got != want {
					t.Errorf("%q against %q, reading %v: %v, want %v", raw, s, how, got, want)
				}
			}
			p := compileResource(raw, variables)
			if got, want := p.matches(s, req.Context), o.matches(resourcePatternOf(raw, variables), s); got != want {
				t.Errorf("resource %q against %q: %v, want %v", raw, s, got, want)
			}
		}
		p, a := compileAction(raw), splitAction(s)
		if got, want := p.matches(&a), o.matches(actionPatternOf(raw), strings.ToLower(s)); got != want && strings.Contains(s, ":") && isASCII(raw+s) {
			t.Errorf("action %q against %q: %v, want %v", raw, s, got, want)
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
