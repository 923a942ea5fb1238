package authz

import (
	"errors"
	"fmt"

	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// ErrMoved tells that an account is in another organization than the call's scope was made for: the call has to be made
// again with a new scope.
var ErrMoved = errors.New("authz: an account has moved to another organization meanwhile")

// Authorize decides whether the caller may do what the call asks: every target of the operation must be allowed. A refusal
// is fault.AccessDenied with AWS's message. It runs inside the call's view; ErrMoved asks for a new one.
func (a *Authorizer) Authorize(c *op.Call, o *op.Operation, in any) error {
	if err := checkSessionUse(c); err != nil {
		return err
	}
	if o.Open {
		return nil
	}
	targets, err := o.Targets(c, in)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return fmt.Errorf("authz: %s.%s named nothing to authorize", o.Service, o.Name)
	}
	for i := range targets {
		q, err := ask(c, &targets[i], a.context())
		if err != nil {
			return err
		}
		if d := a.decide(c, &q); d.Outcome != iampolicy.Allowed {
			return denied(c, &targets[i], d).Because(&Refusal{ // keeps the context
				Request: q.request, Policies: policies(c, q.target, q.owner), Decision: d, caller: c.Caller,
			})
		}
		a.release(q.request.Context)
	}
	return nil
}

// context gives an empty context; release takes it back, when nobody looks at it any more.
func (a *Authorizer) context() *iampolicy.Context {
	if k, ok := a.contexts.Get().(*iampolicy.Context); ok {
		return k
	}
	return new(iampolicy.Context)
}

func (a *Authorizer) release(k *iampolicy.Context) {
	k.Reset()
	a.contexts.Put(k)
}

// checkSessionUse holds what sessions of GetSessionToken and GetFederationToken cannot do: call IAM, unless with MFA the
// former (STS API reference, GetSessionToken and GetFederationToken, "Permissions").
func checkSessionUse(c *op.Call) error {
	s := c.Caller.Session
	if s == nil || s.Kind == iam.RoleSession || c.Service != "iam" {
		return nil
	}
	if s.Kind == iam.FederatedSession || !s.MFA {
		return InvalidToken(errors.New("a session of this kind cannot call IAM"))
	}
	return nil
}

// Decide decides one target of a call.
func (a *Authorizer) Decide(c *op.Call, t *op.Target) (iampolicy.Decision, error) {
	q, err := ask(c, t, a.context())
	if err != nil {
		return iampolicy.Decision{}, err
	}
	defer a.release(q.request.Context)
	return a.decide(c, &q), nil
}

// Gather gives what decides one target of a call: the request with its condition keys, and every policy that has a say, as the
// decision is explained by them. ErrMoved asks for a new view.
func Gather(c *op.Call, t *op.Target) (iampolicy.Request, iampolicy.Policies, error) {
	q, err := ask(c, t, new(iampolicy.Context))
	if err != nil {
		return iampolicy.Request{}, iampolicy.Policies{}, err
	}
	return q.request, policies(c, t, q.owner), nil
}

func (a *Authorizer) decide(c *op.Call, q *question) iampolicy.Decision {
	p := a.compiled(c, q.target, q.owner)
	return p.Decide(&q.request)
}

// question is one target of a call as a request, and who owns it.
type question struct {
	target  *op.Target
	owner   owner
	request iampolicy.Request
}

// ask puts one target of a call as a request, with its condition keys in k, which is empty.
func ask(c *op.Call, t *op.Target, k *iampolicy.Context) (question, error) {
	o, err := ownerOf(c, t)
	if err != nil {
		return question{}, err
	}
	conditionKeys(k, c, t, o)
	return question{t, o, iampolicy.Request{
		Principal:       principal(c),
		Action:          t.Action,
		Resource:        t.Resource,
		ResourceAccount: string(o.account),
		Context:         k,
	}}, nil
}

// owner is the account a resource belongs to, and its organization, nil if it is in none.
type owner struct {
	account ident.AccountID
	org     *org.State
}

// ownerOf finds the owner of a target. Its organization must be in the view.
func ownerOf(c *op.Call, t *op.Target) (owner, error) {
	own := c.Org()
	if t.Account == "" || t.Account == c.Caller.Account {
		return owner{c.Caller.Account, own}, nil
	}
	if own != nil {
		if _, ok := own.Account(t.Account); ok {
			return owner{t.Account, own}, nil
		}
	}
	part, found, err := c.Tx.Locate(op.MemberLocator(t.Account))
	switch {
	case err != nil:
		return owner{}, err
	case !found:
		return owner{account: t.Account}, nil
	case !c.Holds(part):
		return owner{}, ErrMoved
	}
	return owner{t.Account, c.Tx.State(part).(*org.State)}, nil
}

// principal names the caller as policies can.
func principal(c *op.Call) iampolicy.Principal {
	p := iampolicy.Principal{Account: string(c.Caller.Account), ARN: c.Caller.ARN}
	switch c.Caller.Kind {
	case op.Root:
		p.Kind = iampolicy.RootUser
	case op.User:
		p.Kind, p.UniqueID = iampolicy.User, c.Caller.User.UniqueID
	case op.AssumedRole:
		p.Kind, p.UniqueID = iampolicy.AssumedRole, c.Caller.Role.UniqueID
		p.RoleARN, p.ServiceLinked = c.IAM().RoleARN(c.Caller.Role), c.Caller.Role.ServiceLinked()
	case op.FederatedUser:
		p.Kind = iampolicy.FederatedUser
		if c.Caller.User != nil {
			p.UserARN = c.IAM().UserARN(c.Caller.User)
		}
	}
	return p
}
