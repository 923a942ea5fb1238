package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// pair is one member of an object. Order is kept: the order of a structure's members is AWS's own and worth showing.
type pair struct {
	name  string
	value any // object, []any or a scalar
}

type object []pair

// render strips a model and lays it out: one line per metadata entry, operation and shape, the latter two sorted.
func render(r io.Reader) ([]byte, error) {
	dec := json.NewDecoder(r)
	dec.UseNumber()
	root, err := read(dec)
	if err != nil {
		return nil, err
	}
	model, ok := root.(object)
	if !ok {
		return nil, errors.New("the model is no object")
	}
	var b bytes.Buffer
	b.WriteString("{\n\"version\":\"2.0\"")
	for _, section := range []string{"metadata", "operations", "shapes"} {
		o, ok := model.get(section).(object)
		if !ok {
			return nil, fmt.Errorf("the model has no %s", section)
		}
		slices.SortFunc(o, func(x, y pair) int { return strings.Compare(x.name, y.name) })
		fmt.Fprintf(&b, ",\n\n%q:{", section)
		for i, p := range o {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "\n%q:", p.name)
			if err := write(&b, p.value, false); err != nil {
				return nil, err
			}
		}
		b.WriteString("\n}")
	}
	b.WriteString("\n}\n")
	return b.Bytes(), nil
}

func (o object) get(name string) any {
	for _, p := range o {
		if p.name == name {
			return p.value
		}
	}
	return nil
}

// read decodes one value, keeping the order of members.
func read(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		o := object{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := read(dec)
			if err != nil {
				return nil, err
			}
			o = append(o, pair{name.(string), v})
		}
		_, err = dec.Token()
		return o, err
	case json.Delim('['):
		l := []any{}
		for dec.More() {
			v, err := read(dec)
			if err != nil {
				return nil, err
			}
			l = append(l, v)
		}
		_, err = dec.Token()
		return l, err
	}
	return tok, nil
}

// write encodes a value without documentation. In an object of members the names are the model's own, and a member
// called "documentation" stays.
func write(b *bytes.Buffer, v any, names bool) error {
	switch v := v.(type) {
	case object:
		b.WriteByte('{')
		first := true
		for _, p := range v {
			if !names && strings.HasPrefix(p.name, "documentation") {
				continue
			}
			if !first {
				b.WriteByte(',')
			}
			first = false
			fmt.Fprintf(b, "%q:", p.name)
			if err := write(b, p.value, !names && p.name == "members"); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := write(b, e, false); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // Encode ends with a newline
	}
	return nil
}
