package unserved

import (
	"slices"

	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/model"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/wire"
)

// Deriver derives what calls are authorized on. It never changes.
type Deriver struct {
	mapping   *mapping
	fillings  map[string][]string // members that fill a variable of an ARN, by "service variable"
	keySource map[string][]string // members that give a condition key its values, by key
}

// NewDeriver reads the data that it derives by.
func NewDeriver() *Deriver {
	d := &Deriver{mapping: newMapping(), fillings: map[string][]string{}, keySource: map[string][]string{}}
	for f := range records(resourcesFile) {
		d.fillings[f[0]+" "+f[1]] = f[2:]
	}
	for f := range records(keysFile) {
		d.keySource[f[0]] = f[1:]
	}
	return d
}

// NewCall makes the call of an operation of a service that is served otherwise.
func NewCall(o *model.Operation, req *wire.Request) *Call {
	return &Call{Service: o.Service, Operation: o, request: req}
}

// request is a call under derivation: where its resources are and what it says.
type request struct {
	*Deriver
	service *model.Service
	op      *model.Operation
	wire    *wire.Request
	members parameters
	region  string
	account ident.AccountID
	prefix  string // of the action under derivation
}

// Declare declares the call as an operation: authorized like any other, and never run. The operation's Access is always
// op.Read, for nothing is written; ReadOnly tells what the call is at AWS.
func (d *Deriver) Declare(c *Call) (declared *op.Operation, in any, readOnly bool) {
	members := read(c.Service.Protocol, c.Operation, c.request)
	c.members = members
	r := request{Deriver: d, service: c.Service, op: c.Operation, wire: c.request, members: members}
	names := d.mapping.of(c.Operation, members, c.request.Header)
	decl := op.Decl[parameters, struct{}]{
		Service: c.Service.ID, Name: c.Operation.Name, Access: op.Read,
		Run: func(*op.Call, *parameters) (*struct{}, error) { return nil, notServed(c, members) },
	}
	if len(names) == 0 {
		decl.Open = true
		return op.Define(decl), &members, false
	}
	decl.Action = names[0]
	decl.Scope = func(call *op.Call, _ *parameters) (store.Scope, error) { return r.at(call).scope(call, names) }
	decl.Targets = func(call *op.Call, _ *parameters) ([]op.Target, error) { return r.at(call).targets(names), nil }
	return op.Define(decl), &members, isReadOnly(names)
}

func isReadOnly(names []string) bool {
	return !slices.ContainsFunc(names, func(a string) bool { return !readOnly(a) })
}

// at places the request where the call is made.
func (r request) at(c *op.Call) *request {
	r.region, r.account = c.Region, c.Caller.Account
	return &r
}

// scope names the organizations of other accounts whose resources the call names: their RCPs have a say.
func (r *request) scope(c *op.Call, names []string) (store.Scope, error) {
	var sc store.Scope
	for _, t := range r.targets(names) {
		if t.Account == "" || t.Account == r.account {
			continue
		}
		organization, member, err := c.Locate(op.MemberLocator(t.Account), true)
		if err != nil {
			return store.Scope{}, err
		}
		if member && !slices.Contains(sc.Read, organization) {
			sc.Read = append(sc.Read, organization)
		}
	}
	return sc, nil
}

// notServed is the answer to a call that is allowed.
func notServed(c *Call, members parameters) error {
	if c.Service.Protocol == model.EC2 && members.one("DryRun") == "true" {
		return fault.New(fault.DryRun, "Request would have succeeded, but DryRun flag is set.")
	}
	return fault.New(fault.NotOffered, "The call is allowed, but Umbel does not serve %s of %s.", c.Operation.Name, c.Service.FullName)
}
