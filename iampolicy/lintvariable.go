package iampolicy

import (
	"strings"

	"umbel/iampolicy/actions"
)

// variableRules are about policy variables in Resource, NotResource and the values of conditions.
// Source: IAM User Guide, "IAM policy elements: Variables and tags".
var variableRules = []lintRule{
	{code: "VARIABLE_UNSUPPORTED_IN_VERSION", kind: FindingError, title: "variable unsupported in version", summary: "a policy variable in a policy that is not of version 2012-10-17", statement: eachVariable((*linter).checkVariableVersion)},
	{code: "MISSING_BRACE_IN_VARIABLE", kind: FindingError, title: "missing brace in variable", summary: "a policy variable without its closing brace", statement: eachVariable((*linter).checkBrace)},
	{code: "EMPTY_VARIABLE", kind: FindingError, title: "empty variable", summary: "${} without a name", statement: eachVariable((*linter).checkEmptyVariable)},
	{code: "MISSING_QUOTE_IN_VARIABLE", kind: FindingError, title: "missing quote in variable", summary: "a default that does not stand in single quotes", statement: eachVariable((*linter).checkQuote)},
	{code: "UNSUPPORTED_SPACE_IN_VARIABLE", kind: FindingError, title: "unsupported space in variable", summary: "a space in the name of a policy variable", statement: eachVariable((*linter).checkSpace)},
	{code: "INVALID_VARIABLE_FOR_OPERATOR", kind: FindingError, title: "invalid variable for operator", summary: "a policy variable as a number, date, address or the like", statement: eachVariable((*linter).checkVariableOperator)},
	{code: "VARIABLE_UNSUPPORTED_IN_ARN_FIELD", kind: FindingWarning, summary: "a policy variable before the fifth colon of a resource, where it is not replaced", statement: eachVariable((*linter).checkVariableField)},
	{code: "UNKNOWN_KEY_IN_VARIABLE", kind: FindingWarning, summary: "a policy variable of a condition key that does not exist", statement: eachVariable((*linter).checkVariableKey)},
}

// lintVariable is a policy variable and the text it stands in.
type lintVariable struct {
	in        lintText
	field     int    // how many colons stand before it
	inner     string // between the braces
	closed    bool
	condition *lintCondition // nil: in a resource
}

// key gives the variable's name, without a default.
func (v *lintVariable) key() string {
	key, _, _ := strings.Cut(v.inner, ",")
	return strings.TrimSpace(key)
}

// escape tells whether the variable is one of the escapes ${*}, ${?} and ${$}.
func (v *lintVariable) escape() bool {
	return v.closed && (v.inner == "*" || v.inner == "?" || v.inner == "$")
}

// eachVariable makes a check of policy variables one of statements.
func eachVariable(check func(*linter, *lintVariable)) func(*linter, *lintStatement) {
	return func(l *linter, s *lintStatement) {
		for _, r := range s.resources().items {
			variables(r, nil, func(v *lintVariable) { check(l, v) })
		}
		for i := range s.conditions {
			for _, value := range s.conditions[i].items {
				variables(value, &s.conditions[i], func(v *lintVariable) { check(l, v) })
			}
		}
	}
}

func variables(t lintText, c *lintCondition, yield func(*lintVariable)) {
	v := lintVariable{in: t, condition: c, closed: true}
	for rest := t.string; v.closed; {
		before, from, found := strings.Cut(rest, "${")
		if !found {
			return
		}
		v.field += strings.Count(before, ":")
		v.inner, _, v.closed = strings.Cut(from, "}")
		if part, length, ok := variable("${" + from[:min(len(from), maxPattern)]); ok && part.hasDefault { // a default may hold a brace
			v.inner = from[:length-3]
		}
		yield(&v)
		rest = from
	}
}

func (l *linter) checkVariableVersion(v *lintVariable) {
	if l.doc.version.string != version2012 && v.closed {
		l.report("To include variables in your policy, use the policy version 2012-10-17 or later.", v.in.at)
	}
}

func (l *linter) checkBrace(v *lintVariable) {
	if !v.closed {
		l.report("The policy variable is missing a closing curly brace. Add } after the variable text.", v.in.at)
	}
}

func (l *linter) checkEmptyVariable(v *lintVariable) {
	if v.closed && v.key() == "" {
		l.report("Empty policy variable. Remove the ${ } variable structure or provide a variable within the structure.", v.in.at)
	}
}

func (l *linter) checkQuote(v *lintVariable) {
	_, given, found := strings.Cut(v.inner, ",")
	given = strings.TrimSpace(given)
	if v.closed && found && (len(given) < 2 || given[0] != '\'' || given[len(given)-1] != '\'') {
		l.report("The policy variable default value must begin and end with a single quote. Add the missing quote.", v.in.at)
	}
}

// checkSpace: the name of a tag, behind the slash, may hold spaces.
func (l *linter) checkSpace(v *lintVariable) {
	name, _, _ := strings.Cut(v.key(), "/")
	if lead := strings.TrimLeft(v.inner, " ") != v.inner; v.closed && v.key() != "" && (lead || strings.Contains(name, " ")) {
		l.report("A space is not supported within the policy variable text. Remove the space.", v.in.at)
	}
}

func (l *linter) checkVariableOperator(v *lintVariable) {
	if c := v.condition; c != nil && v.closed && c.op.compare != compareArn && operatorType(c.op.compare) != actions.String || c != nil && v.closed && c.op.compare == compareNull {
		l.report("Policy variables can only be used with String and ARN operators.", v.in.at)
	}
}

func (l *linter) checkVariableField(v *lintVariable) {
	_, known := actions.LookupKey(v.key())
	if v.condition == nil && known && v.field < 5 {
		l.report("Policy variables are replaced in the last part of an ARN only, behind the fifth colon: ${"+v.inner+"} is taken as it stands.", v.in.at)
	}
}

// checkVariableKey: an identity provider's keys are not all known.
func (l *linter) checkVariableKey(v *lintVariable) {
	key := v.key()
	prefix, _, found := strings.Cut(key, ":")
	if _, known := actions.LookupKey(key); known || !v.closed || key == "" || v.escape() || strings.Contains(key, " ") || found && strings.ContainsAny(prefix, "./") {
		return
	}
	message := "The policy variable ${" + key + "} has no value: there is no such condition key."
	if near := actions.NearestKey(key); near != "" {
		message += " Did you mean ${" + near + "}?"
	}
	l.report(message, v.in.at)
}
