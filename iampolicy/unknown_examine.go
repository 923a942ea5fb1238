package iampolicy

// answer is a truth value of three-valued logic.
type answer uint8

const (
	no answer = iota
	maybe
	yes
)

func settled(b bool) answer {
	if b {
		return yes
	}
	return no
}

// verdictRange bounds what a policy says, whatever the unknowns are.
type verdictRange struct {
	denies      answer
	least, most grant
	open        bool // some statement's part is not known
	firm        bool // its first deny that may apply is one that does
}

// examine looks once at every policy: which statements apply, which do not, and what those that may ask of the unknowns. It
// tells whether anything is open.
func (q *question) examine() (open bool) {
	q.verdicts = map[*Source]verdictRange{}
	for _, v := range q.blanks {
		open = open || v.layer != LayerNone
	}
	q.policies.each(func(layer Layer, s *Source) {
		v := verdictRange{denies: maybe, most: grantDirect, open: true}
		if q.policyBlank(layer, s.ID) == nil {
			v = q.verdict(layer, s)
		}
		q.verdicts[s] = v
		open = open || v.open
	})
	if f := q.field("kms:ResourceAliases"); f != nil && q.action.service == "kms" {
		// AWS managed keys, known by their aliases, are not under resource control policies.
		q.escaping = true
		q.askUnknown(f, [][]token{append(literalTokens("alias/aws/", oneRune), token{set: anyRune, star: true})}, false)
	}
	return open
}

func (q *question) verdict(layer Layer, s *Source) (v verdictRange) {
	p, err := s.policy()
	if err != nil {
		return verdictRange{denies: yes, firm: true}
	}
	for i := range p.statements {
		s := &p.statements[i]
		if layer == LayerResource && s.who == nil && !s.deny {
			continue // it allows nobody
		}
		applies, least, most := q.applies(p, s)
		switch {
		case applies == no:
			continue
		case s.deny:
			v.firm = v.firm || applies == yes && v.denies == no
			v.denies = max(v.denies, applies)
		case applies == yes:
			v.least, v.most = max(v.least, least), max(v.most, most)
		default:
			v.most = max(v.most, most)
		}
		if applies == maybe || !s.deny && least != most {
			v.open = true
			q.ask(p, s)
		}
	}
	return v
}

// applies tells whether a statement applies, and how closely it may name the caller.
func (q *question) applies(p *Policy, s *statement) (result answer, least, most grant) {
	if matchesAction(s.actions, &q.action) == s.notAction {
		return no, grantNone, grantNone
	}
	result, least, most = yes, grantDirect, grantDirect
	if s.who != nil {
		if least, most = q.names(s); most == grantNone {
			return no, grantNone, grantNone
		} else if least == grantNone {
			result = maybe
		}
	}
	if !s.everything {
		result = min(result, q.resource(s))
	}
	for _, id := range s.conditions {
		result = min(result, q.condition(&p.conditions[id]))
	}
	return result, least, most
}

// names bounds how closely a statement's Principal or NotPrincipal names the caller.
func (q *question) names(s *statement) (least, most grant) {
	who := q.req.Principal
	e := evaluator{who: &who, bounded: q.policies.Boundary != nil}
	if q.arn != nil {
		who.ARN = ""
	}
	if q.role != nil {
		who.RoleARN = ""
	}
	if q.id != nil {
		who.UniqueID = ""
	}
	least = e.names(s)
	most = least
	if (q.arn != nil || q.id != nil) && len(s.who.names) > 0 {
		if s.notPrincipal {
			least = grantNone // the name may be one that is left out
		} else {
			most = grantDirect
		}
	}
	if s.notPrincipal && s.deny && q.further(LayerBoundary) {
		most = grantDirect
	}
	return least, most
}

// further tells whether a layer may have further policies.
func (q *question) further(layer Layer) bool {
	for _, v := range q.blanks {
		if v.layer == layer && v.policy == "" {
			return true
		}
	}
	return false
}

// resource tells whether a statement's Resource or NotResource is about the request's.
func (q *question) resource(s *statement) answer {
	result := no
	for i := range s.resources {
		t := &s.resources[i]
		switch {
		case !q.varies(t):
			result = max(result, settled(t.matches(q.req.Resource, &q.stated)))
		case q.mayMatch(t, q.req.Resource, oneRune):
			result = max(result, maybe)
		}
	}
	if s.notResource {
		return yes - result
	}
	return result
}

