package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"umbel/internal/policyload"
)

// statement is a statement of one of the workload's policies, read far enough to be written in another language.
type statement struct {
	deny       bool
	actions    []string
	resources  []string // empty: any
	conditions []condition
}

// condition is one operator with one key, without its IfExists and its negation.
type condition struct {
	operator string // StringEquals, StringLike, ArnLike or Bool
	negated  bool
	ifExists bool
	key      string
	values   []string
}

// names is what is true of the workload's principal whatever it asks for: how a policy's Principal and variables come out.
type names struct {
	principal policyload.Principal
	variables *strings.Replacer
}

func namesOf(w *policyload.Workload) names {
	var pairs []string
	for _, k := range w.Requests[0].Keys {
		if strings.HasPrefix(k.Name, "aws:PrincipalTag/team") {
			pairs = append(pairs, "${"+k.Name+"}", k.Value)
		}
	}
	return names{w.Principal, strings.NewReplacer(pairs...)}
}

// statements reads policies. Statements whose Principal does not name the caller are left out, and so are those that only
// delegate to its account: within one account they grant nothing.
func (n names) statements(policies ...policyload.Policy) ([]statement, error) {
	var out []statement
	for _, p := range policies {
		var doc struct {
			Statement []struct {
				Effect           string
				Principal        any
				Action, Resource any
				Condition        map[string]map[string][]string
			}
		}
		if err := json.Unmarshal([]byte(p.Text), &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		for _, s := range doc.Statement {
			if !n.names(s.Principal) {
				continue
			}
			st := statement{deny: s.Effect == "Deny", actions: list(s.Action)}
			for _, r := range list(s.Resource) {
				st.resources = append(st.resources, n.variables.Replace(r))
			}
			if slices.Contains(st.resources, "*") {
				st.resources = nil
			}
			for operator, keys := range s.Condition {
				for key, values := range keys {
					c, err := readCondition(operator, key, values)
					if err != nil {
						return nil, fmt.Errorf("%s: %w", p.Name, err)
					}
					st.conditions = append(st.conditions, c)
				}
			}
			slices.SortFunc(st.conditions, func(a, b condition) int { return strings.Compare(a.operator+a.key, b.operator+b.key) })
			out = append(out, st)
		}
	}
	return out, nil
}

func (n names) names(principal any) bool {
	switch p := principal.(type) {
	case nil:
		return true
	case string:
		return p == "*"
	case map[string]any:
		return p["AWS"] == n.principal.RoleARN || p["AWS"] == n.principal.ARN
	}
	return false
}

func readCondition(operator, key string, values []string) (condition, error) {
	c := condition{key: key, values: values}
	operator, c.ifExists = strings.CutSuffix(operator, "IfExists")
	switch operator {
	case "StringNotEquals", "StringNotLike", "ArnNotLike":
		c.negated = true
		operator = strings.Replace(operator, "Not", "", 1)
	case "StringEquals", "StringLike", "ArnLike", "Bool":
	default:
		return c, fmt.Errorf("operator %s is not translated", operator)
	}
	c.operator = operator
	return c, nil
}

func list(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, e := range v {
			out = append(out, e.(string))
		}
	}
	return out
}

// layer is a set of statements of which one has to allow and none may deny.
type layer struct {
	name       string
	statements []statement
	denies     bool // it only denies
}

// layers splits a workload so that a request is allowed if every layer allows it, and none denies. RCPs all allow
// everything at each level, and the resource's policy grants the caller nothing: what is left of both are their denials.
func layers(w *policyload.Workload) ([]layer, error) {
	n := namesOf(w)
	var out []layer
	add := func(name string, denies bool, policies ...policyload.Policy) error {
		list, err := n.statements(policies...)
		if denies {
			list = slices.DeleteFunc(list, func(s statement) bool { return !s.deny })
		}
		out = append(out, layer{name, list, denies})
		return err
	}
	for i, l := range w.ServiceControl {
		if err := add(fmt.Sprintf("scp%d", i), false, l.Policies...); err != nil {
			return nil, err
		}
	}
	var rcps []policyload.Policy
	for _, l := range w.ResourceControl {
		rcps = append(rcps, l.Policies...)
	}
	return out, errors.Join(
		add("rcp", true, rcps...),
		add("resource", true, w.Resource),
		add("identity", false, w.Identity...),
		add("boundary", false, w.Boundary),
		add("session", false, w.Session),
	)
}
