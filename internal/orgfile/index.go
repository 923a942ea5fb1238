package orgfile

import "strings"

// index finds the parts of an organization quickly: large ones have tens of thousands of accounts.
type index struct {
	*Live
	emails   map[string]*LiveAccount // by e-mail address in lower case
	ids      map[string]*LiveAccount
	paths    map[string]*LiveUnit
	keys     map[policyKey]*LivePolicy
	attached map[string][]*LivePolicy // by the target's ID; RCPFullAWSAccess left out
}

// index makes the index of an organization, which must not change afterwards.
func (l *Live) index() *index {
	ix := &index{Live: l, emails: map[string]*LiveAccount{}, ids: map[string]*LiveAccount{}, paths: map[string]*LiveUnit{},
		keys: map[policyKey]*LivePolicy{}, attached: map[string][]*LivePolicy{}}
	for i := range l.Accounts {
		a := &l.Accounts[i]
		ix.emails[strings.ToLower(a.Email)], ix.ids[a.ID] = a, a
	}
	for i := range l.Units {
		ix.paths[l.Units[i].Path] = &l.Units[i]
	}
	for i := range l.Policies {
		p := &l.Policies[i]
		ix.keys[policyKey{p.Type, p.Name}] = p
		for _, target := range p.Targets {
			ix.attached[target] = append(ix.attached[target], p)
		}
	}
	return ix
}

// account finds an account by its e-mail address.
func (ix *index) account(email string) *LiveAccount { return ix.emails[strings.ToLower(email)] }

// policy finds a policy by its type and name.
func (ix *index) policy(kind, name string) *LivePolicy { return ix.keys[policyKey{kind, name}] }

// byEmail gives the accounts of a file by their e-mail addresses in lower case.
func (f *File) byEmail() map[string]*Account {
	out := make(map[string]*Account, len(f.Accounts))
	for i := range f.Accounts {
		out[strings.ToLower(f.Accounts[i].Email)] = &f.Accounts[i]
	}
	return out
}
