package iampolicy

import (
	"strconv"
	"strings"
)

// template is a value of a policy: a constant, or parts with policy variables between them. Wildcards are encoded as bytes
// (see glob.go), so that neither an escape (${*}) nor a substituted value can act as one.
// Rules: IAM User Guide, "IAM policy elements: Variables and tags".
type template struct {
	text  string // the constant, where parts is nil
	parts []part
	shape shape
	// A constant with wildcards begins and ends with so many bytes that are none.
	head, tail int
	runs       []string // of shapeStars: the literals between the first star and the last
}

// part is literal text, or a variable if key is set.
type part struct {
	text       string
	key        string
	hash       uint32
	hasDefault bool // text is the default
}

// grammar tells what the wildcards in a value mean.
type grammar uint8

const (
	grammarPlain    grammar = iota // no wildcards
	grammarLike                    // StringLike: wildcards match anything
	grammarArn                     // ArnLike: held within the first five segments
	grammarResource                // Resource: so too, but a star that ends its segment runs on over colons
)

// compileTemplate reads a value. Variables are known in version 2012-10-17 only; in a Resource, only after the fifth colon.
func compileTemplate(raw string, g grammar, variables bool) template {
	var parts []part
	var b strings.Builder
	colons, dynamic := 0, false
	for i := 0; i < len(raw); {
		if variables && strings.HasPrefix(raw[i:], "${") && (g != grammarResource || colons >= 5) {
			if v, n, ok := variable(raw[i:]); ok {
				i += n
				if v.key == "" {
					b.WriteString(v.text)
					continue
				}
				parts = append(parts, part{text: b.String()}, v)
				b.Reset()
				dynamic = true
				continue
			}
		}
		if raw[i] == ':' {
			colons++
		}
		b.WriteByte(encode(raw, i, g, colons))
		i++
	}
	if !dynamic {
		return constant(b.String())
	}
	return template{parts: append(parts, part{text: b.String()})}
}

// encode gives the byte that stands for raw[i] in a pattern.
func encode(raw string, i int, g grammar, colons int) byte {
	c := raw[i]
	if g == grammarPlain || c != '*' && c != '?' {
		return c
	}
	tight := g != grammarLike && colons < 5
	if c == '?' {
		if tight {
			return oneTight
		}
		return oneWide
	}
	last := i+1 == len(raw)
	if !tight || last || g == grammarResource && raw[i+1] == ':' {
		return starWide
	}
	return starTight
}

// variable reads "${…}" at the start of s and gives its length. An escape comes back without a key.
func variable(s string) (v part, n int, ok bool) {
	end := strings.IndexByte(s, '}')
	if end < 0 {
		return v, 0, false
	}
	name := s[2:end]
	switch name {
	case "*", "?", "$":
		return part{text: name}, end + 1, true
	case "":
		return v, 0, false
	}
	if key, rest, found := strings.Cut(name, ","); found {
		// The default may hold a brace: it ends with its quote.
		open := strings.IndexByte(s, ',') + 1 + len(rest) - len(strings.TrimLeft(rest, " "))
		if open < len(s) && s[open] == '\'' {
			if close := strings.Index(s[open+1:], "'}"); close >= 0 {
				key = strings.TrimRight(key, " ")
				return part{text: s[open+1 : open+1+close], key: key, hash: hashKey(key), hasDefault: true}, open + close + 3, true
			}
		}
	}
	return part{key: name, hash: hashKey(name)}, end + 1, true
}

// expand appends the template's text with its variables replaced; ok is false if one has no value.
func (t *template) expand(buf []byte, ctx *Context) (_ []byte, ok bool) {
	for i := range t.parts {
		p := &t.parts[i]
		if p.key == "" {
			buf = append(buf, p.text...)
			continue
		}
		values, _ := ctx.lookup(p.hash, p.key)
		switch {
		case len(values) == 1:
			if firstWildcard(values[0]) >= 0 { // no text at all: these bytes are not UTF-8
				return buf, false
			}
			buf = append(buf, values[0]...)
		case len(values) == 0 && p.hasDefault:
			buf = append(buf, p.text...)
		default:
			return buf, false
		}
	}
	return buf, true
}

// source gives a text that is the same for equal templates of one grammar, and no others.
func (t *template) source() string {
	if t.parts == nil {
		return t.text
	}
	b := []byte{0xFB} // which neither a text nor a wildcard holds
	for i := range t.parts {
		p := &t.parts[i]
		b = appendCounted(appendCounted(b, p.key), p.text)
		if p.hasDefault {
			b = append(b, '=')
		}
	}
	return string(b)
}

// appendCounted appends a text so that it cannot be taken for another with what follows.
func appendCounted(b []byte, s string) []byte {
	return append(append(strconv.AppendInt(b, int64(len(s)), 10), ':'), s...)
}

// any tells whether the template is a lone "*".
func (t template) any() bool { return t.parts == nil && t.shape == shapeAny }

// matches matches s against the template as a pattern.
func (t *template) matches(s string, ctx *Context) bool {
	if t.parts != nil {
		var space [256]byte
		pattern, ok := t.expand(space[:0], ctx)
		return ok && match(pattern, s, false)
	}
	switch t.shape {
	case shapeAny:
		return true
	case shapeLiteral:
		return t.text == s
	}
	n := len(t.text) - t.tail
	if len(s) < t.head+t.tail || t.tail > 0 && s[len(s)-1] != t.text[len(t.text)-1] || s[len(s)-t.tail:] != t.text[n:] || s[:t.head] != t.text[:t.head] {
		return false
	}
	s = s[t.head : len(s)-t.tail]
	if t.shape == shapeGeneral {
		return match(t.text[t.head:n], s, false)
	}
	for _, run := range t.runs {
		at := strings.Index(s, run)
		if at < 0 {
			return false
		}
		s = s[at+len(run):]
	}
	return true
}

// equals compares s with the template as text.
func (t *template) equals(s string, ctx *Context) bool {
	if t.parts == nil {
		return t.text == s
	}
	var space [256]byte
	text, ok := t.expand(space[:0], ctx)
	return ok && string(text) == s
}

// equalsFold compares without regard to case.
func (t *template) equalsFold(s string, ctx *Context) bool {
	if t.parts == nil {
		return equalLower(t.text, s)
	}
	var space [256]byte
	text, ok := t.expand(space[:0], ctx)
	return ok && equalLower(string(text), s)
}

// truth reads the text as the operator Bool does; ok is false if it is neither true nor false, or a variable has no value.
func (t *template) truth(ctx *Context) (value, ok bool) {
	if t.parts == nil {
		return parseBool(t.text)
	}
	var space [256]byte
	text, ok := t.expand(space[:0], ctx)
	value, is := parseBool(string(text))
	return value, ok && is
}
