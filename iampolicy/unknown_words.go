package iampolicy

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode"
)

// The search for texts that a set of patterns tells apart: all patterns are run at once as one finite automaton, breadth
// first, so that every set of patterns that some text matches is found, by its shortest texts.

// runeSet is what a token takes, besides single characters.
type runeSet uint8

const (
	oneRune   runeSet = iota // r itself
	foldRune                 // r in any case, as StringEqualsIgnoreCase has it
	asciiRune                // r in any ASCII case
	anyRune
	noColon
	nameRune // of user, role and session names: [\w+=,.@-] (IAM API Reference)
	pathRune // of paths: "!" to "~"
	wordRune // of unique IDs: [\w]
	endOfPattern
)

// token is one step of a pattern; star repeats it.
type token struct {
	set  runeSet
	star bool
	r    rune
}

func (t token) takes(r rune) bool {
	switch t.set {
	case oneRune:
		return t.r == r
	case foldRune:
		return lowerRune(t.r) == lowerRune(r)
	case asciiRune:
		return r == t.r || max(r, t.r) < 0x80 && lower(byte(r)) == lower(byte(t.r))
	case anyRune:
		return true
	case noColon:
		return r != ':'
	case nameRune:
		return isWord(r) || strings.ContainsRune("+=,.@-", r)
	case pathRune:
		return '!' <= r && r <= '~'
	case wordRune:
		return isWord(r)
	}
	return false
}

