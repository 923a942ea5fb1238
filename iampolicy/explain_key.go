package iampolicy

import (
	"slices"
	"strings"
)

// changeKey gives the step that makes a condition hold, or not, by its key's values in the request: the first that does, of
// the policy's own values, any other value, and no key at all.
func (x *explainer) changeKey(s *StatementReport, p *Part, want bool) (Step, bool) {
	policy, _ := x.sourceOf(s).policy() // it was reported on
	c := &policy.conditions[policy.statements[s.Statement].conditions[p.condition]]
	step := Step{Kind: SetKey, Statement: -1, Key: p.Key, Instead: p.Request}
	if p.Absent {
		step.Instead = nil
	}
	for _, e := range c.examples(p, x.ctx) {
		step.Values, step.Like = e.values, e.like
		if c.holds(step.context(x.ctx)) == want {
			return step, true
		}
	}
	step.Like = ""
	for _, v := range otherValues {
		step.Values = []string{v}
		if c.holds(step.context(x.ctx)) == want {
			return step, true
		}
	}
	step.Kind, step.Values = DropKey, nil
	if !p.Absent && c.holds(step.context(x.ctx)) == want {
		return step, true
	}
	return Step{}, false
}

// otherValues are values that policies do not name.
var otherValues = [...]string{"another-value", "true", "false", "0", "999999999", "1970-01-01T00:00:00Z", "2999-12-31T00:00:00Z", "192.0.2.1"}

// sourceOf gives the source that a report is about.
func (x *explainer) sourceOf(s *StatementReport) *Source {
	switch s.Layer {
	case LayerServiceControl:
		return &x.policies.ServiceControl[s.level].Policies[s.source]
	case LayerResourceControl:
		return &x.policies.ResourceControl[s.level].Policies[s.source]
	case LayerResource:
		return x.policies.Resource
	case LayerBoundary:
		return x.policies.Boundary
	case LayerSession:
		return &x.policies.Session[s.source]
	}
	return &x.policies.Identity[s.source]
}

// example is a set of values for a key; like is the policy's value they are made from.
type example struct {
	values []string
	like   string
}

// examples gives values that may match a condition: each of the policy's alone, beside those the request has, and of the
// request's those that match.
func (c *condition) examples(p *Part, ctx *Context) (out []example) {
	for _, v := range p.Policy {
		if e, ok := c.example(v, ctx); ok {
			out = append(out, example{[]string{e}, v})
		}
	}
	if c.compare == compareBool {
		out = append(out, example{[]string{"true"}, "true"}, example{[]string{"false"}, "false"})
	}
	if c.set == single {
		return out
	}
	alone := len(out)
	for _, e := range out[:alone] {
		out = append(out, example{append(slices.Clone(p.Request), e.values...), e.like})
	}
	var matching []string
	for _, v := range p.Request {
		if c.matches(v, ctx) {
			matching = append(matching, v)
		}
	}
	if len(matching) > 0 {
		out = append([]example{{matching, ""}}, out...)
	}
	return out
}

// example gives a value that matches one of the policy's values.
func (c *condition) example(v string, ctx *Context) (string, bool) {
	switch c.compare {
	case compareString, compareStringFold:
		t := compileTemplate(v, grammarPlain, c.dynamic())
		text, ok := t.pattern(ctx)
		return text, ok && !strings.ContainsAny(text, "*?") // meant as wildcards, most likely
	case compareStringLike:
		return exampleOf(v, grammarLike, c.dynamic(), ctx)
	case compareArn:
		return exampleOf(v, grammarArn, c.dynamic(), ctx)
	case compareIP:
		prefix, ok := parsePrefix(v)
		return prefix.Addr().String(), ok
	case compareNull:
		return "any-value", true
	}
	return v, true
}

// dynamic tells whether any value has variables.
func (c *condition) dynamic() bool {
	return slices.ContainsFunc(c.texts, func(t template) bool { return t.parts != nil })
}

// exampleOf fills a pattern's wildcards.
func exampleOf(v string, g grammar, variables bool, ctx *Context) (string, bool) {
	t := compileTemplate(v, g, variables)
	pattern, ok := t.pattern(ctx)
	b := []byte(pattern)
	for i := range b {
		if b[i] >= oneTight {
			b[i] = 'x'
		}
	}
	return string(b), ok
}

// aboutCaller tells the keys that are the caller's own: a request cannot change them, only another caller can.
func aboutCaller(key string) bool {
	key = strings.ToLower(key)
	return strings.HasPrefix(key, "aws:principal") || key == "aws:userid" || key == "aws:username"
}
