package yamlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// schema is a JSON schema, as far as this package needs one.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        string             `json:"type,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	MinLength   *int               `json:"minLength,omitempty"`
	MaxLength   *int               `json:"maxLength,omitempty"`
	Minimum     *int               `json:"minimum,omitempty"`
	Maximum     *int               `json:"maximum,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	AnyOf       []*schema          `json:"anyOf,omitempty"`
	Defs        map[string]*schema `json:"$defs,omitempty"`
}

// Schema gives the JSON schema (draft 2020-12) of the files that decode into a struct. declaration is the Go source of the
// struct's types: their comments become the descriptions.
func Schema(title string, t reflect.Type, declaration string) ([]byte, error) {
	docs, err := comments(declaration)
	if err != nil {
		return nil, err
	}
	m := &schemaMaker{docs: docs, defs: map[string]*schema{}}
	root := m.structure(t)
	if m.err != nil {
		return nil, m.err
	}
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.Title = title
	root.Defs = m.defs
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(root)
	return b.Bytes(), err
}

// comments gives the comments of the types ("Unit") and fields ("Unit.Path") that a source declares.
func comments(declaration string) (map[string]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "file.go", declaration, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, spec := range gen.Specs {
			t := spec.(*ast.TypeSpec)
			out[t.Name.Name] = oneLine(gen.Doc)
			if s, ok := t.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, name := range f.Names {
						out[t.Name.Name+"."+name.Name] = oneLine(f.Doc)
					}
				}
			}
		}
	}
	return out, nil
}

// oneLine gives a comment as one line.
func oneLine(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }

// schemaMaker makes schemas of types.
type schemaMaker struct {
	docs map[string]string
	defs map[string]*schema
	err  error // the first field that says too little about itself
}

// described tells what a field lacks for people to fill it in: a comment and, beside a pattern, words for it.
func described(f reflect.StructField, comment string) error {
	l := limitsOf(f)
	if _, err := regexp.Compile(l.pattern); err != nil {
		return err
	}
	switch {
	case comment == "":
		return errors.New("has no comment")
	case (l.pattern == "") != (l.say == ""):
		return errors.New("pattern and say go together")
	}
	return nil
}

// structure makes the schema of a struct.
func (m *schemaMaker) structure(t reflect.Type) *schema {
	s := &schema{Type: "object", Description: m.docs[t.Name()], Properties: map[string]*schema{}, Additional: false}
	for _, f := range fields(t) {
		owner := t
		if len(f.Index) > 1 {
			owner = t.Field(f.Index[0]).Type
		}
		p := m.of(f.Type, f)
		p.Description = m.docs[owner.Name()+"."+f.Name]
		if err := described(f, p.Description); err != nil && m.err == nil {
			m.err = fmt.Errorf("%s.%s: %w", owner.Name(), f.Name, err)
		}
		s.Properties[keyOf(f)] = p
		if f.Tag.Get("required") == "true" {
			s.Required = append(s.Required, keyOf(f))
		}
	}
	return s
}

// of makes the schema of a field's type, with the limits of its tags.
func (m *schemaMaker) of(t reflect.Type, f reflect.StructField) *schema {
	switch {
	case t == reflect.TypeFor[Document]():
		if f.Tag.Get("written") == "true" {
			return &schema{Type: "object"}
		}
		return &schema{AnyOf: []*schema{{Type: "object"}, {Type: "string"}}}
	case t == reflect.TypeFor[Values]():
		return &schema{AnyOf: append(single(), &schema{Type: "null"}, &schema{Type: "array", Items: &schema{AnyOf: single()}})}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.of(t.Elem(), f)
	case reflect.Struct:
		if m.defs[t.Name()] == nil {
			m.defs[t.Name()] = &schema{} // a place, for types that hold themselves
			m.defs[t.Name()] = m.structure(t)
		}
		whole := &schema{Ref: "#/$defs/" + t.Name()}
		if short, ok := scalarField(t); ok {
			return &schema{AnyOf: []*schema{m.of(short.Type, short), whole}}
		}
		return whole
	case reflect.Slice:
		items := m.of(t.Elem(), f)
		list := &schema{Type: "array", Items: items}
		if f.Tag.Get("one") == "true" {
			return &schema{AnyOf: []*schema{items, list}}
		}
		return list
	case reflect.Map:
		return &schema{Type: "object", Additional: m.of(t.Elem(), reflect.StructField{})}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int:
		return &schema{Type: "integer", Minimum: number(f, "min"), Maximum: number(f, "max")}
	}
	l := limitsOf(f)
	return &schema{Type: "string", Enum: l.enum, Pattern: l.pattern, MinLength: number(f, "min"), MaxLength: number(f, "max")}
}

// single gives the schemas of what may stand for one text: YAML takes some texts for numbers and truth values.
func single() []*schema { return []*schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}} }

// number gives a tag's number, nil if there is none.
func number(f reflect.StructField, tag string) *int {
	n, err := strconv.Atoi(f.Tag.Get(tag))
	if err != nil {
		return nil
	}
	return &n
}
