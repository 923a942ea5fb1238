package iampolicy

import (
	"slices"
	"strings"
)

// Format writes a policy's text anew in the one layout that all policies can share: two spaces for each level, a line for
// each element, and elements in the order in which AWS's documentation writes them: Version, Id, Statement; within a statement
// Sid, Effect, Principal, Action, Resource, Condition, each NotX in the place of its X. It ends with a line break.
//
// The meaning stays, and so does what an author chose: the order of statements, values, types of principals, condition operators
// and keys, and whether a single value, or a single statement, stands in a list. A text that Format gave is not changed by it.
// The error is the *SyntaxError of Parse.
func Format(text string) (string, error) {
	if _, f := parseTree(text); f != nil {
		return "", f.syntaxError(text)
	}
	v, _ := readJSON(text) // parseTree has read it already
	w := &formatter{}
	w.object(&v, policyElements)
	w.b.WriteByte('\n')
	return w.b.String(), nil
}

// The elements in the order of IAM User Guide, "Grammar of the IAM JSON policy language".
var (
	policyElements    = []string{"Version", "Id", "Statement"}
	statementElements = []string{"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)

// formatter writes JSON values over lines.
type formatter struct {
	b     strings.Builder
	depth int
}

// line begins a line.
func (w *formatter) line() {
	w.b.WriteByte('\n')
	for range w.depth {
		w.b.WriteString("  ")
	}
}

// object writes an object with its members in an order, or as they stand if there is none.
func (w *formatter) object(v *jsonValue, order []string) {
	members := slices.Clone(v.members)
	slices.SortStableFunc(members, func(a, b jsonMember) int { return slices.Index(order, a.name) - slices.Index(order, b.name) })
	w.block('{', '}', len(members), func(i int) {
		quoteJSON(&w.b, members[i].name)
		w.b.WriteString(": ")
		if members[i].name == "Statement" && w.depth == 1 {
			w.statements(&members[i].value)
		} else {
			w.value(&members[i].value)
		}
	})
}

// block writes what stands between brackets, each entry on a line; nothing stays on the line.
func (w *formatter) block(open, closing byte, n int, entry func(i int)) {
	w.b.WriteByte(open)
	w.depth++
	for i := range n {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.line()
		entry(i)
	}
	w.depth--
	if n > 0 {
		w.line()
	}
	w.b.WriteByte(closing)
}

func (w *formatter) statements(v *jsonValue) {
	if v.kind == jsonObject {
		w.object(v, statementElements)
		return
	}
	w.block('[', ']', len(v.items), func(i int) { w.object(&v.items[i], statementElements) })
}

// value writes a value; a list of one value stays on its line.
func (w *formatter) value(v *jsonValue) {
	switch v.kind {
	case jsonObject:
		w.object(v, nil)
	case jsonArray:
		if len(v.items) == 1 {
			w.b.WriteByte('[')
			w.value(&v.items[0])
			w.b.WriteByte(']')
			return
		}
		w.block('[', ']', len(v.items), func(i int) { w.value(&v.items[i]) })
	case jsonString:
		quoteJSON(&w.b, v.text)
	default:
		w.b.WriteString(v.text)
	}
}

// quoteJSON writes a JSON string. What may stand as itself does: escapes would count towards a policy's size.
func quoteJSON(b *strings.Builder, s string) {
	const hex = "0123456789abcdef"
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ':
			b.WriteString(`\u00`)
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
}
