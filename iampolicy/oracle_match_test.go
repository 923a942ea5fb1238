package iampolicy

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// symbol is one unit of a pattern.
type symbol struct {
	kind     symbolKind
	char     rune
	held     bool   // a wildcard that does not match a colon
	key      string // of a variable, in lower case
	fallback *string
}

type symbolKind int

const (
	exactly symbolKind = iota
	anyOne
	anyMany
	valueOf
)

// pattern is a text with wildcards and policy variables.
type pattern struct {
	symbols   []symbol
	variables bool
}

// reading tells what the wildcards of a text mean.
type reading int

const (
	noWildcards reading = iota
	freeWildcards
	arnWildcards
	resourceWildcards
)

// variable forms: ${*}, ${?}, ${$}; ${key}; ${key, 'default'}, whose default ends at the first "'}".
var (
	escapeForm  = regexp.MustCompile(`^\$\{([*?$])\}`)
	defaultForm = regexp.MustCompile(`(?s)^\$\{([^},]*?) *, *'(.*?)'\}`)
	plainForm   = regexp.MustCompile(`^\$\{([^}]+)\}`)
)

// read makes a pattern of a text.
func read(text string, how reading, variables bool) (p pattern) {
	colons := 0
	for rest := text; rest != ""; {
		if variables && strings.HasPrefix(rest, "${") && (how != resourceWildcards || colons >= 5) {
			if m := escapeForm.FindStringSubmatch(rest); m != nil {
				p.symbols = append(p.symbols, symbol{char: rune(m[1][0])})
				rest = rest[len(m[0]):]
				continue
			}
			s := symbol{kind: valueOf}
			m := defaultForm.FindStringSubmatch(rest)
			if m != nil {
				s.fallback = &m[2]
			} else {
				m = plainForm.FindStringSubmatch(rest)
			}
			if m != nil {
				s.key = asciiLower(m[1])
				p.symbols, p.variables, rest = append(p.symbols, s), true, rest[len(m[0]):]
				continue
			}
		}
		char, n := utf8.DecodeRuneInString(rest)
		rest = rest[n:]
		s := symbol{char: char}
		if how != noWildcards {
			switch char {
			case '?':
				s.kind = anyOne
				s.held = how != freeWildcards && colons < 5
			case '*':
				// A star at the end stands for all that follows; in a Resource, one at the end of its part too.
				s.kind = anyMany
				s.held = how != freeWildcards && colons < 5 && rest != "" && (how != resourceWildcards || rest[0] != ':')
			}
		}
		if char == ':' {
			colons++
		}
		p.symbols = append(p.symbols, s)
	}
	return p
}

func actionPatternOf(s string) pattern { return read(strings.ToLower(s), freeWildcards, false) }

// resourcePatternOf completes a short ARN: the missing parts are any.
func resourcePatternOf(s string, variables bool) pattern {
	if strings.HasPrefix(s, "arn:") && strings.Count(s, ":") < 5 && !strings.HasSuffix(s, "*") {
		s += ":*"
	}
	return read(s, resourceWildcards, variables)
}

// filled puts values in place of variables; a value is never a wildcard. Without a single value there is no text at all.
func (o *oracle) filled(p pattern) (symbols []symbol, ok bool) {
	if !p.variables {
		return p.symbols, true
	}
	for _, s := range p.symbols {
		if s.kind != valueOf {
			symbols = append(symbols, s)
			continue
		}
		values := o.keys[s.key]
		if len(values) == 0 && s.fallback != nil {
			values = []string{*s.fallback}
		}
		if len(values) != 1 {
			return nil, false
		}
		for _, char := range values[0] {
			symbols = append(symbols, symbol{char: char})
		}
	}
	return symbols, true
}

// text gives a pattern without wildcards as a string.
func (o *oracle) text(p pattern) (string, bool) {
	symbols, ok := o.filled(p)
	var b strings.Builder
	for _, s := range symbols {
		b.WriteRune(s.char)
	}
	return b.String(), ok
}

func (o *oracle) matches(p pattern, s string) bool {
	symbols, ok := o.filled(p)
	return ok && covers(symbols, s)
}

// covers tries every way in which wildcards can be read.
func covers(symbols []symbol, s string) bool {
	for i, want := range symbols {
		if want.kind == anyMany {
			for {
				if covers(symbols[i+1:], s) {
					return true
				}
				if s == "" || want.held && s[0] == ':' {
					return false
				}
				_, n := utf8.DecodeRuneInString(s)
				s = s[n:]
			}
		}
		if s == "" {
			return false
		}
		char, n := utf8.DecodeRuneInString(s)
		if want.kind == anyOne && want.held && char == ':' || want.kind == exactly && char != want.char {
			return false
		}
		s = s[n:]
	}
	return s == ""
}

