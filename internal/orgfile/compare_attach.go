package orgfile

import (
	"slices"
	"strings"
)

// attachments plans what is attached to a place. What is new is attached before anything is detached; only where there is
// no room for it, one policy that goes is detached before one that comes is attached.
func (c *comparer) attachments(at string, p Place, id string, want *Target) {
	for _, kind := range []string{ServiceControl, ResourceControl} {
		c.attachmentsOf(at, p, id, want, kind)
	}
}

// attachmentsOf plans the attachments of one policy type.
func (c *comparer) attachmentsOf(at string, p Place, id string, want *Target, kind string) {
	var here []policyKey // attached now
	if id != "" {
		for _, live := range c.live.attached[id] {
			if live.Type == kind {
				here = append(here, policyKey{kind, live.Name})
			}
		}
	}
	count := len(here)
	if kind == ResourceControl {
		count++ // RCPFullAWSAccess is everywhere
	} else if id == "" || !slices.Contains(c.live.PolicyTypes, ServiceControl) && !slices.Contains(here, fullAccessKey()) {
		here, count = append(here, fullAccessKey()), count+1 // AWS attaches it to what is new, and everywhere when the type is enabled
	}
	come, gone := c.difference(want, kind, here)
	for _, k := range come {
		if count >= maxAttached(kind) {
			if len(gone) == 0 {
				c.problem(at+".policies", "no room for policy %q: %s has %d policies of type %s attached, some of them not in the file; detach some, or let --prune do it", k.name, placeName(p), count, kind)
				return
			}
			c.add(c.attachment(Detach, p, gone[0]))
			gone, count = gone[1:], count-1
		}
		c.add(c.attachment(Attach, p, k))
		count++
	}
	for _, k := range gone {
		if k == fullAccessKey() {
			c.add(c.attachment(Detach, p, k)) // asked for by fullAccess: false, and narrowing: at once
			continue
		}
		c.last = append(c.last, c.attachment(Detach, p, k))
	}
	c.leftAttached(p, want, kind, here)
}

// difference gives what comes to a place and what goes from it, in one policy type.
func (c *comparer) difference(want *Target, kind string, here []policyKey) (come, gone []policyKey) {
	var wanted []policyKey
	if kind == ServiceControl && want.FullAccess != nil && *want.FullAccess {
		wanted = append(wanted, fullAccessKey())
	}
	for _, name := range want.Policies {
		if p := c.file.policy(name); p != nil && p.kind() == kind {
			wanted = append(wanted, policyKey{kind, name})
		}
	}
	for _, k := range wanted {
		if !slices.Contains(here, k) {
			come = append(come, k)
		}
	}
	for _, k := range here {
		switch {
		case slices.Contains(wanted, k):
		case k == fullAccessKey():
			if want.FullAccess != nil && !*want.FullAccess {
				gone = append(gone, k)
			}
		case c.o.Prune:
			gone = append(gone, k)
		}
	}
	return come, gone
}

// leftAttached notes attachments that are not in the file and stay.
func (c *comparer) leftAttached(p Place, want *Target, kind string, here []policyKey) {
	if c.o.Prune {
		return
	}
	for _, k := range here {
		if k == fullAccessKey() || slices.Contains(want.Policies, k.name) || c.file.policy(k.name) == nil {
			continue // a policy that the file does not have at all is left alone as a whole
		}
		c.LeftAlone = append(c.LeftAlone, Leftover{Kind: KindPolicy, Name: k.name, ID: c.live.policy(kind, k.name).ID, Target: &p,
			Why: "attached here, though the file does not say so; --prune detaches it"})
	}
}

// attachment is a step that attaches or detaches.
func (c *comparer) attachment(a Action, p Place, k policyKey) Step {
	s := Step{Action: a, Kind: KindPolicy, Name: k.name, Target: &p, policy: k}
	if live := c.live.policy(k.kind, k.name); live != nil {
		s.ID = live.ID
	}
	return s
}

// fullAccessKey is FullAWSAccess.
func fullAccessKey() policyKey { return policyKey{ServiceControl, FullAccess} }

// placeName names a place in a sentence.
func placeName(p Place) string {
	switch p.Kind {
	case KindRoot:
		return "the root"
	case KindUnit:
		return "unit " + p.Name
	}
	return "account " + p.Name
}

// unlisted plans what to do with that which the file does not have: units, accounts, policies.
func (c *comparer) unlisted() {
	c.unlistedAccounts()
	c.unlistedUnits()
	c.unlistedPolicies() // behind the units: what is attached to a unit goes with it
}

