package iampolicy

import (
	"slices"
	"strings"
)

// statementView sees the statements of one policy in both forms: compiled, which decides, and as written, which is shown.
type statementView struct {
	*explainer
	policy    *Policy
	text      string
	variables bool // the version knows them
}

// report completes the report on the statement that s numbers.
func (v *statementView) report(s StatementReport, n *statementNode) StatementReport {
	c := &v.policy.statements[s.Statement]
	s.Sid, s.Deny = c.sid, c.deny
	s.Start, s.End = v.position(n.offset), v.position(endOf(v.text, n.offset))
	s.Parts = append(s.Parts, v.actionPart(c, n))
	switch {
	case c.who != nil:
		s.Grant = Grant(v.names(c))
		s.Parts = append(s.Parts, v.principalPart(c, n, s.Grant))
	case s.Layer == LayerResource && !c.deny:
		s.Parts = append(s.Parts, Part{Element: "Principal", Request: v.callerNames(), At: s.Start, Note: "a resource's policy allows only whom it names"})
	default:
		s.Grant = GrantCaller
	}
	s.Parts = append(s.Parts, v.resourcePart(c, n))
	for i := range n.conditions {
		p := v.conditionPart(&v.policy.conditions[c.conditions[i]], &n.conditions[i])
		p.condition = i
		s.Parts = append(s.Parts, p)
	}
	s.Applies = s.failing() == 0
	if !s.Applies {
		s.Grant = GrantNone
	}
	if s.Parts[0].Holds {
		v.noteAbsent(c, s.Parts)
	}
	return s
}

// failing counts the parts that do not hold.
func (s *StatementReport) failing() (n int) {
	for i := range s.Parts {
		if !s.Parts[i].Holds {
			n++
		}
	}
	return n
}

func (v *statementView) position(offset int) Position {
	line, column := position(v.text, offset)
	return Position{Line: line, Column: column}
}

// endOf gives the place of the last byte of the JSON value at offset.
func endOf(text string, offset int) int {
	r := &jsonReader{text: text, at: offset}
	_, _ = r.value() // it was read before
	return r.at - 1
}

// elementPart shows an element that holds strings; matches tells whether one of them does.
func (v *statementView) elementPart(name string, e *element, request string, holds bool, matches func(string) bool) Part {
	p := Part{Element: name, Request: []string{request}, Holds: holds, At: v.position(e.offset)}
	p.values(e.values, matches)
	return p
}

// values sets the policy's values, and which of them match.
func (p *Part) values(list []located, matches func(string) bool) {
	for i := range list {
		p.Policy = append(p.Policy, list[i].text)
		if matches(list[i].text) {
			p.Matching = append(p.Matching, list[i].text)
		}
	}
}

func (v *statementView) actionPart(c *statement, n *statementNode) Part {
	holds := matchesAction(c.actions, &v.action) != c.notAction
	matches := func(text string) bool {
		p := compileAction(text)
		return p.matches(&v.action)
	}
	if c.notAction {
		return v.elementPart("NotAction", &n.notAction, v.req.Action, holds, matches)
	}
	return v.elementPart("Action", &n.action, v.req.Action, holds, matches)
}

func (v *statementView) resourcePart(c *statement, n *statementNode) Part {
	holds := c.everything || v.matchesResource(c.resources) != c.notResource
	matches := func(text string) bool {
		t := compileResource(text, v.variables)
		return t.matches(v.resource, v.ctx)
	}
	if c.notResource {
		return v.elementPart("NotResource", &n.notResource, v.resource, holds, matches)
	}
	p := v.elementPart("Resource", &n.resource, v.resource, holds, matches)
	switch {
	case !n.resource.present():
		p.At = v.position(n.offset)
		if !holds {
			p.Note = "the statement has no Resource, so that it allows nothing"
		}
	case !holds:
		p.Note = v.resourceNote(c)
	}
	return p
}

