package iampolicy

import (
	"slices"
	"strings"
)

// ContextKeys lists the condition keys that a policy refers to, in conditions and as variables, each once, spelled as where
// it stands first, sorted. Variables count where they have a meaning: in Resource and NotResource and in the values of
// string, ARN and Bool operators, in version 2012-10-17. The error is a *SyntaxError.
//
// Source: IAM API Reference, GetContextKeysForCustomPolicy.
func ContextKeys(text string) ([]string, error) {
	tree, f := parseTree(text)
	if f != nil {
		return nil, f.syntaxError(text)
	}
	var keys keyList
	variables := tree.version.text == version2012
	for i := range tree.statements {
		s := &tree.statements[i]
		for _, v := range slices.Concat(s.resource.values, s.notResource.values) {
			keys.of(compileTemplate(v.text, grammarResource, variables))
		}
		for j := range s.conditions {
			n := &s.conditions[j]
			keys.add(n.key.text)
			for _, t := range compileCondition(n, variables).texts {
				keys.of(t)
			}
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return keys, nil
}

// keyList holds every key once: keys do not heed case.
type keyList []string

func (l *keyList) add(key string) {
	if !slices.ContainsFunc(*l, func(k string) bool { return equalFold(k, key) }) {
		*l = append(*l, key)
	}
}

func (l *keyList) of(t template) {
	for i := range t.parts {
		if t.parts[i].key != "" {
			l.add(t.parts[i].key)
		}
	}
}
