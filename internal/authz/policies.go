package authz

import (
	"strings"

	"umbel/iampolicy"
	"umbel/internal/domain/org"
	"umbel/internal/op"
)

// policies gathers every policy that has a say in the target, as a refusal is explained by them.
func policies(c *op.Call, t *op.Target, o owner) iampolicy.Policies {
	ps := iampolicy.Policies{Resource: t.Policy, ResourceMustAllow: mustAllow(t)}
	if own := c.Org(); own != nil {
		ps.ServiceControl = own.Chain(c.Caller.Account, org.ServiceControlPolicy)
	}
	if o.org != nil && iampolicy.ResourceControlApplies(t.Action, t.Resource, nil) {
		ps.ResourceControl = o.org.Chain(o.account, org.ResourceControlPolicy)
	}
	ps.Identity, ps.Boundary = identityPolicies(c)
	ps.Session = sessionPolicies(c)
	return ps
}

// mustAllow tells that the target's policy has to allow even within one account. The policies of keys are not kept here: a key
// counts as having the default one, which leaves the decision to the account's identity policies (KMS Developer Guide,
// "Default key policy").
func mustAllow(t *op.Target) bool {
	return iampolicy.ResourcePolicyMustAllow(t.Action, t.Resource) && (t.Policy != nil || !strings.HasPrefix(t.Action, "kms:"))
}

// identityPolicies gives what the caller's user or role is allowed by, and its permissions boundary.
func identityPolicies(c *op.Call) (identity []iampolicy.Source, boundary *iampolicy.Source) {
	switch {
	case c.Caller.Role != nil:
		return c.IAM().RolePolicies(c.Caller.Role)
	case c.Caller.User != nil:
		return c.IAM().UserPolicies(c.Caller.User)
	}
	return nil, nil
}

// sessionPolicies gives the policies the session was limited by, nil for none. A federated user's session without any is
// limited to nothing: only a resource's policy that names it lets it through (STS API reference, GetFederationToken).
func sessionPolicies(c *op.Call) []iampolicy.Source {
	s := c.Caller.Session
	if s == nil {
		return nil
	}
	if len(s.PolicyARNs) == 0 {
		if c.Caller.Kind == op.FederatedUser && c.Caller.Inline == nil {
			return []iampolicy.Source{}
		}
		return c.Caller.Inline
	}
	out := make([]iampolicy.Source, 0, len(c.Caller.Inline)+len(s.PolicyARNs))
	out = append(out, c.Caller.Inline...)
	for _, arn := range s.PolicyARNs {
		src, ok := c.IAM().ManagedSource(arn)
		if !ok {
			// A policy that was deleted meanwhile must not lift the limit: an empty one allows nothing.
			src = iampolicy.Source{ID: arn, Document: iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":[]}`)}
		}
		out = append(out, src)
	}
	return out
}

// SessionPolicies compiles the inline policies of a session once, for op.Caller.Inline.
func SessionPolicies(texts []string) []iampolicy.Source {
	if len(texts) == 0 {
		return nil
	}
	out := make([]iampolicy.Source, len(texts))
	for i, text := range texts {
		out[i] = iampolicy.Source{ID: "session policy", Document: iampolicy.NewDocument(text)}
	}
	return out
}
