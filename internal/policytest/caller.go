package policytest

import (
	"fmt"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/orgfile"
	"umbel/internal/yamlfile"
)

// caller is one principal that a case speaks of.
type caller struct {
	arn     string // as iampolicy.ParsePrincipal reads it
	label   string
	account string // ID; "" for services and anonymous callers
	role    string // name of the role of a session
	// known is the role as the organization file has it, nil otherwise; access tells that it is the account's access role,
	// which may do everything.
	known  *orgfile.Role
	access bool
	tags   map[string]string
}

// callers gives the principals of an entry.
func (s *setting) callers(path string, p *Principal, values map[string]string) []caller {
	l := s.loader
	named := len(p.Account)+len(p.Unit) > 0
	kinds := 0
	for _, given := range []bool{len(p.Role) > 0, len(p.User) > 0, p.Root} {
		if given {
			kinds++
		}
	}
	switch {
	case p.ARN != "" && (named || kinds > 0):
		l.problem(path, "a principal is either an arn or of an account, not both")
		return nil
	case p.ARN != "":
		return s.callerOfARN(path, l.fill(path, p.ARN, values), p)
	case !named:
		l.problem(path, "a principal needs an arn, an account or a unit")
		return nil
	case kinds != 1:
		l.problem(path, "a principal of an account is exactly one of role, user and root: true")
		return nil
	case p.Session != "" && len(p.Role) == 0:
		l.problem(path+".session", "only a role has sessions")
		return nil
	}
	var out []caller
	for _, account := range s.accounts(path, p, values) {
		out = append(out, s.callersIn(path, account, p, values)...)
	}
	return out
}

// callerOfARN makes a caller of an ARN, a service's name or "*". A session of a role of the organization file has its policies.
func (s *setting) callerOfARN(path, arn string, p *Principal) []caller {
	who, err := iampolicy.ParsePrincipal(arn, nil)
	if err != nil {
		s.loader.problem(path, "%v", err)
		return nil
	}
	c := caller{arn: arn, label: arn, account: who.Account, tags: p.Tags}
	if who.Kind == iampolicy.AssumedRole {
		c.role = strings.Split(arn, "/")[1]
		s.findRole(&c)
	}
	return []caller{c}
}

// accounts gives the names or IDs of the accounts that an entry speaks of.
func (s *setting) accounts(path string, p *Principal, values map[string]string) []string {
	w := s.loader.world
	var out []string
	add := func(found []string) {
		for _, name := range found {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	for _, name := range p.Account {
		name = s.loader.fill(path+".account", name, values)
		found := w.matching(name)
		if len(found) == 0 && isAccountID(name) {
			found = []string{name}
		}
		if len(found) == 0 {
			s.loader.problem(path+".account", "there is no account %q%s: accounts are those of the organization file, or IDs", name, yamlfile.Nearest(name, w.accounts()))
		}
		add(found)
	}
	for _, unit := range p.Unit {
		unit = s.loader.fill(path+".unit", unit, values)
		if w.file == nil || !slices.Contains(w.file.UnitPaths(), unit) {
			s.loader.problem(path+".unit", "there is no unit %q: units are those of the organization file", unit)
			continue
		}
		found := w.under(unit)
		if len(found) == 0 {
			s.loader.problem(path+".unit", "no account is in unit %q", unit)
		}
		add(found)
	}
	return out
}

// callersIn gives the principals of an entry in one account.
func (s *setting) callersIn(path, account string, p *Principal, values map[string]string) []caller {
	id := s.loader.world.account(account)
	var out []caller
	if p.Root {
		return []caller{{arn: "arn:aws:iam::" + id + ":root", label: "root user of " + account, account: id, tags: p.Tags}}
	}
	for _, user := range p.User {
		user = s.loader.fill(path+".user", user, values)
		out = append(out, caller{arn: "arn:aws:iam::" + id + ":user/" + user, label: "user " + user + " of " + account, account: id, tags: p.Tags})
	}
	for _, role := range p.Role {
		session := p.Session
		if session == "" {
			session = "test"
		}
		role = s.loader.fill(path+".role", role, values)
		c := caller{arn: fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", id, role, session), label: "role " + role + " of " + account,
			account: id, role: role, tags: p.Tags}
		s.findRole(&c)
		if c.known == nil && !c.access && s.Identity == nil {
			s.loader.problem(path+".role", "account %s has no role %q in the organization file: list it there, or give the case its identity policies", account, role)
			continue
		}
		out = append(out, c)
	}
	return out
}

// findRole finds the role of a session in the organization file.
func (s *setting) findRole(c *caller) {
	w := s.loader.world
	if w.file == nil {
		return
	}
	roles, access, _ := w.file.RolesOf(w.names[c.account])
	c.access = access != "" && c.role == access
	for i := range roles {
		if strings.EqualFold(roles[i].Name, c.role) {
			c.known = &roles[i]
		}
	}
}

// identity gives the identity policies of a caller: those of its role, and those of the case.
func (s *setting) identity(c *caller, values map[string]string) []iampolicy.Source {
	var out []iampolicy.Source
	if c.access { // the role that CreateAccount makes has this policy (Organizations User Guide, "Accessing member accounts")
		out = append(out, s.managed(s.at, administrator))
	}
	if c.known != nil {
		for _, arn := range c.known.ManagedPolicies {
			out = append(out, s.managed(s.path("principal"), arn))
		}
		out = append(out, s.named("principal", iampolicy.KindIdentity, c.known.Policies, nil)...)
	}
	return append(out, s.named("identity", iampolicy.KindIdentity, s.Identity, values)...)
}

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

// boundary gives a caller's permissions boundary: the case's, or that of its role.
func (s *setting) boundary(c *caller, values map[string]string) *iampolicy.Source {
	var b iampolicy.Source
	switch {
	case s.Boundary != "":
		b = s.source(s.path("boundary"), "boundary", iampolicy.KindIdentity, s.Boundary, values)
	case c.known != nil && c.known.Boundary != "":
		b = s.managed(s.path("principal"), c.known.Boundary)
	default:
		return nil
	}
	return &b
}

// managed gives a managed policy that the organization file names.
func (s *setting) managed(path, arn string) iampolicy.Source {
	l := s.loader
	if own, ok := l.Managed[arn]; ok {
		return s.source("managedPolicies."+arn, arn, iampolicy.KindIdentity, own, nil)
	}
	text, err := documents(nothing)(arn)
	if err != nil {
		l.problem(path, "the text of the managed policy %s, which the organization file gives the role, is not known: give it under managedPolicies", arn)
	}
	return iampolicy.Source{ID: arn, Document: l.document(string(text))}
}
