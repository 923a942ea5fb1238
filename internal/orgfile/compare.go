package orgfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"umbel/internal/yamlfile"
)

// comparer makes a plan. Its stages follow each other so that no moment leaves a target without a guardrail that it has
// before or after: policies are made and attached before accounts move in, and taken away last of all.
type comparer struct {
	*Plan
	o        PlanOptions
	live     *index // with the renames of the file done
	emails   map[string]*Account
	problems yamlfile.Problems
	last     []Step // what is taken away, in the end
}

// Compare makes the plan that turns a live organization into what a file describes. What cannot be reached comes as Problems.
func Compare(f *File, l *Live, o PlanOptions) (*Plan, error) {
	c := &comparer{Plan: &Plan{Organization: l.ID, Management: l.Management, Steps: []Step{}, file: f}, o: o}
	after := l.withRenames(f)
	c.Plan.live, c.live, c.emails = after, after.index(), f.byEmail()
	c.organization()
	c.policies()
	c.units(l.index())
	c.place("root", rootPlace(), &f.Root.Target, true)
	for i := range f.Units {
		c.place(fmt.Sprintf("units[%d]", i), unitPlace(f.Units[i].Path), &f.Units[i].Target, true)
	}
	c.place("management", managementPlace(), &f.Management.Target, l.Exists)
	c.accounts()
	c.roles()
	c.unlisted()
	c.Steps = append(c.Steps, c.last...)
	c.keepOne()
	return c.Plan, c.problems.Err()
}

// add adds a step.
func (c *comparer) add(s Step) { c.Steps = append(c.Steps, s) }

// problem notes something in the file that cannot be reached from here.
func (c *comparer) problem(path, format string, args ...any) {
	c.problems = append(c.problems, yamlfile.Problem{Position: c.file.source.At(path), Message: fmt.Sprintf(format, args...)})
}

// organization plans the organization and its policy types.
func (c *comparer) organization() {
	want := c.file.Organization.Features
	if !c.live.Exists {
		if want == "" {
			want = "ALL"
		}
		c.add(Step{Action: Create, Kind: KindOrganization, To: want})
	} else if want == "CONSOLIDATED_BILLING" && c.live.Features == "ALL" {
		c.problem("organization.features", "the organization has all features, and there is no way back to CONSOLIDATED_BILLING: say ALL")
	} else if want != "CONSOLIDATED_BILLING" && c.live.Features == "CONSOLIDATED_BILLING" {
		c.problem("organization.features", "the organization has the feature set CONSOLIDATED_BILLING: enable all features first (organizations:EnableAllFeatures)")
	}
	for _, t := range c.file.policyTypes() {
		if !slices.Contains(c.live.PolicyTypes, t) {
			c.add(Step{Action: Enable, Kind: KindPolicyType, Name: t})
		}
	}
}

// policies plans new and changed policies.
func (c *comparer) policies() {
	for i := range c.file.Policies {
		p := &c.file.Policies[i]
		s := Step{Kind: KindPolicy, Name: p.Name, policy: policyKey{p.kind(), p.Name}, text: p}
		live := c.live.policy(p.kind(), p.Name)
		if live == nil {
			s.Action = Create
			c.add(s)
			continue
		}
		if p.Description != "" && p.Description != live.Description {
			s.Changes = append(s.Changes, Change{"description", live.Description, p.Description})
		}
		if !SameDocument(p.text, live.Text) {
			s.Changes = append(s.Changes, Change{"document", live.Text, p.text})
		}
		if s.Changes != nil {
			s.Action, s.ID = Update, live.ID
			c.add(s)
		}
	}
}

// units plans renamed and new units.
func (c *comparer) units(before *index) {
	for _, u := range c.file.renames(before.Live) {
		c.add(Step{Action: Rename, Kind: KindUnit, Name: u.Path, ID: before.paths[u.Was].ID, From: baseName(u.Was), To: baseName(u.Path), place: unitPlace(u.Path)})
	}
	for _, path := range c.file.UnitPaths() {
		if c.live.paths[path] == nil {
			c.add(Step{Action: Create, Kind: KindUnit, Name: path, place: unitPlace(path)})
		}
	}
}

