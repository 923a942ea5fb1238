package iampolicy

import (
	"fmt"
	"strings"
)

// The linter reads a document as far as it can be understood, and notes what is wrong on the way, where parseTree stops at
// the first fault.

// lintDocument is a policy as written.
type lintDocument struct {
	at         *place
	version    lintText
	statement  *place // the value of Statement
	statements []*lintStatement
}

// text is a string of the document; it was written if at is not nil.
type lintText struct {
	string
	at *place
}

func (t lintText) present() bool { return t.at != nil }

// list is an element of one string or several.
type lintList struct {
	items   []lintText
	at, key *place // of the value and the element's name; nil: not written
	array   bool
}

func (e lintList) present() bool { return e.at != nil }

// empty tells whether the element was written without values.
func (e lintList) empty() bool { return e.present() && len(e.items) == 0 }

type lintStatement struct {
	at                      *place
	effect, sid             lintText
	action, notAction       lintList
	resource, notResource   lintList
	principal, notPrincipal lintPrincipal
	condition               *place // the value of Condition
	conditions              []lintCondition
}

func (s *lintStatement) allows() bool { return s.effect.string == "Allow" }
func (s *lintStatement) denies() bool { return s.effect.string == "Deny" }

// actions gives the entries of Action or NotAction, whichever is written.
func (s *lintStatement) actions() lintList {
	if s.notAction.present() {
		return s.notAction
	}
	return s.action
}

func (s *lintStatement) resources() lintList {
	if s.notResource.present() {
		return s.notResource
	}
	return s.resource
}

// who gives Principal or NotPrincipal, whichever is written.
func (s *lintStatement) who() lintPrincipal {
	if s.notPrincipal.at != nil {
		return s.notPrincipal
	}
	return s.principal
}

// lintPrincipal is a Principal or NotPrincipal element; it was written if at is not nil.
type lintPrincipal struct {
	at, key *place
	any     bool // written as "*"
	groups  []lintGroup
}

type lintGroup struct {
	kind string // "AWS", "Service", "Federated" or "CanonicalUser"
	lintList
}

// lintCondition is one operator with one key.
type lintCondition struct {
	operator lintText
	op       operator
	key      lintText
	lintList // the values
	kinds    []jsonKind
}

// read reads the whole document; doc stays nil if it is no JSON object.
func (l *linter) read() {
	top, f := readJSON(l.text)
	if f != nil {
		at := l.position(f.offset)
		l.problem("JSON_SYNTAX_ERROR", fmt.Sprintf("Fix the JSON syntax error at index %d line %d column %d: %s.", at.Offset, at.Line, at.Column, f.message), &place{at: f.offset})
		return
	}
	at := &place{at: top.offset}
	l.doc = &lintDocument{at: at}
	if top.kind != jsonObject {
		l.wrongType("Object", at)
		return
	}
	for i := range top.members {
		m := &top.members[i]
		value, key := l.member(at, m)
		switch m.name {
		case "Version":
			l.doc.version = l.stringOf(&m.value, value)
		case "Id":
			l.stringOf(&m.value, value)
		case "Statement":
			l.doc.statement = value
			l.readStatements(&m.value, value)
		default:
			l.unknownElement(m, key)
		}
	}
	if l.doc.statement == nil {
		l.problem("MISSING_STATEMENT", "Add a statement to the policy", at)
	}
}

func (l *linter) wrongType(want string, at *place) {
	l.problem("DATA_TYPE_MISMATCH", "The text does not match the expected JSON data type "+want+".", at)
}

func (l *linter) unknownElement(m *jsonMember, key *place) {
	message := "The policy element " + m.name + " is not valid."
	for _, known := range []string{"Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"} {
		if strings.EqualFold(strings.TrimSuffix(known, "s"), strings.TrimSuffix(m.name, "s")) {
			message += " Did you mean " + known + "?"
		}
	}
	l.problem("INVALID_POLICY_ELEMENT", message, key)
}

func (l *linter) stringOf(v *jsonValue, at *place) lintText {
	if v.kind != jsonString {
		l.wrongType("String", at)
	}
	return lintText{v.text, at}
}

func (l *linter) readStatements(v *jsonValue, at *place) {
	switch {
	case v.kind == jsonObject:
		l.readStatement(v, at)
	case v.kind != jsonArray:
		l.wrongType("Array", at)
	case len(v.items) == 0:
		l.problem("MISSING_STATEMENT", "Add a statement to the policy", at)
	}
	for i := range v.items {
		item := l.item(at, i, &v.items[i])
		if v.items[i].kind != jsonObject {
			l.wrongType("Object", item)
			continue
		}
		l.readStatement(&v.items[i], item)
	}
}

func (l *linter) readStatement(v *jsonValue, at *place) {
	s := &lintStatement{at: at}
	l.doc.statements = append(l.doc.statements, s)
	for i := range v.members {
		m := &v.members[i]
		value, key := l.member(at, m)
		switch m.name {
		case "Sid":
			s.sid = l.stringOf(&m.value, value)
		case "Effect":
			s.effect = l.stringOf(&m.value, value)
		case "Principal":
			s.principal = l.readPrincipal(&m.value, value, key)
		case "NotPrincipal":
			s.notPrincipal = l.readPrincipal(&m.value, value, key)
		case "Action":
			s.action = l.stringsOf(&m.value, value, key)
		case "NotAction":
			s.notAction = l.stringsOf(&m.value, value, key)
		case "Resource":
			s.resource = l.stringsOf(&m.value, value, key)
		case "NotResource":
			s.notResource = l.stringsOf(&m.value, value, key)
		case "Condition":
			s.condition = value
			l.readConditions(s, &m.value, value)
		default:
			l.unknownElement(m, key)
		}
	}
}

