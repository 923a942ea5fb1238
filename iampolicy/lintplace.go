package iampolicy

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Path leads from the top of a document to a place in it.
type Path []PathElement

// PathElement is one step: to the value of an object's member, to the member's name itself, or to an item of a list.
type PathElement struct {
	Kind  PathKind
	Name  string
	Index int
}

// PathKind is the kind of a step.
type PathKind uint8

// The kinds of step.
const (
	PathValue PathKind = iota // the value of the member Name
	PathKey                   // the name of the member Name
	PathIndex                 // the item Index
)

// String gives the path as people write it: Statement[0].Action[1].
func (p Path) String() string {
	var b strings.Builder
	for _, e := range p {
		switch {
		case e.Kind == PathIndex:
			b.WriteString("[" + strconv.Itoa(e.Index) + "]")
		case b.Len() > 0:
			b.WriteString("." + e.Name)
		default:
			b.WriteString(e.Name)
		}
	}
	return b.String()
}

// place is a place in the text: a value, or a member's name.
type place struct {
	parent  *place // nil: the whole document
	element PathElement
	at      int // offset
}

// member gives the places of a member's value and name.
func (l *linter) member(of *place, m *jsonMember) (value, key *place) {
	value = &place{of, PathElement{Kind: PathValue, Name: m.name}, m.value.offset}
	key = &place{of, PathElement{Kind: PathKey, Name: m.name}, m.offset}
	l.places[value.at], l.places[key.at] = value, key
	return value, key
}

func (l *linter) item(of *place, i int, v *jsonValue) *place {
	p := &place{of, PathElement{Kind: PathIndex, Index: i}, v.offset}
	l.places[p.at] = p
	return p
}

func (p *place) path() (path Path) {
	if p.parent == nil {
		return nil
	}
	return append(p.parent.path(), p.element)
}

func (l *linter) location(p *place) Location {
	start := min(p.at, len(l.text))
	return Location{Path: p.path(), Start: l.position(start), End: l.position(l.endOf(start))}
}

func (l *linter) position(offset int) Point {
	line, column := position(l.text, offset)
	return Point{Position{line, column}, offset}
}

// endOf gives the end of the JSON value at an offset. In a text that is no JSON it is the end of one character.
func (l *linter) endOf(start int) int {
	if l.doc == nil {
		_, width := utf8.DecodeRuneInString(l.text[start:])
		return start + width
	}
	r := &jsonReader{text: l.text, at: start}
	_, _ = r.value() // it was read before
	return r.at
}
