package iampolicy

import "strings"

// parseTree reads a text as a policy: JSON without duplicate keys, only known elements, each of its type. What an element
// may hold in which kind of policy is for Validate; what can be compiled, for compile.
func parseTree(text string) (*syntaxTree, *failure) {
	v, f := readJSON(text)
	if f != nil {
		return nil, f
	}
	if v.kind != jsonObject {
		return nil, fail(v.offset, "a policy is a JSON object")
	}
	t := &syntaxTree{offset: v.offset}
	statements := -1
	for i := range v.members {
		m := &v.members[i]
		switch m.name {
		case "Version":
			t.version, f = stringOf(m)
			if f == nil && t.version.text != version2008 && t.version.text != version2012 {
				f = fail(m.value.offset, `Version is "`+version2012+`" or "`+version2008+`"`).because(reasonVersion)
			}
		case "Id":
			t.id, f = stringOf(m)
		case "Statement":
			statements = i
		default:
			f = unknownElement(m)
		}
		if f != nil {
			return nil, f
		}
	}
	if statements < 0 {
		return nil, fail(v.offset, "the element Statement is missing").because(reasonEmpty)
	}
	return t, t.readStatements(&v.members[statements].value)
}

const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

func unknownElement(m *jsonMember) *failure {
	return fail(m.offset, `unknown element "`+m.name+`"`)
}

func (t *syntaxTree) readStatements(v *jsonValue) *failure {
	list := []jsonValue{*v}
	if v.kind == jsonArray {
		list = v.items
	}
	for i := range list {
		if list[i].kind != jsonObject {
			return fail(list[i].offset, "a statement is a JSON object")
		}
		s, f := readStatement(&list[i])
		if f != nil {
			return f
		}
		t.statements = append(t.statements, s)
	}
	return nil
}

func readStatement(v *jsonValue) (s statementNode, f *failure) {
	s.offset = v.offset
	for i := range v.members {
		if f := s.readElement(&v.members[i]); f != nil {
			return s, f
		}
	}
	switch {
	case s.effect.offset == 0:
		f = fail(s.offset, "the statement has no Effect").because(reasonEffect)
	case !strings.EqualFold(s.effect.text, "Allow") && !strings.EqualFold(s.effect.text, "Deny"):
		f = fail(s.effect.offset, `Effect is "Allow" or "Deny"`)
	case s.action.present() && s.notAction.present():
		f = fail(s.notAction.offset, "a statement has Action or NotAction, not both")
	case s.resource.present() && s.notResource.present():
		f = fail(s.notResource.offset, "a statement has Resource or NotResource, not both")
	case s.principal.present() && s.notPrincipal.present():
		f = fail(s.notPrincipal.offset, "a statement has Principal or NotPrincipal, not both")
	}
	return s, f
}

func (s *statementNode) readElement(m *jsonMember) (f *failure) {
	switch m.name {
	case "Sid":
		s.sid, f = stringOf(m)
	case "Effect":
		s.effect, f = stringOf(m)
	case "Principal":
		s.principal, f = readPrincipal(m)
	case "NotPrincipal":
		s.notPrincipal, f = readPrincipal(m)
	case "Action":
		s.action, f = stringsOf(m)
	case "NotAction":
		s.notAction, f = stringsOf(m)
	case "Resource":
		s.resource, f = stringsOf(m)
	case "NotResource":
		s.notResource, f = stringsOf(m)
	case "Condition":
		s.conditionAt = m.offset
		s.conditions, f = readConditions(m)
	default:
		f = unknownElement(m)
	}
	return f
}

func stringOf(m *jsonMember) (located, *failure) {
	if m.value.kind != jsonString {
		return located{}, fail(m.value.offset, m.name+" is a string")
	}
	return located{m.value.text, m.value.offset}, nil
}

func stringsOf(m *jsonMember) (element, *failure) {
	e := element{offset: m.offset}
	list := []jsonValue{m.value}
	if m.value.kind == jsonArray {
		list = m.value.items
	}
	for i := range list {
		if list[i].kind != jsonString {
			return e, fail(list[i].offset, m.name+" is a string or a list of strings")
		}
		e.values = append(e.values, located{list[i].text, list[i].offset})
	}
	return e, nil
}

func readPrincipal(m *jsonMember) (p principalNode, f *failure) {
	p.offset = m.offset
	switch {
	case m.value.kind == jsonString && m.value.text == "*":
		p.any = true
		return p, nil
	case m.value.kind != jsonObject:
		return p, fail(m.value.offset, m.name+` is "*" or an object`).because(reasonPrincipal)
	case len(m.value.members) == 0:
		return p, fail(m.value.offset, m.name+" is empty").because(reasonPrincipal)
	}
	for i := range m.value.members {
		g := &m.value.members[i]
		switch g.name {
		case "AWS", "Service", "Federated", "CanonicalUser":
		default:
			return p, fail(g.offset, `unknown type of principal "`+g.name+`"`)
		}
		values, f := stringsOf(g)
		if f != nil {
			return p, f
		}
		p.groups = append(p.groups, principalGroup{located{g.name, g.offset}, values})
	}
	return p, nil
}

func readConditions(m *jsonMember) (conditions []conditionNode, f *failure) {
	if m.value.kind != jsonObject {
		return nil, fail(m.value.offset, "Condition is an object")
	}
	for i := range m.value.members {
		op := &m.value.members[i]
		if op.value.kind != jsonObject {
			return nil, fail(op.value.offset, op.name+" is an object of keys and values")
		}
		if _, ok := parseOperator(op.name); !ok && len(op.value.members) > 0 { // IAM lets an unknown one pass that is empty
			return nil, fail(op.offset, `unknown condition operator "`+op.name+`"`)
		}
		for j := range op.value.members {
			key := &op.value.members[j]
			c := conditionNode{operator: located{op.name, op.offset}, key: located{key.name, key.offset}}
			if c.values, f = conditionValues(&key.value); f != nil {
				return nil, f
			}
			conditions = append(conditions, c)
		}
	}
	return conditions, nil
}

// conditionValues reads strings, numbers and booleans: IAM User Guide, "Grammar of the IAM JSON policy language".
func conditionValues(v *jsonValue) (values []located, f *failure) {
	list := []jsonValue{*v}
	if v.kind == jsonArray {
		list = v.items
	}
	for i := range list {
		switch list[i].kind {
		case jsonString, jsonNumber, jsonBool:
			values = append(values, located{list[i].text, list[i].offset})
		default:
			return nil, fail(list[i].offset, "a condition's value is a string, a number, true or false, or a list of them")
		}
	}
	return values, nil
}
