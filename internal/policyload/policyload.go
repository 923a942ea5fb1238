// Package policyload owns two workloads for measuring policy engines: Standard, a usual landing zone with every layer on, and
// Maximum, an organization at AWS's quotas. Each is one principal, its policies as JSON texts and a thousand distinct requests,
// always the same for the same seed, in plain values, so that any engine can be given them. It decides nothing itself.
package policyload

import "umbel/iampolicy"

// Workload is a principal with all policies that have a say in its requests.
type Workload struct {
	Name            string
	Principal       Principal
	ServiceControl  []Level // root first
	ResourceControl []Level
	Identity        []Policy
	Boundary        Policy
	Session         Policy
	Resource        Policy // of every resource asked for
	Requests        []Request
}

// Principal is a session of a role.
type Principal struct {
	Account  string
	ARN      string // of the session
	RoleARN  string
	UniqueID string
}

// Level is a node of the organization's tree with what is attached to it.
type Level struct {
	Target   string
	Policies []Policy
}

// Policy is a policy document as JSON text.
type Policy struct{ Name, Text string }

// Request is one action on one resource, with its condition keys, each with one value.
type Request struct {
	Action, Resource, ResourceAccount string
	Keys                              []Key
}

// Key is a condition key with its value.
type Key struct{ Name, Value string }

// Policies gives the workload's policies as the engine takes them.
func (w *Workload) Policies() *iampolicy.Policies {
	boundary, resource := w.Boundary.source(), w.Resource.source()
	return &iampolicy.Policies{
		ServiceControl: levels(w.ServiceControl), ResourceControl: levels(w.ResourceControl), Identity: sources(w.Identity),
		Boundary: &boundary, Session: []iampolicy.Source{w.Session.source()}, Resource: &resource,
	}
}

// Request gives one of the workload's requests as the engine takes it, with an empty context.
func (w *Workload) Request(i int) iampolicy.Request {
	r := &w.Requests[i]
	return iampolicy.Request{
		Principal: iampolicy.Principal{
			Kind: iampolicy.AssumedRole, Account: w.Principal.Account, ARN: w.Principal.ARN,
			RoleARN: w.Principal.RoleARN, UniqueID: w.Principal.UniqueID,
		},
		Action: r.Action, Resource: r.Resource, ResourceAccount: r.ResourceAccount, Context: new(iampolicy.Context),
	}
}

// Fill empties the context and sets the request's keys.
func (r *Request) Fill(ctx *iampolicy.Context) {
	ctx.Reset()
	for i := range r.Keys {
		ctx.Set(r.Keys[i].Name, r.Keys[i].Value)
	}
}

func (p *Policy) source() iampolicy.Source {
	return iampolicy.Source{ID: p.Name, Document: iampolicy.NewDocument(p.Text)}
}

func sources(policies []Policy) []iampolicy.Source {
	out := make([]iampolicy.Source, len(policies))
	for i := range policies {
		out[i] = policies[i].source()
	}
	return out
}

func levels(in []Level) []iampolicy.Level {
	out := make([]iampolicy.Level, len(in))
	for i := range in {
		out[i] = iampolicy.Level{Target: in[i].Target, Policies: sources(in[i].Policies)}
	}
	return out
}
