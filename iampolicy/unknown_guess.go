package iampolicy

// Comparisons of one unknown with a pattern around another cannot be told apart exactly by the values of each alone. Values
// that are likely to match are tried all the same: where they show that the outcome depends on every unknown, it does.

// guesses is how many values of the unknowns in a pattern are tried.
const guesses = 64

// trace asks the unknowns in the patterns of links for what matches the texts that the other side is compared with.
func (q *question) trace() {
	for _, l := range q.links {
		for _, o := range l.text.unknowns()[0].languages {
			for _, p := range o.patterns {
				if text, ok := spelled(p); ok {
					q.askKnown(l.pattern, text, oneRune, false)
				}
			}
		}
	}
}

// spelled gives the text of a pattern that matches but one.
func spelled(p []token) (string, bool) {
	var out []rune
	for _, t := range p {
		if t.set != oneRune || t.star {
			return "", false
		}
		out = append(out, t.r)
	}
	return string(out), true
}

// guess finds values for the texts of links that match the patterns with values of the unknowns in them.
func (q *question) guess() (tooMany *blank) {
	for _, l := range q.links {
		for _, tokens := range l.instances() {
			q.askUnknown(l.text, [][]token{tokens}, false)
		}
		for _, b := range l.text.unknowns() {
			b.options = nil
			if !b.fillAlone() {
				return b
			}
		}
	}
	return nil
}

// instances gives the pattern of a link with values in place of its unknowns.
func (l *textLink) instances() [][]token {
	list := [][]token{nil}
	for _, s := range l.pattern {
		if s.v == nil {
			for i := range list {
				list[i] = append(list[i], s.token)
			}
			continue
		}
		var next [][]token
		for _, begun := range list {
			for _, o := range s.v.options {
				if len(o.values) == 1 && len(next) < guesses {
					next = append(next, append(append([]token{}, begun...), literalTokens(o.values[0], oneRune)...))
				}
			}
		}
		list = next
	}
	return list
}
