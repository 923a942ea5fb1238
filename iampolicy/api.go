// Package iampolicy parses, checks, compiles and decides AWS policies: identity, resource and trust policies, permissions
// boundaries, session policies, service control policies and resource control policies, in the full IAM policy language.
//
// It is pure: no I/O, clock, logger or global state, and the standard library only. A policy is parsed and compiled once
// (Parse, or lazily through Document).
//
//   - Decide decides a request by all policies that have a say in it; a Compiler makes of them what decides a million requests
//     a second, without allocation.
//   - Explain tells why, what came nearest, and which smallest change would turn it.
//   - DecidePartly decides where keys, principals or whole policies are not known.
//   - Validate says what AWS answers when a policy is saved; Lint finds what is lawful and yet a mistake; Format lays it out.
//   - ContextKeys lists the condition keys that a policy refers to; DecodeRequest reads requests written as JSON.
//
// Rules: IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements reference"; Organizations User Guide,
// "SCP evaluation", "Resource control policies".
package iampolicy

// Outcome is what a decision comes to.
type Outcome uint8

// The outcomes. The zero value denies.
const (
	ImplicitDeny Outcome = iota // nothing allows it
	ExplicitDeny                // a statement denies it
	Allowed
)

// String gives the name used by `umbel decide`: "Allowed", "ExplicitDeny" or "ImplicitDeny".
func (o Outcome) String() string {
	switch o {
	case Allowed:
		return "Allowed"
	case ExplicitDeny:
		return "ExplicitDeny"
	}
	return "ImplicitDeny"
}

// Layer is a kind of policy in the chain that decides a request.
type Layer uint8

// The layers.
const (
	LayerNone Layer = iota // no policy: the root user of an account needs none
	LayerServiceControl
	LayerResourceControl
	LayerResource // a resource-based policy, role trust policies included
	LayerIdentity
	LayerBoundary
	LayerSession
)

// Source is a policy and where it comes from: an ARN for managed and organization policies, else the name of the inline one.
type Source struct {
	ID       string
	Document *Document
}

// Level is one node of the tree (root, OU or account) with the policies attached to it.
type Level struct {
	Target   string // the node's ID
	Policies []Source
}

// PrincipalKind tells what kind of principal makes a request.
type PrincipalKind uint8

// The kinds of principal.
const (
	Anonymous PrincipalKind = iota
	RootUser
	User
	AssumedRole
	FederatedUser
	ServicePrincipal
	// FederatedIdentity is who calls AssumeRoleWithSAML or AssumeRoleWithWebIdentity: an identity vouched for by a provider.
	// The session it gets is an AssumedRole.
	FederatedIdentity
)

// Principal is who makes a request, as policies can name it.
type Principal struct {
	Kind    PrincipalKind
	Account string // 12 digits; empty for services, federated identities and anonymous callers
	// ARN is the user's, the role session's (arn:aws:sts::…:assumed-role/NAME/SESSION), the federated user's or the root's ARN;
	// for a service its name, such as "cloudtrail.amazonaws.com"; for a federated identity its provider, as a trust policy
	// names it: the ARN of a SAML or OIDC provider, or "accounts.google.com".
	ARN string
	// RoleARN is the ARN of the role behind a session, with its path.
	RoleARN string
	// UserARN is the ARN of the IAM user behind a federated user's session.
	UserARN string
	// UniqueID is AIDA… of a user, AROA… of a role: what a trust policy that was saved names.
	UniqueID string
	// CanonicalUser is the canonical user ID of the account, by which bucket policies of S3 may name it; empty if not known.
	CanonicalUser string
	// ServiceLinked marks a session of a service-linked role: neither SCPs nor RCPs bind it.
	ServiceLinked bool
}

// Policies are all policies that have a say in a request. The caller leaves out what does not apply: the SCP chain for
// principals of the management account or of no organization, the RCP chain for resources of those.
type Policies struct {
	ServiceControl  []Level // of the principal's account, root first; nil where SCPs do not apply
	ResourceControl []Level // of the resource's account, root first; nil where RCPs do not apply
	Identity        []Source
	Boundary        *Source  // nil: none attached
	Session         []Source // nil: no session policy
	Resource        *Source  // nil: the resource has no policy
	// ResourceMustAllow tells that the resource's policy has to allow even within one account, as role trust policies
	// and KMS key policies do.
	ResourceMustAllow bool
}

// Request is one action of one principal on one resource.
type Request struct {
	Principal       Principal
	Action          string // "service:Name"
	Resource        string // an ARN, or "*"
	ResourceAccount string // 12 digits; empty means the principal's own
	Context         *Context
}

// Decision is the outcome and its cause.
type Decision struct {
	Outcome Outcome
	// Layer is the one that decided: that denied explicitly, that did not allow, or (Allowed) that granted.
	Layer Layer
	// Target is the node at which an SCP or RCP layer decided.
	Target string
	// Policy is the Source.ID of the deciding policy; empty for an implicit deny.
	Policy string
	// Statement is the index of the deciding statement, -1 for none; Sid its Sid.
	Statement int
	Sid       string
}

// Kind is a use of a policy document, which sets its grammar.
type Kind uint8

// The kinds of document.
const (
	KindIdentity        Kind = iota // a managed or inline policy of a user, group or role
	KindTrust                       // a role's trust policy
	KindResource                    // any other resource-based policy
	KindServiceControl              // SCP
	KindResourceControl             // RCP
	KindBoundary                    // a permissions boundary
	KindSession                     // a session policy
	KindDelegation                  // the resource-based delegation policy of an organization
)
