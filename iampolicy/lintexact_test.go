package iampolicy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestCoversPattern: what covers is proved by texts; "no" may be too careful.
func TestCoversPattern(t *testing.T) {
	encode := func(s string) string { return compileTemplate(s, grammarResource, false).text }
	for _, row := range []struct {
		outer, inner string
		want         bool
	}{
		{"*", "arn:aws:s3:::b", true}, {"arn:aws:s3:::b", "arn:aws:s3:::b", true}, {"arn:aws:s3:::b*", "arn:aws:s3:::b/*", true},
		{"arn:aws:s3:::b*c", "arn:aws:s3:::b*", false}, {"arn:aws:s3:::b*", "arn:aws:s3:::*", false}, {"arn:*:s3:::b", "arn:aws:s3:::b", true},
		{"arn:aws:iam::*:role/a", "arn:aws:iam::111122223333:role/a", true}, {"arn:aws:iam::1*3:role/a", "arn:aws:iam::111122223333:role/a", true},
		{"arn:aws:iam::1*3:role/a", "arn:aws:iam::1*3:role/a", true}, {"arn:aws:iam::1*3:role/a", "arn:aws:iam::1?3:role/a", true},
		{"arn:aws:iam::1*3:role/a", "arn:aws:iam::1:3:role/a", false}, {"arn:aws:iam::1?3:role/a", "arn:aws:iam::123:role/a", true},
		{"arn:aws:iam::1?3:role/a", "arn:aws:iam::1:3:role/a", false}, {"arn:aws:iam::1?3:role/a", "arn:aws:iam::1?3:role/a", true},
		{"arn:aws:s3:::?", "arn:aws:s3:::?", true}, {"arn:aws:s3:::?", "arn:aws:s3:::*", false}, {"arn:aws:s3:::b?", "arn:aws:s3:::bc", true},
		{"arn:aws:s3:::b?", "arn:aws:s3:::bé", false}, {"arn:aws:s3:::b*", "arn:aws:s3:::bé", true}, {"arn:aws:*:b:", "arn:aws:x?:b:", true},
		{"arn:aws:s3:::b*c", "arn:aws:s3:::b" + strings.Repeat("x", 200) + "c", true}, {"*c", "", false},
		{strings.Repeat("a*", 2000), strings.Repeat("ab", 2000), false},
	} {
		if got := coversPattern(encode(row.outer), encode(row.inner)); got != row.want {
			t.Errorf("%.60s covers %.60s: %t", row.outer, row.inner, got)
		}
		if long := len(row.outer) > maxPattern; long && !mayMeet(row.outer, row.inner) {
			t.Error("long patterns may meet")
		}
	}
}

// listed gives some member of the vocabulary, or a list of some.
func listed(r *rand.Rand, name string, words ...string) string {
	n := 1 + r.IntN(3)
	var list []string
	for range n {
		list = append(list, words[r.IntN(len(words))])
	}
	raw, _ := json.Marshal(list)
	return fmt.Sprintf("%q:%s", name, raw)
}

// throws are those that make one statement: its actions, its resources and principals, its conditions, their values.
type throws [4]uint64

// again throws some of the throws once more, so that statements often say nearly the same.
func (d throws) again(r *rand.Rand) throws {
	for i := range d {
		if r.IntN(3) == 0 {
			d[i] = r.Uint64()
		}
	}
	return d
}

func (d throws) statement(kind Kind) string {
	at := func(i int) *rand.Rand { return rand.New(rand.NewPCG(d[i], 0)) }
	r, of := at(0), at(1)
	not := func(r *rand.Rand, name string) string {
		if r.IntN(5) == 0 {
			return "Not" + name
		}
		return name
	}
	effect := []string{"Allow", "Deny"}[r.IntN(2)]
	members := []string{`"Effect":"` + effect + `"`, listed(r, not(r, "Action"), "s3:*", "s3:Get*", "s3:GetObject", "S3:getobject", "s3:Put?bject", "*", "iam:*", "*:Get*")}
	if kind == KindResource {
		name := "Principal"
		if effect == "Deny" {
			name = not(of, name)
		}
		members = append(members, `"`+name+`":`+[]string{`"*"`, `{"AWS":"*"}`, `{"AWS":"111122223333"}`, `{"AWS":["111122223333","` + user.ARN + `"]}`, `{"AWS":"` + user.ARN + `","Service":"ec2.amazonaws.com"}`}[of.IntN(5)])
	}
	members = append(members, listed(of, not(of, "Resource"), "*", "arn:aws:s3:::b", "arn:aws:s3:::b*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::?/x", "arn:*:s3:::b/x", "arn:aws:s3"))
	if block := conditionBlock(at(2), at(3)); block != "" {
		members = append(members, `"Condition":{`+block+`}`)
	}
	return "{" + strings.Join(members, ",") + "}"
}

