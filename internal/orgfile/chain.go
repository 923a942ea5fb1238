package orgfile

import (
	"slices"

	"umbel/iampolicy"
)

// Chains gives the SCPs and RCPs that a file's organization puts upon its accounts, as they are when the file has been
// carried out on a new organization. It is for one goroutine.
type Chains struct {
	file      *File
	documents map[string]*iampolicy.Document // by policy name
	units     map[string]*Target             // by path; nil for a unit that is only implied
	made      map[chainKey][]iampolicy.Level
}

// chainKey names a chain: an account by its name, and a policy type.
type chainKey struct{ account, kind string }

// full holds the texts of the policies that AWS attaches to everything.
var full = map[string]string{
	ServiceControl:  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
	ResourceControl: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`,
}

// FullAccessSource gives the policy of a type that AWS attaches to everything.
func FullAccessSource(kind string) iampolicy.Source {
	name := FullAccess
	if kind == ResourceControl {
		name = RCPFullAccess
	}
	return iampolicy.Source{ID: name, Document: iampolicy.NewDocument(full[kind])}
}

// Chains makes the chains of a file that was parsed without a problem.
func (f *File) Chains() *Chains {
	c := &Chains{file: f, documents: map[string]*iampolicy.Document{}, units: map[string]*Target{}, made: map[chainKey][]iampolicy.Level{}}
	for i := range f.Policies {
		c.documents[f.Policies[i].Name] = iampolicy.NewDocument(f.Policies[i].text)
	}
	for i := range f.Units {
		c.units[f.Units[i].Path] = &f.Units[i].Target
	}
	for _, kind := range []string{ServiceControl, ResourceControl} {
		s := FullAccessSource(kind)
		c.documents[s.ID] = s.Document
	}
	return c
}

// Of gives the chain of an account, by its name, for a policy type: the root first, then the units, the account last. Their
// targets are "Root", the units' paths and the account's name. It is nil for the management account, and where the policy
// type is not enabled: there it binds nothing.
func (c *Chains) Of(account, kind string) []iampolicy.Level {
	i := slices.IndexFunc(c.file.Accounts, func(a Account) bool { return a.Name == account })
	if i < 0 || !slices.Contains(c.file.policyTypes(), kind) {
		return nil
	}
	key := chainKey{account, kind}
	if levels, ok := c.made[key]; ok {
		return levels
	}
	a := &c.file.Accounts[i]
	levels := []iampolicy.Level{c.level("Root", &c.file.Root.Target, kind)}
	for _, path := range withParents(a.Unit) {
		levels = append(levels, c.level(path, c.units[path], kind))
	}
	levels = append(levels, c.level(a.Name, &a.Target, kind))
	c.made[key] = levels
	return levels
}

// level gives what is attached to one node. What the file does not say of FullAWSAccess is as AWS makes it: attached.
func (c *Chains) level(name string, t *Target, kind string) iampolicy.Level {
	out := iampolicy.Level{Target: name}
	add := func(policy string) {
		out.Policies = append(out.Policies, iampolicy.Source{ID: policy, Document: c.documents[policy]})
	}
	switch {
	case kind == ResourceControl:
		add(RCPFullAccess)
	case t == nil || t.FullAccess == nil || *t.FullAccess:
		add(FullAccess)
	}
	if t == nil {
		return out
	}
	for _, name := range t.Policies {
		if c.file.policy(name).kind() == kind {
			add(name)
		}
	}
	return out
}

// RolesOf gives the roles that the file has in an account, by its name ("management" is the management account), the name
// of the account's access role ("" for none), and whether there is such an account.
func (f *File) RolesOf(account string) (roles []Role, accessRole string, ok bool) {
	if account == ManagementName {
		return f.Management.Roles, "", true
	}
	for i := range f.Accounts {
		if f.Accounts[i].Name == account {
			return f.Accounts[i].Roles, f.Accounts[i].accessRole(), true
		}
	}
	return nil, "", false
}

// Under tells whether a unit's path is that of another unit, or beneath it.
func Under(path, unit string) bool { return slices.Contains(withParents(path), cleanPath(unit)) }
