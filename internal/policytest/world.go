package policytest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"umbel/internal/orgfile"
)

// world is what an organization file says, with the IDs that it does not say.
type world struct {
	file   *orgfile.File // nil without one
	chains *orgfile.Chains
	ids    map[string]string // account IDs by name
	names  map[string]string // and back
	units  map[string]string // IDs of units by path
	paths  map[string]string // where each account is in the organization, by ID, as aws:PrincipalOrgPaths has it
}

// The IDs of an organization that exists in a file only.
const (
	organizationID = "o-umbeltests"
	rootID         = "r-test"
)

// newWorld gives accounts their IDs: those given, and for the others 111111111111, 222222222222 and so on in the order of the
// file, the management account first.
func newWorld(file *orgfile.File, given map[string]string) *world {
	w := &world{file: file, ids: maps.Clone(given), names: map[string]string{}}
	if w.ids == nil {
		w.ids = map[string]string{}
	}
	for name, id := range given {
		w.names[id] = name
	}
	next := 0
	for _, name := range w.accounts() {
		for w.ids[name] == "" {
			next++
			id := fmt.Sprintf("%012d", 111111111111*next)
			if next > 9 {
				id = strconv.Itoa(100000000000 + next)
			}
			if w.names[id] == "" {
				w.ids[name], w.names[id] = id, name
			}
		}
	}
	if file != nil {
		w.chains, w.units, w.paths = file.Chains(), map[string]string{}, map[string]string{}
		for i, path := range file.UnitPaths() {
			w.units[path] = fmt.Sprintf("ou-test-%08d", i+1)
		}
		for _, name := range w.accounts() {
			w.paths[w.ids[name]] = w.orgPath(name)
		}
	}
	return w
}

// accounts gives the names of all accounts of the file, the management account first.
func (w *world) accounts() []string {
	if w.file == nil {
		return nil
	}
	out := []string{orgfile.ManagementName}
	for i := range w.file.Accounts {
		out = append(out, w.file.Accounts[i].Name)
	}
	return out
}

// unitOf gives the path of an account's unit.
func (w *world) unitOf(account string) string {
	for i := range w.file.Accounts {
		if w.file.Accounts[i].Name == account {
			return w.file.Accounts[i].Unit
		}
	}
	return "" // the management account is in the root
}

// under gives the accounts in or beneath a unit.
func (w *world) under(unit string) []string {
	var out []string
	for _, name := range w.accounts() {
		if orgfile.Under(w.unitOf(name), unit) {
			out = append(out, name)
		}
	}
	return out
}

// matching gives the member accounts whose name a pattern matches, or the one account of that very name or ID.
func (w *world) matching(pattern string) []string {
	all := w.accounts()
	if slices.Contains(all, pattern) || w.ids[pattern] != "" {
		return []string{pattern}
	}
	if name := w.names[pattern]; name != "" {
		return []string{name}
	}
	if !isPattern(pattern) || w.file == nil {
		return nil
	}
	return slices.DeleteFunc(all[1:], func(name string) bool { return !like(pattern, name) })
}

// account gives the ID of an account by its name or ID; "" if it is neither.
func (w *world) account(name string) string {
	if id := w.ids[name]; id != "" {
		return id
	}
	if isAccountID(name) {
		return name
	}
	return ""
}

// orgPath gives the path of an account in the organization, by its name.
func (w *world) orgPath(name string) string {
	out, above := organizationID+"/"+rootID+"/", ""
	for _, n := range orgfile.SplitPath(w.unitOf(name)) {
		above = orgfile.JoinPath(above, n)
		out += w.units[above] + "/"
	}
	return out
}

// placeholders gives the texts that ${name} stands for in every case.
func (w *world) placeholders() map[string]string {
	out := map[string]string{}
	for name, id := range w.ids {
		out["account."+name] = id
	}
	if w.file == nil {
		return out
	}
	out["organization"] = organizationID
	for path, id := range w.units {
		out["unit."+path] = id
	}
	return out
}

func isAccountID(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

func isPattern(s string) bool { return strings.ContainsAny(s, "*?") }

// escapePath keeps of the language of package path only * and ?, which here match "/" too.
var escapePath = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `/`, "\x00")

// like matches a text with a pattern of * and ?.
func like(pattern, text string) bool {
	ok, err := path.Match(escapePath.Replace(pattern), strings.ReplaceAll(text, "/", "\x00"))
	return err == nil && ok
}
