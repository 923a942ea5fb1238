package actions

import (
	"iter"
	"strings"
)

// Expand gives the actions that a pattern of a policy's Action element names, sorted within their service:
// "s3:Get*Tagging" or "*:TagResource". A pattern without wildcards gives the action as the table writes it, or nothing.
func Expand(pattern string) (list []string) {
	prefix, name, found := strings.Cut(pattern, ":")
	if !found { // as "*", it stands for service and name
		prefix, name = pattern, "*"
		if pattern != "*" {
			return nil
		}
	}
	for s := range matching(prefix) {
		for i := range s.Actions {
			if Match(name, s.Actions[i].Name) {
				list = append(list, s.Prefix+":"+s.Actions[i].Name)
			}
		}
	}
	return list
}

// Complement gives the actions that none of the patterns names: what NotAction stands for.
func Complement(patterns []string) (list []string) {
	for _, e := range shared().entries {
		s := e.load(shared())
		for i := range s.Actions {
			if !namedBy(patterns, s.Prefix, s.Actions[i].Name) {
				list = append(list, s.Prefix+":"+s.Actions[i].Name)
			}
		}
	}
	return list
}

func namedBy(patterns []string, prefix, name string) bool {
	for _, p := range patterns {
		service, rest, found := strings.Cut(p, ":")
		if p == "*" || found && Match(service, prefix) && Match(rest, name) {
			return true
		}
	}
	return false
}

// Matches tells whether a pattern names any action of the table; it reads no more services than it has to.
func Matches(pattern string) bool {
	prefix, name, found := strings.Cut(pattern, ":")
	if !found {
		return pattern == "*"
	}
	for s := range matching(prefix) {
		for i := range s.Actions {
			if Match(name, s.Actions[i].Name) {
				return true
			}
		}
	}
	return false
}

// matching yields the services whose prefix matches.
func matching(prefix string) iter.Seq[*Service] {
	return func(yield func(*Service) bool) {
		if !strings.ContainsAny(prefix, "*?") {
			if s, ok := Lookup(prefix); ok {
				yield(s)
			}
			return
		}
		for _, e := range shared().entries {
			if Match(prefix, e.prefix) && !yield(e.load(shared())) {
				return
			}
		}
	}
}

// Match matches a name with a pattern of '*' and '?', without regard to case.
func Match(pattern, name string) bool {
	i, j, star, from := 0, 0, -1, 0
	for j < len(name) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			i++
			star, from = i, j
		case i < len(pattern) && (pattern[i] == '?' || lower(pattern[i]) == lower(name[j])):
			i++
			j++
		case star >= 0:
			from++
			i, j = star, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// Accepts tells whether a Resource entry of a policy, wildcards and policy variables included, can name a resource of the type.
// It is generous within each part of the ARN: a variable of either side stands for any text, but for the name of a bucket,
// which has no slash.
func (t *ResourceType) Accepts(resource string) bool {
	if resource == "*" {
		return true
	}
	rest, more := generous(resource), true
	for i := 0; more && i < len(t.parts); i++ {
		part := rest
		if i < len(t.parts)-1 {
			part, rest, more = strings.Cut(rest, ":")
		}
		if !overlap(t.parts[i], part) {
			return false
		}
	}
	return true // the parts that an entry leaves out are any
}

// nameStar is a star that takes no slash.
const nameStar = '\x01'

// generous writes variables as stars.
func generous(s string) string {
	var b strings.Builder
	for {
		from, to := variable(s)
		if from < 0 {
			break
		}
		b.WriteString(s[:from])
		if s[from:to] == "${BucketName}" {
			b.WriteByte(nameStar)
		} else {
			b.WriteByte('*')
		}
		s = s[to:]
	}
	if b.Len() == 0 {
		return s
	}
	b.WriteString(s)
	return b.String()
}

// overlap tells whether a text exists that both patterns match. It goes through the beginnings of a; row[j] tells whether one
// and b[:j] have a text in common.
func overlap(a, b string) bool {
	if a == "*" || b == "*" && a != string(nameStar) || a == b {
		return true
	}
	var space [128]bool
	row := space[:]
	if len(b) >= len(space) {
		row = make([]bool, len(b)+1)
	}
	for i := 0; i <= len(a); i++ {
		diagonal := false // of a[:i-1] and b[:j-1]
		for j := 0; j <= len(b); j++ {
			above := row[j]
			switch {
			case i == 0 && j == 0:
				row[j] = true
			case i > 0 && a[i-1] == '*', j > 0 && b[j-1] == '*', i > 0 && a[i-1] == nameStar && (j == 0 || b[j-1] != '/'):
				row[j] = above && i > 0 || j > 0 && row[j-1]
			case i > 0 && a[i-1] == nameStar: // before a slash: nothing is taken
				row[j] = above
			default:
				row[j] = diagonal && i > 0 && j > 0 && (a[i-1] == b[j-1] || a[i-1] == '?' || b[j-1] == '?')
			}
			diagonal = above
		}
	}
	return row[len(b)]
}
