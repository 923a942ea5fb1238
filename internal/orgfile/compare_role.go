package orgfile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// roles plans the IAM roles of the management account and of the members.
func (c *comparer) roles() {
	for i := range c.file.Management.Roles {
		c.role(managementPlace(), c.live.Management, nil, &c.file.Management.Roles[i])
	}
	for i := range c.file.Accounts {
		a := &c.file.Accounts[i]
		p := accountPlace(a.Name, a.Email)
		for j := range a.Roles {
			c.role(p, c.idOf(p), a, &a.Roles[j])
		}
	}
}

// role plans one role.
func (c *comparer) role(p Place, id string, a *Account, want *Role) {
	s := Step{Kind: KindRole, Name: want.Name, Target: &p, account: a, role: want}
	live := c.live.Roles[id][want.Name]
	if live == nil {
		s.Action = Create
		c.add(s)
		return
	}
	s.was = live
	s.Action, s.Changes = Update, c.roleChanges(p, want, live)
	if len(s.Changes) > 0 {
		c.add(s)
	}
	c.roleExtras(p, a, want, live)
}

// roleChanges gives what of a role changes.
func (c *comparer) roleChanges(p Place, want *Role, live *LiveRole) []Change {
	var out []Change
	if trust, known := want.TrustText(c.accountID); !known || !SameDocument(trust, live.Trust) {
		out = append(out, Change{"trust", live.Trust, trust})
	}
	if want.Description != "" && want.Description != live.Description {
		out = append(out, Change{"description", live.Description, want.Description})
	}
	if want.MaxSession != 0 && want.MaxSession != live.MaxSession {
		out = append(out, Change{"maxSession", fmt.Sprint(live.MaxSession), fmt.Sprint(want.MaxSession)})
	}
	if want.Boundary != "" && want.Boundary != live.Boundary {
		out = append(out, Change{"boundary", live.Boundary, want.Boundary})
	}
	if want.Path != "" && want.Path != live.Path {
		c.Notes = append(c.Notes, fmt.Sprintf("role %s of %s has the path %s, the file says %s: IAM cannot change the path of a role", want.Name, placeName(p), live.Path, want.Path))
	}
	for _, arn := range want.ManagedPolicies {
		if !slices.Contains(live.Attached, arn) {
			out = append(out, Change{"managedPolicies", "", arn})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want.Policies)) {
		if old, ok := live.Inline[name]; !ok || !SameDocument(old, string(want.Policies[name])) {
			out = append(out, Change{"policies." + name, old, string(want.Policies[name])})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(want.Tags)) {
		if old, ok := live.Tags[k]; !ok || old != want.Tags[k] {
			out = append(out, Change{"tags." + k, old, want.Tags[k]})
		}
	}
	return out
}

// roleExtras plans to take away what a role has and the file does not, or notes that it is left alone.
func (c *comparer) roleExtras(p Place, a *Account, want *Role, live *LiveRole) {
	var extra []Change
	for _, arn := range live.Attached {
		if !slices.Contains(want.ManagedPolicies, arn) {
			extra = append(extra, Change{"managedPolicies", arn, ""})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(live.Inline)) {
		if _, ok := want.Policies[name]; !ok {
			extra = append(extra, Change{"policies." + name, live.Inline[name], ""})
		}
	}
	switch {
	case len(extra) == 0:
	case c.o.Prune:
		c.last = append(c.last, Step{Action: Update, Kind: KindRole, Name: want.Name, Target: &p, Changes: extra, account: a, role: want, was: live})
	default:
		for _, e := range extra {
			c.LeftAlone = append(c.LeftAlone, Leftover{Kind: KindRole, Name: want.Name, Target: &p,
				Why: fmt.Sprintf("has %s, which the file does not say; --prune takes it away", strings.TrimPrefix(strings.TrimSpace(e.Field+" "+arnOnly(e.From)), "policies."))})
		}
	}
}

// arnOnly gives a text if it is an ARN.
func arnOnly(s string) string {
	if strings.HasPrefix(s, "arn:") {
		return s
	}
	return ""
}

// accountID gives the ID of an account by the name that the file has for it.
func (c *comparer) accountID(name string) string {
	if name == ManagementName {
		return c.live.Management
	}
	for i := range c.file.Accounts {
		if c.file.Accounts[i].Name == name {
			return c.idOf(accountPlace(name, c.file.Accounts[i].Email))
		}
	}
	return ""
}

// TrustText gives the trust policy of a role; id gives the IDs of named accounts. Without one of them, known is false.
func (r *Role) TrustText(id func(name string) string) (text string, known bool) {
	if r.TrustPolicy != "" {
		return string(r.TrustPolicy), true
	}
	principals := map[string][]string{}
	for _, t := range r.Trust {
		switch {
		case servicePrincipal.MatchString(t):
			principals["Service"] = append(principals["Service"], t)
		case principalARN.MatchString(t):
			principals["AWS"] = append(principals["AWS"], t)
		default:
			if !accountNumber.MatchString(t) {
				t = id(t)
			}
			if t == "" {
				return "", false
			}
			principals["AWS"] = append(principals["AWS"], "arn:aws:iam::"+t+":root")
		}
	}
	doc, err := json.Marshal(trustDocument{"2012-10-17", []trustStatement{{"Allow", principals, "sts:AssumeRole"}}})
	return string(doc), err == nil
}

// trustDocument is the trust policy that a list of trusted principals stands for.
type trustDocument struct {
	Version   string
	Statement []trustStatement
}

// trustStatement is its one statement.
type trustStatement struct {
	Effect    string
	Principal map[string][]string
	Action    string
}
