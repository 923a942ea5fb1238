package wire

import (
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"umbel/internal/model"
)

// plainText refuses text that no store can hold.
func plainText(s string) (string, error) {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return "", malformed("The request contains a value that is not valid UTF-8 text.")
	}
	return s, nil
}

// encodeParts writes what is not in the body: status and headers.
func encodeParts(op *model.Operation, out *bound, h http.Header) (status int) {
	status = op.Status
	for i := range out.node.fields {
		f := &out.node.fields[i]
		fv := out.value.Field(f.index)
		if f.member.Location == "" || fv.IsNil() {
			continue
		}
		if f.pointer {
			fv = fv.Elem()
		}
		switch f.member.Location {
		case "statusCode":
			status = int(fv.Int())
		case "header":
			h[http.CanonicalHeaderKey(f.wire)] = []string{headerText(f, fv)}
		case "headers":
			for _, k := range sortedKeys(fv) {
				h[f.wire+k] = []string{oneLine(fv.MapIndex(reflect.ValueOf(k)).String())}
			}
		}
	}
	return status
}

// headerText writes a member as a header's value.
func headerText(f *field, fv reflect.Value) string {
	if f.member.JSONValue {
		return base64.StdEncoding.EncodeToString([]byte(fv.String()))
	}
	if f.node.shape.Type != model.List {
		return scalarText(f.node, fv, formatOf(f.member.TimestampFormat, f.node.shape.TimestampFormat, httpDate))
	}
	parts := make([]string, fv.Len())
	for i := range parts {
		parts[i] = scalarText(f.node.elem, fv.Index(i), formatOf("", f.node.elem.shape.TimestampFormat, httpDate))
		if strings.ContainsAny(parts[i], `,"`) && f.node.elem.shape.Type == model.String {
			parts[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(parts[i]) + `"`
		}
	}
	return strings.Join(parts, ",")
}

// scalarText writes a scalar without the escaping of XML.
func scalarText(n *node, v reflect.Value, format string) string {
	if n.shape.Type == model.String || n.shape.Type == model.Character {
		return oneLine(v.String())
	}
	return string(appendText(nil, n, v, format))
}

// oneLine keeps a value from ending its header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' {
			return ' '
		}
		return r
	}, s)
}
