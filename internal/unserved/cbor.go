package unserved

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
)

// decodeCBOR reads a CBOR value (RFC 8949) into the forms of parameters, or gives nil for one that is not well-formed.
func decodeCBOR(b []byte) any {
	d := cborDecoder{b}
	v, ok := d.value(maxDepth)
	if !ok {
		return nil
	}
	return v
}

type cborDecoder struct{ rest []byte }

const (
	cborBytes, cborText, cborList, cborMap, cborTag = 2, 3, 4, 5, 6
	cborBreak                                       = 0xff
)

// value reads one value, at most so deep.
func (d *cborDecoder) value(depth int) (any, bool) {
	if depth == 0 || len(d.rest) == 0 {
		return nil, false
	}
	major, info := d.rest[0]>>5, d.rest[0]&31
	n, ok := d.head()
	if !ok {
		return nil, false
	}
	endless := info == 31
	switch major {
	case 0:
		return json.Number(strconv.FormatUint(n, 10)), !endless
	case 1:
		return json.Number("-" + strconv.FormatUint(n+1, 10)), !endless && n < math.MaxUint64
	case cborBytes, cborText:
		return d.text(major, n, endless, depth)
	case cborList:
		return d.list(n, endless, depth)
	case cborMap:
		return d.members(n, endless, depth)
	case cborTag:
		return d.value(depth - 1)
	}
	return simple(info, n), !endless
}

// head reads the first byte and the number that goes with it.
func (d *cborDecoder) head() (uint64, bool) {
	info := d.rest[0] & 31
	d.rest = d.rest[1:]
	if info < 24 || info == 31 {
		return uint64(info), true
	}
	size := 1 << (info - 24)
	if info > 27 || len(d.rest) < size {
		return 0, false
	}
	var wide [8]byte
	copy(wide[8-size:], d.rest[:size])
	d.rest = d.rest[size:]
	return binary.BigEndian.Uint64(wide[:]), true
}

// text reads a text or byte string, perhaps in pieces.
func (d *cborDecoder) text(major byte, n uint64, endless bool, depth int) (any, bool) {
	if !endless {
		if n > uint64(len(d.rest)) {
			return nil, false
		}
		s := string(d.rest[:n])
		d.rest = d.rest[n:]
		return s, true
	}
	whole := ""
	for !d.ended() {
		if len(d.rest) == 0 || d.rest[0]>>5 != major {
			return nil, false
		}
		piece, ok := d.value(depth - 1)
		if !ok {
			return nil, false
		}
		whole += piece.(string)
	}
	return whole, true
}

func (d *cborDecoder) list(n uint64, endless bool, depth int) (any, bool) {
	list := []any{}
	for i := uint64(0); endless || i < n; i++ {
		if endless && d.ended() {
			break
		}
		v, ok := d.value(depth - 1)
		if !ok {
			return nil, false
		}
		list = append(list, v)
	}
	return list, true
}

func (d *cborDecoder) members(n uint64, endless bool, depth int) (any, bool) {
	members := map[string]any{}
	for i := uint64(0); endless || i < n; i++ {
		if endless && d.ended() {
			break
		}
		key, ok := d.value(depth - 1)
		name, isText := key.(string)
		if !ok || !isText {
			return nil, false
		}
		if members[name], ok = d.value(depth - 1); !ok {
			return nil, false
		}
	}
	return members, true
}

// ended takes the mark that ends a string, list or map of no stated length.
func (d *cborDecoder) ended() bool {
	if len(d.rest) > 0 && d.rest[0] == cborBreak {
		d.rest = d.rest[1:]
		return true
	}
	return false
}

// simple is false, true, null or a floating-point number.
func simple(info byte, n uint64) any {
	switch info {
	case 20, 21:
		return info == 21
	case 26:
		return number(float64(math.Float32frombits(uint32(n))))
	case 27:
		return number(math.Float64frombits(n))
	}
	return nil
}

func number(f float64) json.Number { return json.Number(strconv.FormatFloat(f, 'g', -1, 64)) }
