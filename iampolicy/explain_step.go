package iampolicy

import (
	"slices"
	"strings"
)

// Text words a step as advice, in a sentence or two.
func (s *Step) Text() string { return s.text(&words{trust: isTrust(s.Action)}) }

func (s *Step) text(w *words) string {
	policy, statement := w.policy(s.Layer, s.Policy), w.statement(max(s.Statement, 0), s.Sid)
	switch s.Kind {
	case SetKey:
		return s.setKey()
	case DropKey:
		if tag, ok := cutKey(s.Key, "aws:RequestTag/"); ok {
			return "Leave the tag " + tag + " out of the request."
		}
		return "Make the request without the key " + s.Key + " (it has " + quoted(s.Instead) + ")."
	case RemovePolicy:
		if s.Target != "" {
			return "Detach " + policy + " from " + w.place(s.Target) + "."
		}
		return "Repair " + policy + ", or take it away."
	case RemoveStatement:
		if s.Layer == LayerSession {
			return "Get the session without " + statement + " of " + policy + "."
		}
		return "Take " + statement + " out of " + policy + "."
	case Extend:
		return "Add " + quoted(s.Values) + " to the " + s.Element + " of " + statement + " of " + policy + "."
	}
	return s.addText(w, policy)
}

func (s *Step) addText(w *words, policy string) string {
	what := s.Action
	if s.Resource != "*" {
		what += " on " + s.Resource
	}
	switch s.Layer {
	case LayerServiceControl, LayerResourceControl:
		return "Attach to " + w.place(s.Target) + " a " + w.noun(s.Layer) + " that allows " + s.Action + "."
	case LayerBoundary:
		return "Allow " + what + " in " + policy + "."
	case LayerSession:
		return "Get the session with a session policy that allows " + what + "."
	case LayerResource:
		return "Allow " + s.Action + " to " + quoted(s.Values) + " in " + policy + "."
	}
	return "Allow " + what + " in an identity policy of the caller."
}

// keyAdvice words what sets a key; a final slash stands for the tag that follows, VALUE for the values.
var keyAdvice = []struct{ key, text string }{
	{"aws:RequestedRegion", "Send the request to the Region VALUE."},
	{"aws:RequestTag/", "Tag the resource in the request: TAG = VALUE."},
	{"aws:PrincipalTag/", "Give the caller, or its session, the tag TAG = VALUE."},
	{"aws:ResourceTag/", "Give the resource the tag TAG = VALUE."},
	{"iam:ResourceTag/", "Give the resource the tag TAG = VALUE."},
	{"aws:TagKeys", "Send only these tag keys in the request: VALUE."},
	{"sts:ExternalId", "Pass the external ID VALUE with --external-id."},
	{"sts:RoleSessionName", "Give the session the name VALUE with --role-session-name."},
	{"sts:SourceIdentity", "Pass the source identity VALUE with --source-identity."},
	{"aws:SourceIp", "Call from VALUE."},
	{"aws:PrincipalOrgID", "Call from an account of the organization VALUE."},
	{"aws:PrincipalOrgPaths", "Call from an account at VALUE in the organization."},
	{"aws:PrincipalAccount", "Call from the account VALUE."},
	{"aws:PrincipalArn", "Call as VALUE."},
}

func (s *Step) setKey() string {
	has := " (the request has " + quoted(s.Instead) + ")."
	if len(s.Instead) == 0 {
		has = " (the request does not have this key)."
	}
	switch {
	case s.is("aws:MultiFactorAuthPresent", "true"):
		return "Call with a session that was made with an MFA code (aws:MultiFactorAuthPresent)."
	case s.is("aws:SecureTransport", "true"):
		return "Call over HTTPS."
	case s.Like == "" && len(s.Instead) == 0 || s.Like != "" && s.Values[0] == "any-value":
		if tag, ok := cutKey(s.Key, "aws:RequestTag/"); ok {
			return "Pass the tag " + tag + " in the request."
		}
		return "Let the request have the key " + s.Key + "."
	case s.Like == "" && !slices.Contains(s.Instead, s.Values[0]) && aboutCaller(s.Key):
		return "Call as a principal with another " + s.Key + has
	case s.Like == "" && !slices.Contains(s.Instead, s.Values[0]):
		return "Let the request have another value for " + s.Key + has
	}
	value := s.value()
	for _, a := range keyAdvice {
		if tag, ok := cutKey(s.Key, a.key); ok && (tag != "") == strings.HasSuffix(a.key, "/") {
			text := strings.Replace(strings.Replace(a.text, "VALUE", value, 1), "TAG", tag, 1)
			return strings.TrimSuffix(text, ".") + has
		}
	}
	if strings.HasPrefix(value, `"`) {
		value = "= " + value
	}
	return "Let the request have " + s.Key + " " + value + has
}

// value words the values to have; those made from a pattern are examples.
func (s *Step) value() string {
	switch {
	case strings.Contains(s.Like, "/") && strings.HasPrefix(s.Like, s.Values[0]) && s.Like != s.Values[0]:
		return "an address in " + s.Like
	case strings.ContainsAny(s.Like, "*?") && s.Like != s.Values[0] && len(s.Values) == 1:
		return `like "` + s.Like + `"`
	}
	return quoted(s.Values)
}

func (s *Step) is(key, value string) bool {
	return equalFold(s.Key, key) && s.Values[0] == value
}

// cutKey cuts a prefix without regard to case.
func cutKey(key, prefix string) (rest string, ok bool) {
	if len(key) < len(prefix) || !equalFold(key[:len(prefix)], prefix) {
		return "", false
	}
	return key[len(prefix):], true
}