// resourceNote tells what is easily overlooked in resources that do not match.
func (v *statementView) resourceNote(c *statement) string {
	if key := v.unset(c.resources); key != "" {
		return "the variable ${" + key + "} has no value in this request"
	}
	for i := range c.resources {
		t := c.resources[i]
		pattern, _ := t.pattern(v.ctx)
		if match(lowerPattern(pattern), v.resource, true) {
			return "differs only in upper and lower case"
		}
	}
	if v.resource == "*" {
		return `the action is checked against "*": it has no resource of its own here`
	}
	return ""
}

// pattern gives a template's encoded pattern for a request; ok is false if a variable has no value.
func (t *template) pattern(ctx *Context) (pattern string, ok bool) {
	if t.parts == nil {
		return t.text, true
	}
	b, ok := t.expand(nil, ctx)
	return string(b), ok
}

// lowerPattern gives an encoded pattern in ASCII lower case, as match wants it for folding.
func lowerPattern(pattern string) string {
	b := []byte(pattern)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}

// unset gives the first variable of templates that the request has no single value for.
func (v *statementView) unset(templates []template) string {
	for i := range templates {
		if _, ok := templates[i].pattern(v.ctx); ok {
			continue
		}
		for j := range templates[i].parts {
			p := &templates[i].parts[j]
			if values, _ := v.ctx.Get(p.key); p.key != "" && len(values) != 1 && (len(values) > 1 || !p.hasDefault) {
				return p.key
			}
		}
	}
	return ""
}

func (v *statementView) conditionPart(c *condition, n *conditionNode) Part {
	values, present := v.ctx.Get(n.key.text)
	p := Part{
		Element: "Condition", Operator: n.operator.text, Key: n.key.text, Request: slices.Clone(values),
		Absent: !present, Holds: c.holds(v.ctx), At: v.position(n.key.offset),
	}
	p.values(n.values, func(text string) bool {
		one := compileCondition(&conditionNode{operator: n.operator, key: n.key, values: []located{{text: text}}}, v.variables)
		return slices.ContainsFunc(values, func(have string) bool { return one.matches(have, v.ctx) })
	})
	p.Note = v.conditionNote(c, &p)
	return p
}

// conditionNote tells what is easily overlooked in a condition.
func (v *statementView) conditionNote(c *condition, p *Part) string {
	switch {
	case c.compare == compareNull:
		return ""
	case p.Absent && p.Holds && c.ifExists:
		return "and so …IfExists holds"
	case p.Absent && p.Holds && c.set == forAllValues:
		return "and so ForAllValues holds"
	case p.Absent && p.Holds:
		return "and so a negated operator holds"
	case p.Absent:
		return ""
	}
	if key := v.unset(c.texts); key != "" {
		return "the variable ${" + key + "} has no value in this request"
	}
	if p.Holds != c.negated { // the values match
		return ""
	}
	for _, have := range p.Request {
		for _, want := range p.Policy {
			if have != want && strings.EqualFold(have, want) && c.compare != compareBool {
				return "differs only in upper and lower case"
			}
		}
	}
	if c.compare == compareString && strings.ContainsAny(strings.Join(p.Policy, ""), "*?") {
		return "with StringEquals * and ? are ordinary characters: StringLike has wildcards"
	}
	return ""
}

// noteAbsent collects the keys that the statement asks for and the request does not have.
func (v *statementView) noteAbsent(c *statement, parts []Part) {
	for i := range parts {
		if parts[i].Absent {
			v.e.Absent = append(v.e.Absent, parts[i].Key)
		}
	}
	v.noteVariables(c.resources)
	for _, id := range c.conditions {
		v.noteVariables(v.policy.conditions[id].texts)
	}
}

func (v *statementView) noteVariables(templates []template) {
	for i := range templates {
		for _, p := range templates[i].parts {
			if _, present := v.ctx.Get(p.key); p.key != "" && !present {
				v.e.Absent = append(v.e.Absent, p.key)
			}
		}
	}
}
