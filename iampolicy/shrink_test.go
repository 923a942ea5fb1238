package iampolicy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// scenario is a request with its policies as one JSON tree, which can be made smaller while it still shows a fault.
type scenario struct {
	Principal         Principal
	Action            string
	Resource          string
	ResourceAccount   string
	Context           map[string][]string
	ResourceMustAllow bool
	Policies          jsonPolicies
}

func newScenario(req *Request, ps *Policies) *scenario {
	s := &scenario{Principal: req.Principal, Action: req.Action, Resource: req.Resource, ResourceAccount: req.ResourceAccount,
		Context: map[string][]string{}, ResourceMustAllow: ps.ResourceMustAllow}
	req.Context.Keys(func(key string, values []string) bool {
		s.Context[key] = append([]string{}, values...)
		return true
	})
	one := func(p *Source) *jsonSource {
		if p == nil {
			return nil
		}
		return &many([]Source{*p})[0]
	}
	s.Policies = jsonPolicies{ServiceControl: levelsOf(ps.ServiceControl), ResourceControl: levelsOf(ps.ResourceControl), Identity: many(ps.Identity),
		Boundary: one(ps.Boundary), Session: many(ps.Session), Resource: one(ps.Resource)}
	return s
}

func levelsOf(in []Level) (out []jsonLevel) {
	for _, l := range in {
		out = append(out, jsonLevel{l.Target, many(l.Policies)})
	}
	return out
}

// many writes documents as JSON where encoding/json gives them back unchanged, else as strings.
func many(in []Source) (out []jsonSource) {
	for _, p := range in {
		text := []byte{}
		if p.Document != nil {
			text = []byte(p.Document.Text())
		}
		if readDocument(string(text)).malformed {
			text, _ = json.Marshal(string(text))
		}
		out = append(out, jsonSource{Name: p.ID, Document: text})
	}
	return out
}

// text gives a document's text back.
func (s *jsonSource) text() string {
	var text string
	if json.Unmarshal(s.Document, &text) == nil && bytes.HasPrefix(s.Document, []byte(`"`)) {
		return text
	}
	return string(s.Document)
}

// build makes a scenario's request and policies, for both.
func (s *scenario) build() (*Request, *setOf) {
	req := &Request{Principal: s.Principal, Action: s.Action, Resource: s.Resource, ResourceAccount: s.ResourceAccount, Context: new(Context)}
	for _, key := range slices.Sorted(maps.Keys(s.Context)) {
		req.Context.Set(key, s.Context[key]...)
	}
	out := &setOf{}
	out.engine.ResourceMustAllow, out.plain.resourceMustAllow = s.ResourceMustAllow, s.ResourceMustAllow
	sources := func(in []jsonSource) (engine []Source, plain []oracleSource) {
		for i := range in {
			m := newMember(in[i].Name, in[i].text())
			engine, plain = append(engine, m.source), append(plain, m.read)
		}
		return engine, plain
	}
	levels := func(in []jsonLevel) (engine []Level, plain []oracleLevel) {
		for _, l := range in {
			e, p := sources(l.Policies)
			engine, plain = append(engine, Level{l.Target, e}), append(plain, oracleLevel{l.Target, p})
		}
		return engine, plain
	}
	one := func(in *jsonSource) (*Source, *oracleSource) {
		if in == nil {
			return nil, nil
		}
		m := newMember(in.Name, in.text())
		return &m.source, &m.read
	}
	out.engine.ServiceControl, out.plain.serviceControl = levels(s.Policies.ServiceControl)
	out.engine.ResourceControl, out.plain.resourceControl = levels(s.Policies.ResourceControl)
	out.engine.Identity, out.plain.identity = sources(s.Policies.Identity)
	out.engine.Session, out.plain.session = sources(s.Policies.Session)
	out.engine.Boundary, out.plain.boundary = one(s.Policies.Boundary)
	out.engine.Resource, out.plain.resource = one(s.Policies.Resource)
	return req, out
}

// shrink takes away from a scenario what it can while it still fails.
// What can be written as a request of `umbel decide` stays so.
func shrink(s *scenario, fails func(*scenario) bool) *scenario {
	_, usable := s.request()
	var tree any
	if err := remarshal(s, &tree); err != nil {
		return s
	}
	for progress := true; progress; {
		progress = false
		simpler(tree, func(try any) bool {
			var next scenario
			if remarshal(try, &next) != nil || !fails(&next) {
				return true
			}
			if _, err := next.request(); err != nil && usable == nil {
				return true
			}
			tree, s, progress = try, &next, true
			return false
		})
	}
	return s
}

func remarshal(from, to any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	return in.Decode(to)
}

// simpler yields every tree that is one step smaller, the largest steps first, until yield returns false.
func simpler(tree any, yield func(any) bool) bool {
	switch v := tree.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key == "name" || key == "target" {
				continue // by which the answers tell policies and nodes apart
			}
			without := maps.Clone(v)
			delete(without, key)
			if !yield(without) {
				return false
			}
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key == "name" || key == "target" || key == "Principal" && v["ARN"] != nil {
				continue
			}
			if !simpler(v[key], func(smaller any) bool {
				with := maps.Clone(v)
				with[key] = smaller
				return yield(with)
			}) {
				return false
			}
		}
	case []any:
		for i := range v {
			if !yield(slices.Delete(slices.Clone(v), i, i+1)) {
				return false
			}
		}
		for i := range v {
			if !simpler(v[i], func(smaller any) bool {
				with := slices.Clone(v)
				with[i] = smaller
				return yield(with)
			}) {
				return false
			}
		}
	case string:
		chars := []rune(v)
		for n := len(chars); n > 0; n /= 2 {
			for i := 0; i+n <= len(chars); i += n {
				if !yield(string(chars[:i]) + string(chars[i+n:])) {
					return false
				}
			}
		}
	}
	return true
}

// request writes a scenario as a request of `umbel decide`.
func (s *scenario) request() (text string, err error) {
	principal := s.Principal.ARN
	if s.Principal.Kind == Anonymous {
		principal = "*"
	}
	out, err := json.MarshalIndent(map[string]any{"principal": principal, "action": s.Action, "resource": s.Resource,
		"resourceAccount": s.ResourceAccount, "context": s.Context, "policies": s.Policies}, "", " ")
	if err == nil {
		_, _, err = DecodeRequest(out, nil)
	}
	return string(out), err
}

// String gives the request of `umbel decide`, and what that form has no words for.
func (s *scenario) String() string {
	text, err := s.request()
	text += fmt.Sprintf("\nwith %+v; the resource's policy must allow: %v\n", s.Principal, s.ResourceMustAllow)
	if err != nil {
		return text + "no request of umbel decide: " + err.Error()
	}
	return text
}
