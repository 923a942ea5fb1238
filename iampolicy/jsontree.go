package iampolicy

import (
	"strings"
	"unicode/utf8"
)

// A policy text becomes a tree that remembers where everything stood: encoding/json loses positions, and it takes the last
// of two equal keys, where IAM refuses the document.

// jsonKind is the type of a JSON value.
type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

// jsonValue is one value with its place in the text.
type jsonValue struct {
	kind    jsonKind
	offset  int
	text    string // decoded string, the digits of a number, "true" or "false"
	items   []jsonValue
	members []jsonMember
}

type jsonMember struct {
	name   string
	offset int
	value  jsonValue
}

// maxDepth bounds nesting: the policy language needs five levels.
const maxDepth = 32

type jsonReader struct {
	text  string
	at    int
	depth int
}

// failure is a mistake at a byte offset; it is turned into line and column only when it leaves the package.
type failure struct {
	offset  int
	message string
	reason  reason
}

// reason sorts failures as far as IAM's own messages tell them apart.
type reason uint8

const (
	reasonOther reason = iota
	reasonJSON
	reasonVersion
	reasonEmpty
	reasonEffect
	reasonPrincipal
)

func fail(offset int, message string) *failure { return &failure{offset: offset, message: message} }

func (f *failure) because(r reason) *failure {
	f.reason = r
	return f
}

func (f *failure) syntaxError(text string) *SyntaxError {
	line, column := position(text, f.offset)
	return &SyntaxError{Line: line, Column: column, Message: f.message}
}

// position gives line and column, both from 1, the column in characters.
func position(text string, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

func (r *jsonReader) fail(offset int, message string) *failure {
	return fail(offset, message).because(reasonJSON)
}

// readJSON reads the one value that a text must be.
func readJSON(text string) (jsonValue, *failure) {
	r := &jsonReader{text: text}
	if !utf8.ValidString(text) {
		return jsonValue{}, r.fail(invalidUTF8(text), "the text is not valid UTF-8")
	}
	v, f := r.value()
	if f != nil {
		return v, f
	}
	r.space()
	if r.at < len(text) {
		return v, r.fail(r.at, "text after the end of the document")
	}
	return v, nil
}

// invalidUTF8 gives the place of the first byte that is no UTF-8.
func invalidUTF8(text string) (at int) {
	for at < len(text) {
		c, width := utf8.DecodeRuneInString(text[at:])
		if c == utf8.RuneError && width == 1 {
			break
		}
		at += width
	}
	return at
}

func (r *jsonReader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

// peek gives the next character that is not white space, 0 at the end.
func (r *jsonReader) peek() byte {
	r.space()
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *jsonReader) value() (jsonValue, *failure) {
	c := r.peek()
	start := r.at
	switch {
	case c == '{':
		return r.object()
	case c == '[':
		return r.array()
	case c == '"':
		s, f := r.str()
		return jsonValue{kind: jsonString, offset: start, text: s}, f
	case c == '-' || '0' <= c && c <= '9':
		return r.number()
	case r.at >= len(r.text):
		return jsonValue{}, r.fail(start, "the document ends too early")
	}
	for _, word := range []struct {
		text string
		kind jsonKind
	}{{"true", jsonBool}, {"false", jsonBool}, {"null", jsonNull}} {
		if strings.HasPrefix(r.text[start:], word.text) {
			r.at += len(word.text)
			return jsonValue{kind: word.kind, offset: start, text: word.text}, nil
		}
	}
	return jsonValue{}, r.fail(start, "expected a JSON value")
}

func (r *jsonReader) enter(offset int) *failure {
	if r.depth++; r.depth > maxDepth {
		return r.fail(offset, "nested too deeply")
	}
	r.at++
	return nil
}

func (r *jsonReader) object() (jsonValue, *failure) {
	v := jsonValue{kind: jsonObject, offset: r.at}
	if f := r.enter(r.at); f != nil {
		return v, f
	}
	if r.peek() == '}' {
		r.at++
		r.depth--
		return v, nil
	}
	for {
		m, f := r.member()
		if f != nil {
			return v, f
		}
		for i := range v.members {
			if v.members[i].name == m.name {
				return v, r.fail(m.offset, `the key "`+m.name+`" appears twice`)
			}
		}
		v.members = append(v.members, m)
		done, f := r.separator('}')
		if f != nil || done {
			return v, f
		}
	}
}

func (r *jsonReader) member() (m jsonMember, f *failure) {
	if r.peek() != '"' {
		return m, r.fail(r.at, "expected a key in double quotes")
	}
	m.offset = r.at
	if m.name, f = r.str(); f != nil {
		return m, f
	}
	if r.peek() != ':' {
		return m, r.fail(r.at, `expected ":" after the key "`+m.name+`"`)
	}
	r.at++
	m.value, f = r.value()
	return m, f
}

// separator reads a comma, or the closing bracket: then done.
func (r *jsonReader) separator(closing byte) (done bool, f *failure) {
	switch c := r.peek(); {
	case c == ',':
		r.at++
		return false, nil
	case c == closing && c != 0:
		r.at++
		r.depth--
		return true, nil
	}
	return false, r.fail(r.at, `expected "," or "`+string(rune(closing))+`"`)
}

func (r *jsonReader) array() (jsonValue, *failure) {
	v := jsonValue{kind: jsonArray, offset: r.at}
	if f := r.enter(r.at); f != nil {
		return v, f
	}
	if r.peek() == ']' {
		r.at++
		r.depth--
		return v, nil
	}
	for {
		item, f := r.value()
		if f != nil {
			return v, f
		}
		v.items = append(v.items, item)
		done, f := r.separator(']')
		if f != nil || done {
			return v, f
		}
	}
}

func (r *jsonReader) digits() int {
	start := r.at
	for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' {
		r.at++
	}
	return r.at - start
}

func (r *jsonReader) take(set string) bool {
	if r.at < len(r.text) && strings.IndexByte(set, r.text[r.at]) >= 0 {
		r.at++
		return true
	}
	return false
}

func (r *jsonReader) number() (jsonValue, *failure) {
	start := r.at
	r.take("-")
	zero := r.at < len(r.text) && r.text[r.at] == '0'
	n := r.digits()
	ok := n == 1 || n > 1 && !zero
	if r.take(".") {
		ok = r.digits() > 0 && ok
	}
	if r.take("eE") {
		r.take("+-")
		ok = r.digits() > 0 && ok
	}
	if !ok {
		return jsonValue{}, r.fail(start, "not a JSON number")
	}
	return jsonValue{kind: jsonNumber, offset: start, text: r.text[start:r.at]}, nil
}
