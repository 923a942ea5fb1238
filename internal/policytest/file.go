package policytest

import "umbel/internal/yamlfile"

// File is a file of cases: what policies must allow and deny.
type File struct {
	// The organization file whose SCPs, RCPs and roles hold for the accounts: a path relative to this file, or builtin:starter for the organization that umbel up makes. Without one, only the policies that the cases bring hold.
	Organization string `yaml:"organization,omitempty" min:"1"`
	// IDs of accounts by their names in the organization file ("management" is the management account). Accounts without one get IDs that are made up.
	Accounts map[string]string `yaml:"accounts,omitempty"`
	// Texts of the customer managed policies that the organization file's roles have, by ARN: each a mapping, or the path of a file.
	Managed map[string]yamlfile.Document `yaml:"managedPolicies,omitempty"`
	// Texts by name: ${name} in a case stands for one.
	Values map[string]string `yaml:"values,omitempty"`
	// What holds for every case that does not say otherwise. Context keys are merged key by key, all else is replaced.
	Defaults Setting `yaml:"defaults,omitempty"`
	// The cases, at least one.
	Cases []Case `yaml:"cases" required:"true"`
}

// Case is a case: requests, and what must become of each of them. Lists make a table: every combination is decided.
type Case struct {
	// What the case shows, in words. No two cases of a file share a name.
	Name    string `yaml:"name" required:"true" min:"1" max:"200"`
	Setting `yaml:",inline"`
	// Lists of texts by name: the case is decided for each combination, with ${name} standing for one text of the list.
	Table map[string]yamlfile.Values `yaml:"table,omitempty"`
	// What each decision must be; denied is explicitDeny or implicitDeny.
	Expect string `yaml:"expect" required:"true" enum:"allowed|denied|explicitDeny|implicitDeny"`
	// What must have decided; a single text is the name of the policy.
	By *By `yaml:"by,omitempty"`
}

// Setting is who asks for what, and under which policies.
type Setting struct {
	// Who makes the request: an ARN (a user, an assumed-role or federated-user session, or a root user), the name of a service, "*" for an anonymous caller, or a mapping that names an account of the organization file.
	Principal []Principal `yaml:"principal,omitempty" one:"true"`
	// The actions, as service:Name. With * or ? in it, every action of the service that matches: the service's name has none.
	Action yamlfile.Values `yaml:"action,omitempty"`
	// The ARNs of the resources; "*" by default.
	Resource yamlfile.Values `yaml:"resource,omitempty"`
	// The account that owns the resource, by name or ID, where its ARN does not tell (S3 buckets); the principal's own by default.
	ResourceAccount string `yaml:"resourceAccount,omitempty" min:"1"`
	// Condition keys: a text, a list of texts for a key of several values, or null for a key that is absent. A list of such mappings makes a table.
	Context []map[string]yamlfile.Values `yaml:"context,omitempty" one:"true"`
	// Identity policies of the principal by name, besides those that the organization file gives its role: each a mapping, the path of a file, or the ARN of an AWS managed policy.
	Identity map[string]yamlfile.Document `yaml:"identity,omitempty"`
	// The principal's permissions boundary: a mapping, the path of a file, or the ARN of an AWS managed policy.
	Boundary yamlfile.Document `yaml:"boundary,omitempty"`
	// Session policies by name: each a mapping, the path of a file, or the ARN of an AWS managed policy.
	Session map[string]yamlfile.Document `yaml:"session,omitempty"`
	// The resource's own policy: a mapping, or the path of a file. For sts:AssumeRole on a role of the organization file it is the role's trust policy unless a case says otherwise.
	ResourcePolicy yamlfile.Document `yaml:"resourcePolicy,omitempty"`
	// SCPs by name, besides those of the organization file, as if attached to the principal's account: each a mapping, or the path of a file.
	ServiceControl map[string]yamlfile.Document `yaml:"serviceControl,omitempty"`
	// RCPs by name, besides those of the organization file, as if attached to the resource's account: each a mapping, or the path of a file.
	ResourceControl map[string]yamlfile.Document `yaml:"resourceControl,omitempty"`
	// false: FullAWSAccess is not attached beside the SCPs of serviceControl, so that only what they allow is left. It needs a case without an organization file.
	FullAccess *bool `yaml:"fullAccess,omitempty"`
}

// Principal is who makes a request.
type Principal struct {
	// The ARN of a user, an assumed-role or federated-user session, or a root user; the name of a service; or "*".
	ARN string `yaml:"arn,omitempty" scalar:"true" min:"1"`
	// Names of accounts of the organization file, or account IDs. With * or ? in it, every member account that matches; "management" is the management account.
	Account yamlfile.Values `yaml:"account,omitempty"`
	// Paths of units of the organization file: every account in or beneath them.
	Unit yamlfile.Values `yaml:"unit,omitempty"`
	// Names of roles in the account: the principal is a session of the role.
	Role yamlfile.Values `yaml:"role,omitempty"`
	// Names of IAM users in the account.
	User yamlfile.Values `yaml:"user,omitempty"`
	// true: the account's root user.
	Root bool `yaml:"root,omitempty"`
	// The name of the role session; "test" by default.
	Session string `yaml:"session,omitempty" min:"2" max:"64" pattern:"^[\\w+=,.@-]+$" say:"a session name: letters, digits and _+=,.@-"`
	// Tags of the principal: the keys aws:PrincipalTag/NAME, besides the tags that the organization file gives the role.
	Tags map[string]string `yaml:"tags,omitempty"`
}

// By is what must have decided. Of an implicit deny, only the layer and the target are known. Texts may hold * and ?.
type By struct {
	// The name of the policy: in the organization file, or in the case; boundary and resourcePolicy for those.
	Policy string `yaml:"policy,omitempty" scalar:"true" min:"1"`
	// The layer that decided.
	Layer string `yaml:"layer,omitempty" enum:"serviceControl|resourceControl|identity|boundary|session|resource"`
	// Where an SCP or RCP that decided is attached: Root, a unit's path or an account's name.
	Target string `yaml:"target,omitempty" min:"1"`
	// The number of the statement in its policy, from 0.
	Statement *int `yaml:"statement,omitempty" min:"0" max:"100000"`
	// The Sid of the statement.
	Sid string `yaml:"sid,omitempty" min:"1"`
}