// varies tells whether a template has a variable that is unknown.
func (q *question) varies(t *template) bool {
	for i := range t.parts {
		if t.parts[i].key != "" && q.field(t.parts[i].key) != nil {
			return true
		}
	}
	return false
}

// condition tells whether a condition holds.
func (q *question) condition(c *condition) answer {
	if q.field(c.key) != nil {
		return maybe
	}
	if values, _ := q.stated.Get(c.key); len(values) > 0 {
		for i := range c.texts {
			if q.varies(&c.texts[i]) {
				return maybe
			}
		}
	}
	return settled(c.holds(&q.stated))
}

// ask notes what an open statement asks of the unknowns.
func (q *question) ask(p *Policy, s *statement) {
	for _, id := range s.conditions {
		if c := &p.conditions[id]; q.condition(c) == maybe {
			q.askCondition(c)
		}
	}
	for i := range s.resources {
		if t := &s.resources[i]; q.varies(t) {
			for _, e := range q.spread(t, oneRune) {
				q.askKnown(e, q.req.Resource, oneRune, false)
			}
		}
	}
	if s.who == nil {
		return
	}
	q.askNames(q.arn, s.who.names)
	q.askNames(q.role, s.who.names)
	q.askNames(q.id, s.who.names)
}

func (q *question) askNames(f field, names []string) {
	if f == nil {
		return
	}
	var patterns [][]token
	for _, name := range names {
		patterns = append(patterns, literalTokens(name, oneRune))
	}
	q.askUnknown(f, patterns, false)
}

func (q *question) askCondition(c *condition) {
	set := oneRune
	switch c.compare {
	case compareStringFold:
		set = foldRune
	case compareBool:
		q.askBool(c)
		return
	}
	f := q.field(c.key)
	if f == nil {
		values, _ := q.stated.Get(c.key)
		for i := range c.texts {
			for _, e := range q.spread(&c.texts[i], set) {
				for _, v := range values {
					q.askKnown(e, v, set, c.compare == compareArn)
				}
			}
		}
		return
	}
	f.meet(c)
	switch c.compare {
	case compareNull:
	case compareNumber, compareDate, compareIP, compareBinary:
		q.askTyped(f, c)
	default:
		q.askTexts(f, c, set)
	}
}

// meet notes that an open condition is on a text, were it only on whether it is there.
func (f field) meet(c *condition) {
	for _, b := range f.unknowns() {
		b.met = true
	}
	if c.set != single && len(f) == 1 {
		f[0].v.ask(language{patterns: [][]token{{}}, name: f[0].name}) // sets of empty texts are empty
	}
}

// askBool asks both sides of Bool for the only thing that counts: whether they are "true", in any case, and whether the policy's
// value is "false".
func (q *question) askBool(c *condition) {
	for i := range c.texts {
		for _, e := range q.spread(&c.texts[i], asciiRune) {
			q.askKnown(e, "true", asciiRune, false)
			q.askKnown(e, "false", asciiRune, false)
		}
	}
	if f := q.field(c.key); f != nil {
		f.meet(c)
		q.askUnknown(f, [][]token{literalTokens("true", asciiRune)}, false)
	}
}

// askTyped notes a condition on a number, date, address or binary. Of parts of a text only likely values are tried.
func (q *question) askTyped(f field, c *condition) {
	if v := f[0].v; len(f) == 1 && v.domain == nil {
		v.typed = append(v.typed, c)
		return
	}
	for _, v := range f.unknowns() {
		v.inexact = true
	}
	for _, s := range typedTexts([]*condition{c}, false) {
		q.askUnknown(f, [][]token{literalTokens(s, oneRune)}, false)
	}
}

// askTexts asks an unknown text for those of a condition: the constant ones together, the others each by itself.
func (q *question) askTexts(f field, c *condition, set runeSet) {
	var constant [][]token
	for i := range c.texts {
		varies := q.varies(&c.texts[i])
		for _, e := range q.spread(&c.texts[i], set) {
			switch tokens, ok := e.constant(); {
			case !ok:
				q.link(f, e, c.compare)
			case varies: // a variable's default: compared with only where the variable is absent
				q.askUnknown(f, [][]token{tokens}, c.compare == compareArn)
			default:
				constant = append(constant, tokens)
			}
		}
	}
	if len(constant) > 0 {
		q.askUnknown(f, constant, c.compare == compareArn)
	}
}
