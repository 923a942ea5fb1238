package orgfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"umbel/internal/yamlfile"
)

// checker finds what is wrong between the parts of a file.
type checker struct{ *File }

// problem notes what is wrong with the value of a path.
func (c *checker) problem(path, format string, args ...any) { c.source.Problem(path, format, args...) }

// line gives the line of a value, for "see line N".
func (c *checker) line(path string) int { return c.source.At(path).Line }

// check checks everything that needs more than one value.
func (c *checker) check() {
	c.checkUnits()
	c.checkAccounts()
	c.checkPolicies()
	c.checkTypes()
	c.checkTarget("root", &c.Root.Target)
	c.checkTarget("management", &c.Management.Target)
	c.checkRoles("management", c.Management.Roles, "")
	for i := range c.Units {
		c.checkTarget(fmt.Sprintf("units[%d]", i), &c.Units[i].Target)
	}
	for i := range c.Accounts {
		at := fmt.Sprintf("accounts[%d]", i)
		c.checkTarget(at, &c.Accounts[i].Target)
		c.checkRoles(at, c.Accounts[i].Roles, c.Accounts[i].accessRole())
	}
}

// checkUnits checks the paths of units and writes them in the one way.
func (c *checker) checkUnits() {
	first := map[string]int{}
	for i := range c.Units {
		u := &c.Units[i]
		at := fmt.Sprintf("units[%d].path", i)
		if u.Path == "" || !c.checkPath(at, u.Path) {
			continue
		}
		u.Path = cleanPath(u.Path)
		if j, twice := first[u.Path]; twice {
			c.problem(at, "unit %q is here twice; the first is at line %d", u.Path, c.line(fmt.Sprintf("units[%d].path", j)))
		} else {
			first[u.Path] = i
		}
		if u.Was == "" || !c.checkPath(fmt.Sprintf("units[%d].was", i), u.Was) {
			continue
		}
		u.Was = cleanPath(u.Was)
		if parentPath(u.Was) != parentPath(u.Path) {
			c.problem(fmt.Sprintf("units[%d].was", i), "%q and %q have different parents: a unit can be renamed, but never moved; make the new unit and move its accounts", u.Was, u.Path)
		}
	}
}

// checkPath checks one path of a unit.
func (c *checker) checkPath(at, path string) bool {
	names := SplitPath(path)
	for _, n := range names {
		switch length := utf8.RuneCountInString(n); {
		case length == 0:
			c.problem(at, "path %q has an empty name: paths begin below the root, as in Workloads/Production", path)
			return false
		case length > 128:
			c.problem(at, "the unit name %q is too long: %d characters, at most 128", n, length)
			return false
		}
	}
	if len(names) > maxDepth {
		c.problem(at, "path %q is %d units deep: at most %d below the root", path, len(names), maxDepth)
		return false
	}
	return true
}

// checkAccounts checks names, e-mail addresses and units of accounts.
func (c *checker) checkAccounts() {
	names, emails := map[string]int{}, map[string]int{}
	units := c.UnitPaths()
	for i := range c.Accounts {
		a := &c.Accounts[i]
		at := fmt.Sprintf("accounts[%d]", i)
		if j, twice := names[a.Name]; twice && a.Name != "" {
			c.problem(at+".name", "account %q is here twice; the first is at line %d", a.Name, c.line(fmt.Sprintf("accounts[%d].name", j)))
		} else {
			names[a.Name] = i
		}
		if a.Name == ManagementName {
			c.problem(at+".name", "the name %q stands for the management account: choose another", a.Name)
		}
		email := strings.ToLower(a.Email)
		if j, twice := emails[email]; twice && email != "" {
			c.problem(at+".email", "%q is the e-mail address of account %q at line %d: every account needs its own, such as %s",
				a.Email, c.Accounts[j].Name, c.line(fmt.Sprintf("accounts[%d].email", j)), plusAddress(a.Email, a.Name))
		} else {
			emails[email] = i
		}
		if a.Unit == "" {
			continue
		}
		a.Unit = cleanPath(a.Unit)
		if !slices.Contains(units, a.Unit) {
			c.problem(at+".unit", "there is no unit %q%s: list it under units", a.Unit, yamlfile.Nearest(a.Unit, units))
		}
	}
}

