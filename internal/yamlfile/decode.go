package yamlfile

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// problemAt notes what is wrong at a node.
func (s *Source) problemAt(n *yaml.Node, format string, args ...any) {
	s.Problems = append(s.Problems, Problem{Position{s.Name, max(n.Line, 1), max(n.Column, 1)}, fmt.Sprintf(format, args...)})
}

// limits are what a field's tags say about its texts and numbers.
type limits struct {
	min, max int
	enum     []string
	pattern  string
	say      string // what the pattern means, for people
	written  bool   // a document has to be written out: no path of a file
	one      bool   // a list may be written as its only item
}

// limitsOf reads a field's tags. The tags are constants of this package: a test reads them all.
func limitsOf(f reflect.StructField) limits {
	var l limits
	l.min, _ = strconv.Atoi(f.Tag.Get("min")) // no tag: 0, which limits nothing
	l.max, _ = strconv.Atoi(f.Tag.Get("max"))
	l.pattern, l.say = f.Tag.Get("pattern"), f.Tag.Get("say")
	l.written, l.one = f.Tag.Get("written") == "true", f.Tag.Get("one") == "true"
	if e := f.Tag.Get("enum"); e != "" {
		l.enum = strings.Split(e, "|")
	}
	return l
}

// fields gives the fields of a struct that the file has keys for, those of embedded structs included, in order.
func fields(t reflect.Type) []reflect.StructField {
	var out []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous {
			out = append(out, f)
		}
	}
	return out
}

// keyOf gives the key of a field in the file.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return key
}

// into decodes a node into a value; path names the value in messages and in the table of positions.
func (s *Source) into(n *yaml.Node, v reflect.Value, path string, l limits) {
	s.at[path] = Position{s.Name, n.Line, n.Column}
	n = resolve(n)
	if n.Tag == "!!null" {
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[Document]():
		v.SetString(string(s.document(n, path, l.written)))
	case v.Type() == reflect.TypeFor[Values]():
		s.values(n, v, path)
	case v.Kind() == reflect.Pointer:
		value, before := reflect.New(v.Type().Elem()), len(s.Problems)
		if s.into(n, value.Elem(), path, l); len(s.Problems) == before {
			v.Set(value)
		}
	case v.Kind() == reflect.Struct:
		s.structure(n, v, path)
	case v.Kind() == reflect.Slice:
		s.list(n, v, path, l)
	case v.Kind() == reflect.Map:
		s.mapping(n, v, path)
	default:
		s.scalar(n, v, path, l)
	}
}

// unique gives the pairs of a mapping, and notes every key that is there twice.
func (s *Source) unique(n *yaml.Node) []pair {
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if before := first[key.Value]; before != nil {
			s.problemAt(key, "%q is here twice; the first is at line %d: keep one of them", key.Value, before.Line)
			continue
		}
		first[key.Value] = key
	}
	return pairs(n)
}

