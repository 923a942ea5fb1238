package iampolicy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzParse: nothing makes the parser fail otherwise than with an error that has a place; what it takes is JSON; what is
// valid for a kind of policy can be parsed.
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
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err == nil && (!json.Valid([]byte(text)) || p == nil) {
			t.Error("parsed, but no JSON")
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

// FuzzMatch compares the matcher with the plain definition of wildcards.
func FuzzMatch(f *testing.F) {
	f.Add("arn:aws:s3:*:a*b:c?d*", "arn:aws:s3:x:y:ab:c1d2")
	f.Add("*a*b*:*c", "xaybz:c")
	f.Add("a?*é*", "aéxé")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 40 || len(s) > 60 || strings.ToValidUTF8(pattern, "") != pattern || strings.ToValidUTF8(s, "") != s {
			return
		}
		for _, g := range []grammar{grammarLike, grammarArn, grammarResource} {
			p := compileTemplate(pattern, g, false)
			if got, want := p.matches(s, nil), plainMatch([]byte(p.text), []rune(s)); got != want {
				t.Errorf("%q against %q: %v, want %v", p.text, s, got, want)
			}
		}
	})
}

// plainMatch tries every way to match.
func plainMatch(pattern []byte, s []rune) bool {
	p := []rune{}
	for rest := pattern; len(rest) > 0; {
		if rest[0] >= oneTight {
			p, rest = append(p, -rune(rest[0])), rest[1:]
			continue
		}
		r := []rune(string(rest))[0]
		p, rest = append(p, r), rest[len(string(r)):]
	}
	tried := map[[2]int]bool{}
	var try func(i, j int) bool
	try = func(i, j int) bool {
		if i == len(p) {
			return j == len(s)
		}
		if tried[[2]int{i, j}] {
			return false
		}
		tried[[2]int{i, j}] = true
		more := j < len(s)
		switch p[i] {
		case -starWide:
			return try(i+1, j) || more && try(i, j+1)
		case -starTight:
			return try(i+1, j) || more && s[j] != ':' && try(i, j+1)
		case -oneWide:
			return more && try(i+1, j+1)
		case -oneTight:
			return more && s[j] != ':' && try(i+1, j+1)
		}
		return more && s[j] == p[i] && try(i+1, j+1)
	}
	return try(0, 0)
}
