package iampolicy

import (
	"fmt"
	"strings"

	"umbel/iampolicy/actions"
)

// actionRules are about what Action and NotAction name.
var actionRules = []lintRule{
	{code: "INVALID_ACTION", kind: FindingError, title: "invalid action", summary: "an action that the service does not have, or that has not the form service:name", statement: (*linter).checkActions},
	{code: "INVALID_SERVICE_IN_ACTION", kind: FindingError, title: "invalid service in action", summary: "an action of a service that does not exist", statement: (*linter).checkActionService},
	{code: "ACTION_MATCHES_NOTHING", kind: FindingWarning, summary: "an action with wildcards that no action matches", statement: (*linter).checkActionPattern},
	{code: "ACTION_CASE_MISMATCH", kind: FindingSuggestion, summary: "an action written in another case than its own; access is the same", statement: (*linter).checkActionCase},
	{code: "WILDCARD_IN_SERVICE_NAME", kind: FindingSuggestion, title: "wildcard in service name", summary: "an Allow with wildcards in the service of an action or ARN", statement: (*linter).checkWildcardService},
	{code: "ALLOW_WITH_NOT_ACTION", kind: FindingSecurityWarning, summary: "NotAction with Allow gives all other actions, of services to come as well", statement: (*linter).checkAllowNotAction},
	{code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", kind: FindingError, title: "variable unsupported in element", summary: "a policy variable in an element that has none: Action, Principal", statement: (*linter).checkVariableElements},
}

// action sorts, for the linter, what an entry of Action or NotAction names.
type lintAction struct {
	text    lintText
	prefix  string // in lower case
	name    string
	service *actions.Service // nil: unknown, or wildcards in the prefix
	matched []*actions.Action
}

func (a *lintAction) wildcard() bool { return strings.ContainsAny(a.name, "*?") }

// anyService tells whether the entry spans services.
func (a *lintAction) anyService() bool { return strings.ContainsAny(a.prefix, "*?") }

// action looks an entry up; the same text is looked up once.
func (l *linter) action(t lintText) *lintAction {
	if known := l.actions[t.string]; known != nil {
		again := *known
		again.text = t
		return &again
	}
	a := &lintAction{text: t}
	a.prefix, a.name, _ = strings.Cut(t.string, ":")
	a.prefix = strings.ToLower(a.prefix)
	if s, ok := actions.Lookup(a.prefix); ok {
		a.service = s
		for i := range s.Actions {
			if actions.Match(a.name, s.Actions[i].Name) {
				a.matched = append(a.matched, &s.Actions[i])
			}
		}
	}
	l.actions[t.string] = a
	return a
}

// eachAction goes over the entries of Action or NotAction that name a service.
func (l *linter) eachAction(s *lintStatement, yield func(*lintAction)) {
	for _, t := range s.actions().items {
		if strings.Count(t.string, ":") == 1 {
			yield(l.action(t))
		}
	}
}

func (l *linter) checkActions(s *lintStatement) {
	for _, t := range s.actions().items {
		if t.string != "*" && strings.Count(t.string, ":") != 1 {
			l.report("The action "+t.string+" does not exist. Actions have the form service:name.", t.at)
		}
	}
	l.eachAction(s, func(a *lintAction) {
		if a.service == nil || a.matched != nil || a.wildcard() || strings.Contains(a.name, "${") {
			return
		}
		message := "The action " + a.text.string + " does not exist."
		if near := actions.Nearest(a.text.string); near != "" {
			message += " Did you mean " + near + "?"
		}
		l.report(message, a.text.at)
	})
}

func (l *linter) checkActionService(s *lintStatement) {
	l.eachAction(s, func(a *lintAction) {
		if a.service != nil || a.anyService() || strings.Contains(a.text.string, "${") {
			return
		}
		message := "The service " + a.prefix + " specified in the action does not exist."
		if near := actions.NearestService(a.prefix); near != "" {
			message += " Did you mean " + near + "?"
		}
		l.report(message, a.text.at)
	})
}

func (l *linter) checkActionPattern(s *lintStatement) {
	l.eachAction(s, func(a *lintAction) {
		if a.service != nil && a.wildcard() && a.matched == nil || a.anyService() && !actions.Matches(a.text.string) {
			l.report("No action matches "+a.text.string+".", a.text.at)
		}
	})
}

// checkActionCase compares a name with the table's; a pattern, as its letters match nothing but in another case.
func (l *linter) checkActionCase(s *lintStatement) {
	l.eachAction(s, func(a *lintAction) {
		if len(a.matched) == 0 {
			return
		}
		pattern := compileTemplate(a.name, grammarLike, false)
		for _, known := range a.matched {
			if pattern.matches(known.Name, nil) && strings.HasPrefix(a.text.string, a.prefix+":") {
				return
			}
		}
		l.report(fmt.Sprintf("The action is written %s:%s. Access is the same in any case.", a.prefix, a.matched[0].Name), a.text.at)
	})
}

func (l *linter) checkWildcardService(s *lintStatement) {
	const message = "Avoid using wildcards (*, ?) in the service name because it might grant unintended access to other AWS services with similar names."
	if !s.allows() {
		return
	}
	l.eachAction(s, func(a *lintAction) {
		if a.anyService() && a.text.string != "*:*" {
			l.report(message, a.text.at)
		}
	})
	for _, r := range s.resources().items {
		if parts := strings.Split(r.string, ":"); len(parts) > 2 && strings.ContainsAny(parts[2], "*?") && len(parts) > 3 {
			l.report(message, r.at)
		}
	}
}

func (l *linter) checkAllowNotAction(s *lintStatement) {
	if s.allows() && s.notAction.present() && l.kind != KindResourceControl {
		l.report("Using Allow with NotAction allows every other action, those of services that AWS adds later as well. We recommend that you list the actions in Action.", s.notAction.key)
	}
}

func (l *linter) checkVariableElements(s *lintStatement) {
	texts := s.actions().items
	for _, g := range s.who().groups {
		texts = append(texts[:len(texts):len(texts)], g.items...)
	}
	for _, t := range texts {
		if _, from, found := strings.Cut(t.string, "${"); found {
			name, _, _ := strings.Cut(from, "}")
			l.report("Policy variables are supported in the Resource and Condition elements. Remove the policy variable ${"+name+"} from this element.", t.at)
		}
	}
}
