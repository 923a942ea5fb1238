package wire

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"umbel/internal/jsonquote"
	"umbel/internal/model"
)

// node is a shape tied to a Go type: what every codec walks. It is made once for each pair and never changes.
type node struct {
	shape  *model.Shape
	goType reflect.Type
	fields []field        // of a structure, in the model's order
	body   map[string]int // wire name of a body member → position in fields
	key    *node          // of a map
	elem   *node          // of a list, and the value of a map
	// constrained tells that validation has to look at it or into it.
	constrained bool
}

// field is a member of a structure tied to a field of a Go struct.
type field struct {
	member  *model.Member
	node    *node
	index   int    // of the Go field
	pointer bool   // the Go field is a pointer to the node's type
	wire    string // name in its place on the wire
	quoted  string // `"wire":`
}

// bound is a structure's value with its node.
type bound struct {
	node  *node
	value reflect.Value // the struct itself, addressable
}

type pairing struct {
	shape  *model.Shape
	goType reflect.Type
}

// nodes remembers every node made: a pure function's results, which are the same whoever asks first.
var nodes sync.Map // pairing → *node

// bind ties a value, a non-nil pointer to a struct, to its shape. A nil pointer counts as an empty structure.
func bind(shape *model.Shape, ptr any) (*bound, error) {
	v := reflect.ValueOf(ptr)
	if v.Kind() != reflect.Pointer || v.Type().Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("wire: %T cannot carry the structure %s", ptr, shape.Name)
	}
	if v.IsNil() {
		v = reflect.New(v.Type().Elem())
	}
	n, err := nodeOf(shape, v.Type().Elem())
	if err != nil {
		return nil, err
	}
	return &bound{n, v.Elem()}, nil
}

// nodeOf gives the node of a pair, making it if it is new.
func nodeOf(shape *model.Shape, t reflect.Type) (*node, error) {
	if n, ok := nodes.Load(pairing{shape, t}); ok {
		return n.(*node), nil
	}
	c := compiler{made: map[pairing]*node{}}
	n := c.node(shape, t, shape.Name)
	if len(c.unbound) > 0 {
		return nil, fmt.Errorf("wire: %s cannot carry %s", t, c.unbound[0])
	}
	settle(c.made)
	n2, _ := nodes.LoadOrStore(pairing{shape, t}, n)
	return n2.(*node), nil
}

// unbound lists what a type cannot carry.
func unbound(shape *model.Shape, t reflect.Type) []string {
	c := compiler{made: map[pairing]*node{}}
	c.node(shape, t, shape.Name)
	slices.Sort(c.unbound)
	return slices.Compact(c.unbound)
}

// compiler makes nodes and notes what does not fit.
type compiler struct {
	made    map[pairing]*node // also those still being made: shapes may be recursive
	unbound []string
}

// node ties a shape to a type. path is for the report.
func (c *compiler) node(shape *model.Shape, t reflect.Type, path string) *node {
	if n := c.made[pairing{shape, t}]; n != nil {
		return n
	}
	n := &node{shape: shape, goType: t}
	c.made[pairing{shape, t}] = n
	n.constrained = len(shape.Enum) > 0 || shape.Min != nil || shape.Max != nil || shape.Pattern != ""
	if !carries(shape, t) {
		c.unbound = append(c.unbound, path)
		return n
	}
	switch shape.Type {
	case model.Structure:
		c.structure(n, path)
	case model.List:
		n.elem = c.node(shape.Elem.Shape, t.Elem(), path+"[]")
	case model.Map:
		n.key = c.node(shape.Key.Shape, t.Key(), path+"{key}")
		n.elem = c.node(shape.Value.Shape, t.Elem(), path+"{}")
	}
	return n
}

// structure ties the members of a structure to the fields of their names.
func (c *compiler) structure(n *node, path string) {
	n.body = map[string]int{}
	for _, m := range n.shape.Members {
		at := path + "." + m.Name
		sf, ok := n.goType.FieldByName(m.GoName())
		if !ok || len(sf.Index) != 1 {
			c.unbound = append(c.unbound, at)
			continue
		}
		f := field{member: m, index: sf.Index[0], wire: m.WireName()}
		f.quoted = string(jsonquote.Append(nil, f.wire)) + ":"
		t := sf.Type
		switch m.Shape.Type {
		case model.List, model.Map, model.Blob:
		default:
			if t.Kind() != reflect.Pointer {
				c.unbound = append(c.unbound, at)
				continue
			}
			t, f.pointer = t.Elem(), true
		}
		f.node = c.node(m.Shape, t, at)
		n.constrained = n.constrained || m.Required
		if m.Location == "" {
			n.body[f.wire] = len(n.fields)
		}
		n.fields = append(n.fields, f)
	}
}

// settle marks every node that leads to a constrained one.
func settle(made map[pairing]*node) {
	for changed := true; changed; {
		changed = false
		for _, n := range made {
			if !n.constrained && n.leadsToConstraint() {
				n.constrained, changed = true, true
			}
		}
	}
}

func (n *node) leadsToConstraint() bool {
	if n.elem != nil && n.elem.constrained || n.key != nil && n.key.constrained {
		return true
	}
	return slices.ContainsFunc(n.fields, func(f field) bool { return f.node.constrained })
}

// carries tells whether values of a shape can be held by a Go type.
func carries(shape *model.Shape, t reflect.Type) bool {
	if shape.Document {
		return false // no served service has one
	}
	switch shape.Type {
	case model.Structure:
		return t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]()
	case model.List:
		return t.Kind() == reflect.Slice
	case model.Map:
		return t.Kind() == reflect.Map && t.Key() == reflect.TypeFor[string]()
	case model.String, model.Character:
		return t == reflect.TypeFor[string]()
	case model.Boolean:
		return t == reflect.TypeFor[bool]()
	case model.Byte, model.Short, model.Integer:
		return t == reflect.TypeFor[int32]()
	case model.Long:
		return t == reflect.TypeFor[int64]()
	case model.Float:
		return t == reflect.TypeFor[float32]()
	case model.Double:
		return t == reflect.TypeFor[float64]()
	case model.Timestamp:
		return t == reflect.TypeFor[time.Time]()
	case model.Blob:
		return t == reflect.TypeFor[[]byte]()
	}
	return false
}
