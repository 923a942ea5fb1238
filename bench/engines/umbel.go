package main

import (
	"umbel/iampolicy"
	"umbel/internal/policyload"
)

// umbelEngine decides by package iampolicy. Other than the others', its requests are made anew for every decision: their
// condition keys are filled in from pairs of strings.
type umbelEngine struct {
	policies *iampolicy.Compiled
	workload *policyload.Workload
	request  iampolicy.Request
}

func newUmbel(w *policyload.Workload) (engine, error) {
	return &umbelEngine{policies: new(iampolicy.Compiler).Compile(w.Policies()), workload: w, request: w.Request(0)}, nil
}

func (e *umbelEngine) decide(i int) (bool, error) {
	r := &e.workload.Requests[i]
	e.request.Action, e.request.Resource, e.request.ResourceAccount = r.Action, r.Resource, r.ResourceAccount
	r.Fill(e.request.Context)
	return e.policies.Decide(&e.request).Outcome == iampolicy.Allowed, nil
}
