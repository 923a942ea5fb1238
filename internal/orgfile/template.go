package orgfile

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"umbel/internal/yamlfile"
)

// templateFiles are the built-in templates, one JSON file each. In a document a text may contain <name> for a parameter:
// a list takes the text's place once for each value, and a key whose list has no values is left out.
//
//go:embed templates/*.json
var templateFiles embed.FS

// Template is a policy with parameters.
type Template struct {
	Name        string
	Title       string               `json:"title"`
	Description string               `json:"description"`
	Type        string               `json:"type"`
	Parameters  map[string]Parameter `json:"parameters"`
	Document    json.RawMessage      `json:"document"`
}

// Parameter is a parameter of a template.
type Parameter struct {
	Description string   `json:"description"`
	Required    bool     `json:"required"`
	Single      bool     `json:"single"`  // one text, not a list
	Pattern     string   `json:"pattern"` // what each value must match
	Say         string   `json:"say"`     // what the pattern means, for people
	Default     []string `json:"default"`
}

// Templates gives the built-in templates by name, in alphabetical order.
func Templates() ([]Template, error) {
	entries, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	out := make([]Template, 0, len(entries))
	for _, e := range entries {
		t, err := template(strings.TrimSuffix(e.Name(), ".json"))
		if err != nil {
			return nil, err
		}
		out = append(out, *t)
	}
	return out, nil
}

// templateNames gives the names of the built-in templates.
func templateNames() []string {
	entries, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil // the directory is part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".json")
	}
	return names
}

// template gives one built-in template.
func template(name string) (*Template, error) {
	text, err := templateFiles.ReadFile("templates/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("there is no template %q: %w", name, err)
	}
	t := &Template{Name: name}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return t, nil
}

// fillTemplate makes a policy's text from its template and parameters.
func (c *checker) fillTemplate(at string, p *Policy) {
	if names := templateNames(); !slices.Contains(names, p.Template) {
		c.problem(at+".template", "there is no template %q%s: there are %s", p.Template, yamlfile.Nearest(p.Template, names), strings.Join(names, ", "))
		return
	}
	t, err := template(p.Template)
	if err != nil {
		c.problem(at+".template", "%v", err)
		return
	}
	if p.Type != "" && p.Type != t.Type {
		c.problem(at+".type", "template %q is a %s", t.Name, t.Type)
		return
	}
	p.Type = t.Type
	if p.Description == "" {
		p.Description = t.Description
	}
	values, ok := c.parameters(at, p, t)
	if !ok {
		return
	}
	if p.text, err = t.Fill(values); err != nil {
		c.problem(at+".template", "template %q: %v", t.Name, err)
	}
}

// parameters gives the values of a template's parameters, the defaults included, and whether they are right.
func (c *checker) parameters(at string, p *Policy, t *Template) (map[string][]string, bool) {
	before := len(c.source.Problems)
	known := slices.Sorted(maps.Keys(t.Parameters))
	for _, name := range slices.Sorted(maps.Keys(p.With)) {
		if _, ok := t.Parameters[name]; !ok {
			c.problem(at+".with."+name+".", "template %q has no parameter %q%s: it has %s", t.Name, name, yamlfile.Nearest(name, known), orNone(known))
		}
	}
	values := map[string][]string{}
	for _, name := range known {
		parameter := t.Parameters[name]
		given, ok := p.With[name]
		if !ok {
			given = parameter.Default
		}
		values[name] = given
		here := at + ".with." + name
		if parameter.Required && len(given) == 0 {
			c.problem(here, "template %q needs the parameter %s in with: %s", t.Name, name, parameter.Description)
		}
		if parameter.Single && len(given) > 1 {
			c.problem(here, "the parameter %s of template %q takes one value, not %d", name, t.Name, len(given))
		}
		for i, v := range given {
			if parameter.Pattern != "" && !yamlfile.Matches(parameter.Pattern, v) {
				c.problem(fmt.Sprintf("%s[%d]", here, i), "%q is not %s", v, parameter.Say)
			}
		}
	}
	return values, len(c.source.Problems) == before
}

// Fill gives the template's document with its parameters replaced, as JSON without white space.
func (t *Template) Fill(values map[string][]string) (string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(t.Document, &doc); err != nil {
		return "", err
	}
	root := fill(doc.Content[0], values)
	if len(root) != 1 {
		return "", fmt.Errorf("the document of template %s is not one value", t.Name)
	}
	return yamlfile.JSON(root[0]), nil
}

// placeholder is a parameter within a text.
var placeholder = regexp.MustCompile(`<([A-Za-z]+)>`)

// fill gives what takes a node's place: nothing, one node or, for a list parameter, several.
func fill(n *yaml.Node, values map[string][]string) []*yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		return fillMapping(n, values)
	case yaml.SequenceNode:
		out := *n
		out.Content = nil
		for _, item := range n.Content {
			out.Content = append(out.Content, fill(item, values)...)
		}
		return []*yaml.Node{&out}
	}
	m := placeholder.FindStringSubmatch(n.Value)
	if m == nil {
		return []*yaml.Node{n}
	}
	var out []*yaml.Node
	for _, v := range values[m[1]] {
		text := *n
		text.Value = strings.ReplaceAll(n.Value, m[0], v)
		out = append(out, &text)
	}
	return out
}

// fillMapping fills the values of a mapping. Keys whose value is gone are left out, and so is a mapping that loses all keys.
func fillMapping(n *yaml.Node, values map[string][]string) []*yaml.Node {
	out := *n
	out.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		filled := fill(value, values)
		switch len(filled) {
		case 0:
			continue
		case 1:
			value = filled[0]
		default:
			value = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: filled}
		}
		out.Content = append(out.Content, key, value)
	}
	if len(out.Content) == 0 && len(n.Content) > 0 {
		return nil
	}
	return []*yaml.Node{&out}
}
