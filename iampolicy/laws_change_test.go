package iampolicy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// The changes that the laws are about. Each changes a copy in place; documents are never changed but replaced.

// copyOf copies what a change may change.
func copyOf(ps *Policies) *Policies {
	p := *ps
	levels := func(in []Level) []Level {
		out := slices.Clone(in)
		for i := range out {
			out[i].Policies = slices.Clone(out[i].Policies)
		}
		return out
	}
	one := func(s *Source) *Source {
		if s == nil {
			return nil
		}
		c := *s
		return &c
	}
	p.ServiceControl, p.ResourceControl = levels(ps.ServiceControl), levels(ps.ResourceControl)
	p.Identity, p.Session = slices.Clone(ps.Identity), slices.Clone(ps.Session)
	p.Boundary, p.Resource = one(ps.Boundary), one(ps.Resource)
	return &p
}

// lists gives all lists of policies that count as one set.
func lists(ps *Policies) (out []*[]Source) {
	for i := range ps.ServiceControl {
		out = append(out, &ps.ServiceControl[i].Policies)
	}
	for i := range ps.ResourceControl {
		out = append(out, &ps.ResourceControl[i].Policies)
	}
	return append(out, &ps.Identity, &ps.Session)
}

func eachSource(ps *Policies, do func(*Source)) {
	for _, list := range lists(ps) {
		for i := range *list {
			do(&(*list)[i])
		}
	}
	for _, s := range []*Source{ps.Boundary, ps.Resource} {
		if s != nil {
			do(s)
		}
	}
}

// rewrite gives a document whose statements were put through edit. A malformed one stays as it is.
func rewrite(d *Document, edit func(statements []any) []any) *Document {
	if _, err := d.Policy(); err != nil {
		return d
	}
	in := json.NewDecoder(bytes.NewReader([]byte(d.Text())))
	in.UseNumber()
	var tree map[string]any
	if err := in.Decode(&tree); err != nil {
		panic(err)
	}
	list, many := tree["Statement"].([]any)
	if !many {
		list = []any{tree["Statement"]}
	}
	tree["Statement"] = edit(list)
	text, err := json.Marshal(tree)
	if err != nil {
		panic(err)
	}
	return NewDocument(string(text))
}

// rewriteAll puts every document's statements through edit.
func rewriteAll(ps *Policies, edit func(statements []any) []any) bool {
	eachSource(ps, func(s *Source) { s.Document = rewrite(s.Document, edit) })
	return true
}

func shuffle[T any](d dice, list []T) {
	for i := len(list) - 1; i > 0; i-- {
		j := d.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}

// add puts a statement of an effect somewhere: in a policy of its own, or into the boundary or the resource's policy.
func add(d dice, ps *Policies, effect flavour) bool {
	statement := func(principals bool) map[string]any { return d.statement(effect, principals) }
	places := lists(ps)
	if len(ps.Session) == 0 {
		places = places[:len(places)-1] // a first session policy is a law of its own
	}
	at := d.below(len(places) + 2)
	if at < len(places) {
		text, err := json.Marshal(map[string]any{"Version": version2012, "Statement": statement(at >= len(ps.ServiceControl) && at < len(ps.ServiceControl)+len(ps.ResourceControl))})
		if err != nil {
			panic(err)
		}
		*places[at] = append(*places[at], Source{ID: "added", Document: NewDocument(string(text))})
		return true
	}
	s := []*Source{ps.Boundary, ps.Resource}[at-len(places)]
	if s == nil {
		return false
	}
	s.Document = rewrite(s.Document, func(list []any) []any { return append(list, statement(s == ps.Resource)) })
	return true
}

func addDeny(d dice, ps *Policies) bool { return add(d, ps, denying) }

func addAllow(d dice, ps *Policies) bool { return add(d, ps, generous) }

// denyEverything denies in a layer that binds whoever calls: identity, session or the resource's policy.
func denyEverything(d dice, ps *Policies) bool {
	everything := deny("*")
	switch d.below(3) {
	case 0:
		ps.Identity = append(ps.Identity, everything)
	case 1:
		ps.Session = append(ps.Session, everything)
	default:
		ps.Resource = &everything
	}
	return true
}

func addLevel(d dice, ps *Policies) bool {
	chain := pick(d, []*[]Level{&ps.ServiceControl, &ps.ResourceControl})
	level := Level{Target: "added"}
	for range d.below(3) {
		level.Policies = append(level.Policies, Source{ID: "added", Document: NewDocument(d.document(flavour(d.below(int(flavours))), chain == &ps.ResourceControl))})
	}
	*chain = slices.Insert(*chain, d.below(len(*chain)+1), level)
	return true
}

func addBoundary(d dice, ps *Policies) bool {
	if ps.Boundary != nil {
		return false
	}
	ps.Boundary = &Source{ID: "added", Document: NewDocument(d.document(flavour(d.below(int(flavours))), false))}
	return true
}

func addSession(d dice, ps *Policies) bool {
	if len(ps.Session) > 0 {
		return false
	}
	for range 1 + d.below(2) {
		ps.Session = append(ps.Session, Source{ID: "added", Document: NewDocument(d.document(flavour(d.below(int(flavours))), false))})
	}
	return true
}

func shuffleLevels(d dice, ps *Policies) bool {
	shuffle(d, ps.ServiceControl)
	shuffle(d, ps.ResourceControl)
	return len(ps.ServiceControl) > 1 || len(ps.ResourceControl) > 1
}

func shufflePolicies(d dice, ps *Policies) bool {
	for _, list := range lists(ps) {
		shuffle(d, *list)
	}
	return true
}

func shuffleStatements(d dice, ps *Policies) bool {
	return rewriteAll(ps, func(list []any) []any {
		shuffle(d, list)
		return list
	})
}

func shuffleValues(d dice, ps *Policies) bool {
	var inside func(v any)
	inside = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, v := range v {
				inside(v)
			}
		case []any:
			shuffle(d, v)
		}
	}
	return rewriteAll(ps, func(list []any) []any {
		for _, s := range list {
			inside(s)
		}
		return list
	})
}

