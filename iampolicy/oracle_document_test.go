package iampolicy

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"
)

// oracleDocument is a policy as the oracle reads it. A malformed one has no statements.
type oracleDocument struct {
	malformed  bool
	statements []*oracleStatement
}

type oracleStatement struct {
	sid                     string
	deny                    bool
	actions, notActions     []pattern // nil: the element is missing
	resources, notResources []pattern
	principal, notPrincipal []namedPrincipal
	conditions              []*oracleCondition
}

// namedPrincipal is one entry of Principal: kind "AWS", "Service", "Federated" or "CanonicalUser".
type namedPrincipal struct{ kind, name string }

// twice marks a JSON object that has a key twice.
const twice = "\x00twice"

// readDocument reads a text by the grammar of the policy language.
func readDocument(text string) *oracleDocument {
	d := &oracleDocument{}
	d.malformed = !d.read(text)
	if d.malformed {
		d.statements = nil
	}
	return d
}

func (d *oracleDocument) read(text string) bool {
	if !utf8.ValidString(text) || !json.Valid([]byte(text)) {
		return false
	}
	in := json.NewDecoder(strings.NewReader(text))
	in.UseNumber()
	v, err := readTree(in)
	if err != nil {
		return false
	}
	top, ok := v.(map[string]any)
	if !ok || !onlyKeys(top, "Version", "Id", "Statement") {
		return false
	}
	version, given := top["Version"]
	if given && version != "2012-10-17" && version != "2008-10-17" {
		return false
	}
	if id, ok := top["Id"]; ok && !isText(id) {
		return false
	}
	var list []any
	switch s := top["Statement"].(type) {
	case map[string]any:
		list = []any{s}
	case []any:
		list = s
	default:
		return false
	}
	for _, s := range list {
		if !d.readStatement(s, version == "2012-10-17") {
			return false
		}
	}
	return true
}

// readTree reads one JSON value; an object that has a key twice is marked.
func readTree(in *json.Decoder) (any, error) {
	t, err := in.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		object := map[string]any{}
		for in.More() {
			key, err := in.Token()
			if err != nil {
				return nil, err
			}
			v, err := readTree(in)
			if err != nil {
				return nil, err
			}
			if _, there := object[key.(string)]; there {
				object[twice] = true
			}
			object[key.(string)] = v
		}
		_, err = in.Token()
		return object, err
	case json.Delim('['):
		array := []any{}
		for in.More() {
			v, err := readTree(in)
			if err != nil {
				return nil, err
			}
			array = append(array, v)
		}
		_, err = in.Token()
		return array, err
	}
	return t, nil
}

func onlyKeys(object map[string]any, known ...string) bool {
	for key := range object {
		if !slices.Contains(known, key) {
			return false
		}
	}
	return true
}

func isText(v any) bool { _, ok := v.(string); return ok }

// texts gives one string or a list of them; scalars may be numbers and booleans too.
func texts(v any, scalars bool) (out []string, ok bool) {
	list, many := v.([]any)
	if !many {
		list = []any{v}
	}
	out = []string{}
	for _, v := range list {
		switch v := v.(type) {
		case string:
			out = append(out, v)
			continue
		case json.Number:
			out = append(out, v.String())
		case bool:
			out = append(out, map[bool]string{true: "true", false: "false"}[v])
		default:
			return nil, false
		}
		if !scalars {
			return nil, false
		}
	}
	return out, true
}

func (d *oracleDocument) readStatement(v any, variables bool) bool {
	in, ok := v.(map[string]any)
	if !ok || !onlyKeys(in, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition") {
		return false
	}
	for _, pair := range [][2]string{{"Principal", "NotPrincipal"}, {"Action", "NotAction"}, {"Resource", "NotResource"}} {
		_, a := in[pair[0]]
		_, b := in[pair[1]]
		if a && b || pair[0] == "Action" && !a && !b {
			return false
		}
	}
	s := &oracleStatement{deny: in["Effect"] == "Deny"}
	if sid, there := in["Sid"]; there {
		s.sid, ok = sid.(string)
	}
	ok = ok && (s.deny || in["Effect"] == "Allow") &&
		readPatterns(in, "Action", &s.actions, actionPatternOf) && readPatterns(in, "NotAction", &s.notActions, actionPatternOf) &&
		readPatterns(in, "Resource", &s.resources, func(r string) pattern { return resourcePatternOf(r, variables) }) &&
		readPatterns(in, "NotResource", &s.notResources, func(r string) pattern { return resourcePatternOf(r, variables) }) &&
		readNames(in, "Principal", &s.principal) && readNames(in, "NotPrincipal", &s.notPrincipal) && s.readConditions(in, variables)
	d.statements = append(d.statements, s)
	return ok
}

func readPatterns(in map[string]any, element string, into *[]pattern, compile func(string) pattern) bool {
	v, there := in[element]
	if !there {
		return true
	}
	list, ok := texts(v, false)
	*into = []pattern{}
	for _, s := range list {
		*into = append(*into, compile(s))
	}
	return ok
}

func readNames(in map[string]any, element string, into *[]namedPrincipal) bool {
	v, there := in[element]
	if !there {
		return true
	}
	if v == "*" {
		*into = []namedPrincipal{{"AWS", "*"}}
		return true
	}
	object, ok := v.(map[string]any)
	if !ok || len(object) == 0 || !onlyKeys(object, "AWS", "Service", "Federated", "CanonicalUser") {
		return false
	}
	*into = []namedPrincipal{}
	for kind, v := range object {
		list, ok := texts(v, false)
		if !ok {
			return false
		}
		for _, name := range list {
			*into = append(*into, namedPrincipal{kind, name})
		}
	}
	return true
}

func (s *oracleStatement) readConditions(in map[string]any, variables bool) bool {
	v, there := in["Condition"]
	if !there {
		return true
	}
	block, ok := v.(map[string]any)
	if !ok || !distinct(block) {
		return false
	}
	for operator, v := range block {
		keys, ok := v.(map[string]any)
		if !ok || !distinct(keys) {
			return false
		}
		for key, v := range keys {
			values, ok := texts(v, true)
			c := &oracleCondition{operator: operator, key: asciiLower(key)}
			if !ok || !c.readOperator() {
				return false
			}
			for _, text := range values {
				c.values = append(c.values, c.readValue(text, variables))
			}
			s.conditions = append(s.conditions, c)
		}
	}
	return true
}

func distinct(object map[string]any) bool { return object[twice] == nil }

// oracleValue is a condition's value in every reading that its operator may want.
type oracleValue struct {
	text    pattern
	raw     string
	number  *big.Rat
	date    *instant
	network *network
}
