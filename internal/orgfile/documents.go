package orgfile

import (
	"fmt"
	"maps"
	"slices"

	"umbel/iampolicy"
	"umbel/internal/yamlfile"
)

// Written is a policy of an organization file, with its use and where it stands.
type Written struct {
	yamlfile.Written
	Name string // such as "policy approved-regions" or "role deploy of production, policy own"
	Kind iampolicy.Kind
}

// Written gives every policy of a file that was parsed: SCPs and RCPs, those of templates as they are filled in, and trust and
// inline policies of roles.
func (f *File) Written() []Written {
	var out []Written
	for i := range f.Policies {
		p := &f.Policies[i]
		kind := iampolicy.KindServiceControl
		if p.kind() == ResourceControl {
			kind = iampolicy.KindResourceControl
		}
		at := fmt.Sprintf("policies[%d]", i)
		for _, key := range []string{"template", "file", "document"} {
			if f.source.Has(at + "." + key) {
				out = append(out, Written{f.source.Written(at+"."+key, p.text), "policy " + p.Name, kind})
			}
		}
	}
	out = append(out, f.writtenRoles("management", ManagementName, f.Management.Roles)...)
	for i := range f.Accounts {
		out = append(out, f.writtenRoles(fmt.Sprintf("accounts[%d]", i), f.Accounts[i].Name, f.Accounts[i].Roles)...)
	}
	return out
}

// writtenRoles gives the policies of an account's roles.
func (f *File) writtenRoles(at, account string, roles []Role) []Written {
	var out []Written
	for i := range roles {
		r := &roles[i]
		here, name := fmt.Sprintf("%s.roles[%d]", at, i), "role "+r.Name+" of "+account
		if r.TrustPolicy != "" {
			out = append(out, Written{f.source.Written(here+".trustPolicy", string(r.TrustPolicy)), name + ", trust policy", iampolicy.KindTrust})
		}
		for _, policy := range slices.Sorted(maps.Keys(r.Policies)) {
			out = append(out, Written{f.source.Written(here+".policies."+policy, string(r.Policies[policy])), name + ", policy " + policy, iampolicy.KindIdentity})
		}
	}
	return out
}