// keyOperators are the keys of conditions, each with its operators.
var keyOperators = []struct {
	key       string
	operators []string
}{
	{"aws:username", []string{"StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"}},
	{"aws:SecureTransport", []string{"Bool", "BoolIfExists"}},
	{"aws:MultiFactorAuthAge", []string{"NumericLessThan", "NumericGreaterThan", "NumericEquals", "NumericNotEquals", "NumericLessThanEqualsIfExists"}},
	{"aws:SourceIp", []string{"IpAddress", "NotIpAddress", "IpAddressIfExists"}},
	{"aws:CurrentTime", []string{"DateLessThan", "DateGreaterThan", "DateEquals"}},
	{"aws:TagKeys", []string{"ForAnyValue:StringEquals", "ForAnyValue:StringLike", "ForAllValues:StringNotEquals", "ForAllValues:StringLike", "StringEquals"}},
	{"aws:PrincipalTag/team", []string{"StringEquals", "Null", "StringLike"}},
	{"aws:PrincipalTag/undefined", []string{"Null", "StringNotEquals"}},
}

func conditionBlock(r, values *rand.Rand) string {
	var names []string
	blocks := map[string][]string{}
	for range r.IntN(4) {
		of := keyOperators[r.IntN(len(keyOperators))]
		op := of.operators[r.IntN(len(of.operators))]
		if slices.ContainsFunc(blocks[op], func(s string) bool { return strings.HasPrefix(s, `"`+of.key) }) {
			continue
		}
		if blocks[op] == nil {
			names = append(names, op)
		}
		blocks[op] = append(blocks[op], listed(values, of.key, valuesFor(of.key, op)...))
	}
	for i, op := range names {
		names[i] = `"` + op + `":{` + strings.Join(blocks[op], ",") + `}`
	}
	return strings.Join(names, ",")
}

