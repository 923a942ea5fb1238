package gateway

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"umbel/internal/authz"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/wire"
)

// attempts bounds how often a call is tried while accounts move between organizations under it.
const attempts = 4

// run decodes the input, runs the operation in one view and has it audited.
func (x *exchange) run() error {
	var invalid error
	if x.elsewhere == nil {
		x.in = reflect.New(x.declared.In).Interface()
		invalid = wire.Decode(x.operation, &x.req, x.in)
	}
	err := x.retry(func() error { return x.attempt(invalid) })
	if err != nil {
		x.out = nil
	}
	if x.call == nil || x.recorded {
		return err
	}
	return errors.Join(err, x.Trail.Put(x.ctx, x.events(err)...))
}

// retry tries again with a fresh look at where accounts are, as long as they move.
func (x *exchange) retry(try func() error) error {
	for range attempts {
		err := try()
		if !errors.Is(err, authz.ErrMoved) {
			return err
		}
		x.fresh = true
	}
	return fault.New(fault.Unavailable, "").Because(authz.ErrMoved)
}

// attempt runs the operation once over the scope that memory, or a fresh look, tells. Input that is invalid only finds out
// who sent it: the trail has to name them.
func (x *exchange) attempt(invalid error) error {
	organization, err := x.organization()
	if err != nil {
		return err
	}
	c := x.newCall(organization)
	scope := store.Scope{}
	if invalid == nil {
		c.Locate = func(key string, fresh bool) (store.Partition, bool, error) {
			return x.Store.Locate(x.ctx, key, fresh || x.fresh)
		}
		c.Peek = func(p store.Partition) (store.State, error) { return x.Store.Peek(x.ctx, p) }
		if scope, err = x.declared.Scope(c, x.in); err != nil {
			invalid = err
			scope = store.Scope{}
		}
	}
	scope = widen(scope, c.Caller)
	if invalid != nil || x.declared.Access == op.Read {
		scope.Read, scope.Write = append(scope.Read, scope.Write...), nil
		return x.Store.View(x.ctx, scope, func(tx store.Tx) error { return x.within(tx, scope, c, invalid) })
	}
	meta := store.Meta{RequestID: x.id, Actor: c.Caller.ARN, Action: x.declared.Action, At: x.now}
	err = x.Store.Update(x.ctx, meta, scope, func(tx store.Tx) error {
		if err := x.within(tx, scope, c, nil); err != nil {
			return err
		}
		for _, e := range x.events(nil) {
			tx.Record(e)
		}
		return nil
	})
	x.recorded = err == nil
	return err
}

// within is the call in its view, begun from the call as it stood before it. It may run more than once, and begins anew each
// time: only the first run has the call itself.
func (x *exchange) within(tx store.Tx, scope store.Scope, c *op.Call, invalid error) error {
	organization := c.Caller.Organization
	if c.Tx != nil {
		c = x.newCall(organization)
	}
	c.Tx, c.View, c.Peek = tx, scope, nil
	c.Locate = func(key string, _ bool) (store.Partition, bool, error) { return tx.Locate(key) }
	x.call, x.out = nil, nil
	if err := identify(c, x.who); err != nil {
		return err
	}
	if organization == "" && len(scope.Write) > 0 {
		if _, joined, err := tx.Locate(op.MemberLocator(c.Caller.Account)); err != nil || joined {
			return errors.Join(err, moved(joined))
		}
	}
	x.call, x.shown = c, auditIdentity(c)
	if invalid != nil {
		return invalid
	}
	if err := x.authorizer.Authorize(c, x.declared, x.in); err != nil {
		return x.explained(c, err)
	}
	out, err := x.declared.Run(c, x.in)
	x.out = out
	return err
}

func moved(is bool) error {
	if is {
		return authz.ErrMoved
	}
	return nil
}

// organization finds the organization that the caller's account is in. Memory may be out of date: the view decides.
func (x *exchange) organization() (ident.OrgID, error) {
	part, found, err := x.Store.Locate(x.ctx, op.MemberLocator(x.who.account), x.fresh)
	if err == nil && !found && !x.fresh {
		part, found, err = x.Store.Locate(x.ctx, op.MemberLocator(x.who.account), true)
	}
	if err != nil || !found {
		return "", err
	}
	return ident.OrgID(strings.TrimPrefix(string(part), string(op.OrgPartition("")))), nil
}

// newCall makes a call as it stands before its view.
func (x *exchange) newCall(organization ident.OrgID) *op.Call {
	return &op.Call{
		Context: x.ctx, Now: x.now, Rand: x.Rand, RequestID: x.id, Region: x.region, Service: x.svc.SigningName,
		Settings: x.Settings, Caller: x.caller(organization), Client: x.client(), Sessions: x.sessions, Pages: x.pages,
		Messages: x.messages,
	}
}

// widen adds the partitions that every call has: the caller's identities and, if its account is in one, its organization.
// No partition is named twice.
func widen(s store.Scope, c *op.Caller) store.Scope {
	out := store.Scope{Write: s.Write}
	add := func(p store.Partition) {
		if !slices.Contains(out.Write, p) && !slices.Contains(out.Read, p) {
			out.Read = append(out.Read, p)
		}
	}
	add(op.IAMPartition(c.Account))
	if c.Organization != "" {
		add(op.OrgPartition(c.Organization))
	}
	for _, p := range s.Read {
		add(p)
	}
	return out
}
