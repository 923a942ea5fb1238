package iampolicy

import (
	"encoding/json"
	"slices"
	"strings"
)

// Requests with unknowns, made so that a small list of values stands for all: each unknown is of a theme, and the policies ask of
// it only what its theme says. The lists are written by hand, from the meaning of the operators.

// theme is what policies may ask of a key, and values that cover all answers. A nil value is an absent key.
type theme struct {
	operators []string
	values    []string // in policies
	universe  [][]string
	multi     bool
}

func each(values ...string) [][]string {
	out := [][]string{nil}
	for _, v := range values {
		out = append(out, []string{v})
	}
	return out
}

var textOperators = []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"}

var themes = []theme{
	{ // two literals
		operators: []string{"StringEquals", "StringNotEquals"}, values: []string{"a", "b"}, universe: each("a", "b", "z"),
	},
	{ // patterns of a few characters
		operators: textOperators, values: []string{"a", "b", "a*", "*b", "?", "*", "", "b*a"},
		universe: each("", "a", "b", "A", "B", "z", "az", "zb", "ab", "zz", "ba", "bz", "a*", "A*", "*b", "*B", "?", "*", "b*a", "B*A"),
	},
	{ // parts of the resource's name as well
		operators: textOperators, values: []string{"a", "b", "a*", "${*}", "/*", "B/A"},
		universe: each("", "a", "b", "A", "B", "*", "z", "az", "/", "/z", "b/", "/a", "b/a", "B/A", "b/A", "/*", "a*", "A*"),
	},
	{
		operators: []string{"Bool"}, values: []string{"true", "false", "TRUE", "yes"}, universe: each("true", "no"),
	},
	{
		operators: []string{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"},
		values:    []string{"1", "2.50", "-1", "2.5", "1e0"},
		universe:  each("-2", "-1", "0", "1", "1.75", "2.5", "3", "none"),
	},
	{
		operators: []string{"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"},
		values:    []string{"2026-11-21T00:00:00Z", "1795219200", "2027-01-01T00:00:00+01:00", "2026"},
		universe:  each("1000", "2026", "2026-11-20", "2026-11-21", "2026-12-01", "2026-12-31T23:00:00Z", "2027-06-01", "none"),
	},
	{
		operators: []string{"IpAddress", "NotIpAddress"},
		values:    []string{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "10.0.0.0/9", "10.128.0.0/9", "2001:db8::/32", "2001:db8::1", "0.0.0.0/0", "::/0"},
		universe:  each("10.1.2.3", "10.1.2.4", "10.2.0.0", "10.200.0.0", "11.0.0.1", "2001:db8::1", "2001:db8::2", "::1", "none"),
	},
	{
		operators: []string{"BinaryEquals"}, values: []string{"AA==", "AQ=="}, universe: each("AA==", "AQ==", "Ag==", "none"),
	},
	{
		operators: []string{"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"},
		values:    []string{"arn:aws:iam::1:role/a", "arn:aws:iam::*:role/a", "arn:*:role/a", "arn:aws:iam::?:role/*", "*", "arn:aws:iam::1:*"},
		universe: each("arn:aws:iam::1:role/a", "arn:aws:iam::2:role/a", "arn:aws:iam::22:role/a", "arn:aws:iam::1:role/b", "arn:aws:iam::2:role/b",
			"arn:aws:iam::1:user/a", "arn:aws:iam::2:user/a", "none"),
	},
	{ // several values: what some and all of them are
		operators: []string{"ForAllValues:StringLike", "ForAnyValue:StringLike", "ForAllValues:StringNotLike", "ForAnyValue:StringNotLike", "StringLike", "StringNotLike"},
		values:    []string{"a", "b", "a*"}, multi: true, universe: subsets("", "a", "b", "az", "z"),
	},
	{ // two literals, several values
		operators: []string{"ForAllValues:StringEquals", "ForAnyValue:StringEquals", "StringNotEquals"},
		values:    []string{"a"}, multi: true, universe: [][]string{nil, {}, {""}, {"a"}, {"z"}, {"a", "a"}, {"a", "z"}, {"z", "z"}, {"", "a"}, {"", "z"}, {"", ""}, {"", "a", "z"}},
	},
}

// small are the themes of few values, for requests with many unknowns.
var small = []theme{themes[0], themes[0], themes[3], themes[7]}

// linked is the theme of keys that are compared with each other too: three values of each kind, so that any two of them can
// be alike or not.
var linked = theme{
	operators: []string{"StringEquals", "StringNotEquals", "StringLike"}, values: []string{"a", "a*", "${w1}", "${w2}", "${w1, 'a'}"},
	universe: each("a", "a*", "ax", "ay", "az", "x", "y", "z"),
}

// subsets gives absent, empty, and all sets of values; each also with one value twice.
func subsets(values ...string) [][]string {
	out := [][]string{nil}
	for bits := range 1 << len(values) {
		set := []string{}
		for i, v := range values {
			if bits>>i&1 == 1 {
				set = append(set, v)
			}
		}
		out = append(out, set)
		if len(set) == 1 {
			out = append(out, []string{set[0], set[0]})
		}
	}
	return out
}

// partialRequest is a generated request with unknowns.
type partialRequest struct {
	req      *Request
	policies *Policies
	unknowns []Unknown
	varying  []varying // one for each unknown
	keys     map[string]*theme
}

// varying is an unknown with what covers all it could be: each sets one in a request and its policies.
type varying struct {
	name string
	put  []func(req *Request, ps *Policies)
}

var keyNames = []string{"w1", "W2", "aws:ResourceTag/t", "aws:SourceIp"}

// partial makes a request of which the cells of the table of all values are at most so many.
func (d dice) partial(most int) *partialRequest {
	p := &partialRequest{keys: map[string]*theme{}}
	p.req = &Request{Principal: pick(d, []Principal{user, user, user, session, session, session, root, federated}), Action: pick(d, []string{"s3:GetObject", "s3:GetObject", "kms:Decrypt"}),
		Resource: "arn:aws:s3:::b/a", ResourceAccount: pick(d, []string{own, own, own, own, own, own, other}), Context: new(Context)}
	together := d.oneIn(4)
	cells := 1
	want := 1 + d.below(4)
	for i, name := range keyNames {
		t := pick(d, themes)
		if want == 4 {
			t = pick(d, small)
		}
		if together && i < 2 {
			t = linked
		}
		p.keys[name] = &t
		if i < want && cells*len(t.universe) <= most {
			cells *= len(t.universe)
			p.unknownKey(d, name, &t)
			continue
		}
		if v := pick(d, t.universe); v != nil {
			p.req.Context.Set(name, v...)
		}
	}
	p.addPolicies(d)
	if d.oneIn(5) {
		p.unknownPrincipal(d, &cells, most)
	}
	if d.oneIn(5) {
		p.unknownPolicy(d, &cells, most)
	}
	return p
}

func (p *partialRequest) unknownKey(d dice, name string, t *theme) {
	u := Unknown{Name: name, MultiValued: t.multi}
	universe := t.universe
	switch d.below(6) {
	case 0:
		u.Present = true
		universe = slices.DeleteFunc(slices.Clone(universe), func(v []string) bool { return len(v) == 0 })
	case 1:
		if !t.multi {
			u.Values = []string{}
			universe = [][]string{nil}
			for _, v := range t.universe {
				if v != nil && d.oneIn(2) {
					u.Values = append(u.Values, v[0])
					universe = append(universe, v)
				}
			}
		}
	case 2:
		if name == "aws:ResourceTag/t" {
			u.Name = "aws:resourcetag/*"
		}
	}
	v := varying{name: name}
	for _, values := range universe {
		v.put = append(v.put, func(req *Request, _ *Policies) {
			if values != nil {
				req.Context.Set(name, values...)
			}
		})
	}
	p.unknowns, p.varying = append(p.unknowns, u), append(p.varying, v)
}

func (p *partialRequest) addPolicies(d dice) {
	p.policies = &Policies{Identity: p.sources(d, 1+d.below(2)), ResourceMustAllow: d.oneIn(12)}
	if d.oneIn(3) {
		p.policies.ServiceControl = []Level{{Target: "r", Policies: []Source{fullAccess}}, {Target: "ou", Policies: p.sources(d, 1)}}
	}
	if d.oneIn(4) {
		p.policies.ResourceControl = []Level{{Target: "r", Policies: append(p.sources(d, 1), fullAccess)}}
	}
	if d.oneIn(4) {
		p.policies.Boundary = &p.sources(d, 1)[0]
	}
	if d.oneIn(5) {
		p.policies.Session = p.sources(d, 1)
	}
	if d.oneIn(2) {
		s := p.source(d, true)
		p.policies.Resource = &s
	}
}

func (p *partialRequest) sources(d dice, n int) []Source {
	var out []Source
	for range n {
		out = append(out, p.source(d, false))
	}
	return out
}

func (p *partialRequest) source(d dice, principals bool) Source {
	var statements []map[string]any
	if !d.oneIn(3) {
		statements = append(statements, map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"})
		if principals {
			statements[0]["Principal"] = pick(d, []any{"*", map[string]any{"AWS": own}, map[string]any{"AWS": []string{user.ARN, session.RoleARN}}})
		}
	}
	for range 1 + d.below(3) {
		statements = append(statements, p.statement(d, principals))
	}
	text, err := json.Marshal(map[string]any{"Version": version2012, "Statement": statements})
	if err != nil {
		panic(err)
	}
	return Source{ID: pick(d, []string{"p", "q", "r"}), Document: NewDocument(string(text))}
}

func (p *partialRequest) statement(d dice, principals bool) map[string]any {
	s := map[string]any{"Effect": pick(d, []string{"Allow", "Deny"}), "Action": pick(d, []string{"*", "*", "*", "s3:*", "kms:*"}), "Resource": "*"}
	if w := p.keys["w1"]; d.oneIn(4) && slices.Contains(w.values, "B/A") {
		s[pick(d, []string{"Resource", "NotResource"})] = pick(d, []string{"arn:aws:s3:::b/${w1}", "arn:aws:s3:::*${w1}", "arn:aws:s3:::${w1}*", "arn:aws:s3:::${w1, 'b'}/a", "arn:aws:s3:::b/${W1}${w1}"})
		if s["NotResource"] != nil {
			delete(s, "Resource")
		}
	}
	if s["Effect"] == "Deny" || !d.oneIn(4) {
		conditions := map[string]map[string]any{}
		for range 1 + d.below(2) {
			p.condition(d, conditions)
		}
		s["Condition"] = conditions
	}
	if principals {
		s[pick(d, []string{"Principal", "Principal", "Principal", "NotPrincipal"})] = map[string]any{"AWS": d.some([]string{own, user.ARN, "arn:aws:iam::" + own + ":user/zoe", session.ARN, session.RoleARN, user.UniqueID, session.UniqueID, federated.ARN, other})}
		if d.oneIn(3) {
			delete(s, "NotPrincipal")
			s["Principal"] = "*"
		}
	}
	return s
}

func (p *partialRequest) condition(d dice, into map[string]map[string]any) {
	name := pick(d, append(slices.Clone(keyNames), "w1", "aws:userid", "aws:username", "aws:PrincipalArn"))
	operator, values := "Null", []string{pick(d, []string{"true", "false"})}
	if t := p.keys[name]; t == nil {
		operator, values = pick(d, textOperators[:4]), d.some(principalValues)
	} else if !d.oneIn(8) {
		operator, values = pick(d, t.operators), d.some(t.values)
		if !t.multi && d.oneIn(6) {
			operator = pick(d, []string{"ForAllValues:", "ForAnyValue:"}) + operator
		}
		if d.oneIn(5) {
			operator += "IfExists"
		}
	}
	// With a set operator the empty text is no value at all.
	if strings.HasPrefix(operator, "For") && p.keys[name] != nil && !slices.ContainsFunc(p.keys[name].universe, func(v []string) bool { return len(v) == 1 && v[0] == "" }) {
		operator = strings.NewReplacer("ForAllValues:", "", "ForAnyValue:", "").Replace(operator)
	}
	if into[operator] == nil {
		into[operator] = map[string]any{}
	}
	into[operator][name] = values
}

// principalValues ask for principals; principalNames cover all answers, Principal elements' included.
var principalValues = []string{"*ana", "*:s1", "AIDA*", "*zoe", "AROAEXAMPLEAPP000000:*", "*a*", "arn:aws:iam::*:user/*", "*:user/x/*", user.ARN, session.RoleARN}

// userNames cover what principalValues and Principal elements ask of a user's name and path.
func userNames() (out []string) {
	for _, path := range []string{"", "x/", "y/"} {
		for _, name := range []string{"ana", "bana", "zoe", "bzoe", "azoe", "baz", "bob", "AIDAana", "AIDAzoe", "AIDAazoe", "AIDAaz", "AIDAbob"} {
			out = append(out, path+name)
		}
	}
	return out
}

// unknownPrincipal makes a part of the principal unknown.
func (p *partialRequest) unknownPrincipal(d dice, cells *int, most int) {
	kind := p.req.Principal.Kind
	var u string
	var universe []string
	var change func(who *Principal, to string)
	prefix := "arn:aws:iam::" + own + ":user/"
	switch {
	case kind == User && d.oneIn(2):
		u, universe = "principal:arn", userNames()
		change = func(who *Principal, to string) { who.ARN = prefix + to }
	case kind == User:
		u, universe = "principal:uniqueId", []string{user.UniqueID, session.UniqueID, "AIDAa", "AIDAZ", "zzana", "Zzoe", "zaz", "ZZ", "AIDAana", "AIDAzoe", "AIDAazoe", "azoe"}
		change = func(who *Principal, to string) { who.UniqueID = to }
	case kind == AssumedRole && d.oneIn(2):
		u, universe = "principal:sessionName", []string{"s1", "ana", "zoe", "az", "zz", "s2", "zana", "azoe"}
		change = func(who *Principal, to string) { who.ARN = "arn:aws:sts::" + own + ":assumed-role/app/" + to }
	case kind == AssumedRole:
		u, universe = "principal:uniqueId", []string{session.UniqueID, user.UniqueID, "AIDAa", "AIDAZ", "zana", "Zzoe", "zaz", "ZZ"}
		change = func(who *Principal, to string) { who.UniqueID = to }
	default:
		return
	}
	if *cells *= len(universe); *cells > most {
		return
	}
	v := varying{name: u}
	for _, to := range universe {
		v.put = append(v.put, func(req *Request, _ *Policies) { change(&req.Principal, to) })
	}
	p.unknowns, p.varying = append(p.unknowns, Unknown{Name: u}), append(p.varying, v)
}

// unknownPolicy makes a policy unknown, or adds unknown ones to a layer.
func (p *partialRequest) unknownPolicy(d dice, cells *int, most int) {
	nothing, grant, refuse := &fullAccess, &fullAccess, &fullAccess
	nothing = &Source{Document: policy2012(statementOf("Allow", "x:y", ""))}
	grant = &Source{Document: policy2012(statementOf("Allow", "*", ""))}
	refuse = &Source{Document: policy2012(statementOf("Deny", "*", ""))}
	v := varying{}
	add := func(change func(ps *Policies)) {
		v.put = append(v.put, func(_ *Request, ps *Policies) { change(ps) })
	}
	resource := []*Source{nothing, {Document: policy2012(statementOf("Deny", "*", `,"Principal":"*"`))}}
	for _, who := range []string{`"*"`, `{"AWS":"` + own + `"}`, `{"AWS":["` + session.RoleARN + `","` + federated.UserARN + `","` + user.ARN + `"]}`} {
		resource = append(resource, granting(who))
	}
	switch layer := pick(d, []string{"identity", "session", "boundary", "resource", "serviceControl", "p"}); {
	case layer == "p":
		v.name = "policy:p"
		found := false
		p.policies.each(func(l Layer, s *Source) { found = found || s.ID == "p" && l != LayerResource })
		if !found || p.policies.Resource != nil && p.policies.Resource.ID == "p" {
			return
		}
		for _, with := range []*Source{nothing, grant, refuse} {
			add(func(ps *Policies) {
				ps.each(func(_ Layer, s *Source) {
					if s.ID == "p" {
						s.Document = with.Document
					}
				})
			})
		}
	case layer == "boundary" && p.policies.Boundary == nil:
		for _, with := range []*Source{nil, nothing, grant, refuse} {
			add(func(ps *Policies) { ps.Boundary = with })
		}
	case layer == "resource" && p.policies.Resource == nil:
		for _, with := range append(resource, nil) {
			add(func(ps *Policies) { ps.Resource = with })
		}
	case layer == "identity", layer == "session", layer == "serviceControl":
		add(func(*Policies) {})
		for _, with := range []*Source{nothing, grant, refuse} {
			add(func(ps *Policies) {
				switch layer {
				case "identity":
					ps.Identity = append(ps.Identity, *with)
				case "session":
					ps.Session = append(ps.Session, *with)
				default:
					if with == refuse {
						ps.ServiceControl = append(ps.ServiceControl, Level{Policies: []Source{*with}})
					}
					for i := range ps.ServiceControl {
						ps.ServiceControl[i].Policies = append(ps.ServiceControl[i].Policies, *with)
					}
				}
			})
		}
		v.name = "further:" + layer
	default:
		return
	}
	if v.name == "" {
		v.name = "further:" + map[bool]string{true: "boundary", false: "resource"}[len(v.put) == 4]
	}
	if *cells *= len(v.put); *cells > most {
		return
	}
	p.unknowns, p.varying = append(p.unknowns, Unknown{Name: v.name}), append(p.varying, v)
}
