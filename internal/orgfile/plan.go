package orgfile

import (
	"context"
	"fmt"
	"strings"
)

// Action is what a step does.
type Action string

// The actions.
const (
	Create Action = "create"
	Enable Action = "enable"
	Update Action = "update"
	Rename Action = "rename"
	Move   Action = "move"
	Attach Action = "attach"
	Detach Action = "detach"
	Tag    Action = "tag"
	Untag  Action = "untag"
	Delete Action = "delete"
	Close  Action = "close"
)

// Kind is what a step does it to.
type Kind string

// The kinds of things.
const (
	KindOrganization Kind = "organization"
	KindPolicyType   Kind = "policy type"
	KindRoot         Kind = "root"
	KindUnit         Kind = "unit"
	KindAccount      Kind = "account"
	KindPolicy       Kind = "policy"
	KindRole         Kind = "role"
)

// Step is one thing to do. Names and paths stand for what may not exist before the step's turn comes.
type Step struct {
	Action Action `json:"action"`
	Kind   Kind   `json:"kind"`
	// Name is the unit's path, or the name of the account, policy, policy type or role. The root has none.
	Name string `json:"name,omitempty"`
	// ID is the thing's ID if it is there already.
	ID string `json:"id,omitempty"`
	// Email is the e-mail address of an account to create.
	Email string `json:"email,omitempty"`
	// Target is where a policy is attached or detached, or the account of a role.
	Target *Place `json:"target,omitempty"`
	// From and To are the units of a move (the root has none), the names of a rename, the unit that a new account ends in.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Changes are the fields that an update changes.
	Changes []Change `json:"changes,omitempty"`
	// Tags are the tags to set; Untag the keys to remove.
	Tags  map[string]string `json:"tags,omitempty"`
	Untag []string          `json:"untag,omitempty"`
	// Note says what is special, such as an account whose creation is under way already.
	Note string `json:"note,omitempty"`

	place   Place // the thing itself, where it is a root, unit or account
	account *Account
	policy  policyKey
	text    *Policy // the policy as the file has it
	role    *Role
	was     *LiveRole
}

// Place is a root, unit or account.
type Place struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name,omitempty"` // the unit's path or the account's name
	key  string // the unit's path, or the account's e-mail address in lower case
}

// identity gives the place without its name, which an account may have two of: the file's and its own.
func (p Place) identity() Place {
	p.Name = ""
	return p
}

// policyKey is what a policy is known by.
type policyKey struct{ kind, name string }

// Change is a field that changes.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Leftover is something that is there and not in the file.
type Leftover struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"`
	ID   string `json:"id,omitempty"`
	// Where it is attached, or which account a role is of.
	Target *Place `json:"target,omitempty"`
	// Why it is left, and what would change that.
	Why string `json:"why"`
}

// Plan is the way from a live organization to its file, in order. It is a value: making one changes nothing.
type Plan struct {
	// Organization is the ID of the organization; empty if it is to be created.
	Organization string     `json:"organization,omitempty"`
	Management   string     `json:"managementAccount,omitempty"`
	Steps        []Step     `json:"steps"`
	LeftAlone    []Leftover `json:"leftAlone,omitempty"`
	Notes        []string   `json:"notes,omitempty"`

	file *File
	live *Live
}

// Empty tells whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }

// PlanOptions say what may be taken away.
type PlanOptions struct {
	// Prune detaches and deletes policies, units, tags and policies of roles that the file does not have.
	Prune bool
	// CloseAccounts closes accounts that the file does not have.
	CloseAccounts bool
}

// NewPlan reads the organization and compares it with the file. What cannot be reached comes as Problems.
func NewPlan(ctx context.Context, c Clients, f *File, o PlanOptions) (*Plan, error) {
	live, err := Read(ctx, c, ReadOptions{Roles: f.wantRoles()})
	if err != nil {
		return nil, err
	}
	if live.Exists {
		r := &reader{api: c.Organizations, live: live}
		if err := r.tags(ctx, f.wantTags(live, o.Prune)); err != nil {
			return nil, fmt.Errorf("reading tags: %w", err)
		}
	}
	return Compare(f, live, o)
}

// wantRoles tells which roles of an account the file speaks of.
func (f *File) wantRoles() func(l *Live, a *LiveAccount) (want bool, names []string, accessRole string) {
	emails := f.byEmail()
	return func(l *Live, a *LiveAccount) (bool, []string, string) {
		if a.ID == l.Management {
			return len(f.Management.Roles) > 0, roleNames(f.Management.Roles), ""
		}
		if in := emails[strings.ToLower(a.Email)]; in != nil {
			return len(in.Roles) > 0, roleNames(in.Roles), in.accessRole()
		}
		return false, nil, ""
	}
}

// roleNames gives the names of roles.
func roleNames(roles []Role) []string {
	names := make([]string, len(roles))
	for i := range roles {
		names[i] = roles[i].Name
	}
	return names
}

// wantTags tells of which roots, units and accounts the tags matter: those with tags in the file, or with prune all of the file's.
func (f *File) wantTags(l *Live, prune bool) func(id string) bool {
	ids := map[string]bool{}
	add := func(id string, tags map[string]string) {
		if prune || len(tags) > 0 {
			ids[id] = true
		}
	}
	after := l.withRenames(f).index()
	add(l.Root, f.Root.Tags)
	add(l.Management, f.Management.Tags)
	for i := range f.Units {
		if u := after.paths[f.Units[i].Path]; u != nil {
			add(u.ID, f.Units[i].Tags)
		}
	}
	for i := range f.Accounts {
		if a := after.account(f.Accounts[i].Email); a != nil {
			add(a.ID, f.Accounts[i].Tags)
		}
	}
	return func(id string) bool { return ids[id] }
}

// rootPlace is the root.
func rootPlace() Place { return Place{Kind: KindRoot} }

// unitPlace is a unit; the root for "".
func unitPlace(path string) Place {
	if path == "" {
		return rootPlace()
	}
	return Place{Kind: KindUnit, Name: path, key: path}
}

// accountPlace is an account.
func accountPlace(name, email string) Place {
	return Place{Kind: KindAccount, Name: name, key: strings.ToLower(email)}
}

// managementPlace is the management account, whose e-mail address need not be known yet.
func managementPlace() Place {
	return Place{Kind: KindAccount, Name: ManagementName, key: ManagementName}
}
