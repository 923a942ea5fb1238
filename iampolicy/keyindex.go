package iampolicy

// marks tells something of each of a plan's first conditions.
type marks [4]uint64

const remembered = 256 // conditions that marks can tell of

func (b *marks) has(id uint32) bool { return b[id/64]&(1<<(id%64)) != 0 }
func (b *marks) set(id uint32)      { b[id/64] |= 1 << (id % 64) }

// add sets what is set in o.
func (b *marks) add(o *marks) {
	for i := range b {
		b[i] |= o[i]
	}
}

// keyIndex decides at once all conditions of a plan that compare the single value of one key with constant texts: organizations
// have many guardrails that ask for the same few keys. What is equal in several conditions is compared once.
type keyIndex struct {
	hash       uint32
	key        string
	conditions marks
	negated    marks
	ifExists   marks
	texts      indexedTexts // of strings
	arns       indexedTexts // of ARNs, compared whole
	ends       []arnEnds    // of ARNs, by what comes before the last segment
}

// indexedTexts are texts that a value is compared with, each with the conditions that have it.
type indexedTexts struct {
	literals map[string]marks
	patterns []indexedPattern
}

type indexedPattern struct {
	template
	conditions marks
}

// arnEnds are the last segments of patterns whose first five segments are the same. No wildcard in these runs over the colon
// behind them, so that the two can be matched apart.
type arnEnds struct {
	start template
	ends  indexedTexts
}

// indexable tells whether an index can decide the condition.
func (c *condition) indexable() bool {
	if c.set != single || c.compare != compareString && c.compare != compareStringLike && c.compare != compareArn {
		return false
	}
	for i := range c.texts {
		if c.texts[i].parts != nil {
			return false
		}
	}
	return true
}

// add takes in a condition, given with its number.
func (x *keyIndex) add(c *condition, id uint32) {
	x.conditions.set(id)
	if c.negated {
		x.negated.set(id)
	}
	if c.ifExists {
		x.ifExists.set(id)
	}
	for i := range c.texts {
		t := &c.texts[i]
		switch at := lastSegment(t.text); {
		case c.compare != compareArn:
			x.texts.add(*t, id)
		case t.shape == shapeLiteral && !isARN(t.text): // matches nothing
		case t.shape == shapeLiteral || at < 0:
			x.arns.add(*t, id)
		default:
			x.endsOf(constant(t.text[:at])).add(constant(t.text[at:]), id)
		}
	}
}

// lastSegment gives where the sixth segment of an ARN begins, -1 if there are fewer.
func lastSegment(arn string) int {
	colons := 0
	for i := 0; i < len(arn); i++ {
		if arn[i] == ':' {
			if colons++; colons == 5 {
				return i + 1
			}
		}
	}
	return -1
}

func (x *keyIndex) endsOf(start template) *indexedTexts {
	for i := range x.ends {
		if x.ends[i].start.text == start.text {
			return &x.ends[i].ends
		}
	}
	x.ends = append(x.ends, arnEnds{start: start})
	return &x.ends[len(x.ends)-1].ends
}

// decide adds to known the conditions of the index, and to held those that hold.
func (x *keyIndex) decide(ctx *Context, known, held *marks) {
	known.add(&x.conditions)
	values, _ := ctx.lookup(x.hash, x.key)
	switch len(values) {
	case 0:
		held.add(&x.negated)
		held.add(&x.ifExists)
		return
	case 1:
	default:
		return
	}
	v, matched := values[0], marks{}
	x.texts.match(v, &matched)
	if at := lastSegment(v); at > 0 && v[:4] == "arn:" { // as isARN has it
		x.arns.match(v, &matched)
		for i := range x.ends {
			if e := &x.ends[i]; e.start.matches(v[:at], nil) {
				e.ends.match(v[at:], &matched)
			}
		}
	}
	for i := range held {
		held[i] |= matched[i] ^ x.negated[i]
	}
}

func (x *indexedTexts) add(t template, id uint32) {
	if t.shape == shapeLiteral {
		if x.literals == nil {
			x.literals = map[string]marks{}
		}
		named := x.literals[t.text]
		named.set(id)
		x.literals[t.text] = named
		return
	}
	for i := range x.patterns {
		if p := &x.patterns[i]; p.text == t.text {
			p.conditions.set(id)
			return
		}
	}
	x.patterns = append(x.patterns, indexedPattern{template: t})
	x.patterns[len(x.patterns)-1].conditions.set(id)
}

// match adds the conditions that have a text which the value matches.
func (x *indexedTexts) match(v string, matched *marks) {
	if len(x.literals) > 0 {
		named := x.literals[v]
		matched.add(&named)
	}
	for i := range x.patterns {
		if p := &x.patterns[i]; p.matches(v, nil) {
			matched.add(&p.conditions)
		}
	}
}
