package wire

import (
	"encoding/binary"
	"math"
	"reflect"
	"time"
	"unicode/utf8"

	"umbel/internal/model"
)

// The major types of CBOR (RFC 8949, 3.1).
const (
	cborUint, cborNegative, cborBytes, cborText, cborList, cborMap, cborTag, cborSimple = 0, 1, 2, 3, 4, 5, 6, 7
	cborEndless                                                                         = 31 // of no stated length
	cborBreak                                                                           = 0xff
	cborEpoch                                                                           = 1 // the tag of seconds since 1970
)

// cborReader reads CBOR as Smithy RPC v2 has it: structures are maps by member name, timestamps have tag 1, nothing else has a
// tag.
type cborReader struct {
	rest  []byte
	depth int
}

// cborHead is the beginning of an item: its type, and the number that goes with it.
type cborHead struct {
	major, info byte
	n           uint64
}

func (h cborHead) endless() bool { return h.info == cborEndless }

// null tells whether the item is null or undefined.
func (h cborHead) null() bool { return h.major == cborSimple && (h.info == 22 || h.info == 23) }

// decodeCBOR reads a body into a structure. An empty body counts as an empty map.
func decodeCBOR(body []byte, n *node, v reflect.Value) error {
	if len(body) == 0 {
		return nil
	}
	r := cborReader{rest: body}
	h, err := r.head()
	if err != nil {
		return err
	}
	if err := r.structure(h, n, v); err != nil {
		return err
	}
	if len(r.rest) > 0 {
		return malformed("The request body goes on after its end.")
	}
	return nil
}

// head reads the beginning of an item.
func (r *cborReader) head() (cborHead, error) {
	if len(r.rest) == 0 {
		return cborHead{}, malformed("Unexpected end of the request body.")
	}
	h := cborHead{major: r.rest[0] >> 5, info: r.rest[0] & 31}
	r.rest = r.rest[1:]
	switch {
	case h.info < 24:
		h.n = uint64(h.info)
		return h, nil
	case h.info == cborEndless && h.major >= cborBytes && h.major <= cborMap:
		return h, nil
	case h.info > 27:
		return h, malformed("The request body is not well-formed CBOR.")
	}
	size := 1 << (h.info - 24)
	raw, err := r.take(uint64(size))
	if err != nil {
		return h, err
	}
	var wide [8]byte
	copy(wide[8-size:], raw)
	h.n = binary.BigEndian.Uint64(wide[:])
	return h, nil
}

// take consumes the next n bytes.
func (r *cborReader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.rest)) {
		return nil, malformed("Unexpected end of the request body.")
	}
	raw := r.rest[:n]
	r.rest = r.rest[n:]
	return raw, nil
}

// ended takes the mark that ends an item of no stated length.
func (r *cborReader) ended() bool {
	if len(r.rest) > 0 && r.rest[0] == cborBreak {
		r.rest = r.rest[1:]
		return true
	}
	return false
}

// each walks the entries of a list or map. What is stated of their number allocates nothing.
func (r *cborReader) each(h cborHead, entry func() error) error {
	if r.depth++; r.depth > maxDepth {
		return malformed("The request body is nested too deeply.")
	}
	defer func() { r.depth-- }()
	for i := uint64(0); h.endless() || i < h.n; i++ {
		if h.endless() && r.ended() {
			return nil
		}
		if err := entry(); err != nil {
			return err
		}
	}
	return nil
}

// bytes reads a byte or text string, perhaps in pieces.
func (r *cborReader) bytes(h cborHead) ([]byte, error) {
	if !h.endless() {
		return r.take(h.n)
	}
	var whole []byte
	for !r.ended() {
		piece, err := r.head()
		if err != nil {
			return nil, err
		}
		if piece.major != h.major || piece.endless() {
			return nil, malformed("The request body is not well-formed CBOR.")
		}
		raw, err := r.take(piece.n)
		if err != nil {
			return nil, err
		}
		if h.major == cborText && !utf8.Valid(raw) {
			return nil, malformed("The request body holds text that is not valid UTF-8.")
		}
		whole = append(whole, raw...)
	}
	return whole, nil
}

// text reads a text string, which no store and no XML can hold with a NUL.
func (r *cborReader) text(h cborHead) (string, error) {
	if h.major != cborText {
		return "", h.mismatch("String")
	}
	raw, err := r.bytes(h)
	if err != nil {
		return "", err
	}
	for _, c := range raw {
		if c == 0 {
			return "", malformed("The request body holds text with a NUL.")
		}
	}
	if !utf8.Valid(raw) {
		return "", malformed("The request body holds text that is not valid UTF-8.")
	}
	return string(raw), nil
}

// entry reads the key of a map's entry and the head of its value.
func (r *cborReader) entry() (key string, h cborHead, err error) {
	if h, err = r.head(); err != nil {
		return "", h, err
	}
	if key, err = r.text(h); err != nil {
		return "", h, err
	}
	h, err = r.head()
	return key, h, err
}

// structure reads a map into a structure. Members that the model does not know are passed over; null means absent.
func (r *cborReader) structure(h cborHead, n *node, v reflect.Value) error {
	if h.major != cborMap {
		return h.mismatch("structure or map")
	}
	return r.each(h, func() error {
		name, h, err := r.entry()
		if err != nil {
			return err
		}
		i, known := n.body[name]
		if !known {
			return r.skip(h)
		}
		f := &n.fields[i]
		fv := v.Field(f.index)
		if h.null() {
			fv.SetZero()
			return nil
		}
		if !f.pointer {
			return r.value(h, f.node, fv)
		}
		p := reflect.New(f.node.goType)
		fv.Set(p)
		return r.value(h, f.node, p.Elem())
	})
}

