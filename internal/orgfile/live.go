package orgfile

import (
	"slices"
	"strings"
	"time"
)

// Live is an organization as it is, read through the API.
type Live struct {
	// Exists is false when the caller's account is in no organization: nothing else is set then.
	Exists          bool
	ID              string
	Management      string // the management account's ID
	ManagementEmail string
	Features        string // "ALL" or "CONSOLIDATED_BILLING"
	Root            string // the root's ID
	PolicyTypes     []string
	Units           []LiveUnit    // each behind its parent
	Accounts        []LiveAccount // the management account included, in the order of the units
	Policies        []LivePolicy
	Creating        []Creation                      // accounts whose creation is under way
	Tags            map[string]map[string]string    // by the ID of a root, unit or account; only those that were asked for
	Roles           map[string]map[string]*LiveRole // by account ID and role name; only those that were asked for
}

// LiveUnit is an organizational unit.
type LiveUnit struct {
	ID, Name, Path, Parent string // Parent is the ID of the unit or root above
}

// LiveAccount is an account of the organization.
type LiveAccount struct {
	ID, Name, Email, State string
	Parent                 string // the ID of the unit or root it is in
	Unit                   string // the path of the unit; "" for the root
}

// LivePolicy is a policy and where it is attached.
type LivePolicy struct {
	ID, Name, Type, Description, Text string
	AWS                               bool     // one of AWS's own: Text is not read
	Targets                           []string // IDs; not read for RCPFullAWSAccess, which is attached everywhere
}

// Creation is a CreateAccount that has not ended.
type Creation struct {
	Request string
	Name    string
	Since   time.Time
}

// LiveRole is an IAM role.
type LiveRole struct {
	Name, Path, Description, Trust, Boundary string
	MaxSession                               int
	Attached                                 []string          // ARNs of managed policies
	Inline                                   map[string]string // texts by name
	Tags                                     map[string]string
}

// closed tells whether an account can do nothing any more and cannot come back through the API.
func (a *LiveAccount) closed() bool {
	return a.State == "CLOSED" || a.State == "PENDING_CLOSURE" || a.State == "SUSPENDED"
}

// withRenames gives the organization as it will be once the units that the file renames have their new names.
func (l *Live) withRenames(f *File) *Live {
	renames := f.renames(l)
	if len(renames) == 0 {
		return l
	}
	out := *l
	out.Units = slices.Clone(l.Units)
	out.Accounts = slices.Clone(l.Accounts)
	for _, u := range renames {
		for i := range out.Units {
			out.Units[i].Path = rebase(out.Units[i].Path, u.Was, u.Path)
		}
		for i := range out.Accounts {
			out.Accounts[i].Unit = rebase(out.Accounts[i].Unit, u.Was, u.Path)
		}
	}
	return &out
}

// renames gives the units of the file that are there under their former name only.
func (f *File) renames(l *Live) []Unit {
	there := func(path string) bool {
		return slices.ContainsFunc(l.Units, func(u LiveUnit) bool { return u.Path == path })
	}
	var out []Unit
	for _, u := range f.Units {
		if u.Was != "" && u.Was != u.Path && there(u.Was) && !there(u.Path) {
			out = append(out, u)
		}
	}
	return out
}

// rebase moves a path from below one unit to below another.
func rebase(path, from, to string) string {
	if path == from {
		return to
	}
	if rest, below := strings.CutPrefix(path, from+"/"); below {
		return to + "/" + rest
	}
	return path
}