// scalarField gives the field of a struct that a single value stands for.
func scalarField(t reflect.Type) (reflect.StructField, bool) {
	for _, f := range fields(t) {
		if f.Tag.Get("scalar") == "true" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// structure decodes a mapping with known keys, or the single value that stands for one.
func (s *Source) structure(n *yaml.Node, v reflect.Value, path string) {
	if short, ok := scalarField(v.Type()); ok && n.Kind == yaml.ScalarNode {
		s.into(n, v.FieldByIndex(short.Index), path, limitsOf(short))
		return
	}
	if n.Kind != yaml.MappingNode {
		s.problemAt(n, "%s must be a mapping of keys to values, not %s", label(path), kindName(n))
		return
	}
	known := fields(v.Type())
	keys := make([]string, len(known))
	for i, f := range known {
		keys[i] = keyOf(f)
	}
	given := map[string]bool{}
	for _, p := range s.unique(n) {
		i := slices.Index(keys, p.key.Value)
		if i < 0 {
			s.problemAt(p.key, "unknown key %q%s; %s has the keys %s", p.key.Value, Nearest(p.key.Value, keys), label(path), strings.Join(keys, ", "))
			continue
		}
		if given[keys[i]] {
			continue
		}
		given[keys[i]] = true
		s.into(p.value, v.FieldByIndex(known[i].Index), join(path, keys[i]), limitsOf(known[i]))
	}
	for i, f := range known {
		if f.Tag.Get("required") == "true" && !given[keys[i]] {
			s.problemAt(n, "%s has no %s", label(path), keys[i])
		}
	}
}

// list decodes a sequence; the limits hold for each item.
func (s *Source) list(n *yaml.Node, v reflect.Value, path string, l limits) {
	if l.one && n.Kind != yaml.SequenceNode {
		n = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{n}}
	}
	if n.Kind != yaml.SequenceNode {
		s.problemAt(n, "%s must be a list, not %s", label(path), kindName(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		s.into(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i), l)
	}
}

// mapping decodes a mapping with free keys.
func (s *Source) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		s.problemAt(n, "%s must be a mapping of names to values, not %s", label(path), kindName(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range s.unique(n) {
		item := reflect.New(v.Type().Elem()).Elem()
		s.into(p.value, item, join(path, p.key.Value), limits{})
		s.at[join(path, p.key.Value)+"."] = Position{s.Name, p.key.Line, p.key.Column}
		v.SetMapIndex(reflect.ValueOf(p.key.Value), item)
	}
}

// values decodes a text or a list of texts.
func (s *Source) values(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.ScalarNode {
		v.Set(reflect.ValueOf(Values{n.Value}))
		return
	}
	texts := []string{}
	s.list(n, reflect.ValueOf(&texts).Elem(), path, limits{})
	v.Set(reflect.ValueOf(Values(texts)))
}

// document decodes a policy document: a mapping, or the path of a file unless it has to be written out.
func (s *Source) document(n *yaml.Node, path string, written bool) Document {
	switch {
	case n.Kind == yaml.MappingNode:
		s.duplicates(n)
		var w jsonWriter
		w.node(n)
		s.origins[path] = origin{Document(w.String()), w.String(), func(_, column int) Position {
			at := w.at(column)
			return Position{s.Name, at.Line, at.Column}
		}}
		return Document(w.String())
	case n.Kind == yaml.ScalarNode && n.Tag == "!!str" && !written:
		return s.Document(path, n.Value)
	}
	s.problemAt(n, "%s must be a policy written as a mapping, not %s", label(path), kindName(n))
	return ""
}

// duplicates notes every key that is twice in a mapping, at any depth.
func (s *Source) duplicates(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		s.unique(n)
	}
	for _, c := range n.Content {
		s.duplicates(c)
	}
}

// scalar decodes a text, number or truth value and holds it against its limits.
func (s *Source) scalar(n *yaml.Node, v reflect.Value, path string, l limits) {
	if n.Kind != yaml.ScalarNode {
		s.problemAt(n, "%s must be a single value, not %s", label(path), kindName(n))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		if n.Tag != "!!bool" {
			s.problemAt(n, "%s must be true or false, not %q", label(path), n.Value)
			return
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil || i < l.min || l.max > 0 && i > l.max {
			s.problemAt(n, "%s must be a whole number from %d to %d, not %q", label(path), l.min, l.max, n.Value)
			return
		}
		v.SetInt(int64(i))
	default:
		v.SetString(n.Value)
		s.text(n, path, l)
	}
}

// text holds a text against its limits.
func (s *Source) text(n *yaml.Node, path string, l limits) {
	length := utf8.RuneCountInString(n.Value)
	switch {
	case l.enum != nil && !slices.Contains(l.enum, n.Value):
		s.problemAt(n, "%s: %q is not one of %s%s", label(path), n.Value, strings.Join(l.enum, ", "), Nearest(n.Value, l.enum))
	case length < l.min:
		s.problemAt(n, "%s: %q is too short: at least %d characters", label(path), n.Value, l.min)
	case l.max > 0 && length > l.max:
		s.problemAt(n, "%s: %q is too long: %d characters, at most %d", label(path), n.Value, length, l.max)
	case l.pattern != "" && !Matches(l.pattern, n.Value):
		s.problemAt(n, "%s: %q is not %s", label(path), n.Value, l.say)
	}
}

// Matches tells whether a text fits a pattern that a program holds, such as one of a tag; a pattern that is none panics.
func Matches(pattern, text string) bool {
	return regexp.MustCompile(pattern).MatchString(text)
}

// join extends a path by a key.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// label names a value in a message.
func label(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

// kindName names what stands where something else should.
func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("%q", n.Value)
}
