package iampolicy

import (
	"fmt"
	"sync"
	"testing"
)

// TestCompiledDecidesTheSame: compiled or not, every decision is the same to the last field, also when plans and sets are
// shared with other policies, when a document is malformed and when the action is spelled in another case.
func TestCompiledDecidesTheSame(t *testing.T) {
	var c Compiler
	seen := map[Outcome]int{}
	for seed := range uint64(2000) {
		stock := newStock(seeded(seed, 2), 2, 4)
		ps := &stock.set().engine
		if stock.oneIn(20) {
			ps.Identity = append(ps.Identity, Source{ID: "malformed", Document: NewDocument("{")}, Source{ID: "none"})
		}
		compiled := c.Compile(ps)
		for range 8 {
			req := *pick(stock.dice, stock.requests).req
			if stock.oneIn(10) {
				req.Action = pick(stock.dice, []string{"S3:getObject", "kms:RetireGrant", "sts:GetCallerIdentity", "STS:getcalleridentity", "x", ""})
			}
			want := Decide(&req, ps)
			seen[want.Outcome]++
			if got := compiled.Decide(&req); got != want {
				t.Fatalf("seed %d: %+v compiled, %+v not\n%s", seed, got, want, newScenario(&req, ps))
			}
		}
	}
	if seen[Allowed] < 800 || seen[ExplicitDeny] < 1200 || seen[ImplicitDeny] < 1200 {
		t.Errorf("the outcomes are too uneven to tell: %v", seen)
	}
}

// TestCompilerShares: equal texts are compiled once, and what consists of the same texts is one set, by whatever name.
func TestCompilerShares(t *testing.T) {
	var c Compiler
	a := c.Permissions([]Source{allow("s3:*"), deny("s3:Put*")}, nil, nil)
	renamed := deny("s3:Put*")
	renamed.ID = "another name"
	b := c.Permissions([]Source{allow("s3:*"), renamed}, nil, nil)
	if a.set != b.set {
		t.Error("the same documents make two sets")
	}
	req := &Request{Principal: user, Action: "s3:PutObject", Resource: "*"}
	for want, p := range map[string]*Permissions{"deny s3:Put*": a, "another name": b} {
		if d := (&Compiled{Permissions: p}).Decide(req); d.Policy != want || d.Statement != 0 {
			t.Errorf("%+v, want one by %s", d, want)
		}
	}
	for name, other := range map[string]*Permissions{
		"in another order":    c.Permissions([]Source{deny("s3:Put*"), allow("s3:*")}, nil, nil),
		"in another layer":    c.Permissions([]Source{allow("s3:*")}, new(deny("s3:Put*")), nil),
		"with another policy": c.Permissions([]Source{allow("s3:*"), deny("s3:Put*"), allow("*")}, nil, nil),
	} {
		if other.set == a.set {
			t.Errorf("%s: the same set", name)
		}
	}
	if c.Chain(nil) != nil || c.Resource(nil) != nil {
		t.Error("no policies were compiled to some")
	}
	if c.Chain([]Level{level("a", allow("s3:*"), deny("s3:Put*"))}).set == c.Resource(new(allow("s3:*"))).set {
		t.Error("a chain and a resource's policy are one set")
	}
}

// TestCompilerForgets: a Compiler remembers a bounded number of texts, and among them those that are asked for.
func TestCompilerForgets(t *testing.T) {
	var c Compiler
	kept := c.Permissions([]Source{allow("s3:*")}, nil, nil).set
	forgotten := c.Permissions([]Source{allow("ec2:*")}, nil, nil).set
	for i := range 3 * remembers {
		c.Permissions([]Source{allow(fmt.Sprintf("s3:%d", i))}, nil, nil)
		if i%(remembers/2) == 0 && c.Permissions([]Source{allow("s3:*")}, nil, nil).set != kept {
			t.Fatalf("forgotten after %d although it was asked for", i)
		}
	}
	if n := len(c.texts.young) + len(c.texts.aged); n > 2*remembers {
		t.Errorf("%d texts are remembered", n)
	}
	if n := len(c.sets.young) + len(c.sets.aged); n > 2*remembers {
		t.Errorf("%d sets are remembered", n)
	}
	if c.Permissions([]Source{allow("ec2:*")}, nil, nil).set == forgotten {
		t.Error("remembered for ever")
	}
}

// TestPlansAreBounded: names of actions that nobody knows do not pile up, and every decision stays right meanwhile.
func TestPlansAreBounded(t *testing.T) {
	var c Compiler
	compiled := c.Compile(&Policies{Identity: []Source{allow("s3:Get*")}, Boundary: new(allow("*"))})
	s := compiled.Permissions.set
	ask := func(action string) Outcome {
		return compiled.Decide(&Request{Principal: user, Action: action, Resource: "*"}).Outcome
	}
	for i := range 20 * mostPlans {
		if got := ask(fmt.Sprintf("s3:Get%d", i)); got != Allowed {
			t.Fatalf("%d: %v", i, got)
		}
		if got := ask(fmt.Sprintf("s3:Put%d", i)); got != ImplicitDeny {
			t.Fatalf("%d: %v", i, got)
		}
	}
	if n := len(*s.plans.Load()); n != mostPlans {
		t.Errorf("%d slots for plans", n)
	}
	long := fmt.Sprintf("s3:Get%0*d", longestAction, 0)
	if ask(long) != Allowed || s.plans.Load().find(long, hashKey(long)) != nil {
		t.Error("a plan is kept for a name of any length")
	}
}

// TestPlanOfManyParts: a plan with more conditions and patterns than are remembered decides as any other.
func TestPlanOfManyParts(t *testing.T) {
	var statements []string
	for i := range 2 * remembered {
		statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b%d/*","arn:aws:s3:::c%d/*"],"Condition":{"StringEquals":{"k%d":"v"}}}`, i, i, i))
	}
	ps := &Policies{Identity: []Source{{ID: "p", Document: policy2012(statements...)}}}
	compiled := new(Compiler).Compile(ps)
	for i := range 2 * remembered {
		for _, resource := range []string{"arn:aws:s3:::c%d/k", "arn:aws:s3:::d%d/k"} {
			req := &Request{Principal: user, Action: "s3:GetObject", Resource: fmt.Sprintf(resource, i), Context: new(Context)}
			for j := range 2 * remembered {
				req.Context.Set(fmt.Sprintf("k%d", j), "v")
			}
			want := Decide(req, ps)
			if got := compiled.Decide(req); got != want || (want.Outcome == Allowed) != (resource == "arn:aws:s3:::c%d/k") {
				t.Fatalf("%s: %+v compiled, %+v not", req.Resource, got, want)
			}
		}
	}
}

// TestPlansConcurrently: many at once make and find the plans of one set.
func TestPlansConcurrently(t *testing.T) {
	var c Compiler
	ps := &Policies{ServiceControl: []Level{level("r", fullAccess, deny("s3:Put1*"))}, Identity: []Source{allow("s3:*")}}
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			compiled := c.Compile(ps)
			for i := range 600 {
				req := &Request{Principal: user, Action: fmt.Sprintf("s3:Put%d", (i*(g+1))%400), Resource: "*"}
				if got, want := compiled.Decide(req), Decide(req, ps); got != want {
					t.Errorf("%s: %+v, want %+v", req.Action, got, want)
				}
			}
		})
	}
	all.Wait()
}
