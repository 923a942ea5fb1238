package iampolicy

// marks tells something of each of a plan's first conditions.
type marks [4]uint64

const remembered = 256 // conditions that marks can tell of

func (b *marks) has(id uint16) bool { return b[id/64]&(1<<(id%64)) != 0 }
func (b *marks) set(id uint16)      { b[id/64] |= 1 << (id % 64) }

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
	literals   map[string]marks // the conditions that name the text
	patterns   []indexedPattern
}

type indexedPattern struct {
	template
	arn        bool // matches ARNs only
	conditions marks
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
func (x *keyIndex) add(c *condition, id uint16) {
	x.conditions.set(id)
	if c.negated {
		x.negated.set(id)
	}
	if c.ifExists {
		x.ifExists.set(id)
	}
	arn := c.compare == compareArn
	for i := range c.texts {
		t := &c.texts[i]
		switch {
		case t.shape != shapeLiteral:
			x.pattern(t, arn).set(id)
		case !arn || isARN(t.text):
			named := x.literals[t.text]
			named.set(id)
			x.literals[t.text] = named
		}
	}
}

// pattern gives the conditions that have a pattern.
func (x *keyIndex) pattern(t *template, arn bool) *marks {
	for i := range x.patterns {
		if p := &x.patterns[i]; p.text == t.text && p.arn == arn {
			return &p.conditions
		}
	}
	x.patterns = append(x.patterns, indexedPattern{template: *t, arn: arn})
	return &x.patterns[len(x.patterns)-1].conditions
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
	v := values[0]
	matched := x.literals[v]
	arn := isARN(v)
	for i := range x.patterns {
		if p := &x.patterns[i]; (arn || !p.arn) && p.matches(v, nil) {
			matched.add(&p.conditions)
		}
	}
	for i := range held {
		held[i] |= matched[i] ^ x.negated[i]
	}
}
