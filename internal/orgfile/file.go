package orgfile

import "umbel/internal/yamlfile"

// File is one organization as its file describes it. What is not in the file is left alone.
type File struct {
	// The organization itself: its feature set and the policy types enabled in its root.
	Organization Organization `yaml:"organization,omitempty"`
	// What is attached to the root: it holds for every member account.
	Root Root `yaml:"root,omitempty"`
	// The management account. Neither SCPs nor RCPs bind it.
	Management Management `yaml:"management,omitempty"`
	// The organizational units. The parents of a unit need not be listed.
	Units []Unit `yaml:"units,omitempty"`
	// The member accounts. An account is known by its e-mail address.
	Accounts []Account `yaml:"accounts,omitempty"`
	// The policies that root, units and accounts name.
	Policies []Policy `yaml:"policies,omitempty"`

	source *yamlfile.Source // where each value stands
}

// Organization is the organization itself.
type Organization struct {
	// The feature set; ALL is the default, and what policies need.
	Features string `yaml:"features,omitempty" enum:"ALL|CONSOLIDATED_BILLING"`
	// The policy types to enable in the root; by default those that the policies of this file have.
	PolicyTypes []string `yaml:"policyTypes,omitempty,flow" enum:"SERVICE_CONTROL_POLICY|RESOURCE_CONTROL_POLICY"`
}

// Target is what the root, a unit and an account have in common.
type Target struct {
	// Names of the policies attached here. FullAWSAccess and RCPFullAWSAccess are attached by AWS and not listed.
	Policies []string `yaml:"policies,omitempty,flow"`
	// false: FullAWSAccess is detached, so that only what the listed SCPs allow is left. true: it is attached again. By default it is left as it is; AWS attaches it to everything new.
	FullAccess *bool `yaml:"fullAccess,omitempty"`
	// Tags, at most 50.
	Tags map[string]string `yaml:"tags,omitempty"`
}

// Root is the root of the organization.
type Root struct {
	Target `yaml:",inline"`
}

// Management is the management account.
type Management struct {
	// The name, to be recognized by; it is never changed.
	Name   string `yaml:"name,omitempty" min:"1" max:"128"`
	Target `yaml:",inline"`
	// IAM roles of the management account.
	Roles []Role `yaml:"roles,omitempty"`
}

// Unit is an organizational unit.
type Unit struct {
	// The path from the root, names joined with "/": Workloads/Production. A "/" within a name is written "\/".
	Path string `yaml:"path" required:"true" min:"1"`
	// The path it had before, to rename a unit in place. Only the last name of a path can change.
	Was    string `yaml:"was,omitempty" min:"1"`
	Target `yaml:",inline"`
}

// Account is a member account.
type Account struct {
	// The name of the account.
	Name string `yaml:"name" required:"true" min:"1" max:"50" pattern:"^[ -~]+$" say:"made of printable ASCII characters only"`
	// The e-mail address of its root user; no two accounts anywhere share one.
	Email string `yaml:"email" required:"true" min:"6" max:"64" pattern:"^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$" say:"an e-mail address such as aws+dev@example.com"`
	// The path of the unit it is in; without one, the root.
	Unit string `yaml:"unit,omitempty" min:"1"`
	// The role made with the account, which the management account's administrators may assume. OrganizationAccountAccessRole by default.
	Role   string `yaml:"role,omitempty" min:"1" max:"64" pattern:"^[\\w+=,.@-]+$" say:"a role name: letters, digits and _+=,.@-"`
	Target `yaml:",inline"`
	// IAM roles of the account, managed through its access role.
	Roles []Role `yaml:"roles,omitempty"`
}

