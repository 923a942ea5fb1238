package iampolicy

import (
	"slices"
	"strings"
)

// Apply gives the request and the policies as they are with the step taken. Those given stay as they are.
func (s *Step) Apply(req *Request, ps *Policies) (*Request, *Policies) {
	r, p := *req, *ps
	switch s.Kind {
	case SetKey, DropKey:
		r.Context = s.context(req.Context)
	case RemovePolicy, RemoveStatement, Extend:
		s.edit(&p)
	case AddStatement:
		s.add(&p)
	}
	return &r, &p
}

// context copies a context and changes the step's key.
func (s *Step) context(old *Context) *Context {
	c := new(Context)
	for key, values := range old.Keys {
		if !equalFold(key, s.Key) {
			c.Set(key, values...)
		}
	}
	if s.Kind == SetKey {
		c.Set(s.Key, s.Values...)
	}
	return c
}

// edit changes the policy that the step names.
func (s *Step) edit(p *Policies) {
	switch s.Layer {
	case LayerServiceControl:
		s.editLevel(&p.ServiceControl)
	case LayerResourceControl:
		s.editLevel(&p.ResourceControl)
	case LayerIdentity:
		s.editSources(&p.Identity)
	case LayerSession:
		s.editSources(&p.Session)
	case LayerBoundary:
		s.editOne(&p.Boundary)
	case LayerResource:
		s.editOne(&p.Resource)
	}
}

func (s *Step) editLevel(levels *[]Level) {
	*levels = slices.Clone(*levels)
	s.editSources(&(*levels)[s.level].Policies)
}

func (s *Step) editSources(sources *[]Source) {
	*sources = slices.Clone(*sources)
	if s.Kind == RemovePolicy {
		*sources = slices.Delete(*sources, s.source, s.source+1)
		return
	}
	src := &(*sources)[s.source]
	src.Document = s.rewrite(src.Document)
}

func (s *Step) editOne(source **Source) {
	if s.Kind == RemovePolicy {
		*source = nil
		return
	}
	src := **source
	src.Document = s.rewrite(src.Document)
	*source = &src
}

// rewrite gives a document with the step's statement removed or extended. A removed one leaves an empty one behind: the
// others keep their numbers.
func (s *Step) rewrite(d *Document) *Document {
	tree, _ := parseTree(d.Text()) // it was parsed before
	n := &tree.statements[s.Statement]
	switch {
	case s.Kind == RemoveStatement:
		*n = statementNode{effect: located{text: "Deny"}, action: element{offset: 1}}
	case s.Element == "Action":
		n.action.extend(s.Values)
	case s.Element == "NotAction":
		n.notAction.extend(s.Values)
	case s.Element == "Resource":
		n.resource.extend(s.Values)
	case s.Element == "NotResource":
		n.notResource.extend(s.Values)
	default:
		n.principal.offset = 1 // present, also if it was missing
		n.principal.extend(s.Values[0])
	}
	return NewDocument(tree.write())
}

func (e *element) extend(values []string) {
	for _, v := range values {
		e.values = append(e.values, located{text: v})
	}
}

func (p *principalNode) extend(name string) {
	g := principalGroup{kind: located{text: "AWS"}}
	if strings.HasSuffix(name, ".amazonaws.com") {
		g.kind.text = "Service"
	}
	for i := range p.groups {
		if p.groups[i].kind.text == g.kind.text {
			p.groups[i].extend([]string{name})
			return
		}
	}
	g.extend([]string{name})
	p.groups = append(p.groups, g)
}

// add gives the layer a policy that allows what the step says.
func (s *Step) add(p *Policies) {
	n := statementNode{effect: located{text: "Allow"}, action: element{offset: 1}, resource: element{offset: 1}}
	n.action.extend([]string{s.Action})
	n.resource.extend([]string{s.Resource})
	switch s.Layer {
	case LayerServiceControl:
		s.addTo(&p.ServiceControl, n.alone())
	case LayerResourceControl:
		s.addTo(&p.ResourceControl, n.alone())
	case LayerIdentity:
		p.Identity = append(slices.Clip(p.Identity), n.alone())
	case LayerSession:
		p.Session = append(slices.Clip(p.Session), n.alone())
	case LayerBoundary:
		p.Boundary = n.with(p.Boundary)
	case LayerResource:
		n.principal.offset = 1
		n.principal.extend(s.Values[0])
		p.Resource = n.with(p.Resource)
	}
}

func (s *Step) addTo(levels *[]Level, src Source) {
	*levels = slices.Clone(*levels)
	l := &(*levels)[s.level]
	l.Policies = append(slices.Clip(l.Policies), src)
}

// alone makes a policy of one statement.
func (n *statementNode) alone() Source { return *n.with(nil) }

// with makes a policy of a statement and those of another, which may be nil.
func (n *statementNode) with(s *Source) *Source {
	out, tree := Source{ID: "(new)"}, &syntaxTree{}
	if s != nil {
		out.ID = s.ID
		tree, _ = parseTree(s.Document.Text()) // it was parsed before
	}
	tree.statements = append(tree.statements, *n)
	out.Document = NewDocument(tree.write())
	return &out
}
