// Package op owns how a service declares its operations: one value per operation holds its name, IAM action, whether it
// reads or writes, the partitions it touches, what it is authorized on and its function. From the registry of these
// values follow routing, authorization, audit, metrics and the coverage table. It serves nothing itself.
package op

import (
	"fmt"
	"reflect"

	"umbel/internal/ident"
	"umbel/internal/store"

	"umbel/iampolicy"
)

// Access tells whether an operation reads or writes. A read runs in a store.View, a write in a store.Update.
type Access int

// The kinds of access. The zero value is refused at registration.
const (
	_ Access = iota
	Read
	Write
)

// Decl declares an operation. All of Service, Name, Access, Targets (or Open) and Run must be set.
type Decl[In, Out any] struct {
	Service string // ID of the service's model: "organizations"
	Name    string // "MoveAccount"
	Access  Access
	// Action is the IAM action; empty means "<signing name>:<Name>".
	Action string
	// Open marks the few operations that every authenticated principal may call, whatever its policies say
	// (sts:GetCallerIdentity, sts:GetSessionToken). Targets must then be nil.
	Open bool
	// Scope adds partitions to those every call has: the caller's own IAM partition and, if its account is in one, its
	// organization. nil adds nothing, for reads, and is refused for writes.
	Scope func(*Call, *In) (store.Scope, error)
	// Targets lists what the call is authorized on: every target must be allowed. It runs inside the view, before Run,
	// and must not fail because a resource does not exist: authorization comes before existence.
	Targets func(*Call, *In) ([]Target, error)
	// Run does the work: input, domain call, output.
	Run func(*Call, *In) (*Out, error)
}

// Target is one thing the call is authorized on.
type Target struct {
	Action   string            // a further IAM action, such as "iam:PassRole"; empty means the operation's own
	Resource string            // an ARN, or "*"
	Account  ident.AccountID   // who owns it; empty means the caller's account
	Tags     map[string]string // its tags: aws:ResourceTag/…
	Keys     []Key             // further condition keys of this action
	Policy   *iampolicy.Source // its resource-based policy; nil if it has none, or one that is not kept here
}

// Key is a condition key with its values; no values means present but empty.
type Key struct {
	Name   string
	Values []string
}

// Operation is a declared operation, seen without its types.
type Operation struct {
	Service string
	Name    string
	Action  string
	Access  Access
	Open    bool
	In, Out reflect.Type // struct types of input and output
	scope   func(*Call, any) (store.Scope, error)
	targets func(*Call, any) ([]Target, error)
	run     func(*Call, any) (any, error)
}

// Define declares an operation. A contradiction in the declaration panics: it is found at start-up.
func Define[In, Out any](d Decl[In, Out]) *Operation {
	name := d.Service + "." + d.Name
	switch {
	case d.Service == "" || d.Name == "":
		panic("op: an operation without service or name")
	case d.Access != Read && d.Access != Write:
		panic("op: " + name + " neither reads nor writes")
	case d.Run == nil:
		panic("op: " + name + " has no function")
	case d.Open == (d.Targets != nil):
		panic("op: " + name + " must have either targets or be open")
	case d.Access == Write && d.Scope == nil:
		panic("op: " + name + " writes nowhere")
	}
	if d.Action == "" {
		d.Action = d.Service + ":" + d.Name
	}
	o := &Operation{
		Service: d.Service, Name: d.Name, Action: d.Action, Access: d.Access, Open: d.Open,
		In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out](),
		run: func(c *Call, in any) (any, error) { return untyped(d.Run(c, in.(*In))) },
	}
	if d.Scope != nil {
		o.scope = func(c *Call, in any) (store.Scope, error) { return d.Scope(c, in.(*In)) }
	}
	if d.Targets != nil {
		o.targets = func(c *Call, in any) ([]Target, error) { return d.Targets(c, in.(*In)) }
	}
	return o
}

// untyped keeps a nil *Out from becoming a non-nil any.
func untyped[Out any](out *Out, err error) (any, error) {
	if out == nil {
		return nil, err
	}
	return out, err
}

// Scope gives the partitions the operation adds to those of every call.
func (o *Operation) Scope(c *Call, in any) (store.Scope, error) {
	if o.scope == nil {
		return store.Scope{}, nil
	}
	return o.scope(c, in)
}

// Targets gives what the call is authorized on, with the action of each filled in.
func (o *Operation) Targets(c *Call, in any) ([]Target, error) {
	if o.targets == nil {
		return nil, nil
	}
	ts, err := o.targets(c, in)
	for i := range ts {
		if ts[i].Action == "" {
			ts[i].Action = o.Action
		}
	}
	return ts, err
}

// Run runs the operation's function.
func (o *Operation) Run(c *Call, in any) (any, error) { return o.run(c, in) }

// Service is what one AWS service declares.
type Service struct {
	ID         string // of its model
	Operations []*Operation
	Jobs       []*Job
	// NotOffered lists the model's operations that are not served, each answered with a typed error.
	NotOffered []string
}

// Registry holds all services.
type Registry struct {
	services []Service
	byName   map[string]*Operation
	jobs     map[string]*Job
}

// NewRegistry collects the services. Two declarations of one operation panic.
func NewRegistry(services ...Service) *Registry {
	r := &Registry{services: services, byName: map[string]*Operation{}, jobs: map[string]*Job{}}
	for _, s := range services {
		for _, o := range s.Operations {
			key := o.Service + "." + o.Name
			if o.Service != s.ID {
				panic(fmt.Sprintf("op: %s is declared in service %s", key, s.ID))
			}
			if r.byName[key] != nil {
				panic("op: " + key + " is declared twice")
			}
			r.byName[key] = o
		}
		r.AddJobs(s.Jobs...)
	}
	return r
}

// AddJobs adds background work; that of no AWS service is declared so. Two declarations of one kind panic, and so does one that has
// not exactly one of Run and Prepare. It must not be called once jobs are done.
func (r *Registry) AddJobs(jobs ...*Job) {
	for _, j := range jobs {
		if r.jobs[j.Kind] != nil {
			panic("op: job " + j.Kind + " is declared twice")
		}
		if (j.Run == nil) == (j.Prepare == nil) {
			panic("op: job " + j.Kind + " must have either Run or Prepare")
		}
		r.jobs[j.Kind] = j
	}
}

// Services lists the services in the order of registration.
func (r *Registry) Services() []Service { return r.services }

// Find gives the operation of a service, or nil.
func (r *Registry) Find(service, name string) *Operation { return r.byName[service+"."+name] }

// Job gives the handler of a kind of job, or nil.
func (r *Registry) Job(kind string) *Job { return r.jobs[kind] }
