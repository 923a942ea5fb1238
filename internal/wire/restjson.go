package wire

import (
	"encoding/base64"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"umbel/internal/model"
)

// restJSON is restJson1: the operation in method and path, the input spread over path, query, headers and a JSON body.
type restJSON struct{}

func (restJSON) common() table { return restErrors }

func (restJSON) decode(op *model.Operation, req *Request, in *bound) error {
	if err := decodeParts(op, req, in); err != nil {
		return err
	}
	payload := payloadOf(in)
	if payload == nil {
		return decodeJSON(req.Body, in.node, in.value)
	}
	if len(req.Body) == 0 {
		return nil
	}
	fv := in.value.Field(payload.index)
	if payload.pointer {
		p := reflect.New(payload.node.goType)
		fv.Set(p)
		fv = p.Elem()
	}
	switch payload.node.shape.Type {
	case model.Structure:
		return decodeJSON(req.Body, payload.node, fv)
	case model.Blob:
		fv.SetBytes(append([]byte{}, req.Body...))
		return nil
	}
	text, err := plainText(string(req.Body))
	if err != nil {
		return err
	}
	fv.SetString(text)
	return nil
}

func (restJSON) encode(op *model.Operation, out *bound, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	status := encodeParts(op, out, w.Header())
	payload := payloadOf(out)
	if payload == nil {
		respond(w, status, "application/json", func(b []byte) []byte {
			return appendStructure(b, out.node, out.value, true)
		})
		return
	}
	fv := out.value.Field(payload.index)
	if fv.IsNil() {
		respond(w, status, "", func(b []byte) []byte { return b })
		return
	}
	if payload.pointer {
		fv = fv.Elem()
	}
	switch payload.node.shape.Type {
	case model.Structure:
		respond(w, status, "application/json", func(b []byte) []byte { return appendStructure(b, payload.node, fv, false) })
	case model.Blob:
		respond(w, status, contentTypeOr(w, "application/octet-stream"), func(b []byte) []byte { return append(b, fv.Bytes()...) })
	default:
		respond(w, status, contentTypeOr(w, "text/plain"), func(b []byte) []byte { return append(b, fv.String()...) })
	}
}

// contentTypeOr keeps a content type that the output has as a member.
func contentTypeOr(w http.ResponseWriter, otherwise string) string {
	if ct := w.Header().Get("Content-Type"); ct != "" {
		return ct
	}
	return otherwise
}

func (restJSON) encodeError(_ *model.Service, f *failure, requestID string, w http.ResponseWriter) {
	identify(w, requestID)
	w.Header()["X-Amzn-Errortype"] = []string{f.code}
	respond(w, f.status, "application/json", func(b []byte) []byte {
		body := appendFailure(nil, f)
		return append(append(append(b, '{'), body[1:]...), '}')
	})
}

// payloadOf gives the member that is the whole body, or nil.
func payloadOf(b *bound) *field {
	if b.node.shape.Payload == "" {
		return nil
	}
	for i := range b.node.fields {
		if b.node.fields[i].member.Name == b.node.shape.Payload {
			return &b.node.fields[i]
		}
	}
	return nil
}

