package iampolicy

import (
	"net/netip"
	"time"
)

// condition is one operator with one key and its values, compiled. Values that cannot be read as the operator's type match
// nothing, and are left out.
type condition struct {
	operator
	hash   uint32
	key    string // ASCII letters in lower case
	name   string // the key as the policy spells it, which is mostly as requests do
	source string // what it was compiled from: the same for equal conditions

	texts    []template // strings, ARNs and booleans
	numbers  []decimal
	dates    []time.Time
	ranges   []netip.Prefix
	binaries []string
	absent   bool // Null: "true" is among the values
	there    bool // Null: "false" is
}

func compileCondition(n *conditionNode, variables bool) condition {
	op, _ := parseOperator(n.operator.text)
	c := condition{operator: op, key: lowerKey(n.key.text), name: n.key.text, hash: hashKey(n.key.text)}
	for _, v := range n.values {
		c.add(v.text, variables)
	}
	return c
}

func (c *condition) add(s string, variables bool) {
	switch c.compare {
	case compareString, compareStringFold, compareBool:
		c.texts = append(c.texts, compileTemplate(s, grammarPlain, variables))
	case compareStringLike:
		c.texts = append(c.texts, compileTemplate(s, grammarLike, variables))
	case compareArn:
		c.texts = append(c.texts, compileTemplate(s, grammarArn, variables))
	case compareNumber:
		if d, ok := parseDecimal(s); ok {
			c.numbers = append(c.numbers, d)
		}
	case compareDate:
		if t, ok := parseDate(s); ok {
			c.dates = append(c.dates, t)
		}
	case compareIP:
		if p, ok := parsePrefix(s); ok {
			c.ranges = append(c.ranges, p)
		}
	case compareBinary:
		if b, ok := parseBinary(s); ok {
			c.binaries = append(c.binaries, b)
		}
	case compareNull:
		b, ok := parseBool(s)
		c.absent, c.there = c.absent || ok && b, c.there || ok && !b
	}
}

// holds decides the condition for a request.
//
// Without a set operator a key with several values matches nothing, not even a negated operator.
// A key that is present but has no value, or with a set operator nothing but empty strings, is an empty set.
func (c *condition) holds(ctx *Context) bool {
	values, present := ctx.lookup(c.hash, c.name)
	if c.compare == compareNull {
		return c.absent && len(values) == 0 || c.there && len(values) > 0
	}
	if len(values) == 0 && c.ifExists {
		return true
	}
	switch c.set {
	case forAllValues:
		return !present || allEmpty(values) || c.all(values, ctx)
	case forAnyValue:
		return !allEmpty(values) && c.any(values, ctx)
	}
	if len(values) > 1 {
		return false
	}
	return (len(values) == 1 && c.matches(values[0], ctx)) != c.negated
}

func (c *condition) all(values []string, ctx *Context) bool {
	for _, v := range values {
		if c.matches(v, ctx) == c.negated {
			return false
		}
	}
	return true
}

func (c *condition) any(values []string, ctx *Context) bool {
	for _, v := range values {
		if c.matches(v, ctx) != c.negated {
			return true
		}
	}
	return false
}

func allEmpty(values []string) bool {
	for _, v := range values {
		if v != "" {
			return false
		}
	}
	return true
}

// matches tells whether one of the policy's values matches v; negation is the caller's.
func (c *condition) matches(v string, ctx *Context) bool {
	switch c.compare {
	case compareString:
		for i := range c.texts {
			if c.texts[i].equals(v, ctx) {
				return true
			}
		}
	case compareStringFold:
		for i := range c.texts {
			if c.texts[i].equalsFold(v, ctx) {
				return true
			}
		}
	case compareArn:
		return isARN(v) && c.matchesPattern(v, ctx)
	case compareStringLike:
		return c.matchesPattern(v, ctx)
	case compareBool:
		return c.matchesBool(v, ctx)
	case compareNumber:
		return c.matchesNumber(v)
	case compareDate:
		return c.matchesDate(v)
	case compareIP:
		return c.matchesIP(v)
	case compareBinary:
		return c.matchesBinary(v)
	}
	return false
}

func (c *condition) matchesPattern(v string, ctx *Context) bool {
	for i := range c.texts {
		if c.texts[i].matches(v, ctx) {
			return true
		}
	}
	return false
}

// matchesBool compares truth. In the request "true" in any case is true, and anything else is false; a policy's value that is
// neither matches nothing.
func (c *condition) matchesBool(v string, ctx *Context) bool {
	for i := range c.texts {
		if truth, ok := c.texts[i].truth(ctx); ok && truth == equalFold(v, "true") {
			return true
		}
	}
	return false
}

func (c *condition) matchesNumber(v string) bool {
	d, ok := parseDecimal(v)
	for i := 0; ok && i < len(c.numbers); i++ {
		if d.compare(c.numbers[i])&c.relation != 0 {
			return true
		}
	}
	return false
}

func (c *condition) matchesDate(v string) bool {
	t, ok := parseDate(v)
	for i := 0; ok && i < len(c.dates); i++ {
		if compareDates(t, c.dates[i])&c.relation != 0 {
			return true
		}
	}
	return false
}

func (c *condition) matchesIP(v string) bool {
	a, ok := parseIP(v)
	for i := 0; ok && i < len(c.ranges); i++ {
		if c.ranges[i].Contains(a) {
			return true
		}
	}
	return false
}

func (c *condition) matchesBinary(v string) bool {
	b, ok := parseBinary(v)
	for i := 0; ok && i < len(c.binaries); i++ {
		if c.binaries[i] == b {
			return true
		}
	}
	return false
}
