package wire

import (
	"encoding/base64"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"

	"umbel/internal/jsonquote"
	"umbel/internal/model"
)

// appendStructure writes the body members of a structure as a JSON object. Members that are nil are left out, but a list
// at the top of an output is written even then.
func appendStructure(b []byte, n *node, v reflect.Value, top bool) []byte {
	b = append(b, '{')
	comma := false
	for i := range n.fields {
		f := &n.fields[i]
		if f.member.Location != "" {
			continue
		}
		fv := v.Field(f.index)
		absent := fv.IsNil()
		if absent && !(top && f.node.shape.Type == model.List) {
			continue
		}
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(b, f.quoted...)
		if f.pointer {
			fv = fv.Elem()
		}
		b = appendJSON(b, f.node, fv, f.member.TimestampFormat)
	}
	return append(b, '}')
}

// appendJSON writes a value. format is the member's own timestamp format.
func appendJSON(b []byte, n *node, v reflect.Value, format string) []byte {
	switch n.shape.Type {
	case model.Structure:
		return appendStructure(b, n, v, false)
	case model.List:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, n.elem, v.Index(i), "")
		}
		return append(b, ']')
	case model.Map:
		return appendMap(b, n, v)
	case model.Boolean:
		return strconv.AppendBool(b, v.Bool())
	case model.Byte, model.Short, model.Integer, model.Long:
		return strconv.AppendInt(b, v.Int(), 10)
	case model.Float, model.Double:
		return appendFloat(b, v)
	case model.Timestamp:
		format = formatOf(format, n.shape.TimestampFormat, unixTime)
		if format == unixTime {
			return appendTime(b, timeOf(v), format)
		}
		return append(appendTime(append(b, '"'), timeOf(v), format), '"')
	case model.Blob:
		return append(base64.StdEncoding.AppendEncode(append(b, '"'), v.Bytes()), '"')
	}
	return jsonquote.Append(b, v.String())
}

// appendMap writes a map in the order of its keys.
func appendMap(b []byte, n *node, v reflect.Value) []byte {
	b = append(b, '{')
	for i, k := range sortedKeys(v) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsonquote.Append(b, k), ':')
		b = appendJSON(b, n.elem, v.MapIndex(reflect.ValueOf(k)), "")
	}
	return append(b, '}')
}

func sortedKeys(v reflect.Value) []string {
	keys := make(map[string]struct{}, v.Len())
	for _, k := range v.MapKeys() {
		keys[k.String()] = struct{}{}
	}
	return slices.Sorted(maps.Keys(keys))
}

// appendFloat writes a number, or the name of one that JSON cannot write.
func appendFloat(b []byte, v reflect.Value) []byte {
	f := v.Float()
	switch {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(b, `"-Infinity"`...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, v.Type().Bits())
}

// timeOf takes the time out of a value without copying it to the heap where that is possible.
func timeOf(v reflect.Value) time.Time {
	if v.CanAddr() {
		return *v.Addr().Interface().(*time.Time)
	}
	return v.Interface().(time.Time)
}
