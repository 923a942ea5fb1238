package organizations

import (
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/op"
)

// scene is a call on the organization of its caller.
type scene struct {
	*op.Call
	s *org.State
	o *org.Organization
	q *org.Quotas
}

// member gives the scene of a call that any account of an organization may make.
func member(c *op.Call) (*scene, error) {
	s := c.Org()
	if s == nil {
		s = org.NewState() // empty: there is no organization in it
	}
	o, err := s.Existing()
	if err != nil {
		return nil, err
	}
	return &scene{Call: c, s: s, o: o, q: &c.Settings.Org}, nil
}

// mayManage gives the scene of a call that only the management account may make. Delegated administrators would be
// let in here.
func mayManage(c *op.Call) (*scene, error) {
	sc, err := member(c)
	if err != nil {
		return nil, err
	}
	if c.Caller.Account != sc.o.Management {
		return nil, fault.New(fault.AccessDenied, "You don't have permissions to access this resource.")
	}
	return sc, nil
}

// reading declares an operation of the management account that reads its organization.
func reading[In, Out any](name string, targets func(*authorize, *In) []op.Target, run func(*scene, *In) (*Out, error)) *op.Operation {
	return declare(name, op.Read, targets, mayManage, run)
}

// writing declares an operation of the management account that writes its organization.
func writing[In, Out any](name string, targets func(*authorize, *In) []op.Target, run func(*scene, *In) (*Out, error)) *op.Operation {
	return declare(name, op.Write, targets, mayManage, run)
}

func declare[In, Out any](
	name string, access op.Access, targets func(*authorize, *In) []op.Target,
	enter func(*op.Call) (*scene, error), run func(*scene, *In) (*Out, error),
) *op.Operation {
	d := op.Decl[In, Out]{
		Service: service, Name: name, Access: access,
		Targets: func(c *op.Call, in *In) ([]op.Target, error) { return targets(authorizing(c), in), nil },
		Run: func(c *op.Call, in *In) (*Out, error) {
			sc, err := enter(c)
			if err != nil {
				return nil, err
			}
			return run(sc, in)
		},
	}
	if access == op.Write {
		d.Scope = op.WriteOrg[In]
	}
	return op.Define(d)
}

// done is the answer of an operation whose output is empty.
func done[Out any](err error) (*Out, error) {
	if err != nil {
		return nil, err
	}
	return new(Out), nil
}