func (l *linter) stringsOf(v *jsonValue, at, key *place) lintList {
	e := lintList{at: at, key: key, array: v.kind == jsonArray}
	switch v.kind {
	case jsonString:
		e.items = []lintText{{v.text, at}}
	case jsonArray:
		for i := range v.items {
			if item := l.item(at, i, &v.items[i]); v.items[i].kind == jsonString {
				e.items = append(e.items, lintText{v.items[i].text, item})
			} else {
				l.wrongType("String", item)
			}
		}
	default:
		l.wrongType("String", at)
	}
	return e
}

func (l *linter) readPrincipal(v *jsonValue, at, key *place) lintPrincipal {
	p := lintPrincipal{at: at, key: key, any: v.kind == jsonString && v.text == "*"}
	switch {
	case p.any:
	case v.kind != jsonObject:
		l.problem("INVALID_PRINCIPAL_FORMAT", "The Principal element contents are not valid. Specify a key-value pair in the Principal element.", at)
	case len(v.members) == 0:
		l.problem("EMPTY_OBJECT_PRINCIPAL", "This statement includes no principals and does not affect the policy. Specify principals.", at)
	}
	for i := range v.members {
		m := &v.members[i]
		value, name := l.member(at, m)
		switch m.name {
		case "AWS", "Service", "Federated", "CanonicalUser":
			p.groups = append(p.groups, lintGroup{m.name, l.stringsOf(&m.value, value, name)})
		default:
			l.problem("INVALID_PRINCIPAL_KEY", "The principal key "+m.name+" is not valid.", name)
		}
	}
	return p
}

func (l *linter) readConditions(s *lintStatement, v *jsonValue, at *place) {
	if v.kind != jsonObject {
		l.wrongType("Object", at)
	} else if len(v.members) == 0 {
		l.problem("EMPTY_OBJECT_CONDITION", "This condition block is empty and it does not affect the policy. Specify conditions.", at)
	}
	for i := range v.members {
		m := &v.members[i]
		value, key := l.member(at, m)
		op, ok := parseOperator(m.name)
		switch {
		case m.value.kind != jsonObject:
			l.wrongType("Object", value)
		case len(m.value.members) == 0:
			l.problem("EMPTY_OBJECT_CONDITION", "This condition block is empty and it does not affect the policy. Specify conditions.", value)
		}
		if !ok {
			l.unknownOperator(lintText{m.name, key})
			continue
		}
		for j := range m.value.members {
			s.conditions = append(s.conditions, l.readCondition(lintText{m.name, key}, op, &m.value.members[j], value))
		}
	}
}

func (l *linter) readCondition(operator lintText, op operator, m *jsonMember, of *place) lintCondition {
	value, key := l.member(of, m)
	c := lintCondition{operator: operator, op: op, key: lintText{m.name, key}, lintList: lintList{at: value, key: key, array: m.value.kind == jsonArray}}
	values := []jsonValue{m.value}
	if c.array {
		values = m.value.items
	}
	for i := range values {
		at := value
		if c.array {
			at = l.item(value, i, &values[i])
		}
		switch values[i].kind {
		case jsonString, jsonNumber, jsonBool:
			c.items = append(c.items, lintText{values[i].text, at})
			c.kinds = append(c.kinds, values[i].kind)
		default:
			l.wrongType("String", at)
		}
	}
	return c
}

// unknownOperator tells what an operator should be, if it is one but for its case or its separator.
func (l *linter) unknownOperator(operator lintText) {
	name := operator.string
	if base, found := strings.CutSuffix(name, "IfExists"); found && strings.HasSuffix(base, "Null") {
		l.problem("NULL_WITH_IF_EXISTS", "The Null condition operator cannot be used with the IfExists suffix. Update the operator or the suffix.", operator.at)
		return
	}
	message := "The condition operator " + name + " is not valid. Use a valid condition operator."
	if near := nearestOperator(name); near != "" {
		message += " Did you mean " + near + "?"
	}
	l.problem("INVALID_CONDITION_OPERATOR", message, operator.at)
}

// nearestOperator gives the operator that a name is but for case, and "" for none.
func nearestOperator(name string) string {
	prefix, suffix := "", ""
	for _, set := range []string{"ForAllValues:", "ForAnyValue:"} {
		if len(name) > len(set) && strings.EqualFold(name[:len(set)], set) {
			prefix, name = set, name[len(set):]
		}
	}
	if n := len(name) - len("IfExists"); n > 0 && strings.EqualFold(name[n:], "IfExists") {
		suffix, name = "IfExists", name[:n]
	}
	for _, known := range plainOperators {
		if strings.EqualFold(known, name) {
			return prefix + known + suffix
		}
	}
	return ""
}

// plainOperators are the operators without set operator and suffix.
var plainOperators = []string{
	"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
	"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
	"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
	"Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Null",
}
