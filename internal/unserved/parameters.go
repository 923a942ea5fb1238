package unserved

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"umbel/internal/model"
	"umbel/internal/wire"
)

// parameters are the members of a request as far as they can be read without its model: of a JSON, CBOR or form body, the
// path and the query. A value is a string, a list ([]any) or a structure (map[string]any).
type parameters map[string]any

// maxDepth bounds how deep members are read.
const maxDepth = 32

// read takes a request's members apart. What is not well-formed has no members: the decision is about the call, and what is
// wrong with its form is not what it is about.
func read(protocol model.Protocol, op *model.Operation, req *wire.Request) parameters {
	p := parameters{}
	switch protocol {
	case model.Query, model.EC2:
		p.form(req.RawQuery)
		p.form(string(req.Body))
		return p
	case model.RPCv2CBOR:
		p.merge(decodeCBOR(req.Body))
		return p
	case model.RESTJSON, model.RESTXML:
		for name, value := range wire.Labels(op, req.Path) {
			p[name] = value
		}
		if query, err := url.ParseQuery(req.RawQuery); err == nil {
			for name, values := range query {
				p[name] = texts(values)
			}
		}
	}
	if body := bytes.TrimLeft(req.Body, " \t\r\n"); len(body) > 0 && body[0] == '{' {
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var members map[string]any
		if dec.Decode(&members) == nil {
			p.merge(members)
		}
	}
	return p
}

// texts makes a value of the values of one parameter.
func texts(values []string) any {
	if len(values) == 1 {
		return values[0]
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}

// merge adds the members of a body; what the path says goes first.
func (p parameters) merge(body any) {
	members, _ := body.(map[string]any)
	for name, value := range members {
		if _, taken := p[name]; !taken {
			p[name] = value
		}
	}
}

// form reads the members of a form, whose names are paths: TagSpecification.1.Tag.2.Key.
func (p parameters) form(text string) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return
	}
	tree := map[string]any{}
	for _, name := range sortedKeys(values) {
		place(tree, strings.Split(name, "."), values.Get(name))
	}
	for name, value := range tree {
		p[name] = lists(value)
	}
}

// place puts a value at its path.
func place(tree map[string]any, path []string, value string) {
	if len(path) > maxDepth {
		return
	}
	for len(path) > 1 {
		next, ok := tree[path[0]].(map[string]any)
		if !ok {
			if _, taken := tree[path[0]]; taken {
				return // a text cannot have members, too
			}
			next = map[string]any{}
			tree[path[0]] = next
		}
		tree, path = next, path[1:]
	}
	if _, taken := tree[path[0]]; !taken {
		tree[path[0]] = value
	}
}

// lists turns the structures whose names are numbers into lists, and drops the name of the elements, "member" or another,
// that stands before the numbers.
func lists(value any) any {
	tree, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for name := range tree {
		tree[name] = lists(tree[name])
	}
	if numbers := indexes(tree); numbers != nil {
		list := make([]any, len(numbers))
		for i, n := range numbers {
			list[i] = tree[strconv.Itoa(n)]
		}
		return list
	}
	if len(tree) == 1 {
		for _, only := range tree {
			if list, ok := only.([]any); ok {
				return list
			}
		}
	}
	return tree
}

// indexes gives the names of a structure, sorted, if all are numbers.
func indexes(tree map[string]any) []int {
	numbers := make([]int, 0, len(tree))
	for name := range tree {
		n, err := strconv.Atoi(name)
		if err != nil || strconv.Itoa(n) != name {
			return nil
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// get gives the values at a path of member names, "Placement.Tenancy", as texts; lists on the way give all their elements.
// Names match without regard to case and to the signs between words.
func (p parameters) get(path string) []string {
	values := []any{map[string]any(p)}
	for step := range strings.SplitSeq(path, ".") {
		var next []any
		for _, v := range values {
			if members, ok := v.(map[string]any); ok {
				next = flatten(next, member(members, step))
			}
		}
		values = next
	}
	var out []string
	for _, v := range values {
		if text, ok := scalar(v); ok {
			out = append(out, text)
		}
	}
	return out
}

// one gives the first value at a path, or "".
func (p parameters) one(path string) string {
	if v := p.get(path); len(v) > 0 {
		return v[0]
	}
	return ""
}

// has tells whether there is anything at a path of one name.
func (p parameters) has(name string) bool { return member(p, name) != nil }

// member finds a member by its name: exactly, or by its bare form.
func member(members map[string]any, name string) any {
	if v, ok := members[name]; ok {
		return v
	}
	name = bare(name)
	best := ""
	for n := range members {
		if bare(n) == name && (best == "" || n < best) {
			best = n
		}
	}
	return members[best]
}

// flatten adds a value to a list, or the elements of one.
func flatten(to []any, v any) []any {
	switch v := v.(type) {
	case nil:
		return to
	case []any:
		for _, e := range v {
			to = flatten(to, e)
		}
		return to
	}
	return append(to, v)
}

// scalar gives the text of a value that is no list and no structure.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// bare is a name without case and without the signs between its words.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == '_' || r == ' ' || r == '.':
			return -1
		case 'A' <= r && r <= 'Z':
			return r + ('a' - 'A')
		}
		return r
	}, name)
}

// names gives the names of the members, sorted.
func (p parameters) names() []string { return slices.Sorted(maps.Keys(p)) }
