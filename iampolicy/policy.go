package iampolicy

import (
	"slices"
	"strings"
)

// Policy is a parsed and compiled policy, immutable and safe for concurrent use.
//
// Equal conditions are kept once, and decided at most once for a request. Statements are found by the service of the
// action: those of other services are not looked at.
type Policy struct {
	statements []statement
	conditions []condition
	services   map[string]candidates
	others     candidates // for services that no statement names
}

// candidates are the statements that may apply to a service's actions, in the order of the document.
type candidates struct{ deny, allow []uint16 }

// statement is a compiled statement.
type statement struct {
	sid          string
	deny         bool
	notAction    bool
	notResource  bool
	everything   bool // Resource "*"
	notPrincipal bool
	who          *principals // nil: the element is missing
	actions      []actionPattern
	resources    []template
	conditions   []uint16
}

// maxStatements is far above what the largest document can hold.
const maxStatements = 1 << 15

// Parse parses and compiles a policy text. Errors are *SyntaxError. What is well-formed but of no use in a kind of policy
// passes: see Validate.
func Parse(text string) (*Policy, error) {
	tree, f := parseTree(text)
	if f == nil {
		var p *Policy
		if p, f = compile(tree); f == nil {
			return p, nil
		}
	}
	return nil, f.syntaxError(text)
}

func compile(tree *syntaxTree) (*Policy, *failure) {
	if len(tree.statements) > maxStatements {
		return nil, fail(tree.offset, "too many statements")
	}
	c := compiler{policy: &Policy{}, known: map[string]uint16{}, variables: tree.version.text == version2012}
	for i := range tree.statements {
		if f := c.statement(&tree.statements[i]); f != nil {
			return nil, f
		}
	}
	c.index()
	return c.policy, nil
}

type compiler struct {
	policy    *Policy
	known     map[string]uint16 // conditions by their text
	variables bool
}

func (c *compiler) statement(n *statementNode) *failure {
	switch {
	case n.effect.text != "Allow" && n.effect.text != "Deny":
		return fail(n.effect.offset, `Effect is "Allow" or "Deny", in this case`)
	case !n.action.present() && !n.notAction.present():
		return fail(n.offset, "the statement has neither Action nor NotAction")
	}
	s := statement{
		sid: n.sid.text, deny: n.effect.text == "Deny",
		notAction: n.notAction.present(), notResource: n.notResource.present(), notPrincipal: n.notPrincipal.present(),
		who: compilePrincipals(&n.principal),
	}
	if s.notPrincipal {
		s.who = compilePrincipals(&n.notPrincipal)
	}
	for _, v := range append(n.action.values, n.notAction.values...) {
		s.actions = append(s.actions, compileAction(v.text))
	}
	for _, v := range append(n.resource.values, n.notResource.values...) {
		s.resources = append(s.resources, compileResource(v.text, c.variables))
	}
	s.everything = n.everyResource(s.who != nil) || !s.notResource && slices.ContainsFunc(s.resources, template.any)
	for i := range n.conditions {
		id, f := c.intern(&n.conditions[i])
		if f != nil {
			return f
		}
		s.conditions = append(s.conditions, id)
	}
	c.policy.statements = append(c.policy.statements, s)
	return nil
}

// everyResource tells that a statement without Resource or NotResource is about any resource: in a policy with principals,
// a trust policy say, about that which it belongs to. Elsewhere such a statement is a mistake, which must not allow anything.
func (n *statementNode) everyResource(resourceBased bool) bool {
	return !n.resource.present() && !n.notResource.present() && (resourceBased || n.effect.text == "Deny")
}

// intern gives the number of a condition, the same for equal ones.
func (c *compiler) intern(n *conditionNode) (uint16, *failure) {
	var b strings.Builder
	if c.variables {
		b.WriteByte('$')
	}
	b.WriteString(n.operator.text + "\x00" + lowerKey(n.key.text))
	for _, v := range n.values {
		b.WriteString("\xff" + v.text) // no text holds this byte
	}
	id, ok := c.known[b.String()]
	if !ok {
		if len(c.policy.conditions) == maxStatements {
			return 0, fail(n.operator.offset, "too many conditions")
		}
		id = uint16(len(c.policy.conditions))
		c.known[b.String()] = id
		compiled := compileCondition(n, c.variables)
		compiled.source = b.String()
		c.policy.conditions = append(c.policy.conditions, compiled)
	}
	return id, nil
}

// index lists the statements for each service that is named.
func (c *compiler) index() {
	p := c.policy
	p.services = map[string]candidates{}
	for i := range p.statements {
		for j := range p.statements[i].actions {
			if service := p.statements[i].actions[j].service; service != "" {
				p.services[service] = candidates{}
			}
		}
	}
	p.others = p.candidatesFor("")
	for service := range p.services {
		p.services[service] = p.candidatesFor(service)
	}
}

func (p *Policy) candidatesFor(service string) (list candidates) {
	for i := range p.statements {
		s := &p.statements[i]
		if !s.mayApply(service) {
			continue
		}
		if s.deny {
			list.deny = append(list.deny, uint16(i))
		} else {
			list.allow = append(list.allow, uint16(i))
		}
	}
	return list
}

func (s *statement) mayApply(service string) bool {
	return s.notAction || slices.ContainsFunc(s.actions, func(p actionPattern) bool { return p.service == "" || p.service == service })
}

// candidates gives the statements that may apply to a service's actions.
func (p *Policy) candidates(service string) candidates {
	if list, ok := p.services[service]; ok {
		return list
	}
	return p.others
}

// Statements gives the number of statements.
func (p *Policy) Statements() int { return len(p.statements) }
