package orgfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"
)

// readDocument reads a policy file, JSON or (by its name) YAML. Problems without a file are about the path itself.
func readDocument(path string, read func(string) ([]byte, error)) (Document, origin, Problems) {
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", origin{}, Problems{{Message: fmt.Sprintf("there is no file %q: paths are relative to the organization file", path)}}
	}
	if err != nil {
		return "", origin{}, Problems{{Message: fmt.Sprintf("the file %q cannot be read: %v", path, err)}}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml") {
		root, problems := parseYAML(path, text)
		if problems != nil {
			return "", origin{}, problems
		}
		d := &decoder{file: path, at: map[string]Position{}, origins: map[string]origin{}}
		doc := d.document(root, "", true)
		return doc, d.origins[""], d.problems
	}
	var valid json.RawMessage
	if err := json.Unmarshal(text, &valid); err != nil { // unlike Compact, it tells where the error is
		return "", origin{}, Problems{{syntaxPosition(path, text, err), fmt.Sprintf("not JSON: %v", err)}}
	}
	var b bytes.Buffer
	if err := json.Compact(&b, valid); err != nil {
		return "", origin{}, Problems{{Position{path, 1, 1}, fmt.Sprintf("not JSON: %v", err)}}
	}
	return Document(b.String()), origin{string(text), func(line, column int) Position { return Position{path, line, column} }}, nil
}

// syntaxPosition gives the place of a JSON syntax error.
func syntaxPosition(path string, text []byte, err error) Position {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return Position{path, 1, 1}
	}
	before := text[:min(max(int(syntax.Offset)-1, 0), len(text))]
	return Position{path, 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])}
}

// SameDocument tells whether two policy documents say the same: white space and the order of keys do not matter, nor
// does the order of texts in a list, nor whether a single text stands in a list, nor how an account is written as a principal.
// What is not JSON is compared as text.
func SameDocument(a, b string) bool {
	if a == b {
		return true
	}
	ca, errA := canonical(a)
	cb, errB := canonical(b)
	return errA == nil && errB == nil && ca == cb
}

// canonical gives one text for all documents that say the same.
func canonical(text string) (string, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return "", err
	}
	out, err := json.Marshal(normal(v, ""))
	return string(out), err
}

// normal puts a JSON value into its canonical form; key is the key it stands under.
func normal(v any, key string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			v[k] = normal(item, k)
		}
		if key == "Statement" {
			return []any{v}
		}
		return v
	case []any:
		return normalList(v, key)
	case string:
		return []string{normalText(v, key)}
	case json.Number, bool:
		return []string{fmt.Sprint(v)}
	}
	return v
}

// normalList makes a set of a list of texts; other lists keep their order.
func normalList(list []any, key string) any {
	texts := make([]string, 0, len(list))
	for _, item := range list {
		switch item := item.(type) {
		case string:
			texts = append(texts, normalText(item, key))
		case json.Number, bool:
			texts = append(texts, fmt.Sprint(item))
		}
	}
	if len(texts) == len(list) {
		slices.Sort(texts)
		return slices.Compact(texts)
	}
	for i := range list {
		list[i] = normal(list[i], "")
	}
	return list
}

// normalText writes an account as a principal the way IAM keeps it.
func normalText(s, key string) string {
	if key == "AWS" && accountNumber.MatchString(s) {
		return "arn:aws:iam::" + s + ":root"
	}
	return s
}
