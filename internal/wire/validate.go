package wire

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"umbel/internal/model"
)

// Constraint is a kind of constraint of the model.
type Constraint int

// The constraints of the model.
const (
	Required Constraint = iota + 1
	Pattern
	MinLength // of a string in characters, of a blob in bytes, of a list or map in entries
	MaxLength
	MinValue
	MaxValue
	Enum
)

// Violation is a constraint that an input does not satisfy.
type Violation struct {
	Constraint Constraint
	Member     *model.Member // the structure's member that has the value, or has the list the value is in
	Path       string        // as AWS writes it: tags.1.member.key
	Value      string        // in quotes, or null; empty where AWS does not repeat it
	Must       string        // "have length less than or equal to 64"
}

// String is the violation in AWS's words.
func (v Violation) String() string {
	value := "Value"
	if v.Value != "" {
		value += " " + v.Value
	}
	return fmt.Sprintf("%s at '%s' failed to satisfy constraint: Member must %s", value, v.Path, v.Must)
}

// maxViolations bounds how many violations are reported.
const maxViolations = 16

// place is where a value is, as a chain to the top.
type place struct {
	above  *place
	member *model.Member // of a structure
	index  int           // of a list's element, counted from 1
	key    string        // of a map's value
}

// String is the path in AWS's form: names begin with a small letter, elements are counted from 1.
func (p *place) String() string {
	if p == nil {
		return ""
	}
	var part string
	switch {
	case p.index > 0:
		part = strconv.Itoa(p.index) + ".member"
	case p.member != nil:
		part = strings.ToLower(p.member.Name[:1]) + p.member.Name[1:]
	default:
		part = p.key + ".member"
	}
	if above := p.above.String(); above != "" {
		return above + "." + part
	}
	return part
}

// owner is the nearest member of a structure.
func (p *place) owner() *model.Member {
	for p.member == nil {
		p = p.above
	}
	return p.member
}

// inspector collects violations.
type inspector struct{ found []Violation }

// validate checks a structure and everything in it.
func validate(b *bound) []Violation {
	if !b.node.constrained {
		return nil
	}
	var in inspector
	in.structure(b.node, b.value, nil)
	return in.found
}

func (in *inspector) add(c Constraint, at *place, value, must string) {
	if len(in.found) < maxViolations {
		in.found = append(in.found, Violation{Constraint: c, Member: at.owner(), Path: at.String(), Value: value, Must: must})
	}
}

func (in *inspector) structure(n *node, v reflect.Value, above *place) {
	at := &place{above: above} // of one member after another: who finds a violation writes its path down at once
	for i := range n.fields {
		f := &n.fields[i]
		if !f.member.Required && !f.node.constrained {
			continue
		}
		at.member = f.member
		fv := v.Field(f.index)
		switch {
		case !fv.IsNil():
			if f.pointer {
				fv = fv.Elem()
			}
			in.value(f.node, fv, at)
		case f.member.Required:
			in.add(Required, at, "null", "not be null")
		}
	}
}

// value checks a value that is there.
func (in *inspector) value(n *node, v reflect.Value, at *place) {
	if !n.constrained {
		return
	}
	switch n.shape.Type {
	case model.Structure:
		in.structure(n, v, at)
	case model.List:
		in.length(n.shape, v.Len(), at, "")
		in.elements(n, v, at)
	case model.Map:
		in.length(n.shape, v.Len(), at, "")
		in.entries(n, v, at)
	case model.String, model.Character:
		in.text(n.shape, v.String(), at)
	case model.Blob:
		in.length(n.shape, v.Len(), at, "")
	case model.Byte, model.Short, model.Integer, model.Long:
		in.number(n.shape, float64(v.Int()), strconv.FormatInt(v.Int(), 10), at)
	case model.Float, model.Double:
		in.number(n.shape, v.Float(), strconv.FormatFloat(v.Float(), 'g', -1, 64), at)
	}
}