func isWord(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// cases gives all characters that a token for one takes.
func (t token) cases() []rune {
	out := []rune{t.r}
	for f := unicode.SimpleFold(t.r); f != t.r; f = unicode.SimpleFold(f) {
		if t.takes(f) {
			out = append(out, f)
		}
	}
	return out
}

// language is a set of texts: those that, after the prefix, one of the patterns matches.
type language struct {
	prefix   string
	name     bool // only what follows the last slash of the text counts
	arn      bool // and the whole is an ARN
	patterns [][]token
}

// automaton runs languages over a text. A state is the set of tokens that may come next.
type automaton struct {
	tokens    []token
	accepting [][]int // per language, the ends of its patterns
	arnEnd    []int   // per language, the end of the pattern of ARNs, or -1
	start     tokenSet
	atSlash   tokenSet // what begins anew at a slash
	names     tokenSet // the tokens of languages of names
	domain    tokenSet // the tokens of the first language, if it bounds the search
	bounded   bool
	named     bool // there are languages of names
	narrow    bool // a colon is more than any other character
}

type tokenSet []uint64

func (s tokenSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s tokenSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s tokenSet) key() string {
	b := make([]byte, 0, 8*len(s))
	for _, w := range s {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return string(b)
}

func (s tokenSet) meets(o tokenSet) bool {
	for i := range s {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// newAutomaton combines languages; with bounded, texts outside of the first are none of the search's.
func newAutomaton(languages []language, bounded bool) *automaton {
	a := &automaton{bounded: bounded}
	type span struct{ from, to int }
	var spans [][]span
	for i := range languages {
		var list []span
		patterns := languages[i].patterns
		if languages[i].arn {
			patterns = append(slices.Clip(patterns), arnTokens())
		}
		for _, p := range patterns {
			list = append(list, span{len(a.tokens), len(a.tokens) + len(p)})
			a.tokens = append(append(a.tokens, p...), token{set: endOfPattern})
		}
		spans = append(spans, list)
	}
	a.start, a.atSlash, a.names, a.domain = a.none(), a.none(), a.none(), a.none()
	for i := range languages {
		l := &languages[i]
		begin := a.none()
		ends := []int{}
		for _, s := range spans[i] {
			a.enter(begin, s.from)
			ends = append(ends, s.to)
			for t := s.from; t <= s.to; t++ {
				a.narrow = a.narrow || a.tokens[t].set == noColon
				if l.name {
					a.names.add(t)
					a.named = true
				}
				if bounded && i == 0 {
					a.domain.add(t)
				}
			}
		}
		for _, r := range l.prefix {
			begin = a.move(begin, r)
		}
		for w := range begin {
			a.start[w] |= begin[w]
			if l.name {
				a.atSlash[w] |= begin[w]
			}
		}
		arn := -1
		if l.arn {
			arn, ends = ends[len(ends)-1], ends[:len(ends)-1]
		}
		a.accepting, a.arnEnd = append(a.accepting, ends), append(a.arnEnd, arn)
	}
	return a
}

// arnTokens is the pattern of isARN.
func arnTokens() []token {
	out := literalTokens("arn:", oneRune)
	for range 4 {
		out = append(out, token{set: anyRune, star: true}, token{r: ':'})
	}
	return append(out, token{set: anyRune, star: true})
}

func literalTokens(s string, set runeSet) []token {
	var out []token
	for _, r := range s {
		out = append(out, token{set: set, r: r})
	}
	return out
}

func (a *automaton) none() tokenSet { return make(tokenSet, len(a.tokens)/64+1) }

// enter adds a token, and those that may come in its place.
func (a *automaton) enter(s tokenSet, i int) {
	s.add(i)
	for ; a.tokens[i].star; i++ {
		s.add(i + 1)
	}
}

// move takes a character with every token.
func (a *automaton) move(s tokenSet, r rune) tokenSet {
	next := a.none()
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			i := w*64 + bits.TrailingZeros64(word)
			switch t := a.tokens[i]; {
			case !t.takes(r):
			case t.star:
				a.enter(next, i)
			default:
				a.enter(next, i+1)
			}
		}
	}
	return next
}

// step takes a character of the text; at a slash, names begin anew.
func (a *automaton) step(s tokenSet, r rune) tokenSet {
	if r != '/' || !a.named {
		return a.move(s, r)
	}
	s = slices.Clone(s)
	for w := range s {
		s[w] &^= a.names[w]
	}
	s = a.move(s, r)
	for w := range s {
		s[w] |= a.atSlash[w]
	}
	return s
}

// signature gives which languages a state accepts, a byte for each.
func (a *automaton) signature(s tokenSet) string {
	out := make([]byte, len(a.accepting))
	for i, ends := range a.accepting {
		out[i] = '0'
		if slices.ContainsFunc(ends, s.has) && (a.arnEnd[i] < 0 || s.has(a.arnEnd[i])) {
			out[i] = '1'
		}
	}
	return string(out)
}

// classify gives the signature of one text.
func (a *automaton) classify(text string) string {
	s := a.start
	for _, r := range text {
		s = a.step(s, r)
	}
	return a.signature(s)
}

// textClass is a signature, and texts that have it.
type textClass struct {
	signature string
	texts     []string
}

// Characters for the places that no pattern cares about: those that may stand in names, and the others of paths. A colon and
// a slash matter only where letters names them; elsewhere they are like these.
const (
	freshNames = "xyzwvutsrqponmlkjihgfedcbaXYZWVUTSRQPONMLKJIHGFEDCBA0123456789_+=,.@-"
	freshPaths = "!$%~^&#;()[]{}|<>\"'`\\*?"
	freshText  = 0x4E00 // from here on, if all these matter
)

// letters gives the characters that matter in a state, and n others of each kind.
func (a *automaton) letters(s tokenSet, n int) []rune {
	var out []rune
	add := func(list ...rune) {
		for _, r := range list {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	if a.narrow {
		add(':')
	}
	if a.named {
		add('/')
	}
	for i, t := range a.tokens {
		switch {
		case !s.has(i):
		case t.set <= asciiRune:
			add(t.cases()...)
		}
	}
	others := func(n int, list []rune) {
		for _, r := range list {
			if n > 0 && !slices.Contains(out, r) {
				out, n = append(out, r), n-1
			}
		}
	}
	if a.bounded {
		others(n, []rune(freshPaths))
		others(n, []rune(freshNames))
		return out
	}
	list := []rune(freshNames)
	for i := range n + len(out) {
		list = append(list, rune(freshText+i))
	}
	others(n, list)
	return out
}

// textNode is a text: that of its parent and one character more.
type textNode struct {
	parent, length int
	r              rune
	state          tokenSet
}

// search finds every signature that a text of at most so many characters can have, and up to n texts of each, the shortest;
// ok is false if it takes too much work. The empty text comes last, where another has its signature.
func (a *automaton) search(n, longest int) (found []textClass, ok bool) {
	nodes := []textNode{{state: a.start}}
	visits := map[string]int{}
	at := map[string]int{}
	record := func(i int) {
		signature := a.signature(nodes[i].state)
		k, known := at[signature]
		if !known {
			k = len(found)
			at[signature] = k
			found = append(found, textClass{signature: signature})
		}
		if c := &found[k]; len(c.texts) < n {
			c.texts = append(c.texts, spell(nodes, i))
		} else if c.texts[0] == "" {
			c.texts = append(c.texts[1:], spell(nodes, i))
		}
	}
	for i := 0; i < len(nodes); i++ {
		at := nodes[i]
		if !a.bounded || slices.ContainsFunc(a.accepting[0], at.state.has) {
			record(i)
		}
		if longest > 0 && at.length == longest {
			continue
		}
		for _, r := range a.letters(at.state, n) {
			next := a.step(at.state, r)
			key := next.key()
			if a.bounded && !next.meets(a.domain) || visits[key] == n {
				continue
			}
			if len(nodes) == maxWords {
				return nil, false
			}
			visits[key]++
			nodes = append(nodes, textNode{parent: i, length: at.length + 1, r: r, state: next})
		}
	}
	return found, true
}

// spell gives the text of a node.
func spell(nodes []textNode, i int) string {
	var out []rune
	for ; i > 0; i = nodes[i].parent {
		out = append(out, nodes[i].r)
	}
	slices.Reverse(out)
	return string(out)
}