// unlistedPolicies detaches and deletes policies that the file does not have, or leaves them alone.
func (c *comparer) unlistedPolicies() {
	for i := range c.live.Policies {
		live := &c.live.Policies[i]
		if p := c.file.policy(live.Name); live.AWS || p != nil && p.kind() == live.Type {
			continue
		}
		if !c.o.Prune {
			c.LeftAlone = append(c.LeftAlone, Leftover{Kind: KindPolicy, Name: live.Name, ID: live.ID, Why: "not in the file; --prune detaches and deletes it"})
			continue
		}
		k := policyKey{live.Type, live.Name}
		for _, target := range live.Targets {
			if p := c.placeOf(target); !c.deletes(p) && !c.detaches(p, k) {
				c.last = append(c.last, c.attachment(Detach, p, k))
			}
		}
		c.last = append(c.last, Step{Action: Delete, Kind: KindPolicy, Name: live.Name, ID: live.ID, policy: k})
	}
}

// detaches tells whether the plan has a step that detaches a policy from a place.
func (c *comparer) detaches(p Place, k policyKey) bool {
	is := func(s Step) bool {
		return s.Action == Detach && s.policy == k && s.Target.Kind == p.Kind && s.Target.key == p.key
	}
	return slices.ContainsFunc(c.Steps, is) || slices.ContainsFunc(c.last, is)
}

// deletes tells whether the plan deletes a unit.
func (c *comparer) deletes(p Place) bool {
	return slices.ContainsFunc(c.last, func(s Step) bool {
		return s.Action == Delete && s.Kind == KindUnit && s.place.identity() == p.identity()
	})
}

// placeOf gives the place of an ID.
func (c *comparer) placeOf(id string) Place {
	if id == c.live.Management {
		return managementPlace()
	}
	for i := range c.live.Units {
		if c.live.Units[i].ID == id {
			return unitPlace(c.live.Units[i].Path)
		}
	}
	if a := c.live.ids[id]; a != nil {
		return accountPlace(a.Name, a.Email)
	}
	return rootPlace()
}

// inFile tells whether the file has an account.
func (c *comparer) inFile(a *LiveAccount) bool { return c.emails[strings.ToLower(a.Email)] != nil }

// unlistedAccounts closes accounts that the file does not have, or leaves them alone.
func (c *comparer) unlistedAccounts() {
	for i := range c.live.Accounts {
		a := &c.live.Accounts[i]
		if a.ID == c.live.Management || a.closed() || c.inFile(a) {
			continue
		}
		if c.o.CloseAccounts {
			c.last = append(c.last, Step{Action: Close, Kind: KindAccount, Name: a.Name, ID: a.ID, Email: a.Email, place: accountPlace(a.Name, a.Email)})
			continue
		}
		c.LeftAlone = append(c.LeftAlone, Leftover{Kind: KindAccount, Name: a.Name, ID: a.ID, Why: "not in the file; --close-accounts closes it"})
	}
}

// unlistedUnits deletes empty units that the file does not have, the deepest first, or leaves them alone.
func (c *comparer) unlistedUnits() {
	listed := c.file.UnitPaths()
	keeps := map[string]bool{} // units that must stay because of what is in them
	for i := range c.live.Accounts {
		a := &c.live.Accounts[i]
		if c.inFile(a) && !a.closed() {
			continue // it is where the file says by then
		}
		for _, p := range withParents(a.Unit) {
			keeps[p] = true
		}
	}
	for _, u := range slices.Backward(c.live.Units) {
		if slices.Contains(listed, u.Path) {
			continue
		}
		left := Leftover{Kind: KindUnit, Name: u.Path, ID: u.ID, Why: "not in the file; --prune deletes it if it is empty"}
		if c.o.Prune && keeps[u.Path] {
			left.Why = "not in the file, but there are accounts in it: move them first; a closed account stays for 90 days"
		}
		if c.o.Prune && !keeps[u.Path] {
			c.last = append(c.last, Step{Action: Delete, Kind: KindUnit, Name: u.Path, ID: u.ID, place: unitPlace(u.Path)})
			continue
		}
		c.LeftAlone = append(c.LeftAlone, left)
	}
}

// keepOne attaches FullAWSAccess wherever the last SCP of a target would be detached, which AWS refuses.
func (c *comparer) keepOne() {
	count, out := map[Place]int{}, []Step{}
	for _, s := range c.Steps {
		if s.Target == nil || s.policy.kind != ServiceControl {
			out = append(out, s)
			continue
		}
		at := s.Target.identity()
		if _, known := count[at]; !known {
			count[at] = c.serviceControls(at)
		}
		switch {
		case s.Action == Attach:
			count[at]++
		case count[at] == 1:
			out = append(out, c.attachment(Attach, *s.Target, fullAccessKey()))
		default:
			count[at]--
		}
		out = append(out, s)
	}
	c.Steps = out
}

// serviceControls counts the SCPs attached to a place. What is new has FullAWSAccess, and all have when the type is enabled.
func (c *comparer) serviceControls(p Place) int {
	n := 0
	for _, live := range c.live.attached[c.idOf(p)] {
		if live.Type == ServiceControl {
			n++
		}
	}
	return max(n, 1)
}
