package iam

import (
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/op"
)

// scene is a call on the account of its caller.
type scene struct {
	*op.Call
	name string // of the operation
	s    *iam.State
	env  iam.Env
}

func (sc *scene) account() string { return string(sc.Caller.Account) }

// reading declares an operation that reads the caller's account.
func reading[In, Out any](name string, targets func(*authorize, *In) []op.Target, run func(*scene, *In) (*Out, error)) *op.Operation {
	return op.Define(declaration(name, op.Read, targets, run))
}

// writing declares an operation that changes the caller's account and looks at no other.
func writing[In, Out any](name string, targets func(*authorize, *In) []op.Target, run func(*scene, *In) (*Out, error)) *op.Operation {
	d := declaration(name, op.Write, targets, run)
	d.Scope = op.WriteIAM[In]
	return op.Define(d)
}

func declaration[In, Out any](
	name string, access op.Access, targets func(*authorize, *In) []op.Target, run func(*scene, *In) (*Out, error),
) op.Decl[In, Out] {
	return op.Decl[In, Out]{
		Service: service, Name: name, Access: access,
		Targets: func(c *op.Call, in *In) ([]op.Target, error) {
			return targets(&authorize{c: c, s: c.IAM()}, in), nil
		},
		Run: func(c *op.Call, in *In) (*Out, error) {
			env := iam.Env{Now: c.Now, Rand: c.Rand, Quotas: &c.Settings.IAM}
			return run(&scene{Call: c, name: name, s: c.IAM(), env: env}, in)
		},
	}
}

// done is the answer of an operation whose output is empty.
func done[Out any](err error) (*Out, error) {
	if err != nil {
		return nil, err
	}
	return new(Out), nil
}

// user gives the name asked for or, without one, the caller's own. The root user's is "".
func (sc *scene) user(name *string) (string, error) {
	switch {
	case name != nil:
		return *name, nil
	case sc.Caller.User != nil && sc.Caller.Kind == op.User:
		return sc.Caller.User.Name, nil
	case sc.Caller.Kind == op.Root:
		return "", nil
	}
	return "", fault.New(fault.ValidationFailed, "Must specify userName when calling with non-User credentials")
}

// iamUser is user for what the root user does not have.
func (sc *scene) iamUser(name *string) (string, error) {
	user, err := sc.user(name)
	if err == nil && user == "" {
		return "", fault.New(fault.ValidationFailed, "Must specify userName when calling with non-User credentials")
	}
	return user, err
}
