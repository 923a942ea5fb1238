package orgfile

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"umbel/iampolicy"
	"umbel/internal/yamlfile"
)

// maxLength gives how long a policy may be, in characters as sent (Organizations User Guide, "Quotas", 2026-05).
func maxLength(kind string) int {
	if kind == ResourceControl {
		return 5120
	}
	return 10240
}

// maxAttached gives how many policies of a type a target may have, the one that AWS attaches included.
func maxAttached(kind string) int {
	if kind == ResourceControl {
		return 5
	}
	return 10
}

// checkPolicies makes every policy's text and checks it.
func (c *checker) checkPolicies() {
	first := map[string]int{}
	for i := range c.Policies {
		p := &c.Policies[i]
		at := fmt.Sprintf("policies[%d]", i)
		if j, twice := first[p.Name]; twice && p.Name != "" {
			c.problem(at+".name", "policy %q is here twice; the first is at line %d", p.Name, c.line(fmt.Sprintf("policies[%d].name", j)))
		} else {
			first[p.Name] = i
		}
		if p.Name == FullAccess || p.Name == RCPFullAccess {
			c.problem(at+".name", "%s is a policy of AWS: choose another name", p.Name)
		}
		if from := c.makeText(at, p); from != "" {
			c.checkText(at+"."+from, p)
		}
	}
}

// makeText gives a policy its text, and the key that the text comes from; "" when there is no text.
func (c *checker) makeText(at string, p *Policy) (from string) {
	var sources []string
	for _, key := range []string{"template", "file", "document"} {
		if c.source.Has(at + "." + key) {
			sources = append(sources, key)
		}
	}
	if len(sources) != 1 {
		c.problem(at, "policy %q needs exactly one of template, file and document; it has %s", p.Name, orNone(sources))
		return ""
	}
	before := len(c.source.Problems)
	switch from = sources[0]; from {
	case "template":
		c.fillTemplate(at, p)
	case "file":
		p.text = string(c.source.Document(at+".file", p.File))
	default:
		p.text = string(p.Document)
	}
	if from != "template" && p.With != nil {
		c.problem(at+".with", "with belongs to a template; policy %q has none", p.Name)
	}
	if p.text == "" || len(c.source.Problems) > before {
		return ""
	}
	return from
}

// orNone lists words, or says that there are none.
func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " and ")
}

// checkText checks a policy's grammar and length.
func (c *checker) checkText(at string, p *Policy) {
	kind := iampolicy.KindServiceControl
	if p.kind() == ResourceControl {
		kind = iampolicy.KindResourceControl
	}
	c.source.Validate(at, kind, p.text, fmt.Sprintf("policy %q is not a valid %s", p.Name, p.kind()))
	if length, most := utf8.RuneCountInString(p.text), maxLength(p.kind()); length > most {
		c.problem(at, "policy %q is too long: %d characters without white space, at most %d for a %s: split it in two", p.Name, length, most, p.kind())
	}
}

// allows tells whether a policy has a statement that allows something.
func allows(text string) bool {
	var doc struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(text), &doc) != nil {
		return false
	}
	type effect struct{ Effect string }
	var one effect
	if json.Unmarshal(doc.Statement, &one) == nil {
		return one.Effect == "Allow"
	}
	var many []effect
	if json.Unmarshal(doc.Statement, &many) != nil {
		return false
	}
	return slices.Contains(many, effect{"Allow"})
}

// accountNumber is an account ID.
var accountNumber = regexp.MustCompile(`^[0-9]{12}$`)

// The forms of an entry in a role's trust.
var (
	principalARN     = regexp.MustCompile(`^arn:[^:]+:(iam|sts)::[0-9]{12}:.+$`)
	servicePrincipal = regexp.MustCompile(`^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$`)
)

// checkRoles checks the IAM roles of an account.
func (c *checker) checkRoles(at string, roles []Role, accessRole string) {
	first := map[string]int{}
	for i := range roles {
		r := &roles[i]
		here := fmt.Sprintf("%s.roles[%d]", at, i)
		lower := strings.ToLower(r.Name) // role names are unique without regard to case (API_CreateRole)
		if j, twice := first[lower]; twice && r.Name != "" {
			c.problem(here+".name", "role %q is here twice; the first is at line %d", r.Name, c.line(fmt.Sprintf("%s.roles[%d].name", at, j)))
		} else {
			first[lower] = i
		}
		if accessRole != "" && strings.EqualFold(r.Name, accessRole) {
			c.problem(here+".name", "%q is the account's access role, through which its other roles are managed: it is made with the account and not listed", r.Name)
		}
		c.checkTrust(here, r)
		for _, name := range slices.Sorted(maps.Keys(r.Policies)) {
			c.checkDocument(here+".policies."+name, iampolicy.KindIdentity, r.Policies[name])
		}
		c.checkTags(here+".tags", r.Tags)
	}
}

// checkTrust checks who may assume a role.
func (c *checker) checkTrust(at string, r *Role) {
	if (len(r.Trust) == 0) == (r.TrustPolicy == "") {
		c.problem(at, "role %q needs either trust or trustPolicy: who may assume it", r.Name)
		return
	}
	c.checkDocument(at+".trustPolicy", iampolicy.KindTrust, r.TrustPolicy)
	names := []string{ManagementName}
	for i := range c.Accounts {
		names = append(names, c.Accounts[i].Name)
	}
	for i, t := range r.Trust {
		if slices.Contains(names, t) || accountNumber.MatchString(t) || principalARN.MatchString(t) || servicePrincipal.MatchString(t) {
			continue
		}
		c.problem(fmt.Sprintf("%s.trust[%d]", at, i), "there is no account %q%s: trust takes names of accounts, %q, account IDs, ARNs and services", t, yamlfile.Nearest(t, names), ManagementName)
	}
}

// ManagementName is how a role's trust, and a test of policies, names the management account.
const ManagementName = "management"

// checkDocument checks a role's trust policy or inline policy, if there is one.
func (c *checker) checkDocument(at string, kind iampolicy.Kind, text yamlfile.Document) {
	if text != "" {
		c.source.Validate(at, kind, string(text), "not a valid policy")
	}
}
