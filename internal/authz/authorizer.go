package authz

import (
	"sync"

	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/op"
	"umbel/internal/recent"
	"umbel/internal/table"
)

// Authorizer decides calls. It remembers compiled policies: the chains of accounts, what users, roles and their sessions hold,
// and the policies of resources. What it remembers never decides by age: each is kept under the very rows it was compiled
// from, and rows do not change but are replaced, so that a call that sees another row finds nothing, and compiles anew. It is
// safe for concurrent use.
type Authorizer struct {
	compiler    iampolicy.Compiler
	chains      *recent.Cache[*iampolicy.Level, *iampolicy.Chain] // by the first of the levels, which live as long as their organization's revision
	permissions *recent.Cache[holder, *iampolicy.Permissions]
	resources   *recent.Cache[iampolicy.Source, *iampolicy.ResourcePolicy]
	contexts    sync.Pool // of *iampolicy.Context, empty: a tenth of what a call allocates
}

// How many an Authorizer remembers for sure. Each takes about a kilobyte, and the plans of the actions asked for.
const (
	recentChains      = 4096
	recentPermissions = 8192
	recentResources   = 4096
)

// NewAuthorizer makes an Authorizer that remembers nothing yet.
func NewAuthorizer() *Authorizer {
	return &Authorizer{
		chains:      recent.New[*iampolicy.Level, *iampolicy.Chain](recentChains),
		permissions: recent.New[holder, *iampolicy.Permissions](recentPermissions),
		resources:   recent.New[iampolicy.Source, *iampolicy.ResourcePolicy](recentResources),
	}
}

// holder is all rows that a principal's permissions come from.
type holder struct {
	user     *iam.User
	role     *iam.Role
	session  *iam.Session // nil if it has no session policies
	policies *table.Stamp // of the account's managed policies
	groups   *table.Stamp // of the account's groups; nil if the principal is in none
}

// compiled gives the policies that have a say in the target, compiled.
func (a *Authorizer) compiled(c *op.Call, t *op.Target, o owner) iampolicy.Compiled {
	p := iampolicy.Compiled{Permissions: a.held(c), ResourceMustAllow: mustAllow(t)}
	if own := c.Org(); own != nil {
		p.ServiceControl = a.chain(own.Chain(c.Caller.Account, org.ServiceControlPolicy))
	}
	if o.org != nil {
		p.ResourceControl = a.chain(o.org.Chain(o.account, org.ResourceControlPolicy))
	}
	if t.Policy != nil {
		p.Resource = a.resource(*t.Policy)
	}
	return p
}

func (a *Authorizer) chain(levels []iampolicy.Level) *iampolicy.Chain {
	if len(levels) == 0 {
		return nil
	}
	c, ok := a.chains.Get(&levels[0])
	if !ok {
		c = a.compiler.Chain(levels)
		a.chains.Put(&levels[0], c)
	}
	return c
}

func (a *Authorizer) resource(s iampolicy.Source) *iampolicy.ResourcePolicy {
	p, ok := a.resources.Get(s)
	if !ok {
		p = a.compiler.Resource(&s)
		a.resources.Put(s, p)
	}
	return p
}

// held gives what the caller holds.
func (a *Authorizer) held(c *op.Call) *iampolicy.Permissions {
	state := c.IAM()
	who := holder{user: c.Caller.User, role: c.Caller.Role, policies: state.Policies.Stamp()}
	if who.user != nil && len(who.user.Groups) > 0 {
		who.groups = state.Groups.Stamp()
	}
	if s := c.Caller.Session; s != nil && (len(s.Policies) > 0 || len(s.PolicyARNs) > 0) {
		who.session = s
	}
	p, ok := a.permissions.Get(who)
	if !ok {
		identity, boundary := identityPolicies(c)
		p = a.compiler.Permissions(identity, boundary, sessionPolicies(c))
		a.permissions.Put(who, p)
	}
	return p
}
