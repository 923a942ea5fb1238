package iampolicy

import "slices"

// plenty is how many texts of a class are looked for where the texts and the types asked of a key could have to do with each
// other: a class with fewer has no others.
const plenty = 4

// fill finds for every blank the values that the policies can tell apart. It tells whether they stand for all values, and
// the blank whose search took too much work, if one's did.
func (q *question) fill() (exact bool, tooMany *blank) {
	exact = true
	filled := map[*blank]bool{}
	q.trace()
	for _, b := range q.blanks {
		if b.layer != LayerNone {
			b.options = effects(b)
			continue
		}
		if filled[b] {
			continue
		}
		group := together(b)
		for _, m := range group {
			filled[m] = true
		}
		ok := false
		if len(group) == 1 {
			ok = b.fillAlone()
		} else {
			ok = fillTogether(group)
		}
		if !ok {
			return false, b
		}
		for _, m := range group {
			exact = exact && !m.inexact
		}
	}
	return exact && len(q.links) == 0, q.guess()
}

// together gives the blanks that conditions compare with each other, directly or not.
func together(b *blank) []*blank {
	group := []*blank{b}
	for i := 0; i < len(group); i++ {
		for _, o := range group[i].equals {
			if !slices.Contains(group, o) {
				group = append(group, o)
			}
		}
	}
	return group
}

func (b *blank) fillAlone() bool {
	if !b.met && b.domain == nil { // no open statement has to do with it: its value does not matter
		return true
	}
	a := newAutomaton(append(slices.Clip(b.domain), b.languages...), b.domain != nil)
	var classes []textClass
	ok, n := true, 1
	if b.inexact {
		n = 2 // that which of them it is may show to matter
	}
	switch {
	case b.Values != nil:
		classes = b.sort(a, b.Values, n)
	case len(b.typed) == 0:
		classes, ok = a.search(n, b.longest)
	case len(b.languages) == 0 && b.oneType():
		classes = b.sort(a, typedTexts(b.typed, false), 1)
	default:
		classes, ok = b.fillMixed(a)
	}
	return ok && b.choose(classes)
}

// oneType tells whether all conditions on types are on the same.
func (b *blank) oneType() bool {
	return !slices.ContainsFunc(b.typed, func(c *condition) bool { return c.compare != b.typed[0].compare })
}

// fillMixed finds texts that the languages and the types tell apart together. They stand for all if each class of
// the languages either has no other texts, or has one of every class of the types.
func (b *blank) fillMixed(a *automaton) ([]textClass, bool) {
	found, ok := a.search(plenty, 0)
	texts := typedTexts(b.typed, true)
	for _, c := range found {
		texts = append(texts, c.texts...)
	}
	classes := b.sort(a, texts, 1)
	types := map[string]bool{}
	seen := map[string]int{}
	for _, c := range classes {
		language := c.signature[:len(b.languages)]
		seen[language]++
		types[c.signature[len(b.languages):]] = true
	}
	families := map[comparison]map[string]bool{}
	for signature := range types {
		for i, c := range b.typed {
			if families[c.compare] == nil {
				families[c.compare] = map[string]bool{}
			}
			families[c.compare][b.family(signature, i)] = true
		}
	}
	all := 1
	for _, f := range families {
		all *= len(f)
	}
	for _, c := range found {
		b.inexact = b.inexact || len(c.texts) == plenty && seen[c.signature] < all
	}
	return classes, ok
}

// family gives the part of a signature that is about conditions of the same type as condition i.
func (b *blank) family(signature string, i int) string {
	out := make([]byte, 0, len(signature))
	for j, c := range b.typed {
		if c.compare == b.typed[i].compare {
			out = append(out, signature[j])
		}
	}
	return string(out)
}

