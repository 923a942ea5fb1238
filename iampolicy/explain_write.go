package iampolicy

import "strings"

// write gives a policy's text anew, in one line. A version that was left out stays so: it decides about variables.
func (t *syntaxTree) write() string {
	w := &treeWriter{}
	w.b.WriteString("{")
	if t.version.text != "" {
		w.member("Version")
		w.quote(t.version.text)
	}
	w.member("Statement")
	w.b.WriteString("[")
	for i := range t.statements {
		w.comma(i)
		w.statement(&t.statements[i])
	}
	w.b.WriteString("]}")
	return w.b.String()
}

type treeWriter struct{ b strings.Builder }

func (w *treeWriter) comma(i int) {
	if i > 0 {
		w.b.WriteString(",")
	}
}

// member begins a member of an object; all but the first get a comma.
func (w *treeWriter) member(name string) {
	if !strings.HasSuffix(w.b.String(), "{") {
		w.b.WriteString(",")
	}
	w.quote(name)
	w.b.WriteString(":")
}

func (w *treeWriter) quote(s string) { quoteJSON(&w.b, s) }

func (w *treeWriter) statement(n *statementNode) {
	w.b.WriteString("{")
	if n.sid.text != "" {
		w.member("Sid")
		w.quote(n.sid.text)
	}
	w.member("Effect")
	w.quote(n.effect.text)
	w.principal("Principal", &n.principal)
	w.principal("NotPrincipal", &n.notPrincipal)
	w.element("Action", &n.action)
	w.element("NotAction", &n.notAction)
	w.element("Resource", &n.resource)
	w.element("NotResource", &n.notResource)
	if len(n.conditions) > 0 {
		w.conditions(n.conditions)
	}
	w.b.WriteString("}")
}

func (w *treeWriter) element(name string, e *element) {
	if e.present() {
		w.member(name)
		w.list(e.values)
	}
}

func (w *treeWriter) list(values []located) {
	w.b.WriteString("[")
	for i := range values {
		w.comma(i)
		w.quote(values[i].text)
	}
	w.b.WriteString("]")
}

func (w *treeWriter) principal(name string, p *principalNode) {
	switch {
	case p.any:
		w.member(name)
		w.quote("*")
	case p.present():
		w.member(name)
		w.b.WriteString("{")
		for i := range p.groups {
			w.member(p.groups[i].kind.text)
			w.list(p.groups[i].values)
		}
		w.b.WriteString("}")
	}
}

// conditions writes the conditions, which stand in the order of their operators.
func (w *treeWriter) conditions(list []conditionNode) {
	w.member("Condition")
	w.b.WriteString("{")
	for i := range list {
		if i == 0 || list[i].operator != list[i-1].operator {
			if i > 0 {
				w.b.WriteString("}")
			}
			w.member(list[i].operator.text)
			w.b.WriteString("{")
		}
		w.member(list[i].key.text)
		w.list(list[i].values)
	}
	w.b.WriteString("}}")
}
