package iampolicy

import (
	"fmt"
	"strings"
)

// member is a policy of the stock: compiled for the engine, and read for the oracle.
type member struct {
	source Source
	read   oracleSource
}

// newMember reads a text for both.
func newMember(id, text string) *member {
	return &member{Source{ID: id, Document: NewDocument(text)}, oracleSource{id, readDocument(text)}}
}

// stock is what the decisions of a batch draw on.
type stock struct {
	dice
	all      *member // FullAWSAccess
	members  map[string]*member
	plain    [flavours][]*member // without principals
	resource [flavours][]*member // with
	requests []*oracle
}

// newStock makes so many documents of each flavour and kind, and requests.
func newStock(d dice, documents, requests int) *stock {
	s := &stock{dice: d, all: newMember("FullAWSAccess", fullAccess.Document.Text()), members: map[string]*member{}}
	s.members["FullAWSAccess"] = s.all
	for f := range flavours {
		for range documents {
			s.plain[f] = append(s.plain[f], s.add(s.document(f, false)))
			s.resource[f] = append(s.resource[f], s.add(s.document(f, true)))
		}
	}
	for range requests {
		s.requests = append(s.requests, newOracle(s.makeRequest()))
	}
	return s
}

func (s *stock) add(text string) *member {
	if last := s.members[fmt.Sprintf("p%d", len(s.members)-2)]; last != nil && s.oneIn(8) {
		// The same once more, but for its variables.
		text = strings.Replace(last.source.Document.Text(), version2012, version2008, 1)
	}
	m := newMember(fmt.Sprintf("p%d", len(s.members)), text)
	s.members[m.source.ID] = m
	return m
}

// setOf are the policies of a request, in both forms.
type setOf struct {
	engine Policies
	plain  oraclePolicies
}

// set puts together policies of all layers.
func (s *stock) set() *setOf {
	out := &setOf{}
	deny := 2 + s.below(8) // some sets deny much, some little
	depth := []int{0, 0, 1, 2, 3, 5, 7}
	for i := range pick(s.dice, depth) {
		level, plain := s.level(fmt.Sprintf("scp-%d", i), &s.plain, deny)
		out.engine.ServiceControl, out.plain.serviceControl = append(out.engine.ServiceControl, level), append(out.plain.serviceControl, plain)
	}
	for i := range pick(s.dice, depth[:5]) {
		level, plain := s.level(fmt.Sprintf("rcp-%d", i), &s.resource, deny)
		out.engine.ResourceControl, out.plain.resourceControl = append(out.engine.ResourceControl, level), append(out.plain.resourceControl, plain)
	}
	for range pick(s.dice, []int{0, 1, 1, 2, 3}) {
		m := s.choose(&s.plain, deny)
		out.engine.Identity, out.plain.identity = append(out.engine.Identity, m.source), append(out.plain.identity, m.read)
	}
	if s.oneIn(3) {
		m := s.choose(&s.plain, deny)
		out.engine.Boundary, out.plain.boundary = &m.source, &m.read
	}
	if s.oneIn(3) {
		for range 1 + s.below(2) {
			m := s.choose(&s.plain, deny)
			out.engine.Session, out.plain.session = append(out.engine.Session, m.source), append(out.plain.session, m.read)
		}
	}
	if !s.oneIn(3) {
		m := s.choose(&s.resource, deny)
		out.engine.Resource, out.plain.resource = &m.source, &m.read
	}
	must := s.oneIn(6)
	out.engine.ResourceMustAllow, out.plain.resourceMustAllow = must, must
	return out
}

// choose takes a document that is generous in most cases.
func (s *stock) choose(of *[flavours][]*member, deny int) *member {
	f := generous
	if s.oneIn(deny) {
		f = mixed + flavour(s.below(2))
	}
	return pick(s.dice, of[f])
}

// level has FullAWSAccess in most cases, and often something more.
func (s *stock) level(target string, of *[flavours][]*member, deny int) (Level, oracleLevel) {
	level, plain := Level{Target: target}, oracleLevel{target: target}
	add := func(m *member) {
		level.Policies, plain.policies = append(level.Policies, m.source), append(plain.policies, m.read)
	}
	if !s.oneIn(8) {
		add(s.all)
	} else if !s.oneIn(4) {
		add(s.choose(of, deny))
	}
	for s.oneIn(4) && len(level.Policies) < 5 {
		add(pick(s.dice, of[s.below(int(flavours))]))
	}
	return level, plain
}

// decision makes one request with its policies, for tests that want no more.
func (d dice) decision() (*Request, *Policies) {
	s := newStock(d, 2, 1)
	return s.requests[0].req, &s.set().engine
}
