package iampolicy

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What the policies ask of unknown texts, put as languages: of a text that is compared with a pattern, and of the variables
// in a pattern that a known text is compared with.

// patternPart is a token of a pattern, or an unknown text in it.
type patternPart struct {
	token
	v    *blank
	name bool
}

// expression is a pattern with unknown texts in it.
type expression []patternPart

// textLink is a comparison of an unknown text with a pattern of another.
type textLink struct {
	text    field
	pattern expression
	compare comparison
}

// spread gives a template as an expression. An unknown key with a default makes two: with its value, and with the default.
// One that has a known variable without value matches nothing and gives none.
func (q *question) spread(t *template, set runeSet) []expression {
	if t.parts == nil {
		return []expression{tokensOf(t.text, set)}
	}
	out := []expression{nil}
	for i := range t.parts {
		p := &t.parts[i]
		switch f := q.field(p.key); {
		case p.key == "":
			out = extend(out, tokensOf(p.text, set))
		case f == nil:
			text, ok := (&template{parts: t.parts[i : i+1]}).expand(nil, &q.stated)
			if !ok {
				return nil
			}
			out = extend(out, elementsOf(literalTokens(string(text), set)))
		case p.hasDefault:
			absent := extend(out, elementsOf(literalTokens(p.text, set)))
			out = append(extend(out, f.elements(set)), absent...)
		default:
			out = extend(out, f.elements(set))
		}
	}
	return out
}

func extend(list []expression, more expression) []expression {
	out := make([]expression, len(list))
	for i := range list {
		out[i] = append(slices.Clip(list[i]), more...)
	}
	return out
}

// tokensOf reads an encoded pattern.
func tokensOf(text string, set runeSet) expression {
	var out expression
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		t := token{set: set, r: r}
		switch text[0] {
		case oneTight, starTight:
			t = token{set: noColon, star: text[0] == starTight}
		case oneWide, starWide:
			t = token{set: anyRune, star: text[0] == starWide}
		}
		out = append(out, patternPart{token: t})
		text = text[n:]
	}
	return out
}

func elementsOf(tokens []token) expression {
	var out expression
	for _, t := range tokens {
		out = append(out, patternPart{token: t})
	}
	return out
}

// elements gives a field as part of a pattern.
func (f field) elements(set runeSet) expression {
	var out expression
	for _, p := range f {
		if p.v == nil {
			out = append(out, elementsOf(literalTokens(p.text, set))...)
			continue
		}
		out = append(out, patternPart{v: p.v, name: p.name})
	}
	return out
}

// constant gives the tokens of an expression in which nothing is unknown.
func (e expression) constant() (tokens []token, ok bool) {
	for _, el := range e {
		if el.v != nil {
			return nil, false
		}
		tokens = append(tokens, el.token)
	}
	return tokens, true
}

// loose gives the tokens with any text in place of what is unknown.
func (e expression) loose() []token {
	var out []token
	for _, el := range e {
		if el.v != nil {
			el.token = token{set: anyRune, star: true}
		}
		out = append(out, el.token)
	}
	return out
}

// beginnings tells for each i which beginnings of text the first i tokens match, by their length.
func beginnings(tokens []token, text []rune) [][]bool {
	table := make([][]bool, len(tokens)+1)
	table[0] = make([]bool, len(text)+1)
	table[0][0] = true
	for i, t := range tokens {
		row := make([]bool, len(text)+1)
		for j := range row {
			if t.star {
				row[j] = table[i][j] || j > 0 && row[j-1] && t.takes(text[j-1])
			} else {
				row[j] = j > 0 && table[i][j-1] && t.takes(text[j-1])
			}
		}
		table[i+1] = row
	}
	return table
}

func matchesTokens(tokens []token, text string) bool {
	runes := []rune(text)
	return beginnings(tokens, runes)[len(tokens)][len(runes)]
}

