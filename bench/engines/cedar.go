package main

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"umbel/internal/policyload"
)

// cedarEngine decides by cedar-go: a policy set for each layer, since "every layer allows" is not one decision of Cedar's.
// The first set that does not allow ends it. Requests and entities are made beforehand.
type cedarEngine struct {
	sets     []*cedar.PolicySet
	entities cedar.EntityMap
	requests []cedar.Request
}

func newCedar(w *policyload.Workload) (engine, error) {
	all, err := layers(w)
	if err != nil {
		return nil, err
	}
	e := &cedarEngine{entities: cedar.EntityMap{}}
	for _, l := range all {
		set, err := cedar.NewPolicySetFromBytes(l.name+".cedar", []byte(cedarPolicies(&l)))
		if err != nil {
			return nil, fmt.Errorf("cedar: %s: %w", l.name, err)
		}
		e.sets = append(e.sets, set)
	}
	for i := range w.Requests {
		r := &w.Requests[i]
		context := cedar.RecordMap{"action": cedar.String(r.Action), "resource": cedar.String(r.Resource)}
		for _, k := range r.Keys {
			context[cedar.String(k.Name)] = cedar.String(k.Value)
		}
		e.requests = append(e.requests, cedar.Request{
			Principal: cedar.NewEntityUID("Role", cedar.String(w.Principal.RoleARN)), Action: cedar.NewEntityUID("Action", cedar.String(r.Action)),
			Resource: cedar.NewEntityUID("Resource", cedar.String(r.Resource)), Context: cedar.NewRecord(context),
		})
	}
	return e, nil
}

func (e *cedarEngine) decide(i int) (bool, error) {
	for _, set := range e.sets {
		decision, diagnostic := cedar.Authorize(set, e.entities, e.requests[i])
		if len(diagnostic.Errors) > 0 {
			return false, fmt.Errorf("cedar: %v", diagnostic.Errors[0])
		}
		if decision != cedar.Allow {
			return false, nil
		}
	}
	return true, nil
}

func cedarPolicies(l *layer) string {
	var b strings.Builder
	if l.denies {
		b.WriteString("permit (principal, action, resource);\n")
	}
	for i := range l.statements {
		s := &l.statements[i]
		effect := "permit"
		if s.deny {
			effect = "forbid"
		}
		scope, when := cedarAction(s.actions)
		if len(s.resources) > 0 {
			when = append(when, cedarAny(`context.resource like "%s"`, s.resources))
		}
		for j := range s.conditions {
			when = append(when, cedarCondition(&s.conditions[j]))
		}
		fmt.Fprintf(&b, "%s (principal, %s, resource)", effect, scope)
		if len(when) > 0 {
			fmt.Fprintf(&b, " when { %s }", strings.Join(when, " && "))
		}
		b.WriteString(";\n")
	}
	return b.String()
}

// cedarAction gives the scope where all actions are written out, else a condition.
func cedarAction(actions []string) (scope string, when []string) {
	var exact, either []string
	for _, a := range actions {
		if a == "*" {
			return "action", nil
		}
		if strings.HasSuffix(a, "*") {
			either = append(either, fmt.Sprintf(`context.action like "%s"`, a))
			continue
		}
		exact = append(exact, fmt.Sprintf(`Action::"%s"`, a))
		either = append(either, fmt.Sprintf(`action == Action::"%s"`, a))
	}
	if len(exact) == len(actions) {
		if len(exact) == 1 {
			return "action == " + exact[0], nil
		}
		return "action in [" + strings.Join(exact, ", ") + "]", nil
	}
	return "action", []string{"(" + strings.Join(either, " || ") + ")"}
}

func cedarAny(format string, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprintf(format, v)
	}
	return "(" + strings.Join(out, " || ") + ")"
}

// cedarCondition writes a condition. Cedar has no operator that takes a missing attribute: "has" comes first.
func cedarCondition(c *condition) string {
	key := fmt.Sprintf("context[%q]", c.key)
	var text string
	switch c.operator {
	case "StringEquals":
		text = fmt.Sprintf("[%s].contains(%s)", quoted(c.values), key)
	case "Bool":
		text = cedarAny(key+` == "%s"`, c.values)
	default:
		text = cedarAny(key+` like "%s"`, c.values)
	}
	has := fmt.Sprintf("context has %q", c.key)
	switch {
	case c.negated:
		return fmt.Sprintf("!(%s && %s)", has, text)
	case c.ifExists:
		return fmt.Sprintf("(!(%s) || %s)", has, text)
	}
	return fmt.Sprintf("(%s && %s)", has, text)
}