// elements checks what is in a list. AWS names the member of a structure in a list, but of other elements it only says
// what all of them must be.
func (in *inspector) elements(n *node, v reflect.Value, at *place) {
	if !n.elem.constrained {
		return
	}
	nested := n.elem.shape.Type == model.Structure || n.elem.shape.Type == model.List || n.elem.shape.Type == model.Map
	for i := range v.Len() {
		if nested {
			in.value(n.elem, v.Index(i), &place{above: at, index: i + 1})
			continue
		}
		var one inspector
		one.value(n.elem, v.Index(i), at)
		if len(one.found) > 0 {
			in.add(one.found[0].Constraint, at, listText(v), "satisfy constraint: ["+strings.Join(demands(n.elem.shape), ", ")+"]")
			return
		}
	}
}

// entries checks what is in a map.
func (in *inspector) entries(n *node, v reflect.Value, at *place) {
	if !n.elem.constrained && !n.key.constrained {
		return
	}
	for _, k := range sortedKeys(v) {
		kp := &place{above: at, key: k}
		in.value(n.key, reflect.ValueOf(k), kp)
		in.value(n.elem, v.MapIndex(reflect.ValueOf(k)), kp)
	}
}

// text checks a string: enumeration, pattern, length.
func (in *inspector) text(s *model.Shape, v string, at *place) {
	if len(s.Enum) > 0 && !contains(s.Enum, v) {
		in.add(Enum, at, shown(s, v), mustBeOneOf(s))
	}
	if !s.Matches(v) {
		in.add(Pattern, at, shown(s, v), mustMatch(s))
	}
	if size := float64(utf8.RuneCountInString(v)); s.Max != nil && size > *s.Max || s.Min != nil && size < *s.Min {
		in.length(s, int(size), at, shown(s, v))
	}
}

// shown is how a violation shows a text: not at all if it is a secret.
func shown(s *model.Shape, v string) string {
	if s.Sensitive {
		return ""
	}
	return "'" + v + "'"
}

func contains(list []string, v string) bool {
	for _, e := range list {
		if e == v {
			return true
		}
	}
	return false
}

// length checks the size of a string, list, map or blob.
func (in *inspector) length(s *model.Shape, size int, at *place, shown string) {
	if s.Max != nil && float64(size) > *s.Max {
		in.add(MaxLength, at, shown, mustBeAtMost("length", *s.Max))
	}
	if s.Min != nil && float64(size) < *s.Min {
		in.add(MinLength, at, shown, mustBeAtLeast("length", *s.Min))
	}
}

// number checks the range of a number.
func (in *inspector) number(s *model.Shape, v float64, text string, at *place) {
	if s.Max != nil && v > *s.Max {
		in.add(MaxValue, at, "'"+text+"'", mustBeAtMost("value", *s.Max))
	}
	if s.Min != nil && v < *s.Min {
		in.add(MinValue, at, "'"+text+"'", mustBeAtLeast("value", *s.Min))
	}
}

func mustMatch(s *model.Shape) string { return "satisfy regular expression pattern: " + s.Pattern }

func mustBeOneOf(s *model.Shape) string {
	return "satisfy enum value set: [" + strings.Join(s.Enum, ", ") + "]"
}

func mustBeAtMost(what string, limit float64) string {
	return fmt.Sprintf("have %s less than or equal to %s", what, strconv.FormatFloat(limit, 'f', -1, 64))
}

func mustBeAtLeast(what string, limit float64) string {
	return fmt.Sprintf("have %s greater than or equal to %s", what, strconv.FormatFloat(limit, 'f', -1, 64))
}

// demands lists everything that a shape asks of its values.
func demands(s *model.Shape) []string {
	what := "length"
	if s.Type != model.String && s.Type != model.Blob {
		what = "value"
	}
	var all []string
	if s.Max != nil {
		all = append(all, "Member must "+mustBeAtMost(what, *s.Max))
	}
	if s.Min != nil {
		all = append(all, "Member must "+mustBeAtLeast(what, *s.Min))
	}
	if s.Pattern != "" {
		all = append(all, "Member must "+mustMatch(s))
	}
	if len(s.Enum) > 0 {
		all = append(all, "Member must "+mustBeOneOf(s))
	}
	return all
}

// listText shows a list of strings as AWS does.
func listText(v reflect.Value) string {
	if v.Type().Elem().Kind() != reflect.String {
		return ""
	}
	parts := make([]string, v.Len())
	for i := range parts {
		parts[i] = v.Index(i).String()
	}
	return "'[" + strings.Join(parts, ", ") + "]'"
}
