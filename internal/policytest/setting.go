package policytest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/yamlfile"
)

// setting is what holds for a case: its own, and the defaults where it says nothing.
type setting struct {
	Setting
	loader *loader
	at     string
}

// setting merges a case with the defaults.
func (l *loader) setting(at string, c *Case) *setting {
	s := &setting{Setting: c.Setting, loader: l, at: at}
	d := &l.Defaults
	missing := func(key string) bool { return !l.source.Has(at + "." + key) }
	inherit := map[string]func(){
		"principal":       func() { s.Principal = d.Principal },
		"action":          func() { s.Action = d.Action },
		"resource":        func() { s.Resource = d.Resource },
		"resourceAccount": func() { s.ResourceAccount = d.ResourceAccount },
		"identity":        func() { s.Identity = d.Identity },
		"boundary":        func() { s.Boundary = d.Boundary },
		"session":         func() { s.Session = d.Session },
		"resourcePolicy":  func() { s.ResourcePolicy = d.ResourcePolicy },
		"serviceControl":  func() { s.ServiceControl = d.ServiceControl },
		"resourceControl": func() { s.ResourceControl = d.ResourceControl },
		"fullAccess":      func() { s.FullAccess = d.FullAccess },
	}
	for key, take := range inherit {
		if missing(key) {
			take()
		}
	}
	s.Context = s.contexts(d.Context)
	if len(s.Resource) == 0 {
		s.Resource = yamlfile.Values{"*"}
	}
	return s
}

// contexts lays the case's condition keys over those of the defaults, each combination of the two.
func (s *setting) contexts(defaults []map[string]yamlfile.Values) []map[string]yamlfile.Values {
	own := s.Setting.Context
	if len(own) == 0 {
		own = []map[string]yamlfile.Values{nil}
	}
	if len(defaults) == 0 {
		defaults = []map[string]yamlfile.Values{nil}
	}
	var out []map[string]yamlfile.Values
	for i, over := range own {
		s.checkKeys(fmt.Sprintf("%s[%d]", s.at+".context", i), over)
	}
	for _, base := range defaults {
		for _, over := range own {
			merged := map[string]yamlfile.Values{}
			maps.Copy(merged, base)
			for key, values := range over {
				for known := range merged {
					if strings.EqualFold(known, key) {
						delete(merged, known)
					}
				}
				merged[key] = values
			}
			out = append(out, merged)
		}
	}
	return out
}

// checkKeys finds condition keys that are there twice, in different case.
func (s *setting) checkKeys(path string, keys map[string]yamlfile.Values) {
	first := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if lower := strings.ToLower(key); first[lower] {
			s.loader.problem(path+"."+key+".", "the condition key %q is here twice: keys are matched without regard to case", key)
		} else {
			first[lower] = true
		}
	}
}

// path gives the path of a key's value, in the case or in the defaults.
func (s *setting) path(key string) string {
	if own := s.at + "." + key; s.loader.source.Has(own) {
		return own
	}
	if s.loader.source.Has("defaults." + key) {
		return "defaults." + key
	}
	return s.at
}

// placeholder is ${name}.
var placeholder = regexp.MustCompile(`\$\{([^{}]*)\}`)

// maxFill bounds how often placeholders are replaced by texts with placeholders: one that holds itself never ends.
const maxFill = 8

// fill replaces the placeholders of a text, the inner ones first. An unknown one is noted.
func (l *loader) fill(path, text string, values map[string]string) string {
	for range maxFill {
		if !strings.Contains(text, "${") {
			return text
		}
		unknown := false
		text = placeholder.ReplaceAllStringFunc(text, func(found string) string {
			name := found[2 : len(found)-1]
			value, ok := values[name]
			if !ok {
				l.problem(path, "nothing stands for %s%s: there are %s", found, yamlfile.Nearest(name, slices.Collect(maps.Keys(values))), strings.Join(slices.Sorted(maps.Keys(values)), ", "))
				unknown = true
			}
			return value
		})
		if unknown {
			return text
		}
	}
	l.problem(path, "the placeholders of %q have no end: a value holds itself, or a brace is not closed", text)
	return text
}

// fillDocument replaces in a policy the placeholders that stand for something; others are the policy's own variables.
func fillDocument(text yamlfile.Document, values map[string]string) string {
	filled := string(text)
	for range maxFill {
		before := filled
		filled = placeholder.ReplaceAllStringFunc(filled, func(found string) string {
			if value, ok := values[found[2:len(found)-1]]; ok {
				quoted := yamlfile.Quote(value)
				return quoted[1 : len(quoted)-1]
			}
			return found
		})
		if filled == before {
			break
		}
	}
	return filled
}

// named makes sources of policies by name, in alphabetical order.
func (s *setting) named(key string, kind iampolicy.Kind, policies map[string]yamlfile.Document, values map[string]string) []iampolicy.Source {
	var out []iampolicy.Source
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		out = append(out, s.source(s.path(key)+"."+name, name, kind, policies[name], values))
	}
	return out
}

// source makes a source of a policy of the file and checks its grammar.
func (s *setting) source(path, name string, kind iampolicy.Kind, text yamlfile.Document, values map[string]string) iampolicy.Source {
	l := s.loader
	filled := fillDocument(text, values)
	if key := path + "\x00" + string(rune(kind)) + filled; !l.checked[key] {
		l.checked[key] = true
		l.source.Validate(path, kind, filled, "not a valid policy")
	}
	return iampolicy.Source{ID: name, Document: l.document(filled)}
}

// document compiles each text once.
func (l *loader) document(text string) *iampolicy.Document {
	d := l.compiled[text]
	if d == nil {
		d = iampolicy.NewDocument(text)
		l.compiled[text] = d
	}
	return d
}
