package wire

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"time"

	"umbel/internal/model"
)

// decodeJSON reads a body into a structure. An empty body counts as an empty object, as AWS takes it.
func decodeJSON(body []byte, n *node, v reflect.Value) error {
	s, err := newScanner(body)
	if err != nil {
		return err
	}
	if s.peek() == 0 && s.i == len(s.b) {
		return nil
	}
	if err := s.structure(n, v); err != nil {
		return err
	}
	if s.peek() != 0 || s.i < len(s.b) {
		return s.unexpected()
	}
	return nil
}

// structure reads an object. Members that the model does not know are passed over, as AWS does; null means absent.
func (s *scanner) structure(n *node, v reflect.Value) error {
	if !s.take('{') {
		return s.mismatch("structure or map")
	}
	return s.each('}', func() error {
		name, err := s.name()
		if err != nil {
			return err
		}
		i, known := n.body[string(name)]
		if !known {
			return s.skip()
		}
		f := &n.fields[i]
		fv := v.Field(f.index)
		if s.word("null") {
			fv.SetZero()
			return nil
		}
		if !f.pointer {
			return s.value(f.node, fv, f.member.TimestampFormat)
		}
		p := reflect.New(f.node.goType)
		fv.Set(p)
		return s.value(f.node, p.Elem(), f.member.TimestampFormat)
	})
}

// value reads any value but null. format is the member's own timestamp format.
func (s *scanner) value(n *node, v reflect.Value, format string) error {
	switch n.shape.Type {
	case model.Structure:
		return s.structure(n, v)
	case model.List:
		return s.list(n, v)
	case model.Map:
		return s.mapping(n, v)
	case model.Boolean:
		return s.boolean(v)
	case model.Byte, model.Short, model.Integer, model.Long:
		return s.integer(n.shape.Type, v)
	case model.Float, model.Double:
		return s.float(v)
	case model.Timestamp:
		return s.timestamp(v.Addr().Interface().(*time.Time), formatOf(format, n.shape.TimestampFormat, unixTime))
	}
	if s.peek() != '"' {
		return s.mismatch("String")
	}
	text, err := s.text()
	if err != nil {
		return err
	}
	if n.shape.Type != model.Blob {
		*v.Addr().Interface().(*string) = string(text)
		return nil
	}
	raw := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	size, err := base64.StdEncoding.Decode(raw, text)
	if err != nil {
		return malformed("Invalid base64 value.")
	}
	v.SetBytes(raw[:size])
	return nil
}

// list reads an array. AWS's lists hold no nulls.
func (s *scanner) list(n *node, v reflect.Value) error {
	if !s.take('[') {
		return s.mismatch("list")
	}
	v.Set(reflect.MakeSlice(n.goType, 0, 4))
	return s.each(']', func() error {
		i := v.Len()
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		return s.value(n.elem, v.Index(i), "")
	})
}

// mapping reads an object with any names.
func (s *scanner) mapping(n *node, v reflect.Value) error {
	if !s.take('{') {
		return s.mismatch("structure or map")
	}
	v.Set(reflect.MakeMap(n.goType))
	return s.each('}', func() error {
		raw, err := s.name()
		if err != nil {
			return err
		}
		name := string(raw)
		if s.word("null") {
			return nil
		}
		e := reflect.New(n.elem.goType).Elem()
		if err := s.value(n.elem, e, ""); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(name), e)
		return nil
	})
}

func (s *scanner) boolean(v reflect.Value) error {
	switch {
	case s.word("true"):
		v.SetBool(true)
	case s.word("false"):
		v.SetBool(false)
	default:
		return s.mismatch("Boolean")
	}
	return nil
}

// integer reads a whole number that its type can hold. 5.0 and 5e0 are whole.
func (s *scanner) integer(t model.Type, v reflect.Value) error {
	if !s.numeric() {
		return s.mismatch(numberName(t))
	}
	raw, err := s.number()
	if err != nil {
		return err
	}
	i, ok := wholeNumber(string(raw), t)
	if !ok {
		return malformed("%s can not be converted to %s", raw, article(numberName(t)))
	}
	v.SetInt(i)
	return nil
}

// float reads a number, or one of the three that JSON has no number for.
func (s *scanner) float(v reflect.Value) error {
	var raw []byte
	var err error
	switch {
	case s.numeric():
		raw, err = s.number()
	case s.peek() == '"':
		if raw, err = s.text(); err == nil && string(raw) != "NaN" && string(raw) != "Infinity" && string(raw) != "-Infinity" {
			return malformed("STRING_VALUE can not be converted to a Double")
		}
	default:
		return s.mismatch("Double")
	}
	if err != nil {
		return err
	}
	f, err := strconv.ParseFloat(string(raw), v.Type().Bits())
	if err != nil {
		return malformed("%s can not be converted to a Double", raw)
	}
	v.SetFloat(f)
	return nil
}

// timestamp reads seconds since 1970 or, where the model says so, one of the text forms.
func (s *scanner) timestamp(t *time.Time, format string) error {
	var raw []byte
	var err error
	switch {
	case format == unixTime && s.numeric():
		raw, err = s.number()
	case format != unixTime && s.peek() == '"':
		raw, err = s.text()
	default:
		return s.mismatch("Timestamp")
	}
	if err != nil {
		return err
	}
	var ok bool
	if *t, ok = parseTime(string(raw), format); !ok {
		return malformed("%q can not be converted to a Timestamp", raw)
	}
	return nil
}

// numeric tells whether a number is next.
func (s *scanner) numeric() bool {
	c := s.peek()
	return c == '-' || c >= '0' && c <= '9'
}

// mismatch is the error for a value of the wrong type, in AWS's words.
func (s *scanner) mismatch(want string) error {
	switch c := s.peek(); {
	case c == '{' && (want == "list" || want != "structure or map"):
		return malformed("Start of structure or map found where not expected.")
	case c == '[':
		return malformed("Start of list found where not expected")
	case c == '"' && want != "list" && want != "structure or map":
		return malformed("STRING_VALUE can not be converted to %s", article(want))
	case s.numeric() && want != "list" && want != "structure or map":
		return malformed("NUMBER_VALUE can not be converted to %s", article(want))
	case s.word("true"), s.word("false"):
		return malformed("%s can not be converted to %s", "BOOLEAN_VALUE", article(want))
	case s.word("null"):
		return malformed("null found where %s was expected", article(want))
	case c == '"', s.numeric():
		return malformed("Expected %s or null", want)
	}
	return s.unexpected()
}

// numberName is what AWS calls a type of whole numbers.
func numberName(t model.Type) string {
	switch t {
	case model.Byte:
		return "Byte"
	case model.Short:
		return "Short"
	case model.Long:
		return "Long"
	}
	return "Integer"
}

func article(noun string) string {
	if noun[0] == 'I' {
		return "an " + noun
	}
	return "a " + noun
}

// wholeNumber reads a whole number within the bounds of its type.
func wholeNumber(raw string, t model.Type) (int64, bool) {
	i, err := strconv.ParseInt(raw, 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(raw, 64)
		if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return 0, false
		}
		i = int64(f)
	}
	return i, withinType(i, t)
}

// withinType tells whether a type of whole numbers has the number.
func withinType(i int64, t model.Type) bool {
	switch t {
	case model.Byte:
		return i >= math.MinInt8 && i <= math.MaxInt8
	case model.Short:
		return i >= math.MinInt16 && i <= math.MaxInt16
	case model.Integer:
		return i >= math.MinInt32 && i <= math.MaxInt32
	}
	return true
}
