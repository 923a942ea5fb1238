package policytest

import (
	"fmt"
	"strings"

	"umbel/iampolicy"
)

// Result is what became of a file of cases.
type Result struct {
	Name   string       `json:"file"`
	Cases  []CaseResult `json:"cases"`
	Passed int          `json:"passed"` // cases
	Failed int          `json:"failed"` // cases
	Tests  int          `json:"decisions"`
}

// CaseResult is what became of a case.
type CaseResult struct {
	Name   string       `json:"name"`
	Line   int          `json:"line"`
	Column int          `json:"column"`
	Expect string       `json:"expect"`
	Passed bool         `json:"passed"`
	Tests  []TestResult `json:"decisions"`
}

// TestResult is what became of one request of a case.
type TestResult struct {
	Label     string              `json:"label,omitempty"`
	Principal string              `json:"principal"`
	Action    string              `json:"action"`
	Resource  string              `json:"resource"`
	Context   map[string][]string `json:"context,omitempty"`
	Decision  iampolicy.Decision  `json:"decision"`
	Passed    bool                `json:"passed"`
	// Failure tells what was expected and is not so; "" if the test passed.
	Failure string `json:"failure,omitempty"`
	// Explanation tells how the decision came about: of the first tests of a case that fail, see explained.
	Explanation *iampolicy.Explanation `json:"explanation,omitempty"`
}

// Run decides the cases whose names keep accepts, all of them where keep is nil.
func (s *Suite) Run(keep func(name string) bool) *Result {
	r := &Result{Name: s.Name, Cases: []CaseResult{}}
	for i := range s.Cases {
		g := &s.Cases[i]
		if keep != nil && !keep(g.Name) {
			continue
		}
		c := g.run()
		r.Tests += len(c.Tests)
		if c.Passed {
			r.Passed++
		} else {
			r.Failed++
		}
		r.Cases = append(r.Cases, c)
	}
	return r
}

// explained is how many of a case's failing tests are explained: an explanation tries ways to turn the decision, and a case
// may stand for all actions of a service.
const explained = 20

// run decides the requests of a case.
func (g *Group) run() CaseResult {
	failed := 0
	c := CaseResult{Name: g.Name, Line: g.Position.Line, Column: g.Position.Column, Expect: g.Case.expectation(), Passed: true}
	for i := range g.Tests {
		t := &g.Tests[i]
		r := TestResult{Label: t.Label, Principal: t.Principal, Action: t.Action, Resource: t.Resource, Context: t.Context,
			Decision: iampolicy.Decide(t.request, t.policies)}
		r.Failure = g.Case.failure(&r.Decision)
		if r.Passed = r.Failure == ""; !r.Passed {
			c.Passed = false
			if failed++; failed <= explained {
				r.Explanation = iampolicy.Explain(t.request, t.policies)
			}
		}
		c.Tests = append(c.Tests, r)
	}
	return c
}

// expectation puts into words what a case expects.
func (c *Case) expectation() string {
	words := map[string]string{"allowed": "allowed", "denied": "denied", "explicitDeny": "denied explicitly", "implicitDeny": "denied implicitly"}[c.Expect]
	by := c.By
	if by == nil {
		return words
	}
	var parts []string
	add := func(format string, text string) {
		if text != "" {
			parts = append(parts, fmt.Sprintf(format, text))
		}
	}
	add("policy %s", by.Policy)
	if by.Statement != nil {
		add("statement %s", fmt.Sprint(*by.Statement))
	}
	add("Sid %s", by.Sid)
	add("layer %s", by.Layer)
	add("target %s", by.Target)
	if len(parts) == 0 {
		return words
	}
	return words + " by " + strings.Join(parts, ", ")
}

// failure tells in which way a decision is not what the case expects; "" if it is.
func (c *Case) failure(d *iampolicy.Decision) string {
	if got := d.Outcome.String(); !c.meets(d.Outcome) {
		return fmt.Sprintf("the decision is %s", got)
	}
	by := c.By
	if by == nil {
		return ""
	}
	switch {
	case by.Policy != "" && !like(by.Policy, d.Policy):
		return "the policy that decided is " + orNone(d.Policy)
	case by.Statement != nil && *by.Statement != d.Statement:
		return fmt.Sprintf("the statement that decided is %d", d.Statement)
	case by.Sid != "" && !like(by.Sid, d.Sid):
		return "the Sid of the statement that decided is " + orNone(d.Sid)
	case by.Layer != "" && by.Layer != d.Layer.String():
		return "the layer that decided is " + orNone(d.Layer.String())
	case by.Target != "" && !like(by.Target, d.Target):
		return "the target of the policy that decided is " + orNone(d.Target)
	}
	return ""
}

// meets tells whether an outcome is the expected one.
func (c *Case) meets(o iampolicy.Outcome) bool {
	switch c.Expect {
	case "allowed":
		return o == iampolicy.Allowed
	case "explicitDeny":
		return o == iampolicy.ExplicitDeny
	case "implicitDeny":
		return o == iampolicy.ImplicitDeny
	}
	return o != iampolicy.Allowed
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