// swapCase changes the case of some ASCII letters.
func swapCase(d dice, s string) string {
	b := []byte(s)
	for i, c := range b {
		if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') && d.oneIn(2) {
			b[i] = c ^ 0x20
		}
	}
	return string(b)
}

func swapActionCase(d dice, req *Request) { req.Action = swapCase(d, req.Action) }

func swapActionsCase(d dice, ps *Policies) bool {
	return rewriteAll(ps, func(list []any) []any {
		for _, s := range list {
			for _, element := range []string{"Action", "NotAction"} {
				switch v := s.(map[string]any)[element].(type) {
				case string:
					s.(map[string]any)[element] = swapCase(d, v)
				case []any:
					for i := range v {
						v[i] = swapCase(d, v[i].(string))
					}
				}
			}
		}
		return list
	})
}

func swapKeyCase(d dice, req *Request) {
	ctx := new(Context)
	req.Context.Keys(func(key string, values []string) bool {
		ctx.Set(swapCase(d, key), values...)
		return true
	})
	req.Context = ctx
}

func swapKeysCase(d dice, ps *Policies) bool {
	return rewriteAll(ps, func(list []any) []any {
		for _, s := range list {
			block, _ := s.(map[string]any)["Condition"].(map[string]any)
			for operator, v := range block {
				keys := map[string]any{}
				for key, values := range v.(map[string]any) {
					other := swapCase(d, key)
					if _, taken := keys[other]; taken {
						other = key
					}
					keys[other] = values
				}
				if len(keys) == len(v.(map[string]any)) {
					block[operator] = keys
				}
			}
		}
		return list
	})
}

// splitPolicies makes a policy of each statement.
func splitPolicies(_ dice, ps *Policies) bool {
	split := false
	for _, list := range lists(ps) {
		var out []Source
		for _, s := range *list {
			count := 0
			if p, err := s.Document.Policy(); err == nil {
				count = p.Statements()
			}
			if count < 2 {
				out = append(out, s)
				continue
			}
			split = true
			for i := range count {
				part := rewrite(s.Document, func(list []any) []any { return list[i : i+1] })
				out = append(out, Source{ID: fmt.Sprintf("%s-%d", s.ID, i), Document: part})
			}
		}
		*list = out
	}
	return split
}

// splitStatements makes a statement of each action and resource.
func splitStatements(_ dice, ps *Policies) bool {
	return rewriteAll(ps, func(list []any) []any {
		for _, element := range []string{"Action", "Resource"} {
			var out []any
			for _, s := range list {
				values, many := s.(map[string]any)[element].([]any)
				if !many || len(values) == 0 {
					out = append(out, s)
				}
				for _, v := range values {
					part := map[string]any{}
					for name, v := range s.(map[string]any) {
						part[name] = v
					}
					part[element] = v
					out = append(out, part)
				}
			}
			list = out
		}
		return list
	})
}

// repeat says some policies and statements twice.
func repeat(d dice, ps *Policies) bool {
	for _, list := range lists(ps) {
		if len(*list) > 0 {
			*list = append(*list, pick(d, *list))
		}
	}
	return rewriteAll(ps, func(list []any) []any {
		if len(list) > 0 {
			list = append(list, pick(d, list))
		}
		return list
	})
}

func indent(_ dice, ps *Policies) bool {
	eachSource(ps, func(s *Source) {
		var b bytes.Buffer
		if _, err := s.Document.Policy(); err == nil && json.Indent(&b, []byte(s.Document.Text()), "\r", " \t") == nil {
			s.Document = NewDocument("\n" + b.String() + "\n")
		}
	})
	return true
}

// elsewhere makes a chain for another place in the tree.
func elsewhere(d dice, principals bool) (chain []Level) {
	for i := range d.below(4) {
		l := level(fmt.Sprintf("elsewhere-%d", i), fullAccess)
		for d.oneIn(3) {
			l.Policies = append(l.Policies, Source{ID: "elsewhere", Document: NewDocument(d.document(flavour(d.below(int(flavours))), principals))})
		}
		chain = append(chain, l)
	}
	return chain
}

func moveAccount(d dice, ps *Policies) bool {
	ps.ServiceControl = elsewhere(d, false)
	return true
}

func moveResource(d dice, ps *Policies) bool {
	ps.ResourceControl = elsewhere(d, true)
	return true
}

// addKeys adds keys that no policy of the generator mentions, before and after those of the request.
func addKeys(d dice, req *Request) {
	ctx := new(Context)
	for i := range d.below(20) {
		ctx.Set(fmt.Sprintf("unrelated:Key%d", i), "x")
	}
	req.Context.Keys(func(key string, values []string) bool {
		ctx.Set(key, values...)
		return true
	})
	for i := range d.below(20) {
		ctx.Set(fmt.Sprintf("aws:PrincipalTag/unrelated%d", i), "blue", "x")
	}
	req.Context = ctx
}
