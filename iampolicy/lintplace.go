package iampolicy

import (
	"slices"
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
	end     int // of what stands there; 0: not looked for yet
}

// member gives the places of a member's value and name.
func (l *linter) member(of *place, m *jsonMember) (value, key *place) {
	value = &place{parent: of, element: PathElement{Kind: PathValue, Name: m.name}, at: m.value.offset}
	key = &place{parent: of, element: PathElement{Kind: PathKey, Name: m.name}, at: m.offset}
	l.places[value.at], l.places[key.at] = value, key
	return value, key
}

func (l *linter) item(of *place, i int, v *jsonValue) *place {
	p := &place{parent: of, element: PathElement{Kind: PathIndex, Index: i}, at: v.offset}
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
	if p.end == 0 {
		p.end = l.endOf(p.at)
	}
	return Location{Path: p.path(), Start: l.position(p.at), End: l.position(p.end)}
}

func (l *linter) position(offset int) Point {
	return Point{l.lines.position(l.text, offset), offset}
}

// lineIndex finds lines and columns in a text that is asked for many.
type lineIndex struct {
	starts []int // of the lines
	runes  []int // characters before each block of lineBlock bytes
}

const lineBlock = 256

func indexLines(text string) lineIndex {
	x := lineIndex{starts: []int{0}}
	n := 0
	for i := range len(text) {
		if i%lineBlock == 0 {
			x.runes = append(x.runes, n)
		}
		if utf8.RuneStart(text[i]) {
			n++
		}
		if text[i] == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	x.runes = append(x.runes, n)
	return x
}

// before counts the characters before an offset.
func (x lineIndex) before(text string, offset int) int {
	block := offset / lineBlock
	n := x.runes[block]
	for i := block * lineBlock; i < offset; i++ {
		if utf8.RuneStart(text[i]) {
			n++
		}
	}
	return n
}

func (x lineIndex) position(text string, offset int) Position {
	line, _ := slices.BinarySearch(x.starts, offset+1)
	return Position{line, 1 + x.before(text, offset) - x.before(text, x.starts[line-1])}
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
