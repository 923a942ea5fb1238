package iampolicy

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The oracle is a plain interpreter of policies as encoding/json reads them, written from the documented rules and sharing no
// matching code with the engine. It knows what randomWorld writes, and no more.

type oracle struct {
	req *Request
	ctx map[string][]string // keys in lower case
}

// list gives one string or many as a list.
func list(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, s := range v {
			out = append(out, s.(string))
		}
		return out
	}
	return nil
}

func wild(pattern string) *regexp.Regexp {
	r := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile("(?s)^" + r + "$")
}

// substitute replaces ${key}; ok is false if one has no single value. Values are quoted so that they stay text.
var variablePattern = regexp.MustCompile(`\$\{([^}]+)\}`)

func (o *oracle) substitute(s string) (literal, pattern string, ok bool) {
	ok = true
	expand := func(quote bool) string {
		return variablePattern.ReplaceAllStringFunc(s, func(v string) string {
			values := o.ctx[strings.ToLower(v[2:len(v)-1])]
			if len(values) != 1 {
				ok = false
				return ""
			}
			if quote {
				return plain(values[0])
			}
			return values[0]
		})
	}
	return expand(false), expand(true), ok
}

func (o *oracle) glob(pattern, s string) bool {
	_, p, ok := o.substitute(pattern)
	return ok && wild(p).MatchString(plain(s))
}

// plain hides the stars of a value from patterns.
func plain(s string) string { return strings.NewReplacer("*", "\x01", "?", "\x02").Replace(s) }

// statement tells whether a statement applies, and the grant of its Principal.
func (o *oracle) statement(s map[string]any) grant {
	in := func(list []string, match func(string) bool) bool { return slices.ContainsFunc(list, match) }
	action := func(p string) bool {
		return wild(strings.ToLower(p)).MatchString(strings.ToLower(o.req.Action))
	}
	resource := func(p string) bool { return o.glob(p, o.req.Resource) }
	if a, ok := s["Action"]; ok && !in(list(a), action) {
		return grantNone
	}
	if a, ok := s["NotAction"]; ok && in(list(a), action) {
		return grantNone
	}
	if r, ok := s["Resource"]; ok && !in(list(r), resource) {
		return grantNone
	}
	if r, ok := s["NotResource"]; ok && in(list(r), resource) {
		return grantNone
	}
	conditions, _ := s["Condition"].(map[string]any)
	for operator, block := range conditions {
		for key, values := range block.(map[string]any) {
			if !o.condition(operator, strings.ToLower(key), list(values)) {
				return grantNone
			}
		}
	}
	p, ok := s["Principal"]
	if !ok {
		return grantDirect
	}
	return o.principal(p)
}

func (o *oracle) principal(p any) grant {
	if p == "*" {
		return grantDirect
	}
	best, who := grantNone, &o.req.Principal
	for kind, values := range p.(map[string]any) {
		for _, v := range list(values) {
			g := grantNone
			switch {
			case kind == "AWS" && v == "*":
				g = grantDirect
			case kind == "Service":
				if who.Kind == ServicePrincipal && v == who.ARN {
					g = grantDirect
				}
			case who.Kind == ServicePrincipal || who.Kind == Anonymous:
			case v == who.Account || strings.HasSuffix(v, "::"+who.Account+":root"):
				g = grantDelegated
			case who.Kind == RootUser:
			case v == who.ARN:
				g = grantDirect
			case v == who.RoleARN || v == who.UserARN:
				g = grantRole
			}
			best = max(best, g)
		}
	}
	return best
}

func (o *oracle) condition(operator, key string, policy []string) bool {
	base, ifExists := strings.CutSuffix(operator, "IfExists")
	set, base, found := strings.Cut(base, ":")
	if !found {
		set, base = "", set
	}
	values, present := o.ctx[key]
	if base == "Null" {
		return slices.Contains(policy, map[bool]string{true: "false", false: "true"}[len(values) > 0])
	}
	if len(values) == 0 && ifExists {
		return true
	}
	positive := strings.Replace(base, "Not", "", 1)
	negated := positive != base
	one := func(v string) bool {
		return slices.ContainsFunc(policy, func(p string) bool { return o.compare(positive, v, p) })
	}
	empty := !slices.ContainsFunc(values, func(v string) bool { return v != "" })
	switch set {
	case "ForAllValues":
		return !present || empty || !slices.ContainsFunc(values, func(v string) bool { return one(v) == negated })
	case "ForAnyValue":
		return !empty && slices.ContainsFunc(values, func(v string) bool { return one(v) != negated })
	}
	return len(values) < 2 && slices.ContainsFunc(values, one) != negated
}

