package orgfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

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
