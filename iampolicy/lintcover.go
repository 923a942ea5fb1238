package iampolicy

import (
	"slices"
	"strings"
)

// A statement covers another if it applies to every request that the other applies to. What is told here is always so, but
// not everything that is so is told: patterns are compared by their form alone.

// covering compares statements of one document.
type covering struct {
	variables bool // the document has policy variables
	compiled  map[string]string
}

// statement tells whether a applies, and names the caller at least as closely, whenever b applies.
func (c covering) statement(a, b *lintStatement) bool {
	return c.complete(a) && c.complete(b) &&
		c.element(a.action, a.notAction, b.action, b.notAction, c.actionPattern) &&
		c.element(resourceOf(a), a.notResource, resourceOf(b), b.notResource, c.resourcePattern) &&
		c.principals(a, b) && c.conditions(a, b)
}

// complete tells whether a statement has what it needs to apply to anything.
func (c covering) complete(s *lintStatement) bool {
	return s.actions().present() && !s.actions().empty() && !s.resources().empty() && (s.resources().present() || s.who().at != nil || s.denies())
}

// resourceOf gives Resource; a statement of a policy with principals that has none is about the resource it belongs to, and a
// Deny about all.
func resourceOf(s *lintStatement) lintList {
	if !s.resources().present() {
		return lintList{items: []lintText{{"*", s.at}}, at: s.at}
	}
	return s.resource
}

// patternOf compiles an entry: within takes what it may stand for at most, else what it stands for at least; ok is false if
// that is not known.
type patternOf func(raw string, within bool) (pattern string, ok bool)

func (c covering) actionPattern(raw string, _ bool) (string, bool) {
	pattern, known := c.compiled[raw]
	if !known {
		pattern = compileTemplate(strings.ToLower(raw), grammarLike, false).text
		c.compiled[raw] = pattern
	}
	return pattern, true
}

