package unserved

import (
	_ "embed"
	"slices"
	"strings"

	"umbel/iampolicy/actions"
	"umbel/internal/op"
)

//go:embed data/keys.txt
var keysFile string

// keys derives the condition keys that the action table has for the action and the resource, from the request's members.
func (r *request) keys(arn string, a *actions.Action, res *actions.ActionResource) []op.Key {
	var list []op.Key
	if a == nil {
		return nil
	}
	templates := slices.Clone(a.Keys)
	if res != nil {
		templates = append(templates, res.Keys...)
	}
	all := templates
	if res != nil {
		all = slices.Concat(templates, res.Type.Keys)
		slices.Sort(all)
		all = slices.Compact(all)
	}
	for _, name := range all {
		switch {
		case name == "aws:TagKeys" || strings.HasPrefix(name, "aws:RequestTag/"):
			continue // together, below
		case strings.HasSuffix(name, ":Region"):
			list = append(list, op.Key{Name: name, Values: []string{r.region}})
		case strings.Contains(name, "${"):
			list = append(list, r.attributes(name)...)
		default:
			if v := r.keyValues(name); len(v) > 0 {
				list = append(list, op.Key{Name: name, Values: about(arn, v)})
			}
		}
	}
	if slices.Contains(templates, "aws:TagKeys") {
		list = append(list, r.tagKeys(arn)...)
	}
	if slices.Contains(templates, "dynamodb:LeadingKeys") {
		list = append(list, r.leadingKeys()...)
	}
	return list
}

// about gives of several values the one that the resource is named by, if one is: that is the one about it.
func about(arn string, values []string) []string {
	name := arn[strings.LastIndexAny(arn, "/:")+1:]
	if len(values) > 1 && slices.Contains(values, name) {
		return []string{name}
	}
	return values
}

// keyValues gives the values of a key: of the members that the data name, or of the one that is called like the key.
func (r *request) keyValues(name string) []string {
	if members, ok := r.keySource[name]; ok {
		for _, m := range members {
			if operation, fixed, ok := strings.Cut(m, "="); ok && operation == r.op.Name {
				return []string{fixed}
			}
			if v := r.members.get(m); len(v) > 0 {
				return v
			}
		}
		return nil
	}
	_, short, _ := strings.Cut(name, ":")
	return r.members.get(short)
}

// attributes gives the values of ec2:Attribute/NAME: what a call that modifies an attribute sets it to.
func (r *request) attributes(name string) []op.Key {
	prefix, ok := strings.CutSuffix(name, "/${AttributeName}")
	if !ok {
		return nil
	}
	var list []op.Key
	for _, m := range r.members.names() {
		if v := r.members.get(m + ".Value"); len(v) > 0 {
			list = append(list, op.Key{Name: prefix + "/" + m, Values: v})
		}
	}
	if attribute, v := r.members.one("Attribute"), r.members.get("Value"); attribute != "" && len(v) > 0 {
		list = append(list, op.Key{Name: prefix + "/" + strings.ToUpper(attribute[:1]) + attribute[1:], Values: v})
	}
	return list
}

// tagKeys gives the keys of the tags that the request puts on a resource or takes off it.
func (r *request) tagKeys(arn string) []op.Key {
	if names := r.members.get("TagKeys"); len(names) > 0 {
		return []op.Key{op.TagKeys(names)}
	}
	return op.RequestTags(r.tags(arn), func(t *tag) (string, string) { return t.key, t.value })
}
