package orgfile

import (
	"context"
	"maps"
	"slices"
	"strings"

	"umbel/internal/yamlfile"
)

// ExportOptions say what to export besides the tree and the policies.
type ExportOptions struct {
	// Roles exports the IAM roles of the members, read through the access role of each.
	Roles bool
}

// Export reads an organization and describes it as a file, in canonical order: planning that file against the same
// organization gives no changes. Closed accounts are left out.
func Export(ctx context.Context, c Clients, o ExportOptions) (*File, error) {
	read := ReadOptions{Tags: func(string) bool { return true }}
	if o.Roles {
		read.Roles = func(l *Live, a *LiveAccount) (bool, []string, string) {
			return a.ID != l.Management, nil, DefaultAccessRole
		}
	}
	l, err := Read(ctx, c, read)
	if err != nil {
		return nil, err
	}
	return FromLive(l), nil
}

// FromLive describes an organization as a file.
func FromLive(l *Live) *File {
	f := &File{source: new(yamlfile.Source)}
	if !l.Exists {
		return f
	}
	if l.Features != "ALL" {
		f.Organization.Features = l.Features
	}
	ix := l.index()
	f.Organization.PolicyTypes = slices.Sorted(slices.Values(l.PolicyTypes))
	f.Root.Target = ix.target(l.Root)
	f.Management.Target = ix.target(l.Management)
	if m := ix.ids[l.Management]; m != nil {
		f.Management.Name = m.Name
	}
	for _, u := range l.Units {
		f.Units = append(f.Units, Unit{Path: u.Path, Target: ix.target(u.ID)})
	}
	slices.SortFunc(f.Units, func(a, b Unit) int { return slices.Compare(SplitPath(a.Path), SplitPath(b.Path)) })
	for i := range l.Accounts {
		if a := &l.Accounts[i]; a.ID != l.Management && !a.closed() {
			f.Accounts = append(f.Accounts, Account{Name: a.Name, Email: a.Email, Unit: a.Unit, Target: ix.target(a.ID)})
		}
	}
	slices.SortStableFunc(f.Accounts, func(a, b Account) int {
		if c := slices.Compare(SplitPath(a.Unit), SplitPath(b.Unit)); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	for i := range f.Accounts {
		f.Accounts[i].Roles = ix.exportRoles(&f.Accounts[i], f.Accounts)
	}
	for _, p := range l.Policies {
		if !p.AWS {
			f.Policies = append(f.Policies, Policy{Name: p.Name, Type: p.Type, Description: p.Description, Document: yamlfile.Document(p.Text), text: p.Text})
		}
	}
	return f
}

// target gives what is attached to an ID, and its tags.
func (l *index) target(id string) Target {
	var t Target
	full := false
	for _, p := range l.attached[id] {
		if p.AWS {
			full = full || p.Name == FullAccess
			continue
		}
		t.Policies = append(t.Policies, p.Name)
	}
	if !full && slices.Contains(l.PolicyTypes, ServiceControl) {
		no := false
		t.FullAccess = &no
	}
	for k, v := range l.Tags[id] {
		if strings.HasPrefix(strings.ToLower(k), "aws:") {
			continue
		}
		if t.Tags == nil {
			t.Tags = map[string]string{}
		}
		t.Tags[k] = v
	}
	return t
}

// exportRoles describes the roles of an account, its access role left out.
func (l *index) exportRoles(a *Account, accounts []Account) []Role {
	live := l.account(a.Email)
	var out []Role
	for _, name := range slices.Sorted(maps.Keys(l.Roles[live.ID])) {
		from := l.Roles[live.ID][name]
		if name == a.accessRole() {
			continue
		}
		r := Role{Name: name, Description: from.Description, ManagedPolicies: slices.Sorted(slices.Values(from.Attached)), Boundary: from.Boundary}
		if from.Path != "/" {
			r.Path = from.Path
		}
		if from.MaxSession != 3600 {
			r.MaxSession = from.MaxSession
		}
		if len(from.Tags) > 0 {
			r.Tags = from.Tags
		}
		for policy, text := range from.Inline {
			if r.Policies == nil {
				r.Policies = map[string]yamlfile.Document{}
			}
			r.Policies[policy] = yamlfile.Document(text)
		}
		l.exportTrust(&r, from.Trust, accounts)
		out = append(out, r)
	}
	return out
}

// exportTrust names the trusted accounts if the trust policy says no more than that, else it gives the whole policy.
func (l *index) exportTrust(r *Role, trust string, accounts []Account) {
	names := map[string]string{ManagementName: l.Management}
	for i := range accounts {
		names[accounts[i].Name] = l.account(accounts[i].Email).ID
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if strings.Contains(trust, "arn:aws:iam::"+names[name]+":root") {
			r.Trust = append(r.Trust, name)
		}
	}
	made, known := r.TrustText(func(name string) string { return names[name] })
	if len(r.Trust) == 0 || !known || !SameDocument(made, trust) {
		r.Trust, r.TrustPolicy = nil, yamlfile.Document(trust)
	}
}
