package wire

import (
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
	"time"

	"umbel/internal/model"
)

// structure reads the members of a structure from the parameters below a prefix, which is empty or ends with a dot.
func (f form) structure(n *node, v reflect.Value, prefix string) error {
	for i := range n.fields {
		fd := &n.fields[i]
		name := prefix + fd.wire
		if !f.has(name) {
			continue
		}
		fv := v.Field(fd.index)
		if fd.pointer {
			p := reflect.New(fd.node.goType)
			fv.Set(p)
			fv = p.Elem()
		}
		if err := f.value(fd.node, fv, name, fd.member); err != nil {
			return err
		}
	}
	return nil
}

// value reads the value with that name.
func (f form) value(n *node, v reflect.Value, name string, m *model.Member) error {
	switch n.shape.Type {
	case model.Structure:
		return f.structure(n, v, name+".")
	case model.List:
		return f.list(n, v, name, m)
	case model.Map:
		return f.mapping(n, v, name, m)
	}
	text, ok := f.get(name)
	if !ok {
		return malformed("%s is not a structure or a list.", name)
	}
	return setText(n, v, text, formatOf(m.TimestampFormat, n.shape.TimestampFormat, iso8601), name)
}

// list reads name.member.N, or name.N where the list is flattened. The name alone with an empty value is an empty list.
func (f form) list(n *node, v reflect.Value, name string, m *model.Member) error {
	elem := n.shape.Elem
	base := name + "." + wireOr(elem, "member")
	if m.Flattened || n.shape.Flattened {
		base = name
		if elem.LocationName != "" {
			base = name[:strings.LastIndexByte(name, '.')+1] + elem.LocationName
		}
	}
	indexes, err := f.indexes(base)
	if err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(n.goType, len(indexes), len(indexes)))
	for i, index := range indexes {
		if err := f.value(n.elem, v.Index(i), base+"."+strconv.Itoa(index), elem); err != nil {
			return err
		}
	}
	return nil
}

// mapping reads name.entry.N.key and name.entry.N.value, without "entry" where the map is flattened.
func (f form) mapping(n *node, v reflect.Value, name string, m *model.Member) error {
	if !m.Flattened && !n.shape.Flattened {
		name += ".entry"
	}
	indexes, err := f.indexes(name)
	if err != nil {
		return err
	}
	v.Set(reflect.MakeMap(n.goType))
	for _, index := range indexes {
		entry := name + "." + strconv.Itoa(index) + "."
		key, ok := f.get(entry + wireOr(n.shape.Key, "key"))
		if !ok {
			return malformed("%s has no key.", strings.TrimSuffix(entry, "."))
		}
		value := entry + wireOr(n.shape.Value, "value")
		if !f.has(value) {
			return malformed("%s has no value.", strings.TrimSuffix(entry, "."))
		}
		e := reflect.New(n.elem.goType).Elem()
		if err := f.value(n.elem, e, value, n.shape.Value); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(strings.Clone(key)), e)
	}
	return nil
}

// wireOr is the wire name of an element, or the protocol's own.
func wireOr(m *model.Member, otherwise string) string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return otherwise
}

// setText reads a scalar from text: a parameter, a header or a part of the path.
func setText(n *node, v reflect.Value, text, format, name string) error {
	ok := true
	switch n.shape.Type {
	case model.Boolean:
		var b bool
		b, ok = text == "true", text == "true" || text == "false"
		v.SetBool(b)
	case model.Byte, model.Short, model.Integer, model.Long:
		var i int64
		if i, ok = wholeNumber(text, n.shape.Type); ok {
			v.SetInt(i)
		}
	case model.Float, model.Double:
		x, err := strconv.ParseFloat(text, v.Type().Bits())
		ok = err == nil
		v.SetFloat(x)
	case model.Timestamp:
		*v.Addr().Interface().(*time.Time), ok = parseTime(text, format)
	case model.Blob:
		raw, err := base64.StdEncoding.DecodeString(text)
		ok = err == nil
		v.SetBytes(raw)
	default:
		v.SetString(strings.Clone(text)) // the text may be a part of the whole body
	}
	if !ok {
		return malformed("%q is not a valid value of %s.", text, name)
	}
	return nil
}