// idOf gives the ID of a place, "" if it does not exist yet.
func (c *comparer) idOf(p Place) string {
	switch {
	case p.Kind == KindRoot:
		return c.live.Root
	case p.Kind == KindUnit:
		if u := c.live.paths[p.key]; u != nil {
			return u.ID
		}
	case p.key == ManagementName:
		return c.live.Management
	default:
		if a := c.live.account(p.key); a != nil {
			return a.ID
		}
	}
	return ""
}

// place plans the tags and attachments of a root, unit or account; known tells that it may be there already.
func (c *comparer) place(at string, p Place, want *Target, known bool) {
	id := ""
	if known {
		id = c.idOf(p)
	}
	c.tags(p, id, want.Tags)
	c.attachments(at, p, id, want)
}

// tags plans the tags of a place.
func (c *comparer) tags(p Place, id string, want map[string]string) {
	set := map[string]string{}
	var remove []string
	live := c.live.Tags[id]
	for k, v := range want {
		if old, ok := live[k]; !ok || old != v {
			set[k] = v
		}
	}
	for _, k := range slices.Sorted(maps.Keys(live)) {
		if _, ok := want[k]; !ok && c.o.Prune && !strings.HasPrefix(strings.ToLower(k), "aws:") {
			remove = append(remove, k)
		}
	}
	if len(set) > 0 {
		c.add(Step{Action: Tag, Kind: p.Kind, Name: p.Name, ID: id, Tags: set, place: p})
	}
	if len(remove) > 0 {
		c.last = append(c.last, Step{Action: Untag, Kind: p.Kind, Name: p.Name, ID: id, Untag: remove, place: p})
	}
}

// accounts plans new accounts, then for each account its tags, its attachments and its place in the tree.
func (c *comparer) accounts() {
	for i := range c.file.Accounts {
		a := &c.file.Accounts[i]
		at := fmt.Sprintf("accounts[%d]", i)
		p := accountPlace(a.Name, a.Email)
		live := c.live.account(a.Email)
		switch {
		case live == nil && strings.EqualFold(a.Email, c.live.ManagementEmail) && a.Email != "", live != nil && live.ID == c.live.Management:
			c.problem(at+".email", "%q is the management account's e-mail address: what concerns the management account stands under management", a.Email)
			continue
		case live != nil && live.closed():
			c.problem(at, "account %q (%s) is %s: take it out of the file; a new account needs another e-mail address", live.Name, live.ID, live.State)
			continue
		case live == nil:
			c.create(a, p)
		case live.Name != a.Name:
			c.Notes = append(c.Notes, fmt.Sprintf("account %s is named %q in the organization and %q in the file: Organizations cannot rename accounts, only the account itself can", live.ID, live.Name, a.Name))
		}
		c.place(at, p, &a.Target, true)
		from := ""
		if live != nil {
			from = live.Unit
		}
		if from != a.Unit {
			c.add(Step{Action: Move, Kind: KindAccount, Name: a.Name, ID: c.idOf(p), From: from, To: a.Unit, place: p})
		}
	}
	if c.file.Management.Name != "" && c.live.Exists {
		if m := c.live.ids[c.live.Management]; m != nil && m.Name != c.file.Management.Name {
			c.Notes = append(c.Notes, fmt.Sprintf("the management account is named %q in the organization and %q in the file", m.Name, c.file.Management.Name))
		}
	}
}

// create plans a new account, or to wait for one that is being created.
func (c *comparer) create(a *Account, p Place) {
	s := Step{Action: Create, Kind: KindAccount, Name: a.Name, Email: a.Email, To: a.Unit, place: p, account: a}
	for _, creation := range c.live.Creating {
		if creation.Name == a.Name {
			s.Note = "its creation is under way since " + creation.Since.UTC().Format("2006-01-02 15:04:05") + " UTC"
		}
	}
	c.add(s)
}