// plusAddress suggests an address that reaches the same mailbox.
func plusAddress(email, name string) string {
	local, domain, _ := strings.Cut(email, "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "+" + strings.ReplaceAll(name, " ", "-") + "@" + domain
}

// checkTypes checks the feature set and the enabled policy types against what is used.
func (c *checker) checkTypes() {
	if c.Organization.Features == "CONSOLIDATED_BILLING" && (len(c.Policies) > 0 || len(c.Organization.PolicyTypes) > 0) {
		c.problem("organization.features", "policies need the feature set ALL: with CONSOLIDATED_BILLING an organization has none")
		return
	}
	enabled := c.policyTypes()
	for i := range c.Policies {
		if t := c.Policies[i].kind(); !slices.Contains(enabled, t) {
			c.problem(fmt.Sprintf("policies[%d]", i), "policy %q is a %s, which organization.policyTypes does not enable: add it there", c.Policies[i].Name, t)
		}
	}
}

// checkTarget checks what is attached to the root, a unit or an account, and its tags.
func (c *checker) checkTarget(at string, t *Target) {
	c.checkTags(at+".tags", t.Tags)
	names := make([]string, len(c.Policies))
	for i := range c.Policies {
		names[i] = c.Policies[i].Name
	}
	count := map[string]int{ServiceControl: 1, ResourceControl: 1}
	if t.FullAccess != nil && !*t.FullAccess {
		count[ServiceControl] = 0
		c.checkAllowList(at, t)
	}
	for i, name := range t.Policies {
		here := fmt.Sprintf("%s.policies[%d]", at, i)
		p := c.policy(name)
		switch {
		case name == FullAccess || name == RCPFullAccess:
			c.problem(here, "%s is attached by AWS and not listed: leave it out, or say fullAccess: false to have FullAWSAccess detached", name)
		case p == nil:
			c.problem(here, "there is no policy %q%s: list it under policies", name, yamlfile.Nearest(name, names))
		case slices.Index(t.Policies, name) < i:
			c.problem(here, "policy %q is here twice", name)
		default:
			count[p.kind()]++
			if most := maxAttached(p.kind()); count[p.kind()] == most+1 {
				c.problem(here, "too many policies of type %s on %s: at most %d, the one that AWS attaches included", p.kind(), at, most)
			}
		}
	}
}

// checkAllowList checks that something is allowed where FullAWSAccess is detached.
func (c *checker) checkAllowList(at string, t *Target) {
	for _, name := range t.Policies {
		if p := c.policy(name); p != nil && p.kind() == ServiceControl && (p.text == "" || allows(p.text)) {
			return
		}
	}
	c.problem(at+".fullAccess", "fullAccess: false needs an SCP that allows something in %s.policies: without one nothing at all is allowed, and AWS refuses to detach the last SCP", at)
}

// checkTags checks the keys and values of tags (API_Tag).
func (c *checker) checkTags(at string, tags map[string]string) {
	if len(tags) > 50 {
		c.problem(at, "%d tags: at most 50", len(tags))
	}
	const allowed = `^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`
	for key, value := range tags {
		where := at + "." + key
		switch {
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			c.problem(where+".", "the tag key %q is reserved: keys must not begin with aws:", key)
		case key == "" || utf8.RuneCountInString(key) > 128 || !yamlfile.Matches(allowed, key):
			c.problem(where+".", "%q is not a tag key: 1 to 128 letters, digits, spaces and _.:/=+-@", key)
		case utf8.RuneCountInString(value) > 256 || !yamlfile.Matches(allowed, value):
			c.problem(where, "%q is not a tag value: at most 256 letters, digits, spaces and _.:/=+-@", value)
		}
	}
}
