package policytest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/iampolicy/actions"
	"umbel/internal/orgfile"
	"umbel/internal/yamlfile"
)

// Test is one request with the policies that have a say in it.
type Test struct {
	Label     string // what tells it from the other tests of its case; "" if it is the only one
	Principal string
	Action    string
	Resource  string
	Context   map[string][]string // the keys that the case and its defaults give
	request   *iampolicy.Request
	policies  *iampolicy.Policies
}

// maxTests bounds what a case may expand to.
const maxTests = 1_000_000

// tests gives the tests that a case stands for. It stops at the first combination with a problem: the others have it too.
func (l *loader) tests(at string, c *Case) []Test {
	s := l.setting(at, c)
	if len(s.Principal) == 0 {
		l.problem(at, "case %q has no principal, and neither have the defaults", c.Name)
	}
	if len(s.Action) == 0 {
		l.problem(at, "case %q has no action, and neither have the defaults", c.Name)
	}
	if l.Organization != "" && s.FullAccess != nil && !*s.FullAccess {
		l.problem(s.path("fullAccess"), "fullAccess: false needs a case without an organization file, which says itself where FullAWSAccess is detached")
	}
	var out []Test
	for _, row := range l.rows(at, c.Table) {
		before := len(l.source.Problems)
		out = append(out, s.row(row, maxTests-len(out))...)
		if len(l.source.Problems) > before {
			return nil
		}
	}
	if len(out) == 1 {
		out[0].Label = ""
	}
	return out
}

// rows gives each combination of a table's texts, by name.
func (l *loader) rows(at string, table map[string]yamlfile.Values) []map[string]string {
	out := []map[string]string{{}}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if len(table[name]) == 0 {
			l.problem(at+".table."+name, "the list is empty: nothing would be tested")
		}
		var next []map[string]string
		for _, row := range out {
			for _, value := range table[name] {
				longer := maps.Clone(row)
				longer[name] = value
				next = append(next, longer)
			}
		}
		out = next
	}
	return out
}

// row gives the tests of one row of a case's table: each principal with each action, resource and context.
func (s *setting) row(row map[string]string, room int) []Test {
	l := s.loader
	values := l.world.placeholders()
	maps.Copy(values, l.Values)
	maps.Copy(values, row)
	values["principal.account"] = "" // stands for something below, once the principal is known
	var callers []caller
	for i := range s.Principal {
		path := fmt.Sprintf("%s[%d]", s.path("principal"), i)
		callers = append(callers, s.callers(path, &s.Principal[i], values)...)
	}
	names := s.actions(values)
	if total := len(callers) * len(names) * len(s.Resource) * len(s.Context); total > room {
		l.problem(s.at, "the case stands for more than %d decisions: split it", maxTests)
		return nil
	}
	var out []Test
	for _, c := range callers {
		values["principal.account"] = c.account
		own := s.own(&c, values)
		for _, action := range names {
			for i := range s.Resource {
				for _, context := range s.Context {
					before := len(l.source.Problems)
					out = append(out, s.test(&c, &own, action, i, context, values))
					if len(l.source.Problems) > before {
						return nil
					}
					out[len(out)-1].Label = s.label(row, &c, len(callers), &out[len(out)-1], len(names))
				}
			}
		}
	}
	return out
}

// label tells one test of a case from the others: it says what varies.
func (s *setting) label(row map[string]string, c *caller, callers int, t *Test, names int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(row)) {
		parts = append(parts, name+" "+row[name])
	}
	if callers > 1 {
		parts = append(parts, c.label)
	}
	if names > 1 {
		parts = append(parts, t.Action)
	}
	if len(s.Resource) > 1 {
		parts = append(parts, t.Resource)
	}
	if len(s.Context) > 1 {
		parts = append(parts, contextText(t.Context))
	}
	return strings.Join(parts, ", ")
}

// contextText writes condition keys in one line.
func contextText(context map[string][]string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(context)) {
		parts = append(parts, key+"="+strings.Join(context[key], "|"))
	}
	return strings.Join(parts, " ")
}

// actions gives the actions of the case, each pattern expanded.
func (s *setting) actions(values map[string]string) []string {
	var out []string
	for i, action := range s.Action {
		path := fmt.Sprintf("%s[%d]", s.path("action"), i)
		action = s.loader.fill(path, action, values)
		service, name, _ := strings.Cut(action, ":")
		switch {
		case action != "*" && (service == "" || name == "" || strings.Contains(name, ":")):
			s.loader.problem(path, "%q is not an action: it has the form service:Name", action)
		case !isPattern(action):
			out = append(out, action)
		default:
			found := actions.Expand(action)
			if len(found) == 0 {
				hint := ""
				if near := actions.NearestService(service); near != "" && !isPattern(service) {
					hint = fmt.Sprintf(" (is the service %q meant?)", near)
				}
				s.loader.problem(path, "no known action matches %q%s", action, hint)
			}
			out = append(out, found...)
		}
	}
	return out
}

// test makes one test: the request, and the policies of every layer.
func (s *setting) test(c *caller, own *iampolicy.Policies, action string, resource int, keys map[string]yamlfile.Values, values map[string]string) Test {
	l := s.loader
	at := fmt.Sprintf("%s[%d]", s.path("resource"), resource)
	t := Test{Principal: c.arn, Action: action, Resource: l.fill(at, s.Resource[resource], values), Context: map[string][]string{}}
	if t.Resource != "*" && !strings.HasPrefix(t.Resource, "arn:") {
		l.problem(at, `%q is not a resource: it is an ARN, or "*"`, t.Resource)
		return t
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if keys[key] == nil {
			continue // null: the key is absent
		}
		filled := make([]string, len(keys[key]))
		for i, value := range keys[key] {
			filled[i] = l.fill(s.path("context"), value, values)
		}
		t.Context[key] = filled
	}
	owner := s.owner(c, t.Resource, values)
	if err := s.decode(&t, c, owner, keys); err != nil {
		l.problem(s.at, "%v", err)
		return t
	}
	s.gather(&t, own, owner, values)
	return t
}

