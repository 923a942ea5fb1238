package yamlfile

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pair is a key and its value in a mapping.
type pair struct{ key, value *yaml.Node }

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// pairs gives a mapping's pairs in their order. A merge key (<<) brings in the pairs of the mappings it names, behind the
// mapping's own and without those that the mapping has itself.
func pairs(n *yaml.Node) []pair {
	var own, merged []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag != "!!merge" {
			own = append(own, pair{key, value})
			continue
		}
		sources := []*yaml.Node{resolve(value)}
		if sources[0].Kind == yaml.SequenceNode {
			sources = sources[0].Content
		}
		for _, s := range sources {
			if s = resolve(s); s.Kind == yaml.MappingNode && s != n {
				merged = append(merged, pairs(s)...)
			}
		}
	}
	seen := map[string]bool{}
	for _, p := range own {
		seen[p.key.Value] = true
	}
	for _, p := range merged {
		if !seen[p.key.Value] {
			seen[p.key.Value] = true
			own = append(own, p)
		}
	}
	return own
}

// jsonNumber is a number as JSON writes it.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// accountNumber is an account ID, which YAML takes for a number.
var accountNumber = regexp.MustCompile(`^[0-9]{12}$`)

// jsonWriter writes nodes as JSON without white space, and keeps where in the text each node came to stand.
type jsonWriter struct {
	bytes.Buffer
	marks []mark
}

// mark tells which node begins at an offset of the JSON text.
type mark struct {
	offset int
	node   *yaml.Node
}

// at gives the node that a column of the text, counted in characters from 1, lies in.
func (w *jsonWriter) at(column int) *yaml.Node {
	text := []rune(w.String())
	offset := len(string(text[:min(max(column-1, 0), len(text))]))
	i, found := slices.BinarySearchFunc(w.marks, offset, func(m mark, offset int) int { return cmp.Compare(m.offset, offset) })
	if !found {
		i--
	}
	return w.marks[max(i, 0)].node
}

// node writes a node in the order in which it was written. Dates (such as an unquoted 2012-10-17) and account IDs stay texts.
func (w *jsonWriter) node(n *yaml.Node) {
	n = resolve(n)
	w.marks = append(w.marks, mark{w.Len(), n})
	switch n.Kind {
	case yaml.MappingNode:
		w.WriteByte('{')
		for i, p := range pairs(n) {
			if i > 0 {
				w.WriteByte(',')
			}
			w.marks = append(w.marks, mark{w.Len(), p.key})
			writeText(&w.Buffer, p.key.Value)
			w.WriteByte(':')
			w.node(p.value)
		}
		w.WriteByte('}')
	case yaml.SequenceNode:
		w.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				w.WriteByte(',')
			}
			w.node(item)
		}
		w.WriteByte(']')
	default:
		writeScalar(&w.Buffer, n)
	}
}

// writeScalar writes a text, number, truth value or null.
func writeScalar(b *bytes.Buffer, n *yaml.Node) {
	number := n.Tag == "!!int" || n.Tag == "!!float"
	switch {
	case n.Tag == "!!null":
		b.WriteString("null")
	case n.Tag == "!!bool":
		b.WriteString(strconv.FormatBool(strings.EqualFold(n.Value, "true")))
	case number && jsonNumber.MatchString(n.Value) && !accountNumber.MatchString(n.Value):
		b.WriteString(n.Value)
	default:
		writeText(b, n.Value)
	}
}

// writeText writes a JSON text without escaping <, > and &, which would count towards a policy's length.
func writeText(b *bytes.Buffer, s string) {
	const hex = "0123456789abcdef"
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ':
			b.WriteString(`\u00`)
			b.WriteByte(hex[r>>4])
			b.WriteByte(hex[r&0xf])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

// maxNodes bounds what a file may grow to through aliases.
const maxNodes = 1_000_000

// measure counts the nodes of a tree with its aliases followed. It gives the node at which an alias comes back to itself,
// or at which the count passes maxNodes.
func measure(n *yaml.Node, count *int, open map[*yaml.Node]bool) *yaml.Node {
	if *count++; *count > maxNodes {
		return n
	}
	if n.Kind == yaml.AliasNode {
		if open[n.Alias] {
			return n
		}
		return measure(n.Alias, count, open)
	}
	open[n] = true
	defer delete(open, n)
	for _, child := range n.Content {
		if bad := measure(child, count, open); bad != nil {
			return bad
		}
	}
	return nil
}

// JSON gives a node as JSON without white space, in the order in which it was written.
func JSON(n *yaml.Node) string {
	var w jsonWriter
	w.node(n)
	return w.String()
}

// Quote gives a text as JSON writes it, without escaping <, > and &.
func Quote(s string) string {
	var b bytes.Buffer
	writeText(&b, s)
	return b.String()
}
