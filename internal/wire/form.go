package wire

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// form is a query or form body as parameters in the order of their names, so that everything below a prefix is one run.
type form []param

type param struct{ name, value string }

// maxParams bounds how many parameters a request may have.
const maxParams = 20_000

// parseForm reads application/x-www-form-urlencoded text. Of several parameters with one name the first counts.
func parseForm(text string) (form, error) {
	if strings.Count(text, "&") >= maxParams {
		return nil, malformed("The request has too many parameters.")
	}
	f := make(form, 0, 8)
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, err := unescape(name)
		if err != nil {
			return nil, err
		}
		if value, err = unescape(value); err != nil {
			return nil, err
		}
		f = append(f, param{name, value})
	}
	slices.SortStableFunc(f, func(a, b param) int { return strings.Compare(a.name, b.name) })
	return f, nil
}

// unescape decodes percent signs and pluses, and refuses what is not text.
func unescape(s string) (string, error) {
	t, err := url.QueryUnescape(s)
	if err != nil {
		return "", malformed("The request contains an invalid escape sequence.")
	}
	if !utf8.ValidString(t) || strings.IndexByte(t, 0) >= 0 {
		return "", malformed("The request contains a value that is not valid UTF-8 text.")
	}
	return t, nil
}

// get finds a parameter by its whole name.
func (f form) get(name string) (string, bool) {
	i, ok := slices.BinarySearchFunc(f, name, func(p param, n string) int { return strings.Compare(p.name, n) })
	if !ok {
		return "", false
	}
	return f[i].value, true
}

// under gives the parameters whose names begin with the prefix and a dot.
func (f form) under(prefix string) form {
	compare := func(p param, next byte) int { return compareNext(p.name, prefix, next) }
	from, _ := slices.BinarySearchFunc(f, '.', compare)
	to, _ := slices.BinarySearchFunc(f[from:], '.'+1, compare)
	return f[from : from+to]
}

// compareNext compares a name with the prefix and one byte more, without putting the two together.
func compareNext(name, prefix string, next byte) int {
	rest, ok := strings.CutPrefix(name, prefix)
	switch {
	case !ok:
		return strings.Compare(name, prefix)
	case rest == "":
		return -1
	case rest[0] != next:
		return int(rest[0]) - int(next)
	}
	return len(rest) - 1
}

// has tells whether the parameter or anything below it is there.
func (f form) has(prefix string) bool {
	_, ok := f.get(prefix)
	return ok || len(f.under(prefix)) > 0
}

// indexes lists the numbers that follow the prefix and a dot, in ascending order. Gaps close: 1, 3, 7 are three elements.
func (f form) indexes(prefix string) ([]int, error) {
	var found []int
	for _, p := range f.under(prefix) {
		text, _, _ := strings.Cut(p.name[len(prefix)+1:], ".")
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || len(text) > 9 {
			return nil, malformed("%s is not a valid index of %s.", text, prefix)
		}
		if len(found) == 0 || found[len(found)-1] != i {
			found = append(found, i)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// action finds the names of the operation and of the API version without decoding the rest.
func action(text string) (name, version string) {
	for part := range strings.SplitSeq(text, "&") {
		key, value, _ := strings.Cut(part, "=")
		if key == "Action" && name == "" {
			name = unescaped(value)
		} else if key == "Version" && version == "" {
			version = unescaped(value)
		}
	}
	return name, version
}

// unescaped decodes a value, or gives it as it is if it cannot be: no operation has a name like that.
func unescaped(s string) string {
	if t, err := unescape(s); err == nil {
		return t
	}
	return s
}