func (o *oracle) matchesOne(list []pattern, s string) bool {
	for _, p := range list {
		if o.matches(p, s) {
			return true
		}
	}
	return false
}

// applies tells whether a statement is about the request, and how closely it names the caller.
func (o *oracle) applies(layer Layer, s *oracleStatement) reach {
	if s.actions != nil && !o.matchesOne(s.actions, o.action) || s.notActions != nil && o.matchesOne(s.notActions, o.action) {
		return nobody
	}
	principals := s.principal != nil || s.notPrincipal != nil
	switch {
	case s.resources != nil && !o.matchesOne(s.resources, o.req.Resource):
		return nobody
	case s.notResources != nil && o.matchesOne(s.notResources, o.req.Resource):
		return nobody
	case s.resources == nil && s.notResources == nil && !principals && !s.deny:
		return nobody // a statement about nothing; in a policy with principals, about that which it belongs to
	}
	for _, c := range s.conditions {
		if !o.holds(c) {
			return nobody
		}
	}
	switch {
	case s.principal != nil:
		return o.named(s.principal)
	case s.notPrincipal != nil && !(s.deny && o.bounded) && o.spared(s.notPrincipal):
		return nobody
	case !principals && layer == LayerResource && !s.deny:
		return nobody // a resource's policy has to say whom it allows
	}
	return itself
}

var accountForm = regexp.MustCompile(`^arn:[^:]*:iam:[^:]*:([^:]*):root$|^(\d{12})$`)

// accountNamed gives the account that a principal stands for as a whole.
func accountNamed(name string) string {
	if len(name) != 12 && !strings.HasSuffix(name, ":root") {
		return ""
	}
	if m := accountForm.FindStringSubmatch(name); m != nil {
		return m[1] + m[2]
	}
	return ""
}

// named gives the closest way in which a Principal element names the caller.
func (o *oracle) named(list []namedPrincipal) (best reach) {
	who := o.req.Principal
	for _, p := range list {
		r := nobody
		switch {
		case p.kind == "AWS" && p.name == "*":
			r = itself
		case who.Kind == Anonymous:
		case who.Kind == ServicePrincipal:
			if p.kind == "Service" && (p.name == "*" || strings.EqualFold(p.name, who.ARN)) {
				r = itself
			}
		case who.Kind == FederatedIdentity:
			if p.kind == "Federated" && p.name == who.ARN {
				r = itself
			}
		case p.kind == "CanonicalUser" && p.name == who.CanonicalUser && p.name != "":
			r = account
		case p.kind != "AWS":
		case accountNamed(p.name) != "" && accountNamed(p.name) == who.Account:
			r = account
		case who.Kind == RootUser || p.name == "":
		case p.name == who.ARN, who.Kind == User && p.name == who.UniqueID:
			r = itself
		case who.Kind == AssumedRole && (p.name == who.RoleARN || p.name == who.UniqueID):
			r = behind
		case who.Kind == FederatedUser && (p.name == who.UserARN || p.name == who.UniqueID):
			r = behind
		}
		best = max(best, r)
	}
	return best
}

// spared tells whether a NotPrincipal element leaves the caller out: every step has to be listed, the account, the role
// behind a session, and the caller itself.
func (o *oracle) spared(list []namedPrincipal) bool {
	who := o.req.Principal
	var everyone, inAccount, role, self bool
	for _, p := range list {
		switch {
		case p.kind == "AWS":
			everyone = everyone || p.name == "*"
			inAccount = inAccount || accountNamed(p.name) != "" && accountNamed(p.name) == who.Account
			role = role || p.name != "" && (p.name == who.RoleARN || p.name == who.UniqueID)
			self = self || p.name != "" && (p.name == who.ARN || who.Kind == User && p.name == who.UniqueID)
		case p.kind == "Service" && who.Kind == ServicePrincipal:
			self = self || p.name == "*" || strings.EqualFold(p.name, who.ARN)
		case p.kind == "Federated" && who.Kind == FederatedIdentity:
			self = self || p.name == who.ARN
		case p.kind == "CanonicalUser":
			inAccount = inAccount || p.name != "" && p.name == who.CanonicalUser
		}
	}
	switch who.Kind {
	case Anonymous:
		return everyone
	case ServicePrincipal, FederatedIdentity:
		return everyone || self
	case RootUser:
		return everyone || inAccount
	case AssumedRole:
		return everyone || inAccount && role && self
	}
	return everyone || inAccount && self
}