// spans gives, for part k of an expression, all pieces of the text that could stand there.
func (e expression) spans(k int, text []rune) []string {
	tokens := e.loose()
	before := beginnings(tokens[:k], text)[k]
	back := slices.Clone(tokens[k+1:])
	slices.Reverse(back)
	turned := slices.Clone(text)
	slices.Reverse(turned)
	after := beginnings(back, turned)[len(back)]
	var out []string
	for i := range before {
		for j := i; before[i] && j < len(before); j++ {
			if s := string(text[i:j]); after[len(text)-j] && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// mayMatch tells whether a template could match a known text.
func (q *question) mayMatch(t *template, text string, set runeSet) bool {
	return slices.ContainsFunc(q.spread(t, set), func(e expression) bool { return matchesTokens(e.loose(), text) })
}

// askKnown asks the unknown parts of a pattern for the texts with which it matches a known one.
func (q *question) askKnown(e expression, text string, set runeSet, arn bool) {
	if arn && !isARN(text) {
		return
	}
	runes := []rune(text)
	unknowns := 0
	for _, el := range e {
		if el.v != nil {
			unknowns++
		}
	}
	for k, el := range e {
		if el.v == nil {
			continue
		}
		var patterns [][]token
		for _, s := range e.spans(k, runes) {
			patterns = append(patterns, literalTokens(s, set))
		}
		if unknowns == 1 {
			el.v.ask(language{name: el.name, patterns: patterns})
			return
		}
		for i := range patterns { // with which others each goes is left to the combinations
			el.v.ask(language{name: el.name, patterns: patterns[i : i+1]})
		}
	}
}

// askUnknown asks an unknown text whether one of the patterns matches it.
func (q *question) askUnknown(f field, patterns [][]token, arn bool) {
	prefix := ""
	if f[0].v == nil {
		prefix, f = f[0].text, f[1:]
	}
	v := f[0].v
	if len(f) == 1 {
		v.ask(language{prefix: prefix, name: f[0].name, arn: arn, patterns: patterns})
		return
	}
	if arn {
		return // an unknown ARN ends with its variable; what else has text behind is no ARN
	}
	rest := f[1].text
	if len(f) == 2 {
		var heads [][]token
		for _, p := range patterns {
			for _, s := range cuts(p) {
				if matchesTokens(s.tail, rest) {
					heads = append(heads, s.head)
				}
			}
		}
		v.ask(language{prefix: prefix, name: f[0].name, patterns: heads})
		return
	}
	for _, p := range patterns {
		for _, s := range cuts(p) {
			if len(s.tail) > 0 && s.tail[0].takes(rune(rest[0])) {
				v.ask(language{prefix: prefix, name: f[0].name, patterns: [][]token{s.head}})
				f[2].v.ask(language{prefix: rest, name: f[2].name, patterns: [][]token{s.tail}})
			}
		}
	}
}

// patternCut is a pattern cut in two; a star at the cut belongs to both.
type patternCut struct{ head, tail []token }

func cuts(p []token) []patternCut {
	out := []patternCut{{nil, p}}
	for i, t := range p {
		if t.star {
			out = append(out, patternCut{p[:i+1], p[i:]})
		}
		out = append(out, patternCut{p[:i+1], p[i+1:]})
	}
	return out
}

// ask notes a language, once.
func (v *blank) ask(l language) {
	var b strings.Builder
	b.WriteString(l.prefix)
	for _, flag := range []bool{l.name, l.arn} {
		if flag {
			b.WriteByte(1)
		}
		b.WriteByte(0)
	}
	for _, p := range l.patterns {
		for _, t := range p {
			b.WriteByte(byte(t.set) << 1)
			if t.star {
				b.WriteByte(1)
			}
			b.WriteRune(t.r)
		}
		b.WriteByte(0)
	}
	v.met = true
	if !v.asked[b.String()] {
		v.asked[b.String()] = true
		v.languages = append(v.languages, l)
	}
}

// link notes a comparison of an unknown text with a pattern of unknown texts.
func (q *question) link(f field, e expression, compare comparison) {
	x := f[0].v
	whole := len(f) == 1 && !f[0].name && x.domain == nil
	itself := whole && !slices.ContainsFunc(e, func(el patternPart) bool { return el.v != nil && (el.v != x || el.name) })
	equality := whole && len(e) == 1 && !e[0].name && e[0].v.domain == nil && compare != compareStringFold
	switch {
	case itself:
		// A text matches a pattern that holds it only if nothing else is in the pattern but stars; or if it is empty.
		x.ask(language{patterns: [][]token{{}}})
	case equality:
		e[0].v.met = true
		x.equals, e[0].v.equals = append(x.equals, e[0].v), append(e[0].v.equals, x)
	default:
		for _, v := range f.unknowns() {
			v.inexact = true
		}
		for _, el := range e {
			if el.v != nil {
				el.v.met, el.v.inexact = true, true
			}
		}
		q.links = append(q.links, textLink{f, e, compare})
	}
	if whole && compare == compareArn {
		x.ask(language{arn: true, patterns: [][]token{{{set: anyRune, star: true}}}})
	}
}
