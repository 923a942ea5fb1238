package iampolicy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// world makes random requests and policies over few words, so that they often meet.
type world struct{ *rand.Rand }

func (w world) one(words ...string) string { return words[w.IntN(len(words))] }

func (w world) some(words ...string) []string {
	out := []string{w.one(words...)}
	for w.IntN(3) == 0 {
		out = append(out, w.one(words...))
	}
	return out
}

var (
	actionWords    = []string{"*", "s3:*", "s3:Get*", "S3:getobject", "ec2:*", "s3:PutObject", "ec2:Run?nstances", "*:*", "s3:*Object"}
	resourceWords  = []string{"*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:s3:::${team}/*", "arn:aws:s3:::b/?", "arn:aws:s3:::*"}
	keyWords       = []string{"team", "aws:TagKeys", "n", "arn", "flag", "none"}
	valueWords     = []string{"a", "b", "A", "b*", "${team}", "*", "1", "2.50", "true", "false", "", "arn:aws:s3:::b/*", "arn:aws:*:::b/k"}
	operatorWords  = []string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals", "Bool", "ArnLike", "ArnNotLike"}
	principalWords = []string{own, other, "arn:aws:iam::" + own + ":root", user.ARN, session.ARN, session.RoleARN, federated.ARN, federated.UserARN}
)

func (w world) condition() map[string]any {
	operator := w.one("", "", "ForAllValues:", "ForAnyValue:") + w.one(operatorWords...) + w.one("", "", "IfExists")
	values := w.some(valueWords...)
	if w.IntN(8) == 0 {
		operator, values = "Null", w.some("true", "false")
	}
	return map[string]any{operator: map[string]any{w.one(keyWords...): values}}
}

func (w world) statement(effect string, principals bool) map[string]any {
	s := map[string]any{"Effect": effect, w.one("Action", "Action", "Action", "NotAction"): w.some(actionWords...), w.one("Resource", "Resource", "Resource", "NotResource"): w.some(resourceWords...)}
	if w.IntN(2) == 0 {
		s["Condition"] = w.condition()
	}
	if principals {
		s["Principal"] = map[string]any{"AWS": w.some(principalWords...), "Service": service.ARN}
		if w.IntN(3) == 0 {
			s["Principal"] = "*"
		}
	}
	return s
}

func (w world) source(principals bool) Source {
	var statements []map[string]any
	for range 1 + w.IntN(3) {
		statements = append(statements, w.statement(w.one("Allow", "Allow", "Allow", "Deny"), principals))
	}
	text, err := json.Marshal(map[string]any{"Version": version2012, "Statement": statements})
	if err != nil {
		panic(err)
	}
	return Source{ID: fmt.Sprint(w.Uint32()), Document: NewDocument(string(text))}
}

func (w world) sources(n int) []Source {
	var out []Source
	for range w.IntN(n + 1) {
		out = append(out, w.source(false))
	}
	return out
}

func (w world) maybe(principals bool) *Source {
	if w.IntN(2) == 0 {
		return nil
	}
	s := w.source(principals)
	return &s
}

func (w world) levels(principals bool) []Level {
	var out []Level
	for range w.IntN(3) {
		l := Level{Target: w.one("r", "ou", "a"), Policies: []Source{fullAccess}}
		if w.IntN(3) == 0 {
			l.Policies = append(l.Policies, w.source(principals))
		}
		if w.IntN(6) == 0 {
			l.Policies = l.Policies[1:]
		}
		out = append(out, l)
	}
	return out
}

func (w world) request() (*Request, map[string][]string) {
	values := map[string][]string{}
	ctx := new(Context)
	for _, key := range keyWords[:5] {
		switch w.IntN(4) {
		case 0:
			continue
		case 1:
			if key == "aws:TagKeys" {
				values[strings.ToLower(key)] = w.some("a", "b", "", "c")
				break
			}
			fallthrough
		default:
			values[strings.ToLower(key)] = []string{w.one("a", "b", "*", "1", "2.5", "true", "arn:aws:s3:::b/k", "")}
		}
		ctx.Set(key, values[strings.ToLower(key)]...)
	}
	who := []Principal{user, session, federated, root, service, anonymous, session}[w.IntN(7)]
	who.ServiceLinked = who.Kind == AssumedRole && w.IntN(6) == 0
	return &Request{Principal: who, Action: w.one("s3:GetObject", "s3:PutObject", "ec2:RunInstances"),
		Resource: w.one("arn:aws:s3:::b/k", "arn:aws:s3:::a/x", "*"), ResourceAccount: w.one(own, own, other), Context: ctx}, values
}

// TestDifferential compares the engine with the plain interpreter.
func TestDifferential(t *testing.T) {
	seen := map[Outcome]int{}
	for seed := range uint64(4000) {
		w := world{rand.New(rand.NewPCG(seed, 1))}
		req, values := w.request()
		ps := &Policies{ServiceControl: w.levels(false), ResourceControl: w.levels(true), Identity: w.sources(3), Session: w.sources(1),
			Boundary: w.maybe(false), Resource: w.maybe(true), ResourceMustAllow: w.IntN(5) == 0}
		o := &oracle{req: req, ctx: values}
		got, want := Decide(req, ps), o.decide(t, ps)
		seen[want]++
		if got.Outcome != want {
			t.Fatalf("seed %d: %+v, want %v\n%+v %v\n%s", seed, got, want, *req, values, asJSON(ps))
		}
	}
	if seen[Allowed] < 200 || seen[ExplicitDeny] < 300 || seen[ImplicitDeny] < 300 {
		t.Errorf("the outcomes are too uneven to tell: %v", seen)
	}
}
