package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"umbel/internal/policyload"
)

// regoEngine decides by OPA: one prepared query, inputs parsed beforehand. Equal conditions are one rule, which OPA evaluates
// once for a query; actions are compared with == or startswith.
type regoEngine struct {
	query  rego.PreparedEvalQuery
	inputs []ast.Value
}

func newRego(w *policyload.Workload) (engine, error) {
	all, err := layers(w)
	if err != nil {
		return nil, err
	}
	text := regoModule(all)
	query, err := rego.New(rego.Query("data.umbel.allow"), rego.Module("umbel.rego", text)).PrepareForEval(context.Background())
	if err != nil {
		return nil, fmt.Errorf("rego: %w", err)
	}
	e := &regoEngine{query: query}
	for i := range w.Requests {
		r := &w.Requests[i]
		keys := map[string]any{}
		for _, k := range r.Keys {
			keys[k.Name] = k.Value
		}
		v, err := ast.InterfaceToValue(map[string]any{"action": r.Action, "resource": r.Resource, "ctx": keys})
		if err != nil {
			return nil, fmt.Errorf("rego: %w", err)
		}
		e.inputs = append(e.inputs, v)
	}
	return e, nil
}

func (e *regoEngine) decide(i int) (bool, error) {
	rs, err := e.query.Eval(context.Background(), rego.EvalParsedInput(e.inputs[i]))
	return err == nil && rs.Allowed(), err
}

// regoWriter writes a module; conditions are numbered by their text.
type regoWriter struct {
	strings.Builder
	known map[string]string
	after strings.Builder // the rules of conditions
}

func regoModule(all []layer) string {
	w := &regoWriter{known: map[string]string{}}
	w.WriteString("package umbel\n\ndefault allow := false\n\nallow if {\n\tnot deny\n")
	for _, l := range all {
		if !l.denies {
			fmt.Fprintf(w, "\t%s\n", l.name)
		}
	}
	w.WriteString("}\n")
	for _, l := range all {
		for i := range l.statements {
			s := &l.statements[i]
			head := l.name
			if s.deny {
				head = "deny"
			}
			w.statement(head, s)
		}
	}
	return w.String() + w.after.String()
}

// statement writes a rule for every action pattern and resource of a statement, each of which is enough.
func (w *regoWriter) statement(head string, s *statement) {
	resources := s.resources
	if resources == nil {
		resources = []string{""}
	}
	for _, action := range s.actions {
		for _, resource := range resources {
			fmt.Fprintf(w, "\n%s if {\n", head)
			switch prefix, star := strings.CutSuffix(action, "*"); {
			case !star:
				fmt.Fprintf(w, "\tinput.action == %q\n", action)
			case prefix != "":
				fmt.Fprintf(w, "\tstartswith(input.action, %q)\n", prefix)
			}
			if resource != "" {
				fmt.Fprintf(w, "\t%s\n", w.rule([]string{fmt.Sprintf("glob.match(%q, [\":\"], input.resource)", resource)}))
			}
			for i := range s.conditions {
				fmt.Fprintf(w, "\t%s\n", w.condition(&s.conditions[i]))
			}
			if action == "*" && resource == "" && len(s.conditions) == 0 {
				w.WriteString("\ttrue\n")
			}
			w.WriteString("}\n")
		}
	}
}

// condition gives the expression of a condition. An undefined key makes a rule undefined, and "not" of it true.
func (w *regoWriter) condition(c *condition) string {
	key := fmt.Sprintf("input.ctx[%q]", c.key)
	var bodies []string
	for _, v := range c.values {
		switch c.operator {
		case "StringEquals":
			bodies = append(bodies, fmt.Sprintf("%s == %q", key, v))
		case "StringLike":
			if prefix, ok := strings.CutSuffix(v, "*"); ok && !strings.ContainsAny(prefix, "*?") {
				bodies = append(bodies, fmt.Sprintf("startswith(%s, %q)", key, prefix))
			} else {
				bodies = append(bodies, fmt.Sprintf("glob.match(%q, [], %s)", v, key))
			}
		case "ArnLike":
			bodies = append(bodies, fmt.Sprintf("glob.match(%q, [\":\"], %s)", v, key))
		case "Bool":
			bodies = append(bodies, fmt.Sprintf("lower(%s) == %q", key, v))
		}
	}
	if c.operator == "StringEquals" && len(bodies) > 1 {
		bodies = []string{fmt.Sprintf("%s in {%s}", key, quoted(c.values))}
	}
	if c.ifExists && !c.negated {
		bodies = append(bodies, "not "+key)
	}
	if c.negated { // a missing key meets it, with or without IfExists
		return "not " + w.rule(bodies)
	}
	return w.rule(bodies)
}

// rule gives the name of a rule that holds if one of the bodies does.
func (w *regoWriter) rule(bodies []string) string {
	text := strings.Join(bodies, "\n")
	name, ok := w.known[text]
	if !ok {
		name = fmt.Sprintf("c%d", len(w.known))
		w.known[text] = name
		for _, b := range bodies {
			fmt.Fprintf(&w.after, "\n%s if %s\n", name, b)
		}
	}
	return name
}

func quoted(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprintf("%q", v)
	}
	return strings.Join(out, ", ")
}