// Role is an IAM role in an account.
type Role struct {
	// The name of the role.
	Name string `yaml:"name" required:"true" min:"1" max:"64" pattern:"^[\\w+=,.@-]+$" say:"a role name: letters, digits and _+=,.@-"`
	// The path of the role; "/" by default.
	Path string `yaml:"path,omitempty" min:"1" max:"512" pattern:"^/([!-~]+/)?$" say:"a path that begins and ends with /"`
	// What the role is for.
	Description string `yaml:"description,omitempty" max:"1000"`
	// Who may assume it: names of accounts of this file, "management", account IDs, ARNs, or services such as ec2.amazonaws.com.
	Trust []string `yaml:"trust,omitempty,flow"`
	// The whole trust policy, instead of trust: a mapping, or the path of a file.
	TrustPolicy yamlfile.Document `yaml:"trustPolicy,omitempty"`
	// ARNs of managed policies to attach.
	ManagedPolicies []string `yaml:"managedPolicies,omitempty" min:"20" max:"2048" pattern:"^arn:[^:]+:iam::(aws|[0-9]{12}):policy/.+$" say:"the ARN of a managed policy such as arn:aws:iam::aws:policy/ReadOnlyAccess"`
	// Inline policies by name: each a mapping, or the path of a file.
	Policies map[string]yamlfile.Document `yaml:"policies,omitempty"`
	// The ARN of its permissions boundary.
	Boundary string `yaml:"boundary,omitempty" min:"20" max:"2048" pattern:"^arn:[^:]+:iam::(aws|[0-9]{12}):policy/.+$" say:"the ARN of a managed policy"`
	// The longest session in seconds, 3600 to 43200; 3600 by default.
	MaxSession int `yaml:"maxSession,omitempty" min:"3600" max:"43200"`
	// Tags, at most 50. Tags that are not listed are left alone.
	Tags map[string]string `yaml:"tags,omitempty"`
}

// Policy is a service control policy or a resource control policy. Its text comes from a template, a file or from here.
type Policy struct {
	// The name, by which the rest of the file knows it.
	Name string `yaml:"name" required:"true" min:"1" max:"128"`
	// The policy type; SERVICE_CONTROL_POLICY by default.
	Type string `yaml:"type,omitempty" enum:"SERVICE_CONTROL_POLICY|RESOURCE_CONTROL_POLICY"`
	// What the policy is for. Without one, a template's own, or whatever it is now.
	Description string `yaml:"description,omitempty" max:"512"`
	// The name of a built-in template.
	Template string `yaml:"template,omitempty"`
	// The template's parameters: a text, or a list of texts.
	With map[string]yamlfile.Values `yaml:"with,omitempty"`
	// The path of a JSON or YAML file, relative to the organization file.
	File string `yaml:"file,omitempty"`
	// The policy itself.
	Document yamlfile.Document `yaml:"document,omitempty" written:"true"`

	text string // the document as it is sent: JSON without white space
}

// The policy types of organizations that authorize (API_Policy, Type).
const (
	ServiceControl  = "SERVICE_CONTROL_POLICY"
	ResourceControl = "RESOURCE_CONTROL_POLICY"
)

// FullAccess is the name of the SCP that AWS attaches to everything, and RCPFullAccess that of the RCP.
const (
	FullAccess    = "FullAWSAccess"
	RCPFullAccess = "RCPFullAWSAccess"
)

// DefaultAccessRole is the name of the role that CreateAccount makes unless it is told another.
const DefaultAccessRole = "OrganizationAccountAccessRole"

// kind gives the policy's type, the default included.
func (p *Policy) kind() string {
	if p.Type == "" {
		return ServiceControl
	}
	return p.Type
}

// Text gives the document as it is sent.
func (p *Policy) Text() string { return p.text }

// accessRole gives the name of the account's access role, the default included.
func (a *Account) accessRole() string {
	if a.Role == "" {
		return DefaultAccessRole
	}
	return a.Role
}

// policy finds a policy of the file by its name.
func (f *File) policy(name string) *Policy {
	for i := range f.Policies {
		if f.Policies[i].Name == name {
			return &f.Policies[i]
		}
	}
	return nil
}

// policyTypes gives the policy types to enable: those asked for, or those used.
func (f *File) policyTypes() []string {
	if f.Organization.PolicyTypes != nil || f.Organization.Features == "CONSOLIDATED_BILLING" {
		return f.Organization.PolicyTypes
	}
	var out []string
	for _, t := range []string{ServiceControl, ResourceControl} {
		for i := range f.Policies {
			if f.Policies[i].kind() == t {
				out = append(out, t)
				break
			}
		}
	}
	return out
}