// sort puts texts into classes, at most n of each.
func (b *blank) sort(a *automaton, texts []string, n int) []textClass {
	var out []textClass
	at := map[string]int{}
	for _, s := range texts {
		signature := b.signature(a, s)
		k, known := at[signature]
		if !known {
			k = len(out)
			at[signature] = k
			out = append(out, textClass{signature: signature})
		}
		if len(out[k].texts) < n && !slices.Contains(out[k].texts, s) {
			out[k].texts = append(out[k].texts, s)
		}
	}
	return out
}

func (b *blank) signature(a *automaton, text string) string {
	out := []byte(a.classify(text))
	for _, c := range b.typed {
		if c.matches(text, nil) {
			out = append(out, '1')
		} else {
			out = append(out, '0')
		}
	}
	return string(out)
}

// fillTogether finds texts for blanks that are compared with each other: of every class that any of their languages makes,
// one more than there are blanks, so that any of them can be alike or differ.
func fillTogether(group []*blank) bool {
	all := &blank{asked: map[string]bool{}}
	for _, b := range group {
		for _, l := range b.languages {
			all.ask(l)
		}
		for _, s := range b.Values {
			all.ask(language{patterns: [][]token{literalTokens(s, oneRune)}})
		}
		all.typed = append(all.typed, b.typed...)
		if b.typed != nil {
			all.inexact = true
		}
	}
	a := newAutomaton(all.languages, false)
	classes, ok := a.search(len(group)+1, 0)
	if all.inexact {
		texts := typedTexts(all.typed, true)
		for _, c := range classes {
			texts = append(texts, c.texts...)
		}
		classes = all.sort(a, texts, len(group)+1)
	}
	for _, b := range group {
		own := classes
		if b.Values != nil {
			own = all.sort(a, b.Values, len(b.Values))
		}
		b.inexact = b.inexact || all.inexact
		ok = ok && b.choose(own)
	}
	return ok
}

// choose makes the options of classes of texts: absent, each text alone, and for a multivalued key sets of them.
func (b *blank) choose(classes []textClass) bool {
	if !b.Present {
		b.options = append(b.options, option{})
	}
	var elements []textSet
	for _, c := range classes {
		for i, s := range c.texts {
			b.options = append(b.options, option{values: []string{s}})
			own := make([]byte, 0, len(classes))
			if len(b.equals) > 0 { // each text is one of its own
				for _, o := range classes {
					for j := range o.texts {
						own = append(own, "01"[btoi(o.signature == c.signature && i == j)])
					}
				}
			}
			elements = append(elements, newTextSet(s, c.signature+string(own)))
		}
	}
	if !b.MultiValued {
		return len(b.options) <= maxValues
	}
	return b.chooseSets(elements)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// textSet is a set of texts, and for each question whether some text and whether all texts say yes.
type textSet struct {
	texts     []string
	some, all string
}

func newTextSet(text, signature string) textSet { return textSet{[]string{text}, signature, signature} }

func (m textSet) with(o textSet) textSet {
	some, all := []byte(m.some), []byte(m.all)
	for i := range some {
		some[i], all[i] = max(some[i], o.some[i]), min(all[i], o.all[i])
	}
	return textSet{append(slices.Clip(m.texts), o.texts...), string(some), string(all)}
}

// chooseSets adds the sets of two texts and more that conditions tell apart: these ask only whether some or all texts match.
// Two equal texts are not one: operators without a set operator, and policy variables, have nothing to do with several.
func (b *blank) chooseSets(elements []textSet) bool {
	seen := map[[2]string]bool{}
	var sets []textSet
	add := func(m textSet) {
		if key := [2]string{m.some, m.all}; !seen[key] {
			seen[key] = true
			sets = append(sets, m)
		}
	}
	for _, e := range elements {
		for _, o := range elements {
			add(e.with(o))
		}
	}
	for i := 0; i < len(sets) && len(sets) <= maxValues; i++ {
		for _, e := range elements {
			add(sets[i].with(e))
		}
	}
	for _, m := range sets {
		b.options = append(b.options, option{values: m.texts})
	}
	return len(b.options) <= maxValues
}