// owner gives the ID of the account that owns the resource: what the case says, or the ARN, or else the caller's own.
func (s *setting) owner(c *caller, resource string, values map[string]string) string {
	if s.ResourceAccount != "" {
		name := s.loader.fill(s.path("resourceAccount"), s.ResourceAccount, values)
		id := s.loader.world.account(name)
		if id == "" {
			s.loader.problem(s.path("resourceAccount"), "there is no account %q%s: accounts are those of the organization file, or IDs", name, yamlfile.Nearest(name, s.loader.world.accounts()))
		}
		return id
	}
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 && isAccountID(parts[4]) {
		return parts[4]
	}
	return c.account
}

// decode makes the request, with the keys that AWS derives from the principal.
func (s *setting) decode(t *Test, c *caller, owner string, given map[string]yamlfile.Values) error {
	keys := s.derived(c, owner)
	for key := range given {
		for known := range keys {
			if strings.EqualFold(known, key) {
				delete(keys, known)
			}
		}
	}
	for key, v := range t.Context {
		keys[key] = v
	}
	text, err := json.Marshal(map[string]any{
		"principal": c.arn, "action": t.Action, "resource": t.Resource, "resourceAccount": owner, "context": keys,
	})
	if err != nil {
		return err
	}
	t.request, t.policies, err = iampolicy.DecodeRequest(text, new(iampolicy.PolicySet))
	return err
}

// own gives the policies that bind a caller, whatever it does.
func (s *setting) own(c *caller, values map[string]string) iampolicy.Policies {
	return iampolicy.Policies{
		ServiceControl: s.chain("serviceControl", orgfile.ServiceControl, s.loader.world.names[c.account], s.ServiceControl, values),
		Identity:       s.identity(c, values),
		Boundary:       s.boundary(c, values),
		Session:        s.named("session", iampolicy.KindIdentity, s.Session, values),
	}
}

// gather gives a test the policies of every layer: the caller's own, and those of the resource.
func (s *setting) gather(t *Test, own *iampolicy.Policies, owner string, values map[string]string) {
	ps := t.policies
	must := ps.ResourceMustAllow
	*ps = *own
	ps.ResourceMustAllow = must
	ps.ResourceControl = s.chain("resourceControl", orgfile.ResourceControl, s.loader.world.names[owner], s.ResourceControl, values)
	kind := iampolicy.KindResource
	trust, ok := s.trust(t, owner)
	if ok {
		kind = iampolicy.KindTrust
	}
	switch {
	case s.ResourcePolicy != "":
		r := s.source(s.path("resourcePolicy"), "resourcePolicy", kind, s.ResourcePolicy, values)
		ps.Resource = &r
	case trust != "":
		ps.Resource = &iampolicy.Source{ID: "trust policy", Document: s.loader.document(trust)}
	}
}

// chain gives the levels of SCPs or RCPs that bind an account of the organization file, and those of the case.
func (s *setting) chain(key, kind, account string, own map[string]yamlfile.Document, values map[string]string) []iampolicy.Level {
	w := s.loader.world
	var levels []iampolicy.Level
	if w.file != nil {
		levels = w.chains.Of(account, kind)
	}
	if len(own) == 0 {
		return levels
	}
	validate := iampolicy.KindServiceControl
	if kind == orgfile.ResourceControl {
		validate = iampolicy.KindResourceControl
	}
	if w.file != nil && account == orgfile.ManagementName {
		return nil // neither SCPs nor RCPs bind the management account
	}
	level := iampolicy.Level{Target: "account"}
	if len(levels) > 0 {
		last := levels[len(levels)-1]
		level.Target, level.Policies = last.Target, slices.Clone(last.Policies)
		levels = levels[:len(levels)-1]
	} else if kind == orgfile.ResourceControl || s.FullAccess == nil || *s.FullAccess {
		level.Policies = append(level.Policies, orgfile.FullAccessSource(kind))
	}
	level.Policies = append(level.Policies, s.named(key, validate, own, values)...)
	return append(slices.Clip(levels), level)
}

// trust tells whether the test assumes a role, and gives the role's trust policy if the organization file has the role.
func (s *setting) trust(t *Test, owner string) (text string, ok bool) {
	if !strings.HasPrefix(strings.ToLower(t.Action), "sts:assumerole") {
		return "", false
	}
	w := s.loader.world
	if w.file == nil {
		return "", true
	}
	roles, access, _ := w.file.RolesOf(w.names[owner])
	id := func(name string) string { return w.ids[name] }
	_, path, _ := strings.Cut(t.Resource, ":role")
	for i := range roles {
		prefix := roles[i].Path
		if prefix == "" {
			prefix = "/"
		}
		if path == prefix+roles[i].Name {
			text, _ = roles[i].TrustText(id) // every account of the file has an ID here
			return text, true
		}
	}
	if access != "" && path == "/"+access { // as CreateAccount makes it
		text, _ = (&orgfile.Role{Trust: []string{orgfile.ManagementName}}).TrustText(id)
	}
	return text, true
}
