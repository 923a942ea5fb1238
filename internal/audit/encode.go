package audit

import (
	"cmp"
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"umbel/internal/jsonquote"
)

// writer writes values of an operation's input or output as JSON, the way CloudTrail shows them: member names begin in lower
// case, absent members are left out, secrets are hidden, times are in words.
type writer struct {
	plans   *plans
	service string
}

// field is one member of a struct.
type field struct {
	index int
	name  string // as the record shows it
	key   []byte // `"name":`
}

// plans keeps the fields of each struct type; types are few and fixed.
type plans struct{ m sync.Map }

func (p *plans) of(t reflect.Type) []field {
	if f, ok := p.m.Load(t); ok {
		return f.([]field)
	}
	var fields []field
	for i := range t.NumField() {
		if sf := t.Field(i); sf.IsExported() {
			name := lowerFirst(sf.Name)
			fields = append(fields, field{i, name, append(jsonquote.Append(nil, name), ':')})
		}
	}
	p.m.Store(t, fields)
	return fields
}

// lowerFirst puts the first letter of a member's name in lower case, as CloudTrail does: roleName, sAMLMetadataDocument.
func lowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return string(s[0]+'a'-'A') + s[1:]
}

// absent tells that a member was not given.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return v.IsNil()
	}
	return false
}

func (w writer) value(b []byte, v reflect.Value) []byte {
	if absent(v) {
		return append(b, "null"...)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return w.value(b, v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			b = append(b, '"')
			b = t.UTC().AppendFormat(b, timeLayout(w.service))
			return append(b, '"')
		}
		return w.object(b, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return jsonquote.Append(b, base64.StdEncoding.EncodeToString(v.Bytes()))
		}
		return w.list(b, v)
	case reflect.Map:
		return w.dict(b, v)
	}
	return scalar(b, v)
}

func scalar(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		return jsonquote.Append(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.AppendFloat(b, v.Float(), 'g', -1, 64)
	}
	return append(b, "null"...)
}

func (w writer) object(b []byte, v reflect.Value) []byte {
	b = append(b, '{')
	first := true
	for _, f := range w.plans.of(v.Type()) {
		how, fv := treat(w.service, f.name), v.Field(f.index)
		if how == omit || absent(fv) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, f.key...)
		if how == mask {
			b = append(b, `"****"`...)
		} else {
			b = w.value(b, fv)
		}
	}
	return append(b, '}')
}

func (w writer) list(b []byte, v reflect.Value) []byte {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = w.value(b, v.Index(i))
	}
	return append(b, ']')
}

// dict appends a map, its keys as they are, in order.
func (w writer) dict(b []byte, v reflect.Value) []byte {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return cmp.Compare(x.String(), y.String()) })
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsonquote.Append(b, k.String()), ':')
		b = w.value(b, v.MapIndex(k))
	}
	return append(b, '}')
}

// member appends a further member with a string.
func member(b []byte, name, value string) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return jsonquote.Append(b, value)
}

// flag appends a further member with a truth value.
func flag(b []byte, name string, value bool) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return strconv.AppendBool(b, value)
}
