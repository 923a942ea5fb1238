package actions

import "strings"

// KeyType is the type of a condition key's values: it tells which operators fit.
type KeyType uint8

// The types. Source: Service Authorization Reference, "Condition keys table".
const (
	String KeyType = iota
	ARN
	Bool
	Binary
	Date
	IPAddress
	Numeric
)

// String gives the type as the Service Authorization Reference writes it.
func (t KeyType) String() string {
	return [...]string{"String", "ARN", "Bool", "Binary", "Date", "IPAddress", "Numeric"}[t]
}

// Key is a condition key.
type Key struct {
	Name  string // may hold a variable: aws:ResourceTag/${TagKey}
	Type  KeyType
	Multi bool // several values at once ("ArrayOf…"): to be used with a set operator
}

// keyLetters are the types in the table's file, in the order of the constants; in capitals with several values.
const keyLetters = "sabydin"

// GlobalKeys gives the global condition keys, sorted without regard to case: those with the prefix aws:, and a few of services
// that role sessions carry to every service.
func GlobalKeys() []Key { return shared().global }

// GlobalKey finds a global condition key, without regard to case; "aws:PrincipalTag/team" finds aws:PrincipalTag/${TagKey}.
func GlobalKey(name string) (Key, bool) { return findKey(shared().global, name) }

// Key finds a condition key of the service, without regard to case, variables filled in.
func (s *Service) Key(name string) (Key, bool) { return findKey(s.Keys, name) }

// LookupKey finds a condition key by its name alone: a global one, or one of the service that its prefix names.
func LookupKey(name string) (Key, bool) {
	if k, ok := GlobalKey(name); ok {
		return k, true
	}
	if s, ok := KeyService(name); ok {
		return s.Key(name)
	}
	return Key{}, false
}

// KeyService finds the service that a condition key belongs to by its prefix: saml:aud belongs to sts.
func KeyService(name string) (*Service, bool) {
	prefix, _, found := strings.Cut(strings.ToLower(name), ":")
	if !found {
		return nil, false
	}
	if s, ok := Lookup(prefix); ok {
		return s, true
	}
	for _, f := range shared().foreign {
		if matchTemplate(f.prefix, prefix) {
			return Lookup(f.service)
		}
	}
	return nil, false
}

func findKey(keys []Key, name string) (Key, bool) {
	for _, k := range keys {
		if matchTemplate(k.Name, name) {
			return k, true
		}
	}
	return Key{}, false
}

// Carries tells whether requests of the action can carry a condition key that is not global: the action's own, those of the
// resources it works on, and those that describe them.
func (a *Action) Carries(key string) bool {
	if matchesAny(a.Keys, key) {
		return true
	}
	for _, r := range a.Resources {
		if matchesAny(r.Keys, key) || matchesAny(r.Type.Keys, key) {
			return true
		}
	}
	return false
}

func matchesAny(templates []string, name string) bool {
	for _, t := range templates {
		if matchTemplate(t, name) {
			return true
		}
	}
	return false
}

// matchTemplate compares without regard to case; a variable of the template, ${…} or <…>, stands for one character or more.
func matchTemplate(template, s string) bool {
	from, to := variable(template)
	if from < 0 {
		return len(template) == len(s) && compareFold(template, s) == 0
	}
	before, after := template[:from], template[to:]
	if len(s) <= len(before) || compareFold(before, s[:len(before)]) != 0 {
		return false
	}
	for i := len(before) + 1; i <= len(s); i++ {
		if matchTemplate(after, s[i:]) {
			return true
		}
	}
	return false
}

// variable finds the first variable of a template, -1 for none.
func variable(template string) (from, to int) {
	for _, marks := range [2][2]string{{"${", "}"}, {"<", ">"}} {
		if from := strings.Index(template, marks[0]); from >= 0 {
			if n := strings.Index(template[from:], marks[1]); n >= 0 {
				return from, from + n + 1
			}
		}
	}
	return -1, -1
}