// decodeParts reads what is not in the body: labels of the path, parameters of the query, headers.
func decodeParts(op *model.Operation, req *Request, in *bound) error {
	labels, _ := newTemplate(op).match(req.Path)
	query, err := parseForm(req.RawQuery)
	if err != nil {
		return err
	}
	for i := range in.node.fields {
		f := &in.node.fields[i]
		fv := in.value.Field(f.index)
		switch f.member.Location {
		case "uri":
			if text, ok := labels[f.wire]; ok {
				err = setPart(f, fv, []string{text}, iso8601)
			}
		case "querystring":
			err = decodeQuery(in.node, f, fv, query)
		case "header":
			if values := req.Header.Values(f.wire); len(values) > 0 {
				err = setPart(f, fv, values, httpDate)
			}
		case "headers":
			err = decodeHeaders(f, fv, req.Header)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// decodeQuery reads a parameter, or a map of all that no other member names.
func decodeQuery(n *node, f *field, fv reflect.Value, query form) error {
	if f.node.shape.Type == model.Map {
		restOfQuery(n, f, fv, query)
		return nil
	}
	var values []string
	for _, p := range query {
		if p.name == f.wire {
			values = append(values, p.value)
		}
	}
	if len(values) == 0 {
		return nil
	}
	return setPart(f, fv, values, iso8601)
}

// restOfQuery reads parameters into a map of strings or of lists of strings.
func restOfQuery(n *node, f *field, fv reflect.Value, query form) {
	taken := func(name string) bool {
		return slices.ContainsFunc(n.fields, func(g field) bool { return g.member.Location == "querystring" && g.wire == name && g.index != f.index })
	}
	m := reflect.MakeMap(f.node.goType)
	for _, p := range query {
		key := reflect.ValueOf(p.name)
		old := m.MapIndex(key)
		switch {
		case taken(p.name):
		case f.node.elem.shape.Type == model.List:
			if !old.IsValid() {
				old = reflect.Zero(f.node.elem.goType)
			}
			m.SetMapIndex(key, reflect.Append(old, reflect.ValueOf(p.value)))
		case !old.IsValid():
			m.SetMapIndex(key, reflect.ValueOf(p.value))
		}
	}
	if m.Len() > 0 {
		fv.Set(m)
	}
}

// decodeHeaders reads the headers with a prefix into a map.
func decodeHeaders(f *field, fv reflect.Value, h http.Header) error {
	m := reflect.MakeMap(f.node.goType)
	for name, values := range h {
		if len(name) > len(f.wire) && strings.EqualFold(name[:len(f.wire)], f.wire) {
			text, err := plainText(strings.Join(values, ","))
			if err != nil {
				return err
			}
			m.SetMapIndex(reflect.ValueOf(strings.ToLower(name[len(f.wire):])), reflect.ValueOf(text))
		}
	}
	if m.Len() > 0 {
		fv.Set(m)
	}
	return nil
}

// setPart sets a member from its texts.
func setPart(f *field, fv reflect.Value, texts []string, place string) error {
	for _, t := range texts {
		if _, err := plainText(t); err != nil {
			return err
		}
	}
	n := f.node
	if n.shape.Type == model.List {
		if f.member.Location == "header" {
			texts = splitHeader(texts, n.elem.shape, formatOf("", n.elem.shape.TimestampFormat, place))
		}
		fv.Set(reflect.MakeSlice(n.goType, len(texts), len(texts)))
		for i, t := range texts {
			if err := setText(n.elem, fv.Index(i), t, formatOf("", n.elem.shape.TimestampFormat, place), f.wire); err != nil {
				return err
			}
		}
		return nil
	}
	if f.pointer {
		p := reflect.New(n.goType)
		fv.Set(p)
		fv = p.Elem()
	}
	text := texts[0]
	if f.member.JSONValue {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return malformed("%s is not base64.", f.wire)
		}
		text = string(raw)
	}
	return setText(n, fv, text, formatOf(f.member.TimestampFormat, n.shape.TimestampFormat, place), f.wire)
}

// splitHeader takes a comma-separated list apart. Strings may be quoted; dates have a comma of their own.
func splitHeader(texts []string, elem *model.Shape, format string) []string {
	var out []string
	for _, text := range texts {
		for len(text) > 0 {
			var part string
			text = strings.TrimLeft(text, " ")
			if quoted, rest, ok := cutQuoted(text); ok {
				out, text = append(out, quoted), strings.TrimPrefix(strings.TrimLeft(rest, " "), ",")
				continue
			}
			part, text, _ = strings.Cut(text, ",")
			if elem.Type == model.Timestamp && format == httpDate {
				var rest string
				rest, text, _ = strings.Cut(text, ",")
				part += "," + rest
			}
			out = append(out, strings.TrimRight(part, " "))
		}
	}
	return out
}

// cutQuoted takes a quoted string from the beginning.
func cutQuoted(s string) (quoted, rest string, ok bool) {
	prefix, err := strconv.QuotedPrefix(s)
	if err != nil || s[0] != '"' {
		return "", "", false
	}
	quoted, err = strconv.Unquote(prefix)
	return quoted, s[len(prefix):], err == nil
}