func valuesFor(key, op string) []string {
	switch key {
	case "aws:SecureTransport":
		return []string{"true", "false", "maybe"}
	case "aws:MultiFactorAuthAge":
		return []string{"5", "5.5", "-1", "0", "10", "x"}
	case "aws:SourceIp":
		return []string{"203.0.113.0/24", "203.0.113.0/25", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0"}
	case "aws:CurrentTime":
		return []string{"2026-01-01", "2026-01-01T00:00:00Z", "1767225600", "2027-01-01"}
	}
	if op == "Null" {
		return []string{"true", "false"}
	}
	return []string{"a", "b", "A", "a*", "*", "${aws:userid}"}
}

// randomRequest asks for what the vocabulary speaks of.
func randomRequest(r *rand.Rand) Request {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	var ctx Context
	for key, values := range map[string][]string{
		"aws:username": {"a", "b", "A", "ab", ""}, "aws:SecureTransport": {"true", "false"}, "aws:MultiFactorAuthAge": {"5", "5.2", "-1", "-5", "0", "7", "100"},
		"aws:SourceIp": {"203.0.113.7", "203.0.113.200", "2001:db8::1", "198.51.100.1"}, "aws:CurrentTime": {"2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2028-01-01T00:00:00Z"},
		"aws:PrincipalTag/team": {"a", "b", ""}, "aws:userid": {"a", "AIDA"},
	} {
		if r.IntN(4) > 0 {
			ctx.Set(key, pick(values...))
		}
	}
	if r.IntN(3) > 0 {
		ctx.Set("aws:TagKeys", []string{"a", "b", "A"}[:r.IntN(4)]...)
	}
	who := []Principal{user, session, service, anonymous}[r.IntN(4)]
	return Request{Principal: who, Action: pick("s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:GetRole", "ec2:RunInstances"),
		Resource: pick("*", "arn:aws:s3:::b", "arn:aws:s3:::b/x", "arn:aws:s3:::b/a", "arn:aws:s3:::c", "arn:aws:iam::111122223333:role/r"), ResourceAccount: own, Context: &ctx}
}

// without removes the places that a finding calls needless.
func without(t *testing.T, text string, findings []Finding) string {
	var doc struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	gone := map[int]bool{}
	items := map[string][]int{}
	for _, f := range findings {
		switch f.Code {
		case "REDUNDANT_STATEMENT", "ALLOW_OVERRIDDEN_BY_DENY", "STATEMENT_NEVER_MATCHES":
			gone[f.Locations[0].Path[1].Index] = true
		case "REDUNDANT_ACTION", "REDUNDANT_RESOURCE":
			for _, at := range f.Locations {
				at := at.Path
				key := fmt.Sprintf("%d %s", at[1].Index, at[2].Name)
				items[key] = append(items[key], at[3].Index)
			}
		}
	}
	left := []map[string]any{}
	for i, s := range doc.Statement {
		for name, value := range s {
			drop := items[fmt.Sprintf("%d %s", i, name)]
			if list, ok := value.([]any); ok && len(drop) > 0 {
				var kept []any
				for j, v := range list {
					if !slices.Contains(drop, j) {
						kept = append(kept, v)
					}
				}
				s[name] = kept
			}
		}
		if !gone[i] {
			left = append(left, s)
		}
	}
	doc.Statement = left
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestNeedlessIsNeedless removes whatever is called redundant, overridden or never matching from generated policies, all at
// once, and finds every decision as before.
func TestNeedlessIsNeedless(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	counts := map[string]int{}
	for range 2000 {
		kind := []Kind{KindIdentity, KindServiceControl, KindResource}[r.IntN(3)]
		var statements []string
		var d throws
		for range 1 + r.IntN(4) {
			d = d.again(r)
			statements = append(statements, d.statement(kind))
		}
		text := ofStatements(statements...)
		var needless []Finding
		for _, f := range Lint(text, kind) {
			switch f.Code {
			case "REDUNDANT_STATEMENT", "ALLOW_OVERRIDDEN_BY_DENY", "STATEMENT_NEVER_MATCHES", "REDUNDANT_ACTION", "REDUNDANT_RESOURCE":
				counts[f.Code]++
				needless = append(needless, f)
			}
		}
		if len(needless) == 0 {
			continue
		}
		before, after := NewDocument(text), NewDocument(without(t, text, needless))
		if _, err := after.Policy(); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for range 60 {
			req := randomRequest(r)
			a, b := Decide(&req, attached(kind, before)), Decide(&req, attached(kind, after))
			if a.Outcome != b.Outcome || a.Layer != b.Layer {
				t.Fatalf("%s\nwithout what is needless: %s\n%+v\n was %+v, becomes %+v", text, without(t, text, needless), req, a, b)
			}
		}
	}
	for _, code := range []string{"REDUNDANT_STATEMENT", "ALLOW_OVERRIDDEN_BY_DENY", "STATEMENT_NEVER_MATCHES", "REDUNDANT_ACTION", "REDUNDANT_RESOURCE"} {
		if counts[code] < 50 {
			t.Errorf("%s was found %d times only", code, counts[code])
		}
	}
	t.Log(counts)
}

// attached gives all policies of a request, one of them the document.
func attached(kind Kind, doc *Document) *Policies {
	s := Source{ID: "it", Document: doc}
	switch kind {
	case KindServiceControl:
		return &Policies{ServiceControl: []Level{{Target: "r", Policies: []Source{s}}}, Identity: []Source{fullAccess}, Resource: granting(`"*"`)}
	case KindResource:
		return &Policies{Resource: &s}
	}
	return &Policies{Identity: []Source{s}}
}

// TestNeedlessInTheCorpus does the same with the published examples.
func TestNeedlessInTheCorpus(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, text := range scpExamples(t) {
		var needless []Finding
		for _, f := range Lint(text, KindServiceControl) {
			if slices.Contains([]string{"REDUNDANT_STATEMENT", "ALLOW_OVERRIDDEN_BY_DENY", "STATEMENT_NEVER_MATCHES", "REDUNDANT_ACTION", "REDUNDANT_RESOURCE"}, f.Code) {
				needless = append(needless, f)
			}
		}
		if len(needless) == 0 {
			continue
		}
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		before, after := NewDocument(text), NewDocument(without(t, text, needless))
		for range 200 {
			req := randomRequest(r)
			if s := &p.statements[r.IntN(len(p.statements))]; len(s.actions) > 0 {
				req.Action = strings.ReplaceAll(s.actions[r.IntN(len(s.actions))].service+":"+s.actions[0].pattern, string([]byte{starWide}), "x")
			}
			if a, b := Decide(&req, attached(KindServiceControl, before)), Decide(&req, attached(KindServiceControl, after)); a.Outcome != b.Outcome {
				t.Fatalf("%s: %+v was %+v, becomes %+v", name, req, a, b)
			}
		}
	}
}

// TestLargeListsAreNotCompared: what no quota lets pass is not worth the time.
func TestLargeListsAreNotCompared(t *testing.T) {
	var many strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&many, `"s3:Get%d*",`, i)
	}
	statements := strings.Repeat(okAllow+","+changed(`"Effect":"Deny"`)+",", maxCompared/2) + okAllow
	for text, want := range map[string]int{
		badStatement(`"Action":[` + many.String() + `"s3:GetObject","s3:GetObject"]`): 1, badStatement(`"Action":["s3:Get*",` + many.String() + `"s3:GetObject","s3:GetObject"]`): 1, ofStatements(statements): 0,
	} {
		found := 0
		for _, f := range Lint(text, KindIdentity) {
			if strings.HasPrefix(f.Code, "REDUNDANT_") || f.Code == "ALLOW_OVERRIDDEN_BY_DENY" {
				found += len(f.Locations)
			}
		}
		if found != want {
			t.Errorf("%.100s: %d needless, want %d", text, found, want)
		}
	}
}