func (o *oracle) compare(operator, v, p string) bool {
	literal, _, ok := o.substitute(p)
	switch operator {
	case "StringEquals":
		return ok && v == literal
	case "StringEqualsIgnoreCase":
		return ok && strings.EqualFold(v, literal)
	case "StringLike":
		return o.glob(p, v)
	case "Bool":
		return ok && strings.EqualFold(v, "true") == strings.EqualFold(literal, "true")
	case "ArnLike":
		_, pattern, _ := o.substitute(p)
		want, got := strings.SplitN(pattern, ":", 6), strings.SplitN(v, ":", 6)
		for len(want) < 6 && strings.HasSuffix(p, "*") { // a star at the end stands for the missing parts
			want = append(want, "*")
		}
		if !ok || len(want) != 6 || len(got) != 6 {
			return false
		}
		for i := range want {
			if !wild(want[i]).MatchString(plain(got[i])) {
				return false
			}
		}
		return true
	}
	a, ok1 := new(big.Rat).SetString(v)
	b, ok2 := new(big.Rat).SetString(p)
	if !ok1 || !ok2 {
		return false
	}
	c := a.Cmp(b)
	return map[string]bool{"NumericEquals": c == 0, "NumericLessThan": c < 0, "NumericGreaterThanEquals": c >= 0}[operator]
}

// evaluate gives whether a set of policies denies, and the closest grant.
func (o *oracle) evaluate(t *testing.T, sources ...Source) (denied bool, g grant) {
	for _, source := range sources {
		var document struct{ Statement []map[string]any }
		if err := json.Unmarshal([]byte(source.Document.Text()), &document); err != nil {
			t.Fatal(err)
		}
		for _, s := range document.Statement {
			switch applies := o.statement(s); {
			case applies == grantNone:
			case s["Effect"] == "Deny":
				denied = true
			default:
				g = max(g, applies)
			}
		}
	}
	return denied, g
}

// decide is the decision function as the documentation puts it, one line a rule.
func (o *oracle) decide(t *testing.T, ps *Policies) Outcome {
	who := &o.req.Principal
	person := who.Kind != ServicePrincipal && who.Kind != Anonymous
	chain := func(levels []Level) (denied, ok bool) {
		ok = true
		for _, l := range levels {
			d, g := o.evaluate(t, l.Policies...)
			denied, ok = denied || d, ok && g > grantNone
		}
		return denied, ok
	}
	scpDenied, scpOK := chain(ps.ServiceControl)
	if !person || who.ServiceLinked {
		scpDenied, scpOK = false, true
	}
	rcpDenied, rcpOK := chain(ps.ResourceControl)
	if who.ServiceLinked || !strings.HasPrefix(o.req.Action, "s3:") || o.req.Resource == "*" {
		rcpDenied, rcpOK = false, true
	}
	one := func(s *Source) (bool, grant) {
		if s == nil {
			return false, grantNone
		}
		return o.evaluate(t, *s)
	}
	rDenied, r := one(ps.Resource)
	iDenied, i := o.evaluate(t, ps.Identity...)
	bDenied, b := one(ps.Boundary)
	sDenied, s := o.evaluate(t, ps.Session...)
	if scpDenied || rcpDenied || rDenied || iDenied || bDenied || sDenied {
		return ExplicitDeny
	}
	identity := i > grantNone || who.Kind == RootUser
	limits := (ps.Boundary == nil || b > grantNone) && (ps.Session == nil && who.Kind != FederatedUser || s > grantNone)
	own := identity && limits
	allowed := r > grantNone && (own || !person)
	if person && who.Account == o.req.ResourceAccount {
		allowed = r == grantDirect || r == grantRole && limits || own && (!ps.ResourceMustAllow || r > grantNone)
	}
	if allowed && scpOK && rcpOK {
		return Allowed
	}
	return ImplicitDeny
}
