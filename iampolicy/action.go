package iampolicy

import "strings"

// actionPattern is one entry of Action or NotAction, in lower case: actions know no case.
type actionPattern struct {
	service string // exact prefix; empty if pattern spans the whole action
	pattern string // encoded; of the name, or of "service:name"
	shape   shape
}

func compileAction(raw string) actionPattern {
	raw = strings.ToLower(raw)
	service, name, found := strings.Cut(raw, ":")
	if !found || service == "" || strings.ContainsAny(service, "*?") {
		service, name = "", raw
	}
	t := compileTemplate(name, grammarLike, false)
	return actionPattern{service: service, pattern: t.text, shape: t.shape}
}

// action is a request's action, split once.
type action struct {
	service string // in lower case
	name    string // as asked for
	whole   string
}

func splitAction(s string) action {
	service, name, _ := strings.Cut(s, ":")
	return action{service: strings.ToLower(service), name: name, whole: s}
}

func (a *action) is(service, name string) bool {
	return a.service == service && equalFold(a.name, name)
}

func (p *actionPattern) matches(a *action) bool {
	s := a.whole
	if p.service != "" {
		if p.service != a.service {
			return false
		}
		s = a.name
	}
	switch p.shape {
	case shapeAny:
		return true
	case shapeLiteral:
		return equalFold(p.pattern, s)
	case shapePrefix:
		n := len(p.pattern) - 1
		return len(s) >= n && equalFold(p.pattern[:n], s[:n])
	}
	return match(p.pattern, s, true)
}

func matchesAction(patterns []actionPattern, a *action) bool {
	for i := range patterns {
		if patterns[i].matches(a) {
			return true
		}
	}
	return false
}

// compileResource reads one entry of Resource or NotResource. An ARN of fewer than six parts stands for all that begin so:
// the missing parts are any.
func compileResource(raw string, variables bool) template {
	if strings.HasPrefix(raw, "arn:") && !strings.HasSuffix(raw, "*") && strings.Count(raw, ":") < 5 {
		raw += ":*"
	}
	return compileTemplate(raw, grammarResource, variables)
}