// resourcePattern: a variable stands for any text at most, and for nothing known at least.
func (c covering) resourcePattern(raw string, within bool) (string, bool) {
	t := compileResource(raw, c.variables)
	if t.parts == nil {
		return t.text, true
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.key != "" {
			b.WriteByte(starWide)
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String(), within
}

// element tells whether an element, or its negation, takes in all that b's takes in.
func (c covering) element(a, notA, b, notB lintList, of patternOf) bool {
	switch {
	case a.present() && b.present():
		return c.list(a, b, of)
	case notA.present() && notB.present():
		return c.list(notB, notA, of)
	case a.present():
		return slices.ContainsFunc(a.items, func(t lintText) bool { return t.string == "*" })
	}
	for _, no := range notA.items {
		for _, yes := range b.items {
			p, _ := of(no.string, true)
			q, _ := of(yes.string, true)
			if mayMeet(p, q) {
				return false
			}
		}
	}
	return true
}

// list tells whether each entry of b is covered by one of a.
func (c covering) list(a, b lintList, of patternOf) bool {
	for _, inner := range b.items {
		if !slices.ContainsFunc(a.items, func(outer lintText) bool { return c.entry(outer.string, inner.string, of) }) {
			return false
		}
	}
	return true
}

func (c covering) entry(outer, inner string, of patternOf) bool {
	if outer == inner {
		return true
	}
	p, known := of(outer, false)
	q, _ := of(inner, true)
	return known && coversPattern(p, q)
}

// maxPattern bounds the patterns that are compared: the largest policy's are far smaller, and the time grows with the square.
const maxPattern = 2048

// coversPattern tells whether a encoded pattern matches every text that b matches. It goes through the ends of a; row[j]
// tells whether one covers b[j:].
func coversPattern(a, b string) bool {
	literal := firstWildcard(a)
	if literal < 0 {
		return a == b
	}
	if !strings.HasPrefix(b, a[:literal]) || a[len(a)-1] < oneTight && !strings.HasSuffix(b, a[len(a)-1:]) || len(a) > maxPattern || len(b) > maxPattern {
		return false
	}
	var space [128]bool
	row := space[:]
	if len(b) >= len(space) {
		row = make([]bool, len(b)+1)
	}
	row[len(b)] = true
	for i := len(a) - 1; i >= literal; i-- {
		next := false // of a[i+1:] and b[j+1:]
		for j := len(b); j >= literal; j-- {
			below := row[j]
			row[j] = a[i] >= starTight && below ||
				j < len(b) && takes(a[i], b[j]) && (a[i] >= starTight && row[j+1] || a[i] < starTight && next)
			next = below
		}
	}
	return row[literal]
}

// takes tells whether one byte of a pattern can stand for one of another, whatever that stands for. A single wildcard takes no
// character of several bytes: that is told wrong only in saying no.
func takes(a, b byte) bool {
	tight := b != ':' && b != starWide && b != oneWide
	switch a {
	case starWide:
		return true
	case starTight:
		return tight
	case oneWide:
		return b < 0x80 || b == oneWide || b == oneTight
	case oneTight:
		return tight && (b < 0x80 || b == oneTight)
	}
	return a == b
}

// mayMeet tells whether some text may match both encoded patterns. It goes through the beginnings of a; row[j] tells whether
// one and b[:j] have a text in common.
func mayMeet(a, b string) bool {
	if len(a) > maxPattern || len(b) > maxPattern {
		return true
	}
	row := make([]bool, len(b)+1)
	for i := 0; i <= len(a); i++ {
		diagonal := false // of a[:i-1] and b[:j-1]
		for j := 0; j <= len(b); j++ {
			above := row[j]
			switch {
			case i == 0 && j == 0:
				row[j] = true
			case i > 0 && a[i-1] >= starTight, j > 0 && b[j-1] >= starTight:
				row[j] = above && i > 0 || j > 0 && row[j-1]
			default:
				row[j] = diagonal && i > 0 && j > 0 && (a[i-1] == b[j-1] || a[i-1] >= oneTight || b[j-1] >= oneTight)
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// principals tells whether a names whoever b names, and as closely.
func (c covering) principals(a, b *lintStatement) bool {
	p, q := a.who(), b.who()
	switch {
	case p.at == nil || q.at == nil:
		return p.at == q.at
	case a.notPrincipal.at != nil:
		return b.notPrincipal.at != nil && q.names(p)
	case p.everyone():
		return true
	}
	return b.notPrincipal.at == nil && !q.everyone() && p.names(q)
}

func (p lintPrincipal) everyone() bool {
	return p.any || p.has("AWS", "*")
}

func (p lintPrincipal) has(kind, name string) bool {
	return slices.ContainsFunc(p.groups, func(g lintGroup) bool {
		return g.kind == kind && slices.ContainsFunc(g.items, func(t lintText) bool { return t.string == name })
	})
}

// names tells whether all that q lists is listed.
func (p lintPrincipal) names(q lintPrincipal) bool {
	for _, g := range q.groups {
		for _, t := range g.items {
			if !p.has(g.kind, t.string) {
				return false
			}
		}
	}
	return !q.any || p.any
}

// conditions tells whether the conditions of a hold whenever those of b do.
func (c covering) conditions(a, b *lintStatement) bool {
	for i := range a.conditions {
		if !slices.ContainsFunc(b.conditions, func(given lintCondition) bool { return a.conditions[i].follows(&given) }) {
			return false
		}
	}
	return true
}

// follows tells whether a condition holds whenever another does: one of the same kind that wants more.
func (c *lintCondition) follows(from *lintCondition) bool {
	weaker, given := c.op, from.op
	if weaker.ifExists {
		given.ifExists = true
	}
	if weaker != given || !strings.EqualFold(c.key.string, from.key.string) {
		return false
	}
	more, fewer := c.items, from.items
	if c.op.negated {
		more, fewer = fewer, more
	}
	for _, v := range fewer {
		if !slices.ContainsFunc(more, func(w lintText) bool { return w.string == v.string }) {
			return false
		}
	}
	return true
}