// value reads any value but null.
func (r *cborReader) value(h cborHead, n *node, v reflect.Value) error {
	switch n.shape.Type {
	case model.Structure:
		return r.structure(h, n, v)
	case model.List:
		return r.list(h, n, v)
	case model.Map:
		return r.mapping(h, n, v)
	case model.Boolean:
		if h.major != cborSimple || h.info != 20 && h.info != 21 {
			return h.mismatch("Boolean")
		}
		v.SetBool(h.info == 21)
	case model.Byte, model.Short, model.Integer, model.Long:
		i, ok := h.integer()
		if !ok || !withinType(i, n.shape.Type) {
			return h.mismatch(numberName(n.shape.Type))
		}
		v.SetInt(i)
	case model.Float, model.Double:
		f, ok := h.float()
		if !ok || math.IsInf(float64(float32(f)), 0) && !math.IsInf(f, 0) && v.Type().Bits() == 32 {
			return h.mismatch("Double")
		}
		v.SetFloat(f)
	case model.Timestamp:
		return r.timestamp(h, v.Addr().Interface().(*time.Time))
	case model.Blob:
		if h.major != cborBytes {
			return h.mismatch("Blob")
		}
		raw, err := r.bytes(h)
		v.SetBytes(append([]byte{}, raw...))
		return err
	default:
		text, err := r.text(h)
		v.SetString(text)
		return err
	}
	return nil
}

// list reads a list. AWS's lists hold no nulls.
func (r *cborReader) list(h cborHead, n *node, v reflect.Value) error {
	if h.major != cborList {
		return h.mismatch("list")
	}
	v.Set(reflect.MakeSlice(n.goType, 0, 4))
	return r.each(h, func() error {
		h, err := r.head()
		if err != nil {
			return err
		}
		i := v.Len()
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		v.Index(i).SetZero()
		return r.value(h, n.elem, v.Index(i))
	})
}

// mapping reads a map with any keys.
func (r *cborReader) mapping(h cborHead, n *node, v reflect.Value) error {
	if h.major != cborMap {
		return h.mismatch("structure or map")
	}
	v.Set(reflect.MakeMap(n.goType))
	return r.each(h, func() error {
		key, h, err := r.entry()
		if err != nil || h.null() {
			return err
		}
		e := reflect.New(n.elem.goType).Elem()
		if err := r.value(h, n.elem, e); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(key), e)
		return nil
	})
}

// timestamp reads seconds since 1970, to the millisecond.
func (r *cborReader) timestamp(h cborHead, t *time.Time) error {
	if h.major != cborTag || h.n != cborEpoch {
		return h.mismatch("Timestamp")
	}
	seconds, err := r.head()
	if err != nil {
		return err
	}
	f, ok := seconds.float()
	if ok {
		*t, ok = unixSeconds(f)
	}
	if !ok {
		return malformed("A value can not be converted to a Timestamp")
	}
	return nil
}

// skip passes over an item.
func (r *cborReader) skip(h cborHead) error {
	switch h.major {
	case cborBytes, cborText:
		_, err := r.bytes(h)
		return err
	case cborList, cborMap:
		return r.each(h, func() error {
			if h.major == cborMap {
				if err := r.skipNext(); err != nil {
					return err
				}
			}
			return r.skipNext()
		})
	case cborTag:
		return r.each(cborHead{n: 1}, r.skipNext)
	}
	return nil
}

func (r *cborReader) skipNext() error {
	h, err := r.head()
	if err != nil {
		return err
	}
	return r.skip(h)
}

// integer is the item as a whole number, floating-point ones without a fraction included.
func (h cborHead) integer() (int64, bool) {
	switch h.major {
	case cborUint:
		return int64(h.n), h.n <= math.MaxInt64
	case cborNegative:
		return -1 - int64(h.n), h.n <= math.MaxInt64
	}
	f, ok := h.float()
	return int64(f), ok && f == math.Trunc(f) && math.Abs(f) <= 1<<53
}

// float is the item as a number.
func (h cborHead) float() (float64, bool) {
	switch {
	case h.major == cborUint:
		return float64(h.n), true
	case h.major == cborNegative:
		return -1 - float64(h.n), true
	case h.major != cborSimple:
		return 0, false
	}
	switch h.info {
	case 25:
		return halfFloat(uint16(h.n)), true
	case 26:
		return float64(math.Float32frombits(uint32(h.n))), true
	case 27:
		return math.Float64frombits(h.n), true
	}
	return 0, false
}

// halfFloat is an IEEE 754 number of 16 bits (RFC 8949, appendix D).
func halfFloat(h uint16) float64 {
	exp, mant := int(h>>10&31), float64(h&1023)
	var f float64
	switch {
	case exp == 0:
		f = math.Ldexp(mant, -24)
	case exp != 31:
		f = math.Ldexp(mant+1024, exp-25)
	case mant == 0:
		f = math.Inf(1)
	default:
		f = math.NaN()
	}
	if h>>15 == 1 {
		return -f
	}
	return f
}

// mismatch is the error for a value of the wrong type, in the words of awsJson services.
func (h cborHead) mismatch(want string) error {
	switch {
	case h.major == cborMap:
		return malformed("Start of structure or map found where not expected.")
	case h.major == cborList:
		return malformed("Start of list found where not expected")
	case want == "list" || want == "structure or map":
		return malformed("Expected %s or null", want)
	}
	names := [...]string{"NUMBER_VALUE", "NUMBER_VALUE", "BLOB_VALUE", "STRING_VALUE", "", "", "TAGGED_VALUE", "SIMPLE_VALUE"}
	return malformed("%s can not be converted to %s", names[h.major], article(want))
}
