package wire

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"

	"umbel/internal/model"
)

// appendElements writes the members of a structure as elements. Members that are nil are left out, but a list at the top
// of an output is written even then.
func appendElements(b []byte, n *node, v reflect.Value, top bool) []byte {
	for i := range n.fields {
		f := &n.fields[i]
		fv := v.Field(f.index)
		if fv.IsNil() && !(top && f.node.shape.Type == model.List) {
			continue
		}
		if f.pointer {
			fv = fv.Elem()
		}
		b = appendElement(b, f.wire, f.node, fv, f.member)
	}
	return b
}

// appendElement writes a value as an element; a flattened list or map is one element per entry.
func appendElement(b []byte, name string, n *node, v reflect.Value, m *model.Member) []byte {
	flat := m.Flattened || n.shape.Flattened
	switch n.shape.Type {
	case model.List:
		elem := n.shape.Elem
		if flat {
			return appendItems(b, wireOr(elem, name), n, v)
		}
		b = appendItems(openTag(b, name), wireOr(elem, "member"), n, v)
		return closeTag(b, name)
	case model.Map:
		if flat {
			return appendEntries(b, name, n, v)
		}
		return closeTag(appendEntries(openTag(b, name), "entry", n, v), name)
	case model.Structure:
		return closeTag(appendElements(openTag(b, name), n, v, false), name)
	}
	return closeTag(appendText(openTag(b, name), n, v, formatOf(m.TimestampFormat, n.shape.TimestampFormat, iso8601)), name)
}

func appendItems(b []byte, name string, n *node, v reflect.Value) []byte {
	for i := range v.Len() {
		b = appendElement(b, name, n.elem, v.Index(i), n.shape.Elem)
	}
	return b
}

// appendEntries writes a map in the order of its keys.
func appendEntries(b []byte, name string, n *node, v reflect.Value) []byte {
	key, value := wireOr(n.shape.Key, "key"), wireOr(n.shape.Value, "value")
	for _, k := range sortedKeys(v) {
		b = openTag(b, name)
		b = closeTag(appendEscaped(openTag(b, key), k), key)
		b = appendElement(b, value, n.elem, v.MapIndex(reflect.ValueOf(k)), n.shape.Value)
		b = closeTag(b, name)
	}
	return b
}

// appendText writes a scalar: the content of an element, or a header's value before escaping matters.
func appendText(b []byte, n *node, v reflect.Value, format string) []byte {
	switch n.shape.Type {
	case model.Boolean:
		return strconv.AppendBool(b, v.Bool())
	case model.Byte, model.Short, model.Integer, model.Long:
		return strconv.AppendInt(b, v.Int(), 10)
	case model.Float, model.Double:
		switch f := v.Float(); {
		case math.IsInf(f, 1):
			return append(b, "Infinity"...)
		case math.IsInf(f, -1):
			return append(b, "-Infinity"...)
		default:
			return strconv.AppendFloat(b, f, 'g', -1, v.Type().Bits())
		}
	case model.Timestamp:
		return appendTime(b, timeOf(v), format)
	case model.Blob:
		return base64.StdEncoding.AppendEncode(b, v.Bytes())
	}
	return appendEscaped(b, v.String())
}

func openTag(b []byte, name string) []byte {
	b = append(b, '<')
	b = append(b, name...)
	return append(b, '>')
}

func closeTag(b []byte, name string) []byte {
	b = append(b, '<', '/')
	b = append(b, name...)
	return append(b, '>')
}

// appendEscaped writes text. What XML 1.0 cannot hold becomes U+FFFD; a carriage return would be read back as a newline
// if it were not written as a number.
func appendEscaped(b []byte, s string) []byte {
	start := 0
	for i, size := 0, 0; i < len(s); i += size {
		var r rune
		if r, size = rune(s[i]), 1; r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		esc := escapeOf(r, size)
		if esc == "" {
			continue
		}
		b = append(append(b, s[start:i]...), esc...)
		start = i + size
	}
	return append(b, s[start:]...)
}

// escapeOf is what a character is written as, empty for itself.
func escapeOf(r rune, size int) string {
	switch {
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '&':
		return "&amp;"
	case r == '"':
		return "&quot;"
	case r == '\r':
		return "&#13;"
	case r < ' ' && r != '\t' && r != '\n', r == utf8.RuneError && size == 1, r == 0xFFFE, r == 0xFFFF:
		return "\uFFFD"
	}
	return ""
}
