package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var accessLevels = map[string]string{
	"List": "L", "Read": "R", "Write": "W", "Tagging, Write": "T", "Permissions management, Write": "P",
}

var keyTypes = map[string]string{
	"String": "s", "ARN": "a", "Bool": "b", "Date": "d", "IPAddress": "i", "Numeric": "n", "Binary": "y",
	"ArrayOfString": "S", "ArrayOfARN": "A", "ArrayOfBool": "B", "ArrayOfNumeric": "N",
}

// renderer writes one service; sets of keys and lists of resources that are alike are written once.
type renderer struct {
	service
	keyIndex, typeIndex map[string]int
	sets, lists         interned
}

// interned numbers distinct lines in the order in which they were first asked for.
type interned struct {
	lines []string
	known map[string]int
}

func (in *interned) number(line string) int {
	n, ok := in.known[line]
	if !ok {
		if in.known == nil {
			in.known = map[string]int{}
		}
		n = len(in.lines)
		in.known[line] = n
		in.lines = append(in.lines, line)
	}
	return n
}

// number writes a small number in one printable character, a larger one in three.
func number(n int) string {
	if n < 90 {
		return string(rune('!' + n))
	}
	return "{" + string(rune('!'+n/90)) + string(rune('!'+n%90))
}

func indexOf[V any](m map[string]V) (names []string, index map[string]int) {
	names = slices.Sorted(maps.Keys(m))
	index = map[string]int{}
	for i, name := range names {
		index[name] = i
	}
	return names, index
}

// render writes a service as five groups of lines with an empty line between: keys, sets of keys, resource types, lists of
// resources, actions.
func (s service) render() (string, error) {
	r := &renderer{service: s}
	keyNames, keyIndex := indexOf(s.keys)
	typeNames, typeIndex := indexOf(s.types)
	r.keyIndex, r.typeIndex = keyIndex, typeIndex
	var keys, types, actions []string
	for _, name := range keyNames {
		letter, ok := keyTypes[s.keys[name].Type]
		if !ok {
			return "", fmt.Errorf("key %s: unknown type %q", name, s.keys[name].Type)
		}
		keys = append(keys, letter+template(s.keys[name].Name))
	}
	for _, name := range typeNames {
		t := s.types[name]
		set, err := r.set(t.Keys)
		if err != nil {
			return "", fmt.Errorf("resource type %s: %w", name, err)
		}
		types = append(types, t.Name+"\t"+strings.Replace(t.ARN, s.usualARN(), "~", 1)+"\t"+set)
	}
	for _, name := range slices.Sorted(maps.Keys(s.actions)) {
		line, err := r.action(s.actions[name])
		if err != nil {
			return "", fmt.Errorf("action %s: %w", name, err)
		}
		actions = append(actions, line)
	}
	var b strings.Builder
	for _, group := range [][]string{keys, r.sets.lines, types, r.lists.lines, actions} {
		for _, line := range group {
			b.WriteString(line + "\n")
		}
		b.WriteString("\n")
	}
	return b.String(), nil
}

// usualARN is how most ARNs of a service begin.
func (s service) usualARN() string { return "arn:${Partition}:" + s.prefix + ":${Region}:${Account}:" }

func (r *renderer) set(keys []string) (string, error) {
	var numbers []int
	for _, k := range keys {
		n, ok := r.keyIndex[strings.ToLower(k)]
		if !ok {
			return "", fmt.Errorf("the service has no key %q", k)
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	line := "." // an empty set is no empty line
	for _, n := range numbers {
		line += number(n)
	}
	return number(r.sets.number(line)), nil
}

func (r *renderer) action(a action) (string, error) {
	list := "."
	for _, res := range a.Resources {
		n, ok := r.typeIndex[strings.ToLower(res.Name)]
		if !ok {
			return "", fmt.Errorf("the service has no resource type %q", res.Name)
		}
		set, err := r.set(res.Keys)
		if err != nil {
			return "", err
		}
		required := "?"
		if res.Required {
			required = "!"
		}
		list += number(n) + required + set
	}
	set, err := r.set(a.Keys)
	if err != nil {
		return "", err
	}
	access, ok := accessLevels[a.Access]
	if !ok {
		return "", fmt.Errorf("unknown access level %q", a.Access)
	}
	line := a.Name + "\t" + access + number(r.lists.number(list)) + set
	if len(a.Dependent) > 0 {
		line += strings.Join(a.Dependent, " ")
	}
	return line, nil
}
