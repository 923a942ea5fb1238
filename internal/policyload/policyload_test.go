package policyload_test

import (
	"reflect"
	"testing"

	"umbel/iampolicy"
	"umbel/internal/policyload"
)

// TestWorkloads: both are what they say, and always the same.
func TestWorkloads(t *testing.T) {
	for _, c := range []struct {
		make               func(uint64) *policyload.Workload
		levels, scps, size int // size is the least number of characters of an SCP that is a guardrail
	}{{policyload.Standard, 5, 5, 1000}, {policyload.Maximum, 7, 10, 9900}} {
		w := c.make(1)
		if !reflect.DeepEqual(w, c.make(1)) {
			t.Errorf("%s is not the same twice", w.Name)
		}
		statements := validate(t, w)
		if len(w.ServiceControl) != c.levels || len(w.Requests) != 1000 {
			t.Errorf("%s: %d levels, %d requests", w.Name, len(w.ServiceControl), len(w.Requests))
		}
		for _, l := range w.ServiceControl {
			if last := l.Policies[len(l.Policies)-1]; len(l.Policies) != c.scps || len(last.Text) < c.size {
				t.Errorf("%s: %s has %d SCPs, the last of %d characters", w.Name, l.Target, len(l.Policies), len(last.Text))
			}
		}
		ps, seen, distinct := w.Policies(), map[iampolicy.Outcome]int{}, map[string]bool{}
		for i := range w.Requests {
			req := w.Request(i)
			w.Requests[i].Fill(req.Context)
			distinct[req.Action+req.Resource] = true
			seen[iampolicy.Decide(&req, ps).Outcome]++
		}
		if len(distinct) != len(w.Requests) {
			t.Errorf("%s: only %d distinct requests", w.Name, len(distinct))
		}
		t.Logf("%s: %d statements, %v", w.Name, statements, seen)
		if seen[iampolicy.Allowed] < 200 || seen[iampolicy.ExplicitDeny] < 200 || seen[iampolicy.ImplicitDeny] < 50 {
			t.Errorf("%s: the outcomes are too uneven: %v", w.Name, seen)
		}
	}
}

// validate holds every document against AWS's grammar and sizes, and counts the statements.
func validate(t *testing.T, w *policyload.Workload) (statements int) {
	check := func(kind iampolicy.Kind, p policyload.Policy) {
		if err := iampolicy.Validate(kind, p.Text); err != nil {
			t.Errorf("%s: %s: %v", w.Name, p.Name, err)
		}
		parsed, err := iampolicy.Parse(p.Text)
		if err != nil {
			t.Fatal(err)
		}
		statements += parsed.Statements()
	}
	for _, l := range w.ServiceControl {
		for _, p := range l.Policies {
			check(iampolicy.KindServiceControl, p)
		}
	}
	for _, l := range w.ResourceControl {
		for _, p := range l.Policies[1:] { // RCPFullAWSAccess is AWS's own: customers' only deny
			check(iampolicy.KindResourceControl, p)
		}
	}
	for _, p := range append(w.Identity, w.Boundary, w.Session) {
		check(iampolicy.KindIdentity, p)
	}
	check(iampolicy.KindResource, w.Resource)
	return statements
}
