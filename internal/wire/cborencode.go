package wire

import (
	"encoding/binary"
	"math"
	"reflect"
	"time"

	"umbel/internal/model"
)

// appendCBORStructure writes a structure as a map by member name. Members that are nil are left out, but a list at the top of
// an output is written even then.
func appendCBORStructure(b []byte, n *node, v reflect.Value, top bool) []byte {
	written := func(f *field) bool {
		return !v.Field(f.index).IsNil() || top && f.node.shape.Type == model.List
	}
	count := 0
	for i := range n.fields {
		if written(&n.fields[i]) {
			count++
		}
	}
	b = appendCBORHead(b, cborMap, uint64(count))
	for i := range n.fields {
		f := &n.fields[i]
		if !written(f) {
			continue
		}
		fv := v.Field(f.index)
		if f.pointer {
			fv = fv.Elem()
		}
		b = appendCBOR(appendCBORText(b, f.wire), f.node, fv)
	}
	return b
}

// appendCBOR writes a value.
func appendCBOR(b []byte, n *node, v reflect.Value) []byte {
	switch n.shape.Type {
	case model.Structure:
		return appendCBORStructure(b, n, v, false)
	case model.List:
		b = appendCBORHead(b, cborList, uint64(v.Len()))
		for i := range v.Len() {
			b = appendCBOR(b, n.elem, v.Index(i))
		}
		return b
	case model.Map:
		b = appendCBORHead(b, cborMap, uint64(v.Len()))
		for _, k := range sortedKeys(v) {
			b = appendCBOR(appendCBORText(b, k), n.elem, v.MapIndex(reflect.ValueOf(k)))
		}
		return b
	case model.Boolean:
		return appendCBORBool(b, v.Bool())
	case model.Byte, model.Short, model.Integer, model.Long:
		return appendCBORInt(b, v.Int())
	case model.Float:
		return binary.BigEndian.AppendUint32(append(b, cborSimple<<5|26), math.Float32bits(float32(v.Float())))
	case model.Double:
		return appendCBORDouble(b, v.Float())
	case model.Timestamp:
		return appendCBORTime(b, timeOf(v))
	case model.Blob:
		return append(appendCBORHead(b, cborBytes, uint64(v.Len())), v.Bytes()...)
	}
	return appendCBORText(b, v.String())
}

// appendCBORHead writes the beginning of an item in its shortest form.
func appendCBORHead(b []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

func appendCBORText(b []byte, s string) []byte {
	return append(appendCBORHead(b, cborText, uint64(len(s))), s...)
}

func appendCBORBool(b []byte, v bool) []byte {
	if v {
		return append(b, cborSimple<<5|21)
	}
	return append(b, cborSimple<<5|20)
}

func appendCBORInt(b []byte, i int64) []byte {
	if i < 0 {
		return appendCBORHead(b, cborNegative, uint64(-1-i))
	}
	return appendCBORHead(b, cborUint, uint64(i))
}

func appendCBORDouble(b []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, cborSimple<<5|27), math.Float64bits(f))
}

// appendCBORTime writes seconds since 1970: whole ones as a number without a fraction, others to the millisecond.
func appendCBORTime(b []byte, t time.Time) []byte {
	b = appendCBORHead(b, cborTag, cborEpoch)
	if ms := t.UnixMilli(); ms%1000 != 0 {
		return appendCBORDouble(b, float64(ms)/1000)
	}
	return appendCBORInt(b, t.Unix())
}

// appendCBORAny writes a member of a failure, as encoding/json reads it.
func appendCBORAny(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendCBORText(b, v)
	case bool:
		return appendCBORBool(b, v)
	case float64:
		if i := int64(v); float64(i) == v {
			return appendCBORInt(b, i)
		}
		return appendCBORDouble(b, v)
	case []any:
		b = appendCBORHead(b, cborList, uint64(len(v)))
		for _, e := range v {
			b = appendCBORAny(b, e)
		}
		return b
	case map[string]any:
		b = appendCBORHead(b, cborMap, uint64(len(v)))
		for k, e := range v {
			b = appendCBORAny(appendCBORText(b, k), e)
		}
		return b
	}
	return append(b, cborSimple<<5|22)
}
